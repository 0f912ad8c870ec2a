"""Columns, merged cells and the names of columns, the same for every format."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.aligned import Piece, Spread, aligned_tables
from ingest.layout import Line
from ingest.rows import Row, over_pages
from ingest.tables import Cell, column_names, headers, rows_as_said

Grid = list[tuple[str, ...]]


def judged(grid: Grid) -> list[bool]:
    return headers(grid, [False] * len(grid), [False] * len(grid))


@pytest.mark.parametrize(
    "grid",
    [
        [("姓 名", "电话"), ("苏明远", "199-0000-0001")],
        [("会员", "2024年"), ("江岚大学", "1200"), ("东岭大学", "800")],
        [("项目", "内容"), ("时间", "六月"), ("地点", "江岚大学")],
    ],
)
def test_the_first_row_names_the_columns(grid: Grid) -> None:
    assert judged(grid) == [True] + [False] * (len(grid) - 1)


@pytest.mark.parametrize(
    "grid",
    [
        [("姓名", "电话")],
        [("姓名", "电话"), ("", "")],
        [("苏明远", "陈思齐"), ("林若水", "周知行")],
        [("姓名", "苏明远"), ("单位", "江岚大学"), ("电话", "199-0000-0001")],
        [("姓名", "苏明远", "性别", "男"), ("单位", "江协", "职务", "理事")],
        [("姓名：", "单位："), ("苏明远", "江协")],
        [("1", "江岚大学"), ("2", "东岭大学")],
        [("项目", ""), ("会费", "一千元")],
    ],
)
def test_a_row_that_could_be_data_is_no_header(grid: Grid) -> None:
    assert not any(judged(grid))


def test_a_title_over_the_table_is_no_header() -> None:
    grid = [("分工表", "分工表"), ("姓名", "任务"), ("苏明远", "会务")]
    assert judged(grid) == [False, True, False]


def test_names_over_several_columns_and_their_own_are_the_header() -> None:
    years = (
        ("地区", "产量", "产量", "产值", "产值"),
        ("地区", "2030年", "2031年", "2030年", "2031年"),
    )
    assert judged([*years, ("江岚", "12", "14", "9", "10")]) == [True, True, False]
    assert column_names(years) == ("地区", "产量2030年", "产量2031年", "产值2030年", "产值2031年")
    pairs = [("甲", "乙", "乙"), ("丙", "丁", "戊"), ("己", "庚", "辛")]
    assert not any(judged(pairs))


def test_spans_beyond_reason_are_read_as_they_come() -> None:
    rows = [[Cell("甲", 200, 9999), Cell("乙", 200, 9999)]] * 3000
    told = rows_as_said(rows, [False] * 3000, [False] * 3000)
    assert {block.cells for block in told} == {("甲", "乙")}


def row(page: int, *cells: str, header: bool = False, opens: bool = False) -> Row:
    line = Row(" | ".join(cells), 80, 500, 100, 120, 0.0, page=page, kind="row")
    return replace(line, cells=cells, header=header, opens=opens)


TEXT = Line("正文", 80, 500, 100, 120, 12.0)


def test_a_head_repeated_on_the_next_page_is_read_once() -> None:
    head = ("姓名", "电话")
    lines = [
        row(1, *head, header=True, opens=True),
        row(1, "苏明远", "199"),
        row(2, *head, header=True, opens=True),
        row(2, "陈思齐", "199"),
        row(3, *head, header=True, opens=True),
        row(3, "林若水", "199"),
    ]
    kept, repeated = over_pages(lines)
    assert kept == [lines[0], lines[1], lines[3], lines[5]]
    assert repeated == [lines[2], lines[4]]


def test_repeating_proves_a_head_and_going_on_disproves_one() -> None:
    lines = [row(1, "甲组", "乙组", opens=True), row(1, "苏明远", "陈思齐")]
    again = [row(2, "甲组", "乙组", opens=True), row(2, "林若水", "周知行")]
    kept, repeated = over_pages(lines + again)
    assert [line.header for line in kept if isinstance(line, Row)] == [True, False, False]
    assert repeated == again[:1]
    kept, repeated = over_pages([*lines, row(2, "林若水", "周知行", header=True, opens=True)])
    assert [line.header for line in kept if isinstance(line, Row)] == [False] * 3
    assert not repeated


def test_tables_that_do_not_go_on_keep_their_heads() -> None:
    first = [row(1, "姓名", "电话", header=True, opens=True), row(1, "苏明远", "199")]
    other = [row(2, "项目", "金额", header=True, opens=True), row(2, "会费", "一千元")]
    same = [row(2, "姓名", "电话", header=True, opens=True), row(2, "陈思齐", "199")]
    for lines in ([*first, *other], [*first, TEXT, *same]):
        assert over_pages(lines) == (lines, [])


def lines_at(*lines: list[tuple[float, str]], em: float = 12.0, step: float = 20.0) -> list[Spread]:
    return [
        Spread(tuple(Piece(t, x, x + em * len(t)) for x, t in line), n * step, em)
        for n, line in enumerate(lines)
    ]


def test_lines_under_names_of_columns_are_a_table() -> None:
    lines = lines_at(
        [(80, "附表一"), (300, "单位：元")],
        [(92, "学校"), (230, "联系人"), (330, "电话")],
        [(80, "江岚大学"), (230, "苏明远"), (330, "199")],
        [(80, "东岭大学"), (330, "199")],
        [(80, "此处是正文中的一行"), (230, "越过了各列的界线")],
    )
    assert list(aligned_tables(lines)) == [
        (1, [("学校", "联系人", "电话"), ("江岚大学", "苏明远", "199"), ("东岭大学", "", "199")])
    ]


@pytest.mark.parametrize(
    "lines",
    [
        lines_at(*[[(80, "左栏的正文一行有这么长"), (300, "右栏的正文一行有这么长")]] * 5),
        lines_at(*[[(80, f"第{n}章总则"), (400, f"{n}")] for n in range(1, 6)]),
        lines_at(*[[(80, "甲方："), (300, "乙方：")]] * 3),
        lines_at(*[[(80, "通"), (160, "知")]] * 3),
        lines_at(*[[(80, f"{n}."), (120, "条目")] for n in range(1, 6)]),
        lines_at(
            [(80, "联系人"), (200, "苏明远")],
            [(80, "电话"), (200, "199")],
            [(80, "地址"), (200, "江岚")],
        ),
        lines_at([(80, "姓名"), (200, "电话")], [(80, "苏明远"), (200, "199")]),
        lines_at(*[[(80, "姓名"), (200, "电话")], *[[(80, "苏明远"), (200, "199")]] * 3], step=60),
        lines_at([(80, "姓名"), (110, "电话")], *[[(80, "苏"), (110, "199")]] * 3),
    ],
    ids="columns contents signatures title list form short apart near".split(),
)
def test_other_lines_with_wide_blanks_are_no_table(lines: list[Spread]) -> None:
    assert list(aligned_tables(lines)) == []
