"""What an audience may read: the whole text, or for the public the text without personal data.

Indexing and showing both go through here, so nothing can be found that is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from index.model import Audience
from index.privacy import mask, mask_lines
from index.records import StoredDocument, StoredPassage

Held = TypeVar("Held", StoredDocument, StoredPassage)


def text_for(audience: Audience, text: str) -> str:
    return mask(text) if audience is Audience.PUBLIC else text


def same_to_all(text: str | None) -> bool:
    """Whether the public reads it as everybody else does."""
    return text is None or mask(text) == text


def document_for(audience: Audience, document: StoredDocument) -> StoredDocument:
    """Every field that holds words, as this audience reads it."""
    if audience is not Audience.PUBLIC:
        return document
    url = document.url
    read = {
        "title": _masked(document.title),
        "number": _masked(document.number),
        # What is masked in it could be felt for by its key.
        "number_key": document.number_key if same_to_all(document.number) else None,
        "letterhead": _masked(document.letterhead),
        "issuer": _masked(document.issuer),
        "site": _masked(document.site),
        "source": mask(document.source),
        "types": tuple(map(mask, document.types)),
        # A masked address leads nowhere.
        "url": url if url is None or mask(url) == url else None,
    }
    return _replaced(document, read)


def passage_for(audience: Audience, passage: StoredPassage) -> StoredPassage:
    if audience is not Audience.PUBLIC:
        return passage
    lead = mask(passage.lead)
    read = {
        "text": _masked_below(lead, passage),
        "lead": lead,
        "address": mask(passage.address),
        "path": tuple(map(mask, passage.path)),
    }
    return _replaced(passage, read)


def _masked_below(lead: str, passage: StoredPassage) -> str:
    """The text masked as it stands under its lead, which may name the columns of its table."""
    whole = mask(f"{passage.lead}\n{passage.text}") if lead else ""
    return whole[len(lead) + 1 :] if whole.startswith(f"{lead}\n") else mask(passage.text)


def lines_for(audience: Audience, lines: Sequence[str]) -> list[str]:
    """The paragraphs of one document, as this audience reads them."""
    return mask_lines(lines) if audience is Audience.PUBLIC else list(lines)


def _replaced(held: Held, read: Mapping[str, Any]) -> Held:
    """`held` itself where nothing was masked, which is nearly always: a copy takes 50 us."""
    changed = {name: value for name, value in read.items() if value != getattr(held, name)}
    return replace(held, **changed) if changed else held


def head_text(title: str | None, number: str | None, path: Sequence[str]) -> str:
    """What the keyword lane's head field is made of."""
    return "\n".join([title or "", number or "", *path])


def body_text(path: Sequence[str], lead: str, text: str) -> str:
    """What the keyword lane's body field is made of: the text under its own heading, which often
    says what it is about and is not said again."""
    return "\n".join(filter(None, (*path[-1:], lead, text)))


def vector_text(title: str | None, path: Sequence[str], text: str) -> str:
    """What a passage's vector is made of: title, headings, text, without personal data.

    One vector serves every audience: digits of a telephone carry no meaning.
    """
    return mask("\n".join([*([title] if title else []), *path, text]))


def _masked(text: str | None) -> str | None:
    return None if text is None else mask(text)


def shows_pictures(audience: Audience, body: Mapping[str, Any]) -> bool:
    """Whether this audience may see pictures of the document's pages, which nobody can mask: the
    public only where nothing personal was found and every line was surely recognised."""
    if audience is not Audience.PUBLIC:
        return True
    if "low_ocr_confidence" in body["warnings"]:
        return False
    held = [paragraph["text"] for paragraph in body["paragraphs"]]
    held += [dropped["text"] for dropped in body["dropped"]]
    return mask_lines(held) == held
