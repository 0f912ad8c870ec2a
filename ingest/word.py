"""Word files (docx): paragraphs, automatic numbers, tables and text boxes in reading order.

Our own reader, because the usual libraries lose automatic numbers, on which 第X条 depends.
A note follows the paragraph that refers to it. Comments, deleted and hidden text are not read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from index.model import Dropped
from ingest.archive import open_zip, refuse_doctypes
from ingest.breaks import has_marker, join_soft, tidy
from ingest.furniture import is_page_number
from ingest.lines import Block, Reading
from ingest.notes import Notes, page_heads
from ingest.numbering import Numbering, W
from ingest.package import (
    MC,
    THROUGH,
    cells_of,
    choice,
    has,
    main_part,
    number_in,
    optional_part,
    parse_part,
    placed_cell,
    rows_of,
)
from ingest.runs import BREAK, Runs, Text
from ingest.styles import Look, Styles, is_on
from ingest.tables import Cell, rows_as_said

_TOC_STYLE = re.compile(r"(?:toc|目录)\s?[1-9]", re.IGNORECASE)  # "toc 1"; not "toc heading"


def read_word(path: Path, *, converted: bool = False) -> Reading:
    """The text of a docx or docm; `converted` when LibreOffice made it of something else.

    Raises UnreadableDocument: `corrupt_zip`, `corrupt_docx`, `zip_bomb`, `xml_dtd`, `no_text`.
    """
    with open_zip(path) as archive:
        refuse_doctypes(archive)
        main = main_part(archive)
        document = parse_part(archive, main)
        folder = posixpath.dirname(main)
        styles = Styles(optional_part(archive, f"{folder}/styles.xml"))
        part = optional_part(archive, f"{folder}/numbering.xml")
        numbering = Numbering(part, converted=converted)
        macros = any(name.endswith("vbaProject.bin") for name in archive.namelist())
        body = document.find(f"{W}body")
        if body is None:
            raise UnreadableDocument("corrupt_docx", "里没有正文部分，文件已损坏")
        notes = Notes(archive, main)
        heads = list(page_heads(archive, main, body))
    walk = _Walk(styles, numbering, has(body, "lastRenderedPageBreak"), notes)
    walk.children(body, "text")
    walk.flush()
    if not walk.blocks:
        raise UnreadableDocument("no_text", "里没有文字")
    warnings = ("has_macros",) if macros else ()
    dropped = (*walk.dropped, *_running_heads(heads, styles))
    return Reading("docx", tuple(walk.blocks), dropped, warnings)


def _running_heads(heads: Sequence[Any], styles: Styles) -> list[Dropped]:
    """What pages say above and below the text, page numbers left out."""
    walk = _Walk(styles, Numbering(None), rendered=False, notes=None)
    for head in heads:
        walk.children(head, "text")
        walk.flush()
    said = dict.fromkeys(block.text for block in walk.blocks)
    return [Dropped(text, "running_head") for text in said if not is_page_number(text)]


class _Walk:
    """One pass over the body, in order, because numbers, pages and fields depend on order."""

    def __init__(
        self, styles: Styles, numbering: Numbering, rendered: bool, notes: Notes | None
    ) -> None:
        self.blocks: list[Block] = []
        self.dropped: list[Dropped] = []
        self._styles = styles
        self._numbering = numbering
        self._waiting: list[Any] | None = None  # notes of a table, which follow its last row
        self._runs = Runs(styles, rendered, notes)
        self._carried: Text | None = None
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

    def flush(self, kind: str = "text") -> None:
        """Emit a paragraph whose own mark was deleted but which nothing followed."""
        if self._carried is not None:
            text, self._carried = self._carried, None
            self._emit(text, Look(), "", kind, self._runs.page)

    def _paragraph(self, element: Any, kind: str) -> None:
        properties = element.find(f"{W}pPr")
        look = self._styles.paragraph(properties)
        page = self._runs.page
        text = Text()
        self._runs.read(element, look, text)
        text, self._carried = text.after(self._carried), None
        gone = ("del", "moveFrom")
        if properties is not None and any(is_on(properties, f"{W}rPr/{W}{m}") for m in gone):
            # The deleted mark makes this paragraph run on into the next, whose number it takes.
            self._carried = text
            return
        label = "" if look.hidden else self._label(look)
        if not text.text().strip(" \v\f\u3000\t"):
            label = ""  # Word numbers empty paragraphs too, but nobody wants a bare number
        # A break before the first word has moved the paragraph to the next page.
        self._emit(
            text, look, label, kind, page if page == self._runs.page else self._start(text, page)
        )

    def _start(self, text: Text, page: int) -> int:
        return page + 1 if text.text().startswith("\f") else page

    def _label(self, look: Look) -> str:
        """The paragraph's number; asked once of each, because every answer counts on."""
        if look.num_id is None or look.num_id == "0" or self._in_contents:
            return ""
        level = look.num_level
        if level is None:
            level = self._numbering.level_of_style(look.num_id, look.num_style or "")
        return self._numbering.label(look.num_id, level)

    def _emit(self, text: Text, look: Look, label: str, kind: str, page: int) -> None:
        whole = text.text().replace("\f", "")
        contents = self._in_contents or _TOC_STYLE.fullmatch(look.name or "") is not None
        for gone in ["".join(text.contents), whole if contents else ""]:
            if tidy(gone):
                self.dropped.append(Dropped(tidy(gone), "toc"))
        if not contents:
            inked = [(len(p.strip()), seen) for p, seen in text.pieces if p.strip()]
            bold = bool(inked) and all(seen.bold for _, seen in inked)
            size = max(inked, key=lambda pair: pair[0])[1].size if inked else None
            for part in join_soft((label + whole).split(BREAK), keep_together=look.centred):
                outline = look.outline if kind == "text" else None
                self.blocks.append(Block(part, page, size, bold, look.centred, outline, kind))
        for box in text.boxes:
            self.children(box, "box")
            self.flush("box")
        if self._waiting is not None:
            self._waiting += text.notes
        else:
            self._tell(text.notes)

    def _tell(self, notes: Sequence[Any]) -> None:
        for note in notes:
            self.children(note, "note")
            self.flush("note")

    def _table(self, table: Any, kind: str) -> None:
        self.flush()
        rows = [row for row in rows_of(table) if not is_on(row, f"{W}trPr/{W}del")]
        cells = [list(cells_of(row)) for row in rows]
        if max((len(row) for row in cells), default=0) <= 1:
            # One column is a frame around text, not a table.
            for row in cells:
                for cell in row:
                    self.children(cell, kind)
            return
        outermost = self._waiting is None
        waiting = self._waiting = [] if self._waiting is None else self._waiting
        pages: list[int] = []
        bold: list[bool] = []
        said: list[list[Cell]] = []
        unfolded: list[list[Block]] = []
        for row, own in zip(rows, cells, strict=True):
            pages.append(self._runs.page)
            before = number_in(row, "trPr", "gridBefore", 0)
            found, heavy, text = self._row(own)
            unfolded.append(text)
            said.append([Cell("", before)] * (before > 0) + found)
            bold.append(heavy)
        declared = [is_on(row, f"{W}trPr/{W}tblHeader") for row in rows]
        blocks = rows_as_said(said, declared, bold)
        for block, page, text in zip(blocks, pages, unfolded, strict=True):
            self.blocks += [replace(block, page=page)] if block.text else []
            self.blocks += text
        if outermost:
            self._waiting = None
            self._tell(waiting)

    def _row(self, cells: Sequence[Any]) -> tuple[list[Cell], bool, list[Block]]:
        """The cells of a row with their text, whether all of that is bold, and the paragraphs of
        a cell that holds a text of its own, as the minutes in a form do."""
        start = len(self.blocks)
        found: list[Cell] = []
        unfolded: list[Block] = []
        for cell in cells:
            at = len(self.blocks)
            self.children(cell, "row")
            self.flush()
            within = self.blocks[at:]
            if _is_text(within):
                unfolded += [replace(block, kind="text") for block in within]
                within = []
            found.append(placed_cell(cell, " ".join(block.text for block in within)))
        bold = len(self.blocks) > start and all(block.bold for block in self.blocks[start:])
        del self.blocks[start:]
        return found, bold, unfolded


def _is_text(blocks: Sequence[Block]) -> bool:
    """Whether the paragraphs of one cell are a text: numbered, several, and not short."""
    chars = sum(len(block.text) for block in blocks)
    return len(blocks) >= 3 and chars > 60 and any(has_marker(block.text) for block in blocks)
