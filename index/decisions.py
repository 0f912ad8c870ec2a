"""What people decided about documents, which no file says: who may see one, whether the file
itself may be given to everybody, and that one is gone for good."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from index.model import Audience

_AUDIENCES = tuple(Audience)


@dataclass(frozen=True, slots=True)
class Decision:
    """`audience` is None where the document's files decide; `released` is the content of the file
    that may be given to all: another version is another file."""

    audience: Audience | None = None
    released: str | None = None


class Decisions:
    """The decisions of one library. Changing them belongs inside its `transaction()`."""

    def __init__(
        self, connection: Callable[[], sqlite3.Connection], secret: Callable[[], str]
    ) -> None:
        self._connection = connection
        self._secret = secret

    def about(self, document_id: str) -> Decision:
        row = (
            self._connection()
            .execute(
                "SELECT audience, released FROM decisions WHERE document_id = ?", (document_id,)
            )
            .fetchone()
        )
        if row is None:
            return Decision()
        return Decision(None if row[0] is None else _AUDIENCES[row[0]], row[1])

    def keep(self, document_id: str, decision: Decision) -> None:
        rank = None if decision.audience is None else decision.audience.rank
        self._connection().execute(
            "REPLACE INTO decisions VALUES (?, ?, ?)", (document_id, rank, decision.released)
        )

    def bury(self, hashes: Iterable[str]) -> None:
        """Remember that files of this content are not wanted any more, in a way that nobody can
        check a guess of the content against."""
        self._connection().executemany(
            "INSERT OR IGNORE INTO removed VALUES (?)", [(self._mark(name),) for name in hashes]
        )

    def is_buried(self, content_hash: str) -> bool:
        found = self._connection().execute(
            "SELECT 1 FROM removed WHERE mark = ?", (self._mark(content_hash),)
        )
        return found.fetchone() is not None

    def unbury(self, content_hash: str) -> None:
        self._connection().execute(
            "DELETE FROM removed WHERE mark = ?", (self._mark(content_hash),)
        )

    def _mark(self, content_hash: str) -> str:
        return hmac.new(self._secret().encode(), content_hash.encode(), "sha256").hexdigest()
