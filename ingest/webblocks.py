"""The paragraphs of a web page in order, each with the element it stands in and its style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ingest.breaks import join, join_soft, tidy
from ingest.lines import Block
from ingest.tables import MAX_SPAN, Cell, rows_as_said

_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
        *("details", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main"),
        *("menu", "nav", "ol", "p", "pre", "section", "summary", "svg", "table", "tbody"),
        *("td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_NAVIGATION = frozenset(("nav", "footer", "aside", "menu"))
_SKIPPED = frozenset(("head", "title", "meta"))
_BREAK = "\v"
_CENTRED = re.compile(r"text-align\s{0,3}:\s{0,3}center", re.IGNORECASE)  # not "text-align:left"
# Matches "font-weight: bold" and "font-weight:700"; not "font-weight:400".
_HEAVY = re.compile(r"font-weight\s{0,3}:\s{0,3}(?:bold|[6-9]00)", re.IGNORECASE)
# Matches "font-size: 16pt", "font-size:22px"; not "font-size:large".
_SIZE = re.compile(
    r"font-size\s{0,3}:\s{0,3}([0-9]{1,3}(?:\.[0-9]{1,2})?)\s?(pt|px)", re.IGNORECASE
)
_WRAP = re.compile(r"[ \t\r\f]{0,200}\n[ \t\r\n\f]{0,2000}")  # a line end in the source
# Cells longer than this hold paragraphs: the table lays out the page.
_MAX_CELL_CHARS = 300


@dataclass(frozen=True)
class WebBlock:
    """A block and where it stands; `linked` counts its characters inside links."""

    block: Block
    element: Any
    linked: int = 0
    navigation: bool = False

    @cached_property
    def text(self) -> str:
        return self.block.text


@dataclass(frozen=True, slots=True)
class _Style:
    bold: bool = False
    centred: bool = False
    linked: bool = False
    navigation: bool = False
    verbatim: bool = False
    outline: int | None = None
    size: float | None = None


@dataclass(slots=True)
class _Buffer:
    element: Any
    pieces: list[tuple[str, _Style]] = field(default_factory=list)


def blocks_of(root: Any) -> list[WebBlock]:
    """Every paragraph, list item, heading and table row that has text."""
    walk = _Walk(root)
    walk.visit(root, _Style())
    walk.flush()
    return walk.found


class _Walk:
    """Depth first over the tree; the parser's depth limit of 256 bounds the recursion."""

    def __init__(self, root: Any) -> None:
        self.found: list[WebBlock] = []
        self._buffer = _Buffer(root)

    def visit(self, element: Any, outer: _Style) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _SKIPPED:
            return
        style = _styled(element, tag, outer)
        if tag == "br":
            self._say(_BREAK, style)
        elif tag == "table" and _is_data(element):
            self.flush(element)
            for caption in element.iterchildren("caption"):
                self.visit(caption, style)
            self._rows(element, style)
            self._buffer = _Buffer(element.getparent())
        elif tag in _BLOCKS:
            self.flush(element)
            self._inner(element, style)
            self.flush(element.getparent())
        else:
            self._inner(element, style)

    def _inner(self, element: Any, style: _Style) -> None:
        self._say(element.text, style)
        for child in element:
            self.visit(child, style)
            self._say(child.tail, style)

    def _say(self, text: str | None, style: _Style) -> None:
        if text:
            text = text.replace("\n", _BREAK) if style.verbatim else _WRAP.sub("\n", text)
            self._buffer.pieces.append((text, style))

    def flush(self, element: Any = None) -> None:
        """Emit what has been collected and go on inside `element`."""
        buffer = self._buffer
        self._buffer = _Buffer(buffer.element if element is None else element)
        inked = [(text, style) for text, style in buffer.pieces if text.strip()]
        if not inked:
            return
        whole = _unwrap("".join(text for text, _ in buffer.pieces))
        first = inked[0][1]
        words = sum(len(text.strip()) for text, _ in inked)
        linked = sum(len(text.strip()) for text, style in inked if style.linked)
        bold = all(style.bold for _, style in inked)
        paragraphs = join_soft(whole.split(_BREAK), keep_together=first.outline is not None)
        for text in paragraphs:
            block = Block(
                text,
                size=first.size,
                bold=bold,
                centred=first.centred,
                outline=first.outline,
            )
            share = round(len(text) * linked / words)
            self.found.append(WebBlock(block, buffer.element, share, first.navigation))

    def _rows(self, table: Any, style: _Style) -> None:
        rows = list(table.iter("tr"))
        heads = [all(cell.tag == "th" for cell in row) for row in rows]
        declared = [
            len(row) > 0 and (head or row.getparent().tag == "thead")
            for row, head in zip(rows, heads, strict=True)
        ]
        cells = [[_cell(cell) for cell in _cells([row])] for row in rows]
        for row, block in zip(rows, rows_as_said(cells, declared, heads), strict=True):
            if block.text:
                linked = sum(len("".join(link.itertext())) for link in row.iter("a"))
                self.found.append(WebBlock(block, row, linked, style.navigation))


def _cell(cell: Any) -> Cell:
    return Cell(tidy(_cell_text(cell)), _span(cell, "colspan"), _span(cell, "rowspan"))


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()[:9]
    if not (value.isascii() and value.isdigit()):
        return 1
    if name == "rowspan" and int(value) == 0:
        return MAX_SPAN  # to the end of the table
    return min(max(int(value), 1), MAX_SPAN)


def _cell_text(cell: Any) -> str:
    parts: list[str] = []
    for element in cell.iter():
        if element is not cell and (element.tag in _BLOCKS or element.tag == "br"):
            parts.append(" ")
        parts.append(_WRAP.sub("\n", element.text or ""))
        if element is not cell:
            parts.append(" " if element.tag in _BLOCKS else "")
            parts.append(_WRAP.sub("\n", element.tail or ""))
    return _unwrap("".join(parts))


def _unwrap(text: str) -> str:
    """Undo line ends of the source, which show as nothing between ideographs."""
    lines = text.split("\n")
    whole = lines[0]
    for line in lines[1:]:
        if not whole.strip(" ") or whole.endswith(_BREAK):
            whole += line.lstrip(" ")
        elif line.startswith(_BREAK) or not line.strip(" "):
            whole = whole.rstrip(" ") + line
        else:
            whole = join(whole, line)
    return whole


def _styled(element: Any, tag: str, outer: _Style) -> _Style:
    css = element.get("style") or ""
    heading = int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456" else None
    block = tag in _BLOCKS
    aligned = (element.get("align") or "").lower() == "center" or bool(_CENTRED.search(css))
    size = _SIZE.search(css)
    points = outer.size
    if size:
        points = float(size[1]) * (0.75 if size[2].lower() == "px" else 1.0)
    return _Style(
        bold=outer.bold or tag in ("b", "strong", "th") or bool(_HEAVY.search(css)),
        # tables of layout are centred as a whole, which says nothing about a paragraph
        centred=(aligned and tag not in ("table", "tr", "td", "body"))
        or tag == "center"
        or (outer.centred and tag not in ("table", "ul", "ol")),
        linked=outer.linked or tag == "a",
        navigation=outer.navigation or tag in _NAVIGATION or _is_site_header(element, tag),
        verbatim=outer.verbatim or tag == "pre",
        outline=heading if heading is not None else (outer.outline if not block else None),
        size=points,
    )


def _is_site_header(element: Any, tag: str) -> bool:
    if tag != "header":
        return False
    inside = any(a.tag in ("article", "main", "section") for a in element.iterancestors())
    return not inside and next(element.iter("h1"), None) is None


def _is_data(table: Any) -> bool:
    """Whether a table holds data: several short cells in a row and no table inside."""
    rows = list(table.iter("tr"))
    if len(rows) < 2 or any(inner is not table for inner in table.iter("table")):
        return False
    cells = list(_cells(rows))
    widest = max((sum(cell.tag in ("td", "th") for cell in row) for row in rows), default=0)
    longest = max((len("".join(cell.itertext())) for cell in cells), default=0)
    return widest >= 2 and longest <= _MAX_CELL_CHARS


def _cells(rows: list[Any]) -> Iterator[Any]:
    for row in rows:
        for cell in row:
            if cell.tag in ("td", "th"):
                yield cell
