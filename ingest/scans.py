"""A recognised page as a page of characters, so that it is laid out like a printed one.

The engine gives lines that are a little askew and boxes a little too high or low. Here they are
set straight, given the few type sizes that a document has, and taken apart into characters; what
follows is the same as for any page that was never on paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ingest import limits
from ingest.ocr import Image, Words, prepare, recognise, two_at_a_time
from ingest.pdfpages import FastPage
from ingest.rules import rules_of
from ingest.seal import without_seals
from ingest.widths import widened

Char = dict[str, Any]

# What recognition takes on a slow machine; half a second to two and a half were measured.
SECONDS_A_PAGE = 8.0
_KEPT_DPI = 110.0
_KEPT_WIDTH = 1300
_KEPT_QUALITY = 70
# Sizes that differ by less are one size, measured with noise; short lines say less of theirs.
_SAME_SIZE = 0.09
_SAME_SHORT = 0.22
_LONG = 8  # characters
_SHORT, _SHORT_BOX = 6, 0.87  # boxes round few characters are higher, by 10 to 25 % as measured
_PITCH_NOISE = 0.25
_BLANK_LEFT, _BLANK_RIGHT = "（“‘《〈〔【「『", "，。、；：！？）”’》〉〕】」』"


@dataclass(frozen=True, slots=True)
class Picture:
    """A page to be recognised. `page` counts from 1."""

    page: int
    image: Image
    dpi: float


@dataclass(frozen=True, slots=True)
class _Straight:
    """A line set straight, in points; `units` are its characters, a narrow one counting half."""

    text: str
    x0: float
    x1: float
    middle: float
    height: float
    units: float
    confidence: float
    size: float = 0.0


class ScannedPage(FastPage):
    """A page whose characters are there once the sizes of its lines are settled."""

    def __init__(self, picture: Picture, image: Image, words: Sequence[Words]) -> None:
        points = 72.0 / picture.dpi
        height, width = (side * points for side in image.shape[:2])
        super().__init__(width, height)
        self.page = picture.page
        self.angle = _skew(words)
        self.straight = [_straight(line, self.angle, image, points) for line in words]
        self.strokes.lines = rules_of(image, self.angle, points)


def recognised(pictures: Iterable[Picture]) -> list[ScannedPage]:
    """The pages, in the order given; their pictures are kept."""
    prepare()
    pages: list[ScannedPage] = []
    for page, jpeg in two_at_a_time(_recognised, pictures):
        limits.keep_picture(page.page, jpeg)
        pages.append(page)
    _settle_sizes(pages)
    for page in pages:
        page.chars = [char for line in page.straight for char in _chars(line)]
    return pages


def _recognised(picture: Picture) -> tuple[ScannedPage, bytes]:
    found = recognise(without_seals(picture.image, picture.dpi), picture.dpi)
    page = ScannedPage(picture, found.image, found.words)
    turned = np.rot90(picture.image, found.turns)
    return page, _as_kept(np.ascontiguousarray(turned), picture.dpi)


def _as_kept(image: Image, dpi: float) -> bytes:
    """The page as people will see it, seals and all."""
    import cv2

    scale = min(1.0, _KEPT_DPI / dpi, _KEPT_WIDTH / image.shape[1])
    size = tuple(max(1, round(side * scale)) for side in image.shape[1::-1])
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _KEPT_QUALITY])
    return bytes(jpeg)


def _skew(words: Sequence[Words]) -> float:
    """By how much the lines fall to the right, in radians; long lines tell it better."""
    falls: list[tuple[float, float]] = []
    for line in words:
        (left, top), (right, end), (_, bottom) = line.box[0], line.box[1], line.box[3]
        if right - left > 4 * abs(bottom - top):
            falls.append((math.atan2(end - top, right - left), right - left))
    falls.sort()
    half, passed = sum(weight for _, weight in falls) / 2, 0.0
    for angle, weight in falls:
        passed += weight
        if passed >= half:
            return angle
    return 0.0


def _straight(line: Words, angle: float, image: Image, points: float) -> _Straight:
    """The line as it stands once the page is turned about its middle by -`angle`."""
    centre = np.array([image.shape[1], image.shape[0]]) / 2
    sine, cosine = math.sin(angle), math.cos(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    box = ((line.box - centre) @ turn + centre) * points
    text = widened(line.text)
    return _Straight(
        text,
        x0=float(box[[0, 3], 0].mean()),
        x1=float(box[[1, 2], 0].mean()),
        middle=float(box[:, 1].mean()),
        height=float(np.linalg.norm(box[3] - box[0])),
        units=sum(map(_units, text)),
        confidence=line.confidence,
    )


def _units(glyph: str) -> float:
    return 0.5 if glyph.isascii() else 1.0


def _settle_sizes(pages: Sequence[ScannedPage]) -> None:
    """Give each line its type size, one of the few that all pages together have.

    The height of a box is a rough measure, and its ratio to the size depends on the scan. The
    distance of characters is a fine one, where they are not spaced out.
    """
    lines = [line for page in pages for line in page.straight]
    if not lines:
        return
    long = [line for line in lines if line.units >= _LONG] or lines
    ratio = float(np.median([_pitch(line) / line.height for line in long]))
    # letters and digits are of any width, so that they tell little of the size
    wide = [sum(not glyph.isascii() for glyph in line.text) for line in lines]
    settled = iter(_shared([_size(line, ratio) for line in lines], wide))
    for page in pages:
        page.straight = [_inked(replace(line, size=next(settled))) for line in page.straight]


def _pitch(line: _Straight) -> float:
    return (line.x1 - line.x0) / max(line.units, 1.0)


def _size(line: _Straight, ratio: float) -> float:
    by_height = ratio * line.height * (_SHORT_BOX if line.units < _SHORT else 1.0)
    fits = line.units >= 4 and abs(_pitch(line) / by_height - 1) <= _PITCH_NOISE
    return _pitch(line) if fits else by_height


def _shared(sizes: Sequence[float], units: Sequence[int]) -> list[float]:
    """Each size as the mean of those near the one that most characters have; then of the rest."""
    logs, heavy = np.log(np.asarray(sizes)), np.asarray(units) + 0.1
    within = np.where(heavy >= _LONG, _SAME_SIZE, _SAME_SHORT)
    near = np.abs(logs[:, None] - logs[None, :]) <= within[None, :]
    result = np.zeros(len(logs))
    rest = np.ones(len(logs), dtype=bool)
    while rest.any():
        # a long line is the measure of its size as long as there is one
        measure = rest & (heavy >= _LONG)
        measure = measure if measure.any() else rest
        mass = (near & rest[None, :]) @ heavy * measure
        group = near[int(mass.argmax())] & rest
        certain = group & measure
        result[group] = math.exp(float(np.average(logs[certain], weights=heavy[certain])))
        rest &= ~group
    return [round(float(size), 1) for size in result]


def _inked(line: _Straight) -> _Straight:
    """The line with the blank halves of the marks at its ends, which a box round ink leaves out."""
    left = line.size / 2 if line.text.startswith(tuple(_BLANK_LEFT)) else 0.0
    right = line.size / 2 if line.text.endswith(tuple(_BLANK_RIGHT)) else 0.0
    return replace(line, x0=line.x0 - left, x1=line.x1 + right)


def _chars(line: _Straight) -> Iterator[Char]:
    """The characters of a line, side by side over its width."""
    unit = (line.x1 - line.x0) / max(line.units, 0.5)
    size, x = line.size or line.height, line.x0
    for glyph in line.text:
        width = unit * _units(glyph)
        yield {
            "text": glyph,
            "x0": x,
            "x1": x + width,
            "top": line.middle - size / 2,
            "bottom": line.middle + size / 2,
            "size": size,
            "fontname": "",
            "upright": True,
            "matrix": (1.0, 0.0, 0.0, 1.0, x, 0.0),
            "confidence": line.confidence,
        }
        x += width
