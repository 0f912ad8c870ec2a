"""Ruled lines on a picture of a page: what tables are found by."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.ocr import Image
from ingest.pdfstrokes import stroke

_SEARCH_DPI = 100.0
_MIN_ACROSS = 60.0  # points
_UNBROKEN = 25.0  # no stroke of a character of the text is so long
_MIN_DOWN = 12.0  # a row of a table is at least so high
_MAX_THICK = 5.0
_REACH = 3.0  # points between the end of an upright rule and the level rule it belongs to
_MAX_RULES = 700


def rules_of(image: Image, angle: float, points: float) -> list[dict[str, Any]]:
    """Level rules and the upright ones that meet them, as pdfplumber's lines, on the page once
    it is turned by -`angle` about its middle. A pixel is `points` long."""
    import cv2

    scale = min(1.0, _SEARCH_DPI * points / 72)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(angle), 1.0)
    grey = cv2.warpAffine(grey, turn, (width, height), borderValue=255)
    kind = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    dark = cv2.adaptiveThreshold(grey, 255, *kind, 15, 12)
    pixel = points / scale
    level = [
        _line(x0, x1, (top + bottom) / 2, (top + bottom) / 2)
        for x0, top, x1, bottom in _strokes(dark, (1, round(_UNBROKEN / pixel)), pixel)
        if x1 - x0 >= _MIN_ACROSS
    ]
    if len(level) < 2:
        return []
    upright = [
        _line((x0 + x1) / 2, (x0 + x1) / 2, top, bottom)
        for x0, top, x1, bottom in _strokes(dark, (round(_MIN_DOWN / pixel), 1), pixel)
    ]
    upright = [one for one in upright if sum(_meet(one, other) for other in level) >= 2]
    return [*level, *upright] if upright and len(level) + len(upright) <= _MAX_RULES else []


def _strokes(
    dark: NDArray[np.uint8], unbroken: tuple[int, int], pixel: float
) -> Iterator[tuple[float, float, float, float]]:
    """Boxes of thin straight strokes with an unbroken stretch of so many rows and columns."""
    import cv2

    mask = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(unbroken, np.uint8))
    # a rule that is a little askew comes out in steps, a faint one in pieces
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    for x, y, width, height, _ in stats[1:].tolist():
        if min(width, height) * pixel <= _MAX_THICK:
            yield x * pixel, y * pixel, (x + width) * pixel, (y + height) * pixel


def _line(x0: float, x1: float, top: float, bottom: float) -> dict[str, Any]:
    return stroke("line", [(x0, top), (x1, bottom)])


def _meet(upright: dict[str, Any], level: dict[str, Any]) -> bool:
    across = level["x0"] - _REACH <= upright["x0"] <= level["x1"] + _REACH
    down = upright["top"] - _REACH <= level["top"] <= upright["bottom"] + _REACH
    return bool(across and down)
