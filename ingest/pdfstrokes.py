"""The paths of a PDF page as pdfplumber's lines, rectangles and curves, and the tables in them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

import pypdfium2.raw as raw

from ingest.pdfobjects import Char, Matrix, Placed, Point, function, moved, multiply

# A drawing has many more than any table; those beyond are not looked at.
_MAX_STROKES = 3000
_MAX_POINTS = 30_000

_draw_mode = function("FPDFPath_GetDrawMode")
_count = function("FPDFPath_CountSegments")
_segment = function("FPDFPath_GetPathSegment")
_kind = function("FPDFPathSegment_GetType")
_point = function("FPDFPathSegment_GetPoint")


class Strokes:
    """What is drawn on one page."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.lines: list[Char] = []
        self.rects: list[Char] = []
        self.curves: list[Char] = []
        self._points = 0

    def add(self, path: Placed, ctm: Matrix) -> None:
        if self._points > _MAX_POINTS or self._number() > _MAX_STROKES or not _is_seen(path.handle):
            return
        matrix = multiply(path.matrix(), ctm)
        for bent, points in _parts(path.handle):
            self._points += len(points)
            shown = [moved(point, matrix) for point in points]
            self.keep(bent, [(x, self.height - y) for x, y in shown])

    def tables(self) -> list[Any]:
        """The tables that pdfplumber finds in the strokes."""
        from pdfplumber.container import Container
        from pdfplumber.table import TableFinder

        class Drawn(Container):
            objects = {"line": self.lines, "rect": self.rects, "curve": self.curves}  # noqa: RUF012

        drawn: Any = Drawn()
        return list(TableFinder(drawn).tables)

    def _number(self) -> int:
        return len(self.lines) + len(self.rects) + len(self.curves)

    def keep(self, bent: bool, points: Sequence[Point]) -> None:
        if len(points) < 2:
            return
        there_and_back = len(points) == 3 and points[0] == points[2]
        if not bent and (len(points) == 2 or there_and_back):
            self.lines.append(stroke("line", points[:2]))
        elif not bent and _is_rectangle(points):
            self.rects.append(stroke("rect", points))
        else:
            self.curves.append({**stroke("curve", points), "pts": points})


def _is_seen(handle: int) -> bool:
    """Whether a path is filled or stroked, not only clipped with."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    _draw_mode(handle, fill, stroke)
    return bool(fill.value or stroke.value)


def _parts(handle: int) -> Iterator[tuple[bool, list[Point]]]:
    """The pieces of a path drawn without lifting the pen: whether they are bent, their points."""
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[Point] = []
    bends = 0
    for index in range(min(_count(handle), _MAX_POINTS)):
        segment = _segment(handle, index)
        kind = _kind(segment)
        _point(segment, x, y)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if points:
                yield bends > 0, points
            points, bends = [], 0
        elif kind == raw.FPDF_SEGMENT_BEZIERTO:
            bends += 1
            if bends % 3:
                continue  # only the third is on the curve
        points.append((x.value, y.value))
    if points:
        yield bends > 0, points


def _is_rectangle(points: Sequence[Point]) -> bool:
    if len(points) != 5 or points[0] != points[4]:
        return False
    (x0, y0), (x1, y1), (x2, y2), (x3, y3), _ = points
    flat = y0 == y1 and x1 == x2 and y2 == y3 and x3 == x0
    return flat or (x0 == x1 and y1 == y2 and x2 == x3 and y3 == y0)


def stroke(kind: str, points: Sequence[Point]) -> Char:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x0, x1, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return {
        "object_type": kind,
        "x0": x0,
        "x1": x1,
        "top": top,
        "bottom": bottom,
        "doctop": top,
        "y0": -bottom,
        "y1": -top,
        "width": x1 - x0,
        "height": bottom - top,
    }
