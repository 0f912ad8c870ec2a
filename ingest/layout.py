"""Lines with positions to paragraphs: margins, furniture, and which line goes on with which.

Pure geometry on plain values, so that it can be tested without any file. Lengths are points,
y grows downwards, pages count from 1.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.breaks import ends_sentence, first_unit, has_marker, join
from ingest.lines import Block

# Bands searched for page numbers and running heads, as shares of the page height; removed
# exactly the furniture and nothing else on the measured documents.
TOP_BAND = 0.09
BOTTOM_BAND = 0.13
RUNNING_SHARE = 0.6

# A title is set clearly larger than the text; smaller steps are headings on lines of their own.
TITLE_RATIO = 1.2

# Matches "— 3 —", "3", "第 3 页 共 9 页", "3/9", "Page 3 of 9"; not "3 月", "第三页".
_PAGE_NUMBER = re.compile(
    r"""\s?(?:
      [-—–－―~·\s]{0,6}[0-9]{1,4}[-—–－―~·\s]{0,6}
    | [ivxlc]{1,6}
    | 第?\s?[0-9]{1,4}\s?页?(?:\s?[,，/|]?\s?共\s?[0-9]{1,4}\s?页)
    | 第\s?[0-9]{1,4}\s?页
    | [0-9]{1,4}\s?/\s?[0-9]{1,4}
    | page\s?[0-9]{1,4}(?:\s?(?:of|/)\s?[0-9]{1,4})?
    )\s?""",
    re.VERBOSE | re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]{1,20}")  # matches "12"; not "十二"
# Matches "第一章 总则……… 3" and "总则 . . . . . 3"; not "姓名……", "见 3.2".
_TOC_LINE = re.compile(r".{1,80}?(?:…[….\s]{0,120}|(?:[.．·•‧┈]\s?){4,120})[(（]?[0-9]{1,4}[)）]?")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `size` is that of most of its characters, `kind` as in Block.

    A table row is a line of kind `row`: it keeps its place and joins with nothing.
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


@dataclass(frozen=True, slots=True)
class PageSize:
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """Where full lines begin and end."""

    left: float
    right: float


def is_page_number(text: str) -> bool:
    return _PAGE_NUMBER.fullmatch(text.strip()) is not None


def is_contents_line(text: str) -> bool:
    """A line of a table of contents: text, leader dots, a page number."""
    return text[-1:] in "0123456789)）" and _TOC_LINE.fullmatch(text) is not None


def furniture(lines: Sequence[Line], sizes: Sequence[PageSize]) -> dict[int, str]:
    """Index of each line that is page furniture, with why: `page_number` or `running_head`.

    A running head repeats, digits masked, on 60 % of the pages, or of the pages on its side
    of the sheet where the document has at least six.
    """
    found: dict[int, str] = {}
    places: dict[tuple[bool, str], set[int]] = defaultdict(set)
    banded: list[tuple[int, tuple[bool, str]]] = []
    for index, line in enumerate(lines):
        if line.kind != "text":
            continue
        height = sizes[line.page - 1].height
        middle = (line.top + line.bottom) / 2
        if TOP_BAND * height <= middle <= (1 - BOTTOM_BAND) * height:
            continue
        if is_page_number(line.text):
            found[index] = "page_number"
            continue
        key = (middle < height / 2, _DIGITS.sub("#", line.text.replace(" ", "")))
        places[key].add(line.page)
        banded.append((index, key))
    for index, key in banded:
        if _is_running(places[key], len(sizes)):
            found[index] = "running_head"
    return found


def _is_running(pages: set[int], count: int) -> bool:
    if count >= 2 and len(pages) >= max(2, RUNNING_SHARE * count):
        return True
    if count < 6:
        return False
    sides = [sum(page % 2 == side for page in pages) for side in (0, 1)]
    return max(sides) >= RUNNING_SHARE * (count // 2)


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
    result: list[Column] = []
    for number, size in enumerate(sizes, start=1):
        width = round(size.width)
        both = groups[width, 0] + groups[width, 1]
        own = groups[width, number % 2]
        whole, side = _column(both, size), _column(own, size)
        # one side of the sheet alone is trusted only where it has lines enough to show margins
        same_width = abs((side.right - side.left) - (whole.right - whole.left)) < 24
        shifted = abs(side.left - whole.left) > 3 and len(own) >= 20
        usual = side if shifted and same_width else whole
        result.append(_own_column(pages[number], usual))
    return result


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
            counts[round(line.size * 2) / 2] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 12.0


def paragraphs(lines: Sequence[Line], sizes: Sequence[PageSize]) -> list[Block]:
    """Joined paragraphs of lines in reading order, furniture already removed."""
    body = body_size(lines)
    margins = columns(lines, sizes)
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
    margins: Sequence[Column],
    pitch: dict[int, float],
    body: float,
) -> bool:
    last = group[-1]
    if line.kind != "text" or last.kind != "text":
        return False
    if abs(line.size - last.size) > max(0.6, 0.06 * last.size):
        return False
    step = line.top - last.top
    if last.page == line.page and step > 1.45 * pitch.get(round(last.size), 2 * last.size):
        return False
    column, previous = margins[line.page - 1], margins[last.page - 1]
    if is_centred(last, previous, body) and is_centred(line, column, body):
        return _same_title(last, line, body)
    return _continues(group, line, previous, column)


def _same_title(last: Line, line: Line, body: float) -> bool:
    close = last.page == line.page and line.top - last.top <= 1.9 * line.size
    large = line.size >= TITLE_RATIO * body and last.bold == line.bold
    return close and large and not has_marker(line.text) and not has_marker(last.text)


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


def _pitches(lines: Sequence[Line], margins: Sequence[Column]) -> dict[int, float]:
    """Usual distance of one line's top to the next, by type size, from pairs of full lines."""
    steps: dict[int, Counter[float]] = defaultdict(Counter)
    for last, line in pairwise(lines):
        full = margins[last.page - 1].right - last.x1 <= 2 * last.size
        step = line.top - last.top
        same = last.page == line.page and last.kind == line.kind == "text"
        if same and full and 0 < step < 4 * line.size:
            steps[round(last.size)][round(step * 2) / 2] += 1
    return {size: counts.most_common(1)[0][0] for size, counts in steps.items()}


def _block(group: Sequence[Line], margins: Sequence[Column], body: float) -> Block:
    text = ""
    for line in group:
        text = join(text, line.text) if text else line.text
    column = margins[group[0].page - 1]
    if group[0].kind != "text":
        return Block(text=text, page=group[0].page, kind=group[0].kind)
    return Block(
        text=text,
        page=group[0].page,
        size=round(group[0].size * 2) / 2,
        bold=all(line.bold for line in group),
        centred=all(is_centred(line, column, body) for line in group),
    )
