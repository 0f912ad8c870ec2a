"""What is drawn on an OFD page, as the dictionaries that pdfplumber would give of a PDF page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from ingest.pdfobjects import IDENTITY, Char, Matrix, Point, moved, multiply
from ingest.pdfpages import FastPage

_POINTS = 72 / 25.4  # a millimetre
_DESCENT = 0.14  # of the size, below the base line; that of 宋体
_MAX_DEPTH = 12
_MAX_OBJECTS = 200_000  # on one page; composites may repeat each other
_MAX_POINTS = 30_000
_BOLD = 600  # a weight; 400 is plain, 700 bold
_BLACK = (0.0, 0.0, 0.0)
_HOLDERS = ("Layer", "PageBlock", "Content")
# "M 0 0 L 156.0 0 C", letters with or without blanks, numbers like -1.5e-3
_PATH = re.compile(r"[A-Za-z]|[-+]?(?:\d{1,12}\.?\d{0,12}|\.\d{1,12})(?:[eE][-+]?\d{1,3})?")
_OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


class Resources:
    """Fonts, colours and composite drawings by their id."""

    def __init__(self) -> None:
        self.fonts: dict[str, str] = {}
        self.colors: dict[str, Any] = {}
        self.units: dict[str, Any] = {}

    def add(self, root: Any | None) -> None:
        for font in () if root is None else root.iterfind("{*}Fonts/{*}Font"):
            name = font.get("FontName") or font.get("FamilyName") or ""
            self.fonts[font.get("ID", "")] = f"{name},Bold" if _says(font, "Bold") else name
        for found in () if root is None else root.iterfind("{*}DrawParams/{*}DrawParam"):
            self.colors[found.get("ID", "")] = found.find("{*}FillColor")
        units = "{*}CompositeGraphicUnits/{*}CompositeGraphicUnit"
        for unit in () if root is None else root.iterfind(units):
            self.units[unit.get("ID", "")] = unit

    def copy(self) -> Resources:
        other = Resources()
        other.fonts, other.colors = dict(self.fonts), dict(self.colors)
        other.units = dict(self.units)
        return other


class Sheet:
    """One page while it is drawn; sizes come in millimetres and leave in points."""

    def __init__(self, width: float, height: float, resources: Resources) -> None:
        self.page = FastPage(width * _POINTS, height * _POINTS)
        self._resources = resources
        self._objects = 0
        self._points = 0

    def draw(self, holder: Any | None) -> None:
        if holder is not None:
            self._draw(holder, (_POINTS, 0.0, 0.0, _POINTS, 0.0, 0.0), None, 0)

    def _draw(self, holder: Any, outer: Matrix, color: Any | None, depth: int) -> None:
        """`outer` leads to points from the top left corner; `color` fills what names none."""
        for found in holder.iterchildren():
            name = str(found.tag).rpartition("}")[2]
            self._objects += 1
            if self._objects > _MAX_OBJECTS or depth > _MAX_DEPTH:
                return
            if found.get("Visible") == "false":
                continue
            own = self._resources.colors.get(found.get("DrawParam", ""))
            filled = color if own is None else own
            if name in _HOLDERS:
                self._draw(found, outer, filled, depth + 1)
            elif name == "TextObject":
                self._text(found, _matrix(found, outer), filled)
            elif name == "PathObject":
                self._path(found, _matrix(found, outer))
            elif name == "ImageObject":
                self._picture(found, outer)
            elif name == "CompositeObject":
                unit = self._resources.units.get(found.get("ResourceID", ""))
                if unit is not None:
                    self._draw(unit, _matrix(found, outer), filled, depth + 1)

    def _text(self, found: Any, matrix: Matrix, color: Any | None) -> None:
        size = _number(found.get("Size"), 0.0)
        width = size * _number(found.get("HScale"), 1.0)
        own = found.find("{*}FillColor")
        shared = {
            "fontname": self._font(found),
            "non_stroking_color": _color(color if own is None else own),
        }
        x = y = 0.0
        for code in found.iterchildren("{*}TextCode"):
            text = code.text or ""
            x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
            for char, place, advance in _placed(text, code, (x, y), width):
                if char >= " ":
                    self.page.chars.append(self._char(char, place, advance, size, matrix) | shared)

    def _font(self, found: Any) -> str:
        name = self._resources.fonts.get(found.get("Font", ""), "")
        heavy = _number(found.get("Weight"), 400) >= _BOLD
        return f"{name},Bold" if heavy and "Bold" not in name else name

    def _char(self, char: str, place: Point, advance: float, size: float, matrix: Matrix) -> Char:
        x, y = place
        low, high = y + _DESCENT * size, y + (_DESCENT - 1) * size
        xs, ys = _bounds([(x, low), (x + advance, high), (x, high), (x + advance, low)], matrix)
        a, b, c, d, _, _ = matrix
        at = moved(place, matrix)
        return {
            "text": char,
            "x0": xs[0],
            "x1": xs[1],
            "top": ys[0],
            "bottom": ys[1],
            "size": ys[1] - ys[0],
            "upright": a * d > 0 and b * c <= 0,
            # as in a PDF, where up is up
            "matrix": (a, -b, -c, d, at[0], self.page.height - at[1]),
        }

    def _path(self, found: Any, matrix: Matrix) -> None:
        if found.get("Stroke") == "false" and not _says(found, "Fill"):
            return
        for bent, points in _strokes(found.findtext("{*}AbbreviatedData") or ""):
            self._points += len(points)
            if self._points > _MAX_POINTS:
                return
            self.page.strokes.keep(bent, [moved(point, matrix) for point in points])

    def _picture(self, found: Any, outer: Matrix) -> None:
        box = numbers(found.get("Boundary"))
        if len(box) == 4:
            x, y, width, height = box
            xs, ys = _bounds([(x, y), (x + width, y + height)], outer)
            self.page.images.append({"x0": xs[0], "x1": xs[1], "top": ys[0], "bottom": ys[1]})


def numbers(text: str | None) -> list[float]:
    """Numbers parted by blanks; none where one cannot be read."""
    try:
        found = [float(word) for word in (text or "").split()]
    except ValueError:
        return []
    return found if all(abs(number) < 1e9 for number in found) else []


def _matrix(found: Any, outer: Matrix) -> Matrix:
    """From the object's own coordinates to the page."""
    box, own = numbers(found.get("Boundary")), numbers(found.get("CTM"))
    x, y = box[:2] if len(box) == 4 else (0.0, 0.0)
    matrix: Matrix = (own[0], own[1], own[2], own[3], own[4], own[5]) if len(own) == 6 else IDENTITY
    return multiply(multiply(matrix, (1.0, 0.0, 0.0, 1.0, x, y)), outer)


def _bounds(points: Sequence[Point], matrix: Matrix) -> tuple[Point, Point]:
    shown = [moved(point, matrix) for point in points]
    xs, ys = [x for x, _ in shown], [y for _, y in shown]
    return (min(xs), max(xs)), (min(ys), max(ys))


def _placed(text: str, code: Any, start: Point, width: float) -> Iterator[tuple[str, Point, float]]:
    """Each character with its place and how wide it is taken to be."""
    x, y = start
    across, down = _deltas(code.get("DeltaX")), _deltas(code.get("DeltaY"))
    runs_down = not code.get("DeltaX") and bool(code.get("DeltaY"))
    for char in text:
        natural = width * (0.5 if char.isascii() else 1.0)
        step, fall = next(across, None), next(down, 0.0)
        if step is None:
            step = 0.0 if runs_down else natural
        # Spread characters keep their width, else the blanks between them could not be seen.
        most = width if char.isascii() else 1.3 * width
        yield char, (x, y), step if 0 < step <= most else natural
        x, y = x + step, y + fall


def _deltas(text: str | None) -> Iterator[float]:
    """The steps from one character to the next: "g 3 5.6" is 5.6 three times over."""
    words = iter((text or "").split())
    last: float | None = None
    for word in words:
        count = 1
        if word == "g":
            count = int(_number(next(words, None), 0.0))
            word = next(words, "")
        step = numbers(word)
        if not step:
            return
        last = step[0]
        for _ in range(count):
            yield last
    while last is not None:  # a list that is too short
        yield last


def _strokes(data: str) -> Iterator[tuple[bool, list[Point]]]:
    """The pieces of a path drawn without lifting the pen: whether they are bent, their points."""
    tokens = iter(islice(_PATH.findall(data), 7 * _MAX_POINTS))
    points: list[Point] = []
    bent = False
    for token in tokens:
        count = _OPERANDS.get(token, -1)
        if count < 0:
            continue
        operands = [_number(word, 0.0) for word in islice(tokens, count)]
        if len(operands) < count:
            break
        if token in "SM":
            if points:
                yield bent, points
            points, bent = [], False
        elif token == "C":
            if points:
                yield bent, [*points, points[0]]
            points, bent = points[:1], False
            continue
        bent = bent or token in "QBA"
        points.append((operands[-2], operands[-1]))
    if len(points) > 1:
        yield bent, points


def _color(found: Any | None) -> tuple[float, ...] | None:
    """Red, green and blue from 0 to 1; None where the fill is a pattern."""
    if found is None:
        return _BLACK
    values = [_level(word) for word in found.get("Value", "").split()]
    if not values:
        return _BLACK if len(found) == 0 else None
    shade = 1 - max(0.0, min(_number(found.get("Alpha"), 255.0), 255.0)) / 255
    if len(values) == 4:  # cyan, magenta, yellow, black
        values = [(1 - value) * (1 - values[3]) for value in values[:3]]
    if len(values) == 1:
        values *= 3
    return tuple(value + (1 - value) * shade for value in values[:3])


def _level(word: str) -> float:
    """One part of a colour: 238 and #ee are 0.93."""
    try:
        value = int(word[1:], 16) if word.startswith("#") else float(word)
    except ValueError:
        return 0.0
    return max(0.0, min(value / 255, 1.0))


def _number(text: str | None, otherwise: float) -> float:
    found = numbers(text)
    return found[0] if len(found) == 1 else otherwise


def _says(element: Any, name: str) -> bool:
    return element.get(name) in ("true", "1")
