"""Zip archives opened under limits: bombs are refused before anything is inflated.

Limits: 100 MB in all, a ratio of 100 for entries over 1 MB, 2,000 entries; and because declared
sizes can lie, bytes are counted again while inflating. XML in a package may declare no DOCTYPE.
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
            "corrupt_zip", "已损坏或不完整，无法解开，请重新获取原文件"
        ) from error
    try:
        check_directory(archive.infolist())
    except UnreadableDocument:
        archive.close()
        raise
    return archive


def check_directory(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive from its declared sizes alone. Raises `zip_bomb`, `password_required`."""
    if len(entries) > MAX_ENTRIES:
        raise UnreadableDocument(
            "zip_bomb", f"内含 {len(entries)} 个条目，超过上限 {MAX_ENTRIES} 个"
        )
    if sum(entry.file_size for entry in entries) > MAX_INFLATED_BYTES:
        raise UnreadableDocument("zip_bomb", "解压后超过 100 MB，疑似压缩炸弹，已拒绝")
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > RATIO_FLOOR_BYTES and ratio > MAX_RATIO:
            raise UnreadableDocument("zip_bomb", "压缩比异常，疑似压缩炸弹，已拒绝")
        if entry.flag_bits & 0x1:
            raise UnreadableDocument("password_required", "已加密，请去掉密码后再读入")


def inflate(
    archive: zipfile.ZipFile, entry: str | zipfile.ZipInfo, max_bytes: int = MAX_INFLATED_BYTES
) -> bytes:
    """One entry's bytes, counted while inflating because declared sizes can lie.

    Raises UnreadableDocument: `zip_bomb`, `corrupt_zip`; KeyError when there is no such entry.
    """
    parts: list[bytes] = []
    total = 0
    info = entry if isinstance(entry, zipfile.ZipInfo) else archive.getinfo(entry)
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                total += len(chunk)
                if total > max_bytes:
                    raise UnreadableDocument("zip_bomb", "解压后超过上限，疑似压缩炸弹，已拒绝")
                parts.append(chunk)
    except UnreadableDocument:
        raise
    except Exception as error:  # zlib, lzma, struct and zipfile all raise their own families
        raise UnreadableDocument("corrupt_zip", "里面的内容已损坏，无法解压") from error
    return b"".join(parts)


_XML_NAMES = (".xml", ".rels", ".vml")
_PROLOG_BYTES = 4096  # the root of a part nearly always begins in the first of these


def refuse_doctypes(archive: zipfile.ZipFile) -> None:
    """Refuse a package one of whose parts declares a DOCTYPE, before any library sees it.

    A parser reads each part up to its root, so that an encoding or a long comment hides nothing.
    Raises UnreadableDocument: `xml_dtd`, `zip_bomb`, `corrupt_zip`.
    """
    left = MAX_INFLATED_BYTES
    for info in archive.infolist():
        if info.filename.lower().endswith(_XML_NAMES):
            left -= _read_prolog(archive, info, left)


def _read_prolog(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> int:
    """How many bytes had to be inflated to know that there is no DOCTYPE."""
    from lxml import etree

    prolog = _Prolog()
    parser = etree.XMLParser(target=prolog, resolve_entities=False, no_network=True)
    total, size = 0, _PROLOG_BYTES
    try:
        with archive.open(info) as stream:
            while not prolog.over and (chunk := stream.read(size)):
                total += len(chunk)
                if total > most:
                    raise UnreadableDocument("zip_bomb", "解压后超过 100 MB，疑似压缩炸弹，已拒绝")
                parser.feed(chunk)
                size = _CHUNK_BYTES
    except etree.XMLSyntaxError:
        # No XML as far as it goes, and who needs the part will say so; unless another parser
        # knows the encoding that this one does not.
        if b"<!DOCTYPE" in chunk.replace(b"\0", b"").upper():
            prolog.doctype("", None, None)
    except UnreadableDocument:
        raise
    except Exception as error:  # zlib, lzma, struct and zipfile all raise their own families
        raise UnreadableDocument("corrupt_zip", f"{info.filename} 已损坏，无法解压") from error
    return total


class _Prolog:
    """What a parser tells of a part: a DOCTYPE ends it at once, and so does the root."""

    over = False

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise UnreadableDocument("xml_dtd", "文件内部含有 DOCTYPE 声明，已拒绝")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.over = True

    def end(self, tag: str) -> None:
        """A parser asks for this one too."""

    def close(self) -> None:
        """And for this."""
