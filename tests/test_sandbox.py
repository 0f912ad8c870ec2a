"""Files are read by a process that may die of them, and nothing else dies."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest import sandbox as sandbox_module
from ingest.reader import read
from ingest.sandbox import Sandbox

# What a reader may be replaced by, in the table of readers: see `_misbehave`.
_CODE = """
import ingest.readers as readers
class Bad:
    module, function, version = "misbehaving", "read", 0
readers._READERS["txt"] = Bad
"""


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    room = tmp_path / "room"
    room.mkdir()
    with closing(Sandbox()) as opened:
        yield opened
    assert list(room.iterdir()) == [], "something was left behind"


def _misbehave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """A text file, and instead of the text reader a function that does `body` to it."""
    code = tmp_path / "code"
    code.mkdir()
    lines = "\n    ".join(body.splitlines())
    (code / "misbehaving.py").write_text(f"def read(path):\n    {lines}\n", encoding="utf-8")
    (code / "sitecustomize.py").write_text(_CODE, encoding="utf-8")
    monkeypatch.syspath_prepend(code)
    file = tmp_path / "a.txt"
    file.write_text("文字", encoding="utf-8")
    return file


def _running() -> set[bytes]:
    """Command lines of all processes."""
    found = set()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.add(file.read_bytes())
    return found


def _reason(box: Sandbox, file: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        box.read(file, file.parent / "room")
    return caught.value.reason


def _text(box: Sandbox, file: Path) -> str:
    result = box.read(file, file.parent / "room")
    shutil.rmtree(result.folder)
    assert result.document is not None
    return result.document.text


def test_a_document_comes_back_whole(box: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "通知.html"
    file.write_text(
        "<html><body><h1>关于召开年会的通知</h1><p>各会员单位：</p><p>定于6月召开年会。</p>"
        "<table><tr><td>联系人</td><td>电话</td></tr><tr><td>张三</td><td>028-5550100</td></tr>"
        "</table></body></html>",
        encoding="utf-8",
    )
    result = box.read(file, file.parent / "room")
    assert result.document == read(file)
    shutil.rmtree(result.folder)


def test_reasons_come_back(box: Sandbox, tmp_path: Path) -> None:
    empty = tmp_path / "a.pdf"
    empty.touch()
    assert _reason(box, empty) == "empty_file"
    assert _reason(box, tmp_path / "none.pdf") == "unreadable_file"


def test_a_file_that_kills_its_reader_costs_only_itself(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _misbehave(tmp_path, monkeypatch, "import os, signal\nos.kill(os.getpid(), 11)")
    page = tmp_path / "a.html"
    page.write_text("<html><body><p>可以读的文字</p></body></html>", encoding="utf-8")
    assert _text(box, page) == "可以读的文字"
    assert _reason(box, file) == "reader_died"
    assert _text(box, page) == "可以读的文字"


def test_a_file_that_holds_up_its_reader_is_given_up(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_module, "SECONDS", 2.0)
    file = _misbehave(
        tmp_path,
        monkeypatch,
        "import subprocess, tempfile, time\n"
        "tempfile.mkdtemp()\n"
        "subprocess.Popen(['sleep', '4711'])\n"
        "time.sleep(60)",
    )
    began = time.monotonic()
    assert _reason(box, file) == "time_limit"
    assert time.monotonic() - began < 10
    assert b"sleep\x004711\x00" not in _running()


def test_a_reader_may_ask_for_more_time(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_module, "SECONDS", 2.0)
    file = _misbehave(
        tmp_path,
        monkeypatch,
        "import time\nfrom ingest import limits\nfrom ingest.lines import Block, Reading\n"
        "limits.allow(20)\ntime.sleep(4)\nreturn Reading('txt', (Block('慢慢读'),))",
    )
    assert _text(box, file) == "慢慢读"


def test_memory_is_limited(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _misbehave(tmp_path, monkeypatch, "bytearray(2 * 1024**3)")
    assert _reason(box, file) == "resource_limit"


def test_there_is_no_network(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _misbehave(
        tmp_path,
        monkeypatch,
        "import socket\nfrom ingest.lines import Block, Reading\n"
        "names = ' '.join(name for _, name in socket.if_nameindex())\n"
        "return Reading('txt', (Block(names),))",
    )
    before = Path("/proc/self/ns/net").readlink()
    names = _text(box, file).split()
    assert Path("/proc/self/ns/net").readlink() == before
    if names != ["lo"]:
        pytest.skip("this system lets no process leave its network")


_PARAGRAPH = '{"document": {"format": "txt", "paragraphs": [%s], "passages": []}}'


@pytest.mark.parametrize(
    "answer",
    [
        "not json",
        "[" * 100_000,
        "{}",
        '{"reason": "a b"}',
        '{"reason": 7}',
        '{"members": [{"name": "x", "file": "../../../secret.txt"}]}',
        '{"members": [{"name": "x", "file": "none.txt"}]}',
        '{"members": [{"name": "../x", "reason": "no_text"}]}',
        '{"members": [{"name": "/x", "reason": "no_text"}]}',
        _PARAGRAPH % '{"text": 7}',
        _PARAGRAPH % '{"text": "x", "page": 1e30}',
        _PARAGRAPH % '{"text": "x", "page": 9999999999999999999999}',
        _PARAGRAPH % '{"text": "\\ud800"}',
        (_PARAGRAPH % '{"text": "x"}').replace('"txt"', '"exe"'),
        (_PARAGRAPH % '{"text": "x"}').replace('"txt"', '"txt", "date": "soon"'),
        (_PARAGRAPH % '{"text": "x"}').replace('"txt"', '"txt", "date": "2024-13"'),
    ],
)
def test_what_comes_back_is_not_trusted(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    file = _taken_over(tmp_path, monkeypatch, f"result.write_bytes({answer.encode()!r})")
    assert _reason(box, file) == "reader_died"


@pytest.mark.parametrize(
    "body",
    [
        "result.symlink_to('/etc/passwd')",
        "os.mkfifo(result)",
        "result.mkdir()",
        "socket.socket(fileno=os.dup(int(sys.argv[1]))).send(b'done inf')",
        "socket.socket(fileno=os.dup(int(sys.argv[1]))).send(b'what')",
        "folder.joinpath('pictures').rmdir(); folder.rmdir(); folder.symlink_to('/etc')",
    ],
)
def test_only_a_plain_file_is_an_answer(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    assert _reason(box, _taken_over(tmp_path, monkeypatch, body)) == "reader_died"


def _taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """A file that makes its reader write the answer as `body` does, and say that it is done."""
    return _misbehave(
        tmp_path,
        monkeypatch,
        "import os, pathlib, socket, sys, tempfile, time\n"
        "folder = pathlib.Path(tempfile.gettempdir())\n"
        "result = folder / 'result'\n"
        f"{body}\n"
        "socket.socket(fileno=os.dup(int(sys.argv[1]))).send(b'done 1')\n"
        "time.sleep(60)",
    )


def test_processes_that_hide_end_too(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_module, "SECONDS", 2.0)
    file = _misbehave(
        tmp_path,
        monkeypatch,
        "import os, time\n"
        "if os.getppid() > 1 and os.getpid() > 2: raise MemoryError\n"
        "if os.fork() == 0:\n    os.setsid()\n    os.execvp('sleep', ['sleep', '4713'])\n"
        "time.sleep(60)",
    )
    reason = _reason(box, file)
    if reason == "resource_limit":
        pytest.skip("this system gives no process a world of its own")
    assert reason == "time_limit"
    time.sleep(0.5)
    assert b"sleep\x004713\x00" not in _running()


def test_a_process_reads_many_files_and_not_for_ever(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("协会的一份文件", encoding="utf-8")
    monkeypatch.setattr(sandbox_module, "_FILES_PER_PROCESS", 3)
    processes = []
    for _ in range(5):
        _text(box, file)
        process = box._process
        processes.append(None if process is None else process._process.pid)
    assert processes[0] == processes[1] and processes[2] is None
    assert processes[3] == processes[4] != processes[0]


def test_an_archive_comes_back_as_its_members(box: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("文件/通知.txt", "通知的正文")
    result = box.read(file, file.parent / "room")
    (member,) = result.members
    assert member.name == "文件/通知.txt"
    assert result.member_file(member).read_text(encoding="utf-8") == "通知的正文"
    shutil.rmtree(result.folder)


def test_the_process_ends_when_nobody_asks() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        child = subprocess.Popen(
            [sys.executable, "-m", "ingest.reading_process", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
        )
    ours.close()
    assert child.wait(timeout=20) == 0
