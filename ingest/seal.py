"""Red seals are taken off a picture of a page; red print stays.

Under a seal stand the name and the date that sign a letter, and its own letters run round them.
Red ink is as light as paper in the red channel and black ink is dark in it, so inside a seal only
that channel is kept. Red lines of text, as letterheads are, are not touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.ocr import Image

_SEARCH_DPI = 50.0
_REDNESS = 45  # red above the other two channels; JPEG leaves 60 to 150 of a fresh seal
_GAP_CM = 0.35  # letters of a seal stand closer to each other
_SIZES_CM = (1.5, 6.5)
_SURE_CM = 3.0  # no printed letter is so large; a smaller one may be one of a letterhead
_SQUARE = (0.7, 1.43)
_BORDER_CM = 0.15


@dataclass(frozen=True, slots=True)
class _Part:
    """A red region, in pixels of the picture that was searched."""

    left: int
    top: int
    width: int
    height: int


def without_seals(image: Image, dpi: float) -> Image:
    """The same picture where it has no seal, else a copy."""
    import cv2

    scale = min(1.0, _SEARCH_DPI / dpi)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    seals = _seals(_red(small), dpi * scale)
    if not seals:
        return image
    cleaned = image.copy()
    border = _BORDER_CM * dpi / 2.54
    for seal in seals:
        left, top = (max(0, int(side / scale - border)) for side in (seal.left, seal.top))
        right = int((seal.left + seal.width) / scale + border)
        bottom = int((seal.top + seal.height) / scale + border)
        part = cleaned[top:bottom, left:right]
        part[:] = _bleached(part)[:, :, None]
    return cleaned


def _red(image: Image) -> NDArray[np.bool_]:
    blue, green, red = (image[:, :, n].astype(np.int16) for n in range(3))
    redness = red - np.maximum(green, blue)
    # the paper of an old letter or of a photograph is reddish itself
    mask: NDArray[np.bool_] = redness - np.median(redness) > _REDNESS
    return mask


def _seals(red: NDArray[np.bool_], dpi: float) -> list[_Part]:
    import cv2

    if not red.any():
        return []
    gap = max(3, round(_GAP_CM * dpi / 2.54))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap))
    joined = cv2.morphologyEx(red.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    parts = [_Part(*map(int, row[:4])) for row in stats[1:]]
    return [part for part in parts if _is_seal(part, parts, dpi)]


def _is_seal(part: _Part, parts: list[_Part], dpi: float) -> bool:
    cm = max(part.width, part.height) * 2.54 / dpi
    if not _SIZES_CM[0] <= cm <= _SIZES_CM[1]:
        return False
    if not _SQUARE[0] <= part.width / part.height <= _SQUARE[1]:
        return False
    return cm > _SURE_CM or not any(_stands_beside(part, other) for other in parts)


def _stands_beside(part: _Part, other: _Part) -> bool:
    """Whether another of about the same height stands on the same line: letters do."""
    if other is part or not 0.5 <= other.height / part.height <= 2:
        return False
    shared = min(part.top + part.height, other.top + other.height) - max(part.top, other.top)
    return 2 * shared > min(part.height, other.height)


def _bleached(part: Image) -> Image:
    """The red channel, stretched until the palest red ink is white."""
    red = part[:, :, 2].astype(np.float32)
    inked = red[_red(part)]
    ink = float(np.percentile(inked, 20)) if inked.size else 255.0
    stretched: Image = np.clip(red * (255.0 / max(0.9 * ink, 80.0)), 0, 255).astype(np.uint8)
    return stretched
