"""Word's automatic numbers: what "第%1条" prints at each paragraph.

Numbers are not in the text of a Word file; they follow from numbering.xml and the order of
paragraphs. Rules after ECMA-376 part 1, 17.9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_DIGITS = "〇一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_PLACEHOLDER = re.compile(r"%([1-9])")  # matches "%1" in "第%1条"; not "%%" nor "%0"
_ARTICLE = re.compile(r"第%[1-9]条")  # "第%2条"; not "第%1章"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list. `restart` None: after any higher level; 0: never; n: after level n."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    style: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Num:
    """A list instance: its abstract list and the levels and starts it overrides."""

    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, Level] = field(default_factory=dict)


class Numbering:
    """The counters of one document; `label` must be called once per paragraph, in order.

    A `converted` file has lost which levels go on over chapters; those of 第X条 always do.
    """

    def __init__(self, root: Any | None, *, converted: bool = False) -> None:
        self._converted = converted
        self._abstract: dict[str, dict[int, Level]] = {}
        self._nums: dict[str, Num] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is not None:
            self._load(root)

    def level_of_style(self, num_id: str, style: str) -> int:
        """The level that a style is linked to in the list; 0 when it is not."""
        num = self._nums.get(num_id)
        levels = self._abstract.get(num.abstract, {}) if num else {}
        return next((i for i, level in sorted(levels.items()) if level.style == style), 0)

    def label(self, num_id: str, index: int) -> str:
        """The number of the next paragraph of this list with its separator, or ''."""
        num = self._nums.get(num_id)
        if num is None:
            return ""
        levels = {**self._abstract.get(num.abstract, {}), **num.levels}
        level = levels.get(index)
        if level is None:
            return ""
        counters = self._counters.setdefault(num.abstract, {})
        if index in num.starts and (num_id, index) not in self._started:
            counters[index] = num.starts[index]
        elif index in counters:
            counters[index] += 1
        else:
            counters[index] = level.start
        self._started.add((num_id, index))
        for deeper in [key for key in counters if key > index]:
            restart = self._restart(levels.get(deeper))
            if restart is None or index < restart:
                del counters[deeper]
        label = self._print(level, levels, counters)
        return label + (" " if label and level.suffix != "nothing" else "")

    def _restart(self, level: Level | None) -> int | None:
        if level is None:
            return None
        steady = self._converted and _ARTICLE.fullmatch(level.text.strip())
        return 0 if steady else level.restart

    def _print(self, level: Level, levels: dict[int, Level], counters: dict[int, int]) -> str:
        if level.hidden or (level.form == "none" and "%" not in level.text):
            return level.text.strip()
        if level.form == "bullet":
            # Symbol fonts put their bullets into the private area, where only the font knows them
            return "•" if any("\ue000" <= c <= "\uf8ff" for c in level.text) else level.text.strip()

        def value(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            shown = levels.get(at, Level())
            form = "decimal" if level.legal else shown.form
            return format_number(counters.get(at, shown.start), form)

        return _PLACEHOLDER.sub(value, level.text).strip()

    def _load(self, root: Any) -> None:
        style_links: dict[str, str] = {}
        linked: dict[str, str] = {}
        for element in root.iterchildren(f"{W}abstractNum"):
            key = element.get(f"{W}abstractNumId", "")
            self._abstract[key] = dict(_levels(element))
            name = _value(element, "styleLink")
            if name:
                style_links[name] = key
            target = _value(element, "numStyleLink")
            if target:
                linked[key] = target
        for key, name in linked.items():
            if name in style_links:
                self._abstract[key] = self._abstract[style_links[name]]
        for element in root.iterchildren(f"{W}num"):
            starts: dict[int, int] = {}
            levels: dict[int, Level] = {}
            for override in element.iterchildren(f"{W}lvlOverride"):
                index = _int(override.get(f"{W}ilvl"), 0)
                start = _value(override, "startOverride")
                if start is not None:
                    starts[index] = _int(start, 1)
                levels.update(_levels(override))
            abstract = _value(element, "abstractNumId") or ""
            self._nums[element.get(f"{W}numId", "")] = Num(abstract, starts, levels)


def _levels(parent: Any) -> Iterator[tuple[int, Level]]:
    for element in parent.iterchildren(f"{W}lvl"):
        level = Level(
            start=_int(_value(element, "start"), 0),
            form=_value(element, "numFmt") or "decimal",
            text=_value(element, "lvlText") or "",
            suffix=_value(element, "suff") or "tab",
            legal=element.find(f"{W}isLgl") is not None,
            style=_value(element, "pStyle"),
            hidden=element.find(f"{W}rPr/{W}vanish") is not None,
        )
        restart = _value(element, "lvlRestart")
        if restart is not None:
            level = replace(level, restart=_int(restart, 0))
        yield _int(element.get(f"{W}ilvl"), 0), level


def _value(parent: Any, name: str) -> str | None:
    child = parent.find(f"{W}{name}")
    value = None if child is None else child.get(f"{W}val")
    return None if value is None else str(value)


def _int(text: str | None, default: int) -> int:
    try:
        return int(text) if text is not None else default
    except ValueError:
        return default


def format_number(number: int, form: str) -> str:
    """The number in one of Word's formats; unknown formats and numbers out of range in decimal."""
    if form == "none":
        return ""
    if form in _FORMS and number > 0:
        return _FORMS[form](number)
    if form == "decimalZero":
        return f"{number:02d}"
    return str(number)


def _counted(number: int, digits: str = _DIGITS, units: str = "十百千") -> str:
    """12 -> 十二, 105 -> 一百零五; from 10,000 on digit by digit."""
    if number >= 10000:
        return "".join(digits[int(digit)] for digit in str(number))
    zero = "零"
    text = ""
    figures = str(number)
    for place, digit in zip(range(len(figures) - 1, -1, -1), figures, strict=True):
        if digit != "0":
            text += digits[int(digit)] + (units[place - 1] if place else "")
        elif text and not text.endswith(zero):
            text += zero
    text = text.rstrip(zero)
    return text[1:] if text.startswith(f"{digits[1]}十") and number < 20 else text


def _roman(number: int) -> str:
    pairs = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
    text = ""
    number = min(number, 3999)
    for value, letters in pairs:
        text += letters * (number // value)
        number %= value
    return text


def _letters(number: int) -> str:
    """1 -> a, 26 -> z, 27 -> aa, 53 -> aaa, as Word repeats them."""
    return chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)


def _from(first: str, count: int, number: int) -> str:
    return chr(ord(first) + number - 1) if number <= count else str(number)


def _wide(number: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))


def _spelled(number: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(number))


_FORMS: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(
        (
            "chineseCounting",
            "chineseCountingThousand",
            "japaneseCounting",
            "taiwaneseCounting",
            "taiwaneseCountingThousand",
        ),
        _counted,
    ),
    "chineseLegalSimplified": lambda n: _counted(n, _LEGAL, "拾佰仟"),
    **dict.fromkeys(
        ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"), _spelled
    ),
    "ideographTraditional": lambda n: _STEMS[n - 1] if n <= 10 else str(n),
    "ideographZodiac": lambda n: _BRANCHES[n - 1] if n <= 12 else str(n),
    "ideographEnclosedCircle": lambda n: _from("㊀", 10, n),
    **dict.fromkeys(("decimalFullWidth", "decimalFullWidth2"), _wide),
    **dict.fromkeys(
        ("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), lambda n: _from("①", 20, n)
    ),
    "decimalEnclosedParen": lambda n: _from("⑴", 20, n),
    "decimalEnclosedFullstop": lambda n: _from("⒈", 20, n),
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda n: _letters(n).upper(),
    "lowerLetter": _letters,
}
