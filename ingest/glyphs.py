"""Printed characters to lines and table rows: order, spaces, fake bold.

Characters are pdfplumber's dictionaries; only text, box, size and font name are looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.breaks import join, tidy
from ingest.layout import Line

# Drawings (charts, maps) have thousands of strokes and no table; searching them takes minutes.
_MAX_STROKES = 1500

_BOLD_NAMES = ("bold", "heavy", "black", "-demi")
# 黑体 and other faces without serifs mark headings in a text set in 宋体 or 仿宋.
_GOTHIC_NAMES = ("hei", "sans", "gothic", "黑体")


def tables_of(page: Any, chars: Sequence[dict[str, Any]]) -> Iterator[tuple[list[Line], set[int]]]:
    """Ruled tables: their rows, and the ids of the characters inside.

    A frame of one column is only a frame: its text is read like any other.
    """
    strokes = len(page.lines) + len(page.rects) + len(page.curves)
    if strokes < 4 or strokes > _MAX_STROKES:
        return
    for table in page.find_tables():
        if max((sum(cell is not None for cell in row.cells) for row in table.rows), default=0) < 2:
            continue
        rows: list[Line] = []
        members: set[int] = set()
        for row in table.rows:
            cells: list[str] = []
            for cell in row.cells:
                if cell is None:
                    continue
                within = [char for char in chars if _within(char, cell)]
                members.update(id(char) for char in within)
                text = _cell_text(lines_of(within, 1), cell[2])
                if text:
                    cells.append(text)
            if cells:
                x0, top, x1, bottom = map(float, row.bbox)
                rows.append(Line(" | ".join(cells), x0, x1, top, bottom, 0.0, kind="row"))
        yield rows, members


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


def _within(char: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def lines_of(chars: Sequence[dict[str, Any]], page: int) -> list[Line]:
    """Printed lines of characters, top to bottom, each left to right.

    Characters share a line when the middle halves of their boxes overlap, so that a raised or
    smaller character stays in its line and a neighbouring line does not join.
    """
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
    lines = (_line(members, page) for _, members in rows)
    return [line for line in lines if line is not None]


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
    sizes = Counter(round(float(char["size"]), 1) for char in inked)
    names = Counter(str(char["fontname"]).lower() for char in inked)
    name = names.most_common(1)[0][0].partition("+")[2] or names.most_common(1)[0][0]
    bold = any(word in name for word in _BOLD_NAMES) or doubled * 2 > len(inked)
    return Line(
        text=tidy(text),
        x0=float(inked[0]["x0"]),
        x1=float(max(char["x1"] for char in inked)),
        top=float(min(char["top"] for char in inked)),
        bottom=float(max(char["bottom"] for char in inked)),
        size=sizes.most_common(1)[0][0],
        bold=bold or any(word in name for word in _GOTHIC_NAMES),
        page=page,
    )


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
