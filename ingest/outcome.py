"""What became of the files: one line for each, and their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file: `outcome` is added, updated, unchanged, duplicate, renamed, removed
    or rejected; `reason` and `message` say why it was rejected, `found` what was
    made of it when it was read (see ingest.inspection.report_json)."""

    file: Path
    outcome: str
    document_id: str | None = None
    reason: str | None = None
    message: str | None = None
    warnings: tuple[str, ...] = ()
    found: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Report:
    """What became of all files, in the order they were taken. `withdrew` is whether a document
    was taken from some who could read it before: see index.removal.tidy."""

    files: list[FileOutcome] = field(default_factory=list)
    interrupted: bool = False
    withdrew: bool = False

    def count(self, outcome: str) -> int:
        return sum(file.outcome == outcome for file in self.files)

    def sort(self, files: Sequence[Path]) -> None:
        """In the order of `files`; members of archives where their archive stands."""
        places = {file: place for place, file in enumerate(files)}

        def place(outcome: FileOutcome) -> int:
            above = (places.get(file) for file in (outcome.file, *outcome.file.parents))
            return next((at for at in above if at is not None), len(places))

        self.files.sort(key=place)

    @property
    def changed(self) -> bool:
        """Whether any file brought something that was not known."""
        return self.count("unchanged") < len(self.files)

    @property
    def nothing_could_be_read(self) -> bool:
        """True when there were files and every one was rejected."""
        return bool(self.files) and self.count("rejected") == len(self.files)
