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

# 0899-5550123, （0899）5550123转802, +86-899-5550123, 199 0000 0001, 400-820-0000; not
# 2024-06-25, an account of 16 digits, a QQ group or 110101199003070011.
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.\-])(?:"
    r"(?P<abroad>\(?(?:\+|00) ?86\)?[- ]{0,2}(?:\(0\))?|86[- ])?"
    r"(?P<number>1[3-9][0-9](?:[- ]{0,3}[0-9]{4}[- ]{0,3}[0-9]{4}|[- ]?[0-9]{3}[- ]?[0-9]{5})"
    r"|[(（] ?0[1-9][0-9]{1,2} ?[)）][- ]{0,3}[0-9]{3,4}[- ]?[0-9]{4}"
    r"|(?(abroad)0?|0)[1-9][0-9]{1,2}[- ]{1,3}[0-9]{3,4}[- ]?[0-9]{4}|0[1-9][0-9]{9,10}"
    r"|[48]00[- ]?[0-9]{3,4}[- ]?[0-9]{3,4})"
    r")(?:(?: ?(?:转分机|转|分机) ?|[-*])(?P<extension>[0-9]{1,5}))?(?![0-9A-Za-z年])"
)
# 电话：5550123 needs the word or the name before it; 邮编 610000 and 会费：2345678元 are none.
_LOCAL = re.compile(
    r"(?:(?<=[话机线]|[：:])\s{0,2})(?P<number>[2-9][0-9]{6,7})"
    r"(?:(?: ?(?:转分机|转|分机) ?|[-*])(?P<extension>[0-9]{1,5}))?"
    r"(?![0-9A-Za-z.]|,[0-9]| ?[元万亿%人])"
)
# 、5550124 behind a number; not 、2345678元 or a day.
_LISTED = re.compile(
    r"[、/或,，; ]{1,2}(?P<number>(?!20[0-9]{2}[01][0-9])[2-9][0-9]{6,7})"
    r"(?![-0-9A-Za-z.]|,[0-9]| ?[元万亿%人年])"
)
# A cell of a column of telephones: 5550123; not 20240625.
_LOCAL_CELL = re.compile(r"(?<![0-9.])(?P<number>[2-9][0-9]{6,7})(?P<extension>)(?![0-9A-Za-z.])")
# a@b.cn; not @接力行
_EMAIL = re.compile(
    r"[A-Za-z0-9._+\-]{1,64}+ ?@ ?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}"
)
# 传真： is no telephone, 电话/传真： is.
_NOT_PHONE = re.compile(
    r"(?:账号|帐号|QQ群?|邮编|信用代码|身份证|税号|卡号|会议号|编号|编码|代码|合计|总计|共计|金额|经费"
    r"|预算|收入|支出|(?<![话/、及和(])传\s{0,4}真)\D{0,4}$"
)
_LABELS = (
    "联系人及电话|联系人及联系方式|联系方式|联系人|联系电话|联系邮箱|电子邮箱|电子邮件|办公电话|手机号码|手机号|手机|"
    "电话号码|咨询电话|服务电话|邮箱|电话|姓名|联络人|负责人|邮编|邮政编码|地址|传真|E-?mail|Tel|QQ邮箱|聯繫人|聯絡人|聯繫電話|電話|手機|郵箱|負責人"
)
_LABEL = re.compile(rf"(?:{_LABELS})\s{{0,2}}[：:]?", re.IGNORECASE)
_NAME = re.compile(r"^[\u4e00-\u9fff·]{2,4}$")
_COMPOUND = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 南宫 长孙 宇文 申屠 呼延 濮阳"
    " 淳于".split()
)
# 联系人：芶某 is a name whatever its first character; 请与财务 028-… is none.
_NAMED = re.compile(
    r"(?:联系人|聯繫人|联络人|聯絡人|姓名|负责人|負責人)[^：:0-9]{0,8}[：:]\s{0,2}$"
)
_NAMED_LINE = re.compile(
    r"^(?:[\u4e00-\u9fff]{0,8})(?:联系人|聯繫人|联络人|聯絡人|姓名|负责人|負責人)\s{0,2}[：:]"
)
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
# 江岚大学后勤服务总公司, 秘书处, 江岚省（高校）后勤协会; not 联系方式, 处长, 会议
_UNIT = re.compile(
    r"(?:[\u4e00-\u9fff]|\([\u4e00-\u9fff]{1,10}\)){2,40}(?:大学|学院|学校|协会|学会|委员会|秘书处"
    r"|办公室|中心|公司|集团|[处部局院科](?![长员议务费场计士校门理罚置分])|(?<!社)会(?![长员议务费场计士校门回后]))"
)
# What a sentence says before the unit: 如有疑问请与, 报送至, 咨询.
_BEFORE_UNIT = re.compile(
    r"^.{0,30}(?:请联系|联系|请与|可与|请向|可向|请到|致电|咨询|(?<!自)由|(?:报送?|发送?|寄送?|送|交|反馈)[至到给]|将.{1,12}(?:报送|提交|发送))"
    r"|^[请可与由到至各并或及]{1,3}"
)
_UNIT_LINE = re.compile(
    r"^\s{0,4}(?:单位名称|联系单位|工作单位|所在单位|单位|学校名称|学校|院校|部门)\s{0,2}[：:]\s{0,2}(.{2,40})$"
)
_OFFICE = re.compile(r"^(?:副?总经理|副?(?:经理|处长|主任|秘书长|部长|科长|院长|书记|会长))")
# 苏明远联系, 苏明远同志 at the end of a part of a sentence.
_ASKED = re.compile(r"(?:联系|咨询|对接|报名|负责)$")
_AREA = re.compile(r"[\u4e00-\u9fff]{1,10}?(?:片区|地区|赛区|分会场|区域|组|市|区|省)")


# Longer lines are not read: nobody lists contacts in them, and the pairing is quadratic.
_MAX_LINE = 4000
# Four digits, two with a blank or dash between, or an @; begun with one class, which is quick.
_REACHABLE = re.compile(r"[0-9０-９@＠](?:(?<=[@＠])|[0-9０-９]{3}|[ -][0-9０-９])")


@dataclass(frozen=True, slots=True)
class _Context:
    """What the lines above give to a line: an area, a unit, a name that waits for its number."""

    area: str | None = None
    unit: str | None = None
    person: str | None = None
    # The unit that stands alone in a line just above, until another kind of line comes.
    near: str | None = None
    # The roles of the columns of the table that the line is a row of.
    columns: tuple[str, ...] = ()


def find_contacts(lines: Sequence[str], headings: Sequence[str] = ()) -> tuple[Contact, ...]:
    """Contacts in `lines`, in order. `headings[i]` is the heading above line i, if known."""
    found: list[Contact] = []
    context, above = _Context(), ""
    reachable = (i for i, line in enumerate(lines) if _may_reach(line))
    for i in range(max(reachable, default=-1) + 1):
        heading = headings[i] if i < len(headings) else ""
        if heading != above:
            context, above = _Context(), heading
        if len(lines[i]) > _MAX_LINE:
            continue
        text = _fold(lines[i])
        cells = [cell.strip() for cell in text.split("|")]
        if len(cells) > 1 and (said := _said(cells)) is None:
            rows, context = _row(cells, context)
        else:
            text = text if len(cells) == 1 else said or ""
            context = replace(context, columns=())
            held = _places(text)
            if not held:
                context = _context(text, context)
                continue
            own = _labelled_area(text)
            rows = [replace(row, area=row.area or own) for row in _line(text, held, context.person)]
        above_unit = context.near or context.unit or _unit(_fold(heading))
        found += [
            replace(row, unit=row.unit or above_unit, area=row.area or context.area) for row in rows
        ]
    return tuple(found)


def _may_reach(line: str) -> bool:
    """Whether a line holds a contact, or is a row of a table that may."""
    return bool(_REACHABLE.search(line)) and ("|" in line or bool(_places(line)))


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


def _places(line: str, *, column: bool = False) -> list[tuple[int, int, str, str]]:
    """(start, end, kind, value) of each telephone and address in the folded line, in order.

    In a `column` of telephones a local number needs no word before it.
    """
    if len(line) > _MAX_LINE or not _REACHABLE.search(line):
        return []
    text = _fold(line)
    found = [(m.start(), m.end(), "email", "".join(m[0].split())) for m in _EMAIL.finditer(text)]
    for pattern in (_PHONE, _LOCAL, _LOCAL_CELL) if column else (_PHONE, _LOCAL):
        for match in pattern.finditer(text):
            if _stands_free(text, match, found):
                found.append((*match.span(), "phone", _phone(match)))
                found += _also(text, found[-1])
    return sorted(found)


def _stands_free(
    text: str, match: re.Match[str], found: Sequence[tuple[int, int, str, str]]
) -> bool:
    """Whether a number is no part of another, and is not introduced as something else."""
    start = match.start()
    if any(match.end() > other[0] and start < other[1] for other in found):
        return False
    # In groups of digits only a number may stand before it: 8990 0000 0005 is an account.
    if re.search(r"[0-9] $", text[:start]) and all(other[1] != start - 1 for other in found):
        return False
    return _NOT_PHONE.search(text[max(0, start - 10) : start]) is None


def _also(text: str, place: tuple[int, int, str, str]) -> list[tuple[int, int, str, str]]:
    """Local numbers listed behind a number, with its area code: 0899-5550123、5550124."""
    code, dash, _ = place[3].partition("-")
    shared = f"{code}-" if dash and code.startswith("0") else ""
    if not shared and len(code) > 8:
        return []
    found = []
    at = place[1]
    while match := _LISTED.match(text, at):
        found.append((*match.span(), "phone", f"{shared}{match['number']}"))
        at = match.end()
    return found


def _phone(match: re.Match[str]) -> str:
    """The number with at most the dash behind its area code: 028-55501234, 19900000001."""
    text, extension = match["number"], match["extension"]
    digits = re.sub(r"[^0-9]", "", text)
    mobile = len(digits) == 11 and digits.startswith("1")
    if match.groupdict().get("abroad") and not mobile and not digits.startswith("0"):
        digits, text = f"0{digits}", f"0{text}"
    if digits.startswith("0"):
        code = 3 if digits[1] in "12" else 4
        if code == 4 and re.match(r"[(（]? ?0[0-9]{2}(?: ?[)）]|-| )", text):
            code = 3
        digits = f"{digits[:code]}-{digits[code:]}"
    return f"{digits}-{extension}" if extension else digits


def _line(
    text: str, places: Sequence[tuple[int, int, str, str]], waiting: str | None
) -> list[Contact]:
    """The contacts of a line; a sentence without a label names nobody."""
    if len(text) > 60 and _LABEL.search(text) is None:
        return [_contact(None, kind, value) for _, _, kind, value in places]
    events: list[tuple[str, str]] = []
    cursor = 0
    for start, end, kind, value in places:
        before = text[cursor:start]
        if unit := _unit(before):
            events.append(("unit", unit))
        events += [("name", name) for name in _names(before)]
        events.append((kind, value))
        cursor = end
    rows = _pair(events)
    names = [value for kind, value in events if kind == "name"]
    if len(places) == 1 and len(names) > 1:
        # 联系人：苏明远、柳青禾 share the one telephone.
        return [replace(rows[0], name=name) for name in names]
    if len(rows) == 1 and rows[0].name is None:
        after = _names(text[cursor:])
        rows = [replace(rows[0], name=after[0] if after else None)]
    return [replace(row, name=row.name or waiting) for row in rows]


def _pair(events: Sequence[tuple[str, str]]) -> list[Contact]:
    """Names, units and numbers in the order of the text; two names before two numbers pair."""
    rows: list[Contact] = []
    pending: list[str] = []
    unit: str | None = None
    for kind, value in events:
        if kind == "unit":
            unit = value
        elif kind == "name":
            pending.append(value)
        elif not pending and rows and _completes(rows[-1], kind):
            rows[-1] = replace(rows[-1], **{kind: value})
        else:
            name = pending.pop(0) if pending else None
            # 电话…，手机… after one name are both that person's.
            name = name or (rows[-1].name if rows and kind == "phone" else None)
            rows.append(_contact(name, kind, value, unit))
    return rows


def _contact(name: str | None, kind: str, value: str, unit: str | None = None) -> Contact:
    phone, email = (value, None) if kind == "phone" else (None, value)
    return Contact(name, unit, None, phone, email)


def _completes(row: Contact, kind: str) -> bool:
    """Whether a nameless phone or address belongs to the person before it in the line."""
    return row.name is not None and (row.phone if kind == "phone" else row.email) is None


# What the cell above a column says of it. 传真, 邮编 and 金额 hold no telephones.
_ROLES = (
    (
        "other",
        re.compile(
            r"传真|邮编|邮政|编码|编号|账号|金额|费用?|QQ|身份证|职[务称]|备注|地址|序号|人数"
        ),
    ),
    ("email", re.compile(r"邮箱|邮件|E-?mail", re.IGNORECASE)),
    ("phone", re.compile(r"电话|手机|联系方式|热线|座机|号码")),
    ("name", re.compile(r"姓名|联系人|负责人|联络[人员]|对接人|领队|代表|经办人|教师")),
    ("area", re.compile(r"片区|地区|赛区|区域|分会场|所在[省市]|省份|城市")),
    ("unit", re.compile(r"单位|学校|院校|高校|部门|机构|公司|处室|学院|名称")),
)


def _role(cell: str) -> str | None:
    """The role of the column under `cell`, None where it is no column's head."""
    word = "".join(cell.split()).rstrip("：:")
    if not 0 < len(word) <= 12 or re.search(r"[0-9@]", word):
        return None
    if _UNIT.fullmatch(word) and not re.fullmatch(r".{0,4}(?:学院|公司|部门)", word):
        return None
    return next((role for role, pattern in _ROLES if pattern.search(word)), None)


def _said(cells: Sequence[str]) -> str | None:
    """单位 | 江岚大学 | 电话 | 0899-5550123 as a line of labels, or None for another row."""
    labels, values = cells[::2], cells[1::2]
    if len(labels) != len(values) or any(map(_role, values)) or not all(map(_role, labels)):
        return None
    return "；".join(
        f"{label.rstrip('：:')}：{value}" for label, value in zip(labels, values, strict=True)
    )


def _row(cells: Sequence[str], context: _Context) -> tuple[list[Contact], _Context]:
    """The contacts of a row of a table, and the context of the next one: a unit or an area that
    stands in a cell over several rows is read once and holds for all of them."""
    heads = [_role(cell) for cell in cells]
    if {"phone", "email"} & set(heads) and {"name", "unit"} & set(heads):
        columns = tuple(head or "" for head in heads)
        return [], replace(context, columns=columns, unit=None, area=None, near=None, person=None)
    fits = len(cells) == len(context.columns)
    roles = context.columns if fits else tuple(map(_guessed, cells))
    units: list[str] = []
    events: list[tuple[str, str]] = []
    area = context.area
    for cell, role in zip(cells, roles, strict=True):
        column = role in {"phone", "email"} or "phone" in context.columns
        places = [] if role == "other" else _places(cell, column=column)
        if places:
            events += [("name", name) for name in _names(cell[: places[0][0]])]
            events += [(kind, value) for _, _, kind, value in places]
        elif role == "name":
            events += [("name", name) for name in _listed(cell)]
        elif role == "unit" and cell:
            units.append(cell)
        elif role == "area" and cell:
            area = cell
    named = [event for event in events if event[0] == "name"]
    if len(named) == 1:
        events = [*named, *(event for event in events if event[0] != "name")]
    elif len(named) > sum(kind == "phone" for kind, _ in events) > 0:
        # 带班领导 | 值班人员 | 联系电话: the number is of the name beside it.
        events = [
            event
            for event, after in zip(events, [*events[1:], ("", "")], strict=True)
            if event[0] != "name" or after[0] != "name"
        ]
    unit = _joined(units) or (context.unit if context.columns else None)
    rows = [replace(row, unit=unit, area=area) for row in _pair(events)]
    return rows, replace(context, unit=unit, area=area) if context.columns else context


def _guessed(cell: str) -> str:
    """What a cell is when no head says so."""
    if _UNIT.fullmatch(cell):
        return "unit"
    if _AREA.fullmatch(cell):
        return "area"
    return "name" if _names(cell) else ""


def _listed(cell: str) -> list[str]:
    """The names in a cell of a column of names, whatever their first character."""
    parts = (part for part in re.split(r"[、，,；;/\s()]+", cell) if part)
    bare = ((_NAME_SUFFIX.sub("", part) if len(part) > 3 else part) for part in parts)
    return [name for name in bare if _NAME.match(name)]


def _joined(units: Sequence[str]) -> str | None:
    """江岚大学 and 后勤处 in two cells are one unit; two universities are not."""
    if len(units) > 1 and not re.search(r"大学|学院|学校|协会|公司", units[1]):
        return "".join(units[:2])
    return units[0] if units else None


def _names(text: str) -> list[str]:
    """What can be a person's name between two numbers: after 联系人： or by its surname."""
    names = []
    cursor = 0
    bare = _LABEL.sub(lambda match: " " * len(match[0]), text)
    for part in re.split(r"([：:，,、；;|\s()（）.]+)", bare):
        labelled = _NAMED.search(text[:cursor]) is not None
        cursor += len(part)
        part = _addressed(part)
        name = _NAME_SUFFIX.sub("", part) if len(part) > 2 else part
        other = _UNIT.fullmatch(name) or _AREA.fullmatch(name) or _role(name)
        if _NAME.match(name) and not other:
            if labelled or has_surname(name):
                names.append(name)
        elif _NAME_SUFFIX.search(part) and len(name) == 1:
            names.append(part)
    return names


def _addressed(part: str) -> str:
    """The person whom a part of a sentence ends in: 请与江岚大学后勤处苏明远联系 -> 苏明远."""
    unit = max(_UNIT.finditer(part), key=lambda m: m.end(), default=None)
    if unit is None:
        return _ASKED.sub("", _BEFORE_UNIT.sub("", part)) if _ASKED.search(part) else part
    tail = part[unit.end() :]
    person = _ASKED.sub("", _OFFICE.sub("", tail))
    named = _NAME_SUFFIX.sub("", person)
    sure = person != tail or named != person or len(named) == 3
    return person if sure and has_surname(named) else part


def has_surname(name: str) -> bool:
    """Whether a word can be a name: 苏明远, 欧阳明远; not 江岚宾馆, which only begins like one."""
    return name[:2] in _COMPOUND or (len(name) < 4 and name[:1] in _SURNAMES)


def _unit(text: str) -> str | None:
    """The longest organisation named, the marker before it left out."""
    marker = parse_marker(text)
    text = text[marker.length :] if marker else text
    text = _LABEL.sub(" ", text)
    found = (_BEFORE_UNIT.sub("", match[0].lstrip("()（）")) for match in _UNIT.finditer(text))
    return max((unit for unit in found if _UNIT.fullmatch(unit)), key=len, default=None)


def _context(text: str, context: _Context) -> _Context:
    """What a line without a number gives to the lines under it."""
    if len(text) > 60:
        return replace(context, person=None, near=None)
    marker = parse_marker(text)
    if marker is None:
        return _unmarked(text.strip(), context)
    core = text[marker.length :].strip()
    head, colon, rest = (part.strip() for part in core.partition("：" if "：" in core else ":"))
    if colon and rest:
        return _Context(head, _unit(rest) or rest)
    match = _AREA.match(core)
    if match and (found := _unit(core[match.end() :])):
        return _Context(match[0], found)
    return _Context(None, _unit(core))


def _labelled_area(text: str) -> str | None:
    """The area that a line with a number of its own begins with: 1.岚东片区：…"""
    marker = parse_marker(text)
    head, colon, _ = text[marker.length if marker else 0 :].partition(":")
    return head.strip() if colon and _AREA.fullmatch(head.strip()) else None


def _unmarked(text: str, context: _Context) -> _Context:
    """What a line without a marker gives: a person who waits for a number, a unit alone."""
    if match := _UNIT_LINE.match(text):
        return replace(context, person=None, near=match[1].strip())
    if _NAMED_LINE.search(text):
        return replace(context, person=next(iter(_names(text)), None))
    if _LABEL.match(text):
        return replace(context, person=None)
    alone = text.rstrip("：:")
    return replace(context, person=None, near=alone if _UNIT.fullmatch(alone) else None)
