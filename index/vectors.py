"""The semantic lane: every passage's vector in one flat FAISS index.

A flat index filters exactly and deletes; graph indexes lose two thirds of the answers under a
1 % filter and cannot delete. Numbers are kept as int8 with one scale for all, and the question
is rounded alike: the dot product is one of whole numbers, which takes 5 ms for 148,000 x 256
where fp16 takes 12, and half the memory. It ranks 147,966 law articles as well as fp16 did
(docs/quality.md).

All are looked at while they are few, or when a filter leaves few of them. Otherwise a sketch
names a thousand worth looking at (see index.sketch), which takes 1 ms more whatever their number.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.engine import Scored
from index.sketch import Sketch

log = logging.getLogger(__name__)

_BATCH = 4096
# Fewer are scanned in less than a millisecond.
_MANY = 20_000
# Vectors looked at for each one wanted, among those that a filter lets through; and the smallest
# share of all that it must let through for the sketch to be asked.
_LOOKS, _SHARE = 3, 0.05


class Vectors:
    """Vectors of unit length by passage id, so that the inner product is the cosine.

    Components of a unit vector are about 1/sqrt(dimension); beyond six times that they are cut.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._scale = 127 * max(1.0, dimension**0.5 / 6)
        self._index: Any = self._empty()
        self._sketch: Sketch | None = None
        self._rows: _Rows | None = None

    def _empty(self) -> Any:
        flat = faiss.IndexScalarQuantizer(
            self.dimension,
            faiss.ScalarQuantizer.QT_8bit_direct_signed,
            faiss.METRIC_INNER_PRODUCT,
        )
        return faiss.IndexIDMap2(flat)

    def _whole(self, vectors: NDArray[Any]) -> NDArray[np.float32]:
        """Whole numbers of -127..127, as the index keeps them, in the type it is given them."""
        scaled = np.rint(vectors.astype(np.float32) * np.float32(self._scale))
        return np.asarray(np.clip(scaled, -127, 127), np.float32)

    @property
    def ids(self) -> NDArray[np.int64]:
        """The passages held, `(n,)`, in the order they came."""
        return np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64)

    def copy(self) -> Vectors:
        """The same vectors apart, to be changed while this one is being searched."""
        other = Vectors(self.dimension)
        other._index = faiss.clone_index(self._index)
        other._sketch = None if self._sketch is None else self._sketch.copy()
        return other

    def load(self, snapshot: Path) -> None:
        """Take a snapshot from disk; one that is damaged or of another width is left alone."""
        if not snapshot.exists():
            return
        try:
            index: Any = faiss.read_index(str(snapshot))
        except RuntimeError:
            log.warning("vector snapshot %s is damaged, building it again", snapshot.name)
            return
        if isinstance(index, faiss.IndexIDMap2) and index.d == self.dimension:
            flat: Any = faiss.downcast_index(index.index)
            if flat.code_size != self.dimension:
                return  # numbers of another size, from an earlier version
            self._index = index
            self._rows = None
            self._sketch = Sketch.load(_beside(snapshot), self.dimension)
            self._draw()

    def save(self, snapshot: Path) -> None:
        """Write a snapshot that appears whole or not at all, and the sketch beside it."""
        partial = snapshot.with_suffix(".part")
        faiss.write_index(self._index, str(partial))
        partial.replace(snapshot)
        if self._sketch is not None:
            self._sketch.save(partial)
            partial.replace(_beside(snapshot))

    def add(self, vectors: Iterable[tuple[int, NDArray[np.float16]]]) -> None:
        """Add passages that are not held yet."""
        ids: list[int] = []
        rows: list[NDArray[np.float16]] = []
        for passage_id, row in vectors:
            ids.append(passage_id)
            rows.append(row)
            if len(ids) == _BATCH:
                self._add(ids, rows)
                ids, rows = [], []
        if ids:
            self._add(ids, rows)
        self._draw()

    def _draw(self) -> None:
        """Let the sketch hold all vectors, once there are many; a new one when most of what it
        holds is gone."""
        if self._index.ntotal < _MANY or self.dimension % 2:
            self._sketch = None
            return
        rows = self._held()
        ids = self.ids
        if self._sketch is None or len(self._sketch) > 2 * len(ids):
            some = ids[:: len(ids) // _MANY]
            self._sketch = Sketch.like(rows.of(some)[1] - 128)
        missing = np.setdiff1d(ids, self._sketch.ids)
        for at in range(0, len(missing), _BATCH):
            held, codes = rows.of(missing[at : at + _BATCH])
            self._sketch.add(held, codes - 128)

    def _held(self) -> _Rows:
        rows = self._rows
        if rows is None:
            rows = self._rows = _Rows(self._index)
        return rows

    def _add(self, ids: list[int], rows: list[NDArray[np.float16]]) -> None:
        self._rows = None
        self._index.add_with_ids(self._whole(np.stack(rows)), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: NDArray[np.int64]) -> None:
        if len(ids):
            self._rows = None
            self._index.remove_ids(np.ascontiguousarray(ids, dtype=np.int64))

    def search(
        self, vector: NDArray[np.float32], allowed: NDArray[np.uint8] | None, k: int
    ) -> Scored:
        """The k nearest among `allowed`, a packed little-endian bitmap over passage ids."""
        if not self._index.ntotal:
            return Scored.of([], [])
        share = 1.0 if allowed is None else _ones(allowed) / self._index.ntotal
        if self._sketch is not None and share >= _SHARE:
            ids = self._sketch.nearest(self._whole(vector), int(k * _LOOKS / share))
            found = self.score(vector, ids if allowed is None else ids[_let_in(allowed, ids)])
            if len(found) >= k:
                return Scored(found.ids[:k], found.scores[:k])
        parameters: Any = None
        if allowed is not None:
            parameters = _only(faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(allowed)))
        # OpenMP counts threads per calling thread; more than one only cost at this size.
        faiss.omp_set_num_threads(1)
        scores, near = self._index.search(
            self._whole(vector[None, :]), min(k, self._index.ntotal), params=parameters
        )
        there = near[0] >= 0
        return Scored.of(near[0][there], scores[0][there] / self._scale**2)

    def score(self, vector: NDArray[np.float32], ids: NDArray[np.int64]) -> Scored:
        """Cosine of each passage; those not held are left out."""
        held, codes = self._held().of(ids)
        whole = self._whole(vector)
        # The index keeps x as x + 128. All sums are whole numbers below 2^24, so exact.
        return Scored.of(held, (codes @ whole - 128 * whole.sum()) / self._scale**2)


def _beside(snapshot: Path) -> Path:
    return snapshot.with_suffix(".sketch")


def _ones(bitmap: NDArray[np.uint8]) -> int:
    return int(np.bitwise_count(bitmap).sum())


def _let_in(bitmap: NDArray[np.uint8], ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each id whether its bit is set."""
    inside = ids < 8 * len(bitmap)
    at = np.where(inside, ids, 0)
    return np.asarray(inside & (bitmap[at >> 3] >> (at & 7) & 1 > 0), bool)


class _Rows:
    """The index's own memory as an array, to read single vectors without searching all.

    It looks at memory that the index owns: good until the index is next changed.
    """

    def __init__(self, index: Any) -> None:
        ids = faiss.vector_to_array(index.id_map)
        self._row_of = np.full(ids.max(initial=-1) + 1, -1, np.int32)
        self._row_of[ids] = np.arange(len(ids), dtype=np.int32)
        flat: Any = faiss.downcast_index(index.index)
        codes = faiss.rev_swig_ptr(flat.codes.data(), index.ntotal * flat.code_size)
        self._codes = codes.reshape(index.ntotal, index.d)

    def of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Those of `ids` that are held, and their numbers as the index keeps them,
        `(n, dimension)`."""
        ids = ids[ids < len(self._row_of)]
        rows = self._row_of[ids]
        held = rows >= 0
        return ids[held], self._codes[rows[held]].astype(np.float32)


def _only(selector: Any) -> Any:
    """Search among the ids that `selector` lets through."""
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
