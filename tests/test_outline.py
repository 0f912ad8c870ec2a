"""Levels, sequences and annexes that real papers number in their own ways."""

from __future__ import annotations

import pytest

from ingest.lines import Block, Reading
from ingest.marker import parse_annex, parse_marker
from ingest.structure import Structure, build_structure

_BODY = "各会员单位要结合实际认真组织，按时把有关材料报送到协会秘书处，确保这项工作取得实效。"
_SIGNED = ("江岚省高等院校后勤协会", "2031年6月25日")
_GAP = ("numbering_gap",)


def _structure(*texts: str | Block) -> Structure:
    blocks = tuple(text if isinstance(text, Block) else Block(text) for text in texts)
    return build_structure(Reading("txt", blocks))


def _under(*heads: str) -> list[str]:
    """The heads, each with a paragraph below."""
    return [text for head in heads for text in (head, _BODY)]


def _tree(structure: Structure, annex: int = 0) -> list[tuple[int, str]]:
    return [(s.level, s.text) for s in structure.sections if s.annex == annex]


def _numbers(structure: Structure) -> list[str]:
    return [clause.number for clause in structure.clauses]


def _row(text: str) -> Block:
    return Block(text, kind="row", cells=tuple(text.split(" | ")))


def test_numbers_without_a_dot_are_headings_where_decimals_below_prove_them() -> None:
    heads = ("1 范围", "2 术语", "2.1 食堂", "2.1.1 米饭", "2.2 公寓", "3 要求")
    structure = _structure("江协后勤服务规范", *_under(*heads))
    assert [level for level, _ in _tree(structure)] == [1, 1, 2, 3, 2, 1]


def test_numbers_without_a_dot_are_text_where_nothing_proves_them() -> None:
    structure = _structure("江协统计", *_under("1 月工作", "12 个单位", "3 名同志", "1 食堂"))
    assert _tree(structure) == []


def test_numbers_without_a_dot_are_headings_where_sentences_part_them() -> None:
    heads = ("1 总则", "2 印章的种类", "3 附则")
    structure = _structure(*_under(*heads))
    assert _tree(structure) == [(1, head) for head in heads]
    assert structure.front.title == ()
    rows = ("1 苏明远", "2 柳青禾", _BODY, "3 赵一鸣", _BODY)
    assert _tree(_structure("江协名单", *rows)) == []


def test_bold_numbers_without_a_dot_are_headings() -> None:
    heads = [
        Block("1 范围", bold=True),
        _BODY,
        Block("2 术语", bold=True),
        _BODY,
        "2.1 食堂",
        _BODY,
    ]
    assert _tree(_structure("江协规范", *heads)) == [(1, "1 范围"), (1, "2 术语"), (2, "2.1 食堂")]


@pytest.mark.parametrize("dots", ["1．1 人员", "1.1. 人员", "1.1人员"])
def test_decimals_are_read_in_every_spelling(dots: str) -> None:
    structure = _structure("江协规范", *_under("1．范围", dots, "2．附则"))
    assert [level for level, _ in _tree(structure)] == [1, 2, 1]


def test_a_shallower_decimal_closes_a_deeper_one_that_came_first() -> None:
    structure = _structure(
        "江协规范", *_under("1. 甲", "1.1 乙", "1.1.1.1 丙", "1.1.1 丁", "1.2 戊")
    )
    assert [level for level, _ in _tree(structure)] == [1, 2, 3, 3, 2]


def test_parts_of_a_code_nest_around_its_chapters() -> None:
    structure = _structure(
        "江协章程", "第一编 总纲", "第一分编 通则", "第一章 总则", "第一节 名称", "第一条 甲甲。",
        "第二编 分则", "第二章 会员", "第二条 乙乙。",
    )  # fmt: skip
    assert [level for level, _ in _tree(structure)] == [1, 2, 3, 4, 1, 2]


def test_a_chapter_number_alone_takes_its_name_from_the_next_line() -> None:
    structure = _structure("江协章程", "第一章", "总则", "第一条 甲甲。", "第二章", "第二条 乙乙。")
    assert _tree(structure) == [(1, "第一章 总则"), (1, "第二章")]


def test_a_chapter_name_broken_at_a_comma_is_joined() -> None:
    structure = _structure("江协章程", "第一章 会员大会、", "理事会的召开", "第一条 甲甲。")
    assert _tree(structure) == [(1, "第一章 会员大会、理事会的召开")]


def test_a_table_of_contents_makes_no_headings_and_no_gap() -> None:
    heads = ("第一章 总则", "第二章 会员")
    structure = _structure(
        "江协章程", "目  录", *heads, heads[0], "第一条 甲甲。", heads[1], "第二条 乙乙。"
    )
    assert [section.start for section in structure.sections] == [4, 6]
    assert structure.warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        "第三条，处以罚款",
        "第三条》第一次修正",
        "第三条的规定",
        "第二项工作",
        "第二款规定",
        "第一部分是",
        "第一篇文章",
    ],
)
def test_more_citations_are_no_markers(text: str) -> None:
    assert parse_marker(text) is None


@pytest.mark.parametrize(
    ("text", "family", "ordinal"),
    [
        ("第一千二百五十九条民法", "article", 1259),
        ("第二款 会员", "subclause", 2),
        ("第三项：会费", "point", 3),
        ("第二部分 制度", "volume", 2),
        ("第一分编 通则", "subvolume", 1),
        ("A.2.1 方法", "decimal3", 1),
    ],
)
def test_more_markers_are_read(text: str, family: str, ordinal: int) -> None:
    marker = parse_marker(text)
    assert marker is not None
    assert (marker.family, marker.ordinal) == (family, ordinal)


@pytest.mark.parametrize(
    "heads",
    [
        ("一、甲事", "二、乙事", "四、丁事"),
        ("一、甲事", "二、乙事", "二、丙事", "三、丁事"),
        ("第一章 甲", "第三章 丙"),
        ("1. 甲", "1.1 乙", "1.3 丙", "2. 丁"),
    ],
)
def test_headings_that_skip_or_repeat_a_number_are_a_gap(heads: tuple[str, ...]) -> None:
    assert _structure("江协工作要点", *_under(*heads)).warnings == _GAP


@pytest.mark.parametrize(
    "heads",
    [
        ("一、甲事", "1.子", "2.子", "二、乙事", "1.子", "2、子", "3.子"),
        ("一、甲事", "（一）子", "(二)子", "二、乙事", "（三）子", "（四）子"),
        ("三、甲事", "四、乙事", "五、丙事"),
        ("1.1 甲", "1.2 乙", "2.1 丙", "2.2 丁"),
        ("1.1.1 甲", "1.1.2 乙", "1.2.2 丙"),
        ("第一编 甲", "第一章 乙", "第二章 丙", "第二编 丁", "第三章 戊"),
    ],
)
def test_restarts_and_excerpts_are_no_gap(heads: tuple[str, ...]) -> None:
    structure = _structure("江协工作要点", *_under(*heads))
    assert len(structure.sections) == len(heads)
    assert structure.warnings == ()


def test_a_list_that_is_not_taken_as_headings_may_skip_numbers() -> None:
    structure = _structure(
        "江协通知", "一、材料", "1.表格", "3.照片", "4.名单", _BODY, "二、时间", _BODY
    )
    assert _tree(structure) == [(1, "一、材料"), (1, "二、时间")]
    assert structure.warnings == ()


@pytest.mark.parametrize("space", ["", " "])
def test_clauses_go_on_after_a_gap_and_say_so(space: str) -> None:
    articles = [f"第{n}条{space}协会设会员部。" for n in "一二三五六"]
    structure = _structure("江协章程", *articles)
    assert _numbers(structure) == ["第一条", "第二条", "第三条", "第五条", "第六条"]
    assert structure.warnings == _GAP


def test_a_clause_number_that_stands_twice_opens_two_clauses_and_is_a_gap() -> None:
    numbers = ["第一条", "第二条", "第三条", "第三条", "第四条"]
    structure = _structure("江协章程", *(f"{number} 协会设会员部。" for number in numbers))
    assert _numbers(structure) == numbers
    assert structure.warnings == _GAP


@pytest.mark.parametrize(
    "numbers",
    [
        ("第一条", "第二条", "第二条之一", "第二条之二", "第三条"),
        ("第十二条", "第十三条", "第十四条"),
        ("第一条", "第二条", "第一条", "第二条"),
    ],
)
def test_branches_excerpts_and_restarts_of_clauses_are_no_gap(numbers: tuple[str, ...]) -> None:
    structure = _structure("江协章程", *(f"{number} 协会设会员部。" for number in numbers))
    assert _numbers(structure) == [*numbers]
    assert structure.warnings == ()


def test_an_amendment_that_quotes_single_articles_has_no_gap() -> None:
    structure = _structure(
        "关于修改江协章程的决定", _BODY, "第三条修改为：", "第三条 会员部改为服务部。",
        "第七条修改为：", "第七条 会费每年交一次。",
        "增加一条，作为第九条：", "第九条 会员可以退会。",
    )  # fmt: skip
    assert (structure.clauses, structure.warnings) == ((), ())


def test_a_citation_that_begins_a_line_opens_no_clause() -> None:
    structure = _structure(
        "江协章程", "第一条 会员交会费。", "第二条 会员依照", "第七条、第八条办理；依照",
        "第三条规定的除外；违反", "第九条，予以除名。", "第三条 会员可以退会。",
    )  # fmt: skip
    assert [(c.number, c.end - c.start) for c in structure.clauses] == [
        ("第一条", 1), ("第二条", 4), ("第三条", 1),
    ]  # fmt: skip


def test_rows_and_contacts_open_neither_headings_nor_clauses() -> None:
    structure = _structure(
        "江协通知", "一、安排", _BODY, _row("一、 | 签到"), _row("第一条 | 内容"), "二、联系人",
        "（一）第一片区", "苏明远 0899-5550123", "（二）第二片区", "林清和 0899-5550124",
        "三、要求", _BODY,
    )  # fmt: skip
    assert _tree(structure) == [(1, "一、安排"), (1, "二、联系人"), (1, "三、要求")]
    assert structure.clauses == ()


def test_a_compilation_has_a_heading_for_each_regulation_above_its_chapters() -> None:
    structure = _structure(
        "江岚省高等院校后勤协会制度汇编",
        "江协章程", "第一章 总则", "第一条 甲甲甲。", "第二章 附则", "第二条 乙乙乙。",
        *_SIGNED,
        "江协财务管理办法", "（2031年6月1日通过）", "第一条 丙丙丙。", "第二条 丁丁丁。",
        "江岚省高等院校后勤协会", "会费规定", "第一章 总则", "第一条 戊戊戊。",
    )  # fmt: skip
    assert _tree(structure) == [
        (1, "江协章程"), (2, "第一章 总则"), (2, "第二章 附则"),
        (1, "江协财务管理办法"),
        (1, "会费规定"), (2, "第一章 总则"),
    ]  # fmt: skip
    assert [p.text for p in structure.paragraphs if p.level == 0] == [
        "江岚省高等院校后勤协会制度汇编"
    ]
    assert all(clause.end - clause.start == 1 for clause in structure.clauses)
    assert structure.warnings == ()


def test_regulations_stand_below_the_parts_of_a_handbook_that_count_on() -> None:
    structure = _structure(
        "江岚省高等院校后勤协会制度汇编",
        "第一部分 基本制度", "江协章程", "第一章 总则", "第一条 甲甲甲。",
        "第二部分 财务制度", "江协财务管理办法", "第一章 总则", "第一条 乙乙乙。",
    )  # fmt: skip
    assert [level for level, _ in _tree(structure)] == [1, 2, 3, 1, 2, 3]


def test_rules_numbered_with_commas_form_a_compilation_too() -> None:
    structure = _structure(
        "江协制度汇编",
        "考勤制度",
        *_under("一、上班", "二、请假"),
        "财务制度",
        *_under("一、报销", "二、审批"),
    )
    assert [level for level, _ in _tree(structure)] == [1, 2, 2, 1, 2, 2]


def test_one_regulation_alone_has_no_part() -> None:
    structure = _structure(
        "江协章程", "第一章 总则", "第一条 甲甲甲。", "第二章 附则", "第二条 乙乙乙。"
    )
    assert _tree(structure) == [(1, "第一章 总则"), (1, "第二章 附则")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("附件1", "附件2"),
        ("附件1：检查表", "附件2：名单"),
        ("附件1.检查表", "附件2.名单"),
        ("附件1检查表", "附件2名单"),
        ("附件一 检查表", "附件二 名单"),
        ("附件1-1", "附件1-2"),
        ("（附件1）", "（附件2）"),
        ("附表1 检查表", "附表2 名单"),
        ("附录A 检查表", "附录B 名单"),
    ],
)
@pytest.mark.parametrize("first", ["一、人员", "序号 | 单位"])
def test_annexes_are_roots_however_they_are_labelled(one: str, other: str, first: str) -> None:
    inside = _row(first) if "|" in first else first
    structure = _structure(
        "关于开展检查的通知", _BODY, "一、时间", _BODY, *_SIGNED, one, inside, _BODY, other, _BODY
    )
    assert _tree(structure) == [(1, "一、时间")]
    assert [_tree(structure, n)[0] for n in (1, 2)] == [(1, one), (1, other)]
    assert [len(attachment.text) for attachment in structure.attachments] == [3, 2]


def test_tables_and_appendices_without_any_date_are_roots() -> None:
    structure = _structure(
        "江协会费办法", "第一条 甲甲甲。", "第二条 乙乙乙。", "附表1 会费标准", _row("单位 | 会费"),
        "附录A", "（规范性附录）", "缴费方法", "A.1 总则", _BODY, "A.2 要求", _BODY,
    )  # fmt: skip
    assert [attachment.title for attachment in structure.attachments] == ["会费标准", "缴费方法"]
    assert structure.clauses[-1].end == 3
    assert _tree(structure, 2) == [(1, "附录A"), (2, "A.1 总则"), (2, "A.2 要求")]


def test_a_regulation_issued_by_a_notice_is_a_root_and_ends_before_its_signature() -> None:
    structure = _structure(
        "关于印发江协会费管理办法的通知", _BODY, *_SIGNED, "江协会费管理办法",
        "第一章 总则", "第一条 甲甲甲。", "第二章 附则", "第二条 乙乙乙。", *_SIGNED,
    )  # fmt: skip
    assert _tree(structure, 1) == [(1, "江协会费管理办法"), (2, "第一章 总则"), (2, "第二章 附则")]
    assert [(c.start, c.end) for c in structure.clauses] == [(6, 7), (8, 9)]


def test_labels_that_only_name_annexes_open_none() -> None:
    structure = _structure(
        "关于报送材料的通知", _BODY, "一、材料", "附件1：申报书", "附件2：汇总表",
        "二、时间", _BODY, "附件1、附件2由单位填写。",
    )  # fmt: skip
    assert structure.attachments == ()


@pytest.mark.parametrize(
    "text", ["附件1所列材料", "附件1、附件2", "附近食堂", "附件一览", "附件3份"]
)
def test_mentions_of_annexes_are_no_labels(text: str) -> None:
    assert parse_annex(text) is None
