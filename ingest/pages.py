"""Pages with characters at places become a reading, whatever format they were laid out in.

What a page is asked for: `width`, `height`, `chars`, `images`, `lines`, `rects`, `curves`,
`find_tables()` and `close()`, as pdfplumber's pages have them, lengths in points.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from index.model import DOUBTFUL, Dropped
from ingest.breaks import tidy
from ingest.furniture import furniture, is_contents_line
from ingest.glyphs import lines_of, tables_of
from ingest.gutter import in_reading_order
from ingest.layout import Line, PageSize, paragraphs
from ingest.lines import Block, Reading
from ingest.rows import over_pages
from ingest.watermark import repeated_marks, split_watermark
from ingest.widths import widened

# A page with fewer characters than this under a picture is a scan with a stamp or a watermark.
_SCAN_CHARS = 10
_SCAN_AREA = 0.5
# A page covered by a picture with less text than this may only bear a stamp of the scanner's.
_COVERED = 0.8
_STAMP_CHARS = 60
_RICHER = 1.2  # times as much text is recognised as there was
_HAN = re.compile("[\u3007\u4e00-\u9fff]")


@dataclass(slots=True)
class Pages:
    """What has been collected so far, page after page."""

    sizes: list[PageSize] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    scans: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)  # what recognition may read better
    pictures: int = 0
    unmapped: Counter[int] = field(default_factory=Counter)  # characters by page
    turned: list[Dropped] = field(default_factory=list)
    pale: list[Line] = field(default_factory=list)  # large and pale: a title or a watermark


def collect(found: Iterable[Any]) -> Pages:
    """Each page is closed before the next is asked for: about 1 MB a page of pdfplumber stays in
    memory otherwise."""
    pages = Pages()
    for page in found:
        _add_page(pages, page)
        page.close()
    _settle_pale(pages)
    return pages


def renew(pages: Pages, number: int, page: Any) -> None:
    """Put a recognised page in the place of the page read, unless that says as much.

    Many scanners write their own recognition behind the picture; where that reads as Chinese it
    is left alone.
    """
    size = PageSize(float(page.width), float(page.height))
    lines = _lines(page, page.chars, size, number)
    own = "".join(line.text for line in pages.lines if line.page == number)
    if _reads_well(own) and sum(len(line.text) for line in lines) < _RICHER * len(own):
        return
    if number in pages.scans:
        pages.scans.remove(number)
    pages.unmapped.pop(number, None)
    pages.sizes[number - 1] = size
    others = [line for line in pages.lines if line.page != number]
    pages.lines = sorted([*others, *lines], key=lambda line: line.page)


def _reads_well(text: str) -> bool:
    """Whether text behind a picture is that of a Chinese page, and no stray signs."""
    return 2 * len(_HAN.findall(text)) > sum(not char.isspace() for char in text)


def _add_page(pages: Pages, page: Any) -> None:
    number = len(pages.sizes) + 1
    size = PageSize(float(page.width), float(page.height))
    found = page.chars
    lying = [char for char in found if _is_lying(char)]
    sideways = len(lying) * 2 > len(found)
    if sideways:  # a wide page laid into an upright file
        found = [_upright(char, size) for char in lying]
        size = PageSize(size.height, size.width)
    pages.sizes.append(size)
    chars: list[dict[str, Any]] = []
    turned: list[str] = []
    for char in found:
        if char["text"].startswith("(cid:"):
            pages.unmapped[number] += 1
        elif not char["upright"] or (not sideways and _is_aslant(char)):
            turned.append(char["text"])
        elif 0 <= char["x0"] <= size.width and 0 <= char["top"] <= size.height:
            chars.append(char)
    if turned:
        pages.turned.append(Dropped(tidy("".join(turned)), "watermark"))
    chars, sure, maybe = split_watermark(chars)
    pages.turned += [Dropped(line.text, "watermark") for line in lines_of(sure, number)]
    pages.pale += lines_of(maybe, number)
    pages.pictures += len(page.images)
    inked = sum(not char["text"].isspace() for char in chars)
    share = _picture_share(page.images, size)
    if inked < _SCAN_CHARS and share > _SCAN_AREA:
        pages.scans.append(number)
    if _is_unread(pages, number, page, chars, share):
        pages.unread.append(number)
    pages.lines.extend(_lines(page, chars, size, number, ruled=not sideways))


def _is_unread(
    pages: Pages, number: int, page: Any, chars: Sequence[dict[str, Any]], share: float
) -> bool:
    """Whether recognition may find more on a page than its characters say."""
    text = "".join(char["text"] for char in chars).strip()
    if number in pages.scans or pages.unmapped[number] > len(text):
        return True
    if not text:  # letters may be drawn as curves, or be a small picture
        return bool(page.images or page.lines or page.rects or page.curves)
    return share > _COVERED and (len(text) < _STAMP_CHARS or not _reads_well(text))


def _lines(
    page: Any, chars: list[dict[str, Any]], size: PageSize, number: int, ruled: bool = True
) -> list[Line]:
    """The lines and rows of a page in reading order."""
    inside: set[int] = set()
    rows: list[Line] = []
    for table, members in tables_of(page, chars) if chars and ruled else ():
        rows += [replace(row, page=number) for row in table]
        inside |= members
    free = [char for char in chars if id(char) not in inside]
    lines = in_reading_order(free, rows, size, number)
    if chars and "confidence" in chars[0]:
        return [replace(line, confidence=_confidence(line, chars)) for line in lines]
    return lines


def _confidence(line: Line, chars: Sequence[dict[str, Any]]) -> float | None:
    """How surely the characters of a line were recognised."""
    inside = [
        char["confidence"]
        for char in chars
        if line.top <= (char["top"] + char["bottom"]) / 2 <= line.bottom
        and line.x0 <= (char["x0"] + char["x1"]) / 2 <= line.x1
    ]
    return sum(inside) / len(inside) if inside else None


def _is_lying(char: dict[str, Any]) -> bool:
    """Whether a character is turned by a quarter."""
    along, across = char["matrix"][:2]
    return not char["upright"] and bool(abs(along) < 0.1 * abs(across))


def _is_aslant(char: dict[str, Any]) -> bool:
    """Whether a character climbs or falls; pdfminer calls one upright up to the quarter turn."""
    along, across = char["matrix"][:2]
    return bool(abs(across) > 0.1 * abs(along))


def _upright(char: dict[str, Any], size: PageSize) -> dict[str, Any]:
    """The character as seen with the page turned so that its text runs from left to right."""
    if char["matrix"][1] > 0:  # it ran upwards
        box = (size.height - char["bottom"], size.height - char["top"], char["x0"], char["x1"])
    else:
        box = (char["top"], char["bottom"], size.width - char["x1"], size.width - char["x0"])
    x0, x1, top, bottom = box
    return {**char, "x0": x0, "x1": x1, "top": top, "bottom": bottom, "upright": True}


def _picture_share(images: Sequence[dict[str, Any]], size: PageSize) -> float:
    area = sum(abs((i["x1"] - i["x0"]) * (i["bottom"] - i["top"])) for i in images)
    return float(area) / max(size.width * size.height, 1.0)


def as_reading(pages: Pages, format: str) -> Reading:
    unwanted = furniture(pages.lines, pages.sizes)
    if len(unwanted) == len(pages.lines):
        unwanted = {}  # a lone line near an edge is all this document says
    dropped = [Dropped(pages.lines[index].text, why) for index, why in sorted(unwanted.items())]
    lines: list[Line] = []
    for index, line in enumerate(pages.lines):
        if index in unwanted:
            continue
        if is_contents_line(line.text):
            dropped.append(Dropped(line.text, "toc"))
        else:
            lines.append(line)
    lines, repeated = over_pages(lines)
    dropped += [Dropped(line.text, "repeated_header") for line in repeated]
    blocks = tuple(map(_widened, paragraphs(_without_common_bold(lines), pages.sizes)))
    warnings: list[str] = []
    if pages.scans:
        warnings.append("some_pages_need_ocr")
    if pages.unmapped.total():
        warnings.append("unmapped_characters")
    if any(block.confidence is not None and block.confidence < DOUBTFUL for block in blocks):
        warnings.append("low_ocr_confidence")
    return Reading(
        format=format,
        blocks=blocks,
        dropped=tuple(dropped + pages.turned),
        warnings=tuple(warnings),
    )


def _widened(block: Block) -> Block:
    """What was recognised line by line, with marks as wide as the whole paragraph asks for: a
    bracket may open on one line and close on the next."""
    if block.confidence is None or block.kind != "text":
        return block
    return replace(block, text=widened(block.text))


def _settle_pale(pages: Pages) -> None:
    """Drop the pale lines that most pages repeat; put the others among the lines."""
    if not pages.pale:
        return
    marks = repeated_marks(pages.pale, len(pages.sizes))
    pages.turned += [Dropped(pages.pale[index].text, "watermark") for index in sorted(marks)]
    kept = [line for index, line in enumerate(pages.pale) if index not in marks]
    for line in kept:
        later = (n for n, o in enumerate(pages.lines) if (o.page, o.top) > (line.page, line.top))
        pages.lines.insert(next(later, len(pages.lines)), line)


def _without_common_bold(lines: Sequence[Line]) -> list[Line]:
    """Where most of the text is bold or gothic, being so marks nothing."""
    marked = sum(len(line.text) for line in lines if line.bold)
    if 2 * marked <= sum(len(line.text) for line in lines):
        return list(lines)
    return [replace(line, bold=False) for line in lines]
