"""Every file is read by another process, which may die of it.

The process reads one file after the other, so that thousands of small files do not each pay for
a start; it is replaced after some, or when it has grown, or when a file killed it or held it up.
What it made comes back through a file and is not trusted: a parser that was taken over must not
take over us.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from index.errors import UnreadableDocument
from index.model import Document
from ingest.answer import MEMBERS_NAME, PICTURES_NAME, RESULT_NAME, Answer, understood
from ingest.limits import SECONDS
from ingest.unpacking import Member

_FILES_PER_PROCESS = 500
# What a process may have kept of the files before and still take another.
_KEPT_KILOBYTES = 1000 * 1024
# However much time a file asks for: that of the most scanned pages.
_MOST_SECONDS = 90 * 60.0
# Time is that of the processor, so that a busy machine refuses no good file; a process that does
# next to nothing is stuck, and nothing may take longer than several times its share.
_STUCK = 0.1
_PATIENCE = 6
_TICK_SECONDS = 1.0
_RESULT_BYTES = 128 * 1024 * 1024
# After these nobody knows in what state the process is.
_UNSOUND = frozenset(("reader_died", "resource_limit", "time_limit"))


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

    def start(self) -> None:
        """Start the process now, if there is none, so that it is ready when asked."""
        self._process = self._process or _Process()

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
            remove(folder)
            raise

    def _read(self, path: Path, folder: Path) -> Result:
        process = self._process = self._process or _Process()
        try:
            answer = process.read(path, folder)
        except _Died:
            answer = Answer(
                reason="reader_died", message="读这份文件时出错，已跳过；文件可能已损坏"
            )
        except BaseException:  # interrupted: whatever it is doing, it is over
            self.close()
            raise
        if answer.reason in _UNSOUND or process.is_worn():
            self.close()
        if not answer.reason:
            return Result(folder, answer.document, answer.members)
        if answer.reason in ("reader_died", "resource_limit") and process.files > 1:
            # Perhaps it was what other files had left behind.
            remove(folder)
            folder.mkdir()
            return self._read(path, folder)
        raise UnreadableDocument(answer.reason, answer.message)


def remove(folder: Path) -> None:
    """Remove what a reading process was given to write to, whatever it made of it."""
    if folder.is_symlink():
        folder.unlink()
        return
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        subprocess.run(["rm", "-rf", "--", str(folder)], check=False)


class _Died(Exception):
    """The reading process ended before it had an answer."""


class _Process:
    """A reading process and the line to it."""

    def __init__(self) -> None:
        self.files = 0
        self._kilobytes = 0
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

    def read(self, path: Path, folder: Path) -> Answer:
        """What it says of the file; `time_limit` is said here. Raises _Died."""
        self.files += 1
        try:
            self._line.send(b"\0".join(map(os.fsencode, (path.absolute(), folder.absolute()))))
            if not self._is_done():
                message = "读得太久，已放弃；文件可能已损坏"
                return Answer(reason="time_limit", message=message)
            answer = understood(_content(folder / RESULT_NAME))
        except (OSError, ValueError, OverflowError) as error:
            raise _Died from error
        for member in answer.members:
            if member.file and not _is_plain(folder / MEMBERS_NAME / member.file):
                raise _Died
        return answer

    def _is_done(self) -> bool:
        """Wait until it says so; False when it takes too long. Raises _Died."""
        budget, began = SECONDS, time.monotonic()
        before: float | None = None  # not looked at for the many files that take a moment
        while True:
            ready, _, _ = select.select([self._line], [], [], _TICK_SECONDS)
            lasted = time.monotonic() - began
            if before is None and not ready:
                before = self._seconds_worked()
            if lasted >= budget:
                used = self._seconds_worked() - (before or 0.0)
                if used >= budget or used < _STUCK * lasted or lasted >= _PATIENCE * budget:
                    return False
            if not ready:
                continue
            word, _, number = self._line.recv(64).partition(b" ")
            if not word:
                raise _Died
            value = float(number)
            if word == b"done":
                self._kilobytes = int(value)
                return True
            if math.isfinite(value):
                budget = min(budget + max(0.0, value), _MOST_SECONDS)

    def _seconds_worked(self) -> float:
        """Processor time of it and all that it started."""
        ticks = 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = status.read_text(errors="replace").rpartition(")")[2].split()
                if int(fields[3]) == self._process.pid:  # its session
                    ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def is_worn(self) -> bool:
        """Whether the next file should have a new process."""
        return self.files >= _FILES_PER_PROCESS or self._kilobytes > _KEPT_KILOBYTES

    def kill(self) -> None:
        """End it and all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._line.close()


def _content(file: Path) -> bytes:
    """The bytes of a plain file. Raises OSError, ValueError."""
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as opened:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _RESULT_BYTES:
            raise ValueError("no plain file, or too large")
        return opened.read(_RESULT_BYTES)


def _is_plain(file: Path) -> bool:
    """Whether this is a file in a folder of its own, and no link leads elsewhere."""
    if file.parent.is_symlink() or file.parent.parent.is_symlink():
        return False
    try:
        return stat.S_ISREG(file.lstat().st_mode)
    except OSError:
        return False
