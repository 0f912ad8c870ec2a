"""A watched folder: files are taken when they have settled, and come back after a restart."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchfiles import Change

from index.library import Library
from ingest.watching import Round, Watched

LONG_AGO = 1_700_000_000


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watched(clock: Clock) -> Watched:
    watched = Watched(600, clock)
    assert watched.due() == Round(all=True)
    return watched


def _file(tmp_path: Path, name: str, text: str = "文字") -> Path:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_growing_file_waits_until_it_has_settled(
    tmp_path: Path, watched: Watched, clock: Clock
) -> None:
    file = _file(tmp_path, "a.txt")
    watched.note(Change.added, file)
    clock.now = 1.9
    assert watched.due() is None
    file.write_text("文字又多了", encoding="utf-8")
    clock.now = 2.5
    assert watched.due() is None  # it was seen to grow just now
    clock.now = 4.4
    assert watched.due() is None
    clock.now = 4.6
    assert watched.due() == Round((file,))
    assert watched.due() is None


def test_a_sidecar_speaks_for_its_file(tmp_path: Path, watched: Watched, clock: Clock) -> None:
    file = _file(tmp_path, "a.txt")
    watched.note(Change.modified, _file(tmp_path, "a.txt.meta.toml"))
    clock.now = 3
    assert watched.due() == Round((file,))


def test_what_is_gone_waits_for_where_it_may_have_gone(
    tmp_path: Path, watched: Watched, clock: Clock
) -> None:
    old, new = tmp_path / "旧.txt", _file(tmp_path, "新.txt")
    watched.note(Change.deleted, old)
    clock.now = 5.5
    watched.note(Change.added, new)
    clock.now = 6.5
    assert watched.due() is None  # the new one has not settled yet
    clock.now = 8
    assert watched.due() == Round((new,), (old,))


def test_a_file_saved_anew_is_not_gone(tmp_path: Path, watched: Watched, clock: Clock) -> None:
    file = _file(tmp_path, "a.docx")
    file.unlink()
    watched.note(Change.deleted, file)
    _file(tmp_path, "a.docx")
    clock.now = 20
    assert watched.due() is None


def test_everything_is_looked_at_again_from_time_to_time(
    tmp_path: Path, watched: Watched, clock: Clock
) -> None:
    clock.now = 599
    assert watched.due() is None
    clock.now = 600
    assert watched.due() == Round(all=True)
    folder = tmp_path / "搬来的"
    folder.mkdir()
    watched.note(Change.added, folder)
    assert watched.due() == Round(all=True)


def test_the_look_at_everything_leaves_what_still_changes(
    tmp_path: Path, watched: Watched, clock: Clock
) -> None:
    old, new = _file(tmp_path, "old.txt"), _file(tmp_path, "new.txt")
    os.utime(old, (LONG_AGO, LONG_AGO))
    assert watched.is_ready(old)
    assert not watched.is_ready(new)
    clock.now = 3
    assert watched.due() == Round((new,))
    assert watched.is_ready(tmp_path / "none.txt")


class Caretaker:
    """`xiehui watch` running over a folder."""

    def __init__(self, folder: Path, home: Path, *flags: str) -> None:
        self.folder, self.home, self.flags = folder, home, flags
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("xiehui")), "watch", str(self.folder)]
        self.process = subprocess.Popen(
            [*command, "--home", str(self.home), *self.flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        assert self.process is not None
        self.process.send_signal(how)
        said, _ = self.process.communicate(timeout=30)
        self.process = None
        return said

    def sources(self) -> dict[str, str]:
        """Document by file."""
        if not (self.home / "library.sqlite3").exists():
            return {}
        library = Library(self.home)
        try:
            return {source.path: source.document_id for source in library.sources()}
        finally:
            library.close()


@pytest.fixture
def caretaker(tmp_path: Path) -> Iterator[Caretaker]:
    folder = tmp_path / "文件"
    folder.mkdir()
    caretaker = Caretaker(folder, tmp_path / "home", "--prune")
    yield caretaker
    if caretaker.process is not None:
        caretaker.process.kill()
        caretaker.process.communicate()


def _until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def test_files_come_grow_move_and_go_over_a_restart(caretaker: Caretaker) -> None:
    folder = caretaker.folder
    _file(folder, "一.txt", "会员单位每年三月底前缴纳会费。")
    caretaker.start()
    _until(lambda: set(caretaker.sources()) == {"一.txt"})
    with (folder / "二.txt").open("w", encoding="utf-8") as growing:
        for part in range(8):
            growing.write(f"第{part}段文字，写得很慢。")
            growing.flush()
            time.sleep(0.5)
            assert "二.txt" not in caretaker.sources()
    _until(lambda: "二.txt" in caretaker.sources())
    before = caretaker.sources()["二.txt"]
    shutil.move(folder / "二.txt", folder / "三.txt")
    _until(lambda: set(caretaker.sources()) == {"一.txt", "三.txt"})
    assert caretaker.sources()["三.txt"] == before
    said = caretaker.stop()
    assert "新增 1" in said and "改名 1" in said and "已停止" in said
    _file(folder, "四.txt", "校车早上七点从东门发车。")
    (folder / "一.txt").unlink()
    caretaker.start()
    _until(lambda: set(caretaker.sources()) == {"三.txt", "四.txt"})
    (folder / "四.txt").unlink()
    _until(lambda: set(caretaker.sources()) == {"三.txt"})
    assert "Traceback" not in caretaker.stop(signal.SIGINT)


def test_an_empty_drive_is_no_reason_to_forget(caretaker: Caretaker) -> None:
    file = _file(caretaker.folder, "一.txt", "会员单位每年三月底前缴纳会费。")
    caretaker.start()
    _until(lambda: set(caretaker.sources()) == {"一.txt"})
    caretaker.stop()
    file.unlink()
    caretaker.start()
    time.sleep(8)
    assert set(caretaker.sources()) == {"一.txt"}
    caretaker.stop()
