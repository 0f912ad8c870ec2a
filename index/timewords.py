"""Times as people say them: 去年, 2024年下半年, 近三年, 十四五期间 -> first and last day.

What depends on today is only understood when today is known (`as_of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from index.notation import date_span, find_dates, parse_int

_NUMBER = "[0-9０-９]{1,2}|[一二两三四五六七八九十]{1,3}"
_YEARS_AGO = {"今年": 0, "本年": 0, "本年度": 0, "去年": 1, "上年": 1, "上年度": 1, "上一年": 1}
_YEARS_AGO |= {"前年": 2, "大前年": 3, "明年": -1}
_HALVES = {"上半年": (1, 6), "下半年": (7, 12), "年初": (1, 3), "年底": (10, 12), "年末": (10, 12)}
_MONTHS_AGO = {"本月": 0, "这个月": 0, "上月": 1, "上个月": 1, "下月": -1, "下个月": -1}
_DAYS_AGO = {"今天": 0, "昨天": 1, "前天": 2}
# Taken for so many days where no number is said: 最近的通知.
_RECENT_DAYS = 180

# Not the 前年 in 以前年度 or 当前年会.
_AGO = "(?<![以当目之])" + f"(?:{'|'.join(sorted(_YEARS_AGO, key=len, reverse=True))})"
_YEAR = r"(?:[12][0-9]{3}|[一二][〇○零0一二三四五六七八九]{3})年(?:度)?"
_PART = (
    r"上半年|下半年|年初|年底|年末|第?[一二三四1-4]季度"
    rf"|(?:{_NUMBER})月(?:份|(?:{_NUMBER})[日号])?"
)
# Matches 2024年下半年, 去年三季度, 上半年; a day or a month of a named year is found as a date.
_MOMENT = re.compile(rf"(?P<year>{_YEAR}|{_AGO})?的?(?P<part>{_PART})|(?P<alone>{_YEAR}|{_AGO})")
_SPAN = re.compile(
    rf"(?:最近|近|过去|(?<![会课班])前)的?(?P<many>{_NUMBER})个?(?P<unit>年|月|天|周)(?:来|内|以来)?"
    r"|(?P<recent>最近|近期|近来)"
    rf"|(?P<month>{'|'.join(sorted(_MONTHS_AGO, key=len, reverse=True))})"
    rf"|(?P<week>本周|这周|上周)|(?P<day>{'|'.join(_DAYS_AGO)})"
)
# 十四五 is the fourteenth plan of five years; 十五 is one only where it is said to be.
_PLAN = re.compile(
    r"[“\"]?(?P<plan>十[一二三四五六七]五|十五(?=[”\"]?(?:期间|时期|规划)))[”\"]?(?:期间|时期|规划期)?"
)
_FIRST_PLAN, _FIRST_YEAR = 10, 2001  # 十五 began in 2001


@dataclass(frozen=True, slots=True)
class TimeWords:
    """`text[start:end]` means the days from `first` to `last`, as yyyymmdd; `relative` is what
    depends on today, and so stands in no document with that meaning."""

    start: int
    end: int
    first: int
    last: int
    relative: bool = False


def find_times(text: str, as_of: date | None) -> tuple[TimeWords, ...]:
    """Every time in `text`, in order, the longer one where two begin alike."""
    found: list[TimeWords] = []
    for match in _PLAN.finditer(text):
        number = parse_int(match["plan"].removesuffix("五")) if len(match["plan"]) == 3 else 10
        first = _FIRST_YEAR + ((number or _FIRST_PLAN) - _FIRST_PLAN) * 5
        found.append(TimeWords(*match.span(), first * 10000 + 101, (first + 4) * 10000 + 1231))
    found += [
        TimeWords(mention.start, mention.end, *date_span(mention.date))
        for mention in find_dates(text)
    ]
    found += _moments(text, as_of)
    if as_of is not None:
        found += _spans(text, as_of)
    return tuple(_apart(found))


def _apart(found: list[TimeWords]) -> Iterator[TimeWords]:
    end = 0
    for time in sorted(found, key=lambda time: (time.start, -time.end)):
        if time.start >= end:
            yield time
            end = time.end


def _moments(text: str, as_of: date | None) -> Iterator[TimeWords]:
    for match in _MOMENT.finditer(text):
        said, part = match["year"] or match["alone"], match["part"]
        relative = said is None or said in _YEARS_AGO
        if relative and as_of is None:
            continue
        if said is None and not part.endswith(("半年", "季度")):
            continue  # 6月 of which year?
        year = _year(said, as_of)
        if year is None:
            continue
        first, last = _part(part, year) if part else (year * 10000 + 101, year * 10000 + 1231)
        yield TimeWords(*match.span(), first, last, relative)


def _year(said: str | None, as_of: date | None) -> int | None:
    if said is not None and said not in _YEARS_AGO:
        year = parse_int(said.rstrip("年度"))
        return year if year is not None and 1900 <= year <= 2100 else None
    return None if as_of is None else as_of.year - _YEARS_AGO.get(said or "今年", 0)


def _part(part: str, year: int) -> tuple[int, int]:
    """First and last day of a part of a year; of the whole year if there is no such part."""
    first, last = _HALVES.get(part, (0, 0))
    if part.endswith("季度"):
        last = 3 * (parse_int(part.strip("第季度")) or 4)
        first = last - 2
    elif not first:
        first = last = parse_int(part.partition("月")[0]) or 0
    if not 1 <= last <= 12:
        return date_span(str(year))
    return date_span(f"{year}-{first:02d}")[0], date_span(f"{year}-{last:02d}")[1]


def _spans(text: str, as_of: date) -> Iterator[TimeWords]:
    """Times that reach up to today, or lie a few days or months from it."""
    for match in _SPAN.finditer(text):
        if match["many"]:
            first, last = _back(as_of, parse_int(match["many"]) or 1, match["unit"]), as_of
        elif match["recent"]:
            first, last = as_of - timedelta(_RECENT_DAYS), as_of
        elif match["month"]:
            months = as_of.year * 12 + as_of.month - 1 - _MONTHS_AGO[match["month"]]
            begin, end = date_span(f"{months // 12}-{months % 12 + 1:02d}")
            yield TimeWords(*match.span(), begin, end, True)
            continue
        elif match["week"]:
            monday = as_of - timedelta(as_of.weekday() + 7 * (match["week"] == "上周"))
            first, last = monday, monday + timedelta(6)
        else:
            first = last = as_of - timedelta(_DAYS_AGO[match["day"]])
        yield TimeWords(*match.span(), _day(first), _day(last), True)


def _back(as_of: date, many: int, unit: str) -> date:
    """近三年 begins with the year two before this one; months and days are counted."""
    if unit == "年":
        return date(as_of.year - many + 1, 1, 1)
    return as_of - timedelta(many * {"月": 30, "周": 7, "天": 1}[unit])


def _day(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day


def said_of(first: int, last: int) -> str:
    """2024年, 2024年7月至12月, 2024年6月25日."""
    (y1, m1, d1), (y2, m2, d2) = ((n // 10000, n // 100 % 100, n % 100) for n in (first, last))
    if first == last:
        return f"{y1}年{m1}月{d1}日"
    if (m1, d1) == (1, 1) and (m2, d2) == (12, 31):
        return f"{y1}年" if y1 == y2 else f"{y1}年至{y2}年"
    if y1 == y2 and m1 == m2 and d1 == 1 and d2 >= 28:
        return f"{y1}年{m1}月"
    if y1 == y2 and d1 == 1 and d2 >= 28:
        return f"{y1}年{m1}月至{m2}月"
    return f"{y1}年{m1}月{d1}日至{y2}年{m2}月{d2}日"
