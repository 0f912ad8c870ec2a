"""A folder that is watched: which files may be read now, and which are gone.

The system says what changes, while it is still being written and not on every drive. So a file is
taken when it has stopped changing for a while, and all are looked at again from time to time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from ingest.ignored import is_ignored
from ingest.sidecar import described_by

# So long must a file have stayed as it is.
SETTLED_SECONDS = 2.0
# A file that was moved is first gone and then there: it keeps its identity when both are seen.
_GONE_SECONDS = 6.0
_TICK_MILLISECONDS = 500

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Round:
    """What to read now: these files, or `all` of the folder but what still changes. `gone` are
    files and folders that are no longer there."""

    files: tuple[Path, ...] = ()
    gone: tuple[Path, ...] = ()
    all: bool = False


class Watched:
    """What is known of the changes of a folder; told of them, it says what is ready.

    Times are seconds of `clock`, which never goes back.
    """

    def __init__(self, rescan_seconds: float, clock: Clock = time.monotonic) -> None:
        self._rescan_seconds = rescan_seconds
        self._clock = clock
        self._scanned: float | None = None
        # By file: its state when last looked at, and since when it has been so.
        self._changing: dict[Path, tuple[tuple[int, int], float]] = {}
        self._gone: dict[Path, float] = {}

    def note(self, change: Change, path: Path) -> None:
        """The system says that something happened to this file, folder or sidecar."""
        file = described_by(path)
        if change is Change.deleted and not file.exists():
            self._gone[file] = self._clock()
            self._changing.pop(file, None)
        elif file.is_file():
            self._see(file)
            self._gone.pop(file, None)
        elif file.is_dir():  # moved here with all that is in it
            self._scanned = None

    def is_ready(self, file: Path) -> bool:
        """Whether the file has stayed as it is for long enough; asked of files nobody told of."""
        if file in self._changing:
            return False
        state = _state_of(file)
        if state is None or not 0 <= time.time() - state[1] / 1e9 < SETTLED_SECONDS:
            return True
        self._see(file)
        return False

    def due(self) -> Round | None:
        """What to do now; None when there is nothing."""
        now = self._clock()
        settled = [file for file in list(self._changing) if self._has_settled(file, now)]
        for file in settled:
            del self._changing[file]
        if self._scanned is None or now - self._scanned >= self._rescan_seconds:
            self._scanned = now
            self._gone.clear()
            return Round(all=True)
        gone: list[Path] = []
        if not self._changing:
            gone = [file for file, since in self._gone.items() if now - since >= _GONE_SECONDS]
        for file in gone:
            del self._gone[file]
        away = tuple(file for file in gone if not file.exists())
        return Round(tuple(settled), away) if settled or away else None

    def _see(self, file: Path) -> None:
        state = _state_of(file)
        if state is not None:
            self._changing[file] = (state, self._clock())

    def _has_settled(self, file: Path, now: float) -> bool:
        state = _state_of(file)
        if state is None:
            del self._changing[file]
            return False
        before, since = self._changing[file]
        if state != before:
            self._changing[file] = (state, now)
            return False
        return now - since >= SETTLED_SECONDS


def rounds(folder: Path, watched: Watched, stop: Event) -> Iterator[Round]:
    """What to read, as it becomes due, until `stop` is set. The first is the whole folder."""
    folder = folder.resolve()
    changes = watch(
        folder,
        watch_filter=lambda change, path: _concerns(folder, Path(path)),
        stop_event=stop,
        step=100,
        debounce=_TICK_MILLISECONDS,
        rust_timeout=_TICK_MILLISECONDS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    for batch in changes:
        for change, path in batch:
            watched.note(change, Path(path))
        if due := watched.due():
            yield due


def _concerns(folder: Path, path: Path) -> bool:
    """Whether it is a document, the sidecar of one, or a folder, and none of them is hidden."""
    parts = path.relative_to(folder).parts
    if any(part.startswith(".") for part in parts):
        return False
    return not is_ignored(described_by(path).name) and not path.is_symlink()


def _state_of(file: Path) -> tuple[int, int] | None:
    """Size and time of the last change; None when it is not there."""
    try:
        status = file.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
