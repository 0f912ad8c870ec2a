"""What a file is, judged by its bytes, and whether it is cheap enough to open.

The name of a file is a claim; its first bytes are evidence. Everything that can be refused
without a parser is refused here, because a parser is the expensive and the dangerous part.
"""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass
from pathlib import Path

from index.errors import UnreadableDocument
from ingest.archive import open_zip

MAX_FILE_BYTES = 100 * 1024 * 1024
_HEAD_BYTES = 64 * 1024

_EXTENSIONS = {
    "pdf": "pdf",
    "docx": "docx",
    "docm": "docx",
    "dotx": "docx",
    "dotm": "docx",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "shtml": "html",
    "txt": "txt",
    "text": "txt",
    "md": "txt",
    "markdown": "txt",
    "csv": "txt",
    "log": "txt",
}
# Named so that a wrong extension is reported even though the content can be read.
_OTHER_EXTENSIONS = frozenset(
    (
        *("doc", "xls", "ppt", "wps", "et", "dps", "rtf", "odt", "ods", "odp", "ofd"),
        *("xlsx", "pptx", "zip", "rar", "7z", "png", "jpg", "jpeg", "gif", "exe"),
    )
)

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "Windows 可执行程序"),
    (b"\x7fELF", "Linux 可执行程序"),
    (b"\x89PNG\r\n\x1a\n", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF87a", "GIF 图片"),
    (b"GIF89a", "GIF 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
    (b"{\\rtf", "RTF 文档"),
    (b"Rar!\x1a\x07", "RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"\x1f\x8b\x08", "gzip 压缩包"),
    (b"BZh", "bzip2 压缩包"),
    (b"\xfd7zXZ\x00", "xz 压缩包"),
    (b"SQLite format 3\x00", "SQLite 数据库"),
    (b"ID3", "音频文件"),
    (b"OggS", "音频文件"),
    (b"%!PS", "PostScript 文件"),
)
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

# Inside a zip, the entry that tells the format; searched in this order.
_PACKAGES: tuple[tuple[str, str], ...] = (
    ("xl/workbook.xml", "Excel 表格（xlsx）"),
    ("xl/workbook.bin", "Excel 表格（xlsb）"),
    ("ppt/presentation.xml", "PowerPoint 演示文稿（pptx）"),
    ("OFD.xml", "OFD 版式文件"),
    ("META-INF/container.xml", "EPUB 电子书"),
    ("content.xml", "OpenDocument 文档（odt/ods/odp）"),
)

# Matches "word/document.xml" and "word/document2.xml"; not "word/documents.xml.rels".
_WORD_PART = re.compile(r"word/document\d{0,3}\.xml")
# Matches "<!DOCTYPE html>" or "<html lang=..."; not "<book>" nor "a < html".
_HTML_START = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|title)[\s>]", re.IGNORECASE)
# Matches "</p>" or "<br/>"; not "<para>".
_HTML_TAG = re.compile(r"</?(?:p|div|span|table|td|br|li|ul|h[1-6]|a|b)(?=[\s/>])", re.IGNORECASE)
# Matches '<?mso-application progid="Word.Document"?>'; not '<?xml version="1.0"?>'.
_OFFICE_XML = re.compile(r"<\?mso-application\s{1,4}progid=\"(\w{1,20})")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`kind` is `pdf`, `docx`, `html` or `txt`; warnings are stable words."""

    kind: str
    warnings: tuple[str, ...] = ()


def sniff(path: Path) -> Sniffed:
    """What the file is.

    Raises UnreadableDocument: `empty_file`, `too_large`, `unsupported_type`, `corrupt_zip`,
    `zip_bomb`, `password_required`, `unreadable_file`.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise UnreadableDocument("unreadable_file", f"{path.name} 不是普通文件")
        if size == 0:
            raise UnreadableDocument("empty_file", f"{path.name} 是空文件（0 字节）")
        if size > MAX_FILE_BYTES:
            megabytes = size // (1024 * 1024)
            raise UnreadableDocument("too_large", f"{path.name} 有 {megabytes} MB，上限为 100 MB")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise UnreadableDocument(
            "unreadable_file", f"{path.name} 无法打开：{error.strerror or error}"
        ) from error
    kind = _kind(path, head)
    return Sniffed(kind, _mismatch(path, kind))


def _kind(path: Path, head: bytes) -> str:
    if head.startswith(_ZIP_MAGICS):
        return _package_kind(path)
    if head.startswith(_OLE_MAGIC):
        raise _ole_refusal(path)
    for magic, name in _MAGIC:
        if head.startswith(magic) and not _is_prose(head, magic):
            raise _unsupported(path, name)
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        raise _unsupported(path, "BMP 图片")
    if head.startswith(b"RIFF") or head[4:8] == b"ftyp":
        raise _unsupported(path, "音视频或 WebP 图片")
    # Readers accept a header that starts late, but prose may mention it: only trust a late
    # header when the name agrees.
    at = head.find(b"%PDF-", 0, 1024)
    if at == 0 or (at > 0 and (path.suffix.lower() == ".pdf" or not head[:at].strip())):
        return "pdf"
    return _text_kind(path, _ascii_view(head))


def _is_prose(head: bytes, magic: bytes) -> bool:
    """Whether a short letter-only magic is just the beginning of a text ("MZ 型…", "ID3")."""
    return magic.isalnum() and len(magic) <= 3 and b"\0" not in head[:1024]


def _text_kind(path: Path, text: str) -> str:
    start = text.lstrip("\ufeff \t\r\n")[:4096]
    office = _OFFICE_XML.search(start[:300])
    if office:
        raise _unsupported(path, f"Office 2003 XML（{office[1]}）")
    if start.startswith("MIME-Version:") and "multipart/related" in start:
        raise _unsupported(path, "MHTML 网页存档")
    if path.suffix.lower() in (".md", ".markdown") and not _HTML_START.match(start):
        return "txt"  # Markdown may begin with tags, too
    claims_html = _EXTENSIONS.get(path.suffix.lower().lstrip(".")) == "html"
    if start.startswith("<"):
        if _HTML_START.search(start) or claims_html:
            return "html"
        if len(_HTML_TAG.findall(text)) >= 6:
            return "html"
    elif claims_html and len(_HTML_TAG.findall(text)) >= 2:
        return "html"
    return "txt"


def _ascii_view(head: bytes) -> str:
    """The head with only its ASCII certain, which is all that tags need; UTF-16 is undone."""
    if head.startswith(b"\xff\xfe") or head[1:2] == b"\0":
        return head.decode("utf-16-le", "replace")
    if head.startswith(b"\xfe\xff") or head[:1] == b"\0":
        return head.decode("utf-16-be", "replace")
    return head.decode("utf-8", "replace")


def _package_kind(path: Path) -> str:
    with open_zip(path) as archive:
        names = set(archive.namelist())
    if any(_WORD_PART.fullmatch(name) for name in names):
        return "docx"
    for entry, name in _PACKAGES:
        if entry in names:
            raise _unsupported(path, name)
    raise _unsupported(path, "ZIP 压缩包")


def _ole_refusal(path: Path) -> UnreadableDocument:
    # An encrypted docx is an OLE file whose directory names the stream "EncryptedPackage".
    marker = "EncryptedPackage".encode("utf-16-le")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        if view.find(marker) >= 0:
            return UnreadableDocument(
                "password_required", f"{path.name} 设有打开密码，请去掉后再上传"
            )
    return _unsupported(
        path, "旧版 Office 文档（doc/xls/ppt/wps）", "可另存为 docx 或 PDF 后再上传"
    )


def _unsupported(path: Path, name: str, advice: str = "") -> UnreadableDocument:
    tail = f"，{advice}" if advice else ""
    return UnreadableDocument("unsupported_type", f"{path.name} 是{name}，目前尚未支持{tail}")


def _mismatch(path: Path, kind: str) -> tuple[str, ...]:
    extension = path.suffix.lower().lstrip(".")
    claimed = _EXTENSIONS.get(extension, extension if extension in _OTHER_EXTENSIONS else kind)
    return () if claimed == kind else ("type_mismatch",)
