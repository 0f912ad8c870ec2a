"""From blocks to paragraphs with levels, sections, clauses and annexes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from index.model import Attachment, Clause, Paragraph, Section
from index.radicals import repair_radicals
from ingest.clauses import find_clauses
from ingest.closing import Closing, find_closing
from ingest.compilation import is_compilation
from ingest.contents import contents_lines
from ingest.cue import (
    close_letters,
    ends_sentence,
    is_contents,
    is_imprint,
    is_issue,
    is_organisation,
    signed_date,
    title_types,
    whole_date,
)
from ingest.front import Front, find_front
from ingest.heading import find_headings
from ingest.lines import Block, Reading
from ingest.marker import parse_annex, parse_marker
from ingest.sequence import OUTER

# OCR and careless copying glue the addressee to the title: …有关事宜的通知各会员单位：
_GLUED = re.compile(
    r"^([^，。；：]{2,40}关于[^，。；：]{2,90}的(?:通知|意见|决定|函|报告|请示|批复|公告|通告))"
    r"(?=[\u4e00-\u9fff][^。]{1,400}[：:])"
)
_BRACKETED = re.compile(r"^[（(][\u4e00-\u9fff]{2,10}[)）]$")  # （征求意见稿）; not （一）总则
# A chapter's name broken over two lines: 第三节 审议、 / 表决程序.
_UNFINISHED = ("、", "，")
# （规范性附录）, as standards say under 附录A; not （试行）
_ANNEX_NOTE = re.compile(r"^[（(](?:规范性|资料性)(?:附录)?[)）]$")


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
    warnings: tuple[str, ...] = ()

    @property
    def main_end(self) -> int:
        """The paragraph at which annexes begin."""
        return self.closing.annexes[0] if self.closing.annexes else len(self.paragraphs)


def build_structure(reading: Reading) -> Structure:
    """The structure of a reading; never fails, at worst everything is body text."""
    blocks = tuple(_clean(reading.blocks))
    found = Front() if reading.headed else find_front(blocks, reading.title)
    front = _outer_front(blocks, found)
    closing = _outer_closing(blocks, front, find_closing(blocks, front))
    contents = contents_lines(blocks)
    levels, heading_gap = _levels(blocks, front, closing, contents)
    bounds = [*closing.annexes, _imprint_start(blocks)]
    paragraphs = []
    for i, block in enumerate(blocks):
        annex = bisect_right(closing.annexes, i) if i < bounds[-1] else 0
        level = levels.get(i)
        paragraphs.append(
            Paragraph(
                block.text, block.page, level, annex, block.cells, block.header, block.confidence
            )
        )
    attachments = [
        Attachment(
            _annex_title(blocks, start, stop, n, closing),
            tuple(block.text for block in blocks[start:stop]),
        )
        for n, (start, stop) in enumerate(pairwise(bounds), 1)
    ]
    clauses, clause_gap = find_clauses(blocks, _ends(blocks, levels, closing), contents)
    return Structure(
        blocks,
        tuple(paragraphs),
        _sections(paragraphs),
        clauses,
        tuple(attachments),
        front,
        closing,
        ("numbering_gap",) if heading_gap or clause_gap else (),
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
        if block.cells:
            block = replace(block, cells=tuple(map(repair_radicals, block.cells)))
        if not text:
            continue
        glued = _GLUED.match(text) if len(cleaned) < 6 else None
        if glued:
            cleaned.append(replace(block, text=glued[1]))
            text = text[glued.end() :].strip()
        if cleaned and _names(cleaned[-1], block, text):
            gap = "" if cleaned[-1].text.endswith(_UNFINISHED) else " "
            cleaned[-1] = replace(cleaned[-1], text=cleaned[-1].text + gap + text)
            continue
        cleaned.append(block if text == block.text else replace(block, text=text))
    return cleaned


def _names(label: Block, block: Block, text: str) -> bool:
    """Whether `text` is the name, or its rest, of a chapter that the line above begins."""
    if len(label.text) > 45 or len(text) > 30 or {label.kind, block.kind} != {"text"}:
        return False
    marker = parse_marker(label.text)
    if marker is None or marker.family not in OUTER or ends_sentence(text) or is_contents(text):
        return False
    begins = marker.length == len(label.text) or label.text.endswith(_UNFINISHED)
    return begins and parse_marker(text) is None and not re.search(r"[。；：:]", text)


def _outer_front(blocks: Sequence[Block], front: Front) -> Front:
    """A compilation's front without the title of its first regulation, which is a heading."""
    for n in range(1, len(front.title)):
        if is_compilation("".join(blocks[i].text for i in front.title[:n])):
            return replace(front, title=front.title[:n], body=front.title[n])
    return front


def _outer_closing(blocks: Sequence[Block], front: Front, closing: Closing) -> Closing:
    """A compilation's closing: what follows the signature of one regulation is the next."""
    if not is_compilation("".join(blocks[i].text for i in front.title)):
        return closing
    labelled = tuple(i for i in closing.annexes if parse_annex(blocks[i].text))
    return replace(closing, signature=(), date=None, annexes=labelled)


def _levels(
    blocks: Sequence[Block], front: Front, closing: Closing, contents: Set[int]
) -> tuple[dict[int, int], bool]:
    """Levels of title lines, headings and annex labels; whether headings skip a number."""
    levels = dict.fromkeys(front.title, 0)
    starts = closing.annexes
    stop = starts[0] if starts else len(blocks)
    # （征求意见稿）, 第7期: what stands on a cover beside the title
    cover = range(min(front.body + 4, len(blocks)))
    above = {i for i in cover if is_issue(blocks[i].text) or _BRACKETED.match(blocks[i].text)}
    above |= {i - 1 for i in front.dates if i and is_organisation(blocks[i - 1].text)}
    quiet = {*closing.signature, *closing.listing, *front.dates, *above, closing.date, *contents}
    compiled = is_compilation("".join(blocks[i].text for i in front.title))
    main, gap = _headings(blocks, range(front.body, stop), quiet, 1, compiled)
    levels |= main
    for start, end in zip(starts, [*starts, len(blocks)][1:], strict=True):
        levels[start] = 1
        titles = range(start + 1, start + 1 + len(_annex_lines(blocks, start, end)))
        inside, broken = _headings(blocks, range(start + 1, end), {*titles, *contents}, 2)
        levels |= inside
        gap = gap or broken
    return levels, gap


def _headings(
    blocks: Sequence[Block],
    part: range,
    quiet: Set[int | None],
    base: int,
    compiled: bool = False,
) -> tuple[dict[int, int], bool]:
    """Levels of the headings in one part, and whether they skip a number; blocks in `quiet` are
    known to be something else."""
    kept = [i for i in part if i not in quiet]
    found = find_headings([blocks[i] for i in kept], base, compiled)
    return {kept[i]: level for i, level in found.levels.items()}, found.gap


def _annex_title(blocks: Sequence[Block], start: int, stop: int, n: int, closing: Closing) -> str:
    """The title announced in the text, else the label's own, else the lines under the label."""
    text = blocks[start].text
    label = parse_annex(text)
    ordinal = (label.ordinal if label else 0) or n
    if ordinal in closing.listed:
        return closing.listed[ordinal]
    own = _ANNEX_NOTE.sub("", text[label.length :].strip()) if label else text
    if own:
        return close_letters(own)
    lines = [line for line in _annex_lines(blocks, start, stop) if not _ANNEX_NOTE.match(line)]
    return "".join(map(close_letters, lines)) or text


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


def _ends(blocks: Sequence[Block], levels: Mapping[int, int], closing: Closing) -> set[int]:
    """Blocks before which a clause ends: headings, imprint, signatures, the date under one."""
    ends = {*levels, *closing.signature}
    for i, block in enumerate(blocks):
        signed = i > 0 and is_organisation(blocks[i - 1].text)
        if is_imprint(block.text) or (len(block.text) <= 80 and signed_date(block.text)):
            ends.add(i)
        elif signed and (i in levels or (len(block.text) <= 40 and whole_date(block.text))):
            ends.update((i - 1, i))
    return ends if closing.date is None else ends | {closing.date}
