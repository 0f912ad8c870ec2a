"""Lines with positions to paragraphs: margins, and which line goes on with which.

Pure geometry on plain values, so that it can be tested without any file. Lengths are points,
y grows downwards, pages count from 1.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.breaks import ends_sentence, first_unit, has_marker, has_open_bracket, join
from ingest.lines import Block

# A title is set clearly larger than the text; smaller steps are headings on lines of their own.
TITLE_RATIO = 1.2

# Usual line distance by page and type size; page 0 stands for the whole document.
_Pitches = dict[tuple[int, float], float]


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `size` is that of most of its characters, `kind` as in Block.

    A table row is a line of kind `row`: it keeps its place and joins with nothing. `column` is
    1 or 2 where the page is set in two columns, 0 for lines across the page. `confidence` as in
    Block.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool = False
    page: int = 1
    kind: str = "text"
    column: int = 0
    confidence: float | None = None

    def block(self) -> Block:
        """The line as a paragraph of its own; a row adds its cells."""
        return Block(self.text, self.page, kind=self.kind)


@dataclass(frozen=True, slots=True)
class PageSize:
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """Where full lines begin and end."""

    left: float
    right: float


_Margins = dict[tuple[int, int], Column]


def columns(lines: Sequence[Line], sizes: Sequence[PageSize]) -> list[Column]:
    """The text column of each page.

    Pages of one width share margins; facing pages have their own where these differ.
    """
    groups: dict[tuple[int, int], list[Line]] = defaultdict(list)
    pages: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.kind != "text":
            continue
        pages[line.page].append(line)
        groups[round(sizes[line.page - 1].width), line.page % 2].append(line)
    usual: dict[tuple[int, int], Column] = {}
    result: list[Column] = []
    for number, size in enumerate(sizes, start=1):
        width, side = round(size.width), number % 2
        if (width, side) not in usual:
            usual[width, side] = _side_column(groups[width, side], groups[width, 1 - side], size)
        result.append(_own_column(pages[number], usual[width, side]))
    return result


def _side_column(own: list[Line], other: list[Line], size: PageSize) -> Column:
    """The column of the left or right pages, whose lines are `own`; `other` are of the facing."""
    side, facing = _column(own, size), _column(other, size)
    # a side of the sheet is trusted only where it has lines enough to show its margins
    proven = min(len(own), len(other)) >= 20 and abs(side.left - facing.left) > 3
    alike = abs((side.right - side.left) - (facing.right - facing.left)) < 24
    return side if proven and alike else _column(own + other, size)


def _margins(lines: Sequence[Line], sizes: Sequence[PageSize]) -> _Margins:
    """The text column of each page, by page and `Line.column`."""
    found: _Margins = {}
    for part in sorted({0} | {line.column for line in lines}):
        own = columns([line for line in lines if line.column == part], sizes)
        found |= {(page, part): column for page, column in enumerate(own, start=1)}
    return found


def _own_column(lines: Sequence[Line], usual: Column) -> Column:
    """The page's own margins where at least three of its lines prove both to be different.

    A page of short items proves nothing: its lines end anywhere.
    """
    if len(lines) < 5:
        return usual
    em = body_size(lines)
    rights = sorted((line.x1 for line in lines), reverse=True)[:3]
    lefts = sorted(line.x0 for line in lines)[:3]
    if rights[0] - rights[-1] > 0.5 * em or lefts[-1] - lefts[0] > 0.5 * em:
        return usual
    if abs(rights[0] - usual.right) <= em and abs(lefts[0] - usual.left) <= em:
        return usual
    if abs(rights[0] - usual.right) <= em:
        return usual  # only indented, as a page of second-level items is
    return Column(lefts[0], rights[0])


def _column(lines: Sequence[Line], size: PageSize) -> Column:
    if not lines:
        return Column(0.12 * size.width, 0.88 * size.width)
    enough = max(2, len(lines) // 20)
    left = _edge([line.x0 for line in lines], enough)
    right = _edge([-line.x1 for line in lines], enough)
    return Column(left, -right)


def _edge(values: Sequence[float], enough: int) -> float:
    """The smallest value that `enough` lines share within 4 points, else the smallest."""
    ordered = sorted(values)
    for index in range(len(ordered) - enough + 1):
        if ordered[index + enough - 1] - ordered[index] <= 4:
            return ordered[index]
    return ordered[0]


def is_centred(line: Line, column: Column, body: float) -> bool:
    """Equal space on both sides: more than a first-line indent, or any for larger type."""
    before, after = line.x0 - column.left, column.right - line.x1
    if abs(before - after) > max(0.8 * line.size, 5):
        return False
    return before >= 2.6 * body or line.size >= 1.15 * body


def body_size(lines: Sequence[Line]) -> float:
    """The type size of most characters; 12 when there are none."""
    counts: Counter[float] = Counter()
    for line in lines:
        if line.kind == "text":
            counts[_half(line.size)] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 12.0


def paragraphs(lines: Sequence[Line], sizes: Sequence[PageSize]) -> list[Block]:
    """Joined paragraphs of lines in reading order, furniture already removed."""
    body = body_size(lines)
    margins = _margins(lines, sizes)
    pitch = _pitches(lines, margins)
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line, margins, pitch, body):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_block(group, margins, body) for group in groups]


def _goes_on(
    group: Sequence[Line],
    line: Line,
    margins: _Margins,
    pitch: _Pitches,
    body: float,
) -> bool:
    last = group[-1]
    if line.kind != "text" or last.kind != "text":
        return False
    if (line.column == 0) != (last.column == 0):
        return False  # a heading across the page, or what follows one
    if abs(line.size - last.size) > max(0.6, 0.06 * last.size):
        return False
    step = line.top - last.top
    usual = pitch.get((line.page, _half(last.size))) or pitch.get((0, _half(last.size)))
    if last.page == line.page and step > 1.45 * (usual or 2 * last.size):
        return False
    column, previous = margins[line.page, line.column], margins[last.page, last.column]
    if is_centred(last, previous, body) and is_centred(line, column, body):
        return _same_title(last, line, body) or _closes(group, line)
    return _continues(group, line, previous, column)


def _same_title(last: Line, line: Line, body: float) -> bool:
    close = last.page == line.page and line.top - last.top <= 1.9 * line.size
    large = line.size >= TITLE_RATIO * body and last.bold == line.bold
    return close and large and not has_marker(line.text) and not has_marker(last.text)


def _closes(group: Sequence[Line], line: Line) -> bool:
    """Whether a bracket opened above is closed here, as in a note of adoption on two lines."""
    text = "".join(part.text for part in group)
    return (
        has_open_bracket(text)
        and not has_open_bracket(text + line.text)
        and not has_marker(line.text)
    )


def _continues(group: Sequence[Line], line: Line, previous: Column, column: Column) -> bool:
    """Whether the last line was full and this one starts where a full line starts."""
    last, em = group[-1], line.size
    room = previous.right - last.x1
    per_char = (line.x1 - line.x0) / max(len(line.text), 1)
    needed = per_char * len(first_unit(line.text))
    if room > needed + 0.6 * em:
        return False
    if len(group) == 1 and last.x0 - previous.left > 4.5 * em:
        return False  # set to the right: a signature, a date, a name
    if has_open_bracket("".join(part.text for part in group)) and not has_marker(line.text):
        return True
    if line.x0 - column.left <= 0.8 * em:
        # Without first-line indents only the end of a sentence tells an item from its sequel.
        flush = len(group) > 1 or last.x0 - previous.left <= 0.8 * em
        return not (flush and has_marker(line.text) and ends_sentence(last.text))
    if has_marker(line.text):
        return False
    # Margins of facing pages may differ, so compare places inside the column.
    shift = (line.x0 - column.left) - (last.x0 - previous.left)
    if len(group) > 1:
        return abs(shift) <= 0.4 * em
    if has_marker(last.text) and 0.4 * em < shift <= 4 * em:
        return not ends_sentence(last.text)  # hanging indent
    return abs(shift) <= 0.4 * em and room <= 0.6 * em and not ends_sentence(last.text)


def _pitches(lines: Sequence[Line], margins: _Margins) -> _Pitches:
    """Usual distance of one line's top to the next, from pairs whose first line is full."""
    steps: dict[tuple[int, float], Counter[float]] = defaultdict(Counter)
    for last, line in pairwise(lines):
        same = last.page == line.page and last.kind == line.kind == "text"
        full = margins[last.page, last.column].right - last.x1 <= 2 * last.size
        step = line.top - last.top
        if same and full and 0 < step < 4 * line.size:
            for page in (last.page, 0):
                steps[page, _half(last.size)][_half(step)] += 1
    return {
        key: counts.most_common(1)[0][0]
        for key, counts in steps.items()
        if key[0] == 0 or counts.total() >= 3
    }


def _half(value: float) -> float:
    return round(value * 2) / 2


def _block(group: Sequence[Line], margins: _Margins, body: float) -> Block:
    text = ""
    for line in group:
        text = join(text, line.text) if text else line.text
    column = margins[group[0].page, group[0].column]
    confidence = _confidence(group)
    if group[0].kind != "text":
        return replace(group[0].block(), confidence=confidence)
    return Block(
        text=text,
        page=group[0].page,
        size=_half(group[0].size),
        bold=all(line.bold for line in group),
        centred=all(is_centred(line, column, body) for line in group),
        confidence=confidence,
    )


def _confidence(group: Sequence[Line]) -> float | None:
    """The mean over the characters that were recognised."""
    known = [(line.confidence, len(line.text)) for line in group if line.confidence is not None]
    if not known:
        return None
    return round(sum(sure * count for sure, count in known) / sum(n for _, n in known), 3)
