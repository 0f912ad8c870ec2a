"""The file as it came, for those who may have it.

A file cannot be masked. The public gets it only where nothing personal was found in all that was
read of it, and where nothing is in it that was not read: hidden sheets, comments, pictures. What
cannot be looked into stays with the office until the staff release it.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.decisions import Decision
from index.model import Audience
from index.privacy import mask
from index.projection import same_to_all, shows_pictures
from index.records import StoredDocument
from index.shelf import Shelf
from ingest.label import as_label

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
# Formats of which all that is in them was read, and packages of XML whose parts are looked at.
_PLAIN = frozenset(("pdf", "txt", "md", "csv"))
_PACKAGES = frozenset(("docx", "xlsx", "pptx", "odt", "ods", "odp"))
_TEXT = (".xml", ".rels")
_MOST_PARTS, _MOST_BYTES = 2000, 50 * 1024 * 1024
# Where a text ends in a package: <w:p/>, </c>, </a:p>; not <w:r>, which tears words apart.
_END = re.compile(r"<(?:/(?:\w+:)?(?:p|c|t[cdr]|si|h|comment|table-cell)|w:(?:br|tab)/?)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
# What was not read, or perhaps not rightly.
_UNREAD = frozenset(
    ("some_pages_need_ocr", "low_ocr_confidence", "unmapped_characters", "encoding_errors")
)


def is_given(
    audience: Audience,
    document: StoredDocument,
    body: Mapping[str, Any],
    decision: Decision,
    shelf: Shelf,
) -> bool:
    """Whether this audience may have the file of a document that it may read."""
    file = shelf.original(document.content_hash)
    if not file.is_file():
        return False
    if audience is not Audience.PUBLIC or decision.released == document.content_hash:
        return True
    return not holds_personal(document, body, file)


def holds_personal(document: StoredDocument, body: Mapping[str, Any], file: Path) -> bool:
    """Whether there is personal data in the file, or may be."""
    named = all(map(same_to_all, (document.title, document.source, document.issuer)))
    if not named or _UNREAD.intersection(body["warnings"]):
        return True
    if not shows_pictures(Audience.PUBLIC, body) or body["contacts"]:
        return True
    if document.format in _PACKAGES:
        return _is_hidden_in(file)
    return document.format not in _PLAIN


@lru_cache(maxsize=4096)  # a file's name is its content
def _is_hidden_in(package: Path) -> bool:
    """Whether personal data, or something that cannot be looked into, is in a part of it."""
    room = _MOST_BYTES
    try:
        with zipfile.ZipFile(package) as opened:
            parts = [part for part in opened.infolist() if not part.is_dir()]
            if len(parts) > _MOST_PARTS or any(map(_is_closed, parts)):
                return True
            for part in parts:
                with opened.open(part) as handle:
                    content = handle.read(room + 1)
                room -= len(content)
                if room < 0 or _is_personal(content):
                    return True
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return True
    return False


def _is_closed(part: zipfile.ZipInfo) -> bool:
    return not part.filename.lower().endswith((*_TEXT, "mimetype")) or bool(part.flag_bits & 1)


def _is_personal(content: bytes) -> bool:
    text = html.unescape(_TAG.sub("", _END.sub("\n", content.decode("utf-8", "replace"))))
    return mask(text) != text


def name_of(document: StoredDocument) -> str:
    """The file's name as it is given, safe in a header and on a disk."""
    return as_label(document.source).rpartition("/")[2]


def original_json(document: StoredDocument, shelf: Shelf) -> dict[str, Any]:
    """What a page says of it; `document` is as its audience reads it."""
    return {
        "format": document.format,
        "name": name_of(document),
        "bytes": shelf.original(document.content_hash).stat().st_size,
    }
