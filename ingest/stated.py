"""A field's value with the line that states it, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

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
