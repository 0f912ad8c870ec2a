"""Does the jobs, in a process of its own: reading files needs memory and may go wrong, and the
processes that answer should feel neither. The process is there only while there is work.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from index.collection import Collection
from index.errors import SearchError
from index.library import Library
from index.removal import remove, tidy
from index.workers import end_with_parent
from ingest.outcome import FileOutcome
from ingest.pipeline import ingest
from service.jobs import DELETE, DONE, FAILED, INGEST, TIDY, Job, Jobs, row
from service.ledger import Ledger
from service.settings import Settings

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.5
_CLEAN_EVERY_S = 3600.0
_IGNORED = "隐藏文件、临时文件和 .meta.toml 不是资料，没有收入"
_DUPLICATE = "内容与已有的一份文件完全相同，谁能看到以较严的为准"

# What became of one job: how it ended, and of each of its files.
Ended = tuple[str, Sequence[Mapping[str, Any]]]


class Porter:
    """Looks after the queue from a thread of the first process; a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._jobs = Jobs(Ledger(settings.home))
        self._clean_next = 0.0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Porter:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ending.set()
        self._thread.join(timeout=5)

    def _keep(self) -> None:
        """Of several services of one library only one has a porter at work."""
        with (self._settings.home / "porter.lock").open("w") as lock:
            while not self._ending.wait(_LOOK_EVERY_S):
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                self._jobs.resume(datetime.now())  # of a process that died
                self._clean_now_and_then()
                if self._jobs.waiting():
                    self._have_done()

    def _clean_now_and_then(self) -> None:
        if time.monotonic() < self._clean_next:
            return
        self._clean_next = time.monotonic() + _CLEAN_EVERY_S
        self._jobs.forget_old(datetime.now())
        library = Library(self._settings.home)
        library.shelf.sweep_uploads(library.sources(), self._jobs.unfinished(), time.time())

    def _have_done(self) -> None:
        process = get_context("spawn").Process(target=_run, args=(self._settings,))
        process.start()
        while process.is_alive() and not self._ending.is_set():
            process.join(_LOOK_EVERY_S)
        if self._ending.is_set():
            process.terminate()  # what it has committed is kept, the rest is done next time
            process.join()
            self._jobs.put_back()
        elif process.exitcode:
            log.error("the process that does the jobs ended (%s)", process.exitcode)


def _run(settings: Settings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    work_off(settings)


def work_off(settings: Settings) -> None:
    """Do all jobs that are queued."""
    jobs = Jobs(Ledger(settings.home))
    collection = Collection(settings.home, encoder_name=settings.encoder)
    try:
        while batch := jobs.take():
            for job, (state, rows) in zip(batch, _done(collection, batch, jobs), strict=True):
                jobs.finish(job, state, rows, datetime.now())
    finally:
        collection.close()


def _done(collection: Collection, batch: Sequence[Job], jobs: Jobs) -> list[Ended]:
    do: Callable[[Collection, Sequence[Job], Jobs], list[Ended]]
    do = {INGEST: _ingest, DELETE: _delete, TIDY: _tidy}[batch[0].kind]
    try:
        return do(collection, batch, jobs)
    except (SearchError, OSError, sqlite3.Error) as error:
        log.error("%s failed: %s", batch[0].kind, error)
        return [(FAILED, [row(job.name, message=str(error))]) for job in batch]


def _ingest(collection: Collection, batch: Sequence[Job], jobs: Jobs) -> list[Ended]:
    folders = [collection.library.shelf.uploads.resolve() / job.job_id for job in batch]
    there = [folder for folder in folders if folder.is_dir()]
    report = ingest(collection, there, audience=batch[0].audience, again=True)
    if report.withdrew:
        jobs.tidy_later(datetime.now())
    return [
        _ended(collection, job, folder, [f for f in report.files if folder in f.file.parents])
        for job, folder in zip(batch, folders, strict=True)
    ]


def _ended(collection: Collection, job: Job, folder: Path, files: Sequence[FileOutcome]) -> Ended:
    """What became of the files of one job; what was rejected is not kept."""
    library = collection.library
    rejected = [file.file for file in files if file.outcome == "rejected"]
    with library.transaction():
        library.delete_refusals([str(file) for file in rejected])
    if len(rejected) == len(files):  # an archive of nothing but such, too
        shutil.rmtree(folder, ignore_errors=True)
    for file in rejected:
        library.shelf.drop_upload(file)
    if not files:
        return FAILED, [row(job.name, reason="ignored", message=_IGNORED)]
    rows = [
        row(
            str(file.file.relative_to(folder)),
            file.outcome,
            file.document_id,
            file.reason,
            _DUPLICATE if file.outcome == "duplicate" else file.message,
        )
        for file in files
    ]
    return DONE if len(rejected) < len(files) else FAILED, rows


def _delete(collection: Collection, batch: Sequence[Job], jobs: Jobs) -> list[Ended]:
    ids = [job.document_id for job in batch if job.document_id]
    remove(collection, ids)
    for document_id in ids:
        jobs.forget(document_id)
    jobs.tidy_later(datetime.now())
    return [(DONE, [])] * len(batch)


def _tidy(collection: Collection, batch: Sequence[Job], jobs: Jobs) -> list[Ended]:
    tidy(collection)
    library = collection.library
    library.shelf.sweep_uploads(library.sources(), jobs.unfinished(), time.time())
    jobs.shrink()
    return [(DONE, [])] * len(batch)
