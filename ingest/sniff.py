"""What a file is, judged by its bytes, and whether it is cheap enough to open.

The name of a file is a claim; its first bytes are evidence. Everything that can be refused
without a parser is refused here, because a parser is the expensive and the dangerous part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from ingest.archive import inflate, open_zip
from ingest.limits import MAX_FILE_BYTES

_HEAD_BYTES = 64 * 1024

# By kind of content: what files that hold it are called.
_NAMED = {
    "pdf": "pdf",
    "docx": "docx docm dotx dotm",
    "doc": "doc dot wps wpt",
    "rtf": "rtf doc",
    "odt": "odt ott",
    "html": "html htm xhtml shtml",
    "mhtml": "mht mhtml",
    "txt": "txt text md markdown log",
    "csv": "csv tsv",
    "xlsx": "xlsx xlsm xltx xltm",
    "xls": "xls xlt et ett",
    "ods": "ods ots",
    "pptx": "pptx pptm potx ppsx",
    "ppt": "ppt pps dps dpt",
    "odp": "odp otp",
    "ofd": "ofd",
    "image": "png jpg jpeg jpe tif tiff bmp webp",
    "zip": "zip",
}
_KNOWN_NAMES = {name for names in _NAMED.values() for name in names.split()}
# Of what cannot be read; named so that a wrong name is noticed even then.
_OTHER_EXTENSIONS = frozenset(("rar", "7z", "gif", "exe", "epub", "mp3", "mp4"))

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "Windows 可执行程序"),
    (b"\x7fELF", "Linux 可执行程序"),
    (b"GIF87a", "GIF 动图"),
    (b"GIF89a", "GIF 动图"),
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
# What may help the person who has such a file.
_ADVICE = {"RAR 压缩包": "请改存为 ZIP 压缩包", "7z 压缩包": "请改存为 ZIP 压缩包"}
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

# Inside a zip, the entry that tells the format; searched in this order.
_PACKAGES: tuple[tuple[str, str], ...] = (
    ("xl/workbook.xml", "xlsx"),
    ("ppt/presentation.xml", "pptx"),
    ("OFD.xml", "ofd"),
)
_OTHER_PACKAGES: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", "Excel 二进制表格（xlsb）"),
    ("META-INF/container.xml", "EPUB 电子书"),
)
# What OpenDocument's first entry says.
_OPEN_DOCUMENTS = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
# The streams of old Office files.
_OLE_STREAMS = {
    "WordDocument": "doc",
    "Workbook": "xls",
    "Book": "xls",
    "PowerPoint Document": "ppt",
}

# Matches "word/document.xml" and "word/document2.xml"; not "word/documents.xml.rels".
_WORD_PART = re.compile(r"word/document\d{0,3}\.xml")
# Matches "<!DOCTYPE html>" or "<html lang=..."; not "<book>" nor "a < html".
_HTML_START = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|title)[\s>]", re.IGNORECASE)
# Matches "</p>" or "<br/>"; not "<para>".
_HTML_TAG = re.compile(r"</?(?:p|div|span|table|td|br|li|ul|h[1-6]|a|b)(?=[\s/>])", re.IGNORECASE)
# Matches '<?mso-application progid="Word.Document"?>'; not '<?xml version="1.0"?>'.
_OFFICE_XML = re.compile(r"<\?mso-application\s{1,4}progid=\"(\w{1,20})")
# A saved web page begins as mail does: "From: <Saved by Blink>", "MIME-Version: 1.0".
_MAIL = re.compile(
    r"^(?:MIME-Version|From|To|Date|Received|Message-ID|Snapshot-Content-Location|Content-Type"
    r"|Content-Transfer-Encoding|Subject):",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`kind` is a key of `ingest.readers`' table or `zip`; warnings are stable words."""

    kind: str
    warnings: tuple[str, ...] = ()


def sniff(path: Path) -> Sniffed:
    """What the file is.

    Raises UnreadableDocument: `empty_file`, `too_large`, `unsupported_type`, `corrupt_zip`,
    `corrupt_doc`, `zip_bomb`, `password_required`, `unreadable_file`.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise UnreadableDocument("unreadable_file", "不是普通文件")
        if size == 0:
            raise UnreadableDocument("empty_file", "是空文件（0 字节）")
        check_size(size)
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise UnreadableDocument(
            "unreadable_file", f"无法打开：{error.strerror or error}"
        ) from error
    kind = _kind(path, head)
    return Sniffed(kind, _mismatch(path, kind))


def check_size(size: int) -> None:
    """Raises UnreadableDocument `too_large`."""
    if size > MAX_FILE_BYTES:
        megabytes = size // (1024 * 1024)
        raise UnreadableDocument("too_large", f"有 {megabytes} MB，上限为 100 MB")


def _kind(path: Path, head: bytes) -> str:
    if head.startswith(_ZIP_MAGICS):
        return _package_kind(path)
    if head.startswith(_OLE_MAGIC):
        return _ole_kind(path)
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "image"
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "image"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    for magic, name in _MAGIC:
        if head.startswith(magic) and not _is_prose(head, magic):
            raise _unsupported(name)
    if head.startswith(b"RIFF") or head[4:8] == b"ftyp":
        raise _unsupported("音频或视频")
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
        raise _unsupported(f"Office 2003 XML（{office[1]}）", "请用 Word 或 WPS 另存为 docx")
    if len(_MAIL.findall(start)) > 2:
        if "multipart/related" in start or "text/html" in start:
            return "mhtml"
        raise _unsupported("邮件", "请把正文和附件另存后再读入")
    extension = path.suffix.lower().lstrip(".")
    if extension in ("md", "markdown") and not _HTML_START.match(start):
        return "txt"  # Markdown may begin with tags, too
    if extension in ("csv", "tsv") and not _HTML_START.match(start):
        return "csv"
    claims_html = extension in _NAMED["html"].split()
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
        said = inflate(archive, "mimetype", 200) if "mimetype" in names else b""
    if any(_WORD_PART.fullmatch(name) for name in names):
        return "docx"
    for entry, kind in _PACKAGES:
        if entry in names:
            return kind
    for entry, name in _OTHER_PACKAGES:
        if entry in names:
            raise _unsupported(name)
    return _OPEN_DOCUMENTS.get(said.decode("ascii", "replace").strip(), "zip")


def _ole_kind(path: Path) -> str:
    """Old Office files and encrypted new ones are file systems in a file, told by their streams."""
    import olefile

    try:
        with olefile.OleFileIO(path) as ole:
            streams = {entry[0] for entry in ole.listdir() if entry}
            if "EncryptedPackage" in streams or _is_locked(ole, streams):
                raise UnreadableDocument("password_required", "设有打开密码，请去掉密码后再读入")
    except UnreadableDocument:
        raise
    except Exception as error:  # olefile lets errors of many kinds escape from damaged files
        raise UnreadableDocument(
            "corrupt_doc", "已损坏或不完整，无法打开，请重新获取原文件"
        ) from error
    for stream, kind in _OLE_STREAMS.items():
        if stream in streams:
            return kind
    raise _unsupported("不认识的旧版 Office 文件")


def _is_locked(ole: Any, streams: set[str]) -> bool:
    """Whether a doc is encrypted: a bit of its header says so."""
    if "WordDocument" not in streams:
        return False
    header = ole.openstream("WordDocument").read(12)
    return len(header) == 12 and bool(header[11] & 0x01)


def _unsupported(name: str, advice: str = "") -> UnreadableDocument:
    advice = advice or _ADVICE.get(name, "")
    tail = f"，{advice}" if advice else ""
    return UnreadableDocument("unsupported_type", f"是{name}，不能读入{tail}")


def _mismatch(path: Path, kind: str) -> tuple[str, ...]:
    extension = path.suffix.lower().lstrip(".")
    if extension not in _KNOWN_NAMES | _OTHER_EXTENSIONS:
        return ()
    return () if extension in _NAMED[kind].split() else ("type_mismatch",)
