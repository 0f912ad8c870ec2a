"""Addresses from one page to another, all relative, so that any path before ours will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request

from index.searcher import MAX_QUERY_CHARS
from service.assets import ASSETS
from service.wording import PARAMETERS

_MOST_CHARS = MAX_QUERY_CHARS + 100


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses relative to the page being shown; `base` leads to the root of the service, and
    `here` from there back to the page."""

    base: str
    params: Mapping[str, str] = field(default_factory=dict)
    here: str = ""

    def home(self) -> str:
        return self.base

    def login(self) -> str:
        """Signing in, and then back to this page."""
        return f"{self.base}login" + ("?" + urlencode({"next": self.here}) if self.here else "")

    def search(self, **changes: str | int | None) -> str:
        """The same search with changes (None removes); back on the first page unless told."""
        merged = {**self.params, "offset": None, **changes}
        kept = {key: value for key in PARAMETERS if (value := merged.get(key))}
        return self.base + ("?" + urlencode(kept) if kept else "")

    def document(
        self,
        document_id: object,
        passage_id: object = None,
        *,
        jump: bool = True,
        original: bool = False,
    ) -> str:
        """A document; with a passage it is marked there, and scrolled to if `jump`; with
        `original` the file stands beside the text."""
        asked = {"passage": passage_id, "original": 1 if original else None}
        kept = {key: value for key, value in asked.items() if value is not None}
        address = f"{self.base}documents/{quote(str(document_id), safe='')}"
        address += "?" + urlencode(kept) if kept else ""
        return address + ("#passage" if passage_id is not None and jump else "")

    def original(self, document_id: object, page: int | None = None) -> str:
        """The file of a document to be saved; with a page, to be seen there."""
        address = f"{self.base}v1/documents/{quote(str(document_id), safe='')}/original"
        return address if page is None else f"{address}?view=1#page={page}&view=FitH&navpanes=0"

    def picture(self, document_id: object, page: int) -> str:
        """A scanned page of a document."""
        return f"{self.base}v1/documents/{quote(str(document_id), safe='')}/pages/{page}"

    def asset(self, name: str) -> str:
        return f"{self.base}static/{ASSETS[name].digest}/{name}"


def links_for(request: Request, keep: Iterable[str] = ()) -> Links:
    """Links from the page asked for, with the parameters named in `keep` that are not empty."""
    scope = request.scope
    # The raw path: an encoded slash does not start a folder for the browser either.
    path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("ascii", "replace")
    above = str(scope.get("root_path", "")).rstrip("/").count("/")
    parts = path.split("/")[above + 1 :]
    here = "/".join(parts) + (f"?{request.url.query}" if request.url.query else "")
    # A page repeats them in every link: what is too long to be a question is cut before that.
    values = {key: request.query_params.get(key, "").strip()[:_MOST_CHARS] for key in keep}
    kept = {key: value for key, value in values.items() if value}
    return Links("../" * (len(parts) - 1) or "./", kept, here)


def site_address(document: Mapping[str, Any]) -> str | None:
    """The page this was taken from; not our own page of it, and never `javascript:`."""
    try:
        url = urlsplit(document["url"] or "")
    except ValueError:  # such as an unclosed [ in the host
        return None
    ours = url.path.endswith(f"/documents/{document['document_id']}")
    return document["url"] if url.scheme in ("http", "https") and not ours else None
