"""The process in which files are read: `python -m ingest.reading_process FD`, by `sandbox` only."""

from __future__ import annotations

import os
import pickle
import socket
import sys
import tempfile
from pathlib import Path

from ingest.confinement import confine, limit_time
from ingest.limits import SECONDS, serve_under


def main(descriptor: int) -> None:
    """Read file after file, until nobody asks any more."""
    confine()
    line = socket.socket(fileno=descriptor)
    while request := line.recv(16384):
        path, folder = (Path(os.fsdecode(part)) for part in request.split(b"\0"))
        _serve(line, path, folder)
        line.send(b"done")


def _serve(line: socket.socket, path: Path, folder: Path) -> None:
    """Read one file, and leave in `folder` what it holds or why it could not be read."""
    from index.errors import UnreadableDocument
    from ingest.sandbox import MEMBERS_NAME, PICTURES_NAME, RESULT_NAME

    # Whatever a library keeps on disk goes where the one who asked clears up.
    tempfile.tempdir = str(folder)
    granted = SECONDS

    def grant(seconds: float) -> None:
        nonlocal granted
        granted += seconds
        limit_time(granted)
        line.send(f"{seconds:.1f}".encode())

    (folder / PICTURES_NAME).mkdir()
    serve_under(grant, folder / PICTURES_NAME)
    limit_time(granted)
    try:
        answer = _read(path, folder / MEMBERS_NAME)
    except UnreadableDocument as error:
        answer = ("refused", (error.reason, str(error)))
    except (MemoryError, RecursionError):
        answer = ("refused", ("resource_limit", "过大或过于复杂，无法读取"))
    with (folder / RESULT_NAME).open("wb") as file:
        pickle.dump(answer, file, pickle.HIGHEST_PROTOCOL)


def _read(path: Path, folder: Path) -> tuple[str, object]:
    from ingest.reader import read
    from ingest.sniff import sniff
    from ingest.unpacking import unpack

    if sniff(path).kind == "zip":
        return "members", unpack(path, folder)
    return "document", read(path)


if __name__ == "__main__":
    main(int(sys.argv[1]))
