"""Pages of a PDF, one after the other: by pdfium, and by pdfplumber where pdfium is unsuited.

pdfminer under pdfplumber is pure Python and takes about a tenth of a second a page; pdfium takes
a few thousandths. What follows sees no difference: characters, pictures and strokes are the same
dictionaries, and tables are found in the strokes by pdfplumber's own finder.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from ingest.pdfchars import chars_of
from ingest.pdfobjects import (
    IMAGE,
    PATH,
    TEXT,
    Char,
    Matrix,
    Placed,
    Unsuited,
    handle_of,
    multiply,
    objects_of,
)
from ingest.pdfstrokes import Strokes

_Box = tuple[float, float, float, float]


class FastPage:
    """What reading uses of a pdfplumber page. All lengths are points from the top left corner."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.chars: list[Char] = []
        self.images: list[Char] = []
        self.strokes = Strokes(height)

    @property
    def lines(self) -> list[Char]:
        return self.strokes.lines

    @property
    def rects(self) -> list[Char]:
        return self.strokes.rects

    @property
    def curves(self) -> list[Char]:
        return self.strokes.curves

    def find_tables(self) -> list[Any]:
        return self.strokes.tables()

    def close(self) -> None:
        """Nothing is held open."""


def pages_of(path: Path) -> Iterator[Any]:
    """Each page as FastPage, or as pdfplumber's own.

    A page is to be closed before the next is asked for. Errors are those of pdfplumber.
    """
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        document = None
    slow = _Slow(path)
    try:
        count = len(document) if document is not None else 0
        if document is None or count == 0:
            yield from slow.pages()
        for number in range(count):
            assert document is not None
            yield _fast_page(document, number) or slow.pages()[number]
    finally:
        slow.close()
        if document is not None:
            document.close()


class _Slow:
    """pdfplumber's document, opened when first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.document: Any = None

    def pages(self) -> Sequence[Any]:
        import pdfplumber

        if self.document is None:
            self.document = pdfplumber.open(self.path)
        pages: Sequence[Any] = self.document.pages
        return pages

    def close(self) -> None:
        if self.document is not None:
            self.document.close()


def _fast_page(document: Any, number: int) -> FastPage | None:
    """The page, or None where pdfium does not read it as well as pdfplumber."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return None
    try:
        return _read(page)
    except (pypdfium2.PdfiumError, Unsuited) as reason:
        logging.getLogger(__name__).debug("page %d goes to pdfplumber: %s", number + 1, reason)
        return None
    finally:
        page.close()


def _read(page: Any) -> FastPage:
    ctm, width, height = _as_shown(page.raw)
    found = FastPage(width, height)
    texts: list[Placed] = []
    for placed in objects_of(handle_of(page)):
        if placed.kind == TEXT:
            texts.append(placed)
        elif placed.kind == PATH:
            found.strokes.add(placed, ctm)
        elif placed.kind == IMAGE:
            found.images.append(_picture(placed, ctm, height))
    found.chars = chars_of(page, texts, ctm, height)
    return found


def _as_shown(page: Any) -> tuple[Matrix, float, float]:
    """The matrix to the page as shown, its origin at the lower left corner, and its size."""
    x0, y0, x1, y1 = _media_box(page)
    turn = raw.FPDFPage_GetRotation(page)
    matrix: Matrix
    if turn == 1:
        matrix = (0.0, -1.0, 1.0, 0.0, -y0, x1)
    elif turn == 2:
        matrix = (-1.0, 0.0, 0.0, -1.0, x1, y1)
    elif turn == 3:
        matrix = (0.0, 1.0, -1.0, 0.0, y1, -x0)
    else:
        matrix = (1.0, 0.0, 0.0, 1.0, -x0, -y0)
    width, height = x1 - x0, y1 - y0
    return (matrix, height, width) if turn % 2 else (matrix, width, height)


def _media_box(page: Any) -> _Box:
    sides = [ctypes.c_float() for _ in range(4)]
    if raw.FPDFPage_GetMediaBox(page, *sides):
        x0, y0, x1, y1 = (side.value for side in sides)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    box = raw.FS_RECTF()  # where the page inherits its box, pdfium only tells what is shown
    if not raw.FPDF_GetPageBoundingBox(page, box):
        raise Unsuited("a page without size")
    return box.left, box.bottom, box.right, box.top


def _picture(placed: Placed, ctm: Matrix, height: float) -> Char:
    """A picture fills the unit square before its matrix."""
    a, b, c, d, e, f = multiply(placed.matrix(), ctm)
    xs = sorted([e, e + a, e + c, e + a + c])
    ys = sorted([f, f + b, f + d, f + b + d])
    return {"x0": xs[0], "x1": xs[-1], "top": height - ys[-1], "bottom": height - ys[0]}
