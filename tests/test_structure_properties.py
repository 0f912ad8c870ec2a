"""Whatever stands at the start of lines, the structure is a tree and nothing raises."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.lines import Block, Reading
from ingest.structure import Structure, build_structure

_BODY = "各会员单位要结合实际认真组织，按时把有关材料报送到协会秘书处，确保这项工作取得实效。"
_MARKS = (
    "第{c}编 ", "第{c}部分 ", "第{c}章 ", "第{c}节 ", "第{c}条 ", "第{c}条", "第{c}条之{c} ",
    "第{c}款 ", "{c}、", "（{c}）", "({c})", "{n}.", "{n}、", "{n} ", "{n}.{n} ", "{n}.{n}.{n} ",
    "{n}.{n}.{n}.{n} ", "（{n}）", "{n}）", "①", "附件{n}", "附件{n}：", "附录A ", "附：",
    "抄送：", "",
)  # fmt: skip
_WORDS = (
    "", "总则", "会员范围", "江协会费管理办法", "江岚省高等院校后勤协会", "2031年6月25日", "目录",
    "规定的人员", "苏明远 0899-5550123", "甲；", "修改为：", _BODY,
)  # fmt: skip


@st.composite
def _block(draw: st.DrawFn) -> Block:
    mark = draw(st.sampled_from(_MARKS))
    ordinal = draw(st.integers(1, 9))
    text = mark.format(c="一二三四五六七八九"[ordinal - 1], n=ordinal) + draw(
        st.sampled_from(_WORDS)
    )
    return Block(
        text,
        page=1,
        size=draw(st.sampled_from((None, 12.0, 16.0))),
        bold=draw(st.booleans()),
        centred=draw(st.booleans()),
        outline=draw(st.sampled_from((None, None, None, 0, 1, 2))),
        kind=draw(st.sampled_from(("text", "text", "text", "row"))),
    )


def _built(blocks: list[Block]) -> Structure:
    return build_structure(Reading("txt", tuple(blocks)))


_soup = settings(max_examples=150, deadline=None)(given(st.lists(_block(), max_size=30)))


@_soup
def test_levels_go_down_one_step_at_a_time(blocks: list[Block]) -> None:
    structure = _built(blocks)
    for annex in {paragraph.annex for paragraph in structure.paragraphs}:
        levels = [p.level for p in structure.paragraphs if p.level and p.annex == annex]
        assert levels[:1] in ([], [1])
        assert all(below <= above + 1 for above, below in pairwise(levels))


@_soup
def test_sections_nest_and_stay_in_their_annex(blocks: list[Block]) -> None:
    structure = _built(blocks)
    open_sections: list[tuple[int, int]] = []
    for section in structure.sections:
        assert section.start < section.end <= len(structure.paragraphs)
        assert structure.paragraphs[section.start].annex == section.annex
        assert structure.paragraphs[section.end - 1].annex in {section.annex, 0}
        while open_sections and open_sections[-1][1] <= section.start:
            open_sections.pop()
        assert not open_sections or (
            section.end <= open_sections[-1][1] and section.level > open_sections[-1][0]
        )
        open_sections.append((section.level, section.end))


@_soup
def test_clauses_stand_in_order_and_hold_no_heading(blocks: list[Block]) -> None:
    structure = _built(blocks)
    assert all(one.end <= other.start for one, other in pairwise(structure.clauses))
    for clause in structure.clauses:
        assert clause.start < clause.end <= len(structure.paragraphs)
        inside = structure.paragraphs[clause.start + 1 : clause.end]
        assert [p.level for p in inside] == [None] * len(inside)
        assert len({p.annex for p in structure.paragraphs[clause.start : clause.end]}) == 1


@_soup
def test_blocks_and_paragraphs_run_in_parallel_and_building_again_changes_nothing(
    blocks: list[Block],
) -> None:
    structure = _built(blocks)
    assert [b.text for b in structure.blocks] == [p.text for p in structure.paragraphs]
    assert _built(blocks) == structure


@given(st.lists(st.text(max_size=60), max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_text_has_a_structure(texts: list[str]) -> None:
    structure = _built([Block(text) for text in texts])
    assert all(paragraph.text for paragraph in structure.paragraphs)
