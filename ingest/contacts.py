"""People and how to reach them: rows for the contacts a document lists.

A contact is a telephone number or an address with the name beside it. Its unit stands in the
same line, in the line above, or in the heading above; the area is what a numbered label says
(1.某某片区：某某大学).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.model import Contact
from ingest.marker import parse_marker

# 028-84760585, （028）84760585, 0813 5506099, 187 8401 6186, 400-820-8820; not 2024-06-25, an
# account of 16 digits, a QQ group or 110101199003070011.
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.\-])(?<![0-9][ ])(?:"
    r"(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"
    r"|[(（]0[1-9][0-9]{1,2}[)）][- ]?[0-9]{3,4}[- ]?[0-9]{4}"
    r"|0[1-9][0-9]{1,2}[- ]{1,3}[0-9]{3,4}[- ]?[0-9]{4}|0[1-9][0-9]{9,10}"
    r"|[48]00[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}"
    r")(?:(?:转|-)[0-9]{1,5})?(?![0-9A-Za-z])"
)
# 电话：84760585 needs the word before it; 邮编 610000 is none.
_LOCAL = re.compile(r"(?<=[话机线]|[：:])\s{0,2}[2-9][0-9]{6,7}(?![0-9A-Za-z])")
# a@b.cn; not @接力行
_EMAIL = re.compile(r"[A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}")
_NOT_PHONE = re.compile(
    r"(?:账号|帐号|QQ群?|邮编|信用代码|身份证|税号|卡号|传真|会议号|编号)\D{0,4}$"
)
_LABELS = (
    "联系人及电话|联系人及联系方式|联系方式|联系人|联系电话|联系邮箱|电子邮箱|电子邮件|办公电话|手机号码|手机号|手机|"
    "电话号码|咨询电话|服务电话|邮箱|电话|姓名|联络人|负责人|邮编|邮政编码|地址|传真|E-?mail|Tel|QQ邮箱"
)
_LABEL = re.compile(rf"(?:{_LABELS})\s{{0,2}}[：:]?", re.IGNORECASE)
_NAME = re.compile(r"^[\u4e00-\u9fff·]{2,4}$")
# 联系人：芶某 is a name whatever its first character; 请与财务 028-… is none.
_NAMED = re.compile(r"(?:联系人|联络人|姓名|负责人)[^：:0-9]{0,8}[：:]\s{0,2}$")
_NAMED_LINE = re.compile(r"^(?:[\u4e00-\u9fff]{0,8})(?:联系人|联络人|姓名|负责人)\s{0,2}[：:]")
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛"
    "范彭郎鲁韦马苗凤方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅卞齐康伍余元卜"
    "顾孟黄穆萧尹姚邵汪祁毛禹狄米贝明臧计成戴宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江"
    "童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房缪干解应宗丁宣邓郁单洪包诸左石崔吉"
    "钮龚程邢裴陆荣翁荀甄曲封储靳段巫乌焦巴牧谷车侯班仰秋仲伊宫宁仇栾祖武符刘景詹束龙叶司韶黎"
    "薄印宿白怀蒲台丛鄂索赖卓蔺屠蒙池乔阴胥能苍闻党翟谭贡劳冉宰郦雍桑桂牛寿通边扈燕冀浦尚农温"
    "别庄晏柴瞿阎慕连习艾鱼容向古易慎戈廖庾终居衡步都耿满匡国文寇广禄东欧殳沃利蔚越夔隆师巩聂"
    "晁勾敖融冷辛那简饶曾沙养鞠丰关查游权盖后付代肖闫苟芶帅岳雒仝佟皮涂敬母青尧兰相漆税覃韦代"
)
_NAME_SUFFIX = re.compile(r"(?:老师|同志|先生|女士|主任|处长|秘书长|部长|科长|教授|会长)$")
# 四川农业大学后勤服务总公司, 思政会秘书处; not 联系方式
_UNIT = re.compile(
    r"[\u4e00-\u9fff（）()]{2,40}(?:大学|学院|学校|协会|学会|委员会|秘书处|办公室|中心|公司|集团|处|部|局|院|科|会)"
)
_AREA = re.compile(r"[\u4e00-\u9fff]{1,10}?(?:片区|地区|赛区|分会场|区域|组|市|区|省)")


# Longer lines are not read: nobody lists contacts in them, and the pairing is quadratic.
_MAX_LINE = 4000
_REACHABLE = re.compile(r"[0-9０-９]{4}|[@＠]|[0-9０-９][ -][0-9０-９]")


@dataclass(frozen=True, slots=True)
class _Context:
    """What the lines above give to a line: an area, a unit, a name that waits for its number."""

    area: str | None = None
    unit: str | None = None
    person: str | None = None


def find_contacts(lines: Sequence[str], headings: Sequence[str] = ()) -> tuple[Contact, ...]:
    """Contacts in `lines`, in order. `headings[i]` is the heading above line i, if known."""
    found: list[Contact] = []
    context, above = _Context(), ""
    places = {i: held for i, line in enumerate(lines) if (held := _places(line))}
    for i in range(max(places, default=-1) + 1):
        heading = headings[i] if i < len(headings) else ""
        if heading != above:
            context, above = _Context(), heading
        if len(lines[i]) > _MAX_LINE:
            continue
        text = _fold(lines[i])
        if i not in places:
            context = _context(text, context)
            continue
        prose = len(text) > 60 and "|" not in text and _LABEL.search(text) is None
        own = None if prose else _unit(text[: places[i][0][0]])
        unit = own or context.unit or _unit(_fold(heading))
        for name, phone, email in _people("" if prose else text, places[i]):
            found.append(Contact(name or context.person, unit, context.area, phone, email))
    return tuple(found)


_HALF_WIDTH = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF01, 0xFF5F)}


def _fold(line: str) -> str:
    """Half-width digits, letters and @, letter-spaced names closed."""
    text = line.translate(_HALF_WIDTH)
    text = re.sub(r"[‐‑‒–—―－﹣]", "-", text).replace("\u3000", " ")
    return re.sub(
        r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?: {1,4}[\u4e00-\u9fff](?![\u4e00-\u9fff]))+",
        lambda match: "".join(match[0].split()),
        text,
    )


def _places(line: str) -> list[tuple[int, int, str, str]]:
    """(start, end, kind, value) of each telephone and address in the folded line, in order."""
    if len(line) > _MAX_LINE or not _REACHABLE.search(line):
        return []
    text = _fold(line)
    found = [(m.start(), m.end(), "email", m[0]) for m in _EMAIL.finditer(text)]
    taken = [(start, end) for start, end, _, _ in found]
    for pattern in (_PHONE, _LOCAL):
        for match in pattern.finditer(text):
            free = all(match.end() <= start or match.start() >= end for start, end in taken)
            if free and not _NOT_PHONE.search(text[max(0, match.start() - 10) : match.start()]):
                taken.append(match.span())
                found.append((*match.span(), "phone", _phone(match[0])))
    return sorted(found)


def _phone(text: str) -> str:
    """The number with at most the dash behind its area code: 028-84760585, 18784016186."""
    text, _, extension = text.strip().partition("转")
    digits = re.sub(r"[^0-9]", "", text)
    digits = digits.removeprefix("86") if len(digits) == 13 else digits
    if digits.startswith("0"):
        code = 3 if digits[1] in "12" else 4
        if code == 4 and re.match(r"[(（]?0[0-9]{2}(?:[)）]|-| )", text):
            code = 3
        digits = f"{digits[:code]}-{digits[code:]}"
    return f"{digits}-{extension}" if extension else digits


def _people(
    text: str, places: Sequence[tuple[int, int, str, str]]
) -> list[tuple[str | None, str | None, str | None]]:
    """(name, phone, email) rows of one line; two names before two numbers pair in order."""
    rows: list[tuple[str | None, str | None, str | None]] = []
    pending: list[str] = []
    cursor = 0
    for start, end, kind, value in places:
        pending += _names(text[cursor:start])
        cursor = end
        name = pending.pop(0) if pending else None
        phone, email = (value, None) if kind == "phone" else (None, value)
        if name is None and rows and _completes(rows[-1], kind):
            rows[-1] = (rows[-1][0], rows[-1][1] or phone, rows[-1][2] or email)
        else:
            # 电话…，手机… after one name are both that person's.
            rows.append((name or (rows[-1][0] if rows and phone else None), phone, email))
    if len(rows) == 1 and rows[0][0] is None:
        after = _names(text[cursor:])
        rows[0] = (after[0] if after else None, rows[0][1], rows[0][2])
    return rows


def _completes(row: tuple[str | None, str | None, str | None], kind: str) -> bool:
    """Whether a nameless phone or address belongs to the person before it in the line."""
    return row[0] is not None and (row[1] if kind == "phone" else row[2]) is None


def _names(text: str) -> list[str]:
    """What can be a person's name between two numbers: after 联系人： or by its surname."""
    names = []
    cursor = 0
    bare = _LABEL.sub(lambda match: " " * len(match[0]), text)
    for part in re.split(r"([：:，,、；;|\s()（）.]+)", bare):
        labelled = _NAMED.search(text[:cursor]) is not None
        cursor += len(part)
        name = _NAME_SUFFIX.sub("", part) if len(part) > 2 else part
        if _NAME.match(name) and not _UNIT.fullmatch(name) and not _AREA.fullmatch(name):
            if labelled or name[0] in _SURNAMES:
                names.append(name)
        elif _NAME_SUFFIX.search(part) and len(name) == 1:
            names.append(part)
    return names


def _unit(text: str) -> str | None:
    """The longest organisation named, the marker before it left out."""
    marker = parse_marker(text)
    text = text[marker.length :] if marker else text
    text = _LABEL.sub(" ", text)
    match = max(_UNIT.finditer(text), key=lambda m: len(m[0]), default=None)
    if match is None:
        return None
    return re.sub(r"^(?:各|请与|请联系)", "", match[0].lstrip("()（）"))


def _context(text: str, context: _Context) -> _Context:
    """What a line without a number gives to the lines under it."""
    if len(text) > 60:
        return replace(context, person=None)
    marker = parse_marker(text)
    if marker is None:
        named = _NAMED_LINE.search(text)
        person = next(iter(_names(text)), None) if named else None
        return replace(context, person=person)
    core = text[marker.length :].strip()
    head, colon, rest = (part.strip() for part in core.partition("：" if "：" in core else ":"))
    if colon and rest:
        return _Context(head, _unit(rest) or rest)
    match = _AREA.match(core)
    if match and (found := _unit(core[match.end() :])):
        return _Context(match[0], found)
    return _Context(None, _unit(core))
