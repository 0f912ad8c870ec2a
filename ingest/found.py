"""The files to read: found below the paths that were named, or taken out of archives."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.ignored import is_ignored
from ingest.sidecar import sidecar_bytes, sidecar_of


@dataclass(frozen=True, slots=True)
class Found:
    """A file below a root named by the user.

    A member of an archive has the archive's place and its own name behind it as `path`, and is
    `held` where it was taken out. So is a file whose name is not UTF-8: known by what it says.
    """

    root: str
    path: str
    held: Path | None = None
    archive: Path | None = None

    @property
    def file(self) -> Path:
        """What it is known by; of a member there is no such file."""
        return Path(self.root, self.path)

    @property
    def readable(self) -> Path:
        """Where its bytes are."""
        return self.held or self.file

    def member(self, name: str, held: Path) -> Found:
        """A file of this archive."""
        return Found(self.root, f"{self.path}/{name}", held, self.file)

    def hashes(self) -> tuple[str, str]:
        """(sha256 of its bytes, the same with those of its sidecar, if it has one), hexadecimal."""
        with self.readable.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256")
        alone = digest.hexdigest()
        if sidecar_of(self.readable).is_file():
            digest.update(b"\0" + sidecar_bytes(self.readable))
        return alone, digest.hexdigest()


def walk(paths: Iterable[Path]) -> Iterator[Found]:
    """Files below the paths, each once under the path that names it; links are not followed."""
    for path in paths:
        root = path.resolve()
        if root.is_file():
            yield _found(root.parent, root)
            continue
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                file = Path(folder, name)
                if not is_ignored(name) and file.is_file() and not file.is_symlink():
                    yield _found(root, file)


def _found(root: Path, file: Path) -> Found:
    path = str(file.relative_to(root))
    try:
        path.encode()
    except UnicodeEncodeError:  # written on a Chinese Windows, most likely
        raw = os.fsencode(path)
        try:
            path = raw.decode("gb18030")
        except UnicodeDecodeError:
            path = raw.decode("utf-8", "backslashreplace")
        return Found(str(root), path, file)
    return Found(str(root), path)


def is_there(file: Path) -> bool:
    """Whether there is such a file, or an archive that had it."""
    return file.exists() or any(above.is_file() for above in file.parents)
