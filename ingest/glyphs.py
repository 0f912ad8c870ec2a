"""Printed characters to lines and table rows: order, spaces, fake bold.

Characters are pdfplumber's dictionaries; only text, box, size and font name are looked at.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeVar

from ingest.aligned import Piece, Spread, aligned_tables, is_wide
from ingest.breaks import join, tidy
from ingest.layout import Line
from ingest.rows import Row
from ingest.tables import headers, said

Value = TypeVar("Value")
_Box = tuple[float, float, float, float]

# Drawings (charts, maps) have thousands of strokes and no table; searching them takes minutes.
_MAX_STROKES = 1500

_BOLD_NAMES = ("bold", "heavy", "black", "-demi")
# 黑体 and other faces without serifs mark headings in a text set in 宋体 or 仿宋.
_GOTHIC_NAMES = ("hei", "sans", "gothic", "黑体")


def tables_of(page: Any, chars: Sequence[dict[str, Any]]) -> Iterator[tuple[list[Line], set[int]]]:
    """Tables, ruled ones first: their rows, and the ids of the characters inside."""
    inside: set[int] = set()
    for rows, members in _ruled(page, chars):
        inside |= members
        yield rows, members
    yield from _unruled([char for char in chars if id(char) not in inside])


def _ruled(page: Any, chars: Sequence[dict[str, Any]]) -> Iterator[tuple[list[Line], set[int]]]:
    """A frame of one column is only a frame: its text is read like any other."""
    strokes = len(page.lines) + len(page.rects) + len(page.curves)
    if strokes < 4 or strokes > _MAX_STROKES:
        return
    ordered = sorted(chars, key=_middle)
    middles = [_middle(char) for char in ordered]
    for table in page.find_tables():
        rows = table.rows
        if max((sum(cell is not None for cell in row.cells) for row in rows), default=0) < 2:
            continue
        members: set[int] = set()
        texts: dict[_Box | None, str] = {None: ""}
        bold: dict[_Box, bool] = {}
        for cell in table.cells:
            x0, top, x1, bottom = cell
            level = ordered[bisect_left(middles, top) : bisect_right(middles, bottom)]
            within = [char for char in level if x0 <= (char["x0"] + char["x1"]) / 2 <= x1]
            members.update(id(char) for char in within)
            lines = lines_of(within, 1)
            texts[cell] = _cell_text(lines, x1)
            bold[cell] = all(line.bold for line in lines)
        own = [[cell for cell in row.cells if cell is not None] for row in rows]
        heavy = [all(bold[cell] for cell in row) for row in own]
        grid = [tuple(texts[cell] for cell in row) for row in _held([row.cells for row in rows])]
        told = [said([texts[cell] for cell in row]) for row in own]
        yield _rows(told, grid, [row.bbox for row in rows], heavy), members


def _held(rows: Sequence[Sequence[_Box | None]]) -> Iterator[Sequence[_Box | None]]:
    """For each row the cell that holds in each column, merged ones wherever they reach."""
    above: list[_Box | None] = [None] * len(rows[0])
    lefts = [min(c[0] for row in rows if (c := row[i])) for i in range(len(above))]
    for row in rows:
        middle = sum(min((cell[1], cell[3]) for cell in row if cell)) / 2
        now: list[_Box | None] = []
        for i, cell in enumerate(row):
            if cell is None and now and (left := now[-1]) and left[2] > lefts[i] + 1:
                cell = left
            elif cell is None and (upper := above[i]) and upper[3] > middle:
                cell = upper
            now.append(cell)
        above = now
        yield now


def _rows(
    told: Sequence[str],
    grid: Sequence[tuple[str, ...]],
    boxes: Sequence[_Box],
    bold: Sequence[bool],
) -> list[Line]:
    flags = headers(grid, [False] * len(grid), bold)
    rows: list[Line] = []
    for text, cells, flag, box in zip(told, grid, flags, boxes, strict=True):
        if text:
            x0, top, x1, bottom = map(float, box)
            line = Row(text, x0, x1, top, bottom, size=0.0, kind="row", cells=cells)
            rows.append(replace(line, header=flag, opens=not rows))
    return rows


def _unruled(chars: Sequence[dict[str, Any]]) -> Iterator[tuple[list[Line], set[int]]]:
    parted = [_parts(line) for line in _printed(chars)]
    for several, run in groupby(parted, key=lambda parts: len(parts) > 1):
        lines = [(parts, _spread(parts)) for parts in run] if several else []
        for start, grid in aligned_tables([spread for _, spread in lines]):
            members = lines[start : start + len(grid)]
            x0 = min(spread.pieces[0].x0 for _, spread in members)
            x1 = max(spread.pieces[-1].x1 for _, spread in members)
            boxes = [(x0, spread.top, x1, spread.top + spread.em) for _, spread in members]
            ids = {id(char) for parts, _ in members for part in parts for char in part}
            yield _rows([said(row) for row in grid], grid, boxes, [False] * len(grid)), ids


def _parts(chars: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The characters of a line, taken apart at wide blanks."""
    parts: list[list[dict[str, Any]]] = []
    for char in sorted(chars, key=lambda c: c["x0"]):
        if char["text"].isspace():
            continue
        if parts and not is_wide(char["x0"] - parts[-1][-1]["x1"], char["size"]):
            parts[-1].append(char)
        else:
            parts.append([char])
    return parts


def _spread(parts: Sequence[Sequence[dict[str, Any]]]) -> Spread:
    found = [line for part in parts if (line := _line(part, 1)) is not None]
    pieces = tuple(Piece(line.text, line.x0, line.x1) for line in found)
    return Spread(pieces, min(line.top for line in found), found[0].size)


def _cell_text(lines: Sequence[Line], right: float) -> str:
    """Lines of a cell as one text: joined where a line was full, else parted by a space."""
    text = ""
    for last, line in zip([None, *lines], lines, strict=False):
        if last is None:
            text = line.text
        elif right - last.x1 <= 1.3 * last.size:
            text = join(text, line.text)
        else:
            text = f"{text} {line.text}"
    return text


def _middle(char: dict[str, Any]) -> float:
    return float(char["top"] + char["bottom"]) / 2


def lines_of(chars: Sequence[dict[str, Any]], page: int) -> list[Line]:
    """Printed lines of characters, top to bottom, each left to right."""
    lines = (_line(members, page) for members in _printed(chars))
    return [line for line in lines if line is not None]


def _printed(chars: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Characters that share a line: the middle halves of their boxes overlap, so that a raised
    or smaller character stays in its line and a neighbouring line does not join."""
    rows: list[tuple[float, list[dict[str, Any]]]] = []
    inked = [char for char in chars if char["bottom"] > char["top"]]
    for char in sorted(inked, key=lambda c: (c["top"] + c["bottom"], c["x0"])):
        quarter = (char["bottom"] - char["top"]) / 4
        if rows and char["top"] + quarter < rows[-1][0]:
            edge, members = rows[-1]
            members.append(char)
            rows[-1] = (max(edge, char["bottom"] - quarter), members)
        else:
            rows.append((char["bottom"] - quarter, [char]))
    return (members for _, members in rows)


def _line(chars: Sequence[dict[str, Any]], page: int) -> Line | None:
    kept: list[dict[str, Any]] = []
    doubled = 0
    for char in sorted(chars, key=lambda c: c["x0"]):
        if _is_double(char, kept):
            doubled += 1
        else:
            kept.append(char)
    inked = [char for char in kept if not char["text"].isspace()]
    if not inked:
        return None
    text = ""
    last: dict[str, Any] | None = None
    for char in kept:
        glyph = char["text"].replace("\u00ad", "-")
        if last is not None and not text.endswith(" ") and not glyph.isspace():
            gap = char["x0"] - last["x1"]
            latin = glyph.isascii() and last["text"].isascii()
            if gap > (0.22 if latin else 0.6) * char["size"]:
                text += " "
        text += glyph
        last = char
    name = str(_usual([char["fontname"] for char in inked])).lower()
    name = name.partition("+")[2] or name
    bold = any(word in name for word in _BOLD_NAMES) or doubled * 2 > len(inked)
    return Line(
        text=tidy(text),
        x0=float(inked[0]["x0"]),
        x1=float(max(char["x1"] for char in inked)),
        top=float(min(char["top"] for char in inked)),
        bottom=float(max(char["bottom"] for char in inked)),
        size=_usual([round(float(char["size"]), 1) for char in inked]),
        bold=bold or any(word in name for word in _GOTHIC_NAMES),
        page=page,
    )


def _usual(values: Sequence[Value]) -> Value:
    """The value that most have; nearly always all of them."""
    first = values[0]
    if 2 * values.count(first) > len(values):
        return first
    return Counter(values).most_common(1)[0][0]


def _is_double(char: dict[str, Any], kept: Sequence[dict[str, Any]]) -> bool:
    """Fake bold prints a character again a hair's breadth away; 天天 stands a full width apart."""
    near = 0.3 * (char["x1"] - char["x0"])
    for other in reversed(kept):
        if char["x0"] - other["x0"] > near:
            return False
        same = other["text"] == char["text"] and not char["text"].isspace()
        if same and abs(other["top"] - char["top"]) < 0.3 * char["size"]:
            return True
    return False
