"""Work that takes longer than an answer: files taken up, documents deleted, indexes tidied.

A job is a row of the ledger. It is queued by whoever answers and done by the porter, one after
the other; what it came to is kept for a month.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from index.errors import NotFound, TooMany
from index.model import Audience
from service.ledger import Ledger

INGEST, DELETE, TIDY = "ingest", "delete", "tidy"
QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
MOST_QUEUED = 500
# Files taken up together: starting to read costs a second or two each time.
_TOGETHER = 50
_KEPT = timedelta(days=30)
_MOST_ATTEMPTS = 2
_LOST = "读这个文件时程序两次意外中断，没有再试；请检查文件"
_FIELDS = "job_id, kind, state, name, audience, document_id, created, finished, outcome, attempts"


@dataclass(frozen=True, slots=True)
class Job:
    """`name` is the file's as it was called, empty where there is none. `outcome` has a row for
    each file that was read: `{"document_id", "name", "outcome", "reason", "message"}`."""

    job_id: str
    kind: str
    state: str
    name: str
    audience: Audience | None
    document_id: str | None
    created: str
    finished: str | None
    outcome: Sequence[Mapping[str, Any]]
    attempts: int = 0

    def json(self) -> dict[str, Any]:
        """As GET /v1/jobs/{id} tells it."""
        return {
            "job_id": self.job_id,
            "kind": self.kind,
            "state": self.state,
            "name": self.name,
            "audience": self.audience,
            "document_id": self.document_id,
            "created": self.created,
            "finished": self.finished,
            "documents": list(self.outcome),
        }


class Jobs:
    """The jobs of one library, oldest first."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(
        self,
        kind: str,
        now: datetime,
        name: str = "",
        audience: Audience | None = None,
        document_id: str | None = None,
        job_id: str | None = None,
    ) -> Job:
        """Queue a job."""
        job_id = job_id or new_id()
        self._ledger.execute(
            "INSERT INTO jobs (job_id, kind, state, name, audience, document_id, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job_id, kind, QUEUED, name, audience, document_id, now.isoformat(" ", "seconds")),
        )
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """Raises NotFound."""
        found = self._select("WHERE job_id = ?", job_id)
        if not found:
            raise NotFound("没有这项任务，它可能已经过期")
        return found[0]

    def latest(self, count: int) -> list[Job]:
        """Newest first, without tidying, which nobody asked for."""
        return self._select("WHERE kind != ? ORDER BY number DESC LIMIT ?", TIDY, count)

    def check_room(self) -> None:
        """Raises TooMany when too much waits already."""
        if len(self._select("WHERE state = ? LIMIT ?", QUEUED, MOST_QUEUED)) >= MOST_QUEUED:
            raise TooMany(f"已有 {MOST_QUEUED} 个文件在等待，请稍后再提交", 60)

    def tidy_later(self, now: datetime) -> None:
        """Queue tidying, once for all that is withdrawn until then."""
        if not self._select("WHERE state = ? AND kind = ?", QUEUED, TIDY):
            self.add(TIDY, now)

    def waiting(self) -> bool:
        return bool(self._select("WHERE state = ? LIMIT 1", QUEUED))

    def take(self) -> list[Job]:
        """The jobs to do next, marked as running: one, or several of a kind for the same audience.
        One that was begun before is done by itself, so that it harms no other again."""
        queued = self._select("WHERE state = ? ORDER BY number LIMIT ?", QUEUED, _TOGETHER)
        taken: list[Job] = []
        for job in queued:
            like = not taken or (job.kind, job.audience) == (taken[0].kind, taken[0].audience)
            if not like or (taken and (job.attempts or taken[0].attempts)):
                break
            taken.append(job)
        for job in taken:
            self._ledger.execute(
                "UPDATE jobs SET state = ?, attempts = attempts + 1 WHERE job_id = ?",
                (RUNNING, job.job_id),
            )
        return taken

    def finish(
        self, job: Job, state: str, outcome: Sequence[Mapping[str, Any]], now: datetime
    ) -> None:
        self._ledger.execute(
            "UPDATE jobs SET state = ?, outcome = ?, finished = ? WHERE job_id = ?",
            (
                state,
                orjson.dumps(list(outcome)).decode(),
                now.isoformat(" ", "seconds"),
                job.job_id,
            ),
        )

    def resume(self, now: datetime) -> None:
        """What was running when its process died is queued again, which does no harm; a file with
        which that happened before is given up, a deletion never is."""
        for job in self._select("WHERE state = ?", RUNNING):
            if job.kind == INGEST and job.attempts >= _MOST_ATTEMPTS:
                self.finish(job, FAILED, [row(job.name, message=_LOST)], now)
            else:
                self._ledger.execute(
                    "UPDATE jobs SET state = ? WHERE job_id = ?", (QUEUED, job.job_id)
                )

    def put_back(self) -> None:
        """What is running was interrupted on purpose: it is as if it had not begun."""
        self._ledger.execute(
            "UPDATE jobs SET state = ?, attempts = attempts - 1 WHERE state = ?", (QUEUED, RUNNING)
        )

    def is_deleting(self, document_id: str) -> bool:
        sql = "WHERE kind = ? AND document_id = ? AND state IN (?, ?)"
        return bool(self._select(sql, DELETE, document_id, QUEUED, RUNNING))

    def unfinished(self) -> set[str]:
        """The ids of jobs whose files are still wanted."""
        return {job.job_id for job in self._select("WHERE state IN (?, ?)", QUEUED, RUNNING)}

    def forget(self, document_id: str) -> None:
        """Of a deleted document remember nothing but that it was deleted."""
        self._ledger.execute(
            "DELETE FROM jobs WHERE kind = ? AND instr(outcome, ?)", (INGEST, document_id)
        )
        self.shrink()

    def shrink(self) -> None:
        """Let nothing remain of what was forgotten."""
        self._ledger.shrink()

    def forget_old(self, now: datetime) -> None:
        self._ledger.execute(
            "DELETE FROM jobs WHERE finished < ?", ((now - _KEPT).isoformat(" ", "seconds"),)
        )

    def _select(self, tail: str, *values: Any) -> list[Job]:
        rows = self._ledger.execute(f"SELECT {_FIELDS} FROM jobs {tail}", values)
        return [_job(*row) for row in rows]


def _job(job_id: str, kind: str, state: str, name: str, audience: str | None, *rest: Any) -> Job:
    """Of a row of _FIELDS."""
    document_id, created, finished, outcome, attempts = rest
    return Job(
        *(job_id, kind, state, name),
        Audience(audience) if audience else None,
        *(document_id, created, finished),
        orjson.loads(outcome),
        attempts,
    )


def new_id() -> str:
    return secrets.token_hex(8)


def row(
    name: str,
    outcome: str = "rejected",
    document_id: str | None = None,
    reason: str | None = None,
    message: str | None = None,
) -> dict[str, Any]:
    """What became of one file of a job."""
    return {
        "name": name,
        "outcome": outcome,
        "document_id": document_id,
        "reason": reason,
        "message": message,
    }
