"""Every file is read by another process, which may die of it.

The process reads one file after the other, so that thousands of small files do not each pay for
a start; it is replaced after some, or when it has grown, or when a file killed it or held it up.
What it made comes back through a file, and is trusted no further than its types: a parser that
was taken over must not take over us.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from index import model
from index.errors import UnreadableDocument
from index.model import Document
from ingest.limits import SECONDS
from ingest.unpacking import Member

_FILES_PER_PROCESS = 500
# What a process may have kept of the files before and still take another.
_KEPT_BYTES = 1000 * 1024 * 1024
# However much time a file asks for.
_MOST_SECONDS = 2 * 60 * 60
_RESULT_BYTES = 512 * 1024 * 1024
RESULT_NAME = "result"
PICTURES_NAME = "pictures"
MEMBERS_NAME = "members"


@dataclass(frozen=True, slots=True)
class Result:
    """What a file was: a document, or an archive with members. Pictures of its pages and the
    members are in `folder`, which is the caller's to remove."""

    folder: Path
    document: Document | None = None
    members: tuple[Member, ...] = ()

    @property
    def pictures(self) -> Path:
        return self.folder / PICTURES_NAME

    def member_file(self, member: Member) -> Path:
        return self.folder / MEMBERS_NAME / member.file


class Sandbox:
    """One reading process at a time, started when first needed. Not for several threads."""

    def __init__(self) -> None:
        self._process: _Process | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    def read(self, path: Path, room: Path) -> Result:
        """What the file holds; what is made on the way lies below `room`.

        Raises UnreadableDocument; `time_limit`, `resource_limit` and `reader_died` are found
        here, all others by the readers.
        """
        folder = Path(tempfile.mkdtemp(prefix="read-", dir=room))
        try:
            return self._read(path, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _read(self, path: Path, folder: Path) -> Result:
        process = self._process = self._process or _Process()
        try:
            kind, value = process.read(path, folder)
        except _Died:
            kind, value = "refused", ("reader_died", "读这份文件时出错，已跳过；文件可能已损坏")
        except BaseException:  # out of time, or interrupted: whatever it is doing, it is over
            self.close()
            raise
        if kind != "refused":
            if process.is_worn():
                self.close()
            return Result(folder, **{kind: value})
        reason, message = value
        if reason in ("reader_died", "resource_limit"):
            self.close()
            if process.files > 1:  # perhaps it was what other files had left behind
                shutil.rmtree(folder)
                folder.mkdir()
                return self._read(path, folder)
        raise UnreadableDocument(reason, message)


class _Died(Exception):
    """The reading process ended before it had an answer."""


class _Process:
    """A reading process and the line to it."""

    def __init__(self) -> None:
        self.files = 0
        # Messages arrive whole or not at all, so that none can be half sent for ever.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line = ours
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ingest.reading_process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={
                    "PATH": os.environ.get("PATH", os.defpath),
                    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                    "LANG": "C.UTF-8",
                    "MALLOC_ARENA_MAX": "2",
                },
            )

    def read(self, path: Path, folder: Path) -> tuple[str, Any]:
        """("document" or "members" or "refused", what it is). Raises _Died, or
        UnreadableDocument `time_limit`."""
        self.files += 1
        try:
            self._line.send(b"\0".join(map(os.fsencode, (path.absolute(), folder.absolute()))))
            self._wait()
        except OSError as error:  # nobody at the other end
            raise _Died from error
        try:
            file = os.open(folder / RESULT_NAME, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(file, "rb") as handle:
                if os.fstat(file).st_size > _RESULT_BYTES:
                    raise _Died
                kind, value = _Reader(handle).load()
        except (OSError, pickle.UnpicklingError, EOFError, ValueError, TypeError) as error:
            raise _Died from error
        return kind, value

    def _wait(self) -> None:
        """Until it says that it is done."""
        now = time.monotonic()
        end, latest = now + SECONDS, now + _MOST_SECONDS
        while True:
            ready, _, _ = select.select([self._line], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise UnreadableDocument("time_limit", "读得太久，已放弃；文件可能已损坏")
            message = self._line.recv(64)
            if not message:
                raise _Died
            if message == b"done":
                return
            with contextlib.suppress(ValueError):
                end = min(end + max(0.0, float(message)), latest)

    def is_worn(self) -> bool:
        """Whether the next file should have a new process."""
        if self.files >= _FILES_PER_PROCESS:
            return True
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return True
        return int(pages) * os.sysconf("SC_PAGE_SIZE") > _KEPT_BYTES

    def kill(self) -> None:
        """End it and all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._line.close()


class _Reader(pickle.Unpickler):
    """Makes nothing but the nouns of a document."""

    _CLASSES = frozenset(
        (
            *("Document", "Paragraph", "Section", "Clause", "Contact", "Attachment"),
            *("Dropped", "Evidence", "Passage"),
        )
    )

    def find_class(self, module: str, name: str) -> Any:
        if module == "index.model" and name in self._CLASSES:
            return getattr(model, name)
        if (module, name) == ("ingest.unpacking", "Member"):
            return Member
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a document")
