"""Compilations: several regulations one after another in one file, each under its own title."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.notation import find_numbers
from ingest.cue import (
    ends_sentence,
    is_enactment,
    is_imprint,
    is_organisation,
    title_types,
    whole_date,
)
from ingest.lines import Block
from ingest.marker import Marker, parse_annex
from ingest.sequence import OUTER

# Between a title and its 第一章 stand at most an adoption note, a number and a 发文机关.
_BETWEEN = 3
_MAX_TITLE = 60
# 制度汇编, 文件选编（2031年版）; not 汇编工作
_COMPILATION = re.compile(r"(?:汇\s?编|选\s?编|手\s?册|文\s?集|大\s?全)(?:[（(].{1,20}[)）])?$")


def is_compilation(title: str) -> bool:
    """Whether a title names a collection of papers, so that another title may follow it."""
    return _COMPILATION.search(title.strip()) is not None


def regulation_titles(
    blocks: Sequence[Block], markers: Mapping[int, Marker], compiled: bool
) -> set[int]:
    """Blocks that are titles of regulations: numbering starts again under them.

    A first title counts only when another follows that surely is one, or the document is
    `compiled` by its own title.
    """
    first: set[int] = set()
    again: set[int] = set()
    highest: dict[str, int] = {}
    for i in sorted(markers):
        marker = markers[i]
        if marker.ordinal == 1 and marker.family in {*OUTER, "article", "cjk"}:
            title = _title_above(blocks, i, markers)
            if title is not None and _starts(marker.family, highest, blocks[title].text):
                again.add(title)
                highest.clear()
            elif title is not None and title_types(blocks[title].text):
                first.add(title)
        highest[marker.family] = marker.ordinal
    return first | again if again or compiled else set()


def _starts(family: str, highest: Mapping[str, int], title: str) -> bool:
    """Whether numbering that had gone on starts again, as it does not inside a regulation."""
    if family in {"volume", "article"}:
        return highest.get(family, 0) >= 1
    if family == "cjk":
        # 一、 starts again under every chapter and every 第X条: the title must name its 文种.
        inside = any(highest.get(name) for name in (*OUTER, "article"))
        return not inside and highest.get("cjk", 0) >= 2 and bool(title_types(title))
    return bool(highest.get(family) or highest.get("article"))


def _title_above(blocks: Sequence[Block], start: int, markers: Mapping[int, Marker]) -> int | None:
    """The title over the block at `start`, notes between them passed over."""
    for i in range(start - 1, max(-1, start - 2 - _BETWEEN), -1):
        text = blocks[i].text.strip()
        if blocks[i].kind != "text" or i in markers or parse_annex(text) or is_imprint(text):
            return None
        if is_enactment(text) or whole_date(text) or _is_note(text):
            continue
        return i if _is_title(text) else None
    return None


def _is_note(text: str) -> bool:
    """Whether a line under a title says who issued it, when or under which number."""
    if re.match(r"^[（(].{1,160}[)）]$", text) or (len(text) <= 40 and find_numbers(text)):
        return True
    return is_organisation(text) and not title_types(text)


def _is_title(text: str) -> bool:
    if not 3 <= len(text) <= _MAX_TITLE or ends_sentence(text):
        return False
    return re.search(r"[。；;：:，,|]|^[—\-•·●★*“]", text) is None
