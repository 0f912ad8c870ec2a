"""What a document says of itself behind a label: 成文日期：2031年6月25日, 会议时间 | 6月20日.

Covers, forms, minutes and the head of government pages state their fields so, in lines of their
own or in the cells of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.model import Paragraph
from index.notation import find_dates, find_number
from ingest.cue import whole_date
from ingest.stated import CLAIMED, DERIVED, LIKELY, PLACED, Stated

# Paragraphs from the top in which such labels stand.
_REACH = 24
_PARTS = re.compile(r"\s{1,20}(?=[\u4e00-\u9fff]{2,8}\s?[:：])|[|｜；;]")
_LABELLED = re.compile(
    r"^[>*\-\s]{0,4}([\u4e00-\u9fff][\u4e00-\u9fff\s]{1,14}?)\s{0,4}[:：]\s{0,4}(\S.{0,60})$"
)

# A slip on which a document is handled names that document's: 来文文号.
_NUMBER = re.compile(r"[发来]文[字文]号|文号")
_BODY = re.compile(r"(?:发文|来文|制发|制定|解读)(?:机关|单位)|发布(?:机构|单位)")
_DAY = re.compile(
    r"(?:成文|发文|签发|编制|制定|制订|修订|签订|签署|订立|填表|填报|起草|拟稿|最后更新|最近更新)(?:日期|时间)?"
)
_RECEIVED = re.compile(r"收文(?:日期|时间)")
_SIGNED = re.compile(r"(?:签[订署约])?(?:日\s{0,4}期|时\s{0,4}间)\s?[:：]\s{0,4}")
_CLOSING = 8  # paragraphs at the end
_TERM = tuple("前后起至到以")
_MEETING = re.compile(r"(?:会议|开会|召开)?(?:时间|日期)")
# The head of a government page: 索引号： | 000014349/2031-00001 | 发文机关： | …
_RECORD = re.compile(
    r"索\s?引\s?号|主题分类|信息分类|发文机关|发文字号|成文日期|发布日期|发布机构|有\s?效\s?性|主\s?题\s?词"
)


def labelled_number(paragraphs: Sequence[Paragraph]) -> Stated[str] | None:
    for value, line in _values(paragraphs, _NUMBER):
        if number := find_number(value):
            return Stated(number, line, DERIVED)
    return None


def labelled_body(paragraphs: Sequence[Paragraph]) -> Stated[str] | None:
    """发文机关."""
    return next((Stated(value, line, DERIVED) for value, line in _values(paragraphs, _BODY)), None)


def labelled_date(paragraphs: Sequence[Paragraph]) -> Stated[str] | None:
    return _date(paragraphs, _DAY, PLACED) or _date(paragraphs, _RECEIVED, LIKELY)


def meeting_date(paragraphs: Sequence[Paragraph], types: Sequence[str]) -> Stated[str] | None:
    """The day of which minutes tell; a notice names the day of a meeting to come."""
    if "纪要" not in types:
        return None
    days = {m.date for value, _ in _values(paragraphs, _MEETING) for m in find_dates(value)[:1]}
    return _date(paragraphs, _MEETING, CLAIMED) if len(days) == 1 else None


def signing_date(paragraphs: Sequence[Paragraph]) -> Stated[str] | None:
    """The one day on which both sides of a contract sign, side by side or one below the other."""
    found: dict[str, str] = {}
    for paragraph in paragraphs[-_CLOSING:]:
        parts = paragraph.cells or tuple(re.split(r"\s{2,}", paragraph.text.strip()))
        days = [whole_date(_SIGNED.sub("", part.strip())) for part in parts if part.strip()]
        labelled = _SIGNED.match(paragraph.text.strip())
        if days and all(days) and (len(days) > 1 or labelled):
            found |= {day.date: paragraph.text for day in days if day and len(day.date) == 10}
    return Stated(*next(iter(found.items())), LIKELY) if len(found) == 1 else None


def is_record(text: str) -> bool:
    """Whether a row of a table is part of a page's record, which stands above the title."""
    names = [cell.strip().rstrip("：:") for cell in text.split(" | ")]
    return len(names) > 1 and any(map(_RECORD.fullmatch, names))


def _date(
    paragraphs: Sequence[Paragraph], label: re.Pattern[str], sure: float
) -> Stated[str] | None:
    for value, line in _values(paragraphs, label):
        found = find_dates(value)
        # 2031年7月1日前 is a term, not a date.
        term = bool(found) and value[found[0].end :].lstrip().startswith(_TERM)
        if found and found[0].start == 0 and len(found[0].date) >= 7 and not term:
            return Stated(found[0].date, line, sure)
    return None


def _values(paragraphs: Sequence[Paragraph], label: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """(value, line) behind each such label, in order."""
    for paragraph in paragraphs[:_REACH]:
        for name, value in _pairs(paragraph):
            if label.fullmatch("".join(name.split())):
                yield value, paragraph.text


def _pairs(paragraph: Paragraph) -> Iterator[tuple[str, str]]:
    cells = paragraph.cells or tuple(paragraph.text.split(" | "))
    if len(cells) > 1:
        for name, value in pairwise(cells):
            if value.strip() and value != name:  # a merged cell says its label twice
                yield name.rstrip("：: "), value.strip()
    elif len(paragraph.text) <= 160 and {":", "："}.intersection(paragraph.text):
        # 编制部门：研发中心        编制日期：2031/1/3
        for part in _PARTS.split(paragraph.text):
            if match := _LABELLED.match(part.strip()):
                yield match[1], match[2].strip()
