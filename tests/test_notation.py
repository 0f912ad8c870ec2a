"""Numerals, 发文字号, dates and clause numbers, as written in every way people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.notation import (
    chinese_int,
    date_span,
    find_clauses,
    find_dates,
    find_number,
    find_numbers,
    number_key,
    parse_clause,
    parse_date,
    parse_int,
    parse_number,
)


@given(st.integers(0, 9999))
def test_every_number_survives_being_written_in_chinese(value: int) -> None:
    assert parse_int(chinese_int(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十二", 12),
        ("一百零三", 103),
        ("二〇二四", 2024),
        ("两", 2),
        ("廿五", 25),
        ("１２", 12),
        ("2O24", 2024),
        ("三万五千", 35000),
        ("甲", None),
        ("", None),
    ],
)
def test_numerals_are_read(text: str, value: int | None) -> None:
    assert parse_int(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "东高后协〔2031〕7号",
        "东高后协[2031]7号",
        "东高后协（2031）7号",
        "东高后协(2031)第7号",
        "东高后协【2031】07号",
        "东高后协﹝2031﹞7号",
        "东高后协〈2031〉7号",
        "东高后协〔２０３１〕７号",
        "东高后协 〔 2031 〕 7 号",
        "东 高 后 协〔2031〕7号",
        "东高后协〔2031〕7",
        "东高后协〔2031〕第7号",
        "东高后协2031年第7号",
        "东高后协2031年7号",
        "东高后协〔二〇三一〕七号",
        "东高后协〔2O31〕7号",
        "根据东高后协〔2031〕7号的要求",
        "请问东高后协〔2031〕7号说了什么",
        "（东高后协〔2031〕7号）",
        "某某协会 东高后协〔2031〕7号",
    ],
)
def test_every_spelling_of_a_number_has_one_key(text: str) -> None:
    assert number_key(text) == "东高后协〔2031〕7号"


@pytest.mark.parametrize(
    "text", ["2031年7月", "（2031）5篇", "张某（2031）", "第7号", "电话028-5550123", "2031年第7期"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number_key(text) is None


def test_a_number_is_taken_apart() -> None:
    number = parse_number("见东高后协〔2031〕7-1号文")
    assert number is not None
    assert (number.code, number.year, number.serial) == ("东高后协", 2031, "7-1")
    assert "见东高后协〔2031〕7-1号文"[number.start : number.end] == "东高后协〔2031〕7-1号"


def test_an_organisations_name_is_no_code() -> None:
    assert number_key("东岭协会文件〔2031〕3号") == "〔2031〕3号"
    assert find_number("东岭银行公告（2031）第15号") == "〔2031〕第15号"


def test_two_numbers_in_a_sentence_are_both_found() -> None:
    found = find_numbers("东高后协〔2030〕12号和东后发〔2031〕1号同时废止")
    assert [number.key for number in found] == ["东高后协〔2030〕12号", "东后发〔2031〕1号"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2031年6月25日", "2031-06-25"),
        ("2031 年 6 月", "2031-06"),
        ("2031年", "2031"),
        ("二〇三一年六月二十五日", "2031-06-25"),
        ("二○三一年三月", "2031-03"),
        ("2031-06-25", "2031-06-25"),
        ("2031.6.25", "2031-06-25"),
        ("2031/6/25", "2031-06-25"),
        ("2O31年6月1日", "2031-06-01"),
        ("２０３１年６月", "2031-06"),
        ("2031", "2031"),
        ("2031-02-30", None),
        ("2031年13月", None),
        ("6月25日", None),
        ("今天", None),
    ],
)
def test_dates_are_as_precise_as_written(text: str, date: str | None) -> None:
    assert parse_date(text) == date


def test_dates_are_found_in_place() -> None:
    text = "自2031年7月1日起施行，2029年3月的规定废止"
    found = [(mention.date, text[mention.start : mention.end]) for mention in find_dates(text)]
    assert found == [("2031-07-01", "2031年7月1日"), ("2029-03", "2029年3月")]


def test_a_date_spans_its_days() -> None:
    assert date_span("2032-02") == (20320201, 20320229)
    assert date_span("2031") == (20310101, 20311231)
    assert date_span("2031-06-25") == (20310625, 20310625)


def test_clause_numbers_have_one_form() -> None:
    assert str(parse_clause("第12条第2款第（三）项")) == "第十二条第二款第三项"
    assert str(parse_clause("章程 第 十二 条之一")) == "第十二条之一"
    assert parse_clause("第二款") is None
    assert [str(number) for number, _, _ in find_clauses("第三条和第五条")] == ["第三条", "第五条"]


@given(st.text(max_size=300))
def test_any_text_is_safe(text: str) -> None:
    for mention in find_dates(text):
        assert date_span(mention.date)[0] <= date_span(mention.date)[1]
    for number in find_numbers(text):
        assert 0 <= number.start < number.end <= len(text)
    find_clauses(text)
