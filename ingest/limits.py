"""What one file may cost. Beyond a limit it is refused with a reason that says which.

Time and memory are limited from outside, by the process that started this one (`sandbox`).
A reader that knows how much there is to do asks here for the time it takes, and leaves here the
pictures of pages to be kept; where nobody limits it, asking does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from index.errors import UnreadableDocument

MAX_FILE_BYTES = 100 * 1024 * 1024
MAX_PAGES = 2000
# A scanned page takes about a second and a half of work, a printed one a hundredth.
MAX_SCANNED_PAGES = 500
MAX_CHARS = 1_000_000
MAX_PIXELS = 20_000_000

# Seconds for a file that asks for no more.
SECONDS = 20.0

_grant: Callable[[float], None] | None = None
_pictures: Path | None = None


def serve_under(grant: Callable[[float], None], pictures: Path) -> None:
    """Say who is asked for more time and where pictures are left."""
    global _grant, _pictures
    _grant, _pictures = grant, pictures


def allow(seconds: float) -> None:
    """This file needs so much time more."""
    if _grant is not None:
        _grant(seconds)


def keep_picture(page: int, jpeg: bytes) -> None:
    """Leave the picture of a page, to be shown beside its text. Pages count from 1."""
    if _pictures is not None:
        (_pictures / f"{page}.jpg").write_bytes(jpeg)


def check_chars(count: int) -> None:
    """Raises UnreadableDocument `too_long`."""
    if count > MAX_CHARS:
        raise UnreadableDocument(
            "too_long", f"文字多达 {count} 字，上限为 {MAX_CHARS} 字，请拆分后再读入"
        )
