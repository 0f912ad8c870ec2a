"""What filters, facets and audiences need of every document, in memory, column by column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.library import Library
from index.model import Audience, Filter
from index.notation import date_span, number_key
from index.privacy import mask
from index.records import StoredDocument


@dataclass(frozen=True, slots=True)
class Row:
    """One document and the range of its passage ids, `[first, first + count)`."""

    document_id: str
    audience: int
    types: tuple[str, ...]
    issuer: str | None
    years: tuple[int, ...]
    first_day: int
    last_day: int
    number_key: str | None
    authority: int | None
    first: int
    count: int


class Columns:
    """The rows of all documents, sorted by first passage; replaced whole when anything changed."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows = sorted(rows, key=lambda row: row.first)
        self._firsts = np.array([row.first for row in self.rows], dtype=np.int64)
        self._counts = np.array([row.count for row in self.rows], dtype=np.int64)
        self._audiences = np.array([row.audience for row in self.rows], dtype=np.int8)
        self._authorities = np.array([row.authority or 0 for row in self.rows], dtype=np.int8)
        self._issuers: dict[Audience, tuple[str, ...]] = {}
        self._bitmaps: dict[tuple[Audience, Filter], NDArray[np.uint8]] = {}

    @property
    def passage_ids(self) -> NDArray[np.int64]:
        """Every passage of the library, ascending."""
        if not self.rows:
            return np.empty(0, dtype=np.int64)
        ends = np.cumsum(self._counts)
        within = np.arange(ends[-1]) - np.repeat(ends - self._counts, self._counts)
        return np.asarray(np.repeat(self._firsts, self._counts) + within, dtype=np.int64)

    def places(self, passage_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each passage where its document stands in `rows`, -1 when it has none."""
        at = np.searchsorted(self._firsts, passage_ids, side="right") - 1
        if not self.rows:
            return at
        return np.where(passage_ids < self._firsts[at] + self._counts[at], at, -1)

    def authorities(self, places: NDArray[np.int64]) -> NDArray[np.int8]:
        """The authority of the documents at these places, 0 where it is not known."""
        return self._authorities[places]

    def allowed(self, audience: Audience, filter_: Filter) -> NDArray[np.uint8]:
        """Packed little-endian bitmap over passage ids of what this audience's filter lets in."""
        key = (audience, filter_)
        bitmap = self._bitmaps.get(key)
        if bitmap is None:
            bitmap = self._bitmap(audience, filter_)
            if len(self._bitmaps) >= 64:
                self._bitmaps.pop(next(iter(self._bitmaps)), None)
            self._bitmaps[key] = bitmap
        return bitmap

    def _bitmap(self, audience: Audience, filter_: Filter) -> NDArray[np.uint8]:
        chosen = self._audiences <= audience.rank
        if filter_:
            chosen &= np.array([matches(row, filter_, audience) for row in self.rows], dtype=bool)
        size = int(self._firsts[-1] + self._counts[-1]) if self.rows else 0
        bits = np.zeros(size, dtype=bool)
        bits[self.passage_ids[np.repeat(chosen, self._counts)]] = True
        return np.packbits(bits, bitorder="little")

    def issuers(self, audience: Audience, part: str) -> list[str]:
        """Stored issuer names, as this audience reads them, that contain `part`."""
        return sorted(name for name in self.issuer_names(audience) if part in name)

    def issuer_names(self, audience: Audience) -> tuple[str, ...]:
        """Every issuer this audience reads of, by how many of its documents, then by name."""
        names = self._issuers.get(audience)
        if names is None:
            counted = Counter(
                name
                for row in self.rows
                if row.audience <= audience.rank and (name := shown_issuer(row, audience))
            )
            names = tuple(sorted(counted, key=lambda name: (-counted[name], name)))
            self._issuers[audience] = names
        return names

    def listing(self, audience: Audience, filter_: Filter) -> list[Row]:
        """Documents a filter lets in, newest first, undated last."""
        rows = [
            row
            for row in self.rows
            if row.audience <= audience.rank and matches(row, filter_, audience)
        ]
        return sorted(rows, key=lambda row: (-row.last_day, row.first))


def shown_issuer(row: Row, audience: Audience) -> str | None:
    if row.issuer is None or audience is not Audience.PUBLIC:
        return row.issuer
    return mask(row.issuer)


def matches(row: Row, filter_: Filter, audience: Audience) -> bool:
    """Whether a document passes; the keyword lane asks tantivy the same question."""
    if filter_.type is not None and filter_.type not in row.types:
        return False
    if filter_.issuer is not None and filter_.issuer not in (shown_issuer(row, audience) or ""):
        return False
    if filter_.year is not None and filter_.year not in row.years:
        return False
    if filter_.number is not None and row.number_key != number_key(filter_.number):
        return False
    if filter_.date_from is None and filter_.date_to is None:
        return True
    first = date_span(filter_.date_from)[0] if filter_.date_from else 0
    last = date_span(filter_.date_to)[1] if filter_.date_to else 99991231
    return row.first_day > 0 and row.last_day >= first and row.first_day <= last


def read_columns(library: Library) -> Columns:
    """All columns from the library, inside one read transaction."""
    with library.reading():
        ranges = {key: (first, count) for key, first, count in library.passage_ranges()}
        return Columns(
            _row(document, *ranges[document.document_id])
            for document in library.documents()
            if document.document_id in ranges
        )


def _row(document: StoredDocument, first: int, count: int) -> Row:
    first_day, last_day = date_span(document.date) if document.date else (0, 0)
    return Row(
        document.document_id,
        document.audience.rank,
        document.types,
        document.issuer,
        document.years,
        first_day,
        last_day,
        document.number_key,
        document.authority,
        first,
        count,
    )


def facets(rows: Iterable[Row], audience: Audience) -> dict[str, list[dict[str, object]]]:
    """How many of these documents have each type, issuer and year; commonest first."""
    rows = list(rows)
    counted: dict[str, Counter[str | int]] = {
        "type": Counter(kind for row in rows for kind in row.types),
        "issuer": Counter(name for row in rows if (name := shown_issuer(row, audience))),
        "year": Counter(year for row in rows for year in row.years),
    }
    return {
        name: [
            {"value": value, "count": count}
            for value, count in sorted(counter.items(), key=lambda item: (-item[1], str(item[0])))
        ]
        for name, counter in counted.items()
    }
