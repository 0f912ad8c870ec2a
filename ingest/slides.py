"""PowerPoint files (pptx, pptm): slide by slide its title, its text in reading order, its notes.

Our own reader, because the usual library knows a presentation by its content type only, which
differs with macros, templates and shows, and passes over diagrams and alternative contents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from index.model import Dropped
from ingest.archive import open_zip, refuse_doctypes
from ingest.breaks import ends_sentence
from ingest.drawing import paragraphs_of, rows_of
from ingest.limits import MAX_PAGES, check_chars
from ingest.lines import Block, Reading
from ingest.parts import Parts, attribute
from ingest.tables import rows_as_said

_TITLES = frozenset(("title", "ctrTitle"))
# Placeholders that say the same on every slide.
_FURNITURE = {
    "sldNum": "page_number",
    "dt": "running_head",
    "ftr": "running_head",
    "hdr": "running_head",
}
_SHAPES = ("{*}sp", "{*}grpSp", "{*}graphicFrame", "{*}AlternateContent")
_COLUMN = 914_400 // 2  # EMU: boxes whose left edges differ by less than this stand in a column
_MAX_DEPTH = 20
_NOTE = "备注："
_COVER_CHARS = 40  # a line of a cover is shorter


def read_slides(path: Path) -> Reading:
    """What the slides of a presentation say; a page is a slide.

    Raises UnreadableDocument: `corrupt_zip`, `corrupt_pptx`, `zip_bomb`, `xml_dtd`,
    `too_many_pages`, `too_long`.
    """
    with open_zip(path) as archive:
        refuse_doctypes(archive)
        macros = any(name.endswith("vbaProject.bin") for name in archive.namelist())
        show = _Show(Parts(archive, "pptx"))
        show.read()
    warnings = ("has_macros",) if macros else ()
    reading = Reading("pptx", tuple(show.blocks), tuple(show.dropped), warnings)
    if not show.blocks or show.blocks[0].outline is None:
        return reading
    # Without a cover the first heading names the whole, and is still the heading of its slide.
    return replace(reading, title=show.blocks[0].text, headed=not _has_cover(show.blocks))


def _has_cover(blocks: Sequence[Block]) -> bool:
    """Whether the first slide says only what the others are about."""
    first = [block for block in blocks if block.page == blocks[0].page and block.kind != "note"]
    return not any(len(b.text) > _COVER_CHARS or ends_sentence(b.text) for b in first[1:])


@dataclass(frozen=True, slots=True)
class _Shape:
    """A shape with what it is a placeholder for ("" for none) and its box in EMU."""

    element: Any
    placeholder: str
    box: tuple[int, int, int, int]  # left, top, width, height


class _Show:
    def __init__(self, parts: Parts) -> None:
        self.blocks: list[Block] = []
        self.dropped: list[Dropped] = []
        self._parts = parts
        self._chars = 0
        self._boxes: dict[str, dict[tuple[str, str], tuple[int, int, int, int]]] = {}

    def read(self) -> None:
        main = self._parts.main("ppt/presentation.xml")
        related = self._parts.related(main)
        listed = self._parts.tree(main).findall("{*}sldIdLst/{*}sldId")
        if len(listed) > MAX_PAGES:
            raise UnreadableDocument(
                "too_many_pages", f"有 {len(listed)} 张幻灯片，上限为 {MAX_PAGES} 张"
            )
        for number, slide in enumerate(listed, start=1):
            kind, part = related.get(attribute(slide, "id"), ("", ""))
            if kind == "slide":
                self._slide(part, number)

    def _slide(self, part: str, number: int) -> None:
        root = self._parts.tree(part)
        blocks = [replace(block, page=number) for block in self._said(root, part)]
        self._chars += sum(len(block.text) for block in blocks)
        check_chars(self._chars)
        if root.get("show") in ("0", "false"):
            self.dropped += [Dropped(block.text, "hidden") for block in blocks]
        else:
            self.blocks += blocks

    def _said(self, root: Any, part: str) -> Iterator[Block]:
        related = self._parts.related(part)
        layout = next((name for kind, name in related.values() if kind == "slideLayout"), "")
        tree = root.find("{*}cSld/{*}spTree")
        if tree is not None:
            yield from self._shapes(tree, related, layout)
        notes = next((name for kind, name in related.values() if kind == "notesSlide"), None)
        yield from self._notes(self._parts.optional(notes))

    def _notes(self, root: Any | None) -> Iterator[Block]:
        tree = None if root is None else root.find("{*}cSld/{*}spTree")
        for shape in () if tree is None else tree.iterchildren("{*}sp"):
            body = shape.find("{*}txBody")
            if body is None or _placeholder(shape) not in ("body", ""):
                continue
            for block in paragraphs_of(body):
                said = block.text if block.text.startswith(_NOTE) else _NOTE + block.text
                yield Block(said, kind="note")

    def _shapes(
        self, tree: Any, related: dict[str, tuple[str, str]], layout: str, depth: int = 0
    ) -> Iterator[Block]:
        if depth > _MAX_DEPTH:
            raise UnreadableDocument("too_deep", "图形嵌套过深，疑似恶意文件，已拒绝")
        shapes = [self._shape(element, layout) for element in _elements(tree)]
        for shape in _in_reading_order(shapes):
            name = shape.element.tag.rpartition("}")[2]
            if name == "grpSp":
                yield from self._shapes(shape.element, related, layout, depth + 1)
            elif name == "graphicFrame":
                yield from self._frame(shape.element, related)
            else:
                yield from self._text(shape)

    def _text(self, shape: _Shape) -> Iterator[Block]:
        body = shape.element.find("{*}txBody")
        title = shape.placeholder in _TITLES
        blocks = [] if body is None else list(paragraphs_of(body, keep_together=title))
        if shape.placeholder in _FURNITURE:
            why = _FURNITURE[shape.placeholder]
            self.dropped += [Dropped(block.text, why) for block in blocks]
        elif title and blocks:  # a title of several paragraphs is one heading
            yield replace(blocks[0], text=" ".join(block.text for block in blocks), outline=1)
        else:
            yield from blocks

    def _frame(self, frame: Any, related: dict[str, tuple[str, str]]) -> Iterator[Block]:
        """A table, or the texts of a diagram, which are in a part of their own."""
        table = next(frame.iter("{*}tbl"), None)
        if table is not None:
            blocks = [block for block in rows_as_said(*rows_of(table)) if block.text]
            if all(len(block.cells) <= 1 for block in blocks):
                blocks = [Block(block.text) for block in blocks]  # only a frame around text
            yield from blocks
        ids = next(frame.iter("{*}relIds"), None)
        _, part = ("", None) if ids is None else related.get(attribute(ids, "dm"), ("", None))
        root = self._parts.optional(part)
        for point in () if root is None else root.iterfind("{*}ptLst/{*}pt"):
            body = point.find("{*}t")
            if body is not None and point.get("type", "node") in ("node", "asst"):
                yield from paragraphs_of(body)

    def _shape(self, element: Any, layout: str) -> _Shape:
        kind = _placeholder(element)
        box = _box(element)
        if box is None and kind:
            box = self._inherited(layout, kind, _index(element))
        return _Shape(element, kind, box or (0, 0, 0, 0))

    def _inherited(self, part: str, kind: str, index: str) -> tuple[int, int, int, int] | None:
        """Where the layout, or the master behind it, puts a placeholder."""
        for _ in range(2):  # a layout, and its master
            if part not in self._boxes:
                self._boxes[part] = self._places(part)
            places = self._boxes[part]
            same = (box for (own, _), box in places.items() if own == kind)
            found = places.get((kind, index)) or next(same, None)
            if found is not None:
                return found
            part = self._parts.one_related(part, "slideMaster") or ""
            if not part:
                break
        return None

    def _places(self, part: str) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        root = self._parts.optional(part)
        tree = None if root is None else root.find("{*}cSld/{*}spTree")
        found: dict[tuple[str, str], tuple[int, int, int, int]] = {}
        for shape in () if tree is None else tree.iterchildren("{*}sp"):
            box = _box(shape)
            if box is not None:
                found[_placeholder(shape), _index(shape)] = box
        return found


def _elements(tree: Any) -> Iterator[Any]:
    """Shapes that are seen; of alternatives the first that has text."""
    for child in tree.iterchildren(*_SHAPES):
        if child.tag.endswith("}AlternateContent"):
            branches = list(child.iterchildren("{*}Choice", "{*}Fallback"))
            said = (b for b in branches if next(b.iter("{*}t", "{*}relIds"), None) is not None)
            yield from _elements(next(said, ()))
        elif next(child.iter("{*}cNvPr"), child).get("hidden") not in ("1", "true"):
            yield child


def _in_reading_order(shapes: Sequence[_Shape]) -> list[_Shape]:
    """The title, then from top to bottom; what stands side by side from left to right, and in a
    column there from top to bottom."""
    titles = [shape for shape in shapes if shape.placeholder in _TITLES]
    others = [shape for shape in shapes if shape.placeholder not in _TITLES]
    bands: list[list[_Shape]] = []
    middle = -1
    for shape in sorted(others, key=lambda shape: (shape.box[1], shape.box[0])):
        _, top, _, height = shape.box
        if not bands or top >= middle:
            bands.append([])
            middle = top + max(height // 2, 1)
        bands[-1].append(shape)
    for band in bands:
        band.sort(key=lambda shape: (shape.box[0] // _COLUMN, shape.box[1]))
    return titles + [shape for band in bands for shape in band]


def _placeholder(element: Any) -> str:
    """The kind of a placeholder; one that does not say is for contents."""
    found = element.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if found is None else str(found.get("type", "obj"))


def _index(element: Any) -> str:
    found = element.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if found is None else str(found.get("idx", ""))


def _box(element: Any) -> tuple[int, int, int, int] | None:
    place = element.find("{*}spPr/{*}xfrm")
    if place is None:
        place = element.find("{*}grpSpPr/{*}xfrm")
    if place is None:
        place = element.find("{*}xfrm")
    offset = None if place is None else place.find("{*}off")
    size = None if place is None else place.find("{*}ext")
    if offset is None or size is None:
        return None
    try:
        x, y = int(offset.get("x")), int(offset.get("y"))
        return x, y, int(size.get("cx")), int(size.get("cy"))
    except (TypeError, ValueError):
        return None
