"""Files become part of the library: found, read, encoded, committed in batches.

Every batch is one transaction of the library; what is derived from it catches up right after.
So a crash or Ctrl-C at any moment leaves whole documents, searchable, nothing twice.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.collection import Collection, encode
from index.errors import BadRequest, UnreadableDocument
from index.likeness import signature_of
from index.model import Audience, Document
from index.preparation import Prepared, prepare, together
from index.records import Source
from index.workers import Tools, Workers
from ingest.inspection import report_json
from ingest.reader import READER_VERSION, read
from ingest.sidecar import ENDING, read_sidecar, sidecar_of

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
_Tell = Callable[[int, Path], None]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file; `reason` and `message` say why it was rejected, `found` what was
    made of it when it was read (see ingest.inspection.report_json)."""

    file: Path
    outcome: str
    document_id: str | None = None
    reason: str | None = None
    message: str | None = None
    warnings: tuple[str, ...] = ()
    found: Mapping[str, Any] | None = None


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
class _ToRead:
    """A file that must be read; `document_id` is of the version it replaces."""

    found: _Found
    content_hash: str
    audience: Audience
    document_id: str | None


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a file and waits to be committed."""

    document: Document
    prepared: Prepared
    signature: bytes | None


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Why a file could not be read."""

    reason: str
    message: str

    @classmethod
    def of(cls, file: Path, error: OSError) -> _Unreadable:
        return cls("unreadable_file", f"{file.name} 打不开：{error.strerror}")


def ingest(
    collection: Collection,
    paths: Sequence[Path],
    *,
    audience: Audience | None = None,
    prune: bool = False,
    progress: Progress = lambda done, total, file: None,
    processes: int | None = None,
) -> Report:
    """Bring the library up to the files under `paths`.

    `audience` None means staff for a new file and no change for a known one. `prune` removes
    what is no longer there under the paths named, and nothing else. `processes` read and
    segment, as many as there are cores when None. Raises BadRequest for a path that does not
    exist, EncoderUnavailable when vectors cannot be made.
    """
    for path in paths:
        if not path.exists():
            raise BadRequest(f"找不到 {path}，请检查路径")
    encoder = collection.encoder()
    with collection.writing(), Workers(collection.analyzer, encoder, processes) as workers:
        found = list({item.file: item for item in _walk(paths)}.values())
        job = _Job(collection, audience, lambda done, file: progress(done, len(found), file))
        try:
            job.take(found, workers)
            if prune:
                job.prune(paths, found)
        except KeyboardInterrupt:
            job.report.interrupted = True
        job.finish()
    place = {item.file: at for at, item in enumerate(found)}
    job.report.files.sort(key=lambda outcome: place.get(outcome.file, len(place)))
    return job.report


class _Job:
    """One run of ingest, holding the writer's lock."""

    def __init__(self, collection: Collection, audience: Audience | None, tell: _Tell) -> None:
        self._collection = collection
        self._library = collection.library
        self._audience = audience
        self._tell = tell
        self._sources = {source.file: source for source in self._library.sources()}
        self._versions = {d.document_id: d.reader_version for d in self._library.documents()}
        self._waiting: list[tuple[_ToRead, _Read]] = []
        # Contents and documents that files being read now will bring or change.
        self._coming: set[str] = set()
        self._done = 0
        self.report = Report()

    def take(self, found: Sequence[_Found], workers: Workers) -> None:
        """Read what is new among the files; those that depend on others wait for a next turn."""
        while found:
            later: list[_Found] = []
            for item, result in workers.map(_read, self._to_read(found, later)):
                if isinstance(result, _Unreadable):
                    self._reject(item.found, result)
                else:
                    self._waiting.append((item, result))
                self._step(item.found)
                if sum(len(r.document.passages) for _, r in self._waiting) >= _BATCH_PASSAGES:
                    self._flush()
            self._flush()
            self._coming.clear()
            found = later

    def _to_read(self, found: Sequence[_Found], later: list[_Found]) -> Iterator[_ToRead]:
        """The files that must be read; what is known of the others is settled at once."""
        for item in found:
            source = self._sources.get(item.file)
            if source is not None:
                item = _Found(source.root, source.path)
            try:
                digest = _content_hash(item.file)
            except OSError as error:
                self._reject(item, _Unreadable.of(item.file, error))
                self._step(item)
                continue
            known = self._library.by_content(digest)
            if {digest, known, source and source.document_id} & self._coming:
                later.append(item)
            elif source is not None and source.content_hash == digest:
                if self._versions[source.document_id] >= READER_VERSION:
                    self._keep(item, source)
                    self._step(item)
                else:
                    yield self._will_read(item, digest, source, source.document_id)
            elif known is not None:
                self._point(item, source, digest, known)
                self._step(item)
            else:
                yield self._will_read(item, digest, source, self._replaced(source))

    def _will_read(
        self, found: _Found, digest: str, source: Source | None, replaces: str | None
    ) -> _ToRead:
        self._coming |= {digest} | ({source.document_id} if source else set())
        return _ToRead(found, digest, self._audience_of(found, source), replaces)

    def _audience_of(self, found: _Found, before: Source | None) -> Audience:
        """What the sidecar says, else who ingests, else as before; a new file is the staff's."""
        said = read_sidecar(found.file).audience or self._audience
        return said or (before.audience if before else Audience.STAFF)

    def _keep(self, found: _Found, source: Source) -> None:
        """The file is as it was; only its audience may have been set anew."""
        audience = self._audience_of(found, source)
        if audience is source.audience:
            self._note(found, "unchanged", source.document_id)
            return
        with self._library.transaction():
            self._put_source(found, source.content_hash, audience, source.document_id)
        self._note(found, "updated", source.document_id)

    def _point(self, found: _Found, source: Source | None, digest: str, document_id: str) -> None:
        """The same bytes are known already: another copy, or the old file under a new name."""
        gone = None if source is not None else self._gone(document_id)
        audience = self._audience_of(found, source or gone)
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
        ready = together(read.prepared for _, read in batch)
        known = library.known_vectors(ready.texts, encoder.identity)
        made = encode(encoder, {k: t for k, t in ready.texts.items() if k not in known})
        for item, _ in batch:
            library.keep_original(item.found.file, item.content_hash)
        outcomes = []
        with library.transaction():
            library.put_vectors(encoder.identity, {**ready.vectors, **made})
            for item, read in batch:
                document_id = library.put_document(
                    read.document,
                    read.prepared.vector_keys,
                    item.content_hash,
                    READER_VERSION,
                    item.document_id,
                    read.signature,
                )
                self._put_source(item.found, item.content_hash, item.audience, document_id)
                outcomes.append((item, document_id, read.document))
        for item, document_id, document in outcomes:
            self._versions[document_id] = READER_VERSION
            self._note(
                item.found,
                "added" if item.document_id is None else "updated",
                document_id,
                warnings=document.warnings,
                report=report_json(document),
            )
        self._collection.catch_up(ready.terms)

    def prune(self, paths: Sequence[Path], found: Iterable[_Found]) -> None:
        """Forget files that are no longer under the paths named."""
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
        report: Mapping[str, Any] | None = None,
    ) -> None:
        self.report.files.append(
            FileOutcome(found.file, outcome, document_id, reason, message, warnings, report)
        )

    def _step(self, found: _Found) -> None:
        self._done += 1
        self._tell(self._done, found.file)

    def _reject(self, found: _Found, why: _Unreadable) -> None:
        self._note(found, "rejected", reason=why.reason, message=why.message)


def _read(tools: Tools, item: _ToRead) -> _Read | _Unreadable:
    """One file as a document with all that its passages need. Runs in any process."""
    try:
        document = read(item.found.file)
    except UnreadableDocument as error:
        return _Unreadable(error.reason, str(error))
    except OSError as error:
        return _Unreadable.of(item.found.file, error)
    signature = signature_of(tools.analyzer, document.text)
    return _Read(document, prepare(tools, document), signature)


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
    """Hidden files, Word's lock files, half-written downloads, sidecars: no documents."""
    lowered = name.lower()
    return (
        lowered.startswith((".", "~$"))
        or lowered in _IGNORED_NAMES
        or lowered.endswith((*_IGNORED_ENDINGS, ENDING))
    )


def _content_hash(file: Path) -> str:
    """sha256 of a file's bytes and of its sidecar's, if it has one, in hexadecimal."""
    with file.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256")
    if (sidecar := sidecar_of(file)).is_file():
        digest.update(b"\0" + sidecar.read_bytes())
    return digest.hexdigest()
