"""From blocks to paragraphs with levels, sections, clauses and annexes."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from index.model import Attachment, Clause, Paragraph, Section
from index.notation import chinese_int
from index.radicals import repair_radicals
from ingest.closing import Closing, find_closing
from ingest.cue import close_letters, is_contents, is_imprint, title_types
from ingest.front import Front, find_front
from ingest.heading import heading_levels
from ingest.lines import Block, Reading
from ingest.marker import parse_annex, parse_marker

# OCR and careless copying glue the addressee to the title: …有关事宜的通知各会员单位：
_GLUED = re.compile(
    r"^([^，。；：]{2,40}关于[^，。；：]{2,90}的(?:通知|意见|决定|函|报告|请示|批复|公告|通告))"
    r"(?=[\u4e00-\u9fff][^。]{1,400}[：:])"
)


@dataclass(frozen=True, slots=True)
class Structure:
    """A document taken apart. `blocks` and `paragraphs` run in parallel; so do all indices."""

    blocks: tuple[Block, ...]
    paragraphs: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    clauses: tuple[Clause, ...]
    attachments: tuple[Attachment, ...]
    front: Front
    closing: Closing

    @property
    def main_end(self) -> int:
        """The paragraph at which annexes begin."""
        return self.closing.annexes[0] if self.closing.annexes else len(self.paragraphs)


def build_structure(reading: Reading) -> Structure:
    """The structure of a reading; never fails, at worst everything is body text."""
    blocks = tuple(_clean(reading.blocks))
    front = find_front(blocks, reading.title)
    closing = find_closing(blocks, front)
    levels = _levels(blocks, front, closing)
    bounds = [*closing.annexes, _imprint_start(blocks)]
    paragraphs = []
    for i, block in enumerate(blocks):
        annex = sum(start <= i for start in closing.annexes) if i < bounds[-1] else 0
        paragraphs.append(Paragraph(block.text, block.page, levels.get(i), annex))
    attachments = [
        Attachment(
            _annex_title(blocks, start, stop, n, closing),
            tuple(block.text for block in blocks[start:stop]),
        )
        for n, (start, stop) in enumerate(pairwise(bounds), 1)
    ]
    return Structure(
        blocks,
        tuple(paragraphs),
        _sections(paragraphs),
        _clauses(blocks, paragraphs, closing),
        tuple(attachments),
        front,
        closing,
    )


def _imprint_start(blocks: Sequence[Block]) -> int:
    """Where 抄送 and 印发 lines stand that close the last page, after every annex."""
    end = len(blocks)
    while end > 1 and is_imprint(blocks[end - 1].text):
        end -= 1
    return end


def _clean(blocks: Sequence[Block]) -> list[Block]:
    """Blocks that hold text, each on one line."""
    cleaned: list[Block] = []
    for block in blocks:
        text = " ".join(repair_radicals(block.text).split("\n")).strip()
        if not text:
            continue
        glued = _GLUED.match(text) if len(cleaned) < 6 else None
        if glued:
            cleaned.append(replace(block, text=glued[1]))
            text = text[glued.end() :].strip()
        cleaned.append(replace(block, text=text))
    return cleaned


def _levels(blocks: Sequence[Block], front: Front, closing: Closing) -> dict[int, int]:
    """Levels of title lines, headings and annex labels."""
    levels = dict.fromkeys(front.title, 0)
    starts = closing.annexes
    stop = starts[0] if starts else len(blocks)
    quiet = {*closing.signature, *closing.listing, *front.dates, closing.date}
    levels |= _headings(blocks, range(front.body, stop), quiet, 1)
    for start, end in zip(starts, [*starts, len(blocks)][1:], strict=True):
        levels[start] = 1
        titles = range(start + 1, start + 1 + len(_annex_lines(blocks, start, end)))
        levels |= _headings(blocks, range(start + 1, end), {*titles}, 2)
    return levels


def _headings(
    blocks: Sequence[Block], part: range, quiet: Set[int | None], base: int
) -> dict[int, int]:
    """Levels of the headings in one part; blocks in `quiet` are known to be something else."""
    kept = [i for i in part if i not in quiet]
    levels = heading_levels([blocks[i] for i in kept], base)
    return {kept[i]: level for i, level in levels.items()}


def _annex_title(blocks: Sequence[Block], start: int, stop: int, n: int, closing: Closing) -> str:
    """The title announced in the text, else the label's own, else the lines under the label."""
    text = blocks[start].text
    label = parse_annex(text)
    ordinal = (label.ordinal if label else 0) or n
    if ordinal in closing.listed:
        return closing.listed[ordinal]
    own = text[label.length :].strip() if label else text
    if own:
        return close_letters(own)
    return "".join(map(close_letters, _annex_lines(blocks, start, stop))) or text


def _annex_lines(blocks: Sequence[Block], start: int, stop: int) -> list[str]:
    """The lines under an annex's label that are its title, three at most."""
    lines: list[str] = []
    for block in blocks[start + 1 : min(stop, start + 4)]:
        if block.kind == "row" or parse_marker(block.text) or len(block.text) > 60:
            break
        if re.search(r"[。；：:，]", block.text):
            break
        lines.append(block.text)
        if title_types(block.text):
            break
    return lines


def _sections(paragraphs: Sequence[Paragraph]) -> tuple[Section, ...]:
    """Each heading with what it governs: up to the next heading that is not below it."""
    heads = [(i, p) for i, p in enumerate(paragraphs) if p.level]
    sections = []
    for n, (i, paragraph) in enumerate(heads):
        level = paragraph.level or 1
        end = len(paragraphs)
        for j, other in heads[n + 1 :]:
            if (other.level or 1) <= level or other.annex != paragraph.annex:
                end = j
                break
        sections.append(Section(level, paragraph.text, i, end, paragraph.annex))
    return tuple(sections)


def _clauses(
    blocks: Sequence[Block], paragraphs: Sequence[Paragraph], closing: Closing
) -> tuple[Clause, ...]:
    """第X条 units in sequence; a number out of it is a citation unless set as a label."""
    stops = {i for i, p in enumerate(paragraphs) if p.level is not None}
    stops.update(closing.signature)
    stops.update(i for i, p in enumerate(paragraphs) if is_imprint(p.text))
    if closing.date is not None:
        stops.add(closing.date)
    starts = _clause_starts(blocks)
    heads = {i for i, _ in starts}
    clauses = []
    for start, number in starts:
        end = start + 1
        while end < len(blocks) and end not in heads and end not in stops:
            end += 1
        clauses.append(Clause(number, start, end))
    return tuple(clauses)


def _clause_starts(blocks: Sequence[Block]) -> list[tuple[int, str]]:
    """Blocks that open a clause, with its number in the normal form."""
    found = [
        (i, marker)
        for i, block in enumerate(blocks)
        if block.kind != "row"
        and not is_contents(block.text)
        and (marker := parse_marker(block.text)) is not None
        and marker.family == "article"
    ]
    starts: list[tuple[int, str]] = []
    last = branch = 0
    for n, (i, marker) in enumerate(found):
        follows = (marker.ordinal, marker.branch) in {(last + 1, 0), (last, branch + 1)}
        fresh = marker.ordinal == 1 and not marker.branch
        text = blocks[i].text
        labelled = text[: marker.length].endswith((" ", "\u3000")) or blocks[i].outline is not None
        # An excerpt may begin at any number, but a lone article is a quotation.
        goes_on = any(other.ordinal == marker.ordinal + 1 for _, other in found[n + 1 : n + 4])
        if not (follows or fresh or (labelled and (last or goes_on))):
            continue
        last, branch = marker.ordinal, marker.branch
        number = f"第{chinese_int(last)}条" + (f"之{chinese_int(branch)}" if branch else "")
        starts.append((i, number))
    return starts
