"""Which paragraphs are headings, and how deep: decided per document, not from a fixed table.

The same （一） is a heading in one document and a list item in the next. A run of siblings
(一、 二、 三、) is taken or left as a whole: most of its members must look like headings. Levels
come from the order in which the families of one document nest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.contacts import find_contacts
from ingest.cue import ends_sentence, is_contents, is_imprint, title_types, whole_date
from ingest.lines import Block
from ingest.marker import Marker, parse_annex, parse_marker

# Headings of the five seeds and of 50 laws have at most 35 characters after the marker.
_MAX_HEADING = 40
_LONG = 60
# 六字到三十字 between two long paragraphs, without punctuation: the only heading a plain text
# without numbers can show.
_PLAIN = re.compile(r"^[^，。；：、！？,.;:!?|…—()（）]{6,30}$")
# A collection holds whole regulations: their titles, "part", stand above their chapters.
_OUTER = {"part": 0, "chapter": 1, "section": 2}


@dataclass(slots=True)
class _Run:
    """Siblings: consecutive numbers of one family under one parent."""

    family: str
    members: list[int] = field(default_factory=list)
    last: int = 0
    in_clause: bool = False


def heading_levels(blocks: Sequence[Block], base: int = 1) -> dict[int, int]:
    """Block index -> level for every heading; `base` is the level of the outermost."""
    markers = {i: marker for i, block in enumerate(blocks) if (marker := _marker(block))}
    numbered = _numbered(blocks, markers)
    plain = _styled(blocks, markers, numbered)
    if not numbered and not plain and not any(m.family == "article" for m in markers.values()):
        plain = _unstyled(blocks)
    return _levels(blocks, markers, sorted(numbered | plain), base)


def _marker(block: Block) -> Marker | None:
    if block.kind != "text" or is_contents(block.text):
        return None
    return parse_marker(block.text.strip())


def _numbered(blocks: Sequence[Block], markers: dict[int, Marker]) -> set[int]:
    """Members of the runs that are mostly headings."""
    found: set[int] = set()
    for run in _runs(markers):
        if run.family == "article" or (run.in_clause and run.family not in {*_OUTER, "cjk"}):
            continue
        fits = [i for i in run.members if _fits(blocks, i, markers[i])]
        if run.family in _OUTER:
            found.update(fits)
            continue
        if 2 * len(fits) > len(run.members) and not _is_list(blocks, run, fits):
            found.update(fits)
    return found


def _runs(markers: dict[int, Marker]) -> list[_Run]:
    """Markers as runs of siblings; a marker of an outer family ends the runs inside it."""
    runs: list[_Run] = []
    open_runs: list[_Run] = []
    for i in sorted(markers):
        marker = markers[i]
        at = next((n for n, run in enumerate(open_runs) if run.family == marker.family), None)
        if marker.family in _OUTER and at is None:
            open_runs = [r for r in open_runs if _OUTER.get(r.family, 9) < _OUTER[marker.family]]
        if at is not None:
            run = open_runs[at]
            del open_runs[at + 1 :]
            if marker.ordinal == 1 and run.last >= 1:
                del open_runs[at:]
                at = None
        if at is None:
            run = _Run(marker.family, in_clause=any(r.family == "article" for r in open_runs))
            runs.append(run)
            open_runs.append(run)
        run.members.append(i)
        run.last = marker.ordinal
    return runs


def _fits(blocks: Sequence[Block], i: int, marker: Marker) -> bool:
    """Whether a numbered block has the shape of a heading."""
    block, core = blocks[i], blocks[i].text.strip()[marker.length :]
    if block.outline is not None and len(core) <= 2 * _MAX_HEADING and core:
        return True
    if not core or len(core) > _MAX_HEADING or "|" in core:
        return False
    bare = core.rstrip("：:")
    if bare != core and (len(bare) > 16 or re.search(r"[，,、]", bare)):
        return False
    if ends_sentence(bare) or re.search(r"[。；;：:！!]", bare):
        return False
    return not find_contacts((bare,))


def _is_list(blocks: Sequence[Block], run: _Run, fits: Sequence[int]) -> bool:
    """Whether the run's members follow each other with nothing, or only contacts, between them."""
    if any(blocks[i].outline is not None for i in fits):
        return False
    bold = sum(blocks[i].bold for i in fits)
    between = [
        all(_is_slight(blocks[j]) for j in range(one + 1, other))
        for one, other in zip(run.members, run.members[1:], strict=False)
    ]
    last = run.members[-1]
    if len(run.members) == 1:
        alone = last + 1 >= len(blocks) or blocks[last + 1].kind == "row"
        return alone and not bold and run.family not in {"cjk", "cjk_paren"}
    return 2 * sum(between) > len(between) and not (bold == len(fits) and not all(between))


def _is_slight(block: Block) -> bool:
    """Whether a block is too little to be what a heading governs: a contact line, a date."""
    return bool(find_contacts((block.text,))) or len(block.text.strip()) < 2


def _styled(blocks: Sequence[Block], markers: dict[int, Marker], numbered: set[int]) -> set[int]:
    """Unnumbered headings that the format shows: outline level, or bold or large short lines."""
    found = {
        i
        for i, block in enumerate(blocks)
        if block.outline is not None
        and i not in markers
        and block.kind == "text"
        and len(block.text) <= 2 * _MAX_HEADING
        and not block.text.rstrip().endswith(("。", "；"))
        and not is_contents(block.text)
    }
    texts = [block for block in blocks if block.kind == "text"]
    weight = sum(len(block.text) for block in texts)
    bold_matters = 2 * sum(len(b.text) for b in texts if b.bold) < weight
    size = body_size(blocks)
    for i, block in enumerate(blocks):
        if i in markers or i in numbered or not _is_short_line(block):
            continue
        large = size is not None and block.size is not None and block.size >= size + 1.5
        centred = block.centred and len(block.text.strip()) >= 4
        if ((block.bold and bold_matters) or large or (centred and block.bold)) and _governs(
            blocks, i
        ):
            found.add(i)
    return found


def _is_short_line(block: Block) -> bool:
    text = block.text.strip()
    return (
        block.kind == "text"
        and 2 <= len(text) <= 30
        and not ends_sentence(text)
        and re.search(r"[。；：:|]|^[—\-•·●★*]", text) is None
        and re.search(r"[\u4e00-\u9fff]{2}", text) is not None
        and whole_date(text) is None
        and parse_annex(text) is None
        and not is_contents(text)
        and not is_imprint(text)
    )


def _governs(blocks: Sequence[Block], i: int) -> bool:
    """Whether body text follows: a heading stands above something unlike itself."""
    if i + 1 >= len(blocks):
        return False
    following = blocks[i + 1]
    return following.kind == "row" or not (
        following.bold == blocks[i].bold
        and following.size == blocks[i].size
        and len(following.text) <= 30
        and _marker(following) is None
    )


def _unstyled(blocks: Sequence[Block]) -> set[int]:
    """Short lines without punctuation between long paragraphs; two at least, one proves nothing."""
    found = {
        i
        for i in range(1, len(blocks) - 1)
        if blocks[i].kind == "text"
        and _PLAIN.match(blocks[i].text.strip())
        and len(blocks[i - 1].text) > _LONG
        and len(blocks[i + 1].text) > _LONG
        and ends_sentence(blocks[i - 1].text)
        and not re.search(r"[0-9]{5,}", blocks[i].text)
    }
    return found if len(found) >= 2 else set()


def _levels(
    blocks: Sequence[Block], markers: dict[int, Marker], headings: Sequence[int], base: int
) -> dict[int, int]:
    """Depth of each heading in a stack of the families seen above it."""
    stack: list[tuple[str, int | None]] = []
    levels = {}
    for n, i in enumerate(headings):
        outline = blocks[i].outline
        following = markers.get(headings[n + 1]) if n + 1 < len(headings) else None
        family = markers[i].family if i in markers else _plain_family(blocks[i], following)
        names = [name for name, _ in stack]
        if family in _OUTER:
            stack = [entry for entry in stack if _OUTER.get(entry[0], 9) < _OUTER[family]]
        elif family in names:
            del stack[names.index(family) :]
        elif outline is not None:
            while stack and stack[-1][1] is not None and (stack[-1][1] or 0) >= outline:
                stack.pop()
        elif family == "centred":
            stack = []
        stack.append((family, outline))
        levels[i] = base + len(stack) - 1
    return levels


def _plain_family(block: Block, following: Marker | None) -> str:
    """What an unnumbered heading counts as; `following` is the marker of the next heading."""
    if block.outline is not None:
        return f"outline{block.outline}"
    opens = following is not None and following.ordinal == 1 and following.family == "chapter"
    if opens and title_types(block.text):
        return "part"
    return "centred" if block.centred else f"plain{block.size or ''}"


def body_size(blocks: Sequence[Block]) -> float | None:
    """The size most characters are set in, in points; None when the format does not tell."""
    sizes: Counter[float] = Counter()
    for block in blocks:
        if block.size is not None:
            sizes[round(block.size, 1)] += len(block.text)
    return sizes.most_common(1)[0][0] if sizes else None
