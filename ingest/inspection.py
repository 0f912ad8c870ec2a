"""What `xiehui inspect --json` prints of a document, and of a file that could not be read.

It says what was made of the file and how sure that is: each field with the line it came from,
what was dropped and why, and how much of the file was kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from index import privacy
from index.errors import UnreadableDocument
from index.model import Contact, Document, Paragraph
from ingest.tables import column_names, heads_above


def as_inspection(document: Document) -> dict[str, Any]:
    """The JSON object for a document that was read. `text` is the main text, annexes apart."""
    return {
        "status": "ok",
        "reason": None,
        "format": document.format,
        "title": document.title,
        "number": document.number,
        "letterhead": document.letterhead,
        "issuer": document.issuer,
        "date": document.date,
        "year": list(document.years),
        "types": list(document.types),
        "period": document.period,
        "addressees": document.addressees,
        "copies": document.copies,
        "printed": document.printed,
        "authority": document.authority,
        "site": document.site,
        "url": document.url,
        "fields": fields_json(document),
        "headings": [
            {"level": paragraph.level, "text": paragraph.text}
            for paragraph in document.paragraphs
            if paragraph.level and not paragraph.annex
        ],
        "attachments": [
            {"title": attachment.title, "text": list(attachment.text)}
            for attachment in document.attachments
        ],
        "contacts": [_contact(contact) for contact in document.contacts],
        "personal": _personal(document),
        "tables": list(_tables(document.paragraphs)),
        "recognised": [
            {"paragraph": place, "page": paragraph.page, "confidence": paragraph.confidence}
            for place, paragraph in enumerate(document.paragraphs)
            if paragraph.confidence is not None
        ],
        "text": [paragraph.text for paragraph in document.paragraphs if not paragraph.annex],
        "dropped": [{"text": dropped.text, "why": dropped.why} for dropped in document.dropped],
        "members": [],
        "passages": [
            {
                "address": passage.address,
                "page": list(passage.pages),
                "lead": passage.lead,
                "text": passage.text,
            }
            for passage in document.passages
        ],
        "characters": characters_json(document),
        "warnings": list(document.warnings),
    }


def report_json(document: Document) -> dict[str, Any]:
    """The short of it, for each file of `ingest --json`."""
    return {"characters": characters_json(document), "fields": fields_json(document)}


def fields_json(document: Document) -> dict[str, dict[str, Any]]:
    """By field: the line that states it and the confidence. What the office wrote beside the
    file has no line."""
    return {
        evidence.field: {"line": evidence.line, "confidence": evidence.confidence}
        for evidence in document.evidence
    }


def characters_json(document: Document) -> dict[str, int]:
    """How much of the file is text, and how much was taken for something else."""
    return {
        "kept": sum(len(paragraph.text) for paragraph in document.paragraphs),
        "dropped": sum(len(dropped.text) for dropped in document.dropped),
    }


def _personal(document: Document) -> list[dict[str, Any]]:
    """Where personal data stands in the whole text, annexes included, and the contacts, by their
    places in `contacts`, that it belongs to."""
    owners: dict[str, list[int]] = defaultdict(list)
    for place, contact in enumerate(document.contacts):
        for value in filter(None, (contact.email, _local(contact.phone or ""))):
            owners[value].append(place)
    sizes = set(map(len, owners))
    text = document.text
    items = []
    for found in privacy.find(text):
        written = "".join(unicodedata.normalize("NFKC", text[found.start : found.end]).split())
        digits = re.sub(r"[^0-9]", "", written)
        parts = {digits[at : at + size] for size in sizes for at in range(len(digits) - size + 1)}
        places = {place for part in parts | {written} for place in owners.get(part, ())}
        item = {"kind": found.kind, "start": found.start, "end": found.end}
        items.append(item | {"contacts": sorted(places)})
    return items


def _local(phone: str) -> str:
    """A number without area code and extension: 0899 stands once before 5550123、5550124, and
    转802 apart from the number that it follows."""
    code, _, rest = phone.partition("-")
    return rest.partition("-")[0] if code.startswith("0") else code


def _tables(paragraphs: tuple[Paragraph, ...]) -> Iterator[list[dict[str, str]]]:
    """Each table with column names, as rows of 列名 -> 值; empty cells are left out."""
    named = zip(heads_above(paragraphs), paragraphs, strict=True)
    for heads, group in groupby(named, key=itemgetter(0)):
        if not heads:
            continue
        names = column_names([head.cells for head in heads])
        yield [
            {name: value for name, value in zip(names, row.cells, strict=True) if name and value}
            for _, row in group
        ]


def as_rejection(error: UnreadableDocument, format: str | None = None) -> dict[str, Any]:
    """The same object for a file that could not be read: every field there, all of them empty."""
    empty = as_inspection(Document(format=format or "", paragraphs=(), passages=()))
    return empty | {"status": "rejected", "reason": error.reason, "format": format}


def _contact(contact: Contact) -> dict[str, str | None]:
    return {
        "name": contact.name,
        "unit": contact.unit,
        "area": contact.area,
        "phone": contact.phone,
        "email": contact.email,
    }
