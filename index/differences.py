"""What differs between a sentence as somebody gives it and as it stands in a document.

Compared letter by letter as `index.stream` has them, so breaks, spaces and forms of the same sign
are no differences. A figure that differs is shown whole, and what kind of thing differs is named:
a wrong figure, date or 不 matters more than any other word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from index.analyzer import Analyzer
from index.sentences import Span
from index.stream import Stream

NUMBER, DATE, NEGATION, WORDS = "number", "date", "negation", "words"

# The sign at the end of a sentence says nothing; nor does the one before it.
ENDS = ".;!?,:、"
_FIGURE = re.compile(
    r"[0-9〇零一二三四五六七八九十百千万亿两半%.,:\-]*[0-9〇零一二三四五六七八九十百千万亿两半%]"
)
_DATED = re.compile(r"[年月日号点时]")
_NEGATIONS = frozenset("不未无非没勿禁免否")

Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """`given` and `held` are offsets of what differs in the two texts, either of them empty where
    something is missing."""

    kind: str
    given: Span
    held: Span


@dataclass(frozen=True, slots=True)
class Compared:
    """`likeness` is 0..1 between the given text and `[span]` of the held one."""

    likeness: float
    span: Span
    differences: tuple[Difference, ...]


def compared(given: str, held: str, analyzer: Analyzer) -> Compared:
    """The given sentence beside the stretch of `held` that is most like it."""
    mine, theirs = Stream(given, analyzer), Stream(held, analyzer)
    ours = mine.letters.rstrip(ENDS)
    matcher = SequenceMatcher(None, ours, theirs.letters, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return Compared(0.0, (0, 0), ())
    first, last = blocks[0], blocks[-1]
    begin = max(0, first.b - first.a)
    end = min(len(theirs.letters), last.b + len(ours) - last.a)
    stretch = theirs.letters[begin:end]
    if end == len(theirs.letters):
        stretch = stretch.rstrip(ENDS)
    matcher.set_seq2(stretch)
    differences = tuple(
        Difference(kind, mine.span(a, b), theirs.span(begin + c, begin + d))
        for kind, a, b, c, d in _differing(ours, stretch, matcher)
    )
    return Compared(matcher.ratio(), theirs.span(begin, begin + len(stretch)), differences)


def _differing(ours: str, theirs: str, matcher: SequenceMatcher[str]) -> Iterator[Opcode]:
    """(kind, and the spans in both) of what differs, figures whole, overlapping ones made one."""
    joined: list[tuple[int, int, int, int]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        a, b, c, d = _whole_figures(ours, theirs, (a, b, c, d))
        if joined and a <= joined[-1][1] and c <= joined[-1][3]:
            before = joined.pop()
            a, b = min(a, before[0]), max(b, before[1])
            c, d = min(c, before[2]), max(d, before[3])
        joined.append((a, b, c, d))
    for a, b, c, d in joined:
        yield _kind(ours, theirs, (a, b, c, d)), a, b, c, d


def _whole_figures(
    ours: str, theirs: str, place: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    """The place widened by as much as the figures it cuts into go on, on both sides alike."""
    a, b, c, d = place
    if not (_FIGURE.search(ours[a:b]) or _FIGURE.search(theirs[c:d])):
        return place
    while a and c and ours[a - 1] == theirs[c - 1] and _FIGURE.fullmatch(ours[a - 1]):
        a, c = a - 1, c - 1
    while b < len(ours) and d < len(theirs) and ours[b] == theirs[d] and _FIGURE.fullmatch(ours[b]):
        b, d = b + 1, d + 1
    return a, b, c, d


def _kind(ours: str, theirs: str, place: tuple[int, int, int, int]) -> str:
    a, b, c, d = place
    parts = ours[a:b], theirs[c:d]
    if set(_NEGATIONS.intersection(parts[0])) != set(_NEGATIONS.intersection(parts[1])):
        return NEGATION
    figures = [_FIGURE.findall(part) for part in parts]
    if figures[0] == figures[1]:
        return WORDS
    after = ours[b : b + 1] + theirs[d : d + 1]
    return DATE if _DATED.search("".join((*parts, after))) else NUMBER
