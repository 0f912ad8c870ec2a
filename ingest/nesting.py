"""How deep each heading is: by the order in which the families of one document nest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from ingest.cue import title_types
from ingest.lines import Block
from ingest.marker import Marker
from ingest.sequence import OUTER, is_inside


def nest(
    blocks: Sequence[Block],
    markers: Mapping[int, Marker],
    headings: Sequence[int],
    base: int,
    parts: Set[int],
) -> dict[int, int]:
    """Depth of each heading in a stack of the families seen above it."""
    ranks = OUTER | {"part": _part_rank(markers, headings, parts)}
    stack: list[tuple[str, int | None]] = []
    levels = {}
    for n, i in enumerate(headings):
        outline = blocks[i].outline
        following = markers.get(headings[n + 1]) if n + 1 < len(headings) else None
        family = markers[i].family if i in markers else _plain_family(blocks[i], following)
        family = "part" if i in parts else family
        names = [name for name, _ in stack]
        if family in ranks:
            stack = [entry for entry in stack if ranks.get(entry[0], 9) < ranks[family]]
        elif family in names:
            del stack[names.index(family) :]
        elif outline is not None:
            while stack and stack[-1][1] is not None and (stack[-1][1] or 0) >= outline:
                stack.pop()
        elif family == "centred":
            stack = []
        elif i in markers:
            stack = [entry for entry in stack if not is_inside(entry[0], markers[i])]
        stack.append((family, outline))
        levels[i] = base + len(stack) - 1
    return levels


def _part_rank(markers: Mapping[int, Marker], headings: Sequence[int], parts: Set[int]) -> float:
    """Where titles of regulations stand among the outer families: under those that count on
    across them, as 第二部分 of a handbook does, and above those that start again."""
    rank = 0.0
    for family, own in OUTER.items():
        run = [i for i in headings if i in markers and markers[i].family == family]
        after = next((markers[i].ordinal for i in run if parts and i > min(parts)), 1)
        if run and run[0] < min(parts, default=0) and after > 1:
            rank = own + 0.5
    return rank


def _plain_family(block: Block, following: Marker | None) -> str:
    """What an unnumbered heading counts as; `following` is the marker of the next heading."""
    if block.outline is not None:
        return f"outline{block.outline}"
    opens = following is not None and following.ordinal == 1 and following.family in OUTER
    if opens and title_types(block.text):
        return "part"
    return "centred" if block.centred else f"plain{block.size or ''}"
