"""What stands on a PDF page, by pdfium: its objects, and where their matrices put them.

pypdfium2 loads the library; handles are plain numbers here, as the pointer objects of ctypes cost
more than the calls that give them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as raw

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Char = dict[str, Any]  # as pdfplumber's: of a character, a stroke or a picture

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
TEXT, PATH, IMAGE = raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE
_MAX_DEPTH = 8  # of forms within forms


class Unsuited(Exception):
    """The page holds something of which pdfium does not tell the place or the wording."""


def function(name: str) -> Any:
    """A function of pdfium that takes and gives handles as numbers, None for no handle."""
    known = getattr(raw, name)
    address = ctypes.cast(known, ctypes.c_void_p).value
    assert address is not None
    arguments = [_plain(kind) for kind in known.argtypes]
    return ctypes.CFUNCTYPE(_plain(known.restype), *arguments)(address)


def _plain(kind: Any) -> Any:
    return ctypes.c_void_p if kind.__name__.startswith("LP_struct_fpdf_") else kind


def handle_of(helper: Any) -> int:
    """The number of a page or text page of pypdfium2."""
    return ctypes.addressof(helper.raw.contents)


_count = function("FPDFPage_CountObjects")
_object = function("FPDFPage_GetObject")
_kind = function("FPDFPageObj_GetType")
_matrix = function("FPDFPageObj_GetMatrix")
_form_count = function("FPDFFormObj_CountObjects")
_form_object = function("FPDFFormObj_GetObject")


class Placed(NamedTuple):
    """An object of the page and the matrix of the form it stands in."""

    handle: int
    kind: int
    form: Matrix

    def matrix(self) -> Matrix:
        """The object's own matrix and its form's in one."""
        found = raw.FS_MATRIX()
        if not _matrix(self.handle, found):
            return self.form
        own = (found.a, found.b, found.c, found.d, found.e, found.f)
        return own if self.form is IDENTITY else multiply(own, self.form)


def objects_of(page: int) -> Iterator[Placed]:
    """Text, paths and pictures of a page as printed, those inside of forms too."""
    yield from _placed((_object(page, n) for n in range(_count(page))), IDENTITY, 0)


def _placed(handles: Iterator[int], form: Matrix, depth: int) -> Iterator[Placed]:
    for handle in handles:
        placed = Placed(handle, _kind(handle), form)
        if placed.kind != raw.FPDF_PAGEOBJ_FORM:
            yield placed
        elif depth < _MAX_DEPTH:
            parts = (_form_object(handle, n) for n in range(_form_count(handle)))
            yield from _placed(parts, placed.matrix(), depth + 1)


def multiply(one: Matrix, other: Matrix) -> Matrix:
    """The matrix that does first `one`, then `other`."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def moved(point: Point, by: Matrix) -> Point:
    x, y = point
    return x * by[0] + y * by[2] + by[4], x * by[1] + y * by[3] + by[5]
