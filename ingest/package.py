"""The parts of a Word package as XML trees, and the ways down such a tree.

Parsed without entities, network or DOCTYPE.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableDocument
from ingest.archive import inflate
from ingest.numbering import W
from ingest.tables import MAX_SPAN, Cell

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
# The strict variant of the format differs in its names only.
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_USUAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# Elements that only wrap others.
THROUGH = frozenset(
    f"{W}{name}"
    for name in (
        *("hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "ins", "moveTo"),
        *("customXml", "ruby", "rubyBase", "dir", "bdo"),
    )
)


def main_part(archive: zipfile.ZipFile) -> str:
    """The part that the package says is the document; word/document.xml when it does not say."""
    relations = optional_part(archive, "_rels/.rels")
    for relation in () if relations is None else relations.iterchildren(f"{_RELS}Relationship"):
        target = str(relation.get("Target", "")).lstrip("/")
        if relation.get("Type", "").endswith("/officeDocument") and target in archive.namelist():
            return target
    return "word/document.xml"


def related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """By id, what a part is related to: the last word of the kind, and the name of the part."""
    folder, name = posixpath.split(part)
    root = optional_part(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    found: dict[str, tuple[str, str]] = {}
    for relation in () if root is None else root.iterchildren(f"{_RELS}Relationship"):
        if relation.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
        kind = posixpath.basename(relation.get("Type", ""))
        found[relation.get("Id", "")] = (kind, target.lstrip("/"))
    return found


def optional_part(archive: zipfile.ZipFile, entry: str) -> Any | None:
    return parse_part(archive, entry) if entry in archive.namelist() else None


def parse_part(archive: zipfile.ZipFile, entry: str) -> Any:
    from lxml import etree

    try:
        data = inflate(archive, entry)
    except KeyError as error:
        raise UnreadableDocument("corrupt_docx", f"文件里缺少 {entry}，已损坏") from error
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data.replace(_STRICT, _USUAL), parser)
    except etree.XMLSyntaxError as error:
        if b"<!DOCTYPE" in data[:4096]:
            raise UnreadableDocument("xml_dtd", f"{entry} 含有 DOCTYPE 声明，已拒绝") from error
        raise UnreadableDocument("corrupt_docx", f"{entry} 不是完整的 XML，文件已损坏") from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableDocument("xml_dtd", f"{entry} 含有 DOCTYPE 声明，已拒绝")
    return root


def has(element: Any, name: str) -> bool:
    return next(element.iter(f"{W}{name}"), None) is not None


def choice(element: Any) -> Any:
    """One branch of alternatives that say the same thing: the first that has text."""
    branches = list(element.iterchildren(f"{MC}Choice", f"{MC}Fallback"))
    return next((branch for branch in branches if has(branch, "t")), element[0:0] or element)


def boxes_of(element: Any) -> Iterator[Any]:
    """Contents of the outermost text boxes in a drawing, alternatives taken once."""
    for child in element.iterchildren():
        if child.tag == f"{W}txbxContent":
            yield child
        elif child.tag == f"{MC}AlternateContent":
            yield from boxes_of(choice(child))
        else:
            yield from boxes_of(child)


def rows_of(table: Any) -> Iterator[Any]:
    for child in table.iterchildren():
        if child.tag == f"{W}tr":
            yield child
        elif child.tag in THROUGH:
            yield from rows_of(child)


def cells_of(row: Any) -> Iterator[Any]:
    for child in row.iterchildren():
        if child.tag == f"{W}tc":
            yield child
        elif child.tag in THROUGH:
            yield from cells_of(child)


def placed_cell(cell: Any, text: str) -> Cell:
    """The cell with its place in the table; Word writes a cell in each row that a merge covers."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    above = merge is not None and merge.get(f"{W}val", "continue") == "continue"
    return Cell(text, number_in(cell, "tcPr", "gridSpan", 1), above=above)


def number_in(element: Any, properties: str, name: str, least: int) -> int:
    """A count of columns among the properties of a row or cell."""
    found = element.find(f"{W}{properties}/{W}{name}")
    value = "" if found is None else found.get(f"{W}val", "")[:9]
    count = int(value) if value.isascii() and value.isdigit() else least
    return min(max(count, least), MAX_SPAN)
