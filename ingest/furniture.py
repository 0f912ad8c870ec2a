"""What a printed page carries besides its text: page numbers, running heads, contents lines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ingest.layout import Line, PageSize

# Bands searched for page numbers and running heads, as shares of the page height; removed
# exactly the furniture and nothing else on the measured documents.
TOP_BAND = 0.09
BOTTOM_BAND = 0.13
RUNNING_SHARE = 0.6

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
