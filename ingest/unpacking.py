"""The files in an archive, taken out under names of ours.

What an archive calls its members is kept as what people call them, and never used as a path.
"""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from index.errors import UnreadableDocument
from ingest.archive import MAX_ENTRIES, MAX_INFLATED_BYTES, inflate, open_zip
from ingest.ignored import is_ignored
from ingest.label import as_label
from ingest.sniff import sniff

# An archive in an archive is opened, one in that is not.
MAX_DEPTH = 2
_UTF8_NAME = 0x800
_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: `name` as people see it, with the folders it lies in; `file` as it
    lies here. One that could not be taken out says why and has no `file`."""

    name: str
    file: str = ""
    reason: str = ""
    message: str = ""


def unpack(path: Path, folder: Path) -> tuple[Member, ...]:
    """The members of the archive, taken out into `folder`, which is made.

    Raises UnreadableDocument: `zip_bomb`, `corrupt_zip`, `password_required`, `nested_archive`,
    `empty_archive`.
    """
    folder.mkdir()
    members: dict[str, Member] = {}
    try:
        _Unpacking(folder, members).take(path, "", 1)
    except (UnreadableDocument, MemoryError):
        raise
    except Exception as error:  # zipfile lets errors of many kinds escape from odd archives
        raise UnreadableDocument("corrupt_zip", "压缩包已损坏，无法解开") from error
    if not members:
        raise UnreadableDocument("empty_archive", "压缩包里没有文件")
    refusals = {member.reason for member in members.values()}
    if refusals == {"nested_archive"}:
        raise UnreadableDocument("nested_archive", f"压缩包套了 {MAX_DEPTH} 层以上，已拒绝")
    return tuple(members.values())


class _Unpacking:
    """What has been taken out of one archive and those in it: the limits are for all together."""

    def __init__(self, folder: Path, members: dict[str, Member]) -> None:
        self._folder = folder
        self._members = members
        self._bytes = 0
        self._entries = 0

    def take(self, path: Path, above: str, depth: int) -> None:
        with open_zip(path) as archive:
            entries = archive.infolist()
            self._entries += len(entries)
            if self._entries > MAX_ENTRIES:
                raise UnreadableDocument("zip_bomb", f"压缩包里的文件超过上限 {MAX_ENTRIES} 个")
            for entry in entries:
                name = _name_of(entry)
                if not entry.is_dir() and not _is_link(entry) and not _is_hidden(name):
                    self._take_one(archive, entry, self._unused(above + name), depth)

    def _take_one(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, depth: int
    ) -> None:
        suffix = Path(name).suffix.lower()
        number = len(self._members) + 1
        file = self._folder / f"{number}{suffix if _EXTENSION.fullmatch(suffix) else ''}"
        try:
            data = inflate(archive, entry, MAX_INFLATED_BYTES - self._bytes)
            self._bytes += len(data)
            file.write_bytes(data)
            if not _is_archive(file):
                self._members[name] = Member(name, file.name)
                return
            if depth == MAX_DEPTH:
                raise UnreadableDocument(
                    "nested_archive", f"压缩包套了 {MAX_DEPTH} 层以上，没有打开"
                )
            inner = self._folder / f"archive-{number}"
            shutil.move(file, inner)
            self.take(inner, f"{name}/", depth + 1)
        except UnreadableDocument as error:
            if error.reason == "zip_bomb":  # of the whole: what is left would be no better
                raise
            self._members[name] = Member(name, reason=error.reason, message=str(error))

    def _unused(self, name: str) -> str:
        """Two members of one name are told apart."""
        copies = 2
        stem, dot, ending = name.rpartition(".")
        unused = name
        while unused in self._members:
            unused = f"{stem} ({copies}){dot}{ending}" if stem else f"{name} ({copies})"
            copies += 1
        return unused


def _is_archive(file: Path) -> bool:
    """Whether this is a plain archive; what cannot be told its reader will say."""
    try:
        return sniff(file).kind == "zip"
    except UnreadableDocument as error:
        if error.reason == "zip_bomb":
            raise
        return False


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)


def _is_hidden(name: str) -> bool:
    """Whether a file manager would not show it, or macOS put it there for itself."""
    parts = name.split("/")
    return any(part.startswith((".", "__MACOSX")) for part in parts) or is_ignored(parts[-1])


def _name_of(entry: zipfile.ZipInfo) -> str:
    """What people call it. Names without the mark of UTF-8 are GBK on Chinese Windows."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return as_label(name)
