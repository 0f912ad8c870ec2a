"""What the tantivy indexes have in common: one writer, commits that know how far they go, and
readers that see what another process committed.

How far is a number in a file beside the index, written after the commit: killed in between, the
same changes are made once more, which comes to the same. As a document of its own it would count
in every score.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tantivy

_SEQ = "seq"


class Lane:
    """A tantivy index in `path`, made when it does not exist. `seq` is the last change it holds.

    Every document of a schema has a raw field `document`, by which it is deleted.
    """

    def __init__(self, path: Path, schema: tantivy.Schema, writer_bytes: int) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._schema = schema
        self._writer_bytes = writer_bytes
        self._index = tantivy.Index(schema, path=str(path))
        self._writer: Any = None
        self._put: set[str] = set()  # documents since the last commit
        self._changed = False
        self.reload()

    def reload(self) -> None:
        """See what has been committed, here or by another process."""
        seq = self._read_seq()  # first: the index may be ahead of the number, never behind
        self._index.reload()
        self._searcher = self._index.searcher()
        self.seq = seq

    def _read_seq(self) -> int:
        try:
            return int((self._path / _SEQ).read_text())
        except (OSError, ValueError):
            return 0

    def _add(self, document_id: str, fields: dict[str, Any]) -> None:
        self._put.add(document_id)
        self._changed = True
        self._open_writer().add_document(tantivy.Document.from_dict(fields, self._schema))

    def delete(self, document_ids: Iterable[str]) -> None:
        """Only what is held: an open writer remembers every deletion, 0.8 kB each."""
        for document_id in document_ids:
            if document_id in self._put or self._searcher.doc_freq("document", document_id):
                self._open_writer().delete_documents_by_term("document", document_id)
                self._changed = True

    def commit(self, seq: int) -> None:
        """One atomic commit of everything since the last, then the number it stands for."""
        if self._changed:
            self._open_writer().commit()
        self._put.clear()
        self._changed = False
        fresh = self._path / f"{_SEQ}.new"
        fresh.write_text(str(seq))
        fresh.replace(self._path / _SEQ)
        self.reload()

    def close(self) -> None:
        """Let merges finish and give the writer's lock back."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _open_writer(self) -> Any:
        if self._writer is None:
            # One thread: with more, which segment a document falls into is chance.
            self._writer = self._index.writer(heap_size=self._writer_bytes, num_threads=1)
        return self._writer
