"""What a number format is made of, and the days and times that numbers show through it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

from ingest.numbering import format_number

GENERAL = re.compile(r"general|g/通用格式", re.IGNORECASE)
# What a format is made of: a literal, a colour or condition, a run of one letter, half a day.
TOKEN = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|general|g/通用格式|am/pm|a/p|上午/下午|e[+-]|y+|m+|d+|h+|s+|a+|.',
    re.IGNORECASE | re.DOTALL,
)
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DATE_SIGN = re.compile(r"[ymdhs]|aaa|上午/下午", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)  # "[h]:mm"; not "[红色]"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DAYS = "一二三四五六日"


@lru_cache(maxsize=1000)
def is_date(code: str) -> bool:
    if GENERAL.search(code):
        return False
    bare = re.sub(r"E[+-]", "", LITERAL.sub("", _ELAPSED.sub("h", code)))
    return _DATE_SIGN.search(bare) is not None


def is_literal(token: str) -> bool:
    return LITERAL.fullmatch(token) is not None


def said(token: str) -> str:
    """What a part of a format says by itself."""
    if token.startswith('"') and len(token) > 1:
        return token[1:-1]
    if token.startswith("[$"):
        return token[2:-1].partition("-")[0]  # [$¥-804]
    if token.startswith("\\"):
        return token[1:]
    return "" if token.startswith(("[", "_", "*")) else token


def shown_date(serial: float, code: str, epoch_1904: bool) -> str | None:
    """The day or time of day that a number stands for; None where there is no such day."""
    moment = _moment(serial, epoch_1904)
    if moment is None:
        return None
    tokens: list[str] = TOKEN.findall(code)
    half = any(token.lower() in ("am/pm", "a/p", "上午/下午") for token in tokens)
    chinese = any(token.lower().startswith("[dbnum1]") for token in tokens)
    out: list[str] = []
    for i, token in enumerate(tokens):
        elapsed = _ELAPSED.fullmatch(token)
        if elapsed:
            part = {"h": 24, "m": 1440, "s": 86400}[elapsed[1][0].lower()]
            out.append(str(int(serial * part + 1e-6)))
        elif token.lower().startswith("m") and set(token.lower()) == {"m"}:
            minutes = _is_minutes(tokens, i)
            out.append(_part(moment, token.lower().replace("m", "n") if minutes else token.lower()))
        else:
            out.append(_date_part(moment, token, half))
    text = "".join(out).strip()
    return _in_chinese(text) if chinese else text


def _moment(serial: float, epoch_1904: bool) -> datetime | None:
    if not 0 <= serial < 2_958_466:  # the year 9999
        return None
    if epoch_1904:
        start = datetime(1904, 1, 1)
    else:  # Excel has a 29th of February 1900
        start = datetime(1899, 12, 30) if serial >= 60 else datetime(1899, 12, 31)
    try:
        moment = start + timedelta(seconds=round(serial * 86400, 2))
    except OverflowError:
        return None
    return moment + timedelta(microseconds=500_000) if moment.microsecond >= 500_000 else moment


def _is_minutes(tokens: list[str], at: int) -> bool:
    """m is minutes behind an hour or before a second, else months."""
    before = next((t for t in reversed(tokens[:at]) if t[0].lower() in "ymdhs" or t[0] == "["), "")
    after = next((t for t in tokens[at + 1 :] if t[0].lower() in "ymdhs"), "")
    hour = before[:1].lower() == "h" or before[:2].lower() == "[h"
    return hour or after[:1].lower() == "s"


def _date_part(moment: datetime, token: str, half: bool) -> str:
    low = token.lower()
    if low == "am/pm" or low == "a/p":
        return ("AM" if moment.hour < 12 else "PM")[: len(low) // 2 or 1]
    if low == "上午/下午":
        return "上午" if moment.hour < 12 else "下午"
    if half and set(low) == {"h"}:
        return _padded((moment.hour + 11) % 12 + 1, len(low))
    if low[0] in "ydhs" or (low[0] == "a" and len(low) > 2):
        return _part(moment, low)
    if low == "@" or GENERAL.fullmatch(low):
        return ""
    return said(token)


def _part(moment: datetime, low: str) -> str:
    """One run of letters; minutes come as n."""
    letter, length = low[0], len(low)
    if letter == "y":
        return f"{moment.year % 100:02d}" if length <= 2 else f"{moment.year:04d}"
    if letter == "a":
        return ("星期" if length == 4 else "") + _DAYS[moment.weekday()]
    if letter == "m" and length >= 3:
        return _MONTHS[moment.month - 1]
    if letter == "d" and length >= 3:
        return moment.strftime("%A" if length > 3 else "%a")
    value = {
        "m": moment.month,
        "d": moment.day,
        "h": moment.hour,
        "n": moment.minute,
        "s": moment.second,
    }[letter]
    return _padded(value, length)


def _padded(value: int, length: int) -> str:
    return f"{value:02d}" if length > 1 else str(value)


def _in_chinese(text: str) -> str:
    """2024年6月25日 -> 二〇二四年六月二十五日"""
    digits = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))

    def numeral(match: re.Match[str]) -> str:
        found = match[0]
        if len(found) == 4:
            return "".join(digits[char] for char in found)
        return format_number(int(found), "chineseCounting") if int(found) else "〇"

    return re.sub(r"[0-9]{1,4}", numeral, text)
