"""The process in which files are read: `python -m ingest.reading_process FD`, by `sandbox` only."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.confinement import confine, limit_time
from ingest.limits import SECONDS, serve_under

if TYPE_CHECKING:
    from ingest.answer import Answer


# What nearly every file needs, loaded while the one who asks still prepares.
_FREQUENT = ("ingest.answer", "ingest.reader", "ingest.unpacking", "ingest.text", "ingest.word")


def main(descriptor: int) -> None:
    """Read file after file, until nobody asks any more."""
    confine()
    line = socket.socket(fileno=descriptor)
    for module in _FREQUENT:
        import_module(module)
    while request := line.recv(16384):
        path, folder = (Path(os.fsdecode(part)) for part in request.split(b"\0"))
        _serve(line, path, folder)
        line.send(f"done {_kilobytes()}".encode())


def _serve(line: socket.socket, path: Path, folder: Path) -> None:
    """Read one file, and leave in `folder` what it holds or why it could not be read."""
    from index.errors import UnreadableDocument
    from ingest.answer import MEMBERS_NAME, PICTURES_NAME, RESULT_NAME, Answer, written

    # Whatever a library keeps on disk goes where the one who asked clears up.
    tempfile.tempdir = str(folder)
    granted = SECONDS

    def grant(seconds: float) -> None:
        nonlocal granted
        granted += seconds
        limit_time(granted)
        line.send(f"more {seconds:.1f}".encode())

    (folder / PICTURES_NAME).mkdir()
    serve_under(grant, folder / PICTURES_NAME)
    limit_time(granted)
    try:
        answer = written(_read(path, folder / MEMBERS_NAME))
    except UnreadableDocument as error:
        answer = written(Answer(reason=error.reason, message=str(error)))
    except (MemoryError, RecursionError):
        message = "过大或过于复杂，无法读取"
        answer = written(Answer(reason="resource_limit", message=message))
    except ImportError as error:  # a broken installation is not a broken file
        message = f"程序缺少组件 {error.name}，请重新安装"
        answer = written(Answer(reason="missing_library", message=message))
    (folder / RESULT_NAME).write_bytes(answer)


def _read(path: Path, folder: Path) -> Answer:
    from ingest.answer import Answer
    from ingest.reader import read
    from ingest.sniff import sniff
    from ingest.unpacking import unpack

    if sniff(path).kind == "zip":
        return Answer(members=unpack(path, folder))
    return Answer(read(path))


def _kilobytes() -> int:
    """Memory held now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
