"""A field's value with the line that states it, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from index.model import DOUBTFUL, Paragraph

Value = TypeVar("Value")

# On a line of its own, where GB/T 9704 puts it: 发文字号 under the letterhead, 署名 above the date.
PLACED = 0.95
# Read out of another field: who issues, from the title; the year, from the date.
DERIVED = 0.8
# What a web page says of itself, or a line that only looks the part.
CLAIMED = 0.7
# By the order of lines alone.
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Stated(Generic[Value]):
    """`value` as `line` states it; `confidence` 0..1."""

    value: Value
    line: str
    confidence: float


def is_doubtful(stated: Stated[Any], paragraphs: Sequence[Paragraph]) -> bool:
    """Whether a line that states the value was recognised so badly that it may say another."""
    for line in stated.line.split("\n"):
        sure = [p.confidence for p in paragraphs if line in p.text]
        if sure and all(one is not None and one < DOUBTFUL for one in sure):
            return True
    return False


def surest(
    found: Iterable[Stated[Value] | None], paragraphs: Sequence[Paragraph]
) -> Stated[Value] | None:
    """The first that is not doubtful, else the first."""
    first = None
    for stated in found:
        if stated is not None and not is_doubtful(stated, paragraphs):
            return stated
        first = first or stated
    return first


def as_sure_as_read(stated: Stated[Any], paragraphs: Sequence[Paragraph]) -> Stated[Any]:
    """The same with less confidence where its line is doubtful."""
    if not is_doubtful(stated, paragraphs):
        return stated
    return replace(stated, confidence=min(stated.confidence, LIKELY))
