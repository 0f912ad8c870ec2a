"""The file as it came, for those who may have it.

A file cannot be masked. The public gets it only where nothing personal was found in all that was
read of it, and where nothing is in it that was not read: hidden sheets, comments, pictures. What
cannot be looked into stays with the office until the staff release it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.decisions import Decision
from index.model import Audience
from index.projection import same_to_all, shows_pictures
from index.records import StoredDocument
from index.shelf import Shelf
from ingest.label import as_label
from service.hiding import hides_in_package, hides_in_pdf, hides_in_text

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
# Formats that can be looked into, whatever they may hide, and how.
_LOOKS = {
    **dict.fromkeys(("txt", "md", "csv"), hides_in_text),
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp"), hides_in_package),
    "pdf": hides_in_pdf,
}
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
    if audience is not Audience.PUBLIC or decision.releases(document.content_hash):
        return True
    return not holds_personal(document, body, file)


def holds_personal(document: StoredDocument, body: Mapping[str, Any], file: Path) -> bool:
    """Whether there is personal data in the file, or may be."""
    named = all(map(same_to_all, (document.title, document.source, document.issuer)))
    if not named or _UNREAD.intersection(body["warnings"]):
        return True
    if not shows_pictures(Audience.PUBLIC, body) or body["contacts"]:
        return True
    return _hides(document.format, file)


@lru_cache(maxsize=4096)  # a file's name is its content
def _hides(format: str, file: Path) -> bool:
    look = _LOOKS.get(format)
    return look is None or look(file)


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
