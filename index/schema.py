"""The library's file: its tables, how it is opened, and how it came to be as it is."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from time import sleep

from index.errors import ForeignHome, LibraryError, NewerHome

log = logging.getLogger(__name__)

_APPLICATION_ID = 0x58494855  # "XIHU": tells our file from any other SQLite file
_ATTEMPTS = 100
# One script per schema version; never edit one that has shipped, add the next.
_MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE generation (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        number INTEGER NOT NULL
    );
    INSERT INTO generation VALUES (1, 1);
    CREATE TABLE changes (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id TEXT NOT NULL
    );
    CREATE TABLE documents (
        document_id TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        audience INTEGER NOT NULL,
        content_hash TEXT NOT NULL,
        reader_version INTEGER NOT NULL,
        format TEXT NOT NULL,
        title TEXT,
        number TEXT,
        number_key TEXT,
        letterhead TEXT,
        issuer TEXT,
        date TEXT,
        site TEXT,
        url TEXT,
        types TEXT NOT NULL,
        years TEXT NOT NULL,
        body BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX documents_by_content ON documents (content_hash);
    CREATE TABLE sources (
        root TEXT NOT NULL,
        path TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        audience INTEGER NOT NULL,
        document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
        PRIMARY KEY (root, path)
    ) WITHOUT ROWID;
    CREATE INDEX sources_by_document ON sources (document_id);
    CREATE TABLE passages (
        passage_id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        first_page INTEGER NOT NULL,
        last_page INTEGER NOT NULL,
        path TEXT NOT NULL,
        address TEXT NOT NULL,
        text TEXT NOT NULL,
        vector_key TEXT NOT NULL
    );
    CREATE INDEX passages_by_document ON passages (document_id, ordinal);
    CREATE TABLE vectors (
        vector_key TEXT NOT NULL,
        encoder TEXT NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (vector_key, encoder)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE documents ADD COLUMN authority INTEGER;
    """,
    """
    ALTER TABLE passages ADD COLUMN lead TEXT NOT NULL DEFAULT '';
    """,
    # Beside the documents, not in them: behind a long text it would be slow to read. A document
    # of an older library has none until its file is read again.
    """
    CREATE TABLE signatures (
        document_id TEXT PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
        signature BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE likeness (
        band INTEGER NOT NULL,
        document_id TEXT NOT NULL REFERENCES signatures ON DELETE CASCADE,
        PRIMARY KEY (band, document_id)
    ) WITHOUT ROWID;
    CREATE INDEX likeness_by_document ON likeness (document_id);
    """,
    """
    CREATE TABLE refusals (
        file TEXT PRIMARY KEY,
        content_hash TEXT NOT NULL,
        ability TEXT NOT NULL,
        reason TEXT NOT NULL,
        message TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    # A decision outlives the document: the file may be away for a while.
    """
    CREATE TABLE decisions (
        document_id TEXT PRIMARY KEY,
        audience INTEGER,
        content TEXT NOT NULL,
        released INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE removed (mark TEXT PRIMARY KEY) WITHOUT ROWID;
    """,
)


def connect(file: Path) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions are opened by name."""
    connection = sqlite3.connect(file, isolation_level=None, timeout=30)
    _keep_journal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _keep_journal(connection: sqlite3.Connection) -> None:
    """The first to open a file writes how its journal is kept; for this alone SQLite does not
    wait for who is doing the same."""
    for attempt in range(_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if attempt == _ATTEMPTS - 1:
                raise
            sleep(0.05)
        else:
            return


def empty_journal(connection: sqlite3.Connection) -> None:
    """Let nothing remain in the journal of what was deleted; waits for who still reads it, half a
    minute at most."""
    for _ in range(_ATTEMPTS):
        if not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            return
        sleep(0.3)
    log.warning("the journal is still being read and was not emptied")


def prepare(home: Path, file: Path, *, create: bool) -> None:
    """Make sure that `file` is our library, at the schema of today.

    Raises ForeignHome, NewerHome, or LibraryError when there is none and `create` is False.
    """
    if not file.exists():
        taken = home.exists() and (not home.is_dir() or any(home.iterdir()))
        if taken and not file.exists():  # it may be there by now
            raise ForeignHome(f"{home} 不是协会检索的资料库，请换一个空目录作 --home")
        if not create:
            raise LibraryError(f"{home} 里还没有资料库，请先运行 xiehui ingest 目录")
        home.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds what few may read
    try:
        connection = connect(file)
        _migrate(connection, home)
        connection.close()
    except sqlite3.DatabaseError as error:
        raise ForeignHome(f"{file} 不是协会检索的资料库：{error}") from error
    (home / "originals").mkdir(exist_ok=True)


def _migrate(connection: sqlite3.Connection, home: Path) -> None:
    """Bring the schema up to date, each step in one transaction."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    # Asked last: another process may make all three at once meanwhile.
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if (version or tables) and owner != _APPLICATION_ID:
        raise ForeignHome(f"{home} 里是别的程序的数据库，请换一个目录作 --home")
    if version > len(_MIGRATIONS):
        raise NewerHome(f"{home} 由更新版本的协会检索写成，请升级后再用")
    for number in range(version, len(_MIGRATIONS)):
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have come first.
        if connection.execute("PRAGMA user_version").fetchone()[0] == number:
            for statement in _statements(_MIGRATIONS[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """One by one: a script run as a whole commits the transaction that it is in."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
