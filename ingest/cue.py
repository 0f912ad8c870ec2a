"""What one line of an official document can be taken for, judged by its words alone."""

from __future__ import annotations

import re
from functools import cache

import opencc

from index.notation import DateMention, find_dates

# 文种 and what else associations call their papers. Longer words before their endings: 管理办法
# needs no entry of its own, 会议纪要 counts as 纪要.
TYPES = (
    "心得体会", "会议记录", "规章制度", "工作报告", "倡议书", "邀请函", "须知", "总结", "要点",
    "通知", "章程", "办法", "规定", "细则", "纪要", "公告", "意见", "决定", "决议", "方案",
    "计划", "报告", "请示", "批复", "规范", "标准", "制度", "公约", "名单", "手册", "条例",
    "规则", "规程", "准则", "守则", "指南", "指引", "通报", "通告", "公报", "公示", "简报",
    "议程", "预案", "规划", "说明", "要求", "讲话", "致辞", "议案", "解释", "答复", "目录",
    "新闻", "函", "令", "法",
)  # fmt: skip
_SAME = {"会议记录": "纪要", "工作报告": "报告", "邀请函": "函", "规章制度": "制度"}
_NOT_TYPES = (
    "方法",
    "想法",
    "做法",
    "看法",
    "司令",
    "口令",
    "指令",
    "信函",
    "书法",
    "语法",
    "算法",
    "疗法",
)
_TRAILING = re.compile(r"\s{0,3}[（(〔\[【][^（()）]{1,30}[)）〕\]】]$|\s{1,3}[vV]?[0-9.]{1,6}$")
_ORGANISATION = re.compile(
    r"(?:[会會部处處局院厅廳署司行组組室社团團站所馆館办辦委]|中心|公司|大[学學]|集[团團]|[学學]校"
    r"|政府|支部|[联聯]盟|[机機][构構]|事[务務]所|幼儿园|产业园|[小中]学|高中|[党体技职]校|(?<![体关联])系"
    r"|[室务诊剂教]科|[大支总分车]队|(?:残|文|妇|侨|商)联|[科政]协|总支|[电视广播]台|编辑部|农场|超市|工厂|海关|剧团)$"
)
# 四 川 省 协 会; not 唐 勇 or 美后勤之道 关于
_LETTER_SPACED = re.compile(r"(?<!\S)(?:[\u4e00-\u9fff][ \u3000]{1,4}){2,40}[\u4e00-\u9fff](?!\S)")
_SPACED_TYPE = re.compile(
    r"(?:(?<=[\u4e00-\u9fff])|^)(?:{})$".format(
        "|".join(r"[ \u3000]{1,4}".join(w) for w in TYPES if len(w) == 2)
    )
)
# 时间：2016年03月11日 发布者：; not 时间安排如下
_INFO = re.compile(
    r"^(?:(?:发布|更新|添加|录入|发表)?(?:时间|日期|于)|来源|作者|发布[人者]|浏览|点击|编辑|责任编辑)\s?[:：]"
)
# 2016-03-11 18:30 来源：秘书处: a day with a time of day
_STAMP = re.compile(
    r"^(?:(?:文章)?来源\s?[:：]\s?\S{1,20}\s{1,4})?[12][0-9]{3}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?"
    r"\s{1,3}[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?=$|\s)"
)
_SECRECY = re.compile(r"^(?:特急|加急|平急|急件|绝密|机密|秘密|内部资料|[0-9]{6})[★☆]?.{0,8}$")
# 第一章 总则……3, 目 录; not 目录学
_CONTENTS = re.compile(r"目\s*[录次]")
_LEADER = re.compile(r"[.…·](?:(?<=\.)\.{3,}|(?<=…)…+|(?<=·)·{3,})\s*\d{0,4}$")
_MADE = re.compile(r"\s{0,6}(?:编制|印制|制订|制定|编印|[制编印])$")
_ISSUE = re.compile(r"[（(]?\s?第?\s?[0-9一二三四五六七八九十]{1,4}\s?期.{0,16}")
# Who signs orders and gives reports.
OFFICES = (
    "行长|部长|主任|局长|署长|厅长|省长|市长|区长|县长|州长|主席|总理|会长|理事长|院长|校长|检察长"
    "|秘书长|书记"
)
# What the parts of a web site are called, and no document is.
COLUMNS = frozenset(
    "首页 正文 详情 通知公告 公示公告 公告公示 最新公告 最新通知 最新动态 新闻动态 工作动态"
    " 协会动态 政策法规 文章详情 内容页 公告栏 信息公开 相关文件 相关链接".split()
)
_DATE_TAIL = re.compile(r"^[制印编订版]?(?:修订|修改|发布|印发|制定|印制|编制|公布)?[)）。]?$")
# 2015年9月25日 第三次会议通过, （2024年3月修订）; not 2024年主要开展了
_ENACTMENT = re.compile(r"(?:通过|批准|公布|发布|修正|修订|施行|实施)[)）]?$")
# 抄送：…, …办公室2024年5月16日印发; they follow the date and belong to no annex.
_IMPRINT = re.compile(
    r"^(?:抄\s*[送报]|主\s*送|发\s*送|分\s*送|报\s*送|信息公开|公开方式|主题词|校对|内部发送|[（(]此件)|印发$"
)
_ENDINGS = tuple("。；;！？!?：:，,、")
_CLOSERS = "”’\"'）)》」』 \u3000"


def is_organisation(text: str) -> bool:
    """Whether a line is the name of one organisation, or of several set apart by spaces."""
    name = "".join(text.split())
    if not 3 <= len(name) <= 60 or re.search(r"[，。；：、:;,!！?？0-9《》]", name):
        return False
    return _ORGANISATION.search(re.sub(r"[（(].{1,8}[)）]$", "", name)) is not None


def maker(text: str) -> str | None:
    """The organisation of a cover's 某某大学教务处 制."""
    name = _MADE.sub("", text.strip())
    return name if name != text.strip() and is_organisation(name) else None


def close_letters(text: str) -> str:
    """`text` with letter-spaced words closed: 四 川 省 协 会 -> 四川省协会, …的通 知 -> …的通知."""
    closed = _LETTER_SPACED.sub(lambda match: "".join(match[0].split()), text.strip())
    return _SPACED_TYPE.sub(lambda match: "".join(match[0].split()), closed)


def is_letter_spaced(text: str) -> bool:
    match = _LETTER_SPACED.search(text.strip())
    return match is not None and len(match[0]) == len(text.strip())


def whole_date(text: str) -> DateMention | None:
    """The date of a line that says nothing else: 2024 年 6 月 25 日, 二〇一八年六月制."""
    text = text.strip().lstrip("(（")
    mentions = find_dates(text)
    if len(mentions) != 1 or mentions[0].start != 0 or len(mentions[0].date) == 4:
        return None
    tail = "".join(text[mentions[0].end :].split())
    return mentions[0] if _DATE_TAIL.match(tail) else None


def signed_date(text: str) -> tuple[str, DateMention] | None:
    """(organisation, date) of 某某协会2024年6月25日; None for a line ending in 印发."""
    mentions = find_dates(text) if len(text) <= 80 else ()
    if len(mentions) != 1 or len(mentions[0].date) < 10:
        return None
    if text[mentions[0].end :].strip(" \u3000)）"):
        return None
    name = text[: mentions[0].start].strip(" \u3000(（")
    name = maker(name) or name
    return (name, mentions[0]) if is_organisation(name) else None


def dated_line(text: str) -> DateMention | None:
    """The day that ends a short line of a cover: 秘书处 苏明远 2024年6月25日; not a sentence."""
    text = text.strip()
    if len(text) > 40 or re.search(r"[，。；：、,;:《》“”]", text):
        return None
    mentions = find_dates(text)
    if len(mentions) != 1 or len(mentions[0].date) < 10:
        return None
    return mentions[0] if mentions[0].start > 1 and mentions[0].end == len(text) else None


def ends_sentence(text: str) -> bool:
    """Whether a line ends as sentences and clauses do, closing quotes and brackets aside."""
    text = text.rstrip()
    return text.endswith(_ENDINGS) or text.rstrip(_CLOSERS).endswith(("。", "；", "！", "？"))


def is_contents(text: str) -> bool:
    text = text.strip()
    return bool(_CONTENTS.fullmatch(text)) or _LEADER.search(text[-120:]) is not None


def is_issue(text: str) -> bool:
    """Whether a line counts the issues of a bulletin: 第7期（总第203期）."""
    return _ISSUE.fullmatch(text.strip()) is not None


def is_imprint(text: str) -> bool:
    return len(text) <= 400 and _IMPRINT.search(text.strip()) is not None


def is_info(text: str) -> bool:
    return _INFO.match(text.strip()) is not None or _STAMP.match(text.strip()) is not None


def is_secrecy(text: str) -> bool:
    return _SECRECY.match("".join(text.split())) is not None


def is_enactment(text: str) -> bool:
    """Whether a line under a title says when it was adopted."""
    text = text.strip()
    bracketed = text[:1] in {"（", "("} and text[-1:] in {"）", ")"}
    mentions = find_dates(text if bracketed else text[:24])
    if not mentions or (mentions[0].start > 1 and not bracketed) or len(text) > 160:
        return False
    return _ENACTMENT.search(text) is not None


def title_types(title: str) -> tuple[str, ...]:
    """The 文种 a title names, in order: 2023年工作总结和2024年工作要点 -> 总结, 要点."""
    found: list[str] = []
    for part in _conjuncts(simplified(title)):
        word = _type_at_end(part)
        if word and word not in found:
            found.append(word)
    return tuple(found)


def _conjuncts(title: str) -> list[str]:
    """The parts joined by 和, 与, 及, 暨 outside quotes; only the last when it ends in 的通知."""
    bare = title.strip()
    while (cut := _TRAILING.sub("", bare)) != bare:
        bare = cut
    if re.search(r"的[\u4e00-\u9fff]{1,4}$", bare):
        return [bare]
    bare = re.sub(r"^《(.{1,60})》$", r"\1", bare)
    return [part for part in re.split(r"[和与及暨、]|\s{2,}", bare) if part]


def _type_at_end(part: str) -> str | None:
    part = _TRAILING.sub("", part.strip()).rstrip('》”"')
    if part.endswith(_NOT_TYPES):
        return None
    word = next((word for word in TYPES if part.endswith(word)), None)
    return _SAME.get(word, word) if word else None


def simplified(text: str) -> str:
    """`text` in simplified script, for matching words; equal when it already is."""
    return str(_converter().convert(text))


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
