"""Pages set in two columns: where the gutter is, and in which order their lines are read.

A table without rules, a list of contacts or two signatures side by side also have a gap in the
middle. So both sides must be prose that fills its column, else the page is read across.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from ingest.glyphs import lines_of
from ingest.layout import Line, PageSize, body_size

_MIN_CHARS = 200  # on a page; less is no text in columns
_MIN_LINES = 5  # in each column, of one stretch of the page
_MIN_LINE_CHARS = 9
_BEGUN_SHARE = 0.72  # of the lines of a column begin at its edge, or indented
_FULL_SHARE = 0.8  # of the lines that another goes on from fill it
_MIDDLE = (0.3, 0.7)  # of the page's width, where a gutter may be
_MARGIN = 0.4  # em: of the gutter to both sides, where nothing may stand
_ROUGH_MARGIN = 0.1  # where lines were recognised, whose ends are known only about
_PROSE_MARKS = frozenset("，。；、：,.;")


@dataclass(frozen=True, slots=True)
class _Box:
    """Something printed; `item` is a character or a table row."""

    x0: float
    x1: float
    top: float
    bottom: float
    item: Any


def in_reading_order(
    chars: Sequence[dict[str, Any]], rows: Sequence[Line], size: PageSize, page: int
) -> list[Line]:
    """The lines of a page: across it from top to bottom, or down one column and then the other.

    `rows` are those of ruled tables, which keep their place among the lines.
    """
    inked = [char for char in chars if _is_ink(char)]
    em = sum(char["bottom"] - char["top"] for char in inked) / max(1, len(inked))
    gutter = _gutter(inked, size, em)
    if gutter is None:
        return _across([*chars], rows, page, 0)
    boxes = [_Box(char["x0"], char["x1"], char["top"], char["bottom"], char) for char in inked]
    boxes += [_Box(row.x0, row.x1, row.top, row.bottom, row) for row in rows]
    found: list[Line] = []
    done = 0.0
    margin = em * (_ROUGH_MARGIN if _is_rough(inked) else _MARGIN)
    for top, bottom in _stretches(boxes, gutter, margin):
        within = [box for box in boxes if top < (box.top + box.bottom) / 2 < bottom]
        sides = [[b for b in within if (b.x0 < gutter) is left] for left in (True, False)]
        both = [_lines(side, page, n) for n, side in enumerate(sides, start=1)]
        if all(map(_is_column, both)):
            found += _between(boxes, done, top, page) + both[0] + both[1]
            done = bottom
    if not found:
        return _across([*chars], rows, page, 0)
    return found + _between(boxes, done, size.height, page)


def _is_ink(char: dict[str, Any]) -> bool:
    return bool(char["bottom"] > char["top"]) and not char["text"].isspace()


def _is_rough(chars: Sequence[dict[str, Any]]) -> bool:
    return bool(chars) and "confidence" in chars[0]


def _across(
    chars: Sequence[dict[str, Any]], rows: Sequence[Line], page: int, column: int
) -> list[Line]:
    lines = lines_of(chars, page)
    if column:
        lines, rows = ([replace(x, column=column) for x in part] for part in (lines, rows))
    return sorted([*lines, *rows], key=lambda line: line.top)


def _lines(boxes: Sequence[_Box], page: int, column: int) -> list[Line]:
    chars = [box.item for box in boxes if not isinstance(box.item, Line)]
    return _across(chars, [b.item for b in boxes if isinstance(b.item, Line)], page, column)


def _between(boxes: Sequence[_Box], top: float, bottom: float, page: int) -> list[Line]:
    """What stands across the page between two stretches."""
    return _lines([b for b in boxes if top <= (b.top + b.bottom) / 2 <= bottom], page, 0)


def _gutter(chars: Sequence[dict[str, Any]], size: PageSize, em: float) -> float | None:
    """The x in the middle of the page that fewest characters cross, or None for plain pages.

    In text across the page about every line crosses every x; a few lines may cross a gutter.
    """
    if len(chars) < _MIN_CHARS:
        return None
    starts, ends = sorted(char["x0"] for char in chars), sorted(char["x1"] for char in chars)
    low, high = (round(share * size.width) for share in _MIDDLE)
    # counted in a band of one em: the gaps between characters are narrower; those of a recognised
    # line have none, and its ends may reach into the gutter
    half = em * (_ROUGH_MARGIN if _is_rough(chars) else 0.5)
    counts = {
        x: bisect_left(starts, x + half) - bisect_right(ends, x - half) for x in range(low, high, 2)
    }
    fewest, most = min(counts.values()), max(counts.values())
    if fewest * 3 > most:
        return None
    open_at = [x for x, count in counts.items() if count == fewest]
    return _centred(starts, ends, float(open_at[len(open_at) // 2]), em)


def _centred(starts: Sequence[float], ends: Sequence[float], near: float, em: float) -> float:
    """The middle of the blank near x: in one hardly wider than a character, the edges of a few
    lines decide where fewest characters cross."""
    places = [near + step * em / 20 for step in range(-20, 21)]
    crossed = [bisect_left(starts, x) - bisect_right(ends, x) for x in places]
    fewest = min(crossed)
    blanks = [
        [x for x, _ in run]
        for count, run in groupby(zip(places, crossed, strict=True), key=itemgetter(1))
        if count == fewest
    ]
    widest = max(blanks, key=len)
    return (widest[0] + widest[-1]) / 2


def _stretches(boxes: Sequence[_Box], gutter: float, margin: float) -> list[tuple[float, float]]:
    """Parts of the page, from top to bottom, in which nothing stands over the gutter."""
    left, right = gutter - margin, gutter + margin
    over = sorted((b.top, b.bottom) for b in boxes if b.x0 < right and b.x1 > left)
    lowest = max(box.bottom for box in boxes) + 1.0
    found: list[tuple[float, float]] = []
    top = min(box.top for box in boxes) - 1.0
    for start, end in [*over, (lowest, lowest)]:
        if start > top:
            found.append((top, start))
        top = max(top, end)
    return found


def _is_column(lines: Sequence[Line]) -> bool:
    """Whether lines are prose that fills a column: most begin at a common edge, and those that
    the next line goes on from end at one."""
    text = [line for line in lines if line.kind == "text"]
    if len(text) < _MIN_LINES:
        return False
    chars = sum(len(line.text) for line in text)
    words = "".join(line.text for line in text)
    if chars < _MIN_LINE_CHARS * len(text) or not _PROSE_MARKS.intersection(words):
        return False
    em = body_size(text)
    left, right = (_usual([getattr(line, edge) for line in text], em) for edge in ("x0", "x1"))
    begun = sum(-0.5 * em <= line.x0 - left <= 2.5 * em for line in text)
    gone_on = [one for one, other in pairwise(text) if abs(other.x0 - left) <= 0.5 * em]
    full = sum(abs(line.x1 - right) <= 1.5 * em for line in gone_on)
    enough = len(gone_on) >= _MIN_LINES - 1 and full >= _FULL_SHARE * len(gone_on)
    return enough and begun >= _BEGUN_SHARE * len(text)


def _usual(values: Sequence[float], em: float) -> float:
    """The value near which most others are; of equals the one in their middle."""

    def near(value: float) -> tuple[int, float]:
        apart = [abs(value - other) for other in values if abs(value - other) <= em]
        return len(apart), -sum(apart)

    return max(values, key=near)
