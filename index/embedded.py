"""The engine inside the process: tantivy and FAISS on disk, columns in memory.

index/<generation>/keywords-<audience>/   tantivy, one each
index/<generation>/phrases/               tantivy, for all audiences
index/<generation>/vectors.faiss          snapshot, brought up to date from the library
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.aliases import Alias
from index.columns import Columns, read_columns
from index.engine import Entry, Exact, KeywordQuery, Scope, Scored, Whole
from index.keywords import Keywords
from index.library import Library
from index.model import Audience, Filter
from index.phrases import Phrases
from index.vectors import Vectors

# Up to so many documents are named to the keyword lane one by one.
_NAMED = 1000
_NOTHING = Scored.of([], [])


class EmbeddedEngine:
    """Keeps the contract of `index.engine.Engine` in one directory.

    Without an encoder (`dimension` None) the semantic lane is empty. Searching is safe from
    any thread, also during `refresh`; put, delete and commit belong to the one writer.
    """

    def __init__(self, directory: Path, encoder: str = "", dimension: int | None = None) -> None:
        self._directory = directory
        self._encoder = encoder
        self._keywords = {
            audience: Keywords(directory / f"keywords-{audience}") for audience in Audience
        }
        self._phrases = Phrases(directory / "phrases")
        self.columns = Columns()
        self._last_chosen: tuple[Scope, Columns, int, NDArray[np.bool_]] | None = None
        self._vectors: Vectors | None = None
        if dimension is not None:
            self._vectors = Vectors(dimension)
            self._vectors.load(self._snapshot)

    @property
    def _snapshot(self) -> Path:
        return self._directory / "vectors.faiss"

    @property
    def seq(self) -> int:
        return min(lane.seq for lane in self._lanes)

    @property
    def _lanes(self) -> tuple[Keywords | Phrases, ...]:
        return (*self._keywords.values(), self._phrases)

    def put(self, audience: Audience, entries: Iterable[Entry]) -> None:
        self._keywords[audience].put(entries)

    def put_whole(self, wholes: Iterable[Whole]) -> None:
        self._phrases.put(wholes)

    def delete(self, document_ids: Iterable[str]) -> None:
        ids = list(document_ids)
        for lane in self._lanes:
            lane.delete(ids)

    def commit(self, seq: int) -> None:
        """One commit per lane; a crash in between leaves the smallest number to go on from."""
        for lane in self._lanes:
            lane.commit(seq)

    def refresh(self, library: Library) -> None:
        for lane in self._lanes:
            lane.reload()
        if self.columns.seq == library.seq():
            return
        columns = read_columns(library, self.columns)
        if self._vectors is not None:
            self._vectors = self._reconciled(self._vectors, columns, library)
        self.columns = columns

    def _reconciled(self, vectors: Vectors, columns: Columns, library: Library) -> Vectors:
        """Vectors of just the passages there are; a passage's vector never changes."""
        have, wanted = vectors.ids, columns.passage_ids
        missing = np.setdiff1d(wanted, have)
        extra = np.setdiff1d(have, wanted)
        if not len(missing) and not len(extra):
            return vectors
        fresh = vectors.copy()
        fresh.remove(extra)
        fresh.add(library.vectors(missing.tolist(), self._encoder))
        return fresh

    def close(self) -> None:
        """Finish merges and keep a snapshot, so that the next start has little to replay."""
        for lane in self._lanes:
            lane.close()
        if self._vectors is not None:
            self._vectors.save(self._snapshot)

    def documents(self, scope: Scope, columns: Columns) -> NDArray[np.int64]:
        return columns.newest_first(np.flatnonzero(self._chosen(scope, columns)))

    def _chosen(self, scope: Scope, columns: Columns) -> NDArray[np.bool_]:
        """Whether each document is in the scope; asked by every lane, so the last is kept."""
        state = scope, columns, self._phrases.seq
        kept = self._last_chosen
        if kept is None or kept[0] != scope or kept[1] is not columns or kept[2] != state[2]:
            kept = self._last_chosen = *state, self._choose(scope, columns)
        return kept[3]

    def _choose(self, scope: Scope, columns: Columns) -> NDArray[np.bool_]:
        chosen = columns.chosen(scope.audience, scope.filter)
        for exact in scope.having:
            chosen &= columns.among(self._phrases.holding(exact, scope.audience))
        for exact in scope.lacking:
            chosen &= ~columns.among(self._phrases.holding(exact, scope.audience))
        return chosen

    def stands(self, letters: str, audience: Audience) -> bool:
        return bool(letters) and self._phrases.stands(Exact(letters), audience)

    def aliases(self) -> list[Alias]:
        return self._phrases.aliases()

    def giving(self, alias: Alias, audience: Audience, columns: Columns) -> NDArray[np.int64]:
        seen = columns.chosen(audience, Filter()) & columns.among(
            self._phrases.giving(alias, audience)
        )
        return columns.newest_first(np.flatnonzero(seen))

    @property
    def exact_seq(self) -> int:
        """The last change that the exact lane holds."""
        return self._phrases.seq

    def search_keyword(self, query: KeywordQuery, scope: Scope, k: int) -> Scored:
        keywords = self._keywords[scope.audience]
        issuers = self._issuers(scope)
        if not scope.having and not scope.lacking:
            return keywords.search(query, scope.filter, issuers, k)
        columns = self.columns
        chosen = self._chosen(scope, columns)
        if (count := np.count_nonzero(chosen)) <= _NAMED:
            named = [columns.rows[place].document_id for place in np.flatnonzero(chosen)]
            return keywords.search(query, scope.filter, issuers, k, named) if count else _NOTHING
        # So many that most of the best are in the scope, or soon will be among those asked for.
        depth = k
        while True:
            found = keywords.search(query, scope.filter, issuers, depth)
            kept = chosen[columns.places(found.ids)]
            if np.count_nonzero(kept) >= k or len(found) < depth:
                return Scored(found.ids[kept][:k], found.scores[kept][:k])
            depth *= 4

    def search_starts(
        self, wanted: Sequence[str], unwanted: Sequence[str], audience: Audience, k: int
    ) -> list[int]:
        return self._keywords[audience].newest(wanted, unwanted, k)

    def spellings(self, beginning: str, audience: Audience, k: int) -> list[tuple[str, int]]:
        return self._keywords[audience].spellings(beginning, k)

    def missing(self, query: KeywordQuery, audience: Audience) -> frozenset[str]:
        return self._keywords[audience].missing(query)

    def _issuers(self, scope: Scope) -> list[str]:
        part = scope.filter.issuer
        return [] if part is None else self.columns.issuers(scope.audience, part)

    def search_vector(self, vector: NDArray[np.float32], scope: Scope, k: int) -> Scored:
        if self._vectors is None:
            return _NOTHING
        columns = self.columns
        if scope.having or scope.lacking:
            allowed = columns.bitmap(self._chosen(scope, columns))
        else:
            allowed = columns.allowed(scope.audience, scope.filter)
        return self._vectors.search(vector, allowed, k)

    def score_vector(self, vector: NDArray[np.float32], ids: NDArray[np.int64]) -> Scored:
        return _NOTHING if self._vectors is None else self._vectors.score(vector, ids)

    def keyword_passages(self, audience: Audience) -> int:
        return self._keywords[audience].passages

    def whole_documents(self, audience: Audience) -> int:
        return self._phrases.documents(audience)

    def vector_ids(self) -> NDArray[np.int64]:
        """Passages that have a vector, `(n,)`."""
        return np.empty(0, np.int64) if self._vectors is None else self._vectors.ids

    def idf(self, query: KeywordQuery, audience: Audience) -> dict[str, float]:
        """ln(1 + (N - n + 0.5) / (n + 0.5)), as tantivy weighs a term (Lucene's BM25)."""
        keywords = self._keywords[audience]
        total = keywords.passages
        return {
            term: math.log(1 + (max(total - n, 0) + 0.5) / (n + 0.5))
            for term, n in keywords.frequencies(query).items()
        }
