"""Personal data in a text: where it is, and the text without it.

The public projection is `mask(text)`: every telephone, e-mail, QQ, WeChat, identity-card and
bank number is replaced whole, so that no digit of it is indexed, shown, suggested or counted.
Detection leans to masking too much: a masked order number is a nuisance, a leaked one is not
to be undone. Lengths never change between the text searched and the text given (width is
folded one character for one), so offsets are those of the original.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LABELS = {
    "email": "〔邮箱〕",
    "identity_card": "〔身份证号〕",
    "phone": "〔电话〕",
    "qq": "〔QQ〕",
    "wechat": "〔微信〕",
    "account": "〔账号〕",
}

_SEP = r"[- .]{0,2}"
_AREA = r"(?:\(0\d{2,3}\)|0\d{2,3})"
# A cue, then up to 16 characters of name and punctuation, then the number.
_CALL = r"(?:电话|传真|座机|热线|手机|联系|咨询|值班|电\s{0,2}话|tel|fax)"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    # 344523819@qq.com, office (at) example.org; not 四川高校@接力行.
    (
        "email",
        re.compile(
            r"[a-z0-9._%+-]{1,64} ?(?:@|\(at\)|\[at\]) ?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}",
            re.I,
        ),
    ),
    # 510105 19900101 123X, 51010519900101 123x; not 2024 年, not 51510000MJQ1234567.
    ("identity_card", re.compile(r"(?<![\da-z])[1-9](?: ?\d){16} ?[\dx](?![\da-z])", re.I)),
    # +86-28-85707118, 86 28 8570 7118; not 86 人.
    (
        "phone",
        re.compile(rf"(?<!\d)\+?86[- ]\(?0?\d{{2,3}}\)?{_SEP}[2-9]\d{{2,3}}{_SEP}\d{{4}}(?!\d)"),
    ),
    # 187-8401-6186, +86 187 8401 6186, 1 8 7 8 4 0 1 6 1 8 6; not 2187840161860.
    ("phone", re.compile(rf"(?<!\d)(?:\+?86{_SEP})?1{_SEP}[3-9](?:{_SEP}\d){{9}}(?!\d)")),
    # (028)84760585, 028—8476 0585转802, 0813-5506099、5506100; not 2024-0625.
    (
        "phone",
        re.compile(
            rf"(?<!\d){_AREA}{_SEP}[2-9]\d{{2,3}}{_SEP}\d{{4}}"
            r"(?: ?(?:转|-|ext\.?) ?\d{1,6})?(?!\d)"
            r"(?:[、/,或至 -]{1,2}\d{4,8}(?!\d))*"
        ),
    ),
    # 400-820-8820; not 400 820 元.
    ("phone", re.compile(rf"(?<!\d)[48]00{_SEP}\d{{3,4}}{_SEP}\d{{3,4}}(?!\d)")),
    # QQ群：123456789, qq 12345; not QQ 音乐 2024.
    (
        "qq",
        re.compile(
            r"qq(?:交流|工作|联络)?(?:群|号码?|邮箱)?[^\d\n]{0,4}(?P<it>\d{5,11})(?!\d)", re.I
        ),
    ),
    # 微信号：abc_12345; not 微信公众号已开通.
    ("wechat", re.compile(r"微信号?[::] ?(?P<it>[a-z][a-z0-9_-]{5,19})", re.I)),
    # 账号 5105 0140 0000 0001, or any bare run of 16-19 digits; not 42万元.
    ("account", re.compile(r"[账帐](?:号|户)[^\d\n]{0,10}(?P<it>\d(?:[ -]?\d){7,29})")),
    ("account", re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")),
    # 电话：84760585, 联系人 张三 5506099; not 联系 2024 年.
    (
        "phone",
        re.compile(
            rf"{_CALL}[^\d\n]{{0,16}}(?P<it>(?<!\d)[2-9]\d{{2,3}}[- ]?\d{{4}}(?!\d)"
            r"(?:[、/,或 ]{1,2}\d{7,8}(?!\d))*)",
            re.I,
        ),
    ),
    # A bare local number, as in a table of contacts: 84760585; not 20240625, not 35000000元.
    (
        "phone",
        re.compile(
            r"(?<![\d.¥￥$第A-Za-z])(?!20\d{2}[01]\d[0-3]\d)[2-9]\d{6,7}"
            r"(?![\d.%年元万亿人次个户吨度A-Za-z])"
        ),
    ),
)

_DIGIT = re.compile(r"\d")
# (at), [at] and qq in either width.
_LETTERED_CUE = re.compile(r"[tTｔＴqQｑＱ](?:(?<=[(（\[［][aAａＡ].)|[qQｑＱ])")

# One character for one: full-width ASCII, the ideographic space, dashes, bracket-like dots.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTH |= {ord(char): ord(" ") for char in "\u3000\u00a0\u2002\u2003\t"}
_WIDTH |= {ord(char): ord("-") for char in "‐‑‒–—―−─"}


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
    taken: list[Found] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            start, end = match.span("it" if "it" in pattern.groupindex else 0)
            if all(end <= other.start or start >= other.end for other in taken):
                taken.append(Found(kind, start, end))
    return sorted(taken, key=lambda found: found.start)


def mask(text: str) -> str:
    """The text with each find replaced whole. Masking a masked text changes nothing."""
    found = find(text)
    if not found:
        return text
    pieces, at = [], 0
    for item in found:
        pieces += [text[at : item.start], LABELS[item.kind]]
        at = item.end
    return "".join([*pieces, text[at:]])


def _may_hold_any(text: str) -> bool:
    """Seven digits, or what every e-mail, WeChat and QQ number has in it: most paragraphs have
    neither, and cost nothing."""
    return (
        len(_DIGIT.findall(text)) >= 7
        or "@" in text
        or "＠" in text
        or "微信" in text
        or _LETTERED_CUE.search(text) is not None
    )
