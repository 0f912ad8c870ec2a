"""The front of a document: 发文机关标志, 发文字号, title lines, adoption note, found by place.

Readers give lines with some style; a text file gives none. So lines are sorted into kinds by
their words first, and style only decides between groups of lines that could be the title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.notation import find_dates, find_numbers
from ingest.cue import (
    dated_line,
    ends_sentence,
    is_contents,
    is_enactment,
    is_info,
    is_letter_spaced,
    is_organisation,
    is_secrecy,
    signed_date,
    title_types,
    whole_date,
)
from ingest.lines import Block
from ingest.marker import parse_annex, parse_bare, parse_marker

# A red-head notice has 6 lines before its text, a report's cover about 12.
_REACH = 16


@dataclass(frozen=True, slots=True)
class Front:
    """Block indices. `dates` are date and adoption lines, `body` the first block of the text."""

    title: tuple[int, ...] = ()
    letterhead: int | None = None
    number: int | None = None
    dates: tuple[int, ...] = ()
    body: int = 0


def find_front(blocks: Sequence[Block], web_title: str | None = None) -> Front:
    """The front of the document that `blocks` begin. `web_title` is what a page calls itself."""
    kinds = _kinds(blocks)
    number = next((i for i, kind in enumerate(kinds) if kind == "number"), None)
    dates = tuple(i for i, kind in enumerate(kinds) if kind in {"date", "note", "info", "signed"})
    letterhead, title = None, _web_title(blocks, web_title) if web_title else ()
    if not web_title:
        groups = _groups(blocks, kinds)
        letterhead, groups = _split_letterhead(blocks, groups, number)
        title = _best(blocks, groups)
        if letterhead is None and len(title) > 1 and _repeats_organisation(blocks, title):
            letterhead, title = title[0], title[1:]
    last = max([*title, *(i for i in (letterhead, number) if i is not None)], default=-1)
    while last + 1 in dates:
        last += 1
    return Front(title, letterhead, number, dates, last + 1)


def _kinds(blocks: Sequence[Block]) -> list[str]:
    """The kind of each line up to where the text begins."""
    kinds = []
    for i, block in enumerate(blocks[:_REACH]):
        kind = _kind(block, first=i == 0)
        if kind == "body":
            break
        kinds.append(kind)
    return kinds


def _kind(block: Block, *, first: bool) -> str:
    text = block.text.strip()
    if block.kind == "note":
        return "other"
    if is_contents(text) or (block.kind == "row" and " | " in text):
        return "body"  # a cover may be set in a table, one line to a row
    if is_secrecy(text):
        return "secrecy"
    if is_number_line(text) or _is_number_caption(text):
        return "number"
    if whole_date(text):
        return "date"
    if is_info(text):
        return "info"
    if is_enactment(text) or _dated(text):
        return "note"
    if signed_date(text) or dated_line(text):
        return "signed"
    annex = parse_annex(text)
    if annex and annex.length == len(text):
        return "annex" if first else "body"
    return _line_kind(block, text, first=first)


def _dated(text: str) -> bool:
    """Whether a long line starts with a day: a history of amendments, not a title."""
    mentions = find_dates(text[:24])
    return (
        bool(mentions) and mentions[0].start <= 1 and len(mentions[0].date) == 10 < len(text) - 14
    )


def _line_kind(block: Block, text: str, *, first: bool) -> str:
    if not re.search(r"[\u4e00-\u9fff]", text) or _is_cover_label(text):
        return "other"
    styled = block.outline in {0, 1} or block.centred
    if parse_marker(text) and not (block.outline in {0, 1} and title_types(text)):
        return "body"
    if parse_bare(text) and not title_types(text):
        return "body"
    if re.search(r"[^：:]{1,12}[：:].{0,40}$", text) and not title_types(text):
        return "other" if len(text) <= 40 and not text.endswith(("：", ":")) else "body"
    if ends_sentence(text) or re.search(r"[。；]", text):
        return "body"
    if len(text) > (120 if title_types(text) else 60):
        return "body"
    # A headline may hold a comma: 凝心聚力，共谋发展.
    headline = styled or block.bold or (first and len(text) <= 45)
    if re.search(r"[，,]", text) and not headline and not title_types(text):
        return "body"
    return "line"


def _is_cover_label(text: str) -> bool:
    """Whether a line is a blank to fill in or the head of a preface; not an addressee."""
    word = "".join(text.split()).rstrip("：:")
    if word in {"前言", "序言", "序", "引言", "说明", "编者按", "摘要", "封面", "正文", "附件"}:
        return True
    colon = text.endswith(("：", ":"))
    return colon and len(word) <= 12 and re.search(r"各|单位|同志|部门|会员", word) is None


def is_number_line(text: str) -> bool:
    """Whether a line is a 发文字号, perhaps with 签发人 beside it; not a sentence citing one."""
    numbers = find_numbers(text)
    if len(numbers) != 1:
        return False
    rest = text[: numbers[0].start] + text[numbers[0].end :]
    rest = re.sub(r"签\s*发\s*人\s*[:：]?.{0,12}$", "", rest)
    return len("".join(rest.split()).strip("（）()")) <= 2


def _is_number_caption(text: str) -> bool:
    """Whether a line in brackets begins with a 发文字号, as captions under a title do."""
    if not re.match(r"^[（(].{6,80}[)）]$", text) or "《" in text:
        return False
    numbers = find_numbers(text)
    return len(numbers) == 1 and numbers[0].start == 1


def _groups(blocks: Sequence[Block], kinds: Sequence[str]) -> list[list[int]]:
    """Runs of lines that look alike."""
    groups: list[list[int]] = []
    for i, kind in enumerate(kinds):
        if kind != "line":
            continue
        joins = groups and groups[-1][-1] == i - 1 and _alike(blocks[i - 1], blocks[i])
        if joins and not _complete(blocks, groups[-1], i):
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _alike(one: Block, other: Block) -> bool:
    if one.size is not None and other.size is not None and abs(one.size - other.size) > 1.0:
        return False
    if one.outline != other.outline:
        return False
    return one.bold == other.bold or one.centred == other.centred


def _complete(blocks: Sequence[Block], group: Sequence[int], following: int) -> bool:
    """Whether a title is whole before the next line: it names its 文种 and nothing continues it."""
    text, after = "".join(blocks[i].text for i in group), blocks[following].text.strip()
    if not title_types(text) or after.startswith(("（", "(", "和", "与", "及", "的", "暨", "—")):
        return False
    return not title_types(after) or "的" in text[-8:]


def _split_letterhead(
    blocks: Sequence[Block], groups: list[list[int]], number: int | None
) -> tuple[int | None, list[list[int]]]:
    """The letterhead, and the groups without it: what stands above the number, or says 文件."""
    lines = [i for group in groups for i in group]
    above = [i for i in lines if number is not None and i < number]
    if above and above[-1] != lines[-1]:
        heads = [i for i in above if _is_letterhead(blocks[i].text)] or above
        return heads[0], [kept for group in groups if (kept := [i for i in group if i > above[-1]])]
    for i in lines[:2]:
        text = "".join(blocks[i].text.split())
        spaced = is_letter_spaced(blocks[i].text) and is_organisation(text)
        if (text.endswith("文件") and is_organisation(text[:-2])) or (spaced and len(lines) > 1):
            return i, [kept for group in groups if (kept := [j for j in group if j != i])]
    return None, groups


def _is_letterhead(text: str) -> bool:
    return is_organisation("".join(text.split()).removesuffix("文件"))


def _repeats_organisation(blocks: Sequence[Block], title: Sequence[int]) -> bool:
    """Whether the first line is an organisation that the title itself starts with again."""
    first, rest = ("".join(blocks[i].text.split()) for i in title[:2])
    return is_organisation(first) and rest.startswith(first)


def _best(blocks: Sequence[Block], groups: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The group that is most like a title; the later of equals, since headlines come first."""
    if not groups:
        return ()
    largest = max((blocks[group[0]].size or 0.0) for group in groups)
    scored = []
    for group in groups:
        text, head = "".join(blocks[i].text for i in group), blocks[group[0]]
        score = 2.0 * bool(title_types(text)) + 1.0 * ("关于" in text)
        score += 1.0 * head.centred + 0.5 * head.bold + 2.0 * (head.outline in {0, 1})
        score += 1.5 * (head.size is not None and head.size >= largest and len(groups) > 1)
        score -= 1.0 * (is_organisation(text) and len(groups) > 1)
        scored.append((score, group[0], tuple(group)))
    best = max(scored)[2]
    return best if _has_style(blocks) else _plain_title(blocks, best)


def _has_style(blocks: Sequence[Block]) -> bool:
    return any(b.bold or b.centred or b.size is not None or b.outline is not None for b in blocks)


def _plain_title(blocks: Sequence[Block], group: Sequence[int]) -> tuple[int, ...]:
    """The lines of a group that are surely title when nothing but words tells them apart."""
    if title_types("".join(blocks[i].text for i in group)):
        return tuple(group)
    return tuple(group[: 2 if is_organisation(blocks[group[0]].text) else 1])


def _web_title(blocks: Sequence[Block], web_title: str) -> tuple[int, ...]:
    wanted = "".join(web_title.split())
    for i, block in enumerate(blocks[:_REACH]):
        if "".join(block.text.split()) == wanted:
            return (i,)
    return ()
