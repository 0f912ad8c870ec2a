"""Looks after a folder: what is put into it is in the library a few seconds later."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event
from types import FrameType

from index.collection import Collection
from index.errors import SearchError
from index.model import Audience
from index.removal import tidy
from ingest.found import walk
from ingest.outcome import Report
from ingest.pipeline import ingest
from ingest.watching import Round, Watched, rounds

_log = logging.getLogger(__name__)


class Caretaker:
    """Takes up the changes of `folder` until told to stop.

    The library is opened for each round anew: in between others may write, and an idle
    caretaker holds no memory for it.
    """

    def __init__(
        self,
        folder: Path,
        opened: Callable[[], AbstractContextManager[Collection]],
        *,
        audience: Audience | None,
        prune: bool,
        minutes: int,
    ) -> None:
        self._folder = folder.resolve()
        self._opened = opened
        self._audience = audience
        self._prune = prune
        self._watched = Watched(minutes * 60.0)
        self._refused: dict[Path, str] = {}
        self._stop = Event()

    def run(self, tell: Callable[[Report | str], None]) -> None:
        """Until Ctrl-C or SIGTERM; `tell` hears of every round that brought something."""
        signal.signal(signal.SIGTERM, self._end)
        tell(f"正在照看 {self._folder}，按 Ctrl-C 停止")
        try:
            for due in rounds(self._folder, self._watched, self._stop):
                self._take(due, tell)
        except KeyboardInterrupt:
            self._stop.set()
        tell("已停止；读入的文件都已保存")

    def _end(self, signum: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _take(self, due: Round, tell: Callable[[Report | str], None]) -> None:
        try:
            with self._opened() as collection:
                report = self._ingest(collection, due)
        except (SearchError, OSError) as error:  # the next look at the whole folder may succeed
            _log.warning("round failed: %s", error)
            tell(f"这一次没有读成：{error}")
            return
        report.files = [file for file in report.files if self._is_news(file.file, file.reason)]
        tell(report)
        if report.interrupted:
            self._stop.set()

    def _ingest(self, collection: Collection, due: Round) -> Report:
        paths = [file for file in due.files if file.is_file()]
        prune = self._prune
        if due.all:
            paths = [self._folder] if self._folder.is_dir() else []
            # A drive that is not mounted is an empty folder, and no reason to forget everything.
            prune = prune and any(True for _ in walk(paths))
        report = ingest(
            collection,
            paths,
            audience=self._audience,
            prune=prune,
            gone=due.gone,
            ready=self._watched.is_ready if due.all else lambda file: True,
        )
        if report.withdrew:
            tidy(collection)
        return report

    def _is_news(self, file: Path, reason: str | None) -> bool:
        """Whether it was not said before that this file cannot be read."""
        before = self._refused.pop(file, None)
        if reason is not None:
            self._refused[file] = reason
        return reason is None or before != reason
