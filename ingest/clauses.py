"""第X条 units in sequence; a number out of it is a citation unless it goes on from there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from index.model import Clause
from index.notation import chinese_int
from ingest.lines import Block
from ingest.marker import Marker, parse_marker

# How many articles ahead are looked at to see whether a number out of sequence is gone on with.
_AHEAD = 4


def find_clauses(
    blocks: Sequence[Block], stops: Collection[int], quiet: Collection[int] = ()
) -> tuple[tuple[Clause, ...], bool]:
    """The clauses, and whether a regulation skips or repeats a number.

    A clause ends before the next, and before every block in `stops`; blocks in `quiet` open none.
    """
    starts = _starts(blocks, quiet)
    heads = {i for i, _ in starts}
    clauses = []
    for start, marker in starts:
        end = start + 1
        while end < len(blocks) and end not in heads and end not in stops:
            end += 1
        number = f"第{chinese_int(marker.ordinal)}条"
        number += f"之{chinese_int(marker.branch)}" if marker.branch else ""
        clauses.append(Clause(number, start, end))
    return tuple(clauses), _has_gap([marker for _, marker in starts])


def _starts(blocks: Sequence[Block], quiet: Collection[int]) -> list[tuple[int, Marker]]:
    found = [
        (i, marker)
        for i, block in enumerate(blocks)
        if block.kind not in {"row", "note"}
        and i not in quiet
        and (marker := parse_marker(block.text)) is not None
        and marker.family == "article"
    ]
    starts: list[tuple[int, Marker]] = []
    last: Marker | None = None
    for n, (i, marker) in enumerate(found):
        ahead = [other for _, other in found[n + 1 : n + 1 + _AHEAD]]
        if not _opens(blocks, i, marker, last, ahead):
            continue
        last = marker
        starts.append((i, marker))
    return starts


def _opens(
    blocks: Sequence[Block], i: int, marker: Marker, last: Marker | None, ahead: Sequence[Marker]
) -> bool:
    if (marker.ordinal == 1 and not marker.branch) or (last is not None and _follows(last, marker)):
        return True
    before = blocks[i - 1].text.rstrip() if i else ""
    # 第五条修改为： quotes the article that comes next.
    if before.endswith(("：", ":")):
        return False
    # An excerpt may begin at any number, but a lone article is a quotation.
    goes_on = any(_follows(marker, other) for other in ahead)
    if last is None or marker.ordinal < last.ordinal:
        return goes_on and _is_label(blocks[i], marker)
    ended = before.endswith(("。", "；", "）", ")", "”"))
    if marker.ordinal == last.ordinal:
        return ended and _is_label(blocks[i], marker)
    if any(_follows(last, other) for other in ahead):
        return False
    return _is_label(blocks[i], marker) or goes_on or (ended and marker.ordinal == last.ordinal + 2)


def _follows(one: Marker, other: Marker) -> bool:
    return (other.ordinal, other.branch) in {(one.ordinal + 1, 0), (one.ordinal, one.branch + 1)}


def _is_label(block: Block, marker: Marker) -> bool:
    """Whether the number is set apart from what follows, as a citation's is not."""
    spaced = block.text[: marker.length].endswith((" ", "\u3000", "：", ":", "、"))
    return spaced or block.outline is not None


def _has_gap(markers: Sequence[Marker]) -> bool:
    """Whether numbers are missing or repeated where most follow each other: a choice of single
    articles, as in an amendment, has no sequence to break."""
    steps = [pair for pair in pairwise(markers) if pair[1].ordinal != 1 or pair[1].branch]
    broken = sum(not _follows(*pair) for pair in steps)
    return 0 < broken <= len(steps) - broken
