"""PDF with a text layer: characters to lines, tables by their rules, then paragraphs by geometry.

pypdf looks first because it alone tells a password from damage and stops at a stream that
inflates without end; pdfplumber then gives positions and sizes.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from index.model import Dropped
from ingest.breaks import join, tidy
from ingest.layout import (
    Line,
    PageSize,
    furniture,
    is_contents_line,
    paragraphs,
)
from ingest.lines import Reading

MAX_PAGES = 2000
MAX_STREAM_BYTES = 400 * 1024 * 1024
# A page with fewer characters than this under a picture is a scan with a stamp or a watermark.
_SCAN_CHARS = 10
_SCAN_AREA = 0.5
# Drawings (charts, maps) have thousands of strokes and no table; searching them takes minutes.
_MAX_STROKES = 1500

_BOLD_NAMES = ("bold", "heavy", "black", "-demi")
# 黑体 and other faces without serifs mark headings in a text set in 宋体 or 仿宋.
_GOTHIC_NAMES = ("hei", "sans", "gothic", "黑体")


@dataclass(slots=True)
class _Pages:
    """What has been collected so far, page after page."""

    sizes: list[PageSize] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    scans: list[int] = field(default_factory=list)
    pictures: int = 0
    unmapped: int = 0
    turned: list[Dropped] = field(default_factory=list)


def read_pdf(path: Path) -> Reading:
    """The text of a PDF.

    Raises UnreadableDocument: `password_required`, `corrupt_pdf`, `resource_limit`,
    `too_many_pages`, `needs_ocr`, `no_text`.
    """
    _probe(path)
    pages = _collect(path)
    chars = sum(len(line.text) for line in pages.lines)
    if pages.unmapped > chars:
        raise UnreadableDocument(
            "needs_ocr", f"{path.name} 的字体没有文字编码，需要文字识别，目前尚未支持"
        )
    if not chars or len(pages.scans) == len(pages.sizes):
        if pages.pictures:
            raise UnreadableDocument(
                "needs_ocr", f"{path.name} 是扫描件，需要文字识别，目前尚未支持"
            )
        raise UnreadableDocument("no_text", f"{path.name} 里没有文字")
    return _reading(pages)


def _probe(path: Path) -> None:
    import pypdf
    from pypdf.errors import LimitReachedError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns about every repaired object
    try:
        with pypdf.PdfReader(path, strict=False) as reader:
            if reader.is_encrypted and not reader.decrypt(""):
                raise UnreadableDocument(
                    "password_required", f"{path.name} 需要密码才能打开，请去掉密码后再上传"
                )
            count = len(reader.pages)
            if count > MAX_PAGES:
                raise UnreadableDocument(
                    "too_many_pages", f"{path.name} 有 {count} 页，上限为 {MAX_PAGES} 页"
                )
            if count == 0:
                raise UnreadableDocument("corrupt_pdf", f"{path.name} 里没有页面")
            _inflate_streams(reader)
    except UnreadableDocument:
        raise
    except (LimitReachedError, MemoryError, RecursionError) as error:
        raise UnreadableDocument(
            "resource_limit", f"{path.name} 解压后过大或嵌套过深，疑似恶意文件，已拒绝"
        ) from error
    except Exception as error:  # pypdf lets errors of many kinds escape from damaged files
        raise UnreadableDocument(
            "corrupt_pdf", f"{path.name} 已损坏或不完整，无法打开，请重新获取原文件"
        ) from error


def _inflate_streams(reader: Any) -> None:
    """Undo every stream that a text reader will undo, so that a bomb goes off under a limit."""
    from pypdf.errors import LimitReachedError
    from pypdf.generic import StreamObject

    numbers = {number for table in reader.xref.values() for number in table}
    numbers |= set(reader.xref_objStm)
    total = 0
    for number in sorted(numbers):
        try:
            found = reader.get_object(number)
            if not isinstance(found, StreamObject) or found.get("/Subtype") == "/Image":
                continue
            total += len(found.get_data())
        except (LimitReachedError, MemoryError, RecursionError):
            raise
        except Exception:  # a damaged stream is the text reader's business
            logging.getLogger(__name__).debug("object %d cannot be inflated", number)
        if total > MAX_STREAM_BYTES:
            raise LimitReachedError(f"streams inflate to more than {MAX_STREAM_BYTES} bytes")


def _collect(path: Path) -> _Pages:
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    pages = _Pages()
    try:
        with pdfplumber.open(path) as document:
            for page in document.pages:
                _add_page(pages, page)
                page.close()  # without it about 1 MB a page stays in memory
    except (MemoryError, RecursionError) as error:
        raise UnreadableDocument("resource_limit", f"{path.name} 过于复杂，无法读取") from error
    except Exception as error:  # pdfminer lets errors of many kinds escape from damaged files
        raise UnreadableDocument("corrupt_pdf", f"{path.name} 已损坏，无法读出文字") from error
    return pages


def _add_page(pages: _Pages, page: Any) -> None:
    number = len(pages.sizes) + 1
    size = PageSize(float(page.width), float(page.height))
    pages.sizes.append(size)
    chars: list[dict[str, Any]] = []
    turned: list[str] = []
    for char in page.chars:
        if char["text"].startswith("(cid:"):
            pages.unmapped += 1
        elif not char["upright"]:
            turned.append(char["text"])
        elif 0 <= char["x0"] <= size.width and 0 <= char["top"] <= size.height:
            chars.append(char)
    if turned:
        pages.turned.append(Dropped(tidy("".join(turned)), "watermark"))
    pages.pictures += len(page.images)
    inked = sum(not char["text"].isspace() for char in chars)
    if inked < _SCAN_CHARS and _picture_share(page.images, size) > _SCAN_AREA:
        pages.scans.append(number)
    inside: set[int] = set()
    rows: list[Line] = []
    for table, members in _tables(page, chars) if chars else ():
        rows += [replace(row, page=number) for row in table]
        inside |= members
    free = [char for char in chars if id(char) not in inside]
    pages.lines.extend(sorted(lines_of(free, number) + rows, key=lambda line: line.top))


def _picture_share(images: Sequence[dict[str, Any]], size: PageSize) -> float:
    area = sum(abs((i["x1"] - i["x0"]) * (i["bottom"] - i["top"])) for i in images)
    return float(area) / max(size.width * size.height, 1.0)


def _tables(page: Any, chars: Sequence[dict[str, Any]]) -> Iterable[tuple[list[Line], set[int]]]:
    """Ruled tables: their rows, and the ids of the characters inside.

    A frame of one column is only a frame: its text is read like any other.
    """
    strokes = len(page.lines) + len(page.rects) + len(page.curves)
    if strokes < 4 or strokes > _MAX_STROKES:
        return
    for table in page.find_tables():
        if max((sum(cell is not None for cell in row.cells) for row in table.rows), default=0) < 2:
            continue
        rows: list[Line] = []
        members: set[int] = set()
        for row in table.rows:
            cells: list[str] = []
            for cell in row.cells:
                if cell is None:
                    continue
                within = [char for char in chars if _within(char, cell)]
                members.update(id(char) for char in within)
                text = _cell_text(lines_of(within, 1), cell[2])
                if text:
                    cells.append(text)
            if cells:
                x0, top, x1, bottom = map(float, row.bbox)
                rows.append(Line(" | ".join(cells), x0, x1, top, bottom, 0.0, kind="row"))
        yield rows, members


def _cell_text(lines: Sequence[Line], right: float) -> str:
    """Lines of a cell as one text: joined where a line was full, else parted by a space."""
    text = ""
    for last, line in zip([None, *lines], lines, strict=False):
        if last is None:
            text = line.text
        elif right - last.x1 <= 1.3 * last.size:
            text = join(text, line.text)
        else:
            text = f"{text} {line.text}"
    return text


def _within(char: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def lines_of(chars: Sequence[dict[str, Any]], page: int) -> list[Line]:
    """Printed lines of characters, top to bottom, each left to right.

    Characters share a line when the middle halves of their boxes overlap, so that a raised or
    smaller character stays in its line and a neighbouring line does not join.
    """
    rows: list[tuple[float, list[dict[str, Any]]]] = []
    inked = [char for char in chars if char["bottom"] > char["top"]]
    for char in sorted(inked, key=lambda c: (c["top"] + c["bottom"], c["x0"])):
        quarter = (char["bottom"] - char["top"]) / 4
        if rows and char["top"] + quarter < rows[-1][0]:
            edge, members = rows[-1]
            members.append(char)
            rows[-1] = (max(edge, char["bottom"] - quarter), members)
        else:
            rows.append((char["bottom"] - quarter, [char]))
    lines = (_line(members, page) for _, members in rows)
    return [line for line in lines if line is not None]


def _line(chars: Sequence[dict[str, Any]], page: int) -> Line | None:
    kept: list[dict[str, Any]] = []
    doubled = 0
    for char in sorted(chars, key=lambda c: c["x0"]):
        if _is_double(char, kept):
            doubled += 1
        else:
            kept.append(char)
    inked = [char for char in kept if not char["text"].isspace()]
    if not inked:
        return None
    text = ""
    last: dict[str, Any] | None = None
    for char in kept:
        glyph = char["text"].replace("\u00ad", "-")
        if last is not None and not text.endswith(" ") and not glyph.isspace():
            gap = char["x0"] - last["x1"]
            latin = glyph.isascii() and last["text"].isascii()
            if gap > (0.22 if latin else 0.6) * char["size"]:
                text += " "
        text += glyph
        last = char
    sizes = Counter(round(float(char["size"]), 1) for char in inked)
    names = Counter(str(char["fontname"]).lower() for char in inked)
    name = names.most_common(1)[0][0].partition("+")[2] or names.most_common(1)[0][0]
    bold = any(word in name for word in _BOLD_NAMES) or doubled * 2 > len(inked)
    return Line(
        text=tidy(text),
        x0=float(inked[0]["x0"]),
        x1=float(max(char["x1"] for char in inked)),
        top=float(min(char["top"] for char in inked)),
        bottom=float(max(char["bottom"] for char in inked)),
        size=sizes.most_common(1)[0][0],
        bold=bold or any(word in name for word in _GOTHIC_NAMES),
        page=page,
    )


def _is_double(char: dict[str, Any], kept: Sequence[dict[str, Any]]) -> bool:
    """Fake bold prints a character again a hair's breadth away; 天天 stands a full width apart."""
    near = 0.3 * (char["x1"] - char["x0"])
    for other in reversed(kept):
        if char["x0"] - other["x0"] > near:
            return False
        same = other["text"] == char["text"] and not char["text"].isspace()
        if same and abs(other["top"] - char["top"]) < 0.3 * char["size"]:
            return True
    return False


def _reading(pages: _Pages) -> Reading:
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
    warnings: list[str] = []
    if pages.scans:
        warnings.append("some_pages_need_ocr")
    if pages.unmapped:
        warnings.append("unmapped_characters")
    return Reading(
        format="pdf",
        blocks=tuple(paragraphs(_without_common_bold(lines), pages.sizes)),
        dropped=tuple(dropped + pages.turned),
        warnings=tuple(warnings),
    )


def _without_common_bold(lines: Sequence[Line]) -> list[Line]:
    """Where most of the text is bold or gothic, being so marks nothing."""
    marked = sum(len(line.text) for line in lines if line.bold)
    if 2 * marked <= sum(len(line.text) for line in lines):
        return list(lines)
    return [replace(line, bold=False) for line in lines]
