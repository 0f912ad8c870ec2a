"""What a reader hands over: the text of a file in order, with just enough style to judge it.

Readers know formats and nothing about official documents; structure and metadata know
official documents and nothing about formats. This is all they share.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.model import Dropped


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph as read: lines already joined, furniture already gone.

    `size` in points, `outline` is the format's own heading level (Word outline level,
    h1..h6), `kind` is `text`, `row` (a table row, cells joined by " | ") or `box`.
    Style the format cannot tell stays None or False. A row has its `cells`, empty ones too, one
    for each column of the table; `header` marks a row of column names. `confidence` is there for
    text recognised in a picture: how sure that is, 0..1, the mean over its characters.
    """

    text: str
    page: int = 1
    size: float | None = None
    bold: bool = False
    centred: bool = False
    outline: int | None = None
    kind: str = "text"
    cells: tuple[str, ...] = ()
    header: bool = False
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file as read; `title`, `date`, `site`, `url` are what a web page says of itself.

    `site` is the source that it names, `publisher` whose web site it was on. `headed` is a file
    that begins with its first heading and has no title above it, such as slides without a cover.
    """

    format: str
    blocks: tuple[Block, ...]
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()
    title: str | None = None
    date: str | None = None
    site: str | None = None
    publisher: str | None = None
    url: str | None = None
    headed: bool = False
