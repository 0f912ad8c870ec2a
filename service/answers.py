"""What the pages ask for: a small Protocol, so that they know nothing about the searcher.

The implementation decides for which audience it answers. Everything in the dicts is text as
found in documents: it is trusted to be of the right shape, never to be harmless as HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Answers(Protocol):
    """Answers in the shapes of the API, as plain JSON values."""

    @property
    def contact(self) -> str:
        """Whom to ask where nothing helps: words, or an http(s) or mailto address; or empty."""
        ...

    def landing(self) -> dict[str, Any]:
        """`{"documents": int, "examples": [str], "name": str}`; `name` is whose documents."""
        ...

    def search(self, params: Mapping[str, str]) -> dict[str, Any]:
        """The JSON of `GET /v1/search` for these query parameters; none of them is empty.

        Each passage's `page` is `[first, last]`; its `marks` are code-point offsets into its
        `text`, and its `lead` was said before it; `superseded` is whether there is a later edition
        of the same rules; `answer` is a quote from one of the hits, or
        None. Raises BadRequest with a message in Chinese.
        """
        ...

    def document(self, document_id: str) -> dict[str, Any]:
        """One document to read; raises NotFound.

        `{"document_id", "title", "number", "issuer", "letterhead", "date", "types", "source",
        "url", "superseded", "paragraphs": [{"text", "page", "level", "annex", "id", "confidence"}],
        "pictures": [page], "original": None | {"format", "name", "bytes"},
        "original_withheld": bool, "access": None | {"audience", "released", "holds_personal"},
        "sections": [{"level", "text", "id"}],
        "passages": [{"passage_id", "start", "end", "paragraph", "address", "page"}],
        "alike": [{"document_id", "title", "number", "date", "likeness"}]}`. An `id` is unique in
        the document and a section has its heading's; `start` and `end` are code points into the
        paragraphs joined by newlines. `pictures` are the scanned pages there are pictures of;
        `confidence` is of text recognised in one, else None. `original` is the file where this
        audience may have it, `original_withheld` whether there is one that it may not have;
        `access` is None for all but the staff.
        """
        ...
