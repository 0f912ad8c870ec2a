"""What one paragraph of a Word file says: its runs, without field codes and deleted text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ingest.notes import Notes
from ingest.numbering import W
from ingest.package import MC, THROUGH, boxes_of, choice
from ingest.styles import Look, Styles

# A mark inside collected text: a line break in a paragraph that may be soft.
BREAK = "\v"
# Matches " TOC \\o " and "TOC"; not "TOCHEADING".
_TOC_CODE = re.compile(r"\s{0,4}TOC(?:\s|$)")
_GONE = frozenset(
    f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr")
)


@dataclass(slots=True)
class Text:
    """What one paragraph says: pieces with their look, and what is anchored in it."""

    pieces: list[tuple[str, Look]] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)

    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)

    def after(self, before: Text | None) -> Text:
        """This text run on to one whose paragraph mark was deleted."""
        if before is None:
            return self
        return Text(
            before.pieces + self.pieces,
            before.contents + self.contents,
            before.boxes + self.boxes,
            before.notes + self.notes,
        )


class Runs:
    """Reads runs in order, because fields and pages reach over paragraphs."""

    def __init__(self, styles: Styles, rendered: bool, notes: Notes | None) -> None:
        self.page = 1
        self._styles = styles
        self._rendered = rendered  # Word left its own page breaks: better than explicit ones
        self._notes = notes
        self._fields: list[str] = []  # codes of the open fields; "\0" marks "result reached"

    def read(self, parent: Any, look: Look, text: Text) -> None:
        for child in parent.iterchildren():
            if child.tag == f"{W}r":
                self._run(child, self._styles.run(child.find(f"{W}rPr"), look), text)
            elif child.tag in THROUGH:
                self.read(child, look, text)
            elif child.tag == f"{MC}AlternateContent":
                self.read(choice(child), look, text)

    def _run(self, run: Any, look: Look, text: Text) -> None:
        for child in run.iterchildren():
            tag = child.tag
            if tag == f"{W}fldChar":
                self._field(child.get(f"{W}fldCharType"))
            elif tag == f"{W}instrText":
                if self._fields and not self._fields[-1].endswith("\0"):
                    self._fields[-1] += child.text or ""
            elif tag == f"{W}lastRenderedPageBreak" and self._rendered:
                self.page += 1
                text.pieces.append(("\f", look))
            elif tag == f"{MC}AlternateContent":
                self._run(choice(child), look, text)
            elif tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
                text.boxes.extend(boxes_of(child))
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                note = self._notes.take(child) if self._notes and not look.hidden else None
                text.notes += [] if note is None else [note]
            elif tag not in _GONE:
                piece = self._glyphs(child, tag, look, text)
                if piece and not look.hidden:
                    self._say(piece, look, text)

    def _glyphs(self, child: Any, tag: str, look: Look, text: Text) -> str:
        if tag == f"{W}t":
            return str(child.text or "")
        if tag in (f"{W}tab", f"{W}ptab"):
            return " "
        if tag == f"{W}noBreakHyphen":
            return "-"
        if tag == f"{W}cr":
            return BREAK
        if tag == f"{W}br":
            if child.get(f"{W}type") in ("page", "column"):
                if not self._rendered and child.get(f"{W}type") == "page":
                    self.page += 1
                    text.pieces.append(("\f", look))
                return ""
            return BREAK
        return ""

    def _say(self, piece: str, look: Look, text: Text) -> None:
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
