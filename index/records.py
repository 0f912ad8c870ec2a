"""What the library holds, row by row, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from index.model import Audience


@dataclass(frozen=True, slots=True)
class Source:
    """A file we were given: `path` is relative to `root`, which is absolute."""

    root: str
    path: str
    content_hash: str
    audience: Audience
    document_id: str

    @property
    def file(self) -> Path:
        return Path(self.root, self.path)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that could not be read, with what reading was able to do then: as long as neither
    changes, nor does the answer."""

    file: str
    content_hash: str
    ability: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as held: its identity, and the text its vector is made of, by hash."""

    passage_id: int
    document_id: str
    ordinal: int
    start: int
    end: int
    pages: tuple[int, int]
    path: tuple[str, ...]
    address: str
    text: str
    vector_key: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as held, without its text: `sources` are file names, the first one shown."""

    document_id: str
    version: int
    audience: Audience
    content_hash: str
    reader_version: int
    format: str
    title: str | None
    number: str | None
    number_key: str | None
    letterhead: str | None
    issuer: str | None
    date: str | None
    site: str | None
    url: str | None
    types: tuple[str, ...]
    years: tuple[int, ...]
    authority: int | None
    source: str


DOCUMENT_COLUMNS = (
    "document_id, version, audience, content_hash, reader_version, format, title, number,"
    " number_key, letterhead, issuer, date, site, url, types, years,"
    " authority, (SELECT path FROM sources WHERE sources.document_id = documents.document_id"
    " ORDER BY audience, root, path LIMIT 1)"
)
PASSAGE_COLUMNS = (
    'passage_id, document_id, ordinal, start, "end", first_page, last_page, path, address, text,'
    " vector_key, lead"
)


_AUDIENCES = tuple(Audience)


def to_document(row: tuple[Any, ...]) -> StoredDocument:
    """A row of DOCUMENT_COLUMNS."""
    values = list(row)
    values[2] = _AUDIENCES[row[2]]
    values[14:16] = (tuple(orjson.loads(text)) for text in row[14:16])
    values[17] = (row[17] or "").rpartition("/")[2]
    return StoredDocument(*values)


def to_passage(row: tuple[Any, ...]) -> StoredPassage:
    """A row of PASSAGE_COLUMNS."""
    values = list(row)
    values[5:8] = (row[5], row[6]), tuple(orjson.loads(row[7]))
    return StoredPassage(*values)


def to_source(row: tuple[Any, ...]) -> Source:
    """A row of (root, path, content_hash, audience, document_id)."""
    root, path, content_hash, audience, document_id = row
    return Source(root, path, content_hash, _AUDIENCES[audience], document_id)


def key_of(document_id: str) -> int:
    """A document's id as a number, for columns of numbers."""
    return int(document_id, 16)
