"""The library: everything that is held, in one SQLite file under `--home`.

SQLite is the truth and its commit is the only commit point; the keyword and vector indexes
are derived and can lag or vanish without loss. Every change has a sequence number, so that
whoever derives something from the library can tell what it has not yet seen.

    home/
      library.sqlite3     documents, passages, sources, vectors by text
      originals/, pictures/, incoming/: see shelf.py
      index/<generation>/ derived: see embedded.py
      lock                held by the one process that writes
"""

from __future__ import annotations

import fcntl
import hmac
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from index.decisions import Decision, Decisions
from index.errors import LibraryBusy, NotFound
from index.likeness import bands_of, likeness
from index.model import Audience, Document, Passage
from index.notation import number_key
from index.projection import body_text
from index.records import (
    DOCUMENT_COLUMNS,
    PASSAGE_COLUMNS,
    Refusal,
    Source,
    StoredDocument,
    StoredPassage,
    to_document,
    to_passage,
    to_source,
)
from index.schema import connect, empty_journal, prepare
from index.shelf import Shelf

_BODY = (
    *("paragraphs", "sections", "clauses", "attachments", "contacts", "dropped", "warnings"),
    *("period", "addressees", "copies", "printed", "evidence"),
)
# Alike: five sixths of each text are in the other. Measured: next year's edition 0.96, a notice
# without its annex 0.91, two records of one meeting 0.41, other papers of one office below 0.2.
_ALIKE = 0.7
_ALIKE_SHOWN = 5
# Documents compared with one: a thousand fillings of one form must not take a second.
_ALIKE_COMPARED = 200


class Library:
    """One open `--home`. Reading is safe from any thread; writing needs `writing()`.

    Raises ForeignHome, NewerHome or LibraryError when the directory is not usable.
    """

    def __init__(self, home: Path, *, create: bool = False) -> None:
        self.home = home
        self.shelf = Shelf(home)
        self._file = home / "library.sqlite3"
        self._local = threading.local()
        self.decisions = Decisions(self._connection, self._secret)
        prepare(home, self._file, create=create)

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._file)
        return connection

    def close(self) -> None:
        """Close this thread's connection; others close when their thread ends."""
        if getattr(self._local, "connection", None) is not None:
            self._local.connection.close()
            self._local.connection = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One consistent view for all reads of this thread inside the block."""
        connection = self._connection()
        if connection.in_transaction:
            yield
            return
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside the block, or none."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    @contextmanager
    def writing(self, *, wait: bool = True) -> Iterator[None]:
        """Be the one process that writes. Raises LibraryBusy when not `wait` and taken."""
        with (self.home / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as error:
                raise LibraryBusy(f"{self.home} 正被另一个进程写入，请稍后再试") from error
            yield

    # What is held

    def seq(self) -> int:
        """Number of the last change, 0 when there was none."""
        row = self._connection().execute("SELECT max(seq) FROM changes").fetchone()
        return int(row[0] or 0)

    def generation(self) -> int:
        return int(self._connection().execute("SELECT number FROM generation").fetchone()[0])

    def meta(self, key: str) -> str | None:
        row = self._connection().execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def changed_since(self, seq: int) -> list[str]:
        """Documents put or deleted after `seq`, in order of their last change."""
        rows = self._connection().execute(
            "SELECT document_id FROM changes WHERE seq > ? GROUP BY document_id ORDER BY max(seq)",
            (seq,),
        )
        return [row[0] for row in rows]

    def documents(self, ids: Iterable[str] | None = None) -> Iterator[StoredDocument]:
        """Documents asked for, or all in order of identity; unknown ones are left out."""
        sql = f"SELECT {DOCUMENT_COLUMNS} FROM documents"
        return map(to_document, self._select(sql, "document_id", ids))

    def body(self, document_id: str) -> dict[str, Any] | None:
        """Paragraphs, sections and what else was read, as stored JSON."""
        row = (
            self._connection()
            .execute("SELECT body FROM documents WHERE document_id = ?", (document_id,))
            .fetchone()
        )
        return None if row is None else dict(orjson.loads(row[0]))

    def passages(self, ids: Iterable[int]) -> Iterator[StoredPassage]:
        """Passages by id; unknown ones are left out."""
        sql = f"SELECT {PASSAGE_COLUMNS} FROM passages"
        return map(to_passage, self._select(sql, "passage_id", ids))

    def passages_of(self, document_ids: Iterable[str]) -> Iterator[StoredPassage]:
        sql = f"SELECT {PASSAGE_COLUMNS} FROM passages"
        return map(to_passage, self._select(sql, "document_id", document_ids))

    def names(
        self, document_ids: Iterable[str], audience: Audience
    ) -> Iterator[tuple[str, str | None, str | None]]:
        """(document, title, number) of those that `audience` sees; cheaper than whole documents."""
        sql = "SELECT document_id, title, number FROM documents"
        tail = f" AND audience <= {audience.rank}"
        return self._select(sql, "document_id", document_ids, tail)

    def headings(self, passage_ids: Iterable[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """(passage, headings above it)."""
        sql = "SELECT passage_id, path FROM passages"
        for passage_id, path in self._select(sql, "passage_id", passage_ids):
            yield passage_id, tuple(orjson.loads(path))

    def beginnings(self, passage_ids: Iterable[int], chars: int) -> dict[int, str]:
        """What the keyword lane's body is made of, the text only up to so many characters."""
        sql = f"SELECT passage_id, path, lead, substr(text, 1, {chars:d}) FROM passages"
        rows = self._select(sql, "passage_id", passage_ids)
        return {key: body_text(orjson.loads(path), lead, text) for key, path, lead, text in rows}

    def addresses(self, document_ids: Iterable[str]) -> Iterator[tuple[int, str]]:
        """(passage, address) of every passage of these documents."""
        sql = "SELECT passage_id, address FROM passages"
        return self._select(sql, "document_id", document_ids)

    def passage_ranges(
        self, document_ids: Iterable[str] | None = None
    ) -> Iterator[tuple[str, int, int]]:
        """(document, first passage id, count): a document's passages have consecutive ids."""
        sql = "SELECT document_id, min(passage_id), count(*) FROM passages"
        return self._select(sql, "document_id", document_ids, " GROUP BY document_id")

    def vectors(
        self, ids: Iterable[int], encoder: str
    ) -> Iterator[tuple[int, NDArray[np.float16]]]:
        """(passage id, float16 vector) for the passages whose vector is known."""
        sql = "SELECT passage_id, vector FROM passages JOIN vectors USING (vector_key)"
        clause = f" AND encoder = '{encoder}'"
        for passage_id, blob in self._select(sql, "passage_id", ids, clause):
            yield passage_id, np.frombuffer(blob, dtype=np.float16)

    def unknown_vectors(self, encoder: str) -> Iterator[StoredPassage]:
        """Passages that have no vector from this encoder yet."""
        sql = (
            f"SELECT {PASSAGE_COLUMNS} FROM passages WHERE NOT EXISTS (SELECT 1 FROM vectors v"
            " WHERE v.vector_key = passages.vector_key AND v.encoder = ?) ORDER BY passage_id"
        )
        return map(to_passage, self._connection().execute(sql, (encoder,)))

    def known_vectors(self, keys: Iterable[str], encoder: str) -> set[str]:
        sql = "SELECT vector_key FROM vectors"
        clause = f" AND encoder = '{encoder}'"
        return {row[0] for row in self._select(sql, "vector_key", keys, clause)}

    def sources(self) -> list[Source]:
        rows = self._connection().execute(
            "SELECT root, path, content_hash, audience, document_id FROM sources"
            " ORDER BY root, path"
        )
        return [to_source(row) for row in rows]

    def refusals(self) -> list[Refusal]:
        """Files that could not be read."""
        rows = self._connection().execute(
            "SELECT file, content_hash, ability, reason, message FROM refusals ORDER BY file"
        )
        return [Refusal(*row) for row in rows]

    def warned(self, code: str, format: str) -> set[str]:
        """Documents of this format whose reader gave this warning."""
        rows = self._connection().execute(
            "SELECT document_id FROM documents WHERE format = ? AND instr(body, CAST(? AS BLOB))",
            (format, f'"{code}"'),
        )
        return {row[0] for row in rows}

    def by_content(self, content_hash: str) -> str | None:
        """The document whose present version is this file, byte for byte."""
        row = (
            self._connection()
            .execute("SELECT document_id FROM documents WHERE content_hash = ?", (content_hash,))
            .fetchone()
        )
        return None if row is None else str(row[0])

    def alike(self, document_id: str, audience: Audience) -> list[tuple[str, float]]:
        """(document, estimated likeness) of the few most like this one, best first, ties by id.

        As if what `audience` does not see did not exist, this document included.
        """
        connection = self._connection()
        with self.reading():
            mine = connection.execute(
                "SELECT signature FROM signatures JOIN documents USING (document_id)"
                " WHERE document_id = ? AND audience <= ?",
                (document_id, audience.rank),
            ).fetchone()
            if mine is None:
                return []
            bands = bands_of(mine[0])
            others = connection.execute(
                "SELECT document_id, signature FROM (SELECT document_id, count(*) AS shared"
                f" FROM likeness WHERE band IN ({','.join('?' * len(bands))})"
                " AND document_id != ? GROUP BY document_id)"
                " JOIN documents USING (document_id) JOIN signatures USING (document_id)"
                " WHERE audience <= ? ORDER BY shared DESC, document_id LIMIT ?",
                (*bands, document_id, audience.rank, _ALIKE_COMPARED),
            ).fetchall()
        measured = ((other, likeness(mine[0], signature)) for other, signature in others)
        close = [pair for pair in measured if pair[1] >= _ALIKE]
        return sorted(close, key=lambda pair: (-pair[1], pair[0]))[:_ALIKE_SHOWN]

    def counts(self) -> dict[str, int]:
        tables = ("documents", "passages", "sources", "vectors")
        connection = self._connection()
        return {
            table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in tables
        }

    def status(self) -> dict[str, Any]:
        """What is held, for people."""
        with self.reading():
            seen = {str(audience): self.documents_seen_by(audience) for audience in Audience}
            return {
                "home": str(self.home),
                **self.counts(),
                **seen,
                "generation": self.generation(),
                "seq": self.seq(),
                "encoder": self.meta("encoder_name"),
            }

    def documents_seen_by(self, audience: Audience) -> int:
        return self._one("SELECT count(*) FROM documents WHERE audience <= ?", audience.rank)

    def passages_seen_by(self, audience: Audience) -> int:
        return self._one(
            "SELECT count(*) FROM passages JOIN documents USING (document_id) WHERE audience <= ?",
            audience.rank,
        )

    def integrity_problems(self) -> list[str]:
        """What SQLite itself finds wrong."""
        rows = [row[0] for row in self._connection().execute("PRAGMA integrity_check")]
        rows += [str(row) for row in self._connection().execute("PRAGMA foreign_key_check")]
        return [row for row in rows if row != "ok"]

    def missing_originals(self) -> list[str]:
        rows = self._connection().execute("SELECT content_hash FROM documents")
        return self.shelf.missing_originals(row[0] for row in rows)

    def _one(self, sql: str, *values: Any) -> int:
        return int(self._connection().execute(sql, values).fetchone()[0])

    def _select(
        self, sql: str, column: str, ids: Iterable[Any] | None, tail: str = ""
    ) -> Iterator[Any]:
        """Rows whose `column` is among `ids` (all when None), 500 ids a statement."""
        connection = self._connection()
        if ids is None:
            yield from connection.execute(f"{sql}{tail} ORDER BY {column}")
            return
        wanted = list(ids)
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            marks = ",".join("?" * len(part))
            yield from connection.execute(
                f"{sql} WHERE {column} IN ({marks}){tail} ORDER BY {column}", part
            )

    # What changes; all of these belong inside `writing()` and `transaction()`

    def set_meta(self, values: Mapping[str, str]) -> None:
        self._connection().executemany("REPLACE INTO meta VALUES (?, ?)", values.items())

    def next_generation(self) -> int:
        self._connection().execute("UPDATE generation SET number = number + 1")
        return self.generation()

    def put_document(
        self,
        document: Document,
        vector_keys: Sequence[str],
        content_hash: str,
        reader_version: int,
        document_id: str | None = None,
        signature: bytes | None = None,
    ) -> str:
        """Add a document, or a new version of `document_id`; its id is returned.

        `vector_keys` go with `document.passages`, `signature` is likeness.signature_of. An id is
        minted from the content it first came with, so the same library fed the same files has
        the same ids.
        """
        connection = self._connection()
        if document_id is None:
            document_id = self._mint(content_hash)
        else:
            connection.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))
            connection.execute("DELETE FROM signatures WHERE document_id = ?", (document_id,))
        values = (
            content_hash,
            reader_version,
            document.format,
            document.title,
            document.number,
            number_key(document.number) if document.number else None,
            document.letterhead,
            document.issuer,
            document.date,
            document.site,
            document.url,
            orjson.dumps(document.types).decode(),
            orjson.dumps(document.years).decode(),
            orjson.dumps({key: getattr(document, key) for key in _BODY}),
            document.authority,
        )
        connection.execute(
            "INSERT INTO documents VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (document_id) DO UPDATE SET version = version + 1,"
            " content_hash = excluded.content_hash, reader_version = excluded.reader_version,"
            " format = excluded.format, title = excluded.title, number = excluded.number,"
            " number_key = excluded.number_key, letterhead = excluded.letterhead,"
            " issuer = excluded.issuer, date = excluded.date, site = excluded.site,"
            " url = excluded.url, types = excluded.types, years = excluded.years,"
            " body = excluded.body, authority = excluded.authority",
            (document_id, Audience.STAFF.rank, *values),
        )
        self._put_passages(document_id, document.passages, vector_keys)
        if signature is not None:
            self._put_signature(document_id, signature)
        self._note(document_id)
        return document_id

    def _put_passages(
        self, document_id: str, passages: Sequence[Passage], vector_keys: Sequence[str]
    ) -> None:
        self._connection().executemany(
            f"INSERT INTO passages ({PASSAGE_COLUMNS})"
            " VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    document_id,
                    p.ordinal,
                    p.start,
                    p.end,
                    *p.pages,
                    orjson.dumps(p.path).decode(),
                    p.address,
                    p.text,
                    key,
                    p.lead,
                )
                for p, key in zip(passages, vector_keys, strict=True)
            ),
        )

    def _put_signature(self, document_id: str, signature: bytes) -> None:
        connection = self._connection()
        connection.execute("INSERT INTO signatures VALUES (?, ?)", (document_id, signature))
        connection.executemany(
            "INSERT INTO likeness VALUES (?, ?)",
            ((band, document_id) for band in bands_of(signature)),
        )

    def put_vectors(self, encoder: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep vectors, each `(dimension,)`, under the hash of the text they were made of."""
        self._connection().executemany(
            "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)",
            ((key, encoder, v.astype(np.float16).tobytes()) for key, v in vectors.items()),
        )

    def forget_other_vectors(self, encoder: str) -> None:
        """Keep the vectors of this encoder only."""
        self._connection().execute("DELETE FROM vectors WHERE encoder != ?", (encoder,))

    def put_source(self, source: Source) -> bool:
        """Point a file at its document; the document takes the strictest audience it has. Whether
        fewer may read a document than before."""
        connection = self._connection()
        before = connection.execute(
            "SELECT document_id FROM sources WHERE root = ? AND path = ?",
            (source.root, source.path),
        ).fetchone()
        connection.execute(
            "REPLACE INTO sources VALUES (?, ?, ?, ?, ?)",
            (
                source.root,
                source.path,
                source.content_hash,
                source.audience.rank,
                source.document_id,
            ),
        )
        withdrew = self._settle(source.document_id)
        if before is not None and before[0] != source.document_id:
            withdrew |= self._settle(before[0])
        return withdrew

    def delete_source(self, source: Source) -> bool:
        """Forget a file; a document without files goes too, with all that is its own. Whether
        fewer may read it than before."""
        self._connection().execute(
            "DELETE FROM sources WHERE root = ? AND path = ?", (source.root, source.path)
        )
        return self._settle(source.document_id)

    def decide(self, document_id: str, decision: Decision) -> None:
        """Keep a decision about a document and let it take effect. Needs no `writing()`: whoever
        writes meanwhile settles the document by the same decision. Raises NotFound."""
        if next(self.documents([document_id]), None) is None:
            raise NotFound("没有这份文件，它可能已被删除或移走")
        self.decisions.keep(document_id, decision)
        self._settle(document_id)

    def delete_document(self, document_id: str) -> list[Source]:
        """Delete a document whose files may still be there, and remember not to take them up
        again; the files it had."""
        sources = [source for source in self.sources() if source.document_id == document_id]
        for held in self.documents([document_id]):
            self.decisions.bury(self.shelf.digest(held.content_hash))
        for source in sources:
            self.delete_source(source)
        self.decisions.forget(document_id)
        return sources

    def _settle(self, document_id: str) -> bool:
        """After its sources or a decision changed: drop an orphan, or set the audience of what
        stays. Whether fewer may read it than before."""
        connection = self._connection()
        held = connection.execute(
            "SELECT audience, content_hash FROM documents WHERE document_id = ?", (document_id,)
        ).fetchone()
        strictest = connection.execute(
            "SELECT max(audience) FROM sources WHERE document_id = ?", (document_id,)
        ).fetchone()[0]
        if strictest is None:
            connection.execute("DELETE FROM documents WHERE document_id = ?", (document_id,))
        else:
            strictest = self.decisions.about(document_id).rank(strictest, held[1])
            connection.execute(
                "UPDATE documents SET audience = ? WHERE document_id = ?", (strictest, document_id)
            )
        self._note(document_id)
        return held is not None and (strictest is None or strictest > held[0])

    def sweep(self) -> None:
        """Drop vectors and originals that nothing refers to any more."""
        connection = self._connection()
        connection.execute(
            "DELETE FROM vectors WHERE vector_key NOT IN (SELECT vector_key FROM passages)"
        )
        kept = {row[0] for row in connection.execute("SELECT content_hash FROM documents")}
        self.shelf.sweep(kept)

    def shrink(self) -> None:
        empty_journal(self._connection())

    def put_refusal(self, refusal: Refusal) -> None:
        """Remember that a file could not be read, in place of what was known of it."""
        self._connection().execute(
            "REPLACE INTO refusals VALUES (?, ?, ?, ?, ?)",
            (refusal.file, refusal.content_hash, refusal.ability, refusal.reason, refusal.message),
        )

    def delete_refusals(self, files: Iterable[str]) -> None:
        self._connection().executemany(
            "DELETE FROM refusals WHERE file = ?", [(file,) for file in files]
        )

    def _mint(self, content_hash: str) -> str:
        """A name that nobody can work out who does not hold the library: with a plain digest of
        the file a telephone that is masked could be guessed and the guess be checked."""
        secret = self._secret()
        for attempt in range(1000):
            text = f"{content_hash}/{attempt}".encode()
            minted = hmac.new(secret.encode(), text, "sha256").hexdigest()[:12]
            taken = self._connection().execute(
                "SELECT 1 FROM documents WHERE document_id = ?", (minted,)
            )
            if taken.fetchone() is None:
                return minted
        raise AssertionError("a thousand documents began with the same content")

    def _secret(self) -> str:
        secret = self.meta("secret")
        if secret is None:
            secret = secrets.token_hex(16)
            self.set_meta({"secret": secret})
        return secret

    def _note(self, document_id: str) -> None:
        self._connection().execute("INSERT INTO changes (document_id) VALUES (?)", (document_id,))
