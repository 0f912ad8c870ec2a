"""What the reading process says of a file, as JSON: checked to the last field before it is used,
for it may be a parser taken over by the file that speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

import orjson
from pydantic import TypeAdapter, ValidationError

from index.model import AUTHORITIES, Document
from index.notation import date_span
from ingest.limits import MAX_CHARS
from ingest.readers import is_format
from ingest.unpacking import Member

# What the reading process makes in the folder it is given.
RESULT_NAME = "result"
PICTURES_NAME = "pictures"
MEMBERS_NAME = "members"

_REASON = re.compile(r"[a-z_]{1,40}")
_MESSAGE_CHARS = 300
_MOST = 1_000_000_000
# Annexes, headings and what was dropped repeat some of the text.
_MOST_TEXT = 4 * MAX_CHARS


@dataclass(frozen=True, slots=True)
class Answer:
    """A document, or the members of an archive, or the reason why there is neither."""

    document: Document | None = None
    members: tuple[Member, ...] = ()
    reason: str = ""
    message: str = ""


def written(answer: Answer) -> bytes:
    """Raises orjson.JSONEncodeError for text that is no Unicode."""
    return orjson.dumps(answer)


def understood(data: bytes) -> Answer:
    """Raises ValueError for anything that a reader does not say."""
    try:
        answer = _adapter().validate_json(data, strict=True)
    except ValidationError as error:
        raise ValueError("no answer of a reader") from error
    kinds = (answer.document is not None, bool(answer.members), bool(answer.reason))
    if sum(kinds) != 1:
        raise ValueError("not one thing")
    if answer.reason and not _REASON.fullmatch(answer.reason):
        raise ValueError("no reason")
    for member in answer.members:
        _check_member(member)
    if answer.document is not None:
        _check_document(answer.document)
    return Answer(answer.document, answer.members, answer.reason, _one_line(answer.message))


@cache
def _adapter() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)


def _one_line(message: str) -> str:
    return "".join(filter(str.isprintable, message))[:_MESSAGE_CHARS]


def _check_member(member: Member) -> None:
    if bool(member.reason) == bool(member.file):
        raise ValueError("a member that is neither there nor refused")
    for part in member.name.split("/"):
        if not part.strip(".") or not part.isprintable():
            raise ValueError("a name that may lead elsewhere")
    if member.reason and not _REASON.fullmatch(member.reason):
        raise ValueError("no reason")
    if member.file and (PurePath(member.file).name != member.file or member.file == ".."):
        raise ValueError("a member that lies elsewhere")


def _check_document(document: Document) -> None:
    """That its numbers are such as ours, and that passages are slices of its text."""
    text = document.text
    passages = sum(len(passage.text) + len(passage.lead) for passage in document.passages)
    if max(len(text), passages) > _MOST_TEXT:
        raise ValueError("more text than a file may have")
    if not is_format(document.format):
        raise ValueError("no format")
    if document.date is not None:
        date_span(document.date)
    if document.authority is not None and document.authority not in AUTHORITIES:
        raise ValueError("no authority")
    numbers = [paragraph.page for paragraph in document.paragraphs]
    numbers += [paragraph.annex for paragraph in document.paragraphs]
    numbers += [paragraph.level or 0 for paragraph in document.paragraphs]
    numbers += [n for passage in document.passages for n in (*passage.pages, passage.ordinal)]
    numbers += [n for part in document.sections for n in (part.start, part.end, part.level)]
    numbers += [n for part in document.clauses for n in (part.start, part.end)]
    numbers += document.years
    if any(not 0 <= number <= _MOST for number in numbers):
        raise ValueError("a number out of range")
    for passage in document.passages:
        if text[passage.start : passage.end] != passage.text:
            raise ValueError("a passage that is not in the text")
