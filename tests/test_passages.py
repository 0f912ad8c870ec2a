"""Passages: slices of the text, nothing lost, nothing twice, never across a heading."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from index.model import Document
from index.privacy import mask
from ingest.inspection import as_inspection
from ingest.lines import Block, Reading
from ingest.passages import MAX_CHARS, TAIL_CHARS
from ingest.reader import build_document

_SENTENCE = "各单位要高度重视这项工作，明确专人负责，按时报送材料。"


def _document(*texts: str) -> Document:
    return build_document(Reading("txt", tuple(Block(text) for text in texts)))


def _assert_sound(document: Document) -> None:
    text = document.text
    end = 0
    for ordinal, passage in enumerate(document.passages):
        assert passage.ordinal == ordinal
        assert passage.text == text[passage.start : passage.end]
        assert passage.start >= end
        end = passage.end
    covered = {i for p in document.passages for i in range(p.start, p.end)}
    start = 0
    fields = [document.letterhead, document.number]
    for paragraph in document.paragraphs:
        inside = range(start, start + len(paragraph.text))
        start += len(paragraph.text) + 1
        held = not covered.isdisjoint(inside)
        if paragraph.level is None and not held:
            assert any(fields), paragraph.text
        elif paragraph.level is None:
            assert covered.issuperset(inside)


_paragraph = st.one_of(
    st.sampled_from(
        [
            "一、总体要求",
            "（一）时间",
            "二、联系方式",
            "第一章 总则",
            "第一条 本会名称。",
            "第二条 宗旨。",
            "附件1",
            "附件：名单",
            "东岭协会",
            "2031年6月25日",
            "1.甲",
            "2.乙",
            "东后协〔2031〕1号",
            "联系人：赵某 028-55501234",
            "关于开会的通知",
            "表 | 二",
            "抄送：各单位",
        ]
    ),
    st.integers(1, 40).map(lambda n: _SENTENCE * n),
    st.text(max_size=60),
    st.integers(400, 1600).map(lambda n: "字" * n),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_paragraph, min_size=1, max_size=14))
def test_passages_are_slices_and_nothing_is_lost(texts: list[str]) -> None:
    document = _document(*texts)
    _assert_sound(document)
    if document.text:
        assert document.passages


def test_neighbours_are_joined_but_never_over_a_heading() -> None:
    document = _document("关于检查的通知", "一、时间", "六月上旬", "二、方式", _SENTENCE, _SENTENCE)
    assert [(p.path, p.text) for p in document.passages] == [
        (("一、时间",), "六月上旬"),
        (("二、方式",), f"{_SENTENCE}\n{_SENTENCE}"),
    ]
    assert document.passages[0].address == "一、时间"


def test_long_paragraphs_are_cut_at_sentences() -> None:
    document = _document("关于检查的通知", _SENTENCE * 60)
    assert all(p.text.endswith("。") for p in document.passages)
    assert all(TAIL_CHARS <= len(p.text) <= MAX_CHARS for p in document.passages)
    assert "".join(p.text for p in document.passages) == _SENTENCE * 60


def test_each_clause_of_a_regulation_is_a_passage() -> None:
    clauses = [f"第{n}条 会员应当遵守本条。" for n in "一二三四五六"]
    document = _document("东岭协会章程", "第一章 总则", *clauses)
    assert [p.address for p in document.passages] == [f"第{n}条" for n in "一二三四五六"]
    assert {p.path for p in document.passages} == {("第一章 总则",)}


def test_a_long_clause_is_cut_at_its_items() -> None:
    items = [f"（{n}）" + "遵守章程，执行决议，维护声誉，" * 10 + "；" for n in "一二三四五六"]
    document = _document(
        "东岭协会章程", *[f"第{n}条 略。" for n in "一二三四"], "第五条 会员义务：", *items
    )
    last = [p for p in document.passages if p.address.startswith("第五条")]
    assert len(last) > 1
    assert all(len(p.text) <= MAX_CHARS + TAIL_CHARS for p in last)
    assert last[1].address.startswith("第五条（")


def test_a_list_of_contacts_stays_together() -> None:
    lines = [f"{n}片区联系人：赵某某 028-5550{i}" for i, n in enumerate("东南西北" * 4, 1000)]
    document = _document("关于联系方式的通知", "一、联系方式", *[line[:24] for line in lines])
    assert len(document.passages) == 1


def test_a_document_of_headings_only_still_has_a_passage() -> None:
    document = _document("关于放假的通知")
    assert [p.text for p in document.passages] == ["关于放假的通知"]


def test_an_annex_has_its_own_path() -> None:
    document = _document(
        "关于检查的通知", _SENTENCE, "附件：检查表", "东岭协会", "2031年6月25日", "附件", _SENTENCE
    )
    assert document.passages[-1].path == ("附件：检查表",)
    assert document.passages[-1].address == "附件"


def _clauses(count: int) -> list[str]:
    return [f"第{n}条 会员应当遵守本条。" for n in "一二三四五六"[:count]]


def test_clauses_whose_numbers_recur_name_their_regulation() -> None:
    document = build_document(
        Reading(
            "txt",
            (
                Block("学生手册"),
                Block("奖学金评审办法", outline=1),
                Block("第一章 总则", outline=2),
                *map(Block, _clauses(3)),
                Block("宿舍管理规定", outline=1),
                *map(Block, _clauses(4)),
            ),
        )
    )
    assert [p.address for p in document.passages if "条" in p.address] == [
        *(f"奖学金评审办法 > 第{n}条" for n in "一二三"),
        *(f"宿舍管理规定 > 第{n}条" for n in "一二三四"),
    ]


def test_clauses_that_recur_in_an_annex_name_the_annex() -> None:
    document = _document(
        "东岭协会章程",
        *_clauses(5),
        "附件1",
        "会费管理办法",
        *_clauses(5),
        "附件2",
        "印章管理办法",
        *_clauses(5),
    )
    addresses = [p.address for p in document.passages if p.text.startswith("第二条")]
    assert addresses == [
        "东岭协会章程 > 第二条",
        "附件1：会费管理办法 > 第二条",
        "附件2：印章管理办法 > 第二条",
    ]


def test_the_title_of_a_later_regulation_is_found_above_its_chapter() -> None:
    document = _document(
        "东岭协会章程",
        *_clauses(4),
        "会费管理办法",
        "（2031年3月2日理事会通过）",
        "第一章 总则",
        *_clauses(3),
    )
    addresses = [p.address for p in document.passages if p.text.startswith("第三条")]
    assert addresses == ["东岭协会章程 > 第三条", "会费管理办法 > 第三条"]


def test_a_single_clause_that_is_quoted_changes_no_address() -> None:
    document = _document("东岭协会章程", *_clauses(5), "第一条 本会名称。")
    assert [p.address for p in document.passages][1:5] == [f"第{n}条" for n in "二三四五"]


def test_a_divided_clause_repeats_the_sentence_that_opens_it() -> None:
    items = [f"（{n}）{_SENTENCE * 6}" for n in "一二三四"]
    document = _document(
        "东岭协会章程", *_clauses(4), "第五条 会员享有下列权利：", *items, *_clauses(9)[5:]
    )
    divided = [p for p in document.passages if p.address.startswith("第五条")]
    assert [p.address for p in divided] == ["第五条", *(f"第五条（{n}）" for n in "二三四")]
    assert [p.lead for p in divided] == ["", *["第五条 会员享有下列权利："] * 3]
    _assert_sound(document)


def test_a_divided_table_repeats_its_column_names() -> None:
    def row(*cells: str, header: bool = False) -> Block:
        return Block(" | ".join(cells), kind="row", cells=cells, header=header)

    rows = [row(f"{n}号食堂", f"{n}元", "按月缴纳") for n in range(100)]
    reading = Reading(
        "docx",
        (
            Block("关于收费的通知"),
            Block(_SENTENCE),
            row("食堂", "金额", "办法", header=True),
            *rows,
            Block("以上标准自下月起执行。"),
        ),
    )
    document = build_document(reading)
    tables = [p for p in document.passages if p.text.split(" | ")[0].endswith("号食堂")]
    assert len(tables) > 2 and {p.lead for p in tables} == {"食堂 | 金额 | 办法"}
    assert document.passages[0].lead == ""
    (table,) = as_inspection(document)["tables"]
    assert table[0] == {"食堂": "0号食堂", "金额": "0元", "办法": "按月缴纳"}
    assert len(table) == 100
    _assert_sound(document)


def test_no_passage_begins_or_ends_inside_a_number() -> None:
    for pad in range(0, 60, 3):
        text = "甲" * (MAX_CHARS - 40 + pad) + " 19900000001 " + "乙" * (MAX_CHARS - 30)
        passages = _document("关于召开会议的通知", text).passages
        assert any("19900000001" in passage.text for passage in passages)


def test_a_number_that_runs_over_a_line_is_in_one_passage() -> None:
    before, after = "说明文字" * 130, "继续说明办理。" * 70
    document = _document(f"{before}，联系电话19900", f"000001。{after}")
    _assert_sound(document)
    texts = [passage.text for passage in document.passages]
    assert len(texts) > 2
    assert [text for text in texts if "19900" in text] == [t for t in texts if "000001" in t]
    assert "000001" not in "".join(map(mask, texts))
