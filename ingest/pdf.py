"""PDF: characters to lines, tables by their rules, then paragraphs by geometry.

pypdf looks first because it alone tells a password from damage and stops at a stream that
inflates without end; pdfium, or pdfplumber where it must, then gives positions and sizes. Pages
that are pictures of text are recognised, each in its place.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import UnreadableDocument
from ingest import limits, ocr
from ingest.lines import Reading
from ingest.pages import Pages, as_reading, collect, renew

if TYPE_CHECKING:
    from ingest.scans import Picture

MAX_STREAM_BYTES = 400 * 1024 * 1024
_SECONDS_A_PAGE = 0.1
_DPI = 200.0

NEEDS_OCR = "文件是扫描件或图片，这里没有安装文字识别，请联系管理员，或换成有文字的文件"


def read_pdf(path: Path) -> Reading:
    """The text of a PDF, recognised where a page is a picture of text.

    Raises UnreadableDocument: `password_required`, `corrupt_pdf`, `resource_limit`,
    `too_many_pages`, `needs_ocr`, `no_text`.
    """
    limits.allow(_SECONDS_A_PAGE * _probe(path))
    pages = _collect(path)
    if ocr.available():
        _recognise(path, pages)
    elif not _has_text(pages) and (pages.pictures or pages.unmapped):
        raise UnreadableDocument("needs_ocr", NEEDS_OCR)
    if not pages.lines:
        raise UnreadableDocument("no_text", "文件里没有文字")
    return as_reading(pages, "pdf")


def _has_text(pages: Pages) -> bool:
    """Whether there is more than the stamps on scans and what an unreadable font leaves."""
    chars = sum(len(line.text) for line in pages.lines)
    return chars > 0 and chars >= pages.unmapped.total() and len(pages.scans) < len(pages.sizes)


def _recognise(path: Path, pages: Pages) -> None:
    """Read again, by recognition, the pages that need it."""
    from ingest.scans import SECONDS_A_PAGE, recognised

    count = len(pages.unread)
    if count > limits.MAX_SCANNED_PAGES:
        raise UnreadableDocument(
            "too_many_pages",
            f"文件里有 {count} 页是扫描图片，上限为 {limits.MAX_SCANNED_PAGES} 页，请拆分后再读入",
        )
    if count:
        limits.allow(SECONDS_A_PAGE * count)
        for page in recognised(_pictures(path, list(pages.unread))):
            renew(pages, page.page, page)
    pages.scans.clear()  # what is left are pictures without words


def _pictures(path: Path, numbers: Sequence[int]) -> Iterator[Picture]:
    """Pages drawn, each when it is asked for: pdfium serves one thread at a time."""
    import pypdfium2

    from ingest.scans import Picture

    with pypdfium2.PdfDocument(path) as document:
        for number in numbers:
            try:
                page = document[number - 1]
            except pypdfium2.PdfiumError:  # pdfplumber reads pages that pdfium cannot
                continue
            width, height = page.get_size()
            scale = min(_DPI / 72, math.sqrt(limits.MAX_PIXELS / max(width * height, 1.0)))
            drawn = page.render(scale=scale, rev_byteorder=False, prefer_bgrx=False)
            image = drawn.to_numpy()[:, :, :3].copy()
            drawn.close()
            page.close()
            yield Picture(number, image, 72 * scale)


def _probe(path: Path) -> int:
    """How many pages there are, once the file is known to be harmless."""
    import pypdf
    from pypdf.errors import LimitReachedError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns about every repaired object
    try:
        with pypdf.PdfReader(path, strict=False) as reader:
            if reader.is_encrypted and not reader.decrypt(""):
                raise UnreadableDocument(
                    "password_required", "文件需要密码才能打开，请去掉密码后再上传"
                )
            count = len(reader.pages)
            if count > limits.MAX_PAGES:
                raise UnreadableDocument(
                    "too_many_pages",
                    f"文件有 {count} 页，上限为 {limits.MAX_PAGES} 页，请拆分后再读入",
                )
            if count == 0:
                raise UnreadableDocument("corrupt_pdf", "文件里没有页面")
            _inflate_streams(reader)
            return count
    except UnreadableDocument:
        raise
    except (LimitReachedError, MemoryError, RecursionError) as error:
        raise UnreadableDocument(
            "resource_limit", "文件解压后过大或嵌套过深，疑似恶意文件，已拒绝"
        ) from error
    except Exception as error:  # pypdf lets errors of many kinds escape from damaged files
        raise UnreadableDocument(
            "corrupt_pdf", "文件已损坏或不完整，无法打开，请重新获取原文件"
        ) from error


def _inflate_streams(reader: Any) -> None:
    """Undo every stream that a text reader will undo, so that a bomb goes off under a limit.

    What stands inside an object stream is no stream, so the objects there need not be read.
    """
    from pypdf.errors import LimitReachedError
    from pypdf.generic import StreamObject

    numbers = {number for table in reader.xref.values() for number in table}
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


def _collect(path: Path) -> Pages:
    from ingest.pdfpages import pages_of

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        return collect(pages_of(path))
    except (MemoryError, RecursionError) as error:
        raise UnreadableDocument("resource_limit", "文件过于复杂，无法读取") from error
    except Exception as error:  # pdfminer lets errors of many kinds escape from damaged files
        raise UnreadableDocument("corrupt_pdf", "文件已损坏，无法读出文字") from error
