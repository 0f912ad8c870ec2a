"""Two columns are read one after the other, and only where the page surely has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pdf import read_pdf
from test_pdf import Text, tiny_pdf, write

LEFT = "江岚省高等院校后勤协会依法维护会员的合法权益，组织会员开展学习和交流活动。"
RIGHT = "会员应当遵守本会的章程，按时缴纳会费，参加本会组织的会议，完成本会交办的事。"


def column(x: float, text: str, rows: range, width: int = 18, size: float = 11) -> list[Text]:
    """`text` again and again in full lines of `width` characters; rows are 16 points high."""
    endless = text * 200
    return [
        (x, 150 + 16 * row, size, endless[n * width : (n + 1) * width])
        for n, row in enumerate(rows)
    ]


def texts(tmp_path: Path, pages: list[list[Text]], graphics: str = "") -> list[str]:
    path = write(tmp_path / "a.pdf", tiny_pdf(pages, graphics))
    return [block.text for block in read_pdf(path).blocks]


def test_columns_are_read_one_after_the_other_around_what_stands_across(tmp_path: Path) -> None:
    page: list[Text] = [
        (160, 100, 22, "江岚省高等院校后勤协会简报"),
        *column(80, LEFT, range(8)),
        *column(310, RIGHT, range(8)),
        (200, 300, 16, "中间的标题横贯全页的两栏"),
        *column(80, "甲，", range(13, 20)),
        *column(310, "乙。", range(13, 20)),
        (80, 600, 11, "这一行在两栏之下横贯整个页面直到右边的边缘为止所以不在任何一栏里"),
    ]
    read = texts(tmp_path, [page])
    flat = "".join(read)
    assert read[0] == "江岚省高等院校后勤协会简报"
    assert "".join(line[3] for line in page) == flat  # in the order in which they were written
    assert len(read) == 5  # the foot of a column goes on at the head of the next


def test_columns_go_on_over_the_page(tmp_path: Path) -> None:
    pages = [column(80, LEFT, range(20)) + column(310, LEFT, range(20)) for _ in range(2)]
    flat = "".join(line[3] for page in pages for line in page)
    assert texts(tmp_path, pages) == [flat]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("会员单位名称", "联系人苏明远"),  # cells: short
        ("会费标准", LEFT[:18]),  # a label and what it says
    ],
)
def test_a_table_without_rules_is_read_across(tmp_path: Path, left: str, right: str) -> None:
    page: list[Text] = []
    for row in range(20):
        page += [(80, 150 + 16 * row, 11, left), (310, 150 + 16 * row, 11, right)]
    assert texts(tmp_path, [page])[0].startswith(f"{left} {right}")


def test_ragged_lists_and_signatures_side_by_side_are_read_across(tmp_path: Path) -> None:
    page = column(80, LEFT, range(12), width=39)
    for row in range(13, 22):
        page.append((80, 150 + 16 * row, 11, "甲方，代表" + "某" * (row % 9)))
        page.append((310, 150 + 16 * row, 11, "乙方，代表" + "某" * (row % 7)))
    assert "甲方，代表某某某某 乙方，代表某某某某某某" in "".join(texts(tmp_path, [page]))


def test_text_across_the_page_is_no_column(tmp_path: Path) -> None:
    page = column(80, LEFT, range(20), width=39)
    assert texts(tmp_path, [page]) == ["".join(line[3] for line in page)]
