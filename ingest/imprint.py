"""To whom a document goes and who printed it: 主送 above the text, 抄送 and 印发 below it."""

from __future__ import annotations

import re

from ingest.cue import is_organisation
from ingest.marker import parse_marker
from ingest.stated import CLAIMED, PLACED, Stated
from ingest.structure import Structure

_MAX_ADDRESSEES = 200
# Who can be written to: 各会员单位, 全体理事, 局机关各处室; not 现将有关事项
_RECEIVES = re.compile(r"各|全体|尊敬的|单位|会员|理事|代表|同志|同学|老师|先生|女士|朋友")
# 现将有关事项通知如下：, 主要内容包括：, 会议认为：; a sentence that goes on, no addressee
_GOES_ON = re.compile(r"如下|包括|为|是|认为|指出|要求|强调|决定|事项|内容|附件|联系|时间|地点|。")
# 抄 送：甲，乙。 up to the full stop; other labels may stand in the same line
_COPIES = re.compile(r"(?:^|[\s。；])抄\s{0,3}[送报]\s{0,2}[:：]\s{0,2}([^。\n]{2,400})")
# 江岚省…秘书处 2024年6月26日印发; not 经研究印发
_PRINTED = re.compile(r"^(.{0,60}?[0-9〇○零一二三四五六七八九十]{1,4}\s{0,2}日)\s{0,4}印发。?$")
_SENT = re.compile(r"^主\s{0,3}送\s{0,2}[:：]\s{0,2}([^。\n]{2,400})")


def find_addressees(structure: Structure, *, titled: bool) -> Stated[str] | None:
    """主送: the line above the text that ends in a colon, or what a line 主送：… says.

    Only under a title, which may be the one a web page has outside its text: `titled`.
    """
    for paragraph in structure.paragraphs[structure.main_end - 1 :: -1]:
        if sent := _SENT.match(paragraph.text):
            return Stated(sent[1].strip(), paragraph.text, PLACED)
    at = structure.front.body
    if not titled or at >= len(structure.paragraphs) - 1:
        return None
    text = structure.paragraphs[at].text.strip()
    names = text.rstrip("：:").strip()
    blank = "__" in names  # 尊敬的____先生, in a form to fill in
    if names == text or blank or len(names) > _MAX_ADDRESSEES or parse_marker(text):
        return None
    if _GOES_ON.search(names) or not _is_addressed(names):
        return None
    return Stated(names, text, PLACED)


def _is_addressed(names: str) -> bool:
    parts = [part for part in re.split(r"[，,、；;]", names) if part]
    return any(_RECEIVES.search(part) or is_organisation(part) for part in parts)


def find_copies(structure: Structure) -> Stated[str] | None:
    """抄送: to whom a copy goes."""
    for paragraph in reversed(structure.paragraphs):
        if "抄" in paragraph.text and (found := _COPIES.search(paragraph.text)):
            return Stated(found[1].strip(), paragraph.text, CLAIMED)
    return None


def find_printed(structure: Structure) -> Stated[str] | None:
    """印发: who printed it and when, which is not the date of the document."""
    for paragraph in reversed(structure.paragraphs):
        if found := _PRINTED.match(paragraph.text.strip()):
            return Stated(" ".join(found[1].split()), paragraph.text, PLACED)
    return None
