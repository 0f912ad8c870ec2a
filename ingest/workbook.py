"""An Excel workbook (xlsx, xlsm) as what it shows: sheets, what is hidden, cells with their look.

Our own reader on streamed XML. openpyxl has hidden rows and merged cells only when it holds every
cell as an object, makes one for each cell of a merged area however large that claims to be, and
gives up on files whose styles or drawings are slightly wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from index.errors import UnreadableDocument
from ingest.cellformat import BUILT_IN, shown
from ingest.limits import allow
from ingest.parts import Parts, attribute, is_true

MAX_CELLS = 200_000
_ASKED_FOR = 10_000  # cells at a time
_SECONDS_A_CELL = 5e-5  # measured, on a busy core
MAX_ROW, MAX_COLUMN = 1_048_576, 16_384

_CENTRED = frozenset(("center", "centerContinuous", "distributed"))
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")  # "B12", "$A$1"; not "Sheet1!A1"
# Matches HYPERLINK("https://a.cn/","通知"); the words are what is seen.
_LINK = re.compile(
    r'\s*(?:_xlfn\.)?HYPERLINK\(\s*(?:"(?P<url>(?:[^"]|"")*)"|[^,"]*)\s*'
    r'(?:,\s*"(?P<words>(?:[^"]|"")*)"\s*)?\)\s*',
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")  # how the format writes a control, "_x000D_"


@dataclass(frozen=True, slots=True)
class Look:
    code: str = ""
    size: float | None = None
    bold: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What one cell shows; line breaks are the writer's."""

    text: str
    look: Look = Look()


@dataclass(frozen=True, slots=True)
class Area:
    """A merged area, its last row and column included; counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """`rows` by row and column, cells that show nothing left out."""

    name: str
    hidden: bool = False
    rows: dict[int, dict[int, Shown]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)

    def columns_gone(self) -> list[int]:
        """The hidden columns in order, however often the file hides them."""
        gone: list[int] = []
        for first, last in sorted(self.hidden_columns):
            reached = gone[-1] if gone else 0
            gone += range(max(first, reached + 1), min(last, MAX_COLUMN) + 1)
        return gone


class Workbook:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._main = parts.main("xl/workbook.xml")
        self._related = parts.related(self._main)
        self._strings = self._shared_strings()
        self._looks = _looks(parts.optional(self._part("styles")))
        root = parts.tree(self._main)
        facts = root.find("{*}workbookPr")
        self._epoch_1904 = facts is not None and is_true(facts.get("date1904"))
        self._listed = list(root.iterfind("{*}sheets/{*}sheet"))
        self._cells = 0

    def sheets(self) -> Iterator[Sheet]:
        """One after the other, in the order of their tabs; sheets of charts only are left out."""
        read: set[str] = set()
        for listed in self._listed:
            kind, part = self._related.get(attribute(listed, "id"), ("", ""))
            if kind == "worksheet" and part not in read:
                read.add(part)
                sheet = Sheet(listed.get("name", ""), listed.get("state", "visible") != "visible")
                self._read(sheet, part)
                yield sheet

    def _part(self, kind: str) -> str | None:
        return next((name for word, name in self._related.values() if word == kind), None)

    def _shared_strings(self) -> list[str]:
        part = self._part("sharedStrings")
        if part is None or self._parts.find(part) is None:
            return []
        return [_rich(item) for item in self._parts.elements(part, "si")]

    def _read(self, sheet: Sheet, part: str) -> None:
        number = 0
        for element in self._parts.elements(part, "row", "col", "mergeCell"):
            name = element.tag.rpartition("}")[2]
            if name == "row":
                number = _number(element.get("r"), MAX_ROW) or number + 1
                self._row(sheet, element, number)
            elif name == "mergeCell":
                area = _area(element.get("ref", ""))
                sheet.merged += [area] if area else []
            elif is_true(element.get("hidden")) or element.get("width") == "0":
                first, last = _number(element.get("min")), _number(element.get("max"))
                sheet.hidden_columns.append((first, last))

    def _row(self, sheet: Sheet, row: Any, number: int) -> None:
        if is_true(row.get("hidden")) or row.get("ht") == "0":
            sheet.hidden_rows.add(number)
        column = 0
        found: dict[int, Shown] = {}
        for cell in row.iterchildren("{*}c"):
            self._count()
            place = _REFERENCE.fullmatch(cell.get("r", ""))
            column = _column(place[1]) if place else column + 1
            look = self._look(cell.get("s"))
            text = self._text(cell, look)
            if text.strip():
                found[column] = Shown(text, look)
        if found:
            sheet.rows[number] = found

    def _count(self) -> None:
        self._cells += 1
        if self._cells > MAX_CELLS:
            raise UnreadableDocument("too_long", f"表格超过 {MAX_CELLS} 个单元格，请拆分后再读入")
        if self._cells % _ASKED_FOR == 0:
            allow(_ASKED_FOR * _SECONDS_A_CELL)

    def _look(self, style: str | None) -> Look:
        if not self._looks:
            return Look()
        return self._looks[_number(style, len(self._looks) - 1) if style else 0]

    def _text(self, cell: Any, look: Look) -> str:
        kind = cell.get("t", "n")
        held = {child.tag.rpartition("}")[2]: child for child in cell.iterchildren("*")}
        if kind == "inlineStr":
            return _rich(held["is"]) if "is" in held else ""
        stored = (held["v"].text or "") if "v" in held else ""
        if kind == "s":
            at = _number(stored, len(self._strings))
            return self._strings[at] if at < len(self._strings) else ""
        if not stored:
            return _clean(_link_words(held["f"].text or "")) if "f" in held else ""
        if kind == "b":
            return "TRUE" if is_true(stored.strip()) else "FALSE"
        if kind == "n":
            return _clean(shown(stored.strip(), look.code, self._epoch_1904))
        return _clean(stored)  # the value of a formula, an error, an ISO date


def _looks(styles: Any | None) -> list[Look]:
    """By number, how a cell looks that names it."""
    if styles is None:
        return []
    codes = dict(BUILT_IN)
    for own in styles.iterfind("{*}numFmts/{*}numFmt"):
        codes[_number(own.get("numFmtId"))] = own.get("formatCode", "")
    fonts = [_font(font) for font in styles.iterfind("{*}fonts/{*}font")] or [(None, False)]
    looks: list[Look] = []
    for style in styles.iterfind("{*}cellXfs/{*}xf"):
        size, bold = fonts[_number(style.get("fontId"), len(fonts) - 1)]
        alignment = style.find("{*}alignment")
        centred = alignment is not None and alignment.get("horizontal") in _CENTRED
        looks.append(Look(codes.get(_number(style.get("numFmtId")), ""), size, bold, centred))
    return looks


def _font(font: Any) -> tuple[float | None, bool]:
    size, bold = font.find("{*}sz"), font.find("{*}b")
    try:
        points = float(size.get("val")) if size is not None else None
    except (TypeError, ValueError):
        points = None
    return points, bold is not None and is_true(bold.get("val", "1"))


def _rich(item: Any) -> str:
    """The text of a string, without the readings that are written over its characters."""
    pieces: list[str] = []
    for child in item.iterchildren("{*}t", "{*}r"):
        own = child if child.tag.endswith("}t") else child.find("{*}t")
        pieces.append("" if own is None else own.text or "")
    return _clean("".join(pieces))


def _clean(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[0][2:6], 16)), text)
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _link_words(formula: str) -> str:
    """What a link shows that nobody has calculated yet; other formulas show nothing then."""
    match = _LINK.fullmatch(formula)
    if match is None:
        return ""
    words = match["words"] if match["words"] is not None else match["url"] or ""
    return words.replace('""', '"')


def _area(reference: str) -> Area | None:
    """The area of "A1:D1"; None where it is no area or one cell."""
    ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    rows = sorted(_number(end[2], MAX_ROW) for end in ends if end)
    columns = sorted(_column(end[1]) for end in ends if end)
    return Area(rows[0], columns[0], rows[1], columns[1])


@lru_cache(maxsize=1000)
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return min(number, MAX_COLUMN)


def _number(text: str | None, most: int = MAX_ROW) -> int:
    """A count written in an attribute: 0 for none, never more than `most`."""
    text = (text or "").strip()[:9]
    return max(0, min(int(text), most)) if text.isascii() and text.isdigit() else 0
