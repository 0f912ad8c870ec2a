"""Headings, levels, annexes and clauses from blocks alone."""

from __future__ import annotations

import pytest

from ingest.lines import Block, Reading
from ingest.marker import parse_annex, parse_marker
from ingest.structure import Structure, build_structure

_BODY = "各会员单位要结合实际认真组织，按时把有关材料报送到协会秘书处，确保这项工作取得实效。"


def _structure(*texts: str | Block, title: str | None = None) -> Structure:
    blocks = tuple(text if isinstance(text, Block) else Block(text) for text in texts)
    return build_structure(Reading("txt", blocks, title=title))


def _headings(structure: Structure, annex: int = 0) -> list[tuple[int, str]]:
    return [(p.level, p.text) for p in structure.paragraphs if p.level and p.annex == annex]


@pytest.mark.parametrize(
    ("text", "family", "ordinal"),
    [
        ("第一章 总则", "chapter", 1),
        ("第十二条 本会", "article", 12),
        ("第三条中央财政", "article", 3),
        ("一、总则", "cjk", 1),
        ("(二)对象", "cjk_paren", 2),
        ("7、时间", "decimal", 7),
        ("１．时间", "decimal", 1),
        ("1.2 范围", "decimal2", 2),
        ("（3）表", "decimal_paren", 3),
        ("②表", "circled", 2),
    ],
)
def test_markers_are_read(text: str, family: str, ordinal: int) -> None:
    marker = parse_marker(text)
    assert marker is not None
    assert (marker.family, marker.ordinal) == (family, ordinal)


@pytest.mark.parametrize(
    "text",
    [
        "第三条规定的人员",
        "第三条、第四条所列",
        "第三条第二款",
        "依照第三条",
        "一是加强",
        "3.5万元",
        "2031.6.25",
        "——物业",
    ],
)
def test_citations_and_figures_are_no_markers(text: str) -> None:
    assert parse_marker(text) is None


def test_annex_labels_are_read() -> None:
    label = parse_annex("附件2：报名表")
    assert label is not None
    assert (label.ordinal, label.length) == (2, 4)
    assert parse_annex("附件中的材料") is None


def test_levels_follow_the_order_in_which_families_nest() -> None:
    structure = _structure(
        "东岭协会2031年工作要点",
        _BODY,
        "一、加强学习",
        _BODY,
        "1.理论学习",
        _BODY,
        "2、业务学习",
        _BODY,
        "二、改进服务",
        _BODY,
        "(一)走访会员",
        _BODY,
        "（二）开通热线",
        _BODY,
    )
    assert _headings(structure) == [
        (1, "一、加强学习"),
        (2, "1.理论学习"),
        (2, "2、业务学习"),
        (1, "二、改进服务"),
        (2, "(一)走访会员"),
        (2, "（二）开通热线"),
    ]


def test_lists_bullets_and_long_items_are_no_headings() -> None:
    structure = _structure(
        "关于报送材料的通知",
        _BODY,
        "一、报送内容",
        "1.汇总表",
        "2.佐证材料",
        "3.活动照片",
        _BODY,
        "二、联系人",
        "1.第一片区：东岭大学",
        "联系人：赵某某 028-55501234",
        "2.第二片区东岭学院",
        "联系人：钱某某 028-55505678",
        "——逾期不候",
        _BODY,
    )
    assert _headings(structure) == [(1, "一、报送内容"), (1, "二、联系人")]


def test_short_lines_between_long_paragraphs_are_headings_when_there_are_two() -> None:
    long = _BODY * 2
    structure = _structure(long, "凝心聚力抓落实", long, "真抓实干促发展", long)
    assert _headings(structure) == [(1, "凝心聚力抓落实"), (1, "真抓实干促发展")]
    assert _headings(_structure(long, "凝心聚力抓落实", long)) == []


def test_style_makes_headings_without_numbers() -> None:
    structure = _structure(Block(_BODY), Block("筹备情况", bold=True), Block(_BODY))
    assert _headings(structure) == [(1, "筹备情况")]


def test_title_lines_are_joined_and_stop_at_the_addressee() -> None:
    structure = _structure("东岭协会", "关于举办业务竞赛的", "预备通知", "各会员单位：", _BODY)
    assert structure.front.title == (0, 1, 2)
    assert [p.level for p in structure.paragraphs] == [0, 0, 0, None, None]


def test_an_annex_is_a_root_of_its_own() -> None:
    structure = _structure(
        "关于开展检查的通知",
        _BODY,
        "一、时间",
        _BODY,
        "二、方式",
        _BODY,
        "附件：1.检查表",
        "2.名单",
        "东岭协会",
        "2031年6月25日",
        "附件1",
        "检查表",
        "一、人员",
        _BODY,
        "二、设备",
        _BODY,
        "附件2",
        "名单",
        "东岭大学",
    )
    assert [(a.title, len(a.text)) for a in structure.attachments] == [("检查表", 6), ("名单", 3)]
    assert _headings(structure) == [(1, "一、时间"), (1, "二、方式")]
    assert _headings(structure, 1) == [(1, "附件1"), (2, "一、人员"), (2, "二、设备")]


def test_a_listed_annex_that_is_not_there_opens_nothing() -> None:
    structure = _structure("关于报名的通知", _BODY, "附件：报名表", "东岭协会", "2031年6月25日")
    assert structure.attachments == ()


def test_clauses_are_continuous_and_end_before_the_signature() -> None:
    structure = _structure(
        "东岭协会章程",
        "第一章 总则",
        "第一条 本会名称为东岭协会。",
        "第二条 本会依照第一条设立，",
        "第一条规定的名称不得转借。",
        "第二章 会员",
        "第三条 会员分为两类：",
        "（一）单位会员；",
        "（二）个人会员。",
        "第三条之一 会员须缴纳会费。",
        "东岭协会",
        "2031年6月25日",
    )
    numbers = [(clause.number, clause.end - clause.start) for clause in structure.clauses]
    assert numbers == [("第一条", 1), ("第二条", 2), ("第三条", 3), ("第三条之一", 1)]
    assert _headings(structure) == [(1, "第一章 总则"), (1, "第二章 会员")]


def test_sections_end_at_the_next_heading_of_their_level() -> None:
    structure = _structure(
        "东岭协会工作总结", "一、甲事", "（一）乙事", _BODY, "（二）丙事", _BODY, "二、丁事", _BODY
    )
    spans = [(section.text, section.start, section.end) for section in structure.sections]
    assert spans == [
        ("一、甲事", 1, 6),
        ("（一）乙事", 2, 4),
        ("（二）丙事", 4, 6),
        ("二、丁事", 6, 8),
    ]


def test_radicals_from_a_pdf_are_set_right() -> None:
    assert _structure("⼀、⾼校⻝堂").paragraphs[0].text == "一、高校食堂"


def test_radicals_that_fonts_share_with_simplified_characters_become_those() -> None:
    assert _structure("三、⼾籍与⻧味").paragraphs[0].text == "三、户籍与卤味"


def test_look_alike_characters_are_mended_in_the_cells_too() -> None:
    row = Block("⼿机 | 1", kind="row", cells=("⼿机", "1"))
    structure = build_structure(Reading("pdf", (Block("通讯录"), row)))
    assert structure.paragraphs[1].cells == ("手机", "1")
