"""Notations of Chinese official writing that both reading and querying must understand alike.

Numerals, 发文字号, dates, clause numbers and numbering markers are parsed here and nowhere
else, so that what a reader stored is what a query asks for. Every pattern is bounded: none
can be made slow by hostile text.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from functools import lru_cache

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}
_DIGITS |= {"零": 0, "○": 0, "◯": 0, "Ｏ": 0, "O": 0, "o": 0, "两": 2}
_DIGITS |= {str(value): value for value in range(10)}
_DIGITS |= {chr(0xFF10 + value): value for value in range(10)}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_TENS = {"廿": 20, "卅": 30}
_CJK_INT = "〇○◯零一二三四五六七八九十百千万两廿卅"
_INT = rf"(?:[0-9０-９]{{1,5}}|[{_CJK_INT}]{{1,7}})"


def parse_int(text: str) -> int | None:
    """The number `text` writes, or None: 十二, 一百零三, 二〇二四, 两, 廿五, １２, 2O24."""
    text = text.strip()
    if not text or len(text) > 12:
        return None
    if all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, pending = 0, 0
    for char in text:
        if char in _DIGITS:
            pending = _DIGITS[char]
        elif char in _TENS:
            total += _TENS[char]
        elif char in _UNITS:
            total += (pending or 1) * _UNITS[char]
            pending = 0
        elif char == "万":
            total, pending = (total + pending) * 10_000, 0
        else:
            return None
    return total + pending


def chinese_int(value: int) -> str:
    """`value` (0..9999) in Chinese numerals: 12 -> 十二, 103 -> 一百零三."""
    if not 0 <= value <= 9999:
        raise ValueError(f"chinese_int takes 0..9999, not {value}")
    if value == 0:
        return "零"
    parts: list[str] = []
    gap = False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            parts.append(("零" if gap and parts else "") + "零一二三四五六七八九"[digit] + name)
            gap = False
        else:
            gap = True
    text = "".join(parts)
    return text[1:] if text.startswith("一十") else text


# --- 发文字号 ---------------------------------------------------------------------------

_OPEN, _CLOSE = "〔\\[（(【﹝〈<［〖{｛⟨", "〕\\]）)】﹞〉>］〗}｝⟩"
_SPACE = r"[ \t\u3000]{0,3}"
_YEAR = (
    r"(?:[12１２][ \u3000]?(?:[0-9０-９OoＯ〇○lI][ \u3000]?){3}"
    r"|[一二][ \u3000]?(?:[〇○◯零0０OoＯ一二三四五六七八九][ \u3000]?){3})"
)
# 2, 2-1, 十二; 1 2 is twelve only where 号 follows.
_SERIAL = (
    r"(?:[0-9０-９](?:[ \u3000][0-9０-９]){1,3}(?=[ \u3000]{0,2}[号號])"
    rf"|[0-9０-９]{{1,5}}(?:[-－—–之][0-9０-９]{{1,3}})?|[{_CJK_INT}]{{1,6}})"
)
_CODE = (
    r"(?:[A-Za-z\u4e00-\u9fff]{2,24}"
    r"|(?:[\u4e00-\u9fff][ \u3000]){1,11}[\u4e00-\u9fff])"
)
# Matches 川高后思协〔2024〕2 号, 校办发2024年第2号, 江协发第5号; not （2018）5篇 or 2024年2月.
_NUMBER = re.compile(
    rf"(?P<open>[{_OPEN}]){_SPACE}(?P<year>{_YEAR}){_SPACE}(?:年{_SPACE})?[{_CLOSE}]{_SPACE}"
    rf"(?P<nth>第{_SPACE})?(?P<serial>{_SERIAL})(?P<hao>{_SPACE}[号號])?"
    rf"|(?P<year2>{_YEAR}){_SPACE}[年-]?{_SPACE}(?P<nth2>第{_SPACE})?(?P<serial2>{_SERIAL})"
    rf"{_SPACE}[号號](?![楼线院馆厅])"
    rf"|第{_SPACE}(?P<serial3>{_SERIAL}){_SPACE}[号號](?![楼线院馆厅])"
)
# The 代字 is looked for backwards from the year, at most so far: one pass whatever the text.
_REACH = 56
_CODE_BEFORE = re.compile(rf"({_CODE}){_SPACE}$")
# Words that end before a 代字 begins: 根据川高后协 -> 川高后协; 某协会文件〔2024〕3号 has none.
_NOT_CODE = re.compile(
    r"^.*(?:根据|按照|依据|依照|遵照|贯彻|落实|执行|转发|印发|关于|参照|废止|详见|原文|以及|请问|查询|"
    r"查找|搜索|文号|字号|编号|文件|公告|通告|公报|决定|号令|令|的|见|将|按|号(?:[和与及])?|"
    r"[以与及在是为由]|ICP备|网安备)"
)
# What a 代字 without a year must end in: 江协发第5号, 江协秘字第12号; not 颁发第5号, 来函第3号.
_YEARLESS_CODE = re.compile(
    r"[\u4e00-\u9fff]{1,6}(?:[^颁签核印转下分开批首研散启]发|[^汉数文名签]字|[^来回复致]函)"
)
# 某某部公告2024年第3号 is numbered without a 代字.
_NUMBERED_KIND = re.compile(r"(?:公告|通告|令)[ \t\u3000]{0,3}$")


@dataclass(frozen=True, slots=True)
class DocNumber:
    """A 发文字号 taken apart: 代字, year, and serial as digits (`2`, `2-1`).

    `code` is empty where none is printed (公告〔2020〕第15号), and `year` None (江协发第5号).
    `printed` is the number as it stands in the text without spaces, its brackets made 〔〕.
    """

    code: str
    year: int | None
    serial: str
    printed: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The one form used for matching: 川高后思协〔2024〕2号."""
        if self.year is None:
            return f"{self.code}第{self.serial}号"
        return f"{self.code}〔{self.year}〕{self.serial}号"


def find_numbers(text: str, *, alone: bool = False) -> tuple[DocNumber, ...]:
    """Every 发文字号 in `text`, in order; offsets are into `text`. `alone`: its place proves it to
    be one, as 2031年第6号 or 第251号 under the title of a 公告."""
    found: list[DocNumber] = []
    for match in _NUMBER.finditer(text):
        number = _doc_number(match, found[-1].end if found else 0, alone)
        if number is not None:
            found.append(number)
    return tuple(found)


def parse_number(text: str) -> DocNumber | None:
    """The first 发文字号 in `text`."""
    return next(iter(find_numbers(text)), None)


def find_number(text: str, *, alone: bool = False) -> str | None:
    """The first 发文字号 in `text` as printed, spaces out and brackets made 〔〕."""
    number = next(iter(find_numbers(text, alone=alone)), None)
    return number.printed if number else None


def number_key(text: str) -> str | None:
    """The normal form of the first 发文字号 in `text`: equal for every way of writing it."""
    number = parse_number(text)
    return number.key if number else None


def _doc_number(match: re.Match[str], floor: int, alone: bool) -> DocNumber | None:
    """The number a match is; its 代字 begins at `floor` or later, where the one before ended."""
    printed_year = match["year"] or match["year2"]
    printed_serial = match["serial"] or match["serial2"] or match["serial3"]
    serial = _serial(closed(printed_serial))
    year = _year(printed_year) if printed_year else None
    if serial is None or (printed_year and year is None):
        return None
    after = match.string[match.end() : match.end() + 1]
    if match["open"] and not match["hao"] and (_is_han(after) or after.isdigit()):
        return None
    begin = max(0, match.start() - _REACH, floor)
    code, start = _code(match.string, begin, match.start())
    if year is None and not (alone and not code) and not _YEARLESS_CODE.fullmatch(code):
        return None
    nth = "第" if match["nth"] or match["nth2"] or match["serial3"] else ""
    if (
        not code
        and not alone
        and not _stands_alone(match, nth, match.string[begin : match.start()])
    ):
        return None
    # 2O24 is how a scan spells 2024; numerals stay as printed.
    misread = printed_year and re.search(r"[OoＯlI]", printed_year)
    bracketed = f"〔{year if misread else closed(printed_year)}〕" if printed_year else ""
    printed = f"{code}{bracketed}{nth}{closed(printed_serial)}号"
    return DocNumber(code, year, serial, printed, start, match.end())


def _code(text: str, begin: int, end: int) -> tuple[str, int]:
    """The 代字 that ends at `end` and begins at `begin` or later, and where the number starts."""
    before = _CODE_BEFORE.search(text[begin:end])
    if before is None:
        return "", end
    raw = before[1]
    code = _NOT_CODE.sub("", closed(raw))
    at = begin + before.start()
    if at and text[at - 1] in "号號":
        code = code.lstrip("和与及")  # 〔2023〕12号和川后发〔2024〕1号
    if len(code) < 2:
        return "", end
    return code, begin + before.end(1) - _raw_length(raw, len(code))


def _stands_alone(match: re.Match[str], nth: str, before: str) -> bool:
    """Whether a number without a 代字 is one: 〔2024〕3号, （2020）第15号, 公告2024年第3号."""
    if match["open"]:
        sure = match["open"] in set("〔﹝［[") or match["hao"]
        return bool(sure and (match["hao"] or nth))
    return bool(nth) and _NUMBERED_KIND.search(before) is not None


def _raw_length(raw: str, kept: int) -> int:
    """How many characters at the end of `raw` hold `kept` that are not spaces."""
    length = 0
    for char in reversed(raw):
        if kept == 0:
            break
        length += 1
        kept -= not char.isspace()
    return length


def _year(text: str) -> int | None:
    """A year as printed, l and I read as 1; None for what is no year of a document."""
    year = parse_int(_digits(text))
    return year if year is not None and 1900 <= year <= 2100 else None


def _digits(text: str) -> str:
    """Spaces out, and the letters that a scanner makes of 1."""
    return closed(text).replace("l", "1").replace("I", "1")


def _serial(text: str) -> str | None:
    parts = [parse_int(part) for part in re.split(r"[-－—–之]", text)]
    return "-".join(str(part) for part in parts) if None not in parts else None


def closed(text: str) -> str:
    """The text without spaces."""
    return "".join(text.split())


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


# --- dates ------------------------------------------------------------------------------

# l and O are digits only where 月 or 日 follows: 2024年l2月1O日, 1 2月.
_DIGIT = "[0-9０-９OoＯlI]"
_MONTH = rf"(?:{_DIGIT}(?:[ \u3000]?{_DIGIT})?|[一二三四五六七八九十元正](?:[ \u3000]?[一二])?)"
_DAY = (
    rf"(?:{_DIGIT}(?:[ \u3000]?{_DIGIT})?"
    r"|[一二三四五六七八九十廿卅](?:[ \u3000]?[一二三四五六七八九十]){0,2})"
)
_ARABIC = "[0-9０-９]"
# Matches 2024 年 6 月 25 日, 二〇二四年六月, 2O24年, 2024-06-25, 2024. 6. 25; not 97年, 2024-2025,
# v2024.1.15, 2024.3.2.1 or 第2024-12号.
_DATE = re.compile(
    rf"(?<![0-9０-９vV])(?<![0-9０-９][./])(?P<year>{_YEAR})(?:"
    rf"{_SPACE}年(?!度|级)(?:{_SPACE}(?P<month>{_MONTH}){_SPACE}月"
    rf"(?:{_SPACE}(?P<day>{_DAY}){_SPACE}[日号曰])?)?"
    rf"|(?P<mark>[-./－．／—–])[ ]?(?P<month2>{_ARABIC}{{1,2}})"
    rf"(?P=mark)[ ]?(?P<day2>{_ARABIC}{{1,2}})"
    rf"(?!{_ARABIC}|(?P=mark){_ARABIC}{{1,3}}(?!{_ARABIC}))"
    rf"|[-/－](?P<month3>{_ARABIC}{{2}})(?![0-9０-９./－-]|{_SPACE}[号號]))"
)
# What every year begins with; begun with one class, which is quick to look for.
_YEAR_AHEAD = re.compile(r"[12１２一二][ \u3000]?[0-9０-９OoＯ〇○◯零lI一二三四五六七八九]")
# 0899-2024… and 9704-2012年 are no dates; the end of 2024.6.1-2024.7.2 is one.
_AFTER_DASH = re.compile(r"[0-9０-９][-－]$")


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text: `date` is ISO and only as precise as what is written."""

    date: str
    start: int
    end: int


def find_dates(text: str) -> tuple[DateMention, ...]:
    """Every possible date in `text`, in order. 1997-02-30 is no date, not the month before it."""
    found: list[DateMention] = []
    first = _YEAR_AHEAD.search(text)
    for match in _DATE.finditer(text, first.start()) if first else ():
        start = match.start()
        ranged = bool(found) and found[-1].end == start - 1
        if not ranged and _AFTER_DASH.search(text[max(0, start - 2) : start]):
            continue
        date = _iso(
            match["year"],
            match["month"] or match["month2"] or match["month3"],
            match["day"] or match["day2"],
        )
        if date:
            found.append(DateMention(date, start, match.end()))
    return tuple(found)


def parse_date(text: str) -> str | None:
    """The date that `text` is as a whole, or None: 2024年6月25日 -> 2024-06-25, 2024 -> 2024."""
    text = text.strip(" \t\u3000()（）")
    if re.fullmatch(r"[12][0-9]{3}(?:[-./][0-9]{1,2})?", text):
        year, _, month = re.sub(r"[./]", "-", text).partition("-")
        return _iso(year, month or None, None)
    mentions = find_dates(text)
    if len(mentions) == 1 and (mentions[0].start, mentions[0].end) == (0, len(text)):
        return mentions[0].date
    return None


@lru_cache(maxsize=1024)
def date_span(date: str) -> tuple[int, int]:
    """First and last day of an ISO `date`, as yyyymmdd: 2024-06 -> (20240601, 20240630)."""
    parts = [int(part) for part in date.split("-")]
    year = parts[0]
    first_month, last_month = (parts[1], parts[1]) if len(parts) > 1 else (1, 12)
    last_day = monthrange(year, last_month)[1]
    first, last = (parts[2], parts[2]) if len(parts) > 2 else (1, last_day)
    return (year * 100 + first_month) * 100 + first, (year * 100 + last_month) * 100 + last


def _iso(year_text: str, month_text: str | None, day_text: str | None) -> str | None:
    year = _year(year_text)
    month = _month(month_text) if month_text else None
    day = parse_int(_digits(day_text)) if day_text else None
    if year is None:
        return None
    if month_text is None:
        return f"{year:04d}"
    if month is None or not 1 <= month <= 12:
        return None
    if day_text is None:
        return f"{year:04d}-{month:02d}"
    if day is None or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return f"{year:04d}-{month:02d}-{day:02d}"


def _month(text: str) -> int | None:
    return 1 if text in {"元", "正"} else parse_int(_digits(text))


# --- clause numbers ---------------------------------------------------------------------

# Matches 第十二条之一第二款第（三）项, 第12条; not 十二条 or 第二款 alone.
_CLAUSE = re.compile(
    rf"第{_SPACE}(?P<article>{_INT}){_SPACE}条(?:{_SPACE}之{_SPACE}(?P<branch>{_INT}))?"
    rf"(?:{_SPACE}第{_SPACE}(?P<paragraph>{_INT}){_SPACE}款)?"
    rf"(?:{_SPACE}第{_SPACE}[（(]?(?P<item>{_INT})[)）]?{_SPACE}项)?"
)


@dataclass(frozen=True, slots=True)
class ClauseNumber:
    """条, 之几, 款, 项; 0 where not given. `str()` is the normal form 第十二条之一第二款."""

    article: int
    branch: int = 0
    paragraph: int = 0
    item: int = 0

    @property
    def whole(self) -> ClauseNumber:
        """The 条 that it is, or is in."""
        return replace(self, paragraph=0, item=0)

    def __str__(self) -> str:
        text = f"第{chinese_int(self.article)}条"
        text += f"之{chinese_int(self.branch)}" if self.branch else ""
        text += f"第{chinese_int(self.paragraph)}款" if self.paragraph else ""
        return text + (f"第{chinese_int(self.item)}项" if self.item else "")


def find_clauses(text: str) -> tuple[tuple[ClauseNumber, int, int], ...]:
    """Every clause number in `text` with its start and end."""
    found = []
    for match in _CLAUSE.finditer(text):
        parts = [
            parse_int(match[name] or "0") for name in ("article", "branch", "paragraph", "item")
        ]
        numbers = [part or 0 for part in parts]
        if None not in parts and 0 < numbers[0] <= 9999 and max(numbers) <= 9999:
            found.append((ClauseNumber(*numbers), match.start(), match.end()))
    return tuple(found)


def parse_clause(text: str) -> ClauseNumber | None:
    """The first clause number in `text`."""
    return next((number for number, _, _ in find_clauses(text)), None)
