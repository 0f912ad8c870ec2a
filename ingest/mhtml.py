"""Web archives (mht, mhtml): the page inside, read as any other; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from itertools import islice
from pathlib import Path

from index.errors import UnreadableDocument
from ingest.html import read_page
from ingest.lines import Reading

_MAX_PARTS = 10_000
_TYPES = ("text/html", "application/xhtml+xml")


def read_mhtml(path: Path) -> Reading:
    """The main text of a saved web page.

    Raises UnreadableDocument: `corrupt_mhtml`, and what reading a web page raises.
    """
    with path.open("rb") as file:
        message = BytesParser(policy=compat32).parse(file)
    page = _page(message)
    data = None if page is None else page.get_payload(decode=True)
    if page is None or not isinstance(data, bytes):
        raise UnreadableDocument("corrupt_mhtml", "里没有网页，文件已损坏或不完整")
    reading = read_page(data, page.get_content_charset())
    address = str(message.get("Snapshot-Content-Location") or page.get("Content-Location") or "")
    own = address if address.startswith(("http://", "https://")) else None
    return replace(reading, format="mhtml", url=reading.url or own)


def _page(message: Message) -> Message | None:
    """The part that is the page: the one that the archive says it starts with, else the first."""
    pages = [part for part in _parts(message) if part.get_content_type() in _TYPES]
    start = str(message.get_param("start", "") or "").strip()
    named = (part for part in pages if start and part.get("Content-ID", "").strip() == start)
    return next(named, pages[0] if pages else None)


def _parts(message: Message) -> Iterator[Message]:
    return islice(message.walk(), _MAX_PARTS)
