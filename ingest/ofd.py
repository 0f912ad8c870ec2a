"""OFD (GB/T 33190), the layout format of Chinese offices: pages of placed characters and strokes.

Every path inside the file is resolved inside the archive. Annotations and seals are not read:
they are watermarks, handwriting and stamps.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from ingest.archive import open_zip, refuse_doctypes
from ingest.limits import MAX_PAGES, check_chars
from ingest.lines import Reading
from ingest.ofdobjects import Resources, Sheet, numbers
from ingest.pages import as_reading, collect
from ingest.parts import Parts, within
from ingest.pdfpages import FastPage

_A4 = (210.0, 297.0)  # millimetres, as all lengths in the format


def read_ofd(path: Path) -> Reading:
    """The text of an OFD file.

    Raises UnreadableDocument: `corrupt_zip`, `corrupt_ofd`, `zip_bomb`, `xml_dtd`,
    `password_required`, `too_many_pages`, `too_long`, `needs_ocr`, `no_text`.
    """
    with open_zip(path) as archive:
        refuse_doctypes(archive)
        pages = collect(_pages(Parts(archive, "ofd")))
    chars = sum(len(line.text) for line in pages.lines)
    if not chars or len(pages.scans) == len(pages.sizes):
        if pages.pictures:
            raise UnreadableDocument("needs_ocr", "OFD 里只有图片，不能识别，请另存为 PDF 再读入")
        raise UnreadableDocument("no_text", "里没有文字")
    return as_reading(pages, "ofd")


def _pages(parts: Parts) -> Iterator[FastPage]:
    """The pages of all documents in the file, in order."""
    entry = parts.find("OFD.xml")
    root = parts.tree(entry or "OFD.xml")
    if root.find("{*}Encryptions") is not None or parts.find("Encryptions.xml"):
        raise UnreadableDocument("password_required", "已加密，请去掉密码后再读入")
    roots = [found.text or "" for found in root.iterfind("{*}DocBody/{*}DocRoot")]
    if not roots:
        raise parts.corrupt("没有正文部分，文件已损坏")
    count = chars = 0
    for found in roots:
        for page in _Document(parts, within("", found)).pages():
            count, chars = count + 1, chars + len(page.chars)
            if count > MAX_PAGES:
                raise UnreadableDocument("too_many_pages", f"超过 {MAX_PAGES} 页，请拆分后再读入")
            check_chars(chars)
            yield page


class _Document:
    def __init__(self, parts: Parts, entry: str) -> None:
        self._parts = parts
        self._entry = entry
        self._root = parts.tree(entry)
        self._common = self._root.find("{*}CommonData")
        if self._common is None:
            raise parts.corrupt("没有正文部分，文件已损坏")
        self._resources = Resources()
        for found in self._common.iterchildren("{*}PublicRes", "{*}DocumentRes"):
            self._resources.add(parts.optional(within(entry, found.text or "")))
        self._templates = {
            found.get("ID", ""): within(entry, found.get("BaseLoc", ""))
            for found in self._common.iterchildren("{*}TemplatePage")
        }

    def pages(self) -> Iterator[FastPage]:
        for listed in self._root.iterfind("{*}Pages/{*}Page"):
            entry = within(self._entry, listed.get("BaseLoc", ""))
            yield self._page(entry, self._parts.tree(entry))

    def _page(self, entry: str, root: Any) -> FastPage:
        resources = self._resources.copy()
        templates = [
            tree
            for used in root.iterchildren("{*}Template")
            if (tree := self._parts.optional(self._templates.get(used.get("TemplateID", ""))))
            is not None
        ]
        for tree in (root, *templates):
            for found in tree.iterchildren("{*}PageRes"):
                resources.add(self._parts.optional(within(entry, found.text or "")))
        sheet = Sheet(*self._size(root, *templates), resources)
        for tree in (*templates, root):  # what is printed on the form, then what fills it in
            sheet.draw(tree.find("{*}Content"))
        return sheet.page

    def _size(self, *roots: Any) -> tuple[float, float]:
        areas = [root.find("{*}Area/{*}PhysicalBox") for root in roots]
        for area in (*areas, self._common.find("{*}PageArea/{*}PhysicalBox")):
            box = [] if area is None else numbers(area.text)
            if len(box) == 4 and min(box[2:]) > 0:
                return box[2], box[3]
        return _A4
