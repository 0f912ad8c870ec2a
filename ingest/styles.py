"""How a Word paragraph looks once its style, the styles that is based on, and its runs are done."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from ingest.numbering import W

_MAX_CHAIN = 30  # styles may be based on each other in a circle
# Matches "heading 1" and "标题 2"; not "toc heading".
_HEADING_NAME = re.compile(r"(?:heading|标题)\s?([1-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """`outline` counts from 1 as h1 does; `size` is in points; `num_style` brought the list."""

    name: str | None = None
    size: float | None = None
    bold: bool = False
    centred: bool = False
    hidden: bool = False
    outline: int | None = None
    num_id: str | None = None
    num_level: int | None = None
    num_style: str | None = None


class Styles:
    """The styles of one document, resolved along basedOn and kept."""

    def __init__(self, root: Any | None) -> None:
        self._elements: dict[str, Any] = {}
        self._default: str | None = None
        self._base = Look()
        self._resolved: dict[str, Look] = {}
        if root is None:
            return
        defaults = root.find(f"{W}docDefaults")
        if defaults is not None:
            self._base = _run_look(defaults.find(f"{W}rPrDefault/{W}rPr"), self._base)
            self._base = _paragraph_look(defaults.find(f"{W}pPrDefault/{W}pPr"), self._base, None)
        for style in root.iterchildren(f"{W}style"):
            key = style.get(f"{W}styleId", "")
            self._elements[key] = style
            is_default = style.get(f"{W}default") in ("1", "true", "on")
            if is_default and style.get(f"{W}type") == "paragraph":
                self._default = key

    def paragraph(self, properties: Any | None) -> Look:
        """The look of a paragraph from its own properties and its style."""
        named = None if properties is None else _val(properties, "pStyle")
        look = self._style(named if named in self._elements else self._default)
        return _paragraph_look(properties, look, None)

    def run(self, properties: Any | None, paragraph: Look) -> Look:
        """The look of a run inside a paragraph of the given look."""
        if properties is None:
            return paragraph
        look = paragraph
        named = _val(properties, "rStyle")
        for style in reversed(self._chain(named)):
            look = _run_look(style.find(f"{W}rPr"), look)
        return _run_look(properties, look)

    def _chain(self, key: str | None) -> list[Any]:
        chain: list[Any] = []
        while key in self._elements and len(chain) < _MAX_CHAIN:
            chain.append(self._elements[key])
            key = _val(chain[-1], "basedOn")
        return chain

    def _style(self, key: str | None) -> Look:
        if key is None:
            return self._base
        if key not in self._resolved:
            look = self._base
            for style in reversed(self._chain(key)):
                name = _val(style, "name") or ""
                look = replace(look, name=name)
                heading = _HEADING_NAME.fullmatch(name)
                if heading:
                    look = replace(look, outline=int(heading[1]))
                look = _run_look(style.find(f"{W}rPr"), look)
                look = _paragraph_look(style.find(f"{W}pPr"), look, style.get(f"{W}styleId"))
            self._resolved[key] = look
        return self._resolved[key]


def is_on(parent: Any, path: str) -> bool:
    """Whether a switch element is present and not turned off."""
    element = parent.find(path)
    return element is not None and element.get(f"{W}val", "1") not in ("0", "false", "off")


def _run_look(properties: Any | None, look: Look) -> Look:
    if properties is None:
        return look
    if properties.find(f"{W}b") is not None:
        look = replace(look, bold=is_on(properties, f"{W}b"))
    if properties.find(f"{W}vanish") is not None:
        look = replace(look, hidden=is_on(properties, f"{W}vanish"))
    size = _val(properties, "sz")
    if size is not None and size.isascii() and size.isdigit():
        look = replace(look, size=int(size) / 2)  # half points
    return look


def _paragraph_look(properties: Any | None, look: Look, style: str | None) -> Look:
    if properties is None:
        return look
    alignment = _val(properties, "jc")
    if alignment is not None:
        look = replace(look, centred=alignment == "center")
    outline = _val(properties, "outlineLvl")
    if outline is not None and outline.isascii() and outline.isdigit():
        look = replace(look, outline=int(outline) + 1 if int(outline) < 9 else None)
    numbers = properties.find(f"{W}numPr")
    if numbers is not None:
        list_id, level = _val(numbers, "numId"), _val(numbers, "ilvl")
        if list_id is not None:
            look = replace(look, num_id=list_id, num_style=style, num_level=None)
        if level is not None and level.isascii() and level.isdigit():
            look = replace(look, num_level=int(level))
        elif style is None and list_id is not None:
            look = replace(look, num_level=0)
    return look


def _val(parent: Any, name: str) -> str | None:
    child = parent.find(f"{W}{name}")
    value = None if child is None else child.get(f"{W}val")
    return None if value is None else str(value)
