"""The exact lane: which documents hold a run of characters, however their words were cut.

Every document stands here once for each way in which it is read (masked for the public or not),
as overlapping pairs of characters with their positions. So a quotation is a phrase query: exact,
across every join of lines and passages, and with no scores that could tell anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from index.aliases import Alias, alias_of
from index.engine import Exact, Whole
from index.lane import Lane
from index.model import Audience
from index.records import key_of

_WRITER_BYTES = 32 * 1024 * 1024
# Behind the last character, so that every character begins a pair.
_END = "\x03"
# Signs of a regular expression; a lone character is looked for by one.
_SPECIAL = frozenset("\\.+*?()|[]{}^$#&-~\"@'")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("key", fast=True)
    for name in ("audience", "alias"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("text", "title"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    return builder.build()


class Phrases(Lane):
    """The exact lane in `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _schema(), _WRITER_BYTES)

    def put(self, wholes: Iterable[Whole]) -> None:
        for whole in wholes:
            fields = {
                "document": whole.document_id,
                "key": key_of(whole.document_id),
                "audience": [str(audience) for audience in whole.audiences],
                "alias": [alias.written() for alias in whole.aliases],
                "text": _pairs(whole.text),
                "title": _pairs(whole.title),
            }
            self._add(whole.document_id, fields)

    def holding(self, exact: Exact, audience: Audience) -> NDArray[np.uint64]:
        """Keys of the documents in which this audience reads it, `(n,)`, in no order."""
        return self._keys([self._seen_by(audience), _phrase(self._schema, exact)])

    def stands(self, exact: Exact, audience: Audience) -> bool:
        """Whether there is such a document."""
        wanted = [self._seen_by(audience), _phrase(self._schema, exact)]
        return bool(self._addresses(wanted, most=1))

    def aliases(self) -> list[Alias]:
        """All that documents of any audience give, or gave until a moment ago."""
        return [alias_of(term) for term, _ in self._searcher.terms_with_prefix("alias", "")]

    def giving(self, alias: Alias, audience: Audience) -> NDArray[np.uint64]:
        """Keys of the documents in which this audience reads the alias, `(n,)`."""
        given = Query.term_query(self._schema, "alias", alias.written(), "basic")
        return self._keys([self._seen_by(audience), given])

    def documents(self, audience: Audience) -> int:
        """How many documents this audience may read."""
        return len(self._addresses([self._seen_by(audience)]))

    def _seen_by(self, audience: Audience) -> Query:
        return Query.term_query(self._schema, "audience", str(audience), "basic")

    def _keys(self, queries: Iterable[Query]) -> NDArray[np.uint64]:
        keys: Any = self._searcher.fast_field_values("key", self._addresses(queries))
        return np.array(keys, np.uint64)

    def _addresses(
        self, queries: Iterable[Query], most: int | None = None
    ) -> list[tantivy.DocAddress]:
        """Documents that fit all of these."""
        every = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in queries]
        searcher = self._searcher
        limit = most or max(1, searcher.num_docs)
        hits = searcher.search(Query.boolean_query(every), limit=limit, count=False).hits
        return [address for _, address in hits]


def _pairs(letters: str) -> str:
    return " ".join(map(add, letters, letters[1:] + _END))


def _phrase(schema: tantivy.Schema, exact: Exact) -> Query:
    """Pairs that do not overlap say as much as all of them, and are half as many to look up."""
    letters = exact.letters
    if len(letters) == 1:
        escaped = f"\\{letters}" if letters in _SPECIAL else letters
        return Query.regex_query(schema, exact.field, f"{escaped}.")
    if len(letters) == 2:
        return Query.term_query(schema, exact.field, letters, "basic")
    places = sorted({*range(0, len(letters) - 1, 2), len(letters) - 2})
    words: list[Any] = [(place, letters[place : place + 2]) for place in places]
    return Query.phrase_query(schema, exact.field, words)
