"""Personal data that only the name of its column gives away: 姓名 | QQ | 银行账号.

A table in a text has one row a line, cells joined by " | ", empty cells left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_BETWEEN = " | "
# The kinds of index.privacy, by what the name of a column says; first match wins.
_NAMES = (
    ("email", re.compile(r"邮箱|邮件|e-?mail", re.IGNORECASE)),
    ("qq", re.compile(r"qq|扣扣", re.IGNORECASE)),
    ("wechat", re.compile(r"微信|wechat|weixin", re.IGNORECASE)),
    ("identity_card", re.compile(r"身份证|证件号")),
    ("account", re.compile(r"银行|[账帐]号|[账帐]户|卡号")),
    ("phone", re.compile(r"电话|手机|短号|小号|座机|传真|联系方式|tel|phone", re.IGNORECASE)),
)
_MAX_NAME = 20
# What is written into such a column: 123456789, sumy_1990, a@b.cn; not 无, 同上, 3.
_VALUE = re.compile(r"(?=.{0,60}[0-9A-Za-z])[0-9A-Za-z._@+\-*() /]{4,80}")


def column_finds(text: str) -> Iterator[tuple[str, int, int]]:
    """(kind, start, end) of each value under a column of personal data, in order."""
    kinds: list[str | None] = []
    at = 0
    for line in text.split("\n"):
        cells = list(_cells(line, at))
        at += len(line) + 1
        if len(cells) < 2:
            kinds = []
            continue
        named = [_kind(text[start:end]) for start, end in cells]
        values = [_VALUE.fullmatch(text[start:end].strip()) is not None for start, end in cells]
        if any(named) and not any(values):
            kinds = named
            continue
        known = next(filter(None, kinds), None)
        for place, (start, end) in enumerate(cells):
            # Where a cell is missing nobody can tell which: anything like a value is taken.
            kind = kinds[place] if len(cells) == len(kinds) else known
            if kind is not None and values[place]:
                yield kind, start, end


def _cells(line: str, at: int) -> Iterator[tuple[int, int]]:
    for cell in line.split(_BETWEEN):
        yield at, at + len(cell)
        at += len(cell) + len(_BETWEEN)


def _kind(name: str) -> str | None:
    if len(name) > _MAX_NAME:
        return None
    return next((kind for kind, pattern in _NAMES if pattern.search(name)), None)
