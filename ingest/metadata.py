"""What a document says of itself: title, number, issuer, date, years, types.

Unknown is None. A number, a date or an organisation that the text merely cites is never taken:
each field is read from the one place where GB/T 9704 puts it, with a web page's own data as the
only other source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.notation import find_dates, find_number, find_numbers, parse_date, parse_int
from ingest.cue import (
    TYPES,
    close_letters,
    is_enactment,
    is_info,
    is_organisation,
    signed_date,
    simplified,
    title_types,
    whole_date,
)
from ingest.lines import Reading
from ingest.marker import parse_marker
from ingest.structure import Structure

_STRONG = (
    r"(?:大学|学院|协会|学会|研究会|联合会|委员会|理事会|工会|公司|集团|中心|办公室|人民法院|检察院|国务院|"
    r"教育[部厅局]|人民政府|管理局|[\u4e00-\u9fff]{2}[厅局署]|工作室|用户组|俱乐部|研究[院所]|党委|党支部|银行)"
)
# 四川省某某协会2024年…总结, 某某大学…规定; a prefix that ends where an organisation's name can.
_PREFIX = re.compile(rf"[\u4e00-\u9fffA-Za-z（）()]{{0,30}}?{_STRONG}(?![员长议组])")
_ABOUT = re.compile(r"^(.{2,60}?)(?:关于|印发|转发|发布|公布)")
# 2023年, 2023—2024, 2025学生手册, 二〇二四年; not 20245
_YEAR = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])|([一二][〇○零九][〇○零一二三四五六七八九]{2})(?=年)"
)
_SEAL = re.compile(r"\s{0,3}[（(]\s?(?:盖|公|签|印)?章\s?[)）]$")  # 某某协会（盖章）
# 第六届理事会, 第三届第二次会员大会: which body of which organisation it does not say
_SESSION = re.compile(
    r"^第[0-9一二三四五六七八九十]{1,3}届(?:[第\u4e00-\u9fff0-9]{0,5}次)?[\u4e00-\u9fff]{2,8}$"
)
_NEWS_VERB = re.compile(
    r"召开|举行|举办|开展|进行|赴|莅临|参加|组织|主持|出席|启动|揭牌|调研|获|走访|慰问|座谈|来访|顺利|圆满|落幕"
)
_NEWS_TIME = re.compile(
    r"近日|日前|[0-9]{1,2}\s?月(?:[0-9]{1,2}\s?日|[上中下底初]|[份，,])?|上午|下午|本周|今天|昨天"
)
_UNIT_IN_NEWS = re.compile(
    r"[\u4e00-\u9fff]{2,14}?(?:大学|学院|协会|学会|公司|集团|委员会)"
    r"(?:[\u4e00-\u9fff]{1,10}?(?:保障部|[处部局院办](?![门理分长])|中心|委员会|集团|公司))?"
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
    types: tuple[str, ...] = ()


def read_metadata(structure: Structure, reading: Reading) -> Metadata:
    """All fields of a document."""
    title, number_in_title = _title(structure, reading)
    types = _types(title, structure, reading)
    letterhead = _letterhead(structure)
    date = _date(structure, reading, title)
    return Metadata(
        title=title,
        number=_number(structure) or number_in_title,
        letterhead=letterhead,
        issuer=_issuer(structure, title, letterhead, types),
        date=date,
        years=_years(title, date),
        types=types,
    )


def _title(structure: Structure, reading: Reading) -> tuple[str | None, str | None]:
    """(title, number printed inside it). Lines are joined; a space stays only inside a line."""
    lines = [structure.paragraphs[i].text for i in structure.front.title]
    title = "".join(close_letters(line) for line in lines) or (reading.title or "").strip()
    title = title or _running_title(reading)
    match = re.search(r"[（(]([^（）()]{0,30}[〔\[][^（）()]{4,20})[)）]$", title)
    number = find_number(match[1]) if match else None
    if match and number:
        title = title[: match.start()].strip()
    return title or None, number


def _running_title(reading: Reading) -> str:
    """The first running head that names a 文种: where the cover is a picture, it has the title."""
    heads = (dropped.text.strip() for dropped in reading.dropped if dropped.why == "running_head")
    return next((head for head in heads if title_types(head) and len(head) <= 60), "")


def _number(structure: Structure) -> str | None:
    """The document's own 发文字号: only a line of its own in the front counts."""
    if structure.front.number is None:
        return None
    return find_number(structure.paragraphs[structure.front.number].text)


def _letterhead(structure: Structure) -> str | None:
    if structure.front.letterhead is None:
        return None
    return "".join(structure.paragraphs[structure.front.letterhead].text.split()).removesuffix(
        "文件"
    )


def _issuer(
    structure: Structure, title: str | None, letterhead: str | None, types: Sequence[str]
) -> str | None:
    """Who signs, else who the title says issues, else the letterhead.

    A body named only by its session signs last: 第六届理事会 is one of many.
    """
    signers = [structure.paragraphs[i].text for i in structure.closing.signature]
    if len(signers) == 1 and (signed := signed_date(signers[0])):
        signers = [signed[0]]
    signed_by = [_one_name(name) for name in signers]
    named = _titles_issuer(title) if title else None
    head = re.sub(r"(?:会议)?纪要$", "", letterhead) if letterhead else None
    if signed_by and not ((named or head) and all(map(_SESSION.match, signed_by))):
        return simplified(" ".join(signed_by))
    if "新闻" in types and (unit := _news_unit(structure)):
        return unit
    cover = _cover_organisation(structure)
    found = named or head or cover
    return simplified(found) if found else None


def _one_name(text: str) -> str:
    return _SEAL.sub("", " ".join(close_letters(text).split()))


def _cover_organisation(structure: Structure) -> str | None:
    """The organisation on the line above, or in, a date of the front."""
    for i in structure.front.dates:
        if (signed := signed_date(structure.paragraphs[i].text)) is not None:
            return _one_name(signed[0])
        above = structure.paragraphs[i - 1].text if i else ""
        if whole_date(structure.paragraphs[i].text) and is_organisation(above):
            return _one_name(above)
    return None


def _titles_issuer(title: str) -> str | None:
    """The organisation a title begins with: 某某大学关于…的通知, 某某协会2024年工作总结."""
    title = re.sub(r"^(?:[0-9]{4}\s?年(?:度)?)", "", title.strip())
    about = _ABOUT.match(title)
    if about and is_organisation(about[1]):
        return about[1].strip()
    longest = None
    for match in _PREFIX.finditer(title):
        if match.start() != (longest or match).start() and match.start() != _end(longest):
            break
        longest = match
        start = 0
    if longest is None:
        return None
    name = title[start : longest.end()]
    return name if is_organisation(name) and "的" not in name else None


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _news_unit(structure: Structure) -> str | None:
    """The first unit named in the first sentence of a news text."""
    body = next((p.text for p in structure.paragraphs if p.level is None and len(p.text) > 30), "")
    sentence = simplified(re.split(r"[。！？]", body, maxsplit=1)[0][:200])
    for part in re.split(r"[，,、；：“”\"（）()]", sentence):
        part = re.sub(r"^.{0,12}?(?:日|上午|下午|近日|由)(?=[\u4e00-\u9fff]{4})", "", part)
        match = _UNIT_IN_NEWS.match(part)
        if match:
            return match[0]
    return None


def _date(structure: Structure, reading: Reading, title: str | None) -> str | None:
    """成文日期, else adoption or cover date, else the page's own; never a date the text cites."""
    texts = [paragraph.text for paragraph in structure.paragraphs]
    closing = structure.closing.date
    if closing is not None:
        mention = whole_date(texts[closing])
        signed = signed_date(texts[closing])
        if mention or signed:
            return mention.date if mention else signed[1].date if signed else None
    front = [texts[i] for i in structure.front.dates]
    for wanted in (_plain_date, _enacted, _informed):
        if date := next(filter(None, (wanted(text) for text in front)), None):
            return date
    if reading.date:
        return parse_date(reading.date[:10]) or next(
            (mention.date for mention in find_dates(reading.date)), None
        )
    dates = [m.date for m in find_dates(title or "") if len(m.date) == 10]
    return dates[0] if len(dates) == 1 else None


def _plain_date(text: str) -> str | None:
    signed, mention = signed_date(text), whole_date(text)
    return mention.date if mention else signed[1].date if signed else None


def _enacted(text: str) -> str | None:
    mentions = find_dates(text) if is_enactment(text) else ()
    return mentions[-1].date if mentions else None


def _informed(text: str) -> str | None:
    mentions = find_dates(text) if is_info(text) else ()
    return mentions[0].date if mentions else None


def _years(title: str | None, date: str | None) -> tuple[int, ...]:
    """The years a title names, and the year of the date."""
    years = {parse_int(match[1] or match[2]) for match in _YEAR.finditer(title or "")}
    if date:
        years.add(int(date[:4]))
    return tuple(sorted(year for year in years if year and 1900 <= year <= 2100))


def _types(title: str | None, structure: Structure, reading: Reading) -> tuple[str, ...]:
    """文种 from the title, else from how the text is built."""
    types = title_types(title) if title else ()
    if types:
        return types
    if title and (inside := _last_type(title)):
        return (inside,)
    if len(structure.clauses) >= 5:
        return ()
    return ("新闻",) if _is_news(structure, reading) else ()


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
