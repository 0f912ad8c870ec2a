"""The files beside the database: originals as they came, pictures of scanned pages, and room to
work in. All are named by hashes and numbers of ours, never as people called them.

    home/
      originals/<hash>          the files as they came
      pictures/<hash>/<n>.jpg   pages of scans, to be shown beside their text
      incoming/                 what is being read; emptied before and after
      uploads/<job>/<name>      files that came through the service, as they came
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.records import Source

_MOST_NAME_BYTES = 240
_ON_ITS_WAY_S = 3600.0


class Shelf:
    """The folders of one `--home`. Writing needs `Library.writing()`."""

    def __init__(self, home: Path) -> None:
        self._originals = home / "originals"
        self._pictures = home / "pictures"
        self._incoming = home / "incoming"
        self.uploads = home / "uploads"

    @contextmanager
    def room(self) -> Iterator[Path]:
        """A folder to work in, gone afterwards; what a crash left there is gone before."""
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir()
        try:
            yield self._incoming
        finally:
            shutil.rmtree(self._incoming, ignore_errors=True)

    def keep_original(self, file: Path, content_hash: str) -> None:
        """Copy a file as it came, once, so that it appears whole or not at all."""
        target = self._originals / content_hash
        if target.exists():
            return
        partial = target.with_suffix(".part")
        shutil.copyfile(file, partial)
        partial.replace(target)

    def original(self, content_hash: str) -> Path:
        """Where the file is, if it is there."""
        return self._originals / content_hash

    def digest(self, content_hash: str) -> str:
        """The hash of the file's bytes alone, in hexadecimal; its name is of its sidecar, too."""
        try:
            with self.original(content_hash).open("rb") as handle:
                return hashlib.file_digest(handle, "sha256").hexdigest()
        except OSError:  # lost: without a sidecar the name is the same
            return content_hash

    def missing_originals(self, hashes: Iterable[str]) -> list[str]:
        return [name for name in hashes if not (self._originals / name).exists()]

    def keep_pictures(self, folder: Path, content_hash: str) -> None:
        """Take over the pictures `folder` holds, in place of those there were."""
        target = self._pictures / content_hash
        shutil.rmtree(target, ignore_errors=True)
        found = [file for file in folder.glob("*.jpg") if _is_plain(file)]
        if folder.is_symlink():
            return
        if not found:
            return
        target.mkdir(parents=True)
        for file in found:
            shutil.move(file, target / file.name)

    def pictures(self, content_hash: str) -> list[int]:
        """The pages there are pictures of."""
        files = (self._pictures / content_hash).glob("*.jpg")
        return sorted(int(file.stem) for file in files if file.stem.isdecimal())

    def picture(self, content_hash: str, page: int) -> bytes | None:
        """A page's picture as JPEG; None when there is none."""
        try:
            return (self._pictures / content_hash / f"{page}.jpg").read_bytes()
        except OSError:
            return None

    def keep_upload(self, upload: Path, job_id: str, name: str) -> Path:
        """Move a file that came through the service to its own folder; where it is then."""
        folder = self.uploads / job_id
        folder.mkdir(parents=True)
        return Path(shutil.move(upload, folder / _short(name)))

    def drop_upload(self, file: Path) -> None:
        """Remove such a file, or the archive it came in, and its folder when that is empty then;
        other files stay."""
        uploads = self.uploads.resolve()
        for above in (file, *file.parents):
            if above.parent.parent.name == uploads.name:  # the home may have moved since it came
                held = uploads / above.parent.name / above.name
                if held.is_file():
                    held.unlink()
                    with suppress(OSError):
                        held.parent.rmdir()

    def sweep_uploads(self, sources: Iterable[Source], jobs: Collection[str], now: float) -> None:
        """Remove what no document was read from and no job will read, left by who died meanwhile.
        What came within the last hour may be on its way to a job."""
        wanted = {(Path(s.root).name, s.path.partition("/")[0]) for s in sources}
        for folder in self.uploads.glob("*"):
            if folder.name in jobs or folder.stat().st_mtime > now - _ON_ITS_WAY_S:
                continue
            for file in folder.iterdir():
                if (folder.name, file.name) not in wanted:
                    shutil.rmtree(file) if file.is_dir() else file.unlink()
            with suppress(OSError):
                folder.rmdir()

    def sweep(self, kept: Collection[str]) -> None:
        """Remove what belongs to no content any more."""
        for original in self._originals.iterdir():
            if original.name not in kept:
                original.unlink()
        for pictures in self._pictures.glob("*"):
            if pictures.name not in kept:
                shutil.rmtree(pictures)


def _short(name: str) -> str:
    """A name that a file system takes, which counts bytes; the ending is kept."""
    stem, dot, ending = name.rpartition(".")
    while len(name.encode()) > _MOST_NAME_BYTES:
        stem = (stem or ending)[:-1]
        name = stem + dot + ending if dot else stem
    return name


def _is_plain(file: Path) -> bool:
    """Whether it is a picture as a reader leaves it, and not a link to something else."""
    return file.stem.isdecimal() and file.is_file() and not file.is_symlink()
