"""A picture of a document, as a telephone or a scanner makes it: recognised page by page."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import UnreadableDocument
from ingest import limits, ocr
from ingest.lines import Reading
from ingest.pages import as_reading, collect
from ingest.pdf import NEEDS_OCR

if TYPE_CHECKING:
    from ingest.scans import Picture

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
# A picture with more is refused unopened: it would take a gigabyte to make it smaller.
_MAX_HEADER_PIXELS = 200_000_000
# What a picture says of its resolution is believed where that makes it a sheet of paper.
_SHEET_CM = (10.0, 45.0)
_A4_INCHES = 8.27


def read_picture(path: Path) -> Reading:
    """The text of a picture; a TIFF may have several pages.

    Raises UnreadableDocument: `needs_ocr`, `too_many_pixels`, `too_many_pages`, `corrupt_image`,
    `no_text`.
    """
    if not ocr.available():
        raise UnreadableDocument("needs_ocr", NEEDS_OCR)
    from PIL import Image

    from ingest.scans import SECONDS_A_PAGE, recognised

    try:
        with warnings.catch_warnings(), _opened(path) as image:
            warnings.simplefilter("ignore")  # about odd tags; what cannot be read raises
            count = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
            _check(image, count)
            limits.allow(SECONDS_A_PAGE * count)
            pages = collect(recognised(_pictures(image, count)))
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (OSError, ValueError, SyntaxError, EOFError, TypeError) as error:  # Pillow's own
        raise UnreadableDocument(
            "corrupt_image", "图片已损坏或不完整，无法打开，请重新获取原文件"
        ) from error
    if not pages.lines:
        raise UnreadableDocument("no_text", "图片里没有识别出文字")
    return as_reading(pages, "image")


def _opened(path: Path) -> Any:
    from PIL import Image

    return Image.open(path, formats=_FORMATS)


def _check(image: Any, count: int) -> None:
    """Refuse what is too much before anything is decoded."""
    if count > limits.MAX_SCANNED_PAGES:
        raise UnreadableDocument(
            "too_many_pages",
            f"图片有 {count} 页，上限为 {limits.MAX_SCANNED_PAGES} 页，请拆分后再读入",
        )
    for number in range(count):
        if count > 1:
            image.seek(number)
        if image.width * image.height > _MAX_HEADER_PIXELS:
            raise _too_many_pixels()
    if count > 1:
        image.seek(0)


def _too_many_pixels() -> UnreadableDocument:
    return UnreadableDocument(
        "too_many_pixels", f"图片超过 {_MAX_HEADER_PIXELS // 10_000} 万像素，请缩小后再读入"
    )


def _pictures(image: Any, count: int) -> Iterator[Picture]:
    from ingest.scans import Picture

    for number in range(count):
        if count > 1:
            image.seek(number)
        dpi, width = _dpi(image), image.width
        page = _reduced(image)
        turned = _turned(page, image)
        pixels = np.ascontiguousarray(np.asarray(_on_white(turned))[:, :, ::-1])
        yield Picture(number + 1, pixels, dpi * page.width / width)


def _reduced(image: Any) -> Any:
    """The picture with no more pixels than a page is read with."""
    share = math.sqrt(limits.MAX_PIXELS / (image.width * image.height))
    if share >= 1:
        return image
    wanted = (int(image.width * share), int(image.height * share))
    image.draft(image.mode, wanted)  # a JPEG is decoded smaller at once
    small = image if image.mode in ("L", "RGB", "RGBA", "CMYK") else image.convert("RGB")
    factor = math.ceil(math.sqrt(small.width * small.height / limits.MAX_PIXELS))
    return small.reduce(factor) if factor > 1 else small


def _dpi(image: Any) -> float:
    """Pixels an inch, by the picture's own word, or as if it showed a sheet of A4."""
    short: int = min(image.width, image.height)
    said = image.info.get("dpi") or (0, 0)
    dpi = float(said[0] or 0)
    if dpi > 0 and _SHEET_CM[0] <= short / dpi * 2.54 <= _SHEET_CM[1]:
        return dpi
    return short / _A4_INCHES


def _turned(page: Any, image: Any) -> Any:
    """As the camera was held."""
    from PIL import ImageOps

    orientation = image.getexif().get(0x0112, 1)
    if orientation == 1:
        return page
    page = page.copy()
    page.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(page)


def _on_white(page: Any) -> Any:
    """In three colours, what is transparent as paper."""
    from PIL import Image

    if page.mode in ("RGBA", "LA", "PA") or "transparency" in page.info:
        page = page.convert("RGBA")
        ground = Image.new("RGBA", page.size, "white")
        page = Image.alpha_composite(ground, page)
    if page.mode.startswith("I;16") or page.mode in ("I", "F"):  # sixteen bits of grey
        page = Image.fromarray((np.asarray(page, dtype=np.float64) / 257).clip(0, 255)).convert("L")
    return page.convert("RGB")
