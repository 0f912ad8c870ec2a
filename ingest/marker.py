"""Numbering markers at the start of a paragraph: 第一章, 第三条, 一、, （二）, 3., ①, 附件1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.notation import parse_int

_CJK = "〇○零一二三四五六七八九十百千两廿"
_NUM = rf"(?:[0-9０-９]{{1,3}}|[{_CJK}]{{1,6}})"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

# More than any marker takes, with what must follow it.
_LONGEST = 64
# A whole code may count its articles past a thousand: 第一千二百五十九条.
_NTH = rf"(?:[0-9０-９]{{1,4}}|[{_CJK}]{{1,9}})"

# 第三条规定的, 第三条、第四条, 第三条第二款 and 第三条，以及 are citations and open nothing; a
# space after the marker proves it is one, so 第三条 中央财政 opens a clause.
_CITED = (
    rf"(?!的|之(?!{_NUM})|第|所[称列指述规]|中(?:的|规定|所|关于|有关|第)|规定|款|项"
    r"|[，,；;。)）》”]|\s?[、，,和与及或至到]\s?第)"
)
_END = r"[：:、]?\s{0,4}"
_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    # 第一分编 通则; not 第一分编的规定
    ("subvolume", re.compile(rf"第\s?({_NTH})\s?分编{_CITED}{_END}")),
    # 第一编 总则, 第一篇 总则, 第一部分 制度; not 第一篇文章 or 第一部分是
    (
        "volume",
        re.compile(
            rf"第\s?({_NTH})\s?(?:编|篇(?!文|论|小说)|部分(?=[\s：:、]|$)|卷(?=\s|$)){_CITED}{_END}"
        ),
    ),
    # 第一章 总则; not 第一章的规定
    ("chapter", re.compile(rf"第\s?({_NTH})\s?章{_CITED}{_END}")),
    # 第二节 认定; not 第二节课
    ("section", re.compile(rf"第\s?({_NTH})\s?节(?!课){_CITED}{_END}")),
    # 第十二条之一 本会; not 第十二条规定的
    ("article", re.compile(rf"第\s?({_NTH})\s?条(?:之({_NUM}))?{_CITED}{_END}")),
    # 第二款 会员 and 第二项：甲, set apart; not 第二款规定 or 第二项工作
    ("subclause", re.compile(rf"第\s?({_NUM})\s?款(?=[\s：:]|$){_CITED}{_END}")),
    ("point", re.compile(rf"第\s?({_NUM})\s?项(?=[\s：:]|$){_CITED}{_END}")),
    # 一、总则 and 十二．附则; not 一是
    ("cjk", re.compile(rf"([{_CJK}]{{1,4}})\s?[、．.]\s{{0,4}}")),
    # （一）对象 and (一) 对象; not （试行）
    ("cjk_paren", re.compile(rf"[（(]\s?([{_CJK}]{{1,4}})\s?[)）][、．.]?\s{{0,4}}")),
    # 1.2 范围 and 3.2.1范围; not 3.5万元 or 2024.6.25. No quantity has three parts.
    (
        "decimals",
        re.compile(
            r"((?:[0-9]{1,2}[.．]){2,3}[0-9]{1,2}|[0-9]{1,2}[.．][0-9]{1,2}"
            r"(?!\s?(?:[万亿倍%‰]|元(?![旦件素])|米(?![饭面粉])|克(?![服己])|千[克米瓦]|公[斤里顷]"
            r"|[个月](?![人体别度])|年(?![度级终会])|分钟|小时|平方|立方)))"
            r"[.．、]?(?=\s|[\u4e00-\u9fffA-Za-z])\s{0,4}"
        ),
    ),
    # A.1 总则 and B.2.1 方法, in the annexes of standards; not A.M. or C.3PO
    (
        "decimals",
        re.compile(r"([A-Z](?:[.．][0-9]{1,2}){1,3})[.．、]?(?=\s|[\u4e00-\u9fff])\s{0,4}"),
    ),
    # 1.范围, 1、范围, １．范围; not 3.5
    ("decimal", re.compile(r"([0-9０-９]{1,3})\s?[.．、](?![0-9０-９])\s{0,4}")),
    # （1）范围, (1) 范围; not （2024）
    ("decimal_paren", re.compile(r"[（(]\s?([0-9０-９]{1,3})\s?[)）][、．.]?\s{0,4}")),
    # 1）范围; not 1)) or 100)
    ("decimal_half", re.compile(r"([0-9０-９]{1,2})\s?[)）]\s{0,4}")),
    # ①范围
    ("circled", re.compile(rf"([{_CIRCLED}])[、．.]?\s{{0,4}}")),
)
# 第三条 is tried against seven of them and nothing else against these; most lines begin like none.
_NTHS = tuple(pair for pair in _FAMILIES if pair[1].pattern.startswith("第"))
_OTHERS = tuple(pair for pair in _FAMILIES if pair not in _NTHS)
_OPENING = re.compile(rf"[（(A-Z0-9０-９{_CJK}{_CIRCLED}]")
# 附件, 附件1：名单, 附件一, 附：, （附件2）, 附件1-1, 附件1检查表, 附录A（规范性附录）;
# not 附近, 附件中的材料, 附件1所列 or 附件1、附件2
_ANNEX = re.compile(
    rf"[（(【\[]?(?:附\s?件|附\s?表|附\s?录|附(?=\s?[:：]))\s?({_NUM}|[A-Z])?"
    r"(?:\s?[-－—–]\s?[0-9]{1,2})?\s?"
    r"(?:[)）】\]]?\s?[:：]|[)）】\]]?$|[)）】\]]|\s(?=\S)|(?<=[0-9A-Z一-十])(?=[《“（(])"
    r"|(?<=[0-9])[.．](?![0-9])|(?<=[0-9])(?=[\u4e00-\u9fff])(?![中所的至和及与内里上下为是由须所应请可到或按等份]))"
    r"\s{0,4}"
)
# 1 范围 and 12　附则, as standards number their chapters; not 12 个单位 or 2031 年
_BARE = re.compile(
    r"([0-9]{1,2})[ \u3000]{1,4}(?=[\u4e00-\u9fffA-Za-z])"
    r"(?![年月日时分秒个名位人次项条家所件份张元万亿米吨千公平立小周天点号])"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """What numbers a paragraph. `length` is how many characters it takes, spaces after included.

    `depth` counts the parts of a decimal such as 1.2.3 and is 1 for everything else; `lead` are
    its parts before the last.
    """

    family: str
    ordinal: int
    length: int
    depth: int = 1
    branch: int = 0
    lead: tuple[str, ...] = ()


def parse_marker(text: str) -> Marker | None:
    """The marker `text` starts with, or None."""
    return _parsed(text[:_LONGEST])


# Headings, clauses and passages ask for the same lines one after the other.
@lru_cache(maxsize=4096)
def _parsed(text: str) -> Marker | None:
    families = _NTHS if text.startswith("第") else _OTHERS if _OPENING.match(text) else ()
    for family, pattern in families:
        match = pattern.match(text)
        if match is None:
            continue
        if family == "circled":
            return Marker(family, _CIRCLED.index(match[1]) + 1, match.end())
        if family == "decimals":
            parts = re.split(r"[.．]", match[1])
            return Marker(
                f"decimal{len(parts)}", int(parts[-1]), match.end(), len(parts), lead=(*parts[:-1],)
            )
        ordinal = parse_int(match[1])
        branch = parse_int(match[2]) if family == "article" and match[2] else 0
        if ordinal is not None:
            return Marker(family, ordinal, match.end(), branch=branch or 0)
    return None


def parse_bare(text: str) -> Marker | None:
    """The number of `1 范围`, which only the document around it can prove to be one."""
    match = _BARE.match(text)
    return Marker("decimal", int(match[1]), match.end()) if match else None


def parse_annex(text: str) -> Marker | None:
    """The 附件 label `text` starts with; ordinal 0 when it is not numbered."""
    match = _ANNEX.match(text)
    if match is None:
        return None
    number = match[1] or "0"
    ordinal = ord(number) - 64 if "A" <= number <= "Z" else parse_int(number)
    return Marker("annex", ordinal or 0, match.end())
