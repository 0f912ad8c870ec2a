"""PDF with a text layer: characters to lines, tables by their rules, then paragraphs by geometry.

pypdf looks first because it alone tells a password from damage and stops at a stream that
inflates without end; pdfium, or pdfplumber where it must, then gives positions and sizes.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from ingest.lines import Reading
from ingest.pages import Pages, as_reading, collect

MAX_PAGES = 2000
MAX_STREAM_BYTES = 400 * 1024 * 1024


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
    return as_reading(pages, "pdf")


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
        raise UnreadableDocument("resource_limit", f"{path.name} 过于复杂，无法读取") from error
    except Exception as error:  # pdfminer lets errors of many kinds escape from damaged files
        raise UnreadableDocument("corrupt_pdf", f"{path.name} 已损坏，无法读出文字") from error
