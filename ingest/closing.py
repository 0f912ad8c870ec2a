"""The end of a document's own text: 署名, 成文日期, listed annexes, and where annexes begin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.contacts import has_surname
from ingest.cue import (
    OFFICES,
    close_letters,
    is_imprint,
    is_organisation,
    signed_date,
    title_types,
    whole_date,
)
from ingest.front import Front, begins_table, find_front
from ingest.lines import Block
from ingest.marker import parse_annex, parse_marker

# 附件：1.甲表 2.乙表 in one line; not 附件：2024 年
_LISTED = re.compile(r"(?:^|\s)(?=[0-9]{1,2}[.．、]\s?[^0-9])")
_COURTESY = re.compile(r"(?:此\s{0,4}致)?\s{0,4}(?:敬\s{0,4}礼)?[！!]?")  # 此致, 敬礼！
# 行长：苏明远, 东岭省省长 柳青禾: who signs an order; not 会长主持会议
_OFFICER = re.compile(
    rf"[\u4e00-\u9fff（）]{{0,24}}(?:{OFFICES})(?:\s{{0,4}}[:：]\s{{0,4}}|\s{{1,4}})"
    r"[\u4e00-\u9fff·]{1,4}(?:\s{0,4}[\u4e00-\u9fff·]{1,4}){0,2}"
)
_RELEASE = re.compile(r"[（(]此件")  # （此件公开发布）, on government pages right under the date
# What else stands alone above a date: 特此通知, （此页无正文）, 妥否请批示
_PHRASE = re.compile(
    r"[（]?(?:特此|此致|敬礼|此页|此件|以下|以上|妥否|当否|请|敬请|望[各你予]|附[件表]|联系|谢谢|祝|签[名字章]|盖章|日期|时间|全文完|正文|完)"
)
# Rows of tables and footnotes neither sign nor open anything.
_ASIDE = frozenset(("row", "note"))


@dataclass(frozen=True, slots=True)
class Closing:
    """Block indices. `date` is the line of 成文日期; `signature` the lines that sign it.

    `annexes` are the blocks at which annexes begin; the document's own text ends at the first.
    `listed` are the titles that the text announces for them, by number, in the blocks `listing`.
    """

    signature: tuple[int, ...] = ()
    date: int | None = None
    annexes: tuple[int, ...] = ()
    listed: dict[int, str] = field(default_factory=dict)
    listing: tuple[int, ...] = ()


def find_closing(blocks: Sequence[Block], front: Front) -> Closing:
    """Where the text is signed and where annexes begin."""
    signature, date = _signature(blocks, front.body)
    stop = len(blocks) if date is None else date + 1
    labels, listed, listing = _labels(blocks, front.body, stop)
    # An annex may hold a text that is signed, or the sample of a page with its date.
    if (
        labels
        and date is not None
        and labels[0] < date
        and (not signature or _holds_text(blocks, labels[0], date))
    ):
        signature, date = _signature(blocks[: labels[0]], front.body)
        stop = labels[0] if date is None else date + 1
    annexes = [i for i in labels if i >= stop or date is None]
    if not annexes and date is not None:
        annexes = _unlabelled(blocks, date + 1)
    return Closing(signature, date, tuple(annexes), listed, tuple(listing))


def _signature(blocks: Sequence[Block], body: int) -> tuple[tuple[int, ...], int | None]:
    """The first date signed by an organisation, else a date with nothing but imprint after it."""
    if not blocks or begins_table(blocks[body:], 0):
        return (), None
    # A roster or a list of contacts has no sentence: then anything below the title may be signed.
    first = next((i for i in range(body, len(blocks)) if _is_text(blocks[i])), max(body, 0))
    loose = None
    for i in range(first + 1, len(blocks)):
        block = blocks[i]
        if block.kind in _ASIDE or len(block.text) > 80:
            continue
        if signed_date(block.text):
            return (i,), i
        if whole_date(block.text) is None:
            continue
        if is_organisation(blocks[i - 1].text):
            return _signers(blocks, i, first), i
        if _OFFICER.fullmatch(blocks[i - 1].text.strip()) or _opens_rules(blocks, i + 1):
            return (), i
        if _signs(blocks, i - 1, first):
            return (i - 1,), i
        above = blocks[max(first, i - 3) : i]
        below = blocks[i + 1 : i + 4]
        ends = all(is_imprint(b.text) or parse_annex(b.text) for b in below)
        ends = ends or _RELEASE.match("".join(b.text for b in below[:1])) is not None
        if ends and not (len(above) == 3 and all(map(_is_bare, above))):
            loose = i
    return (_undated(blocks) if loose is None else ()), loose


def _signs(blocks: Sequence[Block], i: int, first: int) -> bool:
    """Whether a line above a date is a name by its place alone, between the text and the date; a
    person who signs does not issue."""
    name = "".join(blocks[i].text.split())
    ended = blocks[i - 1].text.rstrip().endswith(("。", "！", "!", "：")) if i > first else False
    plain = re.fullmatch(r"[\u4e00-\u9fff（）]{3,24}", name) and not _PHRASE.match(name)
    return ended and bool(plain) and not (len(name) <= 4 and has_surname(name))


def _opens_rules(blocks: Sequence[Block], start: int) -> bool:
    """Whether the regulation that an order issues begins there."""
    following = [block.text for block in blocks[start : start + 4]]
    begun = any(re.match(r"第一[章条]|1\s{1,3}总则", text) for text in following[1:])
    return begun and bool(title_types(following[0]))


def _is_bare(block: Block) -> bool:
    """Whether a line is short and without punctuation, as the cells of a table are."""
    return len(block.text) <= 30 and re.search(r"[，。；：！,;:!]", block.text) is None


def _undated(blocks: Sequence[Block]) -> tuple[int, ...]:
    """The last line where an organisation signs without a date, after a whole sentence."""
    at = len(blocks) - 1
    while at > 0 and (_COURTESY.fullmatch(blocks[at].text) or is_imprint(blocks[at].text)):
        at -= 1
    last, before = blocks[at], blocks[at - 1].text.rstrip() if at else ""
    signs = last.kind == "text" and last.outline is None and parse_marker(last.text) is None
    ended = before.endswith(("。", "！", "!")) or _COURTESY.fullmatch(before) is not None
    return (at,) if at and signs and ended and is_organisation(last.text) else ()


def _is_text(block: Block) -> bool:
    """Whether a block is a sentence of the text rather than a line of a cover."""
    return len(block.text) >= 40 or block.text.rstrip().endswith(("。", "；"))


def _signers(blocks: Sequence[Block], date: int, first: int) -> tuple[int, ...]:
    signers: list[int] = []
    for i in range(date - 1, max(first, date - 7), -1):
        text = blocks[i].text
        if not is_organisation(text) or len(text) > 40 or parse_marker(text) or parse_annex(text):
            break
        signers.insert(0, i)
    return tuple(signers)


def _labels(
    blocks: Sequence[Block], body: int, stop: int
) -> tuple[list[int], dict[int, str], list[int]]:
    """Blocks that open an annex, the titles listed before them, and the blocks listing those."""
    starts: list[int] = []
    listing: list[int] = []
    listed: dict[int, str] = {}
    for i in range(body, len(blocks)):
        block = blocks[i]
        label = parse_annex(block.text.strip()) if block.kind not in _ASIDE else None
        if label is None:
            continue
        rest = block.text.strip()[label.length :].strip()
        again = bool(listed) and (label.ordinal or 1) in listed
        if _opens(blocks, i, rest, again=again, after=i >= stop, seen=bool(starts)):
            starts.append(i)
        elif not starts and (rest or parse_marker(blocks[min(i + 1, len(blocks) - 1)].text)):
            titles, after = _listed(blocks, i, label.ordinal, rest)
            listed |= titles
            listing += range(i, after)
    return starts, listed, listing


def _opens(
    blocks: Sequence[Block], i: int, rest: str, *, again: bool, after: bool, seen: bool
) -> bool:
    """Whether the 附件 label at `i` opens an annex rather than announcing it; `again` says that
    the annex of this number has been announced."""
    if len(rest) > 60 or rest.endswith(("。", "；", "，")):
        return False
    following = blocks[i + 1].text if i + 1 < len(blocks) else ""
    marker = parse_marker(rest or following)
    lists = marker is not None and marker.family == "decimal" and marker.ordinal == 1
    if after or seen:
        return not (rest and lists) and bool(following)
    if lists and (rest or _short_list(blocks, i + 1)):
        return False
    if re.match(r"附\s?录\s?[A-Z]", blocks[i].text.strip()):
        return bool(following)
    new_page = i > 0 and blocks[i].page > blocks[i - 1].page
    return bool(following) and (new_page or not rest or again or _begins(blocks[i + 1]))


def _begins(block: Block) -> bool:
    """Whether a table, or numbering from one, follows a label: an announced annex has neither."""
    marker = parse_marker(block.text)
    return block.kind == "row" or (
        marker is not None and marker.ordinal == 1 and marker.family != "decimal"
    )


def _short_list(blocks: Sequence[Block], start: int) -> bool:
    """Whether only a few numbered titles follow, and then the signature."""
    for i in range(start, min(start + 12, len(blocks))):
        if parse_marker(blocks[i].text) is None:
            return is_organisation(blocks[i].text) or whole_date(blocks[i].text) is not None
    return False


def _listed(blocks: Sequence[Block], i: int, ordinal: int, rest: str) -> tuple[dict[int, str], int]:
    """Titles by number from 附件：甲, 附件：1.甲 2.乙 and the lines under it; the block after."""
    found: dict[int, str] = {}
    for part in _LISTED.split(rest):
        _put(found, part, ordinal or 1)
    following = i + 1
    while following < len(blocks) and (found or not rest):
        marker = parse_marker(blocks[following].text)
        if (
            marker is None
            or marker.family != "decimal"
            or marker.ordinal != max(found, default=0) + 1
        ):
            break
        _put(found, blocks[following].text, marker.ordinal)
        following += 1
    return found, following


def _put(found: dict[int, str], text: str, ordinal: int) -> None:
    marker = parse_marker(text.strip())
    if marker is not None and marker.family == "decimal":
        ordinal, text = marker.ordinal, text.strip()[marker.length :]
    if text.strip():
        found[ordinal] = close_letters(text).rstrip("。；; ")


def _holds_text(blocks: Sequence[Block], start: int, stop: int) -> bool:
    """Whether an annex that begins at `start` has a text of its own before `stop`."""
    return any(_is_text(block) or block.kind == "row" for block in blocks[start + 1 : stop])


def _unlabelled(blocks: Sequence[Block], start: int) -> list[int]:
    """The block where a regulation begins that follows the notice issuing it without a label."""
    while start < len(blocks) and is_imprint(blocks[start].text):
        start += 1
    rest = blocks[start:]
    if len(rest) < 4:
        return []
    front = find_front(rest)
    title = "".join(rest[i].text for i in front.title)
    return [start + front.title[0]] if front.title[:1] == (0,) and title_types(title) else []
