"""The keyword lane: one tantivy index for each audience.

An index per audience is cheap (134 MB for a million passages) and makes statistics, and so
scores, what they would be if the audience's part were all there is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from index.engine import BODY, HEAD, Entry, KeywordQuery, Scored, Weighted
from index.lane import Lane
from index.model import Filter
from index.notation import date_span, number_key

log = logging.getLogger(__name__)

_WRITER_BYTES = 64 * 1024 * 1024
_NEVER = 0  # day of an undated document; no real day matches
# Orders passages by day, then by id: tantivy breaks ties by where in its files a passage lies,
# which depends on what other audiences were given. 27 bits of day, 36 of id.
_IDS = 1 << 36


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", stored=True, indexed=True, fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    for name in (BODY, HEAD):
        for stream in ("words", "grams"):
            builder.add_text_field(
                f"{name}_{stream}", tokenizer_name="whitespace", index_option="freq"
            )
    for name in ("type", "issuer", "number"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("year", indexed=True)
    builder.add_unsigned_field("first_day", indexed=True, fast=True)
    builder.add_unsigned_field("last_day", indexed=True, fast=True)
    for name in ("starts", "spellings"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field("newest", fast=True)
    return builder.build()


class Keywords(Lane):
    """One audience's keyword index in `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _schema(), _WRITER_BYTES)

    def put(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._add(entry.document.document_id, _fields(entry))

    def search(
        self,
        query: KeywordQuery,
        filter_: Filter,
        issuers: Sequence[str],
        k: int,
        documents: Sequence[str] | None = None,
    ) -> Scored:
        """The k best, of `documents` only if given; `issuers` are the stored names that contain
        the filter's issuer."""
        wanted = _terms_query(self._schema, query)
        conditions = _filter_queries(self._schema, filter_, issuers)
        if documents is not None:
            named = Query.term_set_query(self._schema, "document", list(documents))
            conditions.append(Query.const_score_query(named, 0.0))
        if conditions:
            wanted = Query.boolean_query([(Occur.Must, part) for part in (wanted, *conditions)])
        searcher = self._searcher
        hits = searcher.search(wanted, limit=max(k, 1), count=False).hits
        scores, addresses = zip(*hits, strict=True) if hits else ((), ())
        ids: Any = searcher.fast_field_values("passage", list(addresses))
        return Scored.of(ids, scores)

    def newest(self, wanted: Sequence[str], unwanted: Sequence[str], k: int) -> list[int]:
        """The k newest passages that start with all of `wanted` and none of `unwanted`."""
        terms = [(Occur.Must, term) for term in wanted]
        terms += [(Occur.MustNot, term) for term in unwanted]
        query = Query.boolean_query(
            [(o, Query.term_query(self._schema, "starts", term, "basic")) for o, term in terms]
        )
        searcher = self._searcher
        hits = searcher.search(query, limit=k, count=False, order_by_field="newest").hits
        return [int(_IDS - 1 - key % _IDS) for key, _ in hits]

    def spellings(self, beginning: str, k: int) -> list[tuple[str, int]]:
        """The k commonest terms of `spellings` that begin so, and how common each is."""
        counted: Any = self._searcher.terms_with_prefix("spellings", beginning, limit=2 * k)
        return [pair for pair in counted if self._stands("spellings", pair[0])][:k]

    def missing(self, query: KeywordQuery) -> frozenset[str]:
        """Those of the terms that stand nowhere, in body or head."""
        return frozenset(
            term
            for stream, terms, _ in query.streams()
            for term in terms
            if not any(self._stands(f"{name}_{stream}", term) for name in (BODY, HEAD))
        )

    def _stands(self, field: str, term: str) -> bool:
        """Whether a passage that was not deleted has the term: frequencies count them all."""
        searcher = self._searcher
        if not searcher.doc_freq(field, term):
            return False
        query = Query.term_query(self._schema, field, term, "basic")
        return bool(searcher.search(query, limit=1, count=False).hits)

    def frequencies(self, query: KeywordQuery) -> dict[str, int]:
        """In how many passages each term stands, in the body."""
        found: dict[str, int] = {}
        for stream, term in query.every():
            count = self._searcher.doc_freq(f"{BODY}_{stream}", term)
            found[term] = max(found.get(term, 0), count)
        return found

    @property
    def passages(self) -> int:
        return int(self._searcher.num_docs)


def _fields(entry: Entry) -> dict[str, Any]:
    document = entry.document
    first, last = date_span(document.date) if document.date else (_NEVER, _NEVER)
    fields: dict[str, Any] = {
        "passage": entry.passage_id,
        "document": document.document_id,
        "type": list(document.types),
        "year": list(document.years),
        "first_day": first,
        "last_day": last,
    }
    for name, terms in ((BODY, entry.body), (HEAD, entry.head)):
        fields[f"{name}_words"] = " ".join(terms.words)
        fields[f"{name}_grams"] = " ".join(terms.grams)
    if entry.starts:
        fields["starts"] = " ".join(sorted(entry.starts))
        fields["newest"] = last * _IDS + _IDS - 1 - entry.passage_id
    if entry.spellings:
        fields["spellings"] = " ".join(sorted(entry.spellings))
    if document.issuer:
        fields["issuer"] = document.issuer
    if document.number_key:
        fields["number"] = document.number_key
    return fields


def _terms_query(schema: tantivy.Schema, query: KeywordQuery) -> Query:
    clauses = []
    for name, weight in query.fields:
        alone = _sum(schema, name, weight, query.alone())
        slots = (
            Query.disjunction_max_query(
                [Query.boolean_query(_sum(schema, name, weight, terms)) for terms in slot.each()]
            )
            for slot in query.slots
        )
        clauses += [*alone, *((Occur.Should, slot) for slot in slots)]
    clauses += [
        (
            Occur.Should,
            Query.const_score_query(
                Query.term_query(schema, "number", number, "basic"), query.number_score
            ),
        )
        for number in query.numbers
    ]
    return Query.boolean_query(clauses)


def _sum(
    schema: tantivy.Schema, field: str, weight: float, terms: Iterable[Weighted]
) -> list[tuple[Occur, Query]]:
    return [
        (
            Occur.Should,
            _weighted(Query.term_query(schema, f"{field}_{stream}", term, "freq"), weight * times),
        )
        for stream, term, times in terms
    ]


def _weighted(query: Query, weight: float) -> Query:
    return query if weight == 1 else Query.boost_query(query, weight)


def _filter_queries(schema: tantivy.Schema, filter_: Filter, issuers: Sequence[str]) -> list[Query]:
    """Conditions that narrow without touching the score."""
    found = []
    if filter_.type is not None:
        found.append(Query.term_query(schema, "type", filter_.type, "basic"))
    if filter_.issuer is not None:
        found.append(Query.term_set_query(schema, "issuer", list(issuers)))
    if filter_.number is not None:
        found.append(Query.term_query(schema, "number", number_key(filter_.number) or "", "basic"))
    if filter_.year is not None:
        found.append(Query.term_query(schema, "year", filter_.year))
    # A document dated 2024-06 is somewhere in that month: it is in as soon as it may be.
    unsigned = tantivy.FieldType.Unsigned
    if filter_.date_from is not None or filter_.date_to is not None:
        found.append(Query.range_query(schema, "first_day", unsigned, _NEVER + 1, None))
    if filter_.date_from is not None:
        day = date_span(filter_.date_from)[0]
        found.append(Query.range_query(schema, "last_day", unsigned, day, None))
    if filter_.date_to is not None:
        day = date_span(filter_.date_to)[1]
        found.append(Query.range_query(schema, "first_day", unsigned, None, day))
    return [Query.const_score_query(query, 0.0) for query in found]
