"""The time that a title says its document covers, as an interval: 2024-01/2024-06, 2023/2024."""

from __future__ import annotations

import re
from collections.abc import Collection

from index.notation import parse_int

# Papers that cover a time; a notice of 2024 is only dated by its year.
_COVERING = frozenset("总结 要点 计划 报告 规划 简报 公报 方案".split())
_YEAR = r"((?:19|20)[0-9]{2}|[一二][〇○零九][〇○零一二三四五六七八九]{2})"
_TO = r"\s{0,2}[-—–－~～至到]{1,2}\s{0,2}"
_MONTH = r"([0-9]{1,2}|[一二三四五六七八九十]{1,2})"
# 2024年1月至6月, 2024年1-6月, 2023年9月—2024年7月
_MONTHS = re.compile(rf"{_YEAR}\s?年\s?{_MONTH}\s?月?{_TO}(?:{_YEAR}\s?年)?\s?{_MONTH}\s?月")
_HALF = re.compile(rf"{_YEAR}\s?年(?:度)?\s?([上下])半年")  # 2024年上半年
_QUARTER = re.compile(rf"{_YEAR}\s?年(?:度)?\s?第?([一二三四1-4])季度")  # 2024年第三季度
# 2021—2025年, 2023-2024学年, 2021年至2023年; not 2024-25
_YEARS = re.compile(rf"{_YEAR}\s?年?{_TO}{_YEAR}\s?(?:学?年)")
_ONE = re.compile(rf"{_YEAR}\s?年(?!以来)")


def find_period(title: str, types: Collection[str]) -> str | None:
    """The interval with both ends as precise as the title; None where it names no time, or only
    dates its document."""
    if match := _MONTHS.search(title):
        begins = f"{_year(match[1])}-{_month(match[2]):02}"
        return _interval(begins, f"{_year(match[3] or match[1])}-{_month(match[4]):02}")
    if match := _HALF.search(title):
        first, last = ("01", "06") if match[2] == "上" else ("07", "12")
        return f"{_year(match[1])}-{first}/{_year(match[1])}-{last}"
    if match := _QUARTER.search(title):
        last_month = 3 * (parse_int(match[2]) or 1)
        year = _year(match[1])
        return f"{year}-{last_month - 2:02}/{year}-{last_month:02}"
    if match := _YEARS.search(title):
        return _interval(str(_year(match[1])), str(_year(match[2])))
    years = [_year(match[1]) for match in _ONE.finditer(title)]
    if not years or _COVERING.isdisjoint(types):
        return None
    return f"{min(years)}/{max(years)}"


def _interval(first: str, last: str) -> str | None:
    months = [int(end[5:]) for end in (first, last) if len(end) > 4]
    return f"{first}/{last}" if first <= last and all(1 <= m <= 12 for m in months) else None


def _year(text: str) -> int:
    return parse_int(text) or 0


def _month(text: str) -> int:
    return parse_int(text) or 0
