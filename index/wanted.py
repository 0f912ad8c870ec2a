"""What kind of thing a question asks for: a figure, a time, a person, a place, …

A sentence that holds a thing of that kind is the likelier answer. Only signs on the surface are
looked at, those of the question in its words and those of the answer in the sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """`asked` finds it in a question, `given` in a sentence."""

    name: str
    asked: re.Pattern[str]
    given: re.Pattern[str]


def _kind(name: str, asked: str, given: str) -> Kind:
    return Kind(name, re.compile(asked), re.compile(given))


_DIGIT = "[0-9０-９〇零一二三四五六七八九十百千万亿两半]"
# 多少分, 几天, 第几名: the answer counts the same thing, in these words.
_UNITS = {
    "money": ("钱元块费", "元|块|角|免[费交收]|百分之|%|％"),
    "days": ("天日", "天|日|月|周|小时|工作日"),
    "years": ("年", "年|届"),
    "hours": ("时点", "时|点|分钟|小时"),
    "people": ("人位", "人|名|位|余人"),
    "rank": ("名等", "名|等奖|等|位"),
    "points": ("分", "分"),
    "copies": ("份", "份"),
    "votes": ("票", "票"),
    "times": ("次回趟", "次|回|趟"),
    "houses": ("家所", "家|所"),
    "power": ("度", "度|千瓦时"),
    "items": ("项条篇件张台", "项|条|篇|件|张|台"),
}
_COUNTED = [
    _kind(
        name,
        rf"(?:多少|第?几)个?(?:[{asked}])",
        rf"{_DIGIT}[0-9０-９,，.．余多个]*\s*(?:{given})"
        + (r"|[冠亚季殿]军|桂冠|夺冠" if name == "rank" else ""),
    )
    for name, (asked, given) in _UNITS.items()
]
# Each with the questions it is known by; a question may ask for several.
KINDS = (
    *_COUNTED,
    _kind(
        "price",
        r"花了?多少|价格|收费标准|(?:费|钱|金|预算|报酬|补助|工资|押金)[^，。]{0,4}(?:是|要|付|给|交|收|为)?(?:多少|几何)|(?:批|给|补|发|罚|赔|付|交)了?多少",
        _COUNTED[0].given.pattern,
    ),
    _kind("number", r"多少|几(?!乎|何)|多大|多高|多远|比例|占比|限额|名额", _DIGIT),
    _kind(
        "time",
        r"什么时候|什么时间|啥时候|何时|何日|哪[一]?[天年月日周]|几[号月]|哪[一]?届|时间|日期|截止|期限|年限|最晚|最迟|多久|多长时间|有效期",
        rf"{_DIGIT}+\s*(?:年|个?月|日|号|天|时|点|周|小时|分钟|工作日)|[0-9]{{1,2}}[:：][0-9]{{2}}"
        r"|[0-9]{4}[-./][0-9]{1,2}|年底|年初|月底|上旬|中旬|下旬|暑假|寒假|届满|按年|星期|周[一二三四五六日]",
    ),
    _kind(
        "person",
        r"谁|哪[一]?[位些]?(?:人|领导|老师)|哪位|何人|什么人|由哪|哪个部门|哪个单位|归哪|找哪",
        r"会长|秘书长|理事长|主席|主任|书记|处长|校长|部长|院长|经理|组长|负责人|联系人|老师|同志"
        r"|委员会|秘书处|理事会|监事会|代表大会|办公室|领导小组|主管部门|专员|队|由[^，。；]{2,12}[管出办审批签保担负]",
    ),
    _kind(
        "place",
        r"哪里|哪儿|在哪|去哪|到哪|何处|何地|什么地方|啥地方|地点|地址|哪[一]?[个所家](?:学校|大学|城市|地方|宾馆|酒店|会议室)",
        r"[省市县区镇路街号楼室厅馆苑座层]|校区|[大学]学|学院|酒店|宾馆|会议室|中心|食堂|地点|地址|承办",
    ),
    _kind(
        "contact",
        r"电话|手机|联系方式|怎么联系|如何联系|号码|邮箱|微信|传真|联系谁",
        r"[0-9]{3,4}-[0-9]{7,8}|[0-9]{7,11}|〔(?:电话|邮箱|微信|QQ)[^〕]*〕|@|联系人",
    ),
    _kind(
        "meaning",
        r"是什么(?:意思|$|[？?])|什么意思|什么是|什么叫|何谓|是指|指的是|怎么定义|含义|定义",
        r"是指|指的?是|所称|[(（]指|所谓|称为|即|定义",
    ),
    _kind(
        "may",
        r"[能会要行可]不[能会要行可]|可不可以|是否|能否|可否|吗|么[？?]?$|有没有|算不算|用不用|需不需要|[交用算行]不$",
        r"可以|不得|应当|不予|不能|不可|不再|必须|允许|禁止|严禁|方可|均可|原则上|视为|无须|无需|不用|需要?|须|同意|不参加|只受理|受理|减免|按照",
    ),
    _kind("reason", r"为什么|为何|为啥|原因|怎么回事", r"因|由于|原因|为了|鉴于|导致|造成|对"),
)  # fmt: skip


def wanted(question: str) -> tuple[Kind, ...]:
    """The kinds of thing the question asks for; none where it only names its subject."""
    found = tuple(kind for kind in KINDS if kind.asked.search(question))
    # 多少钱 asks for money, not for any number.
    counted = any(kind in found for kind in KINDS[: len(_UNITS) + 1])
    return tuple(kind for kind in found if kind.name != "number" or not counted)
