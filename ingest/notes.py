"""What a Word package keeps beside its text: footnotes, endnotes, page headers and footers."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any

from ingest.numbering import W
from ingest.package import optional_part, related

REFERENCE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# What refers to a note in the text, and the end of the name of the relation to its part.
_NOTES = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}


class Notes:
    """Footnotes and endnotes by what refers to them; each is given out once.

    A note that refers to itself would otherwise never end.
    """

    def __init__(self, archive: zipfile.ZipFile, main: str) -> None:
        self._elements: dict[tuple[str, str], Any] = {}
        parts = related(archive, main)
        for tag, name in _NOTES.items():
            found = [target for kind, target in parts.values() if kind == name]
            root = optional_part(archive, found[0]) if found else None
            for note in () if root is None else root.iterchildren():
                self._elements[tag, note.get(f"{W}id", "")] = note

    def take(self, reference: Any) -> Any | None:
        """The note that the element refers to; None where there is none or it was taken."""
        return self._elements.pop((reference.tag, reference.get(f"{W}id", "")), None)


def page_heads(archive: zipfile.ZipFile, main: str, body: Any) -> Iterator[Any]:
    """The headers and footers that a section of the text uses, each once, in order of use."""
    parts = related(archive, main)
    seen: set[str] = set()
    for section in body.iter(f"{W}sectPr"):
        for use in section.iterchildren(f"{W}headerReference", f"{W}footerReference"):
            _, target = parts.get(use.get(REFERENCE, ""), ("", ""))
            if target and target not in seen:
                seen.add(target)
                root = optional_part(archive, target)
                if root is not None:
                    yield root
