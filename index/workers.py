"""Work spread over processes, with results in the order of the work.

Reading, segmenting and encoding are slow and hold Python's interpreter lock, so threads would
not help. A process of its own costs seconds to start (jieba's dictionary), so the first tasks
run here and processes start only when there are more.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from index.analyzer import Analyzer
from index.encoder import Encoder, StaticEncoder

# Tasks in flight for each process: enough to go on with while a batch is committed.
_AHEAD = 24

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Tools:
    """What a task works with. `encoder` is None where encoding is left to the main process: a
    transformer would need its memory once more in every worker."""

    analyzer: Analyzer
    encoder: StaticEncoder | None = None


class Workers:
    """As many processes as cores, started after `here` tasks; use it as a context manager."""

    def __init__(
        self,
        analyzer: Analyzer,
        encoder: Encoder | None,
        processes: int | None = None,
        *,
        here: int = 24,
        begin: Callable[[], None] | None = None,
    ) -> None:
        """`begin`, of a module's top level, is what each process does first."""
        self._here = here
        self._begin = begin
        static = encoder if isinstance(encoder, StaticEncoder) else None
        self._tools = Tools(analyzer, static)
        self._processes = (os.cpu_count() or 1) if processes is None else processes
        self._pool: ProcessPoolExecutor | None = None
        self._done = 0

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def map(
        self,
        function: Callable[[Tools, Task], Result],
        tasks: Iterable[Task],
    ) -> Iterator[tuple[Task, Result]]:
        """Each task with `function(tools, task)`, in order; tasks are taken as they are needed.

        `function` must be of a module's top level. What it raises is raised here.
        """
        waiting: deque[tuple[Task, Future[Result]]] = deque()
        for task in tasks:
            self._done += 1
            if self._processes < 2 or self._done <= self._here:
                yield task, function(self._tools, task)
                continue
            waiting.append((task, self._started().submit(_run, function, task)))
            if len(waiting) > self._processes * _AHEAD:
                task, future = waiting.popleft()
                yield task, future.result()
        for task, future in waiting:
            yield task, future.result()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            folder = None if self._tools.encoder is None else self._tools.encoder.folder
            self._pool = ProcessPoolExecutor(
                self._processes, get_context("spawn"), _open_tools, (folder, self._begin)
            )
        return self._pool


_tools: Tools | None = None


def _open_tools(folder: Path | None, begin: Callable[[], None] | None) -> None:
    """In a worker: load what tasks need, and leave interrupts to the main process."""
    global _tools
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    if begin is not None:
        begin()
    analyzer = Analyzer()
    _tools = Tools(analyzer, None if folder is None else StaticEncoder(folder, analyzer))


def end_with_parent() -> None:
    """For a thread of a child: one whose parent was killed would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _run(function: Callable[[Tools, Task], Result], task: Task) -> Result:
    assert _tools is not None
    return function(_tools, task)
