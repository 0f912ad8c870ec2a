"""More processes that answer at the same address, because one interpreter uses one core.

Every process opens the library by itself and listens with SO_REUSEPORT; the system deals
connections out among them. The first process is the one that was started: it keeps the others
alive and takes them with it when it ends, in whatever way.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from index.workers import end_with_parent

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 5.0


class Siblings:
    """`count` processes running `work`, a picklable callable that takes nothing; a context
    manager. One that ended is started again."""

    def __init__(self, count: int, work: Callable[[], None]) -> None:
        self._work = work
        self._ending = threading.Event()
        self._processes = [self._start() for _ in range(count)]
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Siblings:
        self._keeper.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def end(self) -> None:
        """Ask all of them to finish what they are answering; returns at once."""
        self._ending.set()
        for process in self._processes:
            process.terminate()

    def _start(self) -> BaseProcess:
        process = get_context("spawn").Process(target=_run, args=(self._work,), daemon=True)
        process.start()
        return process

    def _keep(self) -> None:
        while not self._ending.wait(_LOOK_EVERY_S):
            for at, process in enumerate(self._processes):
                if not process.is_alive():
                    log.error("an answering process ended (%s), another starts", process.exitcode)
                    self._processes[at] = self._start()


def _run(work: Callable[[], None]) -> None:
    # Ctrl-C reaches all processes of a terminal; only the first one speaks of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    work()
