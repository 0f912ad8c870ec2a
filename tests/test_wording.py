"""How dates, pages, sizes and citations are written."""

from __future__ import annotations

from typing import Any

import pytest

from service.wording import citation_zh, date_zh, pages_zh, size_zh


def test_dates_are_as_precise_as_given() -> None:
    assert [date_zh(d) for d in ("2024-06-05", "2024-06", "2024", None, "约2024年")] == [
        "2024年6月5日",
        "2024年6月",
        "2024年",
        "",
        "约2024年",
    ]


def test_page_numbers_are_named_only_where_there_are_pages() -> None:
    assert pages_zh([3, 3], "a.docx") == "第3页"
    assert pages_zh([3, 4], "a.pdf") == "第3至4页"
    assert pages_zh(1, "A.PDF") == "第1页"
    assert pages_zh([1, 1], "a.html") == ""


def test_sizes_are_rounded_and_never_nothing() -> None:
    assert [size_zh(n) for n in (0, 12_345, 999_999, 3_600_000)] == [
        "1 KB",
        "12 KB",
        "977 KB",
        "3.4 MB",
    ]


FULL: dict[str, Any] = {
    "title": "会费管理办法",
    "number": "示后协〔2024〕12号",
    "issuer": "示例协会",
    "letterhead": None,
    "date": "2024-06-25",
    "source": "会费.pdf",
}
PLACE = {"address": "附件 > 第十二条", "page": [3, 4]}


@pytest.mark.parametrize(
    ("changes", "place", "cited"),
    [
        (
            {},
            PLACE,
            "示例协会《会费管理办法》（示后协〔2024〕12号），附件，第十二条，第3至4页，2024年6月25日",
        ),
        ({}, None, "示例协会《会费管理办法》（示后协〔2024〕12号），2024年6月25日"),
        ({"number": None, "date": None}, None, "示例协会《会费管理办法》"),
        ({"issuer": None, "number": None}, None, "《会费管理办法》，2024年6月25日"),
        (
            {"issuer": None, "letterhead": "示例协会文件", "number": None, "date": "2024"},
            None,
            "示例协会文件《会费管理办法》，2024年",
        ),
        (
            {"source": "a.docx", "number": None},
            {"address": "", "page": [1, 1]},
            "示例协会《会费管理办法》，2024年6月25日",
        ),
        ({"title": None, "number": None, "date": None, "issuer": None}, None, "《会费.pdf》"),
    ],
)
def test_a_citation_leaves_out_what_is_unknown(
    changes: dict[str, Any], place: dict[str, Any] | None, cited: str
) -> None:
    assert citation_zh({**FULL, **changes}, place) == cited


def test_an_issuer_that_begins_the_title_is_not_said_twice() -> None:
    document = {**FULL, "title": "示例协会章程", "number": None, "date": None}
    assert citation_zh(document) == "《示例协会章程》"


def test_marks_of_titles_inside_a_title_are_the_single_ones() -> None:
    document = {**FULL, "title": "关于印发《章程》的通知", "number": None, "date": None}
    assert citation_zh(document) == "示例协会《关于印发〈章程〉的通知》"


def test_a_citation_is_one_line_that_turns_nothing_around() -> None:
    document = {**FULL, "title": "关于\n\u202e会费\u2066的通知", "number": None, "date": None}
    assert citation_zh(document) == "示例协会《关于 会费的通知》"
