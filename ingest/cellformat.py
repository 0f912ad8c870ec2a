"""What a cell of a sheet shows: the stored number through its number format, as Excel does in
a Chinese office. ECMA-376 part 1, 18.8.31 says how formats are written."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

from ingest.celldates import GENERAL, TOKEN, is_date, is_literal, said, shown_date

# Formats known by number only; those of dates are what Chinese Excel shows (18.8.30, zh-cn).
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    27: "yyyy年m月",
    28: "m月d日",
    29: "m月d日",
    30: "m/d/yy",
    31: "yyyy年m月d日",
    32: "h时mm分",
    33: "h时mm分ss秒",
    34: "上午/下午h时mm分",
    35: "上午/下午h时mm分ss秒",
    36: "yyyy年m月",
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: "#,##0",
    42: "¥#,##0",
    43: "#,##0.00",
    44: "¥#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
    48: "##0.0E+0",
    49: "@",
    50: "yyyy年m月",
    51: "m月d日",
    52: "yyyy年m月",
    53: "m月d日",
    54: "m月d日",
    55: "上午/下午h时mm分",
    56: "上午/下午h时mm分ss秒",
    57: "yyyy年m月",
    58: "m月d日",
}
_CONDITION = re.compile(r"\[(<=|>=|<>|[<>=])(-?\d{1,15}(?:\.\d{1,15})?)\]")  # "[>=60]合格"
_HOLDS = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}
_PLACES = frozenset("0#?")
_PLAIN = frozenset(("", "General", "@"))
_MAX_CODE = 255  # as Excel


def shown(stored: str, code: str, epoch_1904: bool = False) -> str:
    """A number as stored ("45468", "1.8982575123E10") as its format shows it."""
    if code in _PLAIN and stored.isdecimal():
        return stored
    try:
        value = Decimal(stored)
    except ArithmeticError:
        return stored
    if not value.is_finite() or abs(value.adjusted()) > 400:
        return stored
    sections = _sections(code[:_MAX_CODE])
    section = _section(value, sections)
    if is_date(section):
        day = shown_date(float(value), section, epoch_1904)
        return general(value) if day is None else day
    if not section and len(sections) > 1:
        return ""  # ;;; shows nothing
    if value < 0 and len(sections) > 1 and section is sections[1]:
        value = -value  # such a section writes its own sign
    return _number(value, section, stored)


def _section(value: Decimal, sections: list[str]) -> str:
    """The part of a format for this number: by its conditions, else by its sign."""
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _HOLDS[condition[1]](value, Decimal(condition[2])):
                return section
        return "General"
    at = 1 if value < 0 else 2 if value == 0 else 0
    return sections[at] if at < len(sections) else sections[0]


def general(value: Decimal, stored: str = "") -> str:
    """Without a format: 0.30000000000000004 is 0.3, and all digits of a telephone are there."""
    if stored.lstrip("-").isdecimal():
        return stored  # an account number keeps the digits that a float would lose
    text = format(float(value), ".15g")
    if len(text.partition(".")[2]) > 10:
        text = format(float(value), ".10g")
    if "e" in text and abs(value.adjusted()) <= 20:
        text = format(Decimal(text), "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


@lru_cache(maxsize=1000)
def _sections(code: str) -> list[str]:
    parts = [""]
    for token in TOKEN.findall(code):
        if token == ";":
            parts.append("")
        else:
            parts[-1] += token
    return parts


def _number(value: Decimal, code: str, stored: str) -> str:
    tokens: list[str] = TOKEN.findall(code)
    bare = "".join(token for token in tokens if not is_literal(token))
    if GENERAL.search(bare):
        shown_value = general(value, stored)
        return "".join(shown_value if GENERAL.fullmatch(t) else said(t) for t in tokens).strip()
    if "@" in bare or "/" in bare or not _PLACES & set(bare):
        # As text, as a fraction, or no place for a digit: then the literals are all there is.
        return general(value, stored) if "@" in bare or "/" in bare or not tokens else _only(tokens)
    if re.search(r"E[+-]", bare, re.IGNORECASE):
        return format(float(value), f".{_decimals(bare)}E")
    return _placed(value, tokens, bare)


def _only(tokens: list[str]) -> str:
    return "".join(map(said, tokens)).strip()


def _decimals(bare: str) -> int:
    tail = re.split(r"E[+-]", bare, flags=re.IGNORECASE)[0].partition(".")[2]
    return sum(char in _PLACES for char in tail)


def _placed(value: Decimal, tokens: list[str], bare: str) -> str:
    """The digits put into the places, the rightmost whole place first: 000-0000 may part them."""
    whole, _, rest = bare.partition(".")
    value = value.scaleb(2 * bare.count("%"))
    grouped = re.search(r"[0#?],[0#?]", whole) is not None
    value = value.scaleb(-3 * (len(whole.rstrip("%")) - len(whole.rstrip("%").rstrip(","))))
    most, least = _decimals(bare), sum(char == "0" for char in rest)
    digits = format(abs(value).quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP), "f")
    before, _, after = digits.partition(".")
    after = after[:least] + after[least:].rstrip("0")
    pad = sum(char == "0" for char in whole)
    before = before.lstrip("0").rjust(pad, "0")
    if grouped:
        before = f"{int(before or 0):,}" if pad or before else ""
    text = _fill(tokens, before, after, grouped)
    nonzero = before.strip("0,") or after.strip("0")
    return f"-{text}" if value < 0 and nonzero else text


def _fill(tokens: list[str], before: str, after: str, grouped: bool) -> str:
    point = next((i for i, token in enumerate(tokens) if token == "."), len(tokens))
    places = [i for i, token in enumerate(tokens[:point]) if token in _PLACES]
    held: dict[int, str] = {}
    left = before
    for n, place in enumerate(reversed(places)):
        first = n == len(places) - 1
        held[place] = left if first else ("" if grouped else left[-1:])
        left = left if grouped else left[:-1]
    out: list[str] = []
    fraction = iter(after)
    for i, token in enumerate(tokens):
        if i in held:
            out.append(held[i])
        elif token in _PLACES:
            out.append(next(fraction, ""))
        elif token == ".":
            out.append("." if after else "")
        elif token != ",":
            out.append(said(token))
    return "".join(out).strip()
