"""The part of a passage that a list of results has room for, marks and all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

EXCERPT_CHARS = 170


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool = False


# Matches the end in 通过。” and 好！, not the comma in 章程，办法.
_SENTENCE_END = re.compile(r"[。！？；!?;\n][”’」』）)】]*")
# Matches 一是， and 议题：, not the full stop.
_CLAUSE_END = re.compile(r"[，、：,:]")

Span = tuple[int, int]


def excerpt(text: str, marks: Iterable[Sequence[int]], room: int = EXCERPT_CHARS) -> list[Piece]:
    """At most `room` code points of `text` around the first mark, with … where it was cut.

    `marks` are code-point offsets in any order; overlapping or outside ones are put right.
    """
    spans = _tidy(marks, len(text))
    start, end = _window(text, spans[0] if spans else (0, 0), room)
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    pieces = pieces_of(text, spans, start, end)
    before = [Piece("…")] if text[:start].strip() else []
    after = [Piece("…")] if text[end:].strip() else []
    return [*before, *pieces, *after]


def _tidy(marks: Iterable[Sequence[int]], length: int) -> list[Span]:
    """Sorted, inside the text, not empty, touching ones joined."""
    spans: list[Span] = []
    for start, end in sorted((max(0, m[0]), min(length, m[1])) for m in marks):
        if start >= end:
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _window(text: str, focus: Span, room: int) -> Span:
    """Which part to show: whole sentences from the one `focus` begins in, as many as fit.

    A sentence that is too long is cut at a comma, and failing that anywhere.
    """
    if len(text) <= room:
        return 0, len(text)
    first, last = focus[0], min(focus[1], focus[0] + room)
    sentences = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    clauses = [m.end() for m in _CLAUSE_END.finditer(text)]
    start = max(cut for cut in sentences if cut <= first)
    if last - start > room:
        earliest = min(first, last - room // 2)
        start = min((cut for cut in clauses if earliest <= cut <= first), default=earliest)
    end = max((cut for cut in sentences if max(start, last - 1) < cut <= start + room), default=0)
    if not end:
        end = max((cut for cut in clauses if last < cut <= start + room), default=start + room)
        return start, min(end, len(text))
    # Room left after the last whole sentence goes to the sentences before.
    return min((cut for cut in sentences if end - room <= cut <= start), default=start), end


def pieces_of(text: str, spans: Iterable[Span], start: int, end: int) -> list[Piece]:
    """`text[start:end]` cut at the edges of `spans`."""
    clipped = _tidy([(max(a, start), min(b, end)) for a, b in spans], end)
    edges = [start, *(edge for span in clipped for edge in span), end]
    return [
        Piece(text[a:b], marked=i % 2 == 1) for i, (a, b) in enumerate(pairwise(edges)) if a < b
    ]


def sentence_around(text: str, start: int, end: int, room: int = EXCERPT_CHARS) -> str:
    """The sentence in which `text[start:end]` stands, or as much of it as there is room for."""
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    first = max(cut for cut in cuts if cut <= start)
    last = min((cut for cut in cuts if cut >= end), default=len(text))
    if last - first > room:
        first = max(first, start - room // 2)
        last = min(last, first + room)
    return text[first:last].strip()
