"""The parts of a package other than Word's: trees, relations, and where a path inside it leads.

Elements are found by their local names, because the strict variant of the Office formats, and
programs that write prefixes of their own, differ from the usual in nothing else.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from index.errors import UnreadableDocument
from ingest.archive import inflate


class Parts:
    """An open package; `kind` is what a damaged one is called: `corrupt_<kind>`."""

    def __init__(self, archive: zipfile.ZipFile, kind: str) -> None:
        self.archive = archive
        self.kind = kind
        self.names = archive.namelist()
        self._present = set(self.names)
        # Some programs write one case in the relation and another in the archive.
        self._folded = {name.replace("\\", "/").lower(): name for name in reversed(self.names)}

    def find(self, entry: str) -> str | None:
        """The entry's name as the archive has it."""
        return entry if entry in self._present else self._folded.get(entry.lower())

    def tree(self, entry: str | None) -> Any:
        """The root of a part. Raises UnreadableDocument: `corrupt_<kind>`, `xml_dtd`."""
        from lxml import etree

        data = self._data(entry)
        try:
            root = etree.fromstring(data, _parser())
        except etree.XMLSyntaxError as error:
            raise self.corrupt(f"{entry} 不是完整的 XML，文件已损坏") from error
        if root.getroottree().docinfo.doctype:
            raise UnreadableDocument("xml_dtd", f"{entry} 含有 DOCTYPE 声明，已拒绝")
        return root

    def optional(self, entry: str | None) -> Any | None:
        """As `tree`; None where there is no such part or it is no XML."""
        if entry is None or self.find(entry) is None:
            return None
        try:
            return self.tree(entry)
        except UnreadableDocument as error:
            if error.reason == f"corrupt_{self.kind}":
                return None
            raise

    def elements(self, entry: str, *names: str) -> Iterator[Any]:
        """Elements of these local names at their ends, each emptied after it was looked at: a
        sheet of half a million cells takes a gigabyte as a tree."""
        from lxml import etree

        tags = tuple(f"{{*}}{name}" for name in names)
        found = etree.iterparse(
            BytesIO(self._data(entry)),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        try:
            for place, (_, element) in enumerate(found):
                if place == 0 and element.getroottree().docinfo.doctype:
                    raise UnreadableDocument("xml_dtd", f"{entry} 含有 DOCTYPE 声明，已拒绝")
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise self.corrupt(f"{entry} 不是完整的 XML，文件已损坏") from error

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """By id, what a part is related to: the last word of the kind, and the name of the part.
        What lies outside the package is left out: it is never looked at."""
        folder, name = posixpath.split(part)
        root = self.optional(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, tuple[str, str]] = {}
        for relation in () if root is None else root.iterchildren("{*}Relationship"):
            if relation.get("TargetMode") == "External":
                continue
            kind = posixpath.basename(relation.get("Type", ""))
            found[relation.get("Id", "")] = (kind, within(part, relation.get("Target", "")))
        return found

    def one_related(self, part: str, kind: str) -> str | None:
        return next((name for word, name in self.related(part).values() if word == kind), None)

    def main(self, usual: str) -> str:
        """The part that the package says is the document; `usual` when it does not say."""
        found = self.one_related("", "officeDocument")
        return found if found and self.find(found) else usual

    def corrupt(self, message: str) -> UnreadableDocument:
        return UnreadableDocument(f"corrupt_{self.kind}", message)

    def _data(self, entry: str | None) -> bytes:
        name = None if entry is None else self.find(entry)
        if name is None:
            raise self.corrupt(f"文件里缺少 {entry}，已损坏")
        return inflate(self.archive, name)


def within(part: str, target: str) -> str:
    """The entry that a path written in `part` means; it cannot lead out of the archive."""
    target = target.strip().replace("\\", "/")
    folder = posixpath.dirname(part.replace("\\", "/"))
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def attribute(element: Any, name: str) -> str:
    """An attribute of this local name, with a prefix (r:id) before one without."""
    for key, value in element.attrib.items():
        if key.endswith("}" + name):
            return str(value)
    return str(element.get(name, ""))


def is_true(value: str | None) -> bool:
    return value in ("1", "true", "on", "t")


def _parser() -> Any:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
