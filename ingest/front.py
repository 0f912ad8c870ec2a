"""The front of a document: 发文机关标志, 发文字号, title lines, adoption note, found by place.

Readers give lines with some style; a text file gives none. So lines are sorted into kinds by
their words first, and style only decides between groups of lines that could be the title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.notation import find_dates, find_numbers
from ingest.contacts import has_surname
from ingest.cue import (
    COLUMNS,
    OFFICES,
    close_letters,
    dated_line,
    ends_sentence,
    is_contents,
    is_enactment,
    is_info,
    is_issue,
    is_letter_spaced,
    is_organisation,
    is_secrecy,
    maker,
    signed_date,
    title_types,
    whole_date,
)
from ingest.labelled import is_record
from ingest.lines import Block
from ingest.marker import parse_annex, parse_bare, parse_marker
from ingest.tables import are_labels

# A red-head notice has 6 lines before its text, a report's cover about 12.
_REACH = 16
_ROUGH = 0.1  # of a size: sizes are measured with noise where lines were recognised
_OFFICE = re.compile(rf"^\S{{0,8}}(?:{OFFICES})\s")
# What is numbered by year and number alone, without a 代字.
_BARE_KINDS = ("公告", "通告", "令")


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
        title = _with_beginning(blocks, _best(blocks, groups), groups)
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
        if i and kind in {"line", "other"} and _numbers_above(blocks[i - 1].text, block.text):
            kind = "number"
        if kind == "body" or begins_table(blocks, i):
            break
        kinds.append(kind)
    return kinds


def begins_table(blocks: Sequence[Block], i: int) -> bool:
    """Whether the names of columns begin at block i, as in a table with a cell to a line."""
    names = [block.text for block in blocks[i : i + 3]]
    numbered = bool(names) and "".join(names[0].split()) == "序号"
    return numbered or (len(names) == 3 and are_labels(names))


def _kind(block: Block, *, first: bool) -> str:
    text = block.text.strip()
    if block.kind == "note":
        return "other"
    if block.kind == "row" and is_record(text):
        return "other"
    if is_contents(text) or (block.kind == "row" and " | " in text):
        return "body"  # a cover may be set in a table, one line to a row
    if re.match(r"(?:关\s?键\s?[词字]|摘\s?要)[\s:：]", text):
        return "body"
    if maker(text):
        return "signed"
    if is_secrecy(text):
        return "secrecy"
    if is_number_line(text) or _is_number_caption(text):
        return "number"
    if whole_date(text):
        return "date"
    if is_info(text):
        return "info"
    if text.startswith(("——", "――")) and len(text) <= 60:
        return "note"  # ——在某某协会会员代表大会上, under the title of a report
    if text in COLUMNS or is_issue(text) or (not first and _is_speaker(text)):
        return "other"
    if is_enactment(text) or _dated(text):
        return "note"
    if signed_date(text) or dated_line(text):
        return "signed"
    annex = parse_annex(text)
    if annex and annex.length == len(text):
        return "annex" if first else "body"
    return _line_kind(block, text, first=first)


def _is_speaker(text: str) -> bool:
    """Whether a line is a person: 苏明远, 会长 苏明远; not 总结 or 章 程."""
    name = "".join(_OFFICE.sub("", text).split())
    plain = re.fullmatch(r"[\u4e00-\u9fff]{2,4}", name) is not None
    return plain and has_surname(name) and not title_types(name) and not is_organisation(name)


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
    typed = first and bool(title_types(text))
    if parse_marker(text) and not (typed and block.outline in {0, 1}):
        return "body"
    if parse_bare(text) and not typed:
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
    if re.fullmatch(r"填[写表报]说明|填[写表报]须知", word):
        return True
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


def numbering_bodies(text: str) -> tuple[str, ...]:
    """The bodies in 财政厅 邮政局公告2031年第7号, a number without a 代字; none in other lines."""
    text = text.strip().strip("（）()")
    numbers = find_numbers(text, alone=True)
    if len(numbers) != 1 or numbers[0].code or not text.endswith(("号", "號")):
        return ()
    names = text[: numbers[0].start].strip()
    bodies = tuple(re.split(r"[\s、]+", re.sub(r"(?:公告|通告|令)$", "", names)))
    cited = re.match(r"根据|依据|按照|依照|参照|转发|[详另]?见", names)
    sure = names.endswith(_BARE_KINDS) and not cited and all(map(is_organisation, bodies))
    return bodies if sure else ()


def _numbers_above(above: str, text: str) -> bool:
    """Whether a line numbers the 公告 or 令 above it: 2031年第6号, or that behind its bodies."""
    text = text.strip().strip("（）()")
    numbers = find_numbers(text, alone=True)
    alone = len(numbers) == 1 and (numbers[0].start, numbers[0].end) == (0, len(text))
    if alone and not numbers[0].code:
        return "".join(above.split()).endswith(_BARE_KINDS)
    return bool(numbering_bodies(text))


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
        next_to = bool(groups) and groups[-1][-1] == i - 1
        joins = next_to and _alike(blocks[i - 1], blocks[i])
        joins = joins and not _complete(blocks, groups[-1], i)
        if joins or (next_to and _is_spaced_kind(blocks, groups[-1], i)):
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _is_spaced_kind(blocks: Sequence[Block], group: Sequence[int], i: int) -> bool:
    """Whether a line is the 文种 of the title above it, often set wide: 通　知, 申 报 书."""
    text = blocks[i].text.strip()
    word = "".join(text.split())
    named = title_types(word) == (word,) or word.endswith(("书", "表"))
    return len(word) <= 4 and named and not title_types(_text(blocks, group))


def _text(blocks: Sequence[Block], group: Sequence[int]) -> str:
    return "".join(close_letters(blocks[i].text) for i in group)


def _alike(one: Block, other: Block) -> bool:
    if one.size is not None and other.size is not None:
        # what is recognised has a size only about
        rough = one.confidence is not None and other.confidence is not None
        if abs(one.size - other.size) > max(1.0, _ROUGH * one.size if rough else 0.0):
            return False
    if one.outline != other.outline:
        return False
    return one.bold == other.bold or one.centred == other.centred


def _complete(blocks: Sequence[Block], group: Sequence[int], following: int) -> bool:
    """Whether a title is whole before the next line: it names its 文种 and nothing continues it."""
    text, after = _text(blocks, group), blocks[following].text.strip()
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
    sizes = [max(blocks[i].size or 0.0 for i in group) for group in groups]
    scored = []
    for group, size in zip(groups, sizes, strict=True):
        text, head = _text(blocks, group), blocks[group[0]]
        score = 2.0 * bool(title_types(text)) + 1.0 * ("关于" in text)
        score += 1.0 * head.centred + 0.5 * head.bold + 2.0 * (head.outline in {0, 1})
        score += 1.5 * (0 < size == max(sizes) and len(groups) > 1)
        score -= 1.0 * (is_organisation(text) and len(groups) > 1)
        scored.append((score, group[0], tuple(group)))
    best = max(scored)[2]
    return best if _has_style(blocks) else _plain_title(blocks, best)


def _with_beginning(
    blocks: Sequence[Block], title: tuple[int, ...], groups: Sequence[Sequence[int]]
) -> tuple[int, ...]:
    """The title with the line above that begins it, 关于召开某某协会: none says less alone."""
    above = next((group for group in groups if title and group[-1] == title[0] - 1), ())
    text = _text(blocks, above)
    begins = text.startswith("关于") and not title_types(text) and len(above) <= 2
    return (*above, *title) if begins else title


def _has_style(blocks: Sequence[Block]) -> bool:
    """Whether lines here differ in anything but their words."""
    near = blocks[:_REACH]
    sizes = {block.size for block in near if block.size is not None}
    return len(sizes) > 1 or any(b.bold or b.centred or b.outline is not None for b in near)


def _plain_title(blocks: Sequence[Block], group: Sequence[int]) -> tuple[int, ...]:
    """The lines of a group that are surely title when nothing but words tells them apart."""
    whole = _text(blocks, group)
    if title_types(whole) or (whole.endswith("案") and len(group) <= 4):  # …责任纠纷案
        return tuple(group)
    size = 2 if is_organisation(blocks[group[0]].text) else 1
    if size < len(group) and _is_spaced_kind(blocks, group[:size], group[size]):
        size += 1
    return tuple(group[:size])


def _web_title(blocks: Sequence[Block], web_title: str) -> tuple[int, ...]:
    """The lines that together are what the page calls itself."""
    wanted = "".join(web_title.split())
    lines = ["".join(block.text.split()) for block in blocks[:_REACH]]
    for first in range(len(lines)):
        for last in range(first + 1, min(first + 3, len(lines)) + 1):
            if "".join(lines[first:last]) == wanted:
                return tuple(range(first, last))
    return ()
