"""A library opened together with the analyzer, the encoder and the engine that fit it.

What was indexed with one analyzer or encoder cannot be asked with another. The library
remembers what it was built with; a difference is an error that names `xiehui rebuild`, and
rebuilding makes a new generation beside the old one and then switches.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from index.analyzer import Analyzer, Terms
from index.embedded import EmbeddedEngine
from index.encoder import BUILTIN, Encoder, open_encoder
from index.errors import IndexMismatch, LibraryBusy
from index.indexer import Indexer
from index.library import Library
from index.projection import body_text, vector_text
from index.records import StoredPassage
from index.synonyms import Synonyms

log = logging.getLogger(__name__)

# Raised when the indexes on disk are laid out differently from before.
INDEX_FORMAT = "4"
_ENCODED_AT_ONCE = 1024
# While another process writes, its keyword lane is behind for minutes; no question waits for it.
_LOOK_AGAIN_S = 1.0


class Collection:
    """One open `--home`, ready to be searched or added to.

    `encoder_name` is a model's folder or name; None means what the library was built with.
    The encoder is opened at its first use, so keyword search never loads one. Only `rebuild`
    may be asked of a collection opened with `must_fit` False.
    Raises LibraryError and its kind when the home cannot be used as it is.
    """

    def __init__(
        self,
        home: Path,
        *,
        encoder_name: str | None = None,
        create: bool = False,
        must_fit: bool = True,
        analyzer: Analyzer | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        self.library = Library(home, create=create)
        self.analyzer = analyzer or Analyzer()
        self.synonyms = Synonyms(home, self.analyzer)
        self._encoder = encoder
        self._asked_encoder = _settled_name(encoder_name)
        self._refreshing = threading.Lock()
        if self.library.meta("analyzer") is None:
            self._found(self._asked_encoder or BUILTIN)
        if must_fit:
            self._check_fit()
            self._open_engine()  # one that does not fit may not even open

    def _found(self, encoder_name: str) -> None:
        """A new library: write down what it is built with."""
        encoder = self._encoder or open_encoder(encoder_name, self.analyzer)
        with self.library.transaction():
            self.library.set_meta(self._built_with(encoder_name, encoder))

    def _built_with(self, encoder_name: str, encoder: Encoder) -> dict[str, str]:
        return {
            "format": INDEX_FORMAT,
            "analyzer": self.analyzer.fingerprint,
            "encoder": encoder.identity,
            "encoder_name": encoder_name,
            "dimension": str(encoder.dimension),
        }

    def _check_fit(self) -> None:
        """Raises IndexMismatch when the indexes need another analyzer, layout or encoder."""
        built = self.library.meta("analyzer"), self.library.meta("format")
        if built != (self.analyzer.fingerprint, INDEX_FORMAT):
            raise IndexMismatch(
                f"{self.library.home} 的索引由另一版本的程序建成，请运行 xiehui rebuild 重建索引"
            )
        asked = self._asked_encoder
        if asked is not None and asked != self.library.meta("encoder_name"):
            self.encoder()  # another name may still be the same model; if not, say so now

    def _open_engine(self) -> None:
        self.generation = self.library.generation()
        self.engine = EmbeddedEngine(
            self._directory(self.generation),
            self.library.meta("encoder") or "",
            int(self.library.meta("dimension") or 0) or None,
        )
        self._seen = -1
        self._look_again = 0.0

    def _directory(self, generation: int) -> Path:
        return self.library.home / "index" / str(generation)

    def encoder(self) -> Encoder:
        """The encoder that fits. Raises EncoderUnavailable, or IndexMismatch if it is another."""
        if self._encoder is None:
            name = self._asked_encoder or self.library.meta("encoder_name")
            encoder = open_encoder(name, self.analyzer)
            if encoder.identity != self.library.meta("encoder"):
                raise IndexMismatch(
                    f"{self.library.home} 的索引不是用模型 {name} 建成的，"
                    f"请运行 xiehui rebuild --encoder {name} 重建索引"
                )
            self._encoder = encoder
        return self._encoder

    def refresh(self) -> None:
        """Take up whatever changed since last time, here or in another process.

        A keyword lane that lags (after a crash) is caught up if nobody else is writing. One
        thread does it for all.
        """
        with self._refreshing:
            self._refresh()

    def _refresh(self) -> None:
        self._follow_generation()
        seq = self.library.seq()
        lags = self.engine.seq != seq
        if self._seen == seq and not (lags and monotonic() >= self._look_again):
            return
        self.engine.refresh(self.library)
        if self.engine.seq < seq:
            try:
                with self.writing(wait=False):
                    pass
            except LibraryBusy:
                log.info("another process is writing; serving what is already indexed")
        self._seen = seq
        self._look_again = monotonic() + _LOOK_AGAIN_S

    @contextmanager
    def writing(self, *, wait: bool = True) -> Iterator[None]:
        """Be the one process that writes, starting from indexes that lack nothing.

        Inside, `catch_up` after each transaction; afterwards all lanes are up to date on disk.
        Raises LibraryBusy when not `wait` and another process writes.
        """
        with self.library.writing(wait=wait):
            self._follow_generation()
            self.engine.refresh(self.library)
            began_at = self.engine.seq
            self._indexer = Indexer(self.library, self.engine, self.analyzer)
            try:
                self.catch_up()
                yield
            finally:
                self._indexer.commit()
                if self.engine.seq != began_at:
                    self.engine.refresh(self.library)
                    self.engine.close()

    def catch_up(self, ready: Mapping[str, Terms] | None = None) -> None:
        """Let the keyword lane take up what was committed; inside `writing`. `ready` are terms
        made before, by text."""
        self._indexer.catch_up(ready)

    def _follow_generation(self) -> None:
        """After a rebuild by another process: its indexes, and its encoder."""
        if self.library.generation() != self.generation:
            self._encoder = None
            self._check_fit()
            self._open_engine()

    def rebuild(self, progress: Callable[[int], None] = lambda _: None) -> None:
        """Derive every index again, with the encoder asked for, and switch to the result."""
        name = self._asked_encoder or self.library.meta("encoder_name") or BUILTIN
        encoder = open_encoder(name, self.analyzer)
        library = self.library
        with library.writing():
            encode_missing(library, encoder, progress)
            fresh = self._directory(library.generation() + 1)
            shutil.rmtree(fresh, ignore_errors=True)  # left by a rebuild that was interrupted
            engine = EmbeddedEngine(fresh, encoder.identity, encoder.dimension)
            indexer = Indexer(library, engine, self.analyzer)
            indexer.catch_up()
            indexer.commit()
            engine.refresh(library)
            engine.close()
            with library.transaction():
                library.set_meta(self._built_with(name, encoder))
                library.forget_other_vectors(encoder.identity)
                generation = library.next_generation()
            for old in fresh.parent.iterdir():
                if old.name != str(generation):
                    shutil.rmtree(old)
        self._encoder = encoder
        self._open_engine()

    def probe(self, home: Path) -> Collection:
        """A new, empty collection at `home` with this one's analyzer and encoder."""
        return Collection(home, create=True, analyzer=self.analyzer, encoder=self._encoder)

    def close(self) -> None:
        self.library.close()


def encode_missing(
    library: Library, encoder: Encoder, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Vectors for every passage without one; `progress` is told how many were made."""
    missing = list(library.unknown_vectors(encoder.identity))
    titles = {d.document_id: d.title for d in library.documents({p.document_id for p in missing})}
    for part in _parts(missing):
        texts = {
            p.vector_key: vector_text(titles[p.document_id], p.path, body_text((), p.lead, p.text))
            for p in part
        }
        vectors = encode(encoder, texts)
        with library.transaction():
            library.put_vectors(encoder.identity, vectors)
        progress(len(part))


def encode(encoder: Encoder, texts: dict[str, str]) -> dict[str, NDArray[np.float32]]:
    """Vectors by key, each `(dimension,)`."""
    if not texts:
        return {}
    vectors = encoder.encode_documents(list(texts.values()))
    return dict(zip(texts, vectors, strict=True))


def _parts(passages: list[StoredPassage]) -> Iterator[list[StoredPassage]]:
    for at in range(0, len(passages), _ENCODED_AT_ONCE):
        yield passages[at : at + _ENCODED_AT_ONCE]


def _settled_name(encoder_name: str | None) -> str | None:
    """A folder by its absolute path, so that the name means the same from anywhere."""
    if encoder_name is not None and Path(encoder_name).is_dir():
        return str(Path(encoder_name).resolve())
    return encoder_name
