"""What the service itself must remember: keys and jobs, in one SQLite file beside the library.

Apart from it, because the library holds documents and nothing else, and because a key is made or
a job taken while another process is busy writing documents for minutes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.schema import connect, empty_journal

_FILE = "service.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    key_id TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    audience TEXT NOT NULL,
    name TEXT NOT NULL,
    created TEXT NOT NULL,
    expires TEXT,
    revoked TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL,
    audience TEXT,
    document_id TEXT,
    created TEXT NOT NULL,
    finished TEXT,
    outcome TEXT NOT NULL DEFAULT '[]'
);
"""


class Ledger:
    """The file in `home`, made when it is not there. Safe from any thread."""

    def __init__(self, home: Path) -> None:
        self._file = home / _FILE
        self._local = threading.local()
        self._connection().executescript(_SCHEMA)

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection; every statement is a transaction of its own."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._file)
        return connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of one statement."""
        return self._connection().execute(sql, values).fetchall()

    def shrink(self) -> None:
        """Let nothing remain of what was deleted, in the file or its journal."""
        empty_journal(self._connection())
