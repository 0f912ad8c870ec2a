"""Which paragraphs are headings, and how deep: decided per document, not from a fixed table.

The same （一） is a heading in one document and a list item in the next. A run of siblings
(一、 二、 三、) is taken or left as a whole: most of its members must look like headings. Levels
come from the order in which the families of one document nest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from ingest.compilation import regulation_titles
from ingest.contacts import find_contacts
from ingest.cue import ends_sentence, is_contents, is_imprint, whole_date
from ingest.lines import Block
from ingest.marker import Marker, parse_annex, parse_bare, parse_marker
from ingest.nesting import nest
from ingest.sequence import OUTER, Run, find_runs, skips

# Headings of the five seeds and of 50 laws have at most 35 characters after the marker.
_MAX_HEADING = 40
_LONG = 60
_MIN_PARTED = 2  # numbers without a dot, each with a sentence between it and the one before
# Articles are clauses, 款 and 项 lie inside them.
_NEVER = {"article", "subclause", "point"}
# 六字到三十字 between two long paragraphs, without punctuation: the only heading a plain text
# without numbers can show.
_PLAIN = re.compile(r"^[^，。；：、！？,.;:!?|…—()（）]{6,30}$")


@dataclass(frozen=True, slots=True)
class Headings:
    """Block index -> level for every heading; whether siblings skip or repeat a number."""

    levels: dict[int, int]
    gap: bool = False


def find_headings(blocks: Sequence[Block], base: int = 1, compiled: bool = False) -> Headings:
    """The headings among `blocks`; `base` is the level of the outermost, `compiled` says that
    the document is known to hold several regulations."""
    markers = {i: marker for i, block in enumerate(blocks) if (marker := _marker(block))}
    markers |= _bare(blocks, markers)
    parts = regulation_titles(blocks, markers, compiled)
    numbered, gap = _numbered(blocks, markers, parts)
    plain = _styled(blocks, markers, numbered) | parts
    if not numbered and not plain and not any(m.family == "article" for m in markers.values()):
        plain = _unstyled(blocks)
    levels = nest(blocks, markers, sorted(numbered | plain), base, parts)
    return Headings(levels, gap)


def _marker(block: Block) -> Marker | None:
    return parse_marker(block.text.strip()) if block.kind == "text" else None


def _bare(blocks: Sequence[Block], markers: Mapping[int, Marker]) -> dict[int, Marker]:
    """Numbers without a dot (1 范围) that count on from 1, where 1.1, the style or sentences
    between them prove them."""
    found: dict[int, Marker] = {}
    proofs = parted = 0
    for i, block in enumerate(blocks):
        if i in markers:
            deeper = markers[i].depth == 2 and found and block.text.strip()[0].isdigit()
            ordinal = found[max(found)].ordinal if deeper else 0
            proofs += bool(deeper) and re.match(rf"{ordinal}[.．]", block.text.strip()) is not None
            continue
        marker = parse_bare(block.text.strip()) if block.kind == "text" else None
        if marker is not None and marker.ordinal == len(found) + 1 and _fits(blocks, i, marker):
            if found:
                between = blocks[max(found) + 1 : i]
                parted += any(ends_sentence(other.text) for other in between)
            found[i] = marker
            proofs += block.outline is not None or block.bold
    if proofs or (parted >= _MIN_PARTED and parted == len(found) - 1):
        return found if len(found) >= 2 else {}
    return {}


def _numbered(
    blocks: Sequence[Block], markers: Mapping[int, Marker], parts: Set[int]
) -> tuple[set[int], bool]:
    """Members of the runs that are mostly headings, and whether one of these has a gap."""
    found: set[int] = set()
    gap = False
    for run in find_runs(markers, parts):
        if run.family in _NEVER or (run.in_clause and run.family not in {*OUTER, "cjk"}):
            continue
        fits = [i for i in run.members if _fits(blocks, i, markers[i])]
        if run.family in OUTER:
            members = fits
        elif 2 * len(fits) > len(run.members) and not _is_list(blocks, run, fits):
            members = run.members
        else:
            continue
        found.update(fits)
        gap = gap or skips([markers[i] for i in members])
    return found, gap


def _fits(blocks: Sequence[Block], i: int, marker: Marker) -> bool:
    """Whether a numbered block has the shape of a heading."""
    block, core = blocks[i], blocks[i].text.strip()[marker.length :]
    if block.outline is not None and len(core) <= 2 * _MAX_HEADING and core:
        return True
    if not core and marker.family in OUTER:
        return True
    longest = 2 * _MAX_HEADING if marker.family in OUTER else _MAX_HEADING
    if not core or len(core) > longest or "|" in core:
        return False
    bare = core.rstrip("：:")
    if bare != core and (len(bare) > 16 or re.search(r"[，,、]", bare)):
        return False
    if ends_sentence(bare) or re.search(r"[。；;：:！!]", bare):
        return False
    return not find_contacts((bare,))


def _is_list(blocks: Sequence[Block], run: Run, fits: Sequence[int]) -> bool:
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


def _styled(blocks: Sequence[Block], markers: Mapping[int, Marker], numbered: set[int]) -> set[int]:
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


def body_size(blocks: Sequence[Block]) -> float | None:
    """The size most characters are set in, in points; None when the format does not tell."""
    sizes: Counter[float] = Counter()
    for block in blocks:
        if block.size is not None:
            sizes[round(block.size, 1)] += len(block.text)
    return sizes.most_common(1)[0][0] if sizes else None
