"""What people decided about documents, which no file says: who may see one, whether the file
itself may be given to everybody, and that one is gone for good."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from index.model import Audience

_AUDIENCES = tuple(Audience)


@dataclass(frozen=True, slots=True)
class Decision:
    """About one version of a document, named by the hash of its `content`. `audience` is None
    where the document's files decide."""

    audience: Audience | None = None
    content: str = ""
    released: bool = False

    def rank(self, strictest: int, content: str) -> int:
        """The audience of a document whose files say `strictest`. What was closed stays closed
        when the file is changed; what was opened was opened for what stood in it then."""
        if self.audience is None:
            return strictest
        if self.audience.rank < strictest and self.content != content:
            return strictest
        return self.audience.rank

    def releases(self, content: str) -> bool:
        """Whether this very file may be given to all."""
        return self.released and self.content == content


class Decisions:
    """The decisions of one library. Changing them belongs inside its `transaction()`."""

    def __init__(
        self, connection: Callable[[], sqlite3.Connection], secret: Callable[[], str]
    ) -> None:
        self._connection = connection
        self._secret = secret

    def about(self, document_id: str) -> Decision:
        rows = self._connection().execute(
            "SELECT audience, content, released FROM decisions WHERE document_id = ?",
            (document_id,),
        )
        for rank, content, released in rows:
            return Decision(None if rank is None else _AUDIENCES[rank], content, bool(released))
        return Decision()

    def keep(self, document_id: str, decision: Decision) -> None:
        rank = None if decision.audience is None else decision.audience.rank
        self._connection().execute(
            "REPLACE INTO decisions VALUES (?, ?, ?, ?)",
            (document_id, rank, decision.content, decision.released),
        )

    def forget(self, document_id: str) -> None:
        self._connection().execute("DELETE FROM decisions WHERE document_id = ?", (document_id,))

    def bury(self, digest: str) -> None:
        """Remember that a file, named by the hash of its bytes, is not wanted any more, in a way
        that nobody can check a guess of its content against."""
        self._connection().execute(
            "INSERT OR IGNORE INTO removed VALUES (?)", (self._mark(digest),)
        )

    def is_buried(self, digest: str) -> bool:
        found = self._connection().execute(
            "SELECT 1 FROM removed WHERE mark = ?", (self._mark(digest),)
        )
        return found.fetchone() is not None

    def unbury(self, digest: str) -> None:
        self._connection().execute("DELETE FROM removed WHERE mark = ?", (self._mark(digest),))

    def _mark(self, digest: str) -> str:
        return hmac.new(self._secret().encode(), digest.encode(), "sha256").hexdigest()
