"""A coarse copy of many vectors: two bits a component, which say where a closer look pays.

Scanning the copy takes a fifth of scanning the vectors. On 147,966 law articles the best 1000 of
the copy hold 99.7 % of the true best 300 and all of the best ten. Nothing is trained: a
component of a unit vector is close to normally distributed, and for that the best four levels
are known (Max 1960, Quantizing for Minimum Distortion), so a vector's code depends on the vector
and on two moments only. FAISS calls it a product quantizer of two components and 16 centroids,
which it scans in registers (André 2015, Cache Locality Is Not Enough).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

# Of the normal distribution, in standard deviations.
_LEVELS = np.array([-1.5104, -0.4528, 0.4528, 1.5104], np.float32)


class Sketch:
    """Coarse vectors by id. It never forgets one: ask whether what it found is still there."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def like(cls, rows: NDArray[np.float32]) -> Sketch:
        """An empty sketch for vectors distributed as `rows`, (n, dimension), dimension even."""
        mean, spread = rows.mean(axis=0), rows.std(axis=0)
        levels = (mean + _LEVELS[:, None] * spread).T.reshape(-1, 2, len(_LEVELS))
        pairs = [np.stack(np.meshgrid(*pair, indexing="ij"), -1) for pair in levels]
        flat: Any = faiss.IndexPQFastScan(rows.shape[1], len(pairs), 4, faiss.METRIC_INNER_PRODUCT)
        faiss.copy_array_to_vector(np.stack(pairs).ravel(), flat.pq.centroids)
        flat.is_trained = True
        return cls(faiss.IndexIDMap(flat))

    @classmethod
    def load(cls, file: Path, dimension: int) -> Sketch | None:
        """The sketch in `file`; None when there is none that fits."""
        try:
            index: Any = faiss.read_index(str(file))
        except RuntimeError:
            return None
        fits = isinstance(index, faiss.IndexIDMap) and index.d == dimension
        return cls(index) if fits else None

    def save(self, file: Path) -> None:
        faiss.write_index(self._index, str(file))

    def copy(self) -> Sketch:
        return Sketch(faiss.clone_index(self._index))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def ids(self) -> NDArray[np.int64]:
        return np.asarray(faiss.vector_to_array(self._index.id_map), np.int64)

    def add(self, ids: NDArray[np.int64], rows: NDArray[np.float32]) -> None:
        self._index.add_with_ids(np.ascontiguousarray(rows), np.ascontiguousarray(ids))

    def nearest(self, vector: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        """Ids of about the k of highest inner product with `vector`, (dimension,)."""
        faiss.omp_set_num_threads(1)
        _, ids = self._index.search(vector[None, :], min(k, len(self)))
        found: NDArray[np.int64] = ids[0][ids[0] >= 0]
        return found
