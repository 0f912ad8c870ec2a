"""Which line breaks are the writer's and which are only where the line was full.

Rules on text alone, shared by every format: PDF and hard-wrapped text join lines, web pages and
Word files contain breaks inside one paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# A paragraph shorter than this is more likely a heading, a name or an address than a sentence
# that was cut; 30 is the figure measured on association documents.
MIN_CUT_CHARS = 30

_TERMINAL = frozenset("。！？；：…!?;:")
_CLOSING = frozenset("”’」』）》】〕］)]\"'")
_WIDE_BRACKETS = str.maketrans("()", "（）")  # recognition mixes the two widths
# What may not begin a line, so it goes with the character before it.
_NOT_FIRST = _CLOSING | frozenset("，。、；：！？…—,.;:!?％%")

# Matches "一、", "（二）", "3.", "第四条", "①", "——", "附件："; not "2024 年", "12.5 万元", "一起".
_MARKER = re.compile(
    r"""(?:
      第\s?[一二三四五六七八九十百千零〇○0-9]{1,6}\s?[章节条款篇编部项]
    | [一二三四五六七八九十]{1,3}\s?[、．.]
    | [（(]\s?(?:[一二三四五六七八九十]{1,3}|[0-9]{1,3}|[a-zA-Z])\s?[）)]
    | [0-9０-９]{1,2}\s?(?:[、．.](?![0-9])|[）)])
    | [0-9]{1,2}(?:\.[0-9]{1,2}){1,3}(?=[\s\u4e00-\u9fff、])(?!\s?[万亿元倍米吨亩])
    | [a-zA-Z][.．、)）]
    | [\u2460-\u249b\u2776-\u277f\u3220-\u3229]
    | [•●■◆▪○★※◇□➢\uf000-\uf0ff]
    | ——
    )""",
    re.VERBOSE,
)
# Matches "附件1：", "会议时间：", "主 持 人："; not "通知如下：", which may begin a wrapped line.
_LABEL = re.compile(
    r"(?:附件|附录|附表|注|备注|抄送|联系人|电话)\s?[0-9一二三四五六七八九十]{0,2}\s?[：:]"
    r"|(?:会议)?(?:时\s{0,6}间|地\s{0,6}点|主\s?题|议\s?题|日\s{0,6}期|名\s?称)\s?[：:]"
    r"|(?:主\s?持\s?人?|记\s?录\s?人?|出\s?席|列\s?席|缺\s?席|参加|参会|与会)(?:人员)?\s?[：:]"
)
# Matches "，" or "。"; not "、", which headings also contain.
_CLAUSE_MARK = re.compile(r"[，。；,;]")


def has_marker(text: str) -> bool:
    """Whether the text begins like a numbered or bulleted item."""
    return _MARKER.match(text.lstrip()) is not None or has_label(text)


def has_label(text: str) -> bool:
    """Whether the text begins with one of the labels that always begin a line."""
    return _LABEL.match(text.lstrip()) is not None


def ends_sentence(text: str) -> bool:
    """Whether the text stops at 。！？；： or …, closing quotes and brackets ignored."""
    for char in reversed(text.rstrip()):
        if char not in _CLOSING:
            return char in _TERMINAL
    return False


def has_open_bracket(text: str) -> bool:
    """Whether a bracket or title mark near the end is still open, so that more must follow."""
    tail = text[-60:].translate(_WIDE_BRACKETS)
    return any(tail.rfind(opening) > tail.rfind(closing) for opening, closing in ("（）", "《》"))


def join(left: str, right: str) -> str:
    """One text of two lines: a space only between Latin words; a number is cut anywhere, 2⏎5 日."""
    left, right = left.rstrip(), right.lstrip()
    if not left or not right:
        return left + right
    if left[-1].isdigit() and right[0].isdigit():
        return left + right
    if _is_latin(left[-1]) and _is_latin(right[0]):
        return f"{left} {right}"
    if left[-1] in ",.;:!?" and _is_latin(right[0]) and len(left) > 1 and _is_latin(left[-2]):
        return f"{left} {right}"
    return left + right


def tidy(text: str) -> str:
    """Runs of blanks become one space; the ends are stripped. Line feeds count as blanks.

    Two line-broken ideographs are not separated: the caller joins lines with `join` first.
    """
    return " ".join(text.split())


def first_unit(text: str) -> str:
    """The shortest beginning that had to stay on one line: a word, or one ideograph with the
    punctuation that may not be parted from it."""
    text = text.lstrip()
    if not text:
        return ""
    end = 1
    if _is_latin(text[0]):
        while end < len(text) and end < 40 and (_is_latin(text[end]) or text[end] in ".-/@%"):
            end += 1
    elif text[0] in "“‘「『（《【〔([" and len(text) > 1:
        end = 2
    while end < len(text) and text[end] in _NOT_FIRST and end < 40:
        end += 1
    return text[:end]


class _Columns(dict[int, str]):
    """Code point -> as many letters as it takes columns, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        wide = unicodedata.east_asian_width(chr(code)) in "WFA"
        self[code] = "ww" if wide else "w"
        return self[code]


_COLUMNS = _Columns()


def display_width(text: str) -> int:
    """Columns on a terminal with Chinese fonts: 2 for ideographs and Chinese quotes, else 1."""
    return len(text.translate(_COLUMNS))


def was_cut(left: str, right: str) -> bool:
    """Whether a sentence stops without an end and the next paragraph goes on with it.

    Asks for prose on the left (30 characters, a comma, no end mark) and no marker on the right,
    because titles and headings also lack an end mark.
    """
    return (
        len(left) >= MIN_CUT_CHARS
        and _CLAUSE_MARK.search(left) is not None
        and not ends_sentence(left)
        and left.rstrip()[-1:] not in _CLOSING
        and not has_marker(right)
    )


def join_soft(pieces: Sequence[str], keep_together: bool = False) -> list[str]:
    """Paragraphs of the pieces between breaks inside one paragraph element.

    A break after a long piece that has not come to 。！？： is soft; an empty piece, an
    indent of two blanks, a marker or a short piece before it makes the break real.
    `keep_together` (for centred titles) joins everything that is not empty.
    """
    paragraphs: list[str] = []
    fresh = True
    for piece in pieces:
        indented = piece.startswith(("\u3000\u3000", "\xa0\xa0", "    "))
        text = tidy(piece)
        if not text:
            fresh = fresh or not keep_together
            continue
        soft = paragraphs and not fresh and (keep_together or not indented)
        if soft and (keep_together or _is_soft(paragraphs[-1], text)):
            paragraphs[-1] = join(paragraphs[-1], text)
        else:
            paragraphs.append(text)
        fresh = False
    return paragraphs


def _is_soft(left: str, right: str) -> bool:
    if len(left) < MIN_CUT_CHARS or has_marker(right):
        return False
    # A list of clauses set on lines of their own ends in semicolons, yet is one sentence.
    return not ends_sentence(left) or left.rstrip()[-1] in ";；"


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
