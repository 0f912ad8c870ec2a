"""What `xiehui inspect --json` prints of a document, and of a file that could not be read."""

from __future__ import annotations

from typing import Any

from index.errors import UnreadableDocument
from index.model import Contact, Document


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
        "text": [paragraph.text for paragraph in document.paragraphs if not paragraph.annex],
        "dropped": [{"text": dropped.text, "why": dropped.why} for dropped in document.dropped],
        "members": [],
        "passages": [
            {"address": passage.address, "page": list(passage.pages), "text": passage.text}
            for passage in document.passages
        ],
        "warnings": list(document.warnings),
    }


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
