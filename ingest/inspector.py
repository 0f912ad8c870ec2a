"""A file read as ingest reads it and nothing stored: one document, or all of an archive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from index.model import Document
from ingest.inspection import as_inspection, as_rejection
from ingest.sandbox import Result, Sandbox
from ingest.sniff import check_size


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file was read as: a document, or why it is none, or the members of an archive."""

    name: str
    document: Document | None = None
    error: UnreadableDocument | None = None
    members: tuple[Inspected, ...] = ()

    @property
    def is_readable(self) -> bool:
        return self.document is not None or any(member.is_readable for member in self.members)

    def json(self) -> dict[str, Any]:
        """The object of `inspect --json`; of an archive, the names of its `members` and for each
        the same object among `documents`."""
        if self.document is not None:
            return as_inspection(self.document)
        if self.error is not None:
            return as_rejection(self.error)
        # Where nothing in it can be read, what is wrong with the first of them is the reason.
        why = next((m.error for m in self.members if m.error), UnreadableDocument("no_text", ""))
        whole = as_rejection(why, "zip")
        if self.is_readable:
            whole |= {"status": "ok", "reason": None}
        return whole | {
            "members": [member.name for member in self.members],
            "documents": [{"name": member.name, **member.json()} for member in self.members],
        }


def inspect(file: Path) -> Inspected:
    """What ingest would make of the file; what is wrong with it is part of the answer."""
    with tempfile.TemporaryDirectory(prefix="xiehui-") as room, closing(Sandbox()) as sandbox:
        return _inspect(sandbox, Path(room), file, file.name)


def _inspect(sandbox: Sandbox, room: Path, file: Path, name: str) -> Inspected:
    found = _read(sandbox, room, file, name)
    if not isinstance(found, Result):
        return found

    def members() -> Iterator[Inspected]:
        for member in found.members:
            if member.reason:
                error = UnreadableDocument(member.reason, member.message)
                yield Inspected(member.name, error=error)
                continue
            inner = _read(sandbox, room, found.member_file(member), member.name)
            if isinstance(inner, Result):  # those in an archive were taken out with it
                error = UnreadableDocument("nested_archive", "压缩包套得太深，没有打开")
                inner = Inspected(member.name, error=error)
            yield inner

    return Inspected(name, members=tuple(members()))


def _read(sandbox: Sandbox, room: Path, file: Path, name: str) -> Inspected | Result:
    """What one file was read as; an archive is left to be gone through."""
    try:
        check_size(file.stat().st_size)
        result = sandbox.read(file, room)
    except UnreadableDocument as error:
        return Inspected(name, error=error)
    return result if result.document is None else Inspected(name, result.document)
