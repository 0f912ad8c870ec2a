"""Personal data in a text: where it is, and the text without it.

The public projection is `mask(text)`: every telephone, e-mail, QQ, WeChat, identity-card and
bank number is replaced whole, so that no digit of it is indexed, shown, suggested or counted.
Detection leans to masking too much: a masked order number is a nuisance, a leaked one is not
to be undone. Lengths never change between the text searched and the text given (width is
folded one character for one), so offsets are those of the original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.table_columns import column_finds

LABELS = {
    "email": "〔邮箱〕",
    "identity_card": "〔身份证号〕",
    "phone": "〔电话〕",
    "qq": "〔QQ〕",
    "wechat": "〔微信〕",
    "account": "〔账号〕",
}

_SEP = r"[- .]{0,3}"
_GAP = r"[- ./·*_~]{0,4}"
_AREA = r"(?:[(\[【〔] ?0\d{2,3} ?[)\]】〕]|0\d{2,3})"
_ABROAD = r"\(?(?:\+|00) ?86\)?"
_EXTENSION = r"(?: ?(?:转分机|转|分机|内线|-|\*|#|ext\.?) ?\d{1,6}|\(\d{3,6}\))?"
# 7 or 8 digits that are no day such as 20240625.
_BARE = r"(?!20\d{2}[01]\d[0-3]\d)[2-9]\d{6,7}(?!\d)"
_ALSO = rf"(?:[、,/或至 -]{{1,2}}{_BARE})*"
# A cue, then up to 16 characters of name and punctuation, then the number. The labels that a
# masked text holds are no cues.
_CALL = r"(?<!〔)(?:电 {0,2}话|传真|座机|热线|手机|联系|咨询|值班|tel|fax)"
# What follows an amount: 2345678元, 2345678人次; not 5550123 万某某.
_MONEY = r" ?(?:元(?![旦老宵])|万元|亿元)"
_AMOUNT = (
    rf"(?!{_MONEY}|[.][0-9]|[%‰年元万亿人次个户吨度份册条项股块件台套㎡]"
    r"|平方|千[瓦米克]|公[里斤]|[余多][人元户]|美元|[A-Za-z])"
)
_TLD = r"(?:com|cn|org|net|edu|gov|top|info|biz)(?![a-z0-9-])"
_DOT = r"(?: ?(?:[.。·]|[(\[【](?:dot|点)[)\]】]) ?| dot )"
_DOMAIN = rf"[a-z0-9-]{{1,63}}(?:{_DOT}[a-z0-9-]{{1,63}}){{0,3}}?{_DOT}{_TLD}(?:\.cn(?![a-z0-9]))?"
_AT = r" ?(?:@|[(\[【〔{<](?:at|a|@)[)\]】〕}>]) ?\n?"
_MAILBOX = r"[a-z0-9._%+-]{1,64}+"

# Ends in which a bare number is an amount or the name of a paper: 金额：, 合计 |, 许可证编号：; not
# 预算科, whose telephone may follow.
_NO_CALL = re.compile(
    r"(?:编号|编码|代码|证书|证号|金额|合计|总计|共计|总额|预算|收入|支出|经费|资金|人民币|isbn|issn|(?<![.\w])cn"
    r"|学号|工号|单号|批号)[ :|为是约达共(元)]{0,4}$",
    re.I,
)
_TAX_CODE = re.compile(r"(?:信用代码|识别号|税号)[ :|为是]{0,4}$")
_WHOLE = {
    "phone": re.compile(r"(?:86)?1[3-9]\d{9}|0\d{2,3}[2-9]\d{6,7}|[2-9]\d{6,7}|[48]00\d{7}"),
    "identity_card": re.compile(r"\d{15}|\d{17}[\dxX]"),
}
_BIRTH = re.compile(r"\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_call(text: str, start: int, end: int) -> bool:
    """Whether a bare number is not introduced as something else."""
    return _NO_CALL.search(text, max(0, start - 12), start) is None


def _is_spelled(text: str, start: int, end: int) -> bool:
    """Whether a number spaced out freely is no row of pages: not 1-3 5-7 9-11 13-15."""
    *ranges, last = text[start:end].split()
    paged = all(re.fullmatch(r"\d{1,3}-\d{1,3}", part) for part in ranges)
    return not (ranges and paged and len(last) < 8)


def _is_misread(text: str, start: int, end: int) -> bool:
    """Whether a number that a scanner read with letters is mostly digits, but not wholly."""
    read = re.sub(r"[^\da-z]", "", text[start:end], flags=re.I)
    return 7 <= len(_digits(read)) < len(read)


def _is_identity(text: str, start: int, end: int) -> bool:
    """Whether a long number holds a day of birth."""
    untaxed = _TAX_CODE.search(text, max(0, start - 12), start) is None
    return untaxed and _BIRTH.match(_digits(text[start:end])) is not None


def _is_account(text: str, start: int, end: int) -> bool:
    """Whether digits in fours are a card: not 2021 2022 2023 2024, nor four counts in a table."""
    if _TAX_CODE.search(text, max(0, start - 12), start):
        return False
    digits = _digits(text[start:end])
    if len(digits) == end - start or digits.startswith("62"):
        return True
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def _is_broken(kind: str) -> Callable[[str, int, int], bool]:
    """Whether the two ends of a line break are one number, and the first alone is none."""

    def check(text: str, start: int, end: int) -> bool:
        first, _, second = (re.sub(r"[^\dxX]", "", p) for p in text[start:end].partition("\n"))
        whole = _WHOLE[kind]
        return whole.fullmatch(first + second) is not None and whole.fullmatch(first) is None

    return check


_Check = Callable[[str, int, int], bool]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What personal data of a kind looks like. A text without any of `needs` is not searched:
    looking for them takes a tenth of the time."""

    kind: str
    pattern: re.Pattern[str]
    check: _Check | None
    needs: tuple[str, ...]


def _pattern(
    kind: str, pattern: str, check: _Check | None = None, needs: str | None = None
) -> _Pattern:
    return _Pattern(kind, re.compile(pattern, re.I), check, tuple((needs or "").split("|")))


# Earlier patterns win. Each is searched in text of half width; `it` is what goes.
_PATTERNS = (
    # office@example。com, office [at] example [dot] org; not 四川高校@接力行.
    _pattern("email", rf"{_MAILBOX}{_AT}{_DOMAIN}", needs="@|at|(a|[a|【a|〔a|{a|<a"),
    # office@example.museum
    _pattern(
        "email",
        rf"{_MAILBOX}{_AT}[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}}){{1,4}}",
        needs="@|at|(a|[a|【a|〔a|{a|<a",
    ),
    # office#example.com, office at example.org; not at www.example.org or #后勤之道#.
    _pattern("email", rf"{_MAILBOX}(?: ?# ?| at )(?!www\.){_DOMAIN}", needs="#| at "),
    # 110101 19900307 123X; not 51990000MJQ1234567.
    _pattern(
        "identity_card", r"(?<![\da-z])[1-9](?:[- ]?\d){16}[- ]?[\dx×](?![\da-z])", _is_identity
    ),
    # 身份证号：110101900307123; not 身份证复印件2份.
    _pattern(
        "identity_card",
        r"(?:身份证|证件号)[^\d\n]{0,6}(?P<it>\d(?:[- ]?\d){13,16}(?:[- ]?[\dx×])?)(?![\da-z])",
        needs="身份证|证件号",
    ),
    _pattern(
        "identity_card",
        r"(?:身份证|证件号)[^\d\n]{0,6}(?P<it>\d{1,17}\n ?\d{0,17}[\dx])(?![\da-z])",
        _is_broken("identity_card"),
        needs="身份证|证件号",
    ),
    # +86-899-55501234, 0086 (0)899 5550123; not 86 人.
    _pattern(
        "phone",
        rf"(?<!\d)(?:{_ABROAD}[- ]{{0,2}}|86[- ]{{1,2}})(?:\(0\))?[- ]?\(?0?\d{{2,3}}\)?{_GAP}"
        rf"[2-9]\d{{2,3}}{_SEP}\d{{4}}(?!\d)",
        needs="86",
    ),
    # 199-0000-0001, +86 199 0000 0001, 1990000 0001; not 2199000000010, 13500000000元.
    _pattern(
        "phone",
        rf"(?<![\d¥￥$])(?:(?:{_ABROAD}|86)[- .]{{0,2}})?1[3-9]\d"
        rf"(?:{_SEP}\d{{4}}{_SEP}\d{{4}}|{_SEP}\d{{3}}{_SEP}\d{{5}}|\d{_SEP}\d{{3}}{_SEP}\d{{4}})"
        rf"(?!\d|{_MONEY})",
    ),
    # 1 9 9 0 0 0 0 0 0 0 1, 19 90 00 00 00 1; not 15.6 17.8 19.2 20.1, 1 3 5 7 9 2 4 6 8 10 12.
    _pattern(
        "phone",
        rf"(?<![\d¥￥$])(?<!\d )(?:86[- ]{{1,2}})?1[- ]{{0,2}}[3-9](?:[- ]{{0,2}}\d){{9}}"
        rf"(?! ?\d|{_MONEY})",
        _is_spelled,
    ),
    # 电话：1 99-000 0-00 01: after a cue, whatever stands between the digits.
    _pattern(
        "phone",
        rf"{_CALL}[^\d\n]{{0,16}}(?P<it>(?<!\d)1[- .]{{0,3}}[3-9](?:[- .]{{0,3}}\d){{9}})(?!\d)"
        rf"(?!{_MONEY})",
        needs="话|传真|座机|热线|手机|联系|咨询|值班|tel|fax",
    ),
    # 199-0000-\n0001; not 15000\n320000, which are two numbers in a column.
    _pattern(
        "phone",
        r"(?<!\d)1[3-9]\d(?:[- ]?\n ?\d{4}[- ]?\d{4}|[- ]?\d{4}-? ?\n ?\d{4})(?!\d)",
        needs="\n",
    ),
    # (0899)5550123, 0899—5550 123转802, 0899-5550123、5550124; not 2024-0625, nor the year that
    # follows a number.
    _pattern(
        "phone",
        rf"(?<!\d){_AREA}{_GAP}[2-9]\d{{2,3}}{_SEP}\d{{4}}{_EXTENSION}(?!\d){_ALSO}"
        r"(?:/\d{1,4}(?![\d年月日.:-]))?",
    ),
    _pattern(
        "phone",
        rf"(?<!\d){_AREA}[- ]{{0,2}}(?:\n ?[2-9]\d{{6,7}}|[2-9]\d{{2,3}}-?\n ?\d{{3,4}})(?!\d)",
        _is_broken("phone"),
        needs="\n",
    ),
    # O899-5550123, l99 0000 0001, as a scanner reads them; not B2B-200000.
    _pattern(
        "phone",
        rf"(?<![\da-z])[0o][\dol]{{2,3}}[-() ]{{1,3}}[2-9][\dol]{{2,3}}{_SEP}[\dol]{{4}}"
        r"(?![\da-z])",
        _is_misread,
        needs="o|l",
    ),
    _pattern(
        "phone",
        rf"(?<![\da-z])[1li][3-9][\dol]{_SEP}[\dol]{{4}}{_SEP}[\dol]{{4}}(?![\da-z])",
        _is_misread,
        needs="o|l|i",
    ),
    # 400-820-8820; not 400 820 元.
    _pattern("phone", rf"(?<!\d)[48]00{_SEP}\d{{3,4}}{_SEP}\d{{3,4}}(?!\d|{_MONEY})", needs="00"),
    # QQ群（一）：123456789, 扣扣 1234 5678; not QQ 音乐 2024, QQ群已满12345人.
    _pattern(
        "qq",
        r"(?<!〔)(?:qq|扣扣|(?<![a-z0-9])q(?=[群号:]))[^\d\n,，。;〔]{0,8}"
        r"(?P<it>(?:\d{5,11}|\d{3,4}(?:[ -]\d{3,4}){1,2})(?!\d)(?:[、,/或 ]{1,2}\d{5,11}(?!\d))*)"
        r"(?! ?[人元个万%年名])",
        needs="q|扣扣",
    ),
    # 微信号：abc_12345, vx: abcdef; not 微信公众号已开通, 微信：见下图.
    _pattern(
        "wechat",
        r"(?:(?:微|薇|v)信|(?<![a-z])(?:[vw]x|weixin|wechat(?: ?id)?))号?(?:\([^()\n]{1,8}\))?"
        r"[为是]?: ?(?P<it>[a-z][a-z0-9_-]{5,19}|\d{5,11}(?!\d))",
        needs="信|vx|wx|weixin|wechat",
    ),
    # Without a colon it must hold a digit: 微信jiangxie2024; not 微信Windows版.
    _pattern(
        "wechat",
        r"(?:(?:微|薇|v)信|(?<![a-z])(?:[vw]x|weixin|wechat(?: ?id)?))号?[为是]? ?"
        r"(?P<it>(?=[a-z_-]{1,18}\d)[a-z][a-z0-9_-]{5,19})",
        needs="信|vx|wx|weixin|wechat",
    ),
    # 账号 8990 0000 0005 5501 01, or a bare run of 16-19 digits; not 42万元.
    _pattern(
        "account",
        r"(?:[账帐] {0,4}(?:号|户)|卡 {0,4}号)[^\d\n]{0,16}(?P<it>\d(?:[ -]?\d){7,29})",
        needs="账|帐|卡",
    ),
    _pattern("account", r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)", _is_account),
    # 电话：5550123, 手机（苏）：555-0123; not 电话费2345678.50元.
    _pattern(
        "phone",
        r"(?<!〔)(?:电 {0,2}话|传真|座机|热线|手机|tel|fax)(?:号码?)?"
        r"(?:\([^()\n]{1,8}\))? {0,2}[:.]? {0,2}"
        rf"(?P<it>(?!(?:19|20)\d\d-(?:19|20)\d\d)[2-9]\d{{2,3}}[- ]?\d{{4}}{_EXTENSION}(?!\d)"
        rf"(?!{_MONEY}){_ALSO})",
        needs="话|传真|座机|热线|手机|联系|咨询|值班|tel|fax",
    ),
    # 联系人 张三 5550123; not 联系 2024 年, 咨询2023-2024学年, 值班费3000-5000元.
    _pattern(
        "phone",
        rf"{_CALL}[^\d\n]{{0,16}}(?P<it>(?<!\d)(?!(?:19|20)\d\d[- ](?:19|20)\d\d)"
        rf"[2-9]\d{{2,3}}[- ]?\d{{4}}(?!\d){_AMOUNT}{_ALSO})",
        _is_call,
        needs="话|传真|座机|热线|手机|联系|咨询|值班|tel|fax",
    ),
    # 电话：19900\n000001; not 电话：5550123\n5.其他事项.
    _pattern(
        "phone",
        rf"{_CALL}[^\d\n]{{0,16}}(?P<it>\d[-\d ]{{1,13}}\n ?\d[-\d ]{{0,12}}(?<=\d)(?!\d))",
        _is_broken("phone"),
        needs="\n",
    ),
    _pattern("phone", r"(?:短号|小号)[^\d\n]{0,4}(?P<it>\d{3,6})(?!\d)", needs="短号|小号"),
    # A bare local number, as in a table of contacts: 84760585; not 20240625, not 35000000元.
    _pattern("phone", rf"(?<![\d.¥￥$第A-Za-z]){_BARE}{_AMOUNT}", _is_call),
)

# Whatever stands for a digit, as the analyzer folds it: 1, １, ①, 𝟏.
_DIGITS = {
    code: str(unicodedata.digit(chr(code)))
    for code in range(0x80, 0x20000)
    if unicodedata.digit(chr(code), None) is not None and (code < 0x10000 or chr(code).isdecimal())
}
# \d knows decimals of every script; listing them too would take forty times as long.
_CIRCLED = "".join(chr(code) for code in _DIGITS if not chr(code).isdecimal())
_DIGIT = re.compile(rf"[\d{_CIRCLED}]")
# (at), [a], qq, Q群, 微信, V信, wx, 扣扣 and 短号 in either width.
_CUE = re.compile(
    r"[tTｔＴaAａＡqQｑＱxXｘＸ扣信号@＠﹫#＃]"
    r"(?:(?<=[@＠﹫#＃])|(?<=[aAａＡ][tTｔＴ])|(?<=[(（\[［【〔{｛<＜][aAａＡ])|(?<=[qQｑＱ]{2})"
    r"|(?<=[qQｑＱ])(?=[群号:：])|(?<=扣扣)|(?<=[微薇vVｖＶ]信)|(?<=[vVｖＶwWｗＷiIｉＩ][xXｘＸ])"
    r"|(?<=[短小]号))"
)

# One character for one: full-width ASCII, spaces of every width and of none, dashes.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTH |= {ord(char): ord(" ") for char in "\u3000\u00a0\u202f\u205f\u2060\ufeff\u00ad\t"}
_WIDTH |= {code: ord(" ") for code in range(0x2000, 0x2010)}
_WIDTH |= {ord(char): ord("-") for char in "‐‑‒–—―−─﹣"}
_WIDTH |= {ord("﹫"): ord("@")}
_WIDTH |= {code: ord(digit) for code, digit in _DIGITS.items()}


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data: `text[start:end]`, its kind as in LABELS."""

    kind: str
    start: int
    end: int


def find(text: str) -> list[Found]:
    """Everything personal in `text`, in order, without overlap; earlier patterns win."""
    if not _may_hold_any(text):
        return []
    folded = text.translate(_WIDTH)
    found = [Found(*place) for place in column_finds(folded)] if " | " in folded else []
    taken = bytearray(len(folded))
    for item in found:
        taken[item.start : item.end] = b"\1" * (item.end - item.start)
    lowered = folded.lower()
    for form in _PATTERNS:
        if not any(need in lowered for need in form.needs):
            continue
        for match in form.pattern.finditer(folded):
            start, end = match.span("it" if "it" in form.pattern.groupindex else 0)
            free = taken.find(1, start, end) < 0
            if free and (form.check is None or form.check(folded, start, end)):
                taken[start:end] = b"\1" * (end - start)
                found.append(Found(form.kind, start, end))
    return sorted(found, key=lambda item: item.start)


def mask(text: str) -> str:
    """The text with each find replaced whole. Masking a masked text changes nothing."""
    # What a find stood beside may be a find of its own once that is gone.
    while found := find(text):
        pieces, at = [], 0
        for item in found:
            pieces += [text[at : item.start], LABELS[item.kind]]
            at = item.end
        text = "".join([*pieces, text[at:]])
    return text


def mask_lines(lines: Sequence[str]) -> list[str]:
    """Lines of one text, each masked, with what only their neighbours give away: a number broken
    over two lines, a value under the name of its column."""
    whole = "\n".join(lines)
    pieces, at = [], 0
    for item in find(whole):
        breaks = "\n" * whole.count("\n", item.start, item.end)
        pieces += [whole[at : item.start], LABELS[item.kind], breaks]
        at = item.end
    return [mask(line) for line in "".join([*pieces, whole[at:]]).split("\n")] if lines else []


def _may_hold_any(text: str) -> bool:
    """Seven digits, or what every e-mail, WeChat, QQ and short number has in it: most paragraphs
    have neither, and cost nothing."""
    if len(_DIGIT.findall(text)) >= 7 or _CUE.search(text) is not None:
        return True
    return " | " in text and next(column_finds(text), None) is not None
