"""Who issues a document: who signs it, who its title says, whose letterhead it has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.cue import (
    close_letters,
    is_organisation,
    maker,
    signed_date,
    simplified,
)
from ingest.front import numbering_bodies
from ingest.labelled import labelled_body
from ingest.stated import DERIVED, LIKELY, PLACED, Stated, is_doubtful
from ingest.structure import Structure

_STRONG = (
    r"(?:大学(?!生)|学院|(?:研究|学)生会|商会|基金会|促进会|校友会|联谊会|[分支]行(?!业)|协会|学会|研究会|联合会|委员会|理事会|工会|公司|集团|中心|办公室|人民法院|检察院|国务院|"
    r"教育[部厅局]|人民政府|管理局|[\u4e00-\u9fff]{2}[厅局署]|工作室|用户组|管理组|俱乐部|研究[院所]|党委|团委|党支部|银行)"
)
# 四川省某某协会2024年…总结, 某某大学…规定; a prefix that ends where an organisation's name can.
_PREFIX = re.compile(rf"[\u4e00-\u9fffA-Za-z（）() ]{{0,30}}?{_STRONG}(?![员长议组])")
# 某某协会关于…, 某某协会印发《…》的通知; not 会员信息和网站发布管理规定
_ABOUT = re.compile(
    r"^(.{2,60}?)(?:关于|(?:印发|转发|发布|公布)(?=.{1,80}的[\u4e00-\u9fff]{1,4}$))"
)
# 关于调整某某协会…的函, 学习某某协会章程: an organisation that the title is about
_DOES = re.compile(
    r"关于|学习|贯彻|传达|落实|印发|转发|热烈|祝贺|庆祝|走进|走访|参观|加强|做好|开展|召开|举办|成立"
)
_SEAL = re.compile(r"\s{0,3}[（(]\s?(?:盖|公|签|印)?章\s?[)）]$")  # 某某协会（盖章）
# 第六届理事会, 第三届第二次会员大会: which body of which organisation it does not say
_SESSION = re.compile(
    r"^第[0-9一二三四五六七八九十]{1,3}届(?:[第\u4e00-\u9fff0-9]{0,5}次)?[\u4e00-\u9fff]{2,8}$"
)
# 2031年3月16日东岭省邮政局令第67号公布
_ORDER = re.compile(
    r"日\s?([\u4e00-\u9fff]{3,30})令\s?(?:[〔（(]?[12][0-9]{3}[〕）)]?\s?年?\s?)?第\s?[0-9]{1,4}\s?号(?:公布|发布)"
)
_SOURCE = re.compile(r"来源\s?[:：]\s?([\u4e00-\u9fff]{4,30})")  # 来源：东岭省邮政局 字号：…
_COVER = 16  # lines of a cover
_UNIT_IN_NEWS = re.compile(
    r"[\u4e00-\u9fff]{2,14}?(?:大学|学院|协会|学会|公司|集团|委员会)"
    r"(?:[\u4e00-\u9fff]{1,10}?(?:保障部|[处部局院](?![门理分长])|(?<![主举承协筹创])办(?![理公])|中心|委员会|集团|公司))?"
)


def find_issuer(
    structure: Structure,
    title: Stated[str] | None,
    letterhead: Stated[str] | None,
    types: Sequence[str],
    publisher: str | None = None,
) -> Stated[str] | None:
    """Who signs, else who the title says issues, else the letterhead, else who is on the cover.

    A body named only by its session comes last, for 第六届理事会 is one of many; one that signs
    with a short form of the name in the title, or whose signature is hardly read, is called by the
    whole name. `publisher` is whose web site it is: 省后勤协会 in a headline there is
    江岚省后勤协会.
    """
    found = _found(structure, title, letterhead, types)
    if found and publisher and simplified(publisher).endswith(found.value):
        return Stated(simplified(publisher), found.line, found.confidence)
    return found


def _found(
    structure: Structure,
    title: Stated[str] | None,
    letterhead: Stated[str] | None,
    types: Sequence[str],
) -> Stated[str] | None:
    called = _named(title)
    named = None if called and _SESSION.match(called.value) else called
    head = _head(letterhead)
    signed = _signed(structure)
    if signed is not None:
        whole = named or head
        vague = _SESSION.match(signed.value) or is_doubtful(signed, structure.paragraphs)
        if whole is None or not (vague or _shortens(signed, whole)):
            return signed
        return whole
    if "新闻" in types and (unit := _news_unit(structure)):
        return unit
    stated = labelled_body(structure.paragraphs)
    head = head or _numbering(structure)
    return named or head or stated or _cover_organisation(structure) or called


def _signed(structure: Structure) -> Stated[str] | None:
    signers = [structure.paragraphs[i].text for i in structure.closing.signature]
    line = "\n".join(signers)
    if len(signers) == 1 and (signed := signed_date(signers[0])):
        signers = [signed[0]]
    names = [_one_name(name) for name in signers]
    sure = LIKELY if structure.closing.date is None else PLACED
    return Stated(simplified(" ".join(names)), line, sure) if names else None


def _shortens(signed: Stated[str], whole: Stated[str]) -> bool:
    """Whether a signature is a short form of the name: 省后勤协会 of 江岚省高等院校后勤协会; not
    the body that the named one belongs to."""
    belongs = any(name.startswith(signed.value) for name in whole.value.split())
    if belongs or not len(signed.value) < len(whole.value):
        return False
    rest = iter(whole.value)
    return all(char in rest for char in signed.value)


def _named(title: Stated[str] | None) -> Stated[str] | None:
    name = title_issuer(title.value) if title else None
    return Stated(simplified(name), title.line, DERIVED) if title and name else None


def _head(letterhead: Stated[str] | None) -> Stated[str] | None:
    name = re.sub(r"(?:会议)?纪要$", "", letterhead.value) if letterhead else ""
    return Stated(simplified(name), letterhead.line, DERIVED) if letterhead and name else None


def _numbering(structure: Structure) -> Stated[str] | None:
    """The bodies in a line like 财政厅 邮政局公告2031年第7号 under the title."""
    at = structure.front.number
    line = "" if at is None else structure.paragraphs[at].text
    names = " ".join(numbering_bodies(line))
    return Stated(simplified(names), line, DERIVED) if names else None


def _one_name(text: str) -> str:
    return _SEAL.sub("", " ".join(close_letters(text).split()))


def _cover_organisation(structure: Structure) -> Stated[str] | None:
    """The organisation on the line above, or in, a date of the front; else one that stands
    there alone, or as 某某大学教务处 制."""
    front = structure.front
    for i in front.dates:
        text = structure.paragraphs[i].text
        above = structure.paragraphs[i - 1].text if i else ""
        if (signed := signed_date(text)) is not None:
            return Stated(simplified(_one_name(signed[0])), text, DERIVED)
        if i - 1 not in front.title and is_organisation(above):
            return Stated(simplified(_one_name(above)), above, DERIVED)
    for text in (structure.paragraphs[i].text for i in front.dates):
        match = _ORDER.search(text) or _SOURCE.search(text)
        if match and is_organisation(match[1]):
            return Stated(simplified(match[1]), text, LIKELY)
    for i, paragraph in enumerate(structure.paragraphs[:_COVER]):
        text = paragraph.text
        if text.endswith("。") or len(text) > 60:
            break
        alone = i < front.body and i not in front.title and is_organisation(text)
        if name := text if alone else maker(text):
            return Stated(simplified(_one_name(name)), text, LIKELY)
    return None


def title_issuer(title: str) -> str | None:
    """The organisation a title begins with: 某某大学关于…的通知, 某某协会2024年工作总结."""
    title = re.sub(r"^(?:[0-9]{4}\s?年(?:度)?)", "", title.strip())
    if _DOES.match(title):
        return None
    about = _ABOUT.match(title)
    if about and is_organisation(about[1]):
        return about[1].strip()
    longest = None
    for match in _PREFIX.finditer(title):
        if match.start() != (longest or match).start() and match.start() != _end(longest):
            break
        longest = match
    if longest is None:
        return None
    name = title[: longest.end()]
    # 基金会管理条例 is about all of them; 甲公司诉乙公司 are two.
    vague = re.fullmatch(_STRONG, name) or re.search(r"的|诉|听取|审议", name)
    return name if is_organisation(name) and not vague else None


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _news_unit(structure: Structure) -> Stated[str] | None:
    """The first unit named in the first sentence of a news text."""
    body = next((p.text for p in structure.paragraphs if p.level is None and len(p.text) > 30), "")
    sentence = simplified(re.split(r"[。！？]", body, maxsplit=1)[0][:200])
    for part in re.split(r"[，,、；：“”\"（）()]", sentence):
        part = re.sub(r"^.{0,12}?(?:日|上午|下午|近日|由)(?=[\u4e00-\u9fff]{4})", "", part)
        match = _UNIT_IN_NEWS.match(part)
        if match:
            return Stated(match[0], sentence, LIKELY)
    return None
