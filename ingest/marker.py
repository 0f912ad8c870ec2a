"""Numbering markers at the start of a paragraph: 第一章, 第三条, 一、, （二）, 3., ①, 附件1."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.notation import parse_int

_CJK = "〇○零一二三四五六七八九十百千两廿"
_NUM = rf"(?:[0-9０-９]{{1,3}}|[{_CJK}]{{1,6}})"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

# 第三条规定的, 第三条、第四条 and 第三条第二款 are citations and open nothing; a space after the
# marker proves it is one, so 第三条 中央财政 opens a clause.
_CITED = (
    rf"(?!的|之(?!{_NUM})|第|所[称列指述规]|中(?:的|规定|所|关于|有关|第)|规定|款|项"
    r"|\s?[、，,和与及或至到]\s?第)"
)
_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    # 第一章 总则; not 第一章的规定
    ("chapter", re.compile(rf"第\s?({_NUM})\s?[章篇编]{_CITED}\s{{0,4}}")),
    # 第二节 认定; not 第二节课
    ("section", re.compile(rf"第\s?({_NUM})\s?节(?!课){_CITED}\s{{0,4}}")),
    # 第十二条之一 本会; not 第十二条规定的
    ("article", re.compile(rf"第\s?({_NUM})\s?条(?:之({_NUM}))?{_CITED}\s{{0,4}}")),
    # 一、总则 and 十二．附则; not 一是
    ("cjk", re.compile(rf"([{_CJK}]{{1,4}})\s?[、．.]\s{{0,4}}")),
    # （一）对象 and (一) 对象; not （试行）
    ("cjk_paren", re.compile(rf"[（(]\s?([{_CJK}]{{1,4}})\s?[)）][、．.]?\s{{0,4}}")),
    # 1.2 范围 and 3.2.1范围; not 3.5万元 or 2024.6.25
    (
        "decimals",
        re.compile(
            r"((?:[0-9]{1,2}[.．]){1,3}[0-9]{1,2})[.．、]?(?=\s|[\u4e00-\u9fffA-Za-z])"
            r"(?!\s?(?:[万亿元倍%‰米克]|千[克米瓦]|公[斤里顷]|[个月](?![人体别度])|年(?![度级终会])|分钟|小时|平方|立方))"
            r"\s{0,4}"
        ),
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
# 附件, 附件1：名单, 附件一, 附：; not 附件中的材料 or 附近
_ANNEX = re.compile(
    rf"(?:附\s?件|附\s?表|附\s?录|附(?=\s?[:：]))\s?({_NUM}|[A-Z])?\s?(?:[:：]|$|\s(?=\S)|(?<=[0-9一-十])(?=[《“]))\s{{0,4}}"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """What numbers a paragraph. `length` is how many characters it takes, spaces after included.

    `depth` counts the parts of a decimal such as 1.2.3 and is 1 for everything else.
    """

    family: str
    ordinal: int
    length: int
    depth: int = 1
    branch: int = 0


def parse_marker(text: str) -> Marker | None:
    """The marker `text` starts with, or None."""
    for family, pattern in _FAMILIES:
        match = pattern.match(text)
        if match is None:
            continue
        if family == "circled":
            return Marker(family, _CIRCLED.index(match[1]) + 1, match.end())
        if family == "decimals":
            parts = re.split(r"[.．]", match[1])
            return Marker(f"decimal{len(parts)}", int(parts[-1]), match.end(), len(parts))
        ordinal = parse_int(match[1])
        branch = parse_int(match[2]) if family == "article" and match[2] else 0
        if ordinal is not None:
            return Marker(family, ordinal, match.end(), branch=branch or 0)
    return None


def parse_annex(text: str) -> Marker | None:
    """The 附件 label `text` starts with; ordinal 0 when it is not numbered."""
    match = _ANNEX.match(text)
    if match is None:
        return None
    number = match[1] or "0"
    ordinal = ord(number) - 64 if "A" <= number <= "Z" else parse_int(number)
    return Marker("annex", ordinal or 0, match.end())
