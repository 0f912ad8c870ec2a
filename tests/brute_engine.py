"""The simplest engine that could keep the contract: everything in lists, every score computed.

It is the oracle of the contract suite: BM25 by its formula, filters by looking at each row.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.aliases import Alias
from index.columns import Columns, Row, read_columns, shown
from index.engine import BODY, Entry, Exact, KeywordQuery, Scope, Scored, Weighted, Whole
from index.library import Library
from index.model import Audience, Filter
from index.notation import date_span, number_key

K1, B = 1.2, 0.75


class BruteEngine:
    def __init__(self, encoder: str) -> None:
        self._encoder = encoder
        self._held: dict[Audience, dict[int, Entry]] = {audience: {} for audience in Audience}
        self._waiting: dict[Audience, dict[int, Entry]] = {audience: {} for audience in Audience}
        self._wholes: list[Whole] = []
        self._new_wholes: list[Whole] = []
        self._deleted: set[str] = set()
        self._seq = 0
        self._vectors: dict[int, NDArray[np.float32]] = {}

    @property
    def seq(self) -> int:
        return self._seq

    def put(self, audience: Audience, entries: Iterable[Entry]) -> None:
        self._waiting[audience].update({entry.passage_id: entry for entry in entries})

    def put_whole(self, wholes: Iterable[Whole]) -> None:
        self._new_wholes += wholes

    def delete(self, document_ids: Iterable[str]) -> None:
        self._deleted |= set(document_ids)

    def commit(self, seq: int) -> None:
        for audience, held in self._held.items():
            left = {i: e for i, e in held.items() if e.document.document_id not in self._deleted}
            self._held[audience] = {**left, **self._waiting[audience]}
            self._waiting[audience] = {}
        kept = [whole for whole in self._wholes if whole.document_id not in self._deleted]
        self._wholes, self._new_wholes = kept + self._new_wholes, []
        self._deleted = set()
        self._seq = seq

    def refresh(self, library: Library) -> None:
        self._columns = read_columns(library)
        ids = self._columns.passage_ids.tolist()
        self._vectors = {i: v.astype(np.float32) for i, v in library.vectors(ids, self._encoder)}

    def _allows(self, passage_id: int, scope: Scope) -> bool:
        (place,) = self._columns.places(np.array([passage_id]))
        row = self._columns.rows[place]
        return place >= 0 and self._has(row, scope)

    def _has(self, row: Row, scope: Scope) -> bool:
        def holds(exact: Exact) -> bool:
            return any(
                exact.letters in getattr(whole, exact.field)
                for whole in self._wholes
                if whole.document_id == row.document_id and scope.audience in whole.audiences
            )

        return (
            row.audience <= scope.audience.rank
            and matches(row, scope.filter, scope.audience)
            and all(map(holds, scope.having))
            and not any(map(holds, scope.lacking))
        )

    def stands(self, letters: str, audience: Audience) -> bool:
        return any(letters in w.text for w in self._wholes if audience in w.audiences)

    def aliases(self) -> list[Alias]:
        return [alias for whole in self._wholes for alias in whole.aliases]

    def giving(self, alias: Alias, audience: Audience, columns: Columns) -> NDArray[np.int64]:
        ids = {
            w.document_id for w in self._wholes if alias in w.aliases and audience in w.audiences
        }
        rows = columns.rows
        places = [at for at, row in enumerate(rows) if row.document_id in ids]
        return np.array(sorted(places, key=lambda place: -rows[place].last_day), np.int64)

    def documents(self, scope: Scope, columns: Columns) -> NDArray[np.int64]:
        rows = columns.rows
        places = [place for place, row in enumerate(rows) if self._has(row, scope)]
        return np.array(sorted(places, key=lambda place: -rows[place].last_day), np.int64)

    def search_keyword(self, query: KeywordQuery, scope: Scope, k: int) -> Scored:
        return self._best(self._bm25(query, scope), k)

    def search_starts(
        self, wanted: Sequence[str], unwanted: Sequence[str], audience: Audience, k: int
    ) -> list[int]:
        found = [
            entry
            for entry in self._held[audience].values()
            if entry.starts.issuperset(wanted) and entry.starts.isdisjoint(unwanted)
        ]

        def age(entry: Entry) -> tuple[int, int]:
            date = entry.document.date
            return -date_span(date)[1] if date else 0, entry.passage_id

        return [entry.passage_id for entry in sorted(found, key=age)[:k]]

    def spellings(self, beginning: str, audience: Audience, k: int) -> list[tuple[str, int]]:
        counted = Counter(
            term
            for entry in self._held[audience].values()
            for term in entry.spellings
            if term.startswith(beginning)
        )
        return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:k]

    def missing(self, query: KeywordQuery, audience: Audience) -> frozenset[str]:
        held = {"words": set[str](), "grams": set[str]()}
        for entry in self._held[audience].values():
            for terms in (entry.body, entry.head):
                held["words"] |= set(terms.words)
                held["grams"] |= set(terms.grams)
        streams = query.streams()
        return frozenset(t for name, terms, _ in streams for t in terms if t not in held[name])

    def search_vector(self, vector: NDArray[np.float32], scope: Scope, k: int) -> Scored:
        allowed = {i: float(v @ vector) for i, v in self._vectors.items() if self._allows(i, scope)}
        return self._best(allowed, k)

    def score_vector(self, vector: NDArray[np.float32], ids: NDArray[np.int64]) -> Scored:
        return self._best(
            {i: float(self._vectors[i] @ vector) for i in ids.tolist() if i in self._vectors},
            len(ids),
        )

    def idf(self, query: KeywordQuery, audience: Audience) -> dict[str, float]:
        fields = self._fields(audience, BODY)
        found: dict[str, float] = {}
        for stream, term in query.every():
            at = ("words", "grams").index(stream)
            n = sum(term in streams[at] for streams in fields.values())
            found[term] = min(found.get(term, math.inf), _idf(len(fields), n))
        return found

    def _fields(
        self, audience: Audience, name: str
    ) -> dict[int, tuple[Counter[str], Counter[str]]]:
        return {
            i: (Counter(getattr(e, name).words), Counter(getattr(e, name).grams))
            for i, e in self._held[audience].items()
        }

    def _bm25(self, query: KeywordQuery, scope: Scope) -> dict[int, float]:
        scores: Counter[int] = Counter()
        for name, weight in query.fields:
            fields = self._fields(scope.audience, name)
            summed = self._summed(fields, weight, query.alone())
            slotted = (
                [self._summed(fields, weight, terms) for terms in slot.each()]
                for slot in query.slots
            )
            for i in fields:
                scores[i] += summed[i]
            for sums in slotted:
                for i in fields:
                    scores[i] += max(each[i] for each in sums)
        scores = Counter({i: score for i, score in scores.items() if score})
        for i, entry in self._held[scope.audience].items():
            if entry.document.number_key in query.numbers:
                scores[i] += query.number_score
        return {i: s for i, s in scores.items() if self._allows(i, scope)}

    @staticmethod
    def _summed(
        fields: dict[int, tuple[Counter[str], Counter[str]]],
        weight: float,
        terms: Iterable[Weighted],
    ) -> Counter[int]:
        scores: Counter[int] = Counter()
        for stream, term, times in terms:
            at = ("words", "grams").index(stream)
            lengths = {i: sum(streams[at].values()) for i, streams in fields.items()}
            # The sequence marker is a passage without terms, in tantivy's count too.
            mean = sum(lengths.values()) / (len(fields) + 1)
            n = sum(term in streams[at] for streams in fields.values())
            for i, streams in fields.items():
                tf = streams[at][term]
                if tf:
                    norm = K1 * (1 - B + B * lengths[i] / mean)
                    gain = _idf(len(fields) + 1, n) * tf * (K1 + 1) / (tf + norm)
                    scores[i] += weight * times * gain
        return scores

    @staticmethod
    def _best(scores: dict[int, float], k: int) -> Scored:
        return Scored.of(list(scores), list(scores.values()), k)


def _idf(total: int, n: int) -> float:
    return math.log(1 + (total - n + 0.5) / (n + 0.5))


def matches(row: Row, filter_: Filter, audience: Audience) -> bool:
    """Whether a document passes, asked of its row."""
    if filter_.type is not None and filter_.type not in row.types:
        return False
    if filter_.issuer is not None and filter_.issuer not in (shown(row.issuer or "", audience)):
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
