"""What a document says of itself: title, number, issuer, date, years, types and more.

Unknown is None. A number, a date or an organisation that the text merely cites is never taken:
each field is read from the one place where GB/T 9704 puts it, with a web page's own data as the
only other source. Each comes with the line that states it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.model import Evidence
from index.notation import find_dates, find_number, find_numbers, parse_date, parse_int
from ingest.cue import (
    TYPES,
    close_letters,
    dated_line,
    is_enactment,
    is_info,
    signed_date,
    simplified,
    title_types,
    whole_date,
)
from ingest.doubts import doubts
from ingest.imprint import find_addressees, find_copies, find_printed
from ingest.issuer import find_issuer
from ingest.labelled import labelled_date, labelled_number, meeting_date, signing_date
from ingest.lines import Reading
from ingest.marker import parse_marker
from ingest.period import find_period
from ingest.stated import CLAIMED, DERIVED, LIKELY, PLACED, Stated, as_sure_as_read, surest
from ingest.structure import Structure

# 2023年, 2023—2024, 2025学生手册, 二〇二四年; not 20245
_YEAR = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])|([一二][〇○零九][〇○零一二三四五六七八九]{2})(?=年)"
)
# 某某部公告2031年第6号, 某某署令第251号; not 关于第2号议案的报告
_NUMBER_IN_KIND = re.compile(
    r"(?:(?<=公告)|(?<=通告)|(?<=令))\s{0,3}(?:[〔（(]?[12][0-9]{3}[〕）)]?\s?年?\s?第?|第)\s?[0-9]{1,4}\s?号$"
)
# 印发 《 管理办法 》 的通知, as a scan is read
_AROUND_MARKS = re.compile(r"\s{1,4}(?=[《》”）])|(?<=[《》“（])\s{1,4}")
# ——2031年11月26日在…大会上, （2031年11月26日在…大会上）
_SUBTITLE = re.compile(r"^[—（(―-]{1,4}\s?([12][^—]{4,60}上)[）)]?$")
# （江协秘发〔2024〕3号） behind a title
_NUMBER_BEHIND = re.compile(r"[（(]([^（）()]{0,30}[〔\[][^（）()]{4,20})[)）]$")
_NEWS_VERB = re.compile(
    r"召开|举行|举办|开展|进行|赴|莅临|参加|组织|主持|出席|启动|揭牌|调研|获|走访|慰问|座谈|来访|顺利|圆满|落幕"
)
_NEWS_TIME = re.compile(
    r"近日|日前|[0-9]{1,2}\s?月(?:[0-9]{1,2}\s?日|[上中下底初]|[份，,])?|上午|下午|本周|今天|昨天"
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields of `index.model.Document` that this module fills."""

    title: str | None = None
    number: str | None = None
    letterhead: str | None = None
    issuer: str | None = None
    date: str | None = None
    years: tuple[int, ...] = ()
    period: str | None = None
    types: tuple[str, ...] = ()
    addressees: str | None = None
    copies: str | None = None
    printed: str | None = None
    evidence: tuple[Evidence, ...] = ()
    warnings: tuple[str, ...] = ()


def read_metadata(structure: Structure, reading: Reading) -> Metadata:
    """All fields of a document."""
    title, number_in_title = _title(structure, reading)
    types = _types(title, structure, reading)
    names = types.value if types else ()
    letterhead = _letterhead(structure)
    date = surest(_dates(structure, reading, title, names), structure.paragraphs)
    period = find_period(title.value, names) if title else None
    found: dict[str, Stated[Any] | None] = {
        "title": title,
        "number": surest(_numbers(structure, number_in_title), structure.paragraphs),
        "letterhead": letterhead,
        "issuer": find_issuer(structure, title, letterhead, names, reading.publisher),
        "date": date,
        "years": _years(title, date),
        "period": Stated(period, title.line, DERIVED) if title and period else None,
        "types": types,
        "addressees": find_addressees(structure, titled=title is not None),
        "copies": find_copies(structure),
        "printed": find_printed(structure),
    }
    known = {
        name: as_sure_as_read(stated, structure.paragraphs)
        for name, stated in found.items()
        if stated is not None
    }
    return Metadata(
        **{name: stated.value for name, stated in known.items()},
        evidence=tuple(Evidence(name, s.line, s.confidence) for name, s in known.items()),
        warnings=tuple(doubts(structure, known)),
    )


def _title(structure: Structure, reading: Reading) -> tuple[Stated[str] | None, Stated[str] | None]:
    """(title, number printed inside it). Lines are joined; a space stays only inside a line."""
    stated = _printed_title(structure) or _claimed_title(reading)
    if stated is None:
        return None, None
    match = _NUMBER_BEHIND.search(stated.value) or _NUMBER_IN_KIND.search(stated.value)
    alone = match is not None and match.re is _NUMBER_IN_KIND
    number = find_number(match[0 if alone else 1], alone=alone) if match else None
    if not match or not number:
        return stated, None
    title = stated.value[: match.start()].strip()
    return (
        Stated(title, stated.line, stated.confidence) if title else None,
        Stated(number, stated.line, PLACED),
    )


def _printed_title(structure: Structure) -> Stated[str] | None:
    lines = [structure.paragraphs[i].text for i in structure.front.title]
    title = _AROUND_MARKS.sub("", "".join(close_letters(line) for line in lines))
    styled = any(
        structure.blocks[i].centred or structure.blocks[i].outline in {0, 1}
        for i in structure.front.title
    )
    sure = PLACED if title_types(title) else CLAIMED if styled else LIKELY
    return Stated(title, "\n".join(lines), sure) if title else None


def _claimed_title(reading: Reading) -> Stated[str] | None:
    """What a web page calls itself, or the running head of a file whose cover is a picture."""
    title = (reading.title or "").strip()
    if title:
        return Stated(title, title, CLAIMED)
    heads = (dropped.text.strip() for dropped in reading.dropped if dropped.why == "running_head")
    head = next((head for head in heads if title_types(head) and len(head) <= 60), "")
    return Stated(head, head, LIKELY) if head else None


def _numbers(structure: Structure, in_title: Stated[str] | None) -> Iterator[Stated[str] | None]:
    yield _number(structure)
    yield in_title
    yield labelled_number(structure.paragraphs)


def _number(structure: Structure) -> Stated[str] | None:
    """The document's own 发文字号: only a line of its own in the front counts."""
    if structure.front.number is None:
        return None
    line = structure.paragraphs[structure.front.number].text
    # Under 某某部公告 stands 2031年第6号 alone.
    number = find_number(line) or find_number(line, alone=True)
    return Stated(number, line, PLACED) if number else None


def _letterhead(structure: Structure) -> Stated[str] | None:
    if structure.front.letterhead is None:
        return None
    line = structure.paragraphs[structure.front.letterhead].text
    name = "".join(line.split()).removesuffix("文件")
    return Stated(name, line, PLACED) if name else None


def _dates(
    structure: Structure, reading: Reading, title: Stated[str] | None, types: Sequence[str]
) -> Iterator[Stated[str] | None]:
    """成文日期, else adoption or cover date, else the page's own; never a date the text cites."""
    closing = structure.closing.date
    if closing is not None:
        line = structure.paragraphs[closing].text
        date = _plain_date(line)
        yield Stated(date, line, PLACED) if date else None
    yield labelled_date(structure.paragraphs)
    yield from _front_dates(structure, types)
    yield meeting_date(structure.paragraphs, types) or signing_date(structure.paragraphs)
    if reading.date:
        claimed = parse_date(reading.date[:10]) or next(
            (mention.date for mention in find_dates(reading.date)), None
        )
        yield Stated(claimed, reading.date, CLAIMED) if claimed else None
        return
    dates = [m.date for m in find_dates(title.value) if len(m.date) == 10] if title else []
    yield Stated(dates[0], title.line, CLAIMED) if title and len(dates) == 1 else None


def _front_dates(structure: Structure, types: Sequence[str]) -> Iterator[Stated[str]]:
    # Below a heading stands the date of a part: of one regulation in a collection.
    heads = [i for i, paragraph in enumerate(structure.paragraphs) if paragraph.level]
    end = min(heads, default=len(structure.paragraphs))
    front = [structure.paragraphs[i].text for i in structure.front.dates if i < end]
    ways = [_plain_date, _enacted, _informed, _spoken, _on_cover]
    if "纪要" in types:
        ways.remove(_informed)  # 时间： may be that of one meeting of several
    for wanted in ways:
        for text in front:
            if date := wanted(text):
                yield Stated(date, text, PLACED if wanted is _plain_date else DERIVED)


def _plain_date(text: str) -> str | None:
    signed, mention = signed_date(text), whole_date(text)
    return mention.date if mention else signed[1].date if signed else None


def _on_cover(text: str) -> str | None:
    mention = dated_line(text)
    return mention.date if mention else None


def _enacted(text: str) -> str | None:
    mentions = find_dates(text) if is_enactment(text) else ()
    # 2031年3月16日公布 自2031年6月1日起施行: the day from which it holds is no date of it
    made = [m for m in mentions if not text[: m.start].rstrip().endswith("自")]
    return made[-1].date if made else None


def _spoken(text: str) -> str | None:
    """——2031年11月26日在某某协会会员代表大会上"""
    match = _SUBTITLE.match(text.strip())
    mentions = find_dates(match[1]) if match else ()
    return mentions[0].date if len(mentions) == 1 else None


def _informed(text: str) -> str | None:
    mentions = find_dates(text) if is_info(text) else ()
    return mentions[0].date if mentions else None


def _years(title: Stated[str] | None, date: Stated[str] | None) -> Stated[tuple[int, ...]] | None:
    """The years a title names, and the year of the date."""
    found = _YEAR.finditer(title.value) if title else ()
    named = {parse_int(match[1] or match[2]) for match in found}
    dated = {int(date.value[:4])} if date else set()
    years = tuple(sorted(year for year in named | dated if year and 1900 <= year <= 2100))
    source = title if named else date
    return Stated(years, source.line, DERIVED) if source and years else None


def _types(
    title: Stated[str] | None, structure: Structure, reading: Reading
) -> Stated[tuple[str, ...]] | None:
    """文种 from the title, else from how the text is built."""
    if title and (types := title_types(title.value)):
        return Stated(types, title.line, title.confidence)
    if title and (inside := _last_type(title.value)):
        return Stated((inside,), title.line, CLAIMED)
    if len(structure.clauses) >= 5 or not _is_news(structure, reading):
        return None
    return Stated(("新闻",), next(p.text for p in structure.paragraphs if len(p.text) > 30), LIKELY)


def _last_type(title: str) -> str | None:
    """A 文种 that is not the title's last word: 2024年工作要点分解表."""
    bare = re.sub(r"[“\"《][^”\"》]{0,60}[”\"》]", "", simplified(title))
    found = [(bare.rfind(word), word) for word in TYPES if len(word) > 1 and word in bare]
    found = [(place, word) for place, word in found if word not in {"要求", "标准", "制度", "计划"}]
    return max(found)[1] if found else None


def _is_news(structure: Structure, reading: Reading) -> bool:
    """Whether the text opens as news does: who did what, when, and no numbered outline."""
    if structure.front.number is not None or structure.closing.signature:
        return False
    body = [p for p in structure.paragraphs if p.level is None and len(p.text) > 30]
    if not body or any(parse_marker(p.text) for p in body[:1]):
        return False
    opening = simplified(body[0].text[:200])
    happened = _NEWS_VERB.search(opening) is not None and _NEWS_TIME.search(opening) is not None
    numbered = sum(parse_marker(p.text) is not None for p in structure.paragraphs)
    return happened and 3 * numbered <= len(structure.paragraphs) and not find_numbers(opening[:40])
