"""Word files (docx): paragraphs, automatic numbers, tables and text boxes in reading order.

Our own reader, because the usual libraries lose automatic numbers, on which 第X条 depends.
Headers, footers, comments, footnotes, deleted and hidden text are not read.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from index.model import Dropped
from ingest.archive import open_zip
from ingest.breaks import join_soft, tidy
from ingest.lines import Block, Reading
from ingest.numbering import Numbering, W
from ingest.package import (
    MC,
    THROUGH,
    boxes_of,
    cells_of,
    choice,
    has,
    main_part,
    optional_part,
    parse_part,
    rows_of,
)
from ingest.styles import Look, Styles, is_on

# A mark inside collected text: a line break in a paragraph that may be soft.
_BREAK = "\v"
# Matches " TOC \\o " and "TOC"; not "TOCHEADING".
_TOC_CODE = re.compile(r"\s{0,4}TOC(?:\s|$)")
_TOC_STYLE = re.compile(r"(?:toc|目录)\s?[1-9]", re.IGNORECASE)  # "toc 1"; not "toc heading"

_GONE = frozenset(
    f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr")
)


def read_word(path: Path) -> Reading:
    """The text of a docx or docm.

    Raises UnreadableDocument: `corrupt_zip`, `corrupt_docx`, `zip_bomb`, `xml_dtd`, `no_text`.
    """
    with open_zip(path) as archive:
        main = main_part(archive)
        document = parse_part(archive, main)
        folder = posixpath.dirname(main)
        styles = Styles(optional_part(archive, f"{folder}/styles.xml"))
        numbering = Numbering(optional_part(archive, f"{folder}/numbering.xml"))
        macros = any(name.endswith("vbaProject.bin") for name in archive.namelist())
    body = document.find(f"{W}body")
    if body is None:
        raise UnreadableDocument("corrupt_docx", f"{path.name} 里没有正文部分，文件已损坏")
    walk = _Walk(styles, numbering, has(body, "lastRenderedPageBreak"))
    walk.children(body, "text")
    walk.flush()
    if not walk.blocks:
        raise UnreadableDocument("no_text", f"{path.name} 里没有文字")
    warnings = ("has_macros",) if macros else ()
    return Reading("docx", tuple(walk.blocks), tuple(walk.dropped), warnings)


@dataclass(slots=True)
class _Text:
    """What one paragraph says: pieces with their look, and the text boxes anchored in it."""

    pieces: list[tuple[str, Look]] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)

    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


class _Walk:
    """One pass over the body, in order, because numbers, pages and fields depend on order."""

    def __init__(self, styles: Styles, numbering: Numbering, rendered: bool) -> None:
        self.blocks: list[Block] = []
        self.dropped: list[Dropped] = []
        self._styles = styles
        self._numbering = numbering
        self._rendered = rendered  # Word left its own page breaks: better than explicit ones
        self._page = 1
        self._fields: list[str] = []  # codes of the open fields; "\0" marks "result reached"
        self._carried: _Text | None = None
        self._in_contents = False

    def children(self, parent: Any, kind: str) -> None:
        for child in parent.iterchildren():
            if child.tag == f"{W}p":
                self._paragraph(child, kind)
            elif child.tag == f"{W}tbl":
                self._table(child, kind)
            elif child.tag == f"{W}sdt":
                gallery = child.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
                contents = gallery is not None and gallery.get(f"{W}val") == "Table of Contents"
                before, self._in_contents = self._in_contents, self._in_contents or contents
                self.children(child, kind)
                self._in_contents = before
            elif child.tag in THROUGH:
                self.children(child, kind)
            elif child.tag == f"{MC}AlternateContent":
                self.children(choice(child), kind)

    def flush(self) -> None:
        """Emit a paragraph whose own mark was deleted but which nothing followed."""
        if self._carried is not None:
            text, self._carried = self._carried, None
            self._emit(text, Look(), "", "text", self._page)

    def _paragraph(self, element: Any, kind: str) -> None:
        properties = element.find(f"{W}pPr")
        look = self._styles.paragraph(properties)
        page = self._page
        text = _Text()
        self._runs(element, look, text)
        label = "" if look.hidden else self._label(look, text)
        if properties is not None and is_on(properties, f"{W}rPr/{W}del"):
            # The deleted mark makes this paragraph run on into the next.
            self._carried = _merge(self._carried, text)
            return
        text, self._carried = _merge(self._carried, text), None
        if not text.text().strip(" \v\u3000\t"):
            label = ""
        # A break before the first word has moved the paragraph to the next page.
        self._emit(text, look, label, kind, page if page == self._page else self._start(text, page))

    def _start(self, text: _Text, page: int) -> int:
        return page + 1 if text.text().startswith("\f") else page

    def _label(self, look: Look, text: _Text) -> str:
        if look.num_id in (None, "0") or self._in_contents:
            return ""
        if not text.text().strip(" \v\f\u3000\t"):
            return ""  # Word numbers empty paragraphs too, but nobody wants a bare number
        assert look.num_id is not None
        level = look.num_level
        if level is None:
            level = self._numbering.level_of_style(look.num_id, look.num_style or "")
        return self._numbering.label(look.num_id, level)

    def _emit(self, text: _Text, look: Look, label: str, kind: str, page: int) -> None:
        whole = text.text().replace("\f", "")
        contents = self._in_contents or _TOC_STYLE.fullmatch(look.name or "") is not None
        for gone in ["".join(text.contents), whole if contents else ""]:
            if tidy(gone):
                self.dropped.append(Dropped(tidy(gone), "toc"))
        if not contents:
            inked = [(len(p.strip()), seen) for p, seen in text.pieces if p.strip()]
            bold = bool(inked) and all(seen.bold for _, seen in inked)
            size = max(inked, key=lambda pair: pair[0])[1].size if inked else None
            for part in join_soft((label + whole).split(_BREAK), keep_together=look.centred):
                outline = look.outline if kind == "text" else None
                self.blocks.append(Block(part, page, size, bold, look.centred, outline, kind))
        for box in text.boxes:
            self.children(box, "box")

    def _runs(self, parent: Any, look: Look, text: _Text) -> None:
        for child in parent.iterchildren():
            if child.tag == f"{W}r":
                self._run(child, self._styles.run(child.find(f"{W}rPr"), look), text)
            elif child.tag in THROUGH:
                self._runs(child, look, text)
            elif child.tag == f"{MC}AlternateContent":
                self._runs(choice(child), look, text)

    def _run(self, run: Any, look: Look, text: _Text) -> None:
        for child in run.iterchildren():
            tag = child.tag
            if tag == f"{W}fldChar":
                self._field(child.get(f"{W}fldCharType"))
            elif tag == f"{W}instrText":
                if self._fields and not self._fields[-1].endswith("\0"):
                    self._fields[-1] += child.text or ""
            elif tag == f"{W}lastRenderedPageBreak" and self._rendered:
                self._page += 1
                text.pieces.append(("\f", look))
            elif tag == f"{MC}AlternateContent":
                self._run(choice(child), look, text)
            elif tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
                text.boxes.extend(boxes_of(child))
            elif tag not in _GONE:
                piece = self._glyphs(child, tag, look, text)
                if piece and not look.hidden:
                    self._say(piece, look, text)

    def _glyphs(self, child: Any, tag: str, look: Look, text: _Text) -> str:
        if tag == f"{W}t":
            return str(child.text or "")
        if tag in (f"{W}tab", f"{W}ptab"):
            return " "
        if tag == f"{W}noBreakHyphen":
            return "-"
        if tag == f"{W}cr":
            return _BREAK
        if tag == f"{W}br":
            if child.get(f"{W}type") in ("page", "column"):
                if not self._rendered and child.get(f"{W}type") == "page":
                    self._page += 1
                    text.pieces.append(("\f", look))
                return ""
            return _BREAK
        return ""

    def _say(self, piece: str, look: Look, text: _Text) -> None:
        """Keep the words of a run, unless they stand in a field's code or in a contents table."""
        if any(not code.endswith("\0") for code in self._fields):
            return
        if any(_TOC_CODE.match(code) for code in self._fields):
            text.contents.append(piece)
        else:
            text.pieces.append((piece, look))

    def _field(self, event: str | None) -> None:
        if event == "begin":
            self._fields.append("")
        elif event == "separate" and self._fields:
            self._fields[-1] += " \0"
        elif event == "end" and self._fields:
            self._fields.pop()

    def _table(self, table: Any, kind: str) -> None:
        rows = [row for row in rows_of(table) if not is_on(row, f"{W}trPr/{W}del")]
        cells = [list(cells_of(row)) for row in rows]
        if max((len(row) for row in cells), default=0) <= 1:
            # One column is a frame around text, not a table.
            for row in cells:
                for cell in row:
                    self.children(cell, kind)
            return
        for row in cells:
            start, page = len(self.blocks), self._page
            texts: list[str] = []
            for cell in row:
                at = len(self.blocks)
                self.children(cell, "row")
                texts.append(" ".join(block.text for block in self.blocks[at:]))
            bold = len(self.blocks) > start and all(block.bold for block in self.blocks[start:])
            del self.blocks[start:]
            joined = " | ".join(text for text in texts if text)
            if joined:
                self.blocks.append(Block(joined, page, bold=bold, kind="row"))


def _merge(before: _Text | None, text: _Text) -> _Text:
    if before is None:
        return text
    return _Text(
        before.pieces + text.pieces, before.contents + text.contents, before.boxes + text.boxes
    )
