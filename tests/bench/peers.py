"""Other hybrid search libraries, given our passages and our vectors, to be timed beside ours.

Both are set to do the same work as ours: words are cut by our analyzer, vectors come from our
encoder, nothing is fetched, and only ids come back. All else is left as each library ships it,
so the depth of each side and the fusion are theirs. They need the extra `bench`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lancedb.table import Table
    from txtai import Embeddings

Vectors = NDArray[np.float32]


class Peer(Protocol):
    """A hybrid index held open; built once, then asked any number of times."""

    name: str

    def build(self, ids: Sequence[int], words: Sequence[str], vectors: Vectors) -> None:
        """`words[i]` is a passage cut by our analyzer, joined by spaces; `vectors` is
        (len(ids), dim), unit length."""

    def search(self, words: str, vector: Vectors, k: int) -> list[int]:
        """At most `k` ids, best first, found by keyword and by meaning; `vector` is (dim,)."""

    def close(self) -> None:
        """Frees what is held, files included."""


class _Passage(str):
    """Words that carry their vector.

    txtai hands one object to both its sides, and asks a function for the vector of a text. A
    table from text to vector would mix up passages with equal words and different headings.
    """

    __slots__ = ("vector",)
    vector: Vectors

    def __new__(cls, words: str, vector: Vectors) -> _Passage:
        passage = super().__new__(cls, words)
        passage.vector = vector
        return passage


def _carried(passages: Sequence[_Passage]) -> Vectors:
    return np.stack([passage.vector for passage in passages])


class Txtai:
    """txtai: its BM25 in SQLite and numpy, faiss (IVF above 5000 passages), scores averaged.

    Each side is asked for ten times `k`. A vector of zeros is no vector to it: it divides by the
    length, so as a passage it fails the build, and as a query leaves the keyword side alone.
    """

    name = "txtai"

    def __init__(self) -> None:
        with _extra_bench():
            from txtai import Embeddings

        # What `hybrid=True` stands for, with another tokenizer: the shipped one cuts Chinese into
        # single characters. This one has no stop words and no shortest word.
        scoring = {
            "method": "bm25",
            "terms": True,
            "normalize": True,
            "tokenizer": {"whitespace": True},
        }
        self._embeddings: Embeddings = Embeddings(
            method="external", transform=_carried, scoring=scoring, content=False
        )

    def build(self, ids: Sequence[int], words: Sequence[str], vectors: Vectors) -> None:
        self._embeddings.index(
            (passage_id, _Passage(text, vector), None)
            for passage_id, text, vector in zip(ids, words, vectors, strict=True)
        )

    def search(self, words: str, vector: Vectors, k: int) -> list[int]:
        return [passage_id for passage_id, _ in self._embeddings.search(_Passage(words, vector), k)]

    def close(self) -> None:
        self._embeddings.close()


class LanceDb:
    """LanceDB: its full-text index and IVF_HNSW_SQ in a temporary folder, fused by rank (RRF).

    Each side is asked for `k`. Its default tokenizer finds nothing in Chinese. Do not set
    LANCE_IO_THREADS=1: 10,000 passages, built in 4 s without it, were not done after 40 s (0.40.0).
    """

    name = "LanceDB"

    def __init__(self) -> None:
        # Read when it is imported. Otherwise every query writes two warnings about `select`.
        os.environ.setdefault("LANCEDB_LOG", "error")
        with _extra_bench():
            import lancedb

        self._folder = tempfile.TemporaryDirectory(prefix="xiehui-lancedb-")
        self._database = lancedb.connect(Path(self._folder.name))
        self._table: Table | None = None

    def build(self, ids: Sequence[int], words: Sequence[str], vectors: Vectors) -> None:
        import pyarrow
        from lancedb.index import FTS, HnswSq

        rows = pyarrow.table(
            {
                "id": pyarrow.array(ids, pyarrow.int64()),
                "words": pyarrow.array(words, pyarrow.string()),
                "vector": pyarrow.FixedSizeListArray.from_arrays(
                    pyarrow.array(np.ascontiguousarray(vectors).ravel()), vectors.shape[1]
                ),
            }
        )
        table = self._database.create_table("passages", rows, mode="overwrite")
        as_given = FTS(
            base_tokenizer="whitespace",
            max_token_length=None,
            lower_case=False,
            stem=False,
            remove_stop_words=False,
            ascii_folding=False,
        )
        table.create_index("words", config=as_given)
        # On unit vectors this ranks as cosine does.
        table.create_index("vector", config=HnswSq(distance_type="dot"))
        self._table = table

    def search(self, words: str, vector: Vectors, k: int) -> list[int]:
        from lancedb.query import MatchQuery
        from lancedb.rerankers import RRFReranker

        if self._table is None:
            raise ValueError("search before build")
        hits = (
            self._table.search(query_type="hybrid", vector_column_name="vector")
            .vector(vector)
            .text(MatchQuery(words, "words"))  # type: ignore[call-arg]  # its defaults are pydantic's
            .rerank(RRFReranker())
            .select(["id"])
            .limit(k)
            .to_arrow()
        )
        return list(hits["id"].to_pylist())

    def close(self) -> None:
        self._table = None
        self._folder.cleanup()


@contextmanager
def _extra_bench() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} is not installed; run: pip install -e '.[bench]'")
