"""Files become part of the library: found, read, encoded, committed in batches.

Every batch is one transaction of the library; what is derived from it catches up right after.
So a crash or Ctrl-C at any moment leaves whole documents, searchable, nothing twice.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.collection import Collection, encode
from index.errors import BadRequest, UnreadableDocument
from index.likeness import signature_of
from index.model import Audience, Document
from index.preparation import Prepared, prepare, together
from index.records import Refusal, Source
from index.workers import Tools, Workers
from ingest import ocr
from ingest.found import Found, is_there, walk
from ingest.inspection import report_json
from ingest.outcome import FileOutcome, Report
from ingest.reader import ability, version_of
from ingest.sandbox import Result, Sandbox, remove
from ingest.sidecar import read_sidecar
from ingest.sniff import check_size

# Passages per commit: some 2 s of work lost at worst, and the cost of a commit well spread.
_BATCH_PASSAGES = 2000
# Not remembered: another time they may be read.
_PASSING = frozenset(("unreadable_file", "time_limit", "reader_died", "missing_library"))

# Told after each file: how many are done, of how many, and which.
Progress = Callable[[int, int, Path], None]


@dataclass(frozen=True, slots=True)
class _ToRead:
    """A file that must be read; `document_id` is of the version it replaces, `parted` of the
    document it was a copy of until it was changed."""

    found: Found
    content_hash: str
    audience: Audience
    document_id: str | None
    parted: str | None
    room: Path


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a file and waits to be committed; `pictures` of its pages, if any, lie in
    that folder."""

    document: Document
    prepared: Prepared
    signature: bytes | None
    pictures: Path | None = None


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Why a file could not be read."""

    reason: str
    message: str

    @classmethod
    def of(cls, error: OSError) -> _Unreadable:
        return cls("unreadable_file", f"打不开：{error.strerror}")


_DELETED = _Unreadable(
    "deleted", "工作人员已把这份文件从资料库删除，没有再读入；要重新收入，请在命令后加 --again"
)


def ingest(
    collection: Collection,
    paths: Sequence[Path],
    *,
    audience: Audience | None = None,
    prune: bool = False,
    gone: Sequence[Path] = (),
    ready: Callable[[Path], bool] = lambda file: True,
    again: bool = False,
    progress: Progress = lambda done, total, file: None,
    processes: int | None = None,
) -> Report:
    """Bring the library up to the files under `paths`.

    `audience` None means staff for a new file and no change for a known one. `prune` removes
    what is no longer there under the paths named and those `gone`, and nothing else. Files that
    are not `ready` are left as they are. Files of deleted documents are rejected unless they are
    to be taken up `again`. `processes` read and segment, as many as there are cores when None.
    Raises BadRequest for a path that does not exist, EncoderUnavailable when vectors cannot be
    made.
    """
    for path in paths:
        if not path.exists():
            raise BadRequest(f"找不到 {path}，请检查路径")
    _start_reading()
    with (
        collection.writing(),
        collection.library.shelf.room() as room,
        Workers(
            collection.analyzer, collection.encoder(), processes, begin=_start_reading
        ) as workers,
    ):
        found = list({item.file: item for item in walk(paths)}.values())
        job = _Job(collection, audience, again, room, workers, progress)
        try:
            job.take([item for item in found if ready(item.file)])
            job.forget([*paths, *gone], found, prune=prune)
        except KeyboardInterrupt:
            job.report.interrupted = True
        job.finish()
    job.report.sort([item.file for item in found])
    return job.report


class _Job:
    """One run of ingest, holding the writer's lock."""

    def __init__(
        self,
        collection: Collection,
        audience: Audience | None,
        again: bool,
        room: Path,
        workers: Workers,
        progress: Progress,
    ) -> None:
        self._collection = collection
        self._library = collection.library
        self._audience = audience
        self._again = again
        self._room = room
        self._workers = workers
        self._progress = progress
        self._sources = {source.file: source for source in self._library.sources()}
        self._refusals = {refusal.file: refusal for refusal in self._library.refusals()}
        self._ability = ability()
        self._current = self._documents_read_as_today()
        self._waiting: list[tuple[_ToRead, _Read]] = []
        # Contents and documents that files being read now will bring or change.
        self._coming: set[str] = set()
        # Members of archives, and archives that could not be opened and may still hold some.
        self._members: list[Found] = []
        self._closed: set[Path] = set()
        self._done = self._total = 0
        self.report = Report()

    def _documents_read_as_today(self) -> set[str]:
        """Those of which reading the file again would give nothing new."""
        library = self._library
        poor = library.warned("some_pages_need_ocr", "pdf") if ocr.available() else set()
        return {
            held.document_id
            for held in library.documents()
            if held.reader_version >= version_of(held.format)
        } - poor

    def take(self, found: Sequence[Found]) -> None:
        """Read what is new among the files; those that depend on others wait for a next turn."""
        self._total += len(found)
        while found:
            later: list[Found] = []
            self._take(found, later)
            self._flush()
            self._coming.clear()
            found = later

    def _take(self, found: Sequence[Found], later: list[Found]) -> None:
        for item, result in self._workers.map(_read, self._to_read(found, later)):
            if isinstance(result, _Unreadable):
                self._refuse(item, result)
            elif isinstance(result, Result):
                self._open(item, result, later)
            else:
                self._hold(item, result)
            self._step(item.found)

    def _hold(self, item: _ToRead, read: _Read) -> None:
        """Keep what was read until enough of it waits to be committed together."""
        shelf = self._library.shelf
        try:
            shelf.keep_original(item.found.readable, item.content_hash)
        except OSError as error:  # gone meanwhile, or the disk is full
            self._refuse(item, _Unreadable.of(error))
            return
        if read.pictures is not None:
            shelf.keep_pictures(read.pictures, item.content_hash)
            remove(read.pictures.parent)
        self._waiting.append((item, read))
        if sum(len(r.document.passages) for _, r in self._waiting) >= _BATCH_PASSAGES:
            self._flush()

    def _open(self, item: _ToRead, archive: Result, later: list[Found]) -> None:
        """Read the members of an archive as files of their own."""
        if item.found.archive is not None:
            self._refuse(item, _Unreadable("nested_archive", "压缩包套得太深，没有打开"))
            return
        self._forget_refusal(item.found)
        if source := self._sources.get(item.found.file):  # it was a document once
            with self._library.transaction():
                self._delete_source(source)
        found = []
        for member in archive.members:
            member_found = item.found.member(member.name, archive.member_file(member))
            self._members.append(member_found)
            if member.reason:
                self._reject(member_found, _Unreadable(member.reason, member.message))
            else:
                found.append(member_found)
        self._total += len(found)
        self._take(found, later)
        if not any(waits.archive == item.found.file for waits in later):
            remove(archive.folder)

    def _to_read(self, found: Sequence[Found], later: list[Found]) -> Iterator[_ToRead]:
        """The files that must be read; what is known of the others is settled at once."""
        for item in found:
            source = self._sources.get(item.file)
            if source is not None:
                item = replace(item, root=source.root, path=source.path)
            hashes = _hashes(item)
            if isinstance(hashes, _Unreadable):
                self._reject(item, hashes)
                self._step(item)
                continue
            alone, digest = hashes
            if self._library.decisions.is_buried(alone):
                if not self._again:
                    self._reject(item, _DELETED)
                    self._step(item)
                    continue
                with self._library.transaction():
                    self._library.decisions.unbury(alone)
            known = self._library.by_content(digest)
            if {digest, known, source and source.document_id} & self._coming:
                later.append(item)
            elif source is not None and source.content_hash == digest:
                if source.document_id in self._current:
                    self._keep(item, source)
                    self._step(item)
                else:
                    yield self._will_read(item, digest, source, source.document_id)
            elif known is not None:
                self._point(item, source, digest, known)
                self._step(item)
            elif refusal := self._known_refusal(item, digest):
                self._reject(item, _Unreadable(refusal.reason, refusal.message))
                self._step(item)
            else:
                yield self._will_read(item, digest, source, self._replaced(source))

    def _known_refusal(self, found: Found, digest: str) -> Refusal | None:
        """That this content could not be read, and why it could not be read today either."""
        refusal = self._refusals.get(str(found.file))
        if refusal is None or (refusal.content_hash, refusal.ability) != (digest, self._ability):
            return None
        return refusal

    def _will_read(
        self, found: Found, digest: str, source: Source | None, replaces: str | None
    ) -> _ToRead:
        self._coming |= {digest} | ({source.document_id} if source else set())
        audience = self._audience_of(found, source)
        parted = source.document_id if source and replaces is None else None
        return _ToRead(found, digest, audience, replaces, parted, self._room)

    def _audience_of(self, found: Found, before: Source | None) -> Audience:
        """What the sidecar says, else who ingests, else as before; a new file is the staff's.
        The sidecar of an archive speaks for its members."""
        said = read_sidecar(found.archive or found.readable).audience or self._audience
        return said or (before.audience if before else Audience.STAFF)

    def _keep(self, found: Found, source: Source) -> None:
        """The file is as it was; only its audience may have been set anew."""
        audience = self._audience_of(found, source)
        if audience is source.audience:
            self._note(found, "unchanged", source.document_id)
            return
        with self._library.transaction():
            self._put_source(found, source.content_hash, audience, source.document_id)
        self._note(found, "updated", source.document_id)

    def _point(self, found: Found, source: Source | None, digest: str, document_id: str) -> None:
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
                if source.document_id == document_id and not is_there(source.file)
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
        outcomes = []
        with library.transaction():
            library.put_vectors(encoder.identity, {**ready.vectors, **made})
            for item, read in batch:
                document_id = library.put_document(
                    read.document,
                    read.prepared.vector_keys,
                    item.content_hash,
                    version_of(read.document.format),
                    item.document_id,
                    read.signature,
                )
                self._put_source(item.found, item.content_hash, item.audience, document_id)
                self._inherit(document_id, item)
                self._forget_refusal(item.found)
                outcomes.append((item, document_id, read.document))
        for item, document_id, document in outcomes:
            self._current.add(document_id)
            self._note(
                item.found,
                "added" if item.document_id is None else "updated",
                document_id,
                warnings=document.warnings,
                report=report_json(document),
            )
        self._collection.catch_up(ready.terms)

    def _inherit(self, document_id: str, item: _ToRead) -> None:
        """A copy that was changed stays closed where the document it parts from was closed."""
        if item.parted is not None:
            decision = self._library.decisions.about(item.parted)
            if decision.audience is not None and decision.audience.rank > item.audience.rank:
                self._library.decide(document_id, replace(decision, released=False))

    def forget(self, paths: Sequence[Path], found: Iterable[Found], *, prune: bool) -> None:
        """Forget why files under the paths could not be read that are no longer there, and with
        `prune` the documents of such files, too."""
        present = {item.file for item in found} | {item.file for item in self._members}
        roots = [path.resolve() for path in paths]

        def is_gone(file: Path) -> bool:
            below = any(file == root or root in file.parents for root in roots)
            return below and file not in present and self._closed.isdisjoint(file.parents)

        if forgotten := [file for file in self._refusals if is_gone(Path(file))]:
            with self._library.transaction():
                self._library.delete_refusals(forgotten)
        for source in list(self._sources.values()) if prune else ():
            if is_gone(source.file):
                with self._library.transaction():
                    self._delete_source(source)
                self._note(Found(source.root, source.path), "removed", source.document_id)

    def finish(self) -> None:
        """Commit the rest and drop what nothing refers to any more."""
        self._flush()
        self._collection.catch_up()
        idle = self.report.count("unchanged") + self.report.count("rejected")
        if idle < len(self.report.files):
            with self._library.transaction():
                self._library.sweep()

    def _put_source(self, found: Found, digest: str, audience: Audience, document_id: str) -> None:
        source = Source(found.root, found.path, digest, audience, document_id)
        self.report.withdrew |= self._library.put_source(source)
        self._sources[found.file] = source

    def _delete_source(self, source: Source) -> None:
        self.report.withdrew |= self._library.delete_source(source)
        del self._sources[source.file]

    def _note(
        self,
        found: Found,
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

    def _step(self, found: Found) -> None:
        self._done += 1
        self._progress(self._done, self._total, found.file)

    def _refuse(self, item: _ToRead, why: _Unreadable) -> None:
        """Reject what was just read, and remember why."""
        self._reject(item.found, why)
        with self._library.transaction():
            if why.reason in _PASSING:
                self._library.delete_refusals([str(item.found.file)])
            else:
                self._library.put_refusal(
                    Refusal(
                        str(item.found.file),
                        item.content_hash,
                        self._ability,
                        why.reason,
                        why.message,
                    )
                )

    def _forget_refusal(self, found: Found) -> None:
        if str(found.file) in self._refusals:
            self._library.delete_refusals([str(found.file)])

    def _reject(self, found: Found, why: _Unreadable) -> None:
        self._closed.add(found.file)
        self._note(found, "rejected", reason=why.reason, message=why.message)


def _hashes(found: Found) -> tuple[str, str] | _Unreadable:
    """Those of its content, unless that is too much to look at."""
    try:
        check_size(found.readable.stat().st_size)
        return found.hashes()
    except OSError as error:
        return _Unreadable.of(error)
    except UnreadableDocument as error:
        return _Unreadable(error.reason, str(error))


# One for each process that reads; it ends when this process does.
_sandbox = Sandbox()
atexit.register(_sandbox.close)


def _start_reading() -> None:
    """Start the reading process, which takes a second to be ready, while there is other work."""
    _sandbox.start()


def _read(tools: Tools, item: _ToRead) -> _Read | _Unreadable | Result:
    """One file as a document with all that its passages need, or an archive. In any process."""
    try:
        result = _sandbox.read(item.found.readable, item.room)
    except UnreadableDocument as error:
        return _Unreadable(error.reason, str(error))
    except OSError as error:
        return _Unreadable.of(error)
    document = result.document
    if document is None:
        return result
    signature = signature_of(tools.analyzer, document.text)
    pictures: Path | None = result.pictures
    if not any(result.pictures.iterdir()):
        remove(result.folder)
        pictures = None
    return _Read(document, prepare(tools, document), signature, pictures)
