"""Files become part of the library: found, read, encoded, committed in batches.

Every batch is one transaction of the library; what is derived from it catches up right after.
So a crash or Ctrl-C at any moment leaves whole documents, searchable, nothing twice.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.collection import Collection, encode, vector_key
from index.errors import BadRequest, UnreadableDocument
from index.model import Audience, Document
from index.projection import vector_text
from index.records import Source
from ingest.reader import READER_VERSION, read

# Passages per commit: some 2 s of work lost at worst, and the cost of a commit well spread.
_BATCH_PASSAGES = 2000
_IGNORED_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_IGNORED_ENDINGS = (".tmp", ".part", ".crdownload")

OUTCOMES = (
    "added",
    "updated",
    "unchanged",
    "duplicate",
    "renamed",
    "removed",
    "rejected",
)

# Told after each file: how many are done, of how many, and which.
Progress = Callable[[int, int, Path], None]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file; `reason` and `message` say why it was rejected."""

    file: Path
    outcome: str
    document_id: str | None = None
    reason: str | None = None
    message: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """What became of all files, in the order they were taken."""

    files: list[FileOutcome] = field(default_factory=list)
    interrupted: bool = False

    def count(self, outcome: str) -> int:
        return sum(file.outcome == outcome for file in self.files)

    @property
    def nothing_could_be_read(self) -> bool:
        """True when there were files and every one was rejected."""
        return bool(self.files) and self.count("rejected") == len(self.files)


@dataclass(frozen=True, slots=True)
class _Found:
    """A file below a root named by the user."""

    root: str
    path: str

    @property
    def file(self) -> Path:
        return Path(self.root, self.path)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read and waits to be committed."""

    found: _Found
    document: Document
    content_hash: str
    audience: Audience
    document_id: str | None  # of the version it replaces


def ingest(
    collection: Collection,
    paths: Sequence[Path],
    *,
    audience: Audience | None = None,
    prune: bool = False,
    progress: Progress = lambda done, total, file: None,
) -> Report:
    """Bring the library up to the files under `paths`.

    `audience` None means staff for a new file and no change for a known one. `prune` removes
    what is no longer there under the paths named, and nothing else. Raises BadRequest for a
    path that does not exist, EncoderUnavailable when vectors cannot be made.
    """
    for path in paths:
        if not path.exists():
            raise BadRequest(f"找不到 {path}，请检查路径")
    collection.encoder()
    with collection.writing():
        job = _Job(collection, audience)
        found = list({item.file: item for item in _walk(paths)}.values())
        try:
            for done, item in enumerate(found, start=1):
                job.take(item)
                progress(done, len(found), item.file)
            if prune:
                job.prune(paths, found)
        except KeyboardInterrupt:
            job.report.interrupted = True
        job.finish()
    return job.report


class _Job:
    """One run of ingest, holding the writer's lock."""

    def __init__(self, collection: Collection, audience: Audience | None) -> None:
        self._collection = collection
        self._library = collection.library
        self._audience = audience
        self._sources = {source.file: source for source in self._library.sources()}
        self._versions = {d.document_id: d.reader_version for d in self._library.documents()}
        self._waiting: list[_Read] = []
        self.report = Report()

    def take(self, found: _Found) -> None:
        """Read one file if there is anything new about it."""
        source = self._sources.get(found.file)
        if source is not None:
            found = _Found(source.root, source.path)
        try:
            digest = _content_hash(found.file)
            if source is not None and source.content_hash == digest:
                if self._versions[source.document_id] >= READER_VERSION:
                    self._keep(found, source)
                    return
                replaces: str | None = source.document_id
            else:
                if any(item.content_hash == digest for item in self._waiting):
                    self._flush()
                if (known := self._library.by_content(digest)) is not None:
                    self._point(found, source, digest, known)
                    return
                replaces = self._replaced(source)
            document = read(found.file)
        except UnreadableDocument as error:
            self._note(found, "rejected", reason=error.reason, message=str(error))
            return
        except OSError as error:
            message = f"{found.file.name} 打不开：{error.strerror}"
            self._note(found, "rejected", reason="unreadable_file", message=message)
            return
        audience = self._audience or (source.audience if source else Audience.STAFF)
        self._waiting.append(_Read(found, document, digest, audience, replaces))
        if sum(len(item.document.passages) for item in self._waiting) >= _BATCH_PASSAGES:
            self._flush()

    def _keep(self, found: _Found, source: Source) -> None:
        """The file is as it was; only its audience may have been set anew."""
        if self._audience is None or self._audience is source.audience:
            self._note(found, "unchanged", source.document_id)
            return
        with self._library.transaction():
            self._put_source(found, source.content_hash, self._audience, source.document_id)
        self._note(found, "updated", source.document_id)

    def _point(self, found: _Found, source: Source | None, digest: str, document_id: str) -> None:
        """The same bytes are known already: another copy, or the old file under a new name."""
        gone = None if source is not None else self._gone(document_id)
        before = source or gone
        audience = self._audience or (before.audience if before else Audience.STAFF)
        with self._library.transaction():
            self._put_source(found, digest, audience, document_id)
            if gone is not None:
                self._delete_source(gone)
        self._note(found, "renamed" if gone else "duplicate", document_id)

    def _gone(self, document_id: str) -> Source | None:
        """A source of this document whose file is no longer there."""
        return next(
            (
                source
                for source in self._sources.values()
                if source.document_id == document_id and not source.file.exists()
            ),
            None,
        )

    def _replaced(self, source: Source | None) -> str | None:
        """The document this file's new content is a version of; a copy of another file's
        document parts from it instead."""
        if source is None:
            return None
        owners = [s for s in self._sources.values() if s.document_id == source.document_id]
        return source.document_id if len(owners) == 1 else None

    def _flush(self) -> None:
        """Commit what waits, then let the keyword lane catch up."""
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        library, encoder = self._library, self._collection.encoder()
        texts = {id(item): _vector_texts(item.document) for item in batch}
        wanted = {key: text for keyed in texts.values() for key, text in keyed}
        known = library.known_vectors(wanted, encoder.identity)
        vectors = encode(encoder, {k: t for k, t in wanted.items() if k not in known})
        for item in batch:
            library.keep_original(item.found.file, item.content_hash)
        outcomes = []
        with library.transaction():
            library.put_vectors(encoder.identity, vectors)
            for item in batch:
                keys = [key for key, _ in texts[id(item)]]
                document_id = library.put_document(
                    item.document, keys, item.content_hash, READER_VERSION, item.document_id
                )
                self._put_source(item.found, item.content_hash, item.audience, document_id)
                outcomes.append((item, document_id))
        for item, document_id in outcomes:
            self._versions[document_id] = READER_VERSION
            outcome = "added" if item.document_id is None else "updated"
            self._note(item.found, outcome, document_id, warnings=item.document.warnings)
        self._collection.catch_up()

    def prune(self, paths: Sequence[Path], found: Iterable[_Found]) -> None:
        """Forget files that are no longer under the paths named."""
        self._flush()
        present = {item.file for item in found}
        roots = [path.resolve() for path in paths]
        for source in list(self._sources.values()):
            below = any(source.file == root or root in source.file.parents for root in roots)
            if below and source.file not in present:
                with self._library.transaction():
                    self._delete_source(source)
                self._note(_Found(source.root, source.path), "removed", source.document_id)

    def finish(self) -> None:
        """Commit the rest and drop what nothing refers to any more."""
        self._flush()
        self._collection.catch_up()
        idle = self.report.count("unchanged") + self.report.count("rejected")
        if idle < len(self.report.files):
            with self._library.transaction():
                self._library.sweep()

    def _put_source(self, found: _Found, digest: str, audience: Audience, document_id: str) -> None:
        source = Source(found.root, found.path, digest, audience, document_id)
        self._library.put_source(source)
        self._sources[found.file] = source

    def _delete_source(self, source: Source) -> None:
        self._library.delete_source(source)
        del self._sources[source.file]

    def _note(
        self,
        found: _Found,
        outcome: str,
        document_id: str | None = None,
        *,
        reason: str | None = None,
        message: str | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.report.files.append(
            FileOutcome(found.file, outcome, document_id, reason, message, warnings)
        )


def _vector_texts(document: Document) -> list[tuple[str, str]]:
    """(key, text) of each passage's vector."""
    texts = [vector_text(document.title, p.path, p.text) for p in document.passages]
    return [(vector_key(text), text) for text in texts]


def _walk(paths: Iterable[Path]) -> Iterator[_Found]:
    """Files below the paths, each once under the path that names it; links are not followed."""
    for path in paths:
        root = path.resolve()
        if root.is_file():
            yield _Found(str(root.parent), root.name)
            continue
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                file = Path(folder, name)
                if not _is_ignored(name) and file.is_file() and not file.is_symlink():
                    yield _Found(str(root), str(file.relative_to(root)))


def _is_ignored(name: str) -> bool:
    """Hidden files, Word's lock files, half-written downloads: never meant for us."""
    lowered = name.lower()
    return (
        lowered.startswith((".", "~$"))
        or lowered in _IGNORED_NAMES
        or lowered.endswith(_IGNORED_ENDINGS)
    )


def _content_hash(file: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
