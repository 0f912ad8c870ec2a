"""The characters of a PDF page by pdfium: as pdfplumber gives them, in a fraction of the time.

pdfium's text page is made for search: it prints a doubled object once, leaves objects of blanks
out and sets spaces and line ends of its own. So the objects of the page are looked at too, what
was left out is put back, and what pdfium made up is not taken.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Sequence
from typing import Any

import pypdfium2.raw as raw

from ingest.pdfobjects import (
    IDENTITY,
    Char,
    Matrix,
    Placed,
    Point,
    Unsuited,
    function,
    handle_of,
    moved,
    multiply,
)

_REMEMBERED = 6  # objects; pdfium compares an object with the five before it
_OVERHANG = 0.3  # of the size: how far ink may reach over the width of its character
_UNCLEAR = (0, 2, 0xFFFE)  # no character, or a hyphen at the end of a line

_count = function("FPDFText_CountChars")
_unicode = function("FPDFText_GetUnicode")
_object_of = function("FPDFText_GetTextObject")
_origin = function("FPDFText_GetCharOrigin")
_loose_box = function("FPDFText_GetLooseCharBox")
_generated = function("FPDFText_IsGenerated")
_hyphen = function("FPDFText_IsHyphen")
_unmapped = function("FPDFText_HasUnicodeMapError")
_font_of = function("FPDFTextObj_GetFont")
_size_of = function("FPDFTextObj_GetFontSize")
_color_of = function("FPDFPageObj_GetFillColor")
_bounds = function("FPDFPageObj_GetBounds")
_descent_of = function("FPDFFont_GetDescent")
_name_of = function("FPDFFont_GetBaseFontName")
_width_of = function("FPDFFont_GetGlyphWidth")
_marks = function("FPDFPageObj_CountMarks")
_mark = function("FPDFPageObj_GetMark")
_parameter = function("FPDFPageObjMark_GetParamValueType")
_set_mode = function("FPDFTextObj_SetTextRenderMode")
_set_stroke = function("FPDFPageObj_SetStrokeWidth")
_get_matrix = function("FPDFPageObj_GetMatrix")
_set_matrix = function("FPDFPageObj_SetMatrix")


def chars_of(page: Any, texts: Sequence[Placed], ctm: Matrix, height: float) -> list[Char]:
    """The characters of a page of pypdfium2, in the order in which they are printed.

    `ctm` leads from the file's coordinates to the page as shown, whose height is `height`.
    Raises Unsuited.
    """
    if any(_has_wording(text.handle) for text in texts):
        raise Unsuited("wording in place of characters, at no place of its own")
    sheet = _Sheet(ctm, height)
    prints = {text.handle: _Print(text, sheet) for text in texts}
    text_page = page.get_textpage()
    try:
        _fill(handle_of(text_page), prints)
    finally:
        text_page.close()
    chars: list[Char] = []
    recent: deque[_Print] = deque(maxlen=_REMEMBERED)
    for printed in prints.values():
        if not printed.chars:
            printed.chars = printed.left_out(recent)
        chars += printed.chars
        recent.append(printed)
    return chars


def _fill(text_page: int, prints: dict[int, _Print]) -> None:
    """Give each object its characters."""
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    for index in range(_count(text_page)):
        handle = _object_of(text_page, index)
        if handle is None:
            continue  # a space or a line end that pdfium made up between objects
        code = _unicode(text_page, index)
        if code == 32 and _generated(text_page, index):
            continue  # a space made up within an object
        printed = prints.get(handle)
        if printed is None:
            raise Unsuited("a character of an unknown object")
        _origin(text_page, index, x, y)
        _loose_box(text_page, index, box)
        if code in _UNCLEAR:
            text = "-" if _hyphen(text_page, index) else f"(cid:{code})"
        else:
            text = f"(cid:{code})" if _unmapped(text_page, index) else chr(code)
        printed.add(text, code, (x.value, y.value), box.right - box.left)


class _Font:
    """A font on one page; pdfium may use its handle for another font on the next."""

    def __init__(self, handle: int | None) -> None:
        self.handle = handle
        descent, buffer = ctypes.c_float(), ctypes.create_string_buffer(256)
        _descent_of(handle, 1.0, descent)
        self.descent = min(descent.value, -descent.value)
        _name_of(handle, buffer, len(buffer))
        try:
            self.name = buffer.value.decode("utf-8")
        except UnicodeDecodeError:  # as old Chinese programs wrote them
            self.name = buffer.value.decode("gb18030", "replace")
        self._widths: dict[int, float | None] = {}

    def width(self, code: int) -> float | None:
        """The advance width of a character in a size of 1."""
        if code not in self._widths:
            width = ctypes.c_float()
            self._widths[code] = width.value if _width_of(self.handle, code, 1.0, width) else None
        return self._widths[code]


class _Sheet:
    """What the objects of one page share; the numbers are room for pdfium's answers."""

    def __init__(self, ctm: Matrix, height: float) -> None:
        self.ctm, self.height = ctm, height
        self.plain = ctm[:4] == IDENTITY[:4]
        self.floats = [ctypes.c_float() for _ in range(4)]
        self.bytes = [ctypes.c_uint() for _ in range(4)]
        self._fonts: dict[int | None, _Font] = {}

    def font(self, handle: int | None) -> _Font:
        if handle not in self._fonts:
            self._fonts[handle] = _Font(handle)
        return self._fonts[handle]

    def color(self, handle: int) -> tuple[float, ...] | None:
        """Red, green and blue from 0 to 1; None where the fill is a pattern."""
        red, green, blue, alpha = self.bytes
        if not _color_of(handle, red, green, blue, alpha):
            return None
        return red.value / 255, green.value / 255, blue.value / 255

    def has_ink(self, handle: int) -> bool:
        left, bottom, right, top = self.floats
        _bounds(handle, left, bottom, right, top)
        return bool(top.value - bottom.value >= 0.01)


class _Print:
    """One object of text: what its characters share, and they."""

    def __init__(self, text: Placed, sheet: _Sheet) -> None:
        handle = text.handle
        self.chars: list[Char] = []
        self.sheet = sheet
        self.own = text.matrix()
        _size_of(handle, sheet.floats[0])
        self.size: float = sheet.floats[0].value
        self.font = sheet.font(_font_of(handle))
        self.color = sheet.color(handle)
        self.shown = self.own if sheet.plain else multiply(self.own, sheet.ctm)
        a, b, c, d, _, _ = self.shown
        low, high = self.font.descent * self.size, (self.font.descent + 1) * self.size
        # How far a character without width reaches from its origin, to each side.
        self.reach = (c * low, c * high) if c >= 0 else (c * high, c * low)
        self.rise = (d * low, d * high) if d >= 0 else (d * high, d * low)
        self.upright = a * d > 0 and b * c <= 0
        self.blank = not sheet.has_ink(handle)
        if self.blank:
            _outline(handle)

    def add(self, text: str, code: int, origin: Point, loose: float) -> None:
        if self.chars and self.own[1] == 0 and origin[0] == self.chars[-1]["origin"][0]:
            if origin[1] != self.chars[-1]["origin"][1]:
                raise Unsuited("text that runs downwards")
            self.chars[-1]["text"] += text  # a ligature, which pdfium takes apart
            return
        self.chars.append(self._char(text, self._advance(code, loose), origin))

    def _advance(self, code: int, loose: float) -> float:
        """The width to the next character, before the matrix.

        pdfium's own box is that wide or, where the ink reaches farther, wider. Asked of the font
        by character it is exact, but a character with two glyphs may get the other's width.
        """
        width = self.font.width(code)
        a, b, c, _, _, _ = self.own
        if abs(b) + abs(c) > 0.01 * abs(a):  # the box is that of a turned or slanted character
            if width is None:
                raise Unsuited("turned characters of unknown width")
            return width * self.size
        box = loose / abs(a) if a else 0.0
        if width is None or not -0.01 <= box - width * self.size <= _OVERHANG * self.size:
            return box
        return width * self.size

    def _char(self, text: str, advance: float, origin: Point) -> Char:
        a, b, c, d, _, _ = self.shown
        x, y = moved(origin, self.sheet.ctm)
        run, climb = a * advance, b * advance
        y0 = y + self.rise[0] + (climb if climb < 0 else 0.0)
        y1 = y + self.rise[1] + (climb if climb > 0 else 0.0)
        return {
            "text": text,
            "x0": x + self.reach[0] + (run if run < 0 else 0.0),
            "x1": x + self.reach[1] + (run if run > 0 else 0.0),
            "top": self.sheet.height - y1,
            "bottom": self.sheet.height - y0,
            "size": y1 - y0,
            "fontname": self.font.name,
            "upright": self.upright,
            "matrix": (a, b, c, d, x, y),
            "non_stroking_color": self.color,
            "origin": origin,
        }

    def left_out(self, recent: Sequence[_Print]) -> list[Char]:
        """What stands for an object without characters: those that it doubles, or a blank."""
        # a blank may follow a narrow character closely, a double stays within its character
        near = (0.2 if self.blank else 0.9) * self.size * max(map(abs, self.own[:4]))
        found: list[tuple[float, float, float, _Print]] = []
        for other in recent:
            dx, dy = self.own[4] - other.own[4], self.own[5] - other.own[5]
            alike = other.font is self.font and other.size == self.size
            if alike and other.chars and max(abs(dx), abs(dy)) < near:
                found.append((abs(dx) + abs(dy), dx, dy, other))
        if found:
            _, dx, dy, other = min(found, key=lambda one: one[0])
            return [self._again(char, dx, dy) for char in other.chars]
        if not self.blank:
            raise Unsuited("text that pdfium leaves out")
        return [self._char(" ", self._advance(32, 0.0), self.own[4:])]

    def _again(self, char: Char, dx: float, dy: float) -> Char:
        x, y = moved((dx, dy), (*self.sheet.ctm[:4], 0.0, 0.0))
        a, b, c, d, e, f = char["matrix"]
        return {
            **char,
            "x0": char["x0"] + x,
            "x1": char["x1"] + x,
            "top": char["top"] - y,
            "bottom": char["bottom"] - y,
            "matrix": (a, b, c, d, e + x, f + y),
        }


def _outline(handle: int) -> None:
    """Give an object of text without ink an outline, before the text page is made.

    pdfium leaves out what has no extent: blanks, but also single characters of a font that is
    neither in the file nor on this machine.
    """
    _set_mode(handle, raw.FPDF_TEXTRENDERMODE_FILL_STROKE)
    _set_stroke(handle, 1.0)
    matrix = raw.FS_MATRIX()
    _get_matrix(handle, matrix)
    _set_matrix(handle, matrix)  # makes pdfium measure it again


def _has_wording(handle: int) -> bool:
    """Whether the file says what to read in place of an object's characters."""
    count = _marks(handle)
    return count > 0 and any(_parameter(_mark(handle, n), b"ActualText") for n in range(count))
