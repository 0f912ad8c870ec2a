"""Lines join by geometry: full line before, line start at the margin, same size."""

from __future__ import annotations

import pytest

from ingest.breaks import display_width, ends_sentence, first_unit, has_marker, join, join_soft
from ingest.furniture import furniture, is_contents_line, is_page_number
from ingest.layout import Line, PageSize, columns, paragraphs

A4 = PageSize(595, 842)
LEFT, RIGHT, SIZE = 80.0, 520.0, 16.0
FULL = 27  # characters of 16 points between the margins


def line(
    text: str,
    row: int,
    indent: float = 0,
    page: int = 1,
    size: float = SIZE,
    x1: float | None = None,
    step: float = 28,
) -> Line:
    x0 = LEFT + indent * SIZE
    end = x0 + size * len(text) if x1 is None else x1
    top = 110 + step * row
    return Line(text, x0, end, top, top + size, size, page=page)


def texts(lines: list[Line], pages: int = 1) -> list[str]:
    return [block.text for block in paragraphs(lines, [A4] * pages)]


def full(char: str, row: int, indent: float = 0, page: int = 1) -> Line:
    return line(char * (FULL - int(indent)), row, indent, page, x1=RIGHT)


def test_full_lines_join_and_an_indent_begins_anew() -> None:
    lines = [full("甲", 0, 2), full("乙", 1), line("丙。", 2), full("丁", 3, 2), line("戊。", 4)]
    assert texts(lines) == ["甲" * 25 + "乙" * 27 + "丙。", "丁" * 25 + "戊。"]


def test_a_short_line_ends_its_paragraph_even_without_a_full_stop() -> None:
    lines = [full("甲", 0, 2), full("乙", 1), line("没有句号", 2), line("另起一段", 3)]
    assert texts(lines)[-1] == "另起一段"


def test_paragraphs_cross_pages() -> None:
    lines = [full("甲", 0, 2), full("乙", 1), full("丙", 0, page=2), line("丁。", 1, page=2)]
    assert len(texts(lines, pages=2)) == 1


def test_another_size_never_joins() -> None:
    lines = [full("甲", 0, 2), full("乙", 1), line("脚注说明", 2, size=10)]
    assert texts(lines)[1] == "脚注说明"


def test_a_signature_on_the_right_does_not_run_into_the_next_page() -> None:
    signature = line("二〇二四年六月", 2, 20, x1=RIGHT)
    lines = [full("甲", 0, 2), full("乙", 1), signature, line("附件：样表", 0, page=2)]
    assert texts(lines, pages=2)[1:] == ["二〇二四年六月", "附件：样表"]


def centred(text: str, row: int, size: float, step: float = 35) -> Line:
    middle, half = (LEFT + RIGHT) / 2, size * len(text) / 2
    top = 110 + step * row
    return Line(text, middle - half, middle + half, top, top + size, size)


BODY = [full("甲", 8, 2), full("乙", 9), full("丙", 10), full("丁", 11), line("戊。", 12)]


def test_title_lines_of_one_large_size_are_one_paragraph() -> None:
    blocks = paragraphs([centred("关于开展活动", 0, 22), centred("的通知", 1, 22), *BODY], [A4])
    assert blocks[0].text == "关于开展活动的通知"
    assert blocks[0].centred and blocks[0].size == 22
    assert not blocks[1].centred


def test_centred_lines_little_larger_than_the_text_stay_apart() -> None:
    blocks = paragraphs([centred("主题活动", 0, 18), centred("方案模板", 1, 18), *BODY], [A4])
    assert [block.text for block in blocks[:2]] == ["主题活动", "方案模板"]


@pytest.mark.parametrize("opening", ["（", "("])
def test_a_bracket_that_closes_on_the_next_centred_line_is_one_note(opening: str) -> None:
    note = centred(f"{opening}2031年6月8日会员代表大会审议", 1, SIZE)
    rest = centred("通过）", 2, SIZE, step=31)
    lines = [full("甲", 3), full("乙", 4)]
    assert texts([note, rest, *lines])[0] == note.text + rest.text
    assert texts([note, centred("第一章总则", 2, SIZE), *lines])[0] == note.text


def test_a_hanging_indent_goes_on() -> None:
    first = line("1.甲" + "乙" * 24, 0, x1=RIGHT)
    second = line("丙" * 25, 1, 1.5, x1=RIGHT)
    third = line("丁。", 2, 1.5)
    lines = [first, second, third, *BODY]
    assert texts(lines)[0].endswith("丁。")


def test_facing_pages_have_their_own_margins() -> None:
    lines = []
    for page in (1, 2):
        for row in range(24):
            shift = 30.0 if page == 2 else 0.0
            top = 110.0 + 28 * row
            lines.append(Line("甲", LEFT + shift, RIGHT + shift, top, top + 16, 16, page=page))
    left, right = columns(lines, [A4, A4])
    assert (left.left, right.left) == (80, 110)


def test_furniture_needs_a_band_and_a_pattern_or_repetition() -> None:
    lines = []
    for page in range(1, 5):
        lines.append(Line("某协会简报", 80, 200, 40, 50, 10, page=page))
        lines.append(Line("2", 80, 90, 400, 410, 10, page=page))  # a cell, not a page number
        lines.append(Line(f"— {page} —", 290, 310, 800, 812, 10, page=page))
    lines.append(Line("末页才有的一行", 80, 200, 790, 800, 10, page=4))
    found = furniture(lines, [A4] * 4)
    assert sorted(found.values()) == ["page_number"] * 4 + ["running_head"] * 4
    assert all(lines[index].text not in ("2", "末页才有的一行") for index in found)


@pytest.mark.parametrize("text", ["— 3 —", "3", "第 3 页 共 9 页", "3/9", "Page 3 of 9", "iv"])
def test_page_numbers_are_known(text: str) -> None:
    assert is_page_number(text)


@pytest.mark.parametrize("text", ["3 月", "第三页", "2024 年", "— 完 —"])
def test_other_short_lines_are_no_page_numbers(text: str) -> None:
    assert not is_page_number(text)


def test_contents_lines_have_leaders_and_a_number() -> None:
    assert is_contents_line("第一章 总则………… 3")
    assert is_contents_line("总则 . . . . . . 12")
    assert not is_contents_line("姓名……")
    assert not is_contents_line("见第 3.2 节")


@pytest.mark.parametrize(
    "text", ["一、概况", "（二）要求", "3.时间", "第四条 会员", "①甲", "附件：表", "——甲", "1.2 乙"]
)
def test_markers_are_known(text: str) -> None:
    assert has_marker(text)


@pytest.mark.parametrize("text", ["2024 年", "12.5 万元", "一起参加", "第四次会议", "（以下简称"])
def test_numbers_in_prose_are_no_markers(text: str) -> None:
    assert not has_marker(text)


def test_joining_adds_a_space_only_between_latin_words() -> None:
    assert join("开展", "活动") == "开展活动"
    assert join("for", "Graduate") == "for Graduate"
    assert join("6 月2", "5 日") == "6 月25 日"
    assert join("共 12", "家") == "共 12家"


def test_small_text_tools() -> None:
    assert ends_sentence("他说：“好。”") and not ends_sentence("总则")
    assert first_unit("”，其余") == "”，" and first_unit("2024 年") == "2024"
    assert display_width("中a“") == 5


def test_soft_breaks_join_only_inside_a_long_sentence() -> None:
    long = "要适应新的形势必须坚持原则并且不断加强自身的思想和组织以及作风建设;"
    assert join_soft([long, "坚持以人为本。"]) == [long + "坚持以人为本。"]
    assert join_soft(["某某协会", "二〇二四年"]) == ["某某协会", "二〇二四年"]
    assert len(join_soft([long, "一、总则"])) == 2
    assert len(join_soft([long, "\u3000\u3000另起一段"])) == 2
    assert join_soft(["关于开展", "活动的通知"], keep_together=True) == ["关于开展活动的通知"]
