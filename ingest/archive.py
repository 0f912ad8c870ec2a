"""Zip archives opened under limits: bombs are refused before anything is inflated.

Limits: 100 MB in all, a ratio of 100 for entries over 1 MB, 2,000 entries; and because declared
sizes can lie, bytes are counted again while inflating.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from index.errors import UnreadableDocument

MAX_INFLATED_BYTES = 100 * 1024 * 1024
MAX_ENTRIES = 2000
# A normal Word file inflates at most 32 times, a bomb about 1,000 times; small entries of
# repeated white space may legitimately exceed the ratio, hence the floor.
MAX_RATIO = 100
RATIO_FLOOR_BYTES = 1024 * 1024
_CHUNK_BYTES = 256 * 1024


def open_zip(path: Path) -> zipfile.ZipFile:
    """The archive, after its central directory has passed the limits.

    Raises UnreadableDocument: `corrupt_zip`, `zip_bomb`, `password_required`.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise UnreadableDocument(
            "corrupt_zip", f"{path.name} 已损坏或不完整，无法解开，请重新获取原文件"
        ) from error
    try:
        check_directory(path.name, archive.infolist())
    except UnreadableDocument:
        archive.close()
        raise
    return archive


def check_directory(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive from its declared sizes alone. Raises `zip_bomb`, `password_required`."""
    if len(entries) > MAX_ENTRIES:
        raise UnreadableDocument(
            "zip_bomb", f"{name} 内含 {len(entries)} 个条目，超过上限 {MAX_ENTRIES} 个"
        )
    if sum(entry.file_size for entry in entries) > MAX_INFLATED_BYTES:
        raise UnreadableDocument("zip_bomb", f"{name} 解压后超过 100 MB，疑似压缩炸弹，已拒绝")
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > RATIO_FLOOR_BYTES and ratio > MAX_RATIO:
            raise UnreadableDocument("zip_bomb", f"{name} 压缩比异常，疑似压缩炸弹，已拒绝")
        if entry.flag_bits & 0x1:
            raise UnreadableDocument("password_required", f"{name} 已加密，请去掉密码后再上传")


def inflate(archive: zipfile.ZipFile, entry: str, max_bytes: int = MAX_INFLATED_BYTES) -> bytes:
    """One entry's bytes, counted while inflating because declared sizes can lie.

    Raises UnreadableDocument: `zip_bomb`, `corrupt_zip`; KeyError when there is no such entry.
    """
    parts: list[bytes] = []
    total = 0
    info = archive.getinfo(entry)
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                total += len(chunk)
                if total > max_bytes:
                    raise UnreadableDocument("zip_bomb", f"{entry} 解压后超过上限，已拒绝")
                parts.append(chunk)
    except UnreadableDocument:
        raise
    except Exception as error:  # zlib, lzma, struct and zipfile all raise their own families
        raise UnreadableDocument("corrupt_zip", f"{entry} 已损坏，无法解压") from error
    return b"".join(parts)
