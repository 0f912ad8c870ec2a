"""The words on a picture of a page: rapidocr finds lines and reads them, this machine alone.

Its models come with it, so nothing is fetched. It is an extra: without it `available()` is false
and whoever needs it says `needs_ocr`. Pictures are arrays of uint8, (height, width, 3), in the
order blue, green, red.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Given = TypeVar("Given")
Made = TypeVar("Made")

# Lines are looked for at 82 dpi, where a character of the text is 18 pixels high; on the measured
# scans 120 dpi found no line more and took twice as long. They are read at full resolution.
_SEARCH_DPI = 82.0
# Of the picture that is searched, so that a very long one costs no more memory than a page.
_MAX_SEARCHED = 1_800_000
_MARGIN = 24  # pixels kept around the ink
_SPECK = 10  # pixels; smaller ink is dust
# Below this the engine itself calls a line noise.
_MIN_CONFIDENCE = 0.5
# A lone mark is believed only when it is sure: stains look like dots and dashes.
_MIN_MARK_CONFIDENCE = 0.9
_ASKED = 8  # lines that vote on which way is up


@dataclass(frozen=True, slots=True)
class Words:
    """One line as recognised. `box` are its corners in pixels, (4, 2), from the upper left one in
    the order of a clock's hands; `confidence` is between 0 and 1."""

    text: str
    box: NDArray[np.float64]
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read. The boxes belong to `image`, the picture turned upright by so many quarters
    against the clock."""

    image: Image
    turns: int
    words: tuple[Words, ...]


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def two_at_a_time(work: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """The results in the order given. The libraries below let go of Python's lock, so threads
    keep two cores busy; `given` is asked for in the caller's own thread, two ahead."""
    workers = min(2, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Made]] = deque()
        for one in given:
            waiting.append(pool.submit(work, one))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def recognise(image: Image, dpi: float) -> Recognised:
    """The lines of a page, whichever way it lies."""
    turns = 0
    boxes = _boxes(image, dpi)
    if _lies_on_its_side(boxes):
        turns, image = 1, np.ascontiguousarray(np.rot90(image))
        boxes = _boxes(image, dpi)
    crops = [_cut(image, box) for box in boxes]
    if crops and _is_upside_down(crops):
        turns, image = turns + 2, np.ascontiguousarray(np.rot90(image, 2))
        corner = np.array(image.shape[1::-1], dtype=float)
        boxes = [(corner - box)[[2, 3, 0, 1]] for box in reversed(boxes)]
        crops = [np.ascontiguousarray(np.rot90(crop, 2)) for crop in reversed(crops)]
    read = zip(boxes, _read(crops), strict=True)
    words = [Words(text.strip(), box, sure) for box, (text, sure) in read]
    return Recognised(image, turns, tuple(filter(_is_text, words)))


@cache
def _engine() -> Any:
    """One for the process; each page uses one thread, so that pages can be read side by side."""
    # Or onnxruntime keeps a mark of this machine and tells its maker how it is used.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_preprocess_img": False,
            "Global.use_vertical_padding": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": 1 << 14,
            # lines of different length in one batch are padded to the longest: a third slower
            "Rec.rec_batch_num": 1,
        }
    )


def prepare() -> None:
    """Load the engine, before threads ask for it."""
    _engine()


def _boxes(image: Image, dpi: float) -> list[NDArray[np.float64]]:
    """Where lines are, found in a smaller copy without the empty margins."""
    import cv2
    from rapidocr.main import RapidOCRError

    height, width = image.shape[:2]
    scale = min(1.0, _SEARCH_DPI / dpi, math.sqrt(_MAX_SEARCHED / (height * width)))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    left, top, right, bottom = _ink(small)
    if right <= left:
        return []
    try:
        _, found = _engine().detect_and_crop(small[top:bottom, left:right], {})
    except RapidOCRError:  # its way to say that there is nothing
        return []
    corner = np.array([left, top], dtype=float)
    return [(np.asarray(box, dtype=float) + corner) / scale for box in found.boxes]


def _ink(image: Image) -> tuple[int, int, int, int]:
    """The part of a page that is not empty: left, top, right, bottom. Half of a page is margin."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    kind = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    dark = cv2.adaptiveThreshold(grey, 255, *kind, 31, 20)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    parts = stats[1:][stats[1:, cv2.CC_STAT_AREA] >= _SPECK]
    if not len(parts):
        return 0, 0, 0, 0
    x, y, wide, high = parts[:, :4].T
    height, width = grey.shape
    left, top = max(0, x.min() - _MARGIN), max(0, y.min() - _MARGIN)
    right, bottom = (x + wide).max() + _MARGIN, (y + high).max() + _MARGIN
    return int(left), int(top), int(min(width, right)), int(min(height, bottom))


def _sides(box: NDArray[np.float64]) -> tuple[float, float]:
    """Width and height."""
    return float(np.linalg.norm(box[1] - box[0])), float(np.linalg.norm(box[3] - box[0]))


def _lies_on_its_side(boxes: Sequence[NDArray[np.float64]]) -> bool:
    sides = [_sides(box) for box in boxes]
    tall = sum(high for wide, high in sides if high > 1.5 * wide)
    return tall > sum(wide for wide, high in sides if wide > 1.5 * high)


def _cut(image: Image, box: NDArray[np.float64]) -> Image:
    """The line alone, laid straight; text set downwards is turned."""
    from rapidocr.utils.process_img import get_rotate_crop_image

    cut: Image = get_rotate_crop_image(image, box.astype(np.float32))
    return cut


def _is_upside_down(crops: Sequence[Image]) -> bool:
    """Whether the longest lines look so, and are read more surely when they are turned."""
    longest = sorted(crops, key=lambda crop: -crop.shape[1])[:_ASKED]
    # the classifier sees four squares; a whole line squeezed into them tells it nothing
    heads = [np.ascontiguousarray(crop[:, : 4 * crop.shape[0]]) for crop in longest]
    _, votes = _engine().cls_and_rotate(heads)
    if 2 * sum(label == "180" for label, _ in votes.cls_res) <= len(heads):
        return False
    turned = [np.ascontiguousarray(np.rot90(crop, 2)) for crop in longest]
    as_is, flipped = (sum(sure for _, sure in _read(some)) for some in (longest, turned))
    return flipped > as_is


def _read(crops: Sequence[Image]) -> list[tuple[str, float]]:
    if not crops:
        return []
    read = _engine().recognize_txt(list(crops))
    return [(text, float(sure)) for text, sure in zip(read.txts, read.scores, strict=True)]


def _is_text(words: Words) -> bool:
    marks_only = not any(map(str.isalnum, words.text))
    least = _MIN_MARK_CONFIDENCE if marks_only else _MIN_CONFIDENCE
    return bool(words.text) and words.confidence >= least
