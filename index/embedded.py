"""The engine inside the process: tantivy and FAISS on disk, columns in memory.

index/<generation>/keywords-<audience>/   tantivy, one each
index/<generation>/vectors.faiss          snapshot, brought up to date from the library
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.columns import Columns, read_columns
from index.engine import Entry, KeywordQuery, Scope, Scored
from index.keywords import Keywords
from index.library import Library
from index.model import Audience
from index.vectors import Vectors


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
        self.columns = Columns()
        self._vectors: Vectors | None = None
        if dimension is not None:
            self._vectors = Vectors(dimension)
            self._vectors.load(self._snapshot)

    @property
    def _snapshot(self) -> Path:
        return self._directory / "vectors.faiss"

    @property
    def seq(self) -> int:
        return min(keywords.seq for keywords in self._keywords.values())

    def put(self, audience: Audience, entries: Iterable[Entry]) -> None:
        self._keywords[audience].put(entries)

    def delete(self, document_ids: Iterable[str]) -> None:
        ids = list(document_ids)
        for keywords in self._keywords.values():
            keywords.delete(ids)

    def commit(self, seq: int) -> None:
        """One commit per audience; a crash in between leaves the smallest number to go on from."""
        for keywords in self._keywords.values():
            keywords.commit(seq)

    def refresh(self, library: Library) -> None:
        for keywords in self._keywords.values():
            keywords.reload()
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
        for keywords in self._keywords.values():
            keywords.close()
        if self._vectors is not None:
            self._vectors.save(self._snapshot)

    def search_keyword(self, query: KeywordQuery, scope: Scope, k: int) -> Scored:
        return self._keywords[scope.audience].search(query, scope.filter, self._issuers(scope), k)

    def search_starts(
        self, wanted: Sequence[str], unwanted: Sequence[str], audience: Audience, k: int
    ) -> list[int]:
        return self._keywords[audience].newest(wanted, unwanted, k)

    def _issuers(self, scope: Scope) -> list[str]:
        part = scope.filter.issuer
        return [] if part is None else self.columns.issuers(scope.audience, part)

    def search_vector(self, vector: NDArray[np.float32], scope: Scope, k: int) -> Scored:
        if self._vectors is None:
            return Scored.of([], [])
        allowed = self.columns.allowed(scope.audience, scope.filter)
        return self._vectors.search(vector, allowed, k)

    def score_vector(self, vector: NDArray[np.float32], ids: NDArray[np.int64]) -> Scored:
        return Scored.of([], []) if self._vectors is None else self._vectors.score(vector, ids)

    def keyword_passages(self, audience: Audience) -> int:
        return self._keywords[audience].passages

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
