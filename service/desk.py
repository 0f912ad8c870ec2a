"""The desk where questions arrive: one audience, one library, answers as JSON values.

The audience is decided once, at the door, when a desk is made; nothing behind it asks again
who is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from index.citation import Citations
from index.collection import Collection
from index.decisions import Decision
from index.errors import NotFound
from index.model import Audience, Filter
from index.projection import document_for, shows_pictures
from index.records import StoredDocument
from index.searcher import Searcher
from index.suggester import Suggester
from service.originals import holds_personal, is_given, name_of, original_json
from service.settings import Settings
from service.wire import (
    answer_json,
    citations_json,
    reading_json,
    suggestions_json,
    to_query,
    to_suggest,
)

_EXAMPLES = 3


class Desk:
    """Keeps the contract of `service.answers.Answers` for one audience."""

    def __init__(
        self,
        collection: Collection,
        audience: Audience,
        settings: Settings,
        *,
        priors: bool = True,
    ) -> None:
        self._collection = collection
        self._searcher = Searcher(collection, priors=priors, home=settings.name)
        self._suggester = Suggester(collection)
        self._citations = Citations(collection, audience)
        self._audience = audience
        self._settings = settings

    @property
    def contact(self) -> str:
        return self._settings.contact

    def landing(self) -> dict[str, Any]:
        """Whose documents these are, how many this audience may see, and questions to try."""
        self._searcher.refresh()
        rows = [
            row
            for row in self._collection.engine.columns.rows
            if row.audience <= self._audience.rank
        ]
        examples = list(self._settings.examples) or self._newest_titles()
        return {
            "documents": len(rows),
            "examples": examples[:_EXAMPLES],
            "name": self._settings.name,
        }

    def _newest_titles(self) -> list[str]:
        columns = self._collection.engine.columns
        newest = columns.listing(self._audience, Filter())[:_EXAMPLES].tolist()
        ids = [columns.rows[place].document_id for place in newest]
        held = {each.document_id: each for each in self._collection.library.documents(ids)}
        titles = (document_for(self._audience, held[key]).title for key in ids if key in held)
        return [title for title in titles if title]

    def search(self, params: Mapping[str, str]) -> dict[str, Any]:
        query = to_query(params, self._audience, date.today().isoformat())
        answer = self._searcher.search(query)
        return answer_json(
            answer, explain=params.get("explain") == "1", base_url=self._settings.base_url
        )

    def suggest(self, params: Mapping[str, str]) -> dict[str, Any]:
        text, limit = to_suggest(params)
        return suggestions_json(text, self._suggester.suggest(text, self._audience, limit))

    def verify(self, text: str) -> dict[str, Any]:
        """What of a pasted text stands in the library."""
        return citations_json(text, self._citations.check(text), self._settings.base_url)

    def document(self, document_id: str) -> dict[str, Any]:
        library = self._collection.library
        with library.reading():
            held, body = self._theirs(document_id)
            passages = list(library.passages_of([document_id]))
            likeness = dict(library.alike(document_id, self._audience))
            others = {other.document_id: other for other in library.documents(likeness)}
            decision = library.decisions.about(document_id)
        shown = document_for(self._audience, held)
        alike = [(document_for(self._audience, others[key]), likeness[key]) for key in likeness]
        shelf = library.shelf
        pictures = shelf.pictures(held.content_hash)
        given = is_given(self._audience, held, body, decision, shelf)
        told = reading_json(
            shown,
            body,
            passages,
            alike,
            pictures if shows_pictures(self._audience, body) else [],
            self._collection.engine.columns.has_later(document_id, self._audience),
            self._audience,
            self._settings.base_url,
        )
        return {
            **told,
            "original": original_json(shown, shelf) if given else None,
            "original_withheld": not given,
            "access": self._access(held, body, decision),
        }

    def _access(
        self, held: StoredDocument, body: Mapping[str, Any], decision: Decision
    ) -> dict[str, Any] | None:
        """For the staff: who may see a document, and whether everybody may have its file."""
        if self._audience is not Audience.STAFF:
            return None
        file = self._collection.library.shelf.original(held.content_hash)
        return {
            "audience": str(held.audience),
            "decided": decision.audience is not None,
            "released": decision.releases(held.content_hash),
            "holds_personal": holds_personal(held, body, file),
        }

    def picture(self, document_id: str, page: int) -> bytes:
        library = self._collection.library
        held, body = self._held(document_id)
        if shows_pictures(self._audience, body):
            picture = library.shelf.picture(held.content_hash, page)
            if picture is not None:
                return picture
        raise NotFound("没有这一页的图")

    def original(self, document_id: str) -> tuple[Path, str, str]:
        """(file, its format, its name as this audience may read it). Raises NotFound also where
        the file is there and not theirs."""
        library = self._collection.library
        held, body = self._held(document_id)
        decision = library.decisions.about(document_id)
        if not is_given(self._audience, held, body, decision, library.shelf):
            raise NotFound("没有可以下载的原文件")
        file = library.shelf.original(held.content_hash)
        return file, held.format, name_of(document_for(self._audience, held))

    def change(self, document_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """For the staff: let a document be seen by others than before, its file be given to all
        or not any more. Raises NotFound. What is left out of `asked` stays as it is."""
        library = self._collection.library
        held, _ = self._held(document_id)
        with library.transaction():
            before = library.decisions.about(document_id)
            audience = asked.get("audience", before.audience)
            released = asked.get("release_original", before.releases(held.content_hash))
            decision = Decision(audience and Audience(audience), held.content_hash, released)
            library.decide(document_id, decision)
        return self.document(document_id)

    def _held(self, document_id: str) -> tuple[StoredDocument, dict[str, Any]]:
        with self._collection.library.reading():
            return self._theirs(document_id)

    def _theirs(self, document_id: str) -> tuple[StoredDocument, dict[str, Any]]:
        """A document and its body. The same answer, after the same work, for what is not there and
        for what is not theirs. Raises NotFound."""
        library = self._collection.library
        held = next(library.documents([document_id]), None)
        if held is not None and self._audience.sees(held.audience):
            body = library.body(document_id)
            if body is not None:
                return held, body
        raise NotFound("没有这份文件，它可能已被删除或移走")
