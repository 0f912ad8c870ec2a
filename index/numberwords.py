"""发文字号 as people type them: without brackets or 号, in Chinese numerals, of the year alone.

What was typed is a number only if a document has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.notation import closed, find_numbers, parse_int

# A number without its brackets or 号: 川高后思协2024年第2, 江协发2024-5, 江协 二〇二四 三号.
_LOOSE = re.compile(
    r"(?P<code>[A-Za-z\u4e00-\u9fff]{0,24})[\s〔\[（(【〈<《｛{]*"
    r"(?P<year>(?:19|20)[0-9]{2}|[一二][〇○零0一二三四五六七八九]{3})"
    r"[\s〕\]）)】〉>》｝}]*年?[\s\-－—_/第.]*(?P<serial>[0-9]{1,4}|[一二三四五六七八九十百]{1,5})"
    r"\s*(?:号文件|号文|号|文)?(?![0-9年月日季期届次批条章.])"
)
# Words before a number that are no 代字.
_ASKING = re.compile(
    r"^.*(?:请问|查询|查找|根据|按照|关于|协会|我们|那个|的)$|^(?:找|查|看|按|请|见)$"
)
# Numbers that 2025年3号文 may mean, where nobody says whose.
_MEANT_BY_NUMBER = 3
# 2号文, 2号文件.
_LETTER = re.compile(r"(?:文件|文)(?![\u4e00-\u9fff])")

# 发文字号 that documents have, by (year, serial).
Held = Callable[[int | None, str], Sequence[str]]


def find_typed_numbers(text: str, numbers: Held) -> list[tuple[str, int, int]]:
    """(发文字号, start, end) of those in `text` that documents have, written forms first."""
    found: list[tuple[str, int, int]] = []
    for number in find_numbers(text):
        letter = _LETTER.match(text, number.end)
        end = letter.end() if letter else number.end
        found += [
            (key, number.start, end)
            for key in _meant(numbers(number.year, number.serial), number.code)
        ]
    taken = [(start, end) for _, start, end in found]
    for match in _LOOSE.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        year, serial = parse_int(closed(match["year"])), parse_int(closed(match["serial"]))
        if year is None or serial is None:
            continue
        code = _ASKING.sub("", closed(match["code"]))
        if not code and "号" not in match[0]:
            continue  # 2024-3 is a month
        for key in _meant(numbers(year, str(serial)), code):
            at = match.end("code") - len(match["code"])
            found.append((key, at + _tail(match["code"], key), match.end()))
    return found


def _meant(held: Sequence[str], code: str) -> list[str]:
    """Which of these numbers are meant by the 代字 that was typed."""
    exact = [key for key in held if _code_of(key) == code]
    meant = [key for key in held if _code_of(key) and code.endswith(_code_of(key))]
    short = [key for key in held if len(code) > 1 and _code_of(key).endswith(code)]
    return exact or meant or short or ([] if code else list(held[:_MEANT_BY_NUMBER]))


def _code_of(key: str) -> str:
    return re.split("〔|第", key, maxsplit=1)[0]


def _tail(typed: str, key: str) -> int:
    """Where in the characters typed before the year the 代字 begins: 请问川高后协 -> 2."""
    code = _code_of(key)
    shared = max(
        (n for n in range(len(typed) + 1) if code.endswith(typed[len(typed) - n :])), default=0
    )
    return len(typed) - shared
