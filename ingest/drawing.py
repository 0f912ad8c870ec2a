"""What shapes of DrawingML say: paragraphs with the numbers only PowerPoint computes, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.breaks import join_soft
from ingest.lines import Block
from ingest.numbering import format_number
from ingest.tables import MAX_SPAN, Cell

_CENTRED = frozenset(("ctr", "dist"))
# Fields whose text is the slide's number or the day on which it is shown.
_FIELDS = ("slidenum", "datetime")
# By the beginning of a numbering's name: Word's name of the same numerals.
_NUMERALS = {
    "arabic": "decimal",
    "ea1Chs": "chineseCounting",
    "ea1Cht": "chineseCounting",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "ea1Jpn": "chineseCounting",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNum": "decimalEnclosedCircle",
}
_NUMBERING = re.compile(r"(arabic|ea1Chs|ea1Cht|ea1Jpn|alphaLc|alphaUc|romanLc|romanUc|circleNum)")


class Numbers:
    """Automatic numbers of one text: they go on while paragraphs of a level are numbered alike."""

    def __init__(self) -> None:
        self._levels: dict[int, tuple[str, int]] = {}

    def label(self, properties: Any | None) -> str:
        """The number of the next paragraph; "" where it has none."""
        level = 0 if properties is None else _whole(properties.get("lvl"), 0)
        self._levels = {at: said for at, said in self._levels.items() if at <= level}
        numbered = None if properties is None else properties.find("{*}buAutoNum")
        if numbered is None:
            self._levels.pop(level, None)
            return ""
        kind, start = numbered.get("type", ""), _whole(numbered.get("startAt"), 1)
        before, count = self._levels.get(level, (kind, start - 1))
        count = count + 1 if before == kind else start
        self._levels[level] = kind, count
        match = _NUMBERING.match(kind)
        if match is None:
            return ""
        numeral = format_number(count, _NUMERALS[match[1]])
        if kind.endswith("ParenBoth"):
            return f"({numeral})"
        ideographic = kind.startswith("ea1") and kind.endswith("Period")
        end = ")" if kind.endswith("ParenR") else "." if kind.endswith("Period") else ""
        return f"{numeral}、" if ideographic else f"{numeral}{end} "


def paragraphs_of(body: Any, keep_together: bool = False) -> Iterator[Block]:
    """The paragraphs of a text body; a title is one however it was broken into lines."""
    numbers = Numbers()
    for paragraph in body.iterchildren("{*}p"):
        properties = paragraph.find("{*}pPr")
        text = text_of(paragraph)
        if not text.strip():
            continue
        label = numbers.label(properties)
        centred = properties is not None and properties.get("algn") in _CENTRED
        size, bold = _look(paragraph)
        for part in join_soft((label + text).split("\n"), keep_together or centred):
            yield Block(part, size=size, bold=bold, centred=centred)


def text_of(paragraph: Any) -> str:
    """The text of a paragraph; breaks as line feeds."""
    pieces: list[str] = []
    for run in paragraph.iterchildren("{*}r", "{*}br", "{*}fld"):
        name = run.tag.rpartition("}")[2]
        if name == "br":
            pieces.append("\n")
        elif name == "r" or not run.get("type", "").startswith(_FIELDS):
            pieces.append(run.findtext("{*}t") or "")
    return "".join(pieces).replace("\v", "\n").replace("_x000B_", "\n")


def rows_of(table: Any) -> tuple[list[list[Cell]], list[bool], list[bool]]:
    """Rows of cells, which of them name the columns, and which are bold."""
    rows: list[list[Cell]] = []
    bold: list[bool] = []
    for row in table.iterchildren("{*}tr"):
        cells: list[Cell] = []
        heavy: list[bool] = []
        for cell in row.iterchildren("{*}tc"):
            if cell.get("hMerge") in ("1", "true"):
                continue  # the cell to the left says how far it reaches
            body = cell.find("{*}txBody")
            blocks = [] if body is None else list(paragraphs_of(body))
            heavy += [block.bold for block in blocks]
            above = cell.get("vMerge") in ("1", "true")
            across = min(max(_whole(cell.get("gridSpan"), 1), 1), MAX_SPAN)
            cells.append(Cell(" ".join(block.text for block in blocks), across, above=above))
        rows.append(cells)
        bold.append(bool(heavy) and all(heavy))
    properties = table.find("{*}tblPr")
    first = properties is not None and properties.get("firstRow") in ("1", "true")
    return rows, [first and not at for at in range(len(rows))], bold


def _look(paragraph: Any) -> tuple[float | None, bool]:
    """Size of the longest run and whether all are bold, as far as the runs themselves say."""
    runs = [(run.findtext("{*}t") or "", run.find("{*}rPr")) for run in paragraph.iter("{*}r")]
    runs = [(text, own) for text, own in runs if text.strip()]
    if not runs:
        return None, False
    bold = all(own is not None and own.get("b") in ("1", "true") for _, own in runs)
    _, longest = max(runs, key=lambda run: len(run[0]))
    size = 0 if longest is None else _whole(longest.get("sz"), 0)
    return (size / 100 if size else None), bold


def _whole(text: str | None, otherwise: int) -> int:
    text = (text or "")[:9]
    return int(text) if text.isascii() and text.isdigit() else otherwise
