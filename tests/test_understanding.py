"""What a question means beside its words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.model import Audience, Query
from index.stream import letters_of
from index.timewords import find_times
from index.understanding import MAX_CHARS, Known, Understood, understand

NUMBERS = {
    (2024, "2"): ["川高后思协〔2024〕2号"],
    (2023, "12"): ["江协秘发〔2023〕12号", "江协〔2023〕12号"],
    (2025, "3"): ["江协〔2025〕3号", "江协秘发〔2025〕3号"],
    (2020, "15"): ["〔2020〕15号"],
}
KNOWN = Known(
    ("四川省高等院校后勤协会", "安徽省高等院校后勤协会", "教育部"),
    ("通知", "章程", "办法", "纪要"),
    lambda year, serial: NUMBERS.get((year or 0, serial), []),
    "四川省高等院校后勤协会",
)


def read(analyzer: Analyzer, text: str, *literal: str) -> Understood:
    query = Query(text, Audience.STAFF, as_of="2026-11-22", literal=literal)
    return understand(query, KNOWN, analyzer)


def told(asked: Understood) -> list[tuple[str, str]]:
    return [(finding.kind, finding.value) for finding in asked.findings]


@pytest.mark.parametrize(
    "spelling",
    [
        "川高后思协〔2024〕2号",
        "川高后思协[2024]2号",
        "川高后思协（2024）2号",
        "川高后思协(2024)2号",
        "川高后思协【2024】2号",
        "川高后思协〔2024〕 2 号",
        "川高后思协〔2024〕2",
        "川高后思协〔2024〕第2号",
        "川高后思协2024年第2号",
        "川高后思协2024年2号",
        "川高后思协2024第2号",
        "川高后思协 2024 2号",
        "川高后思协2024-2",
        "川高后思协2024-2号",
        "川高后思协〔二〇二四〕二号",
        "川高后思协二〇二四年第二号",
        "川高后思协〔2024〕02号",
        "川高后思协《2024》2号",
        "川 高 后 思 协〔2024〕2号",
        "川高后思协〔２０２４〕２号",
        "川高后思协2024年第2号文",
        "请问川高后思协〔2024〕2号文件",
        "思协〔2024〕2号",
        "川高后思协 2024年 第2号",
    ],
)
def test_a_document_number_is_understood_in_any_spelling(spelling: str, analyzer: Analyzer) -> None:
    asked = read(analyzer, f"{spelling} 谁可以参加")
    assert asked.wish.numbers == ("川高后思协〔2024〕2号",)
    assert asked.rest.removeprefix("请问").strip() == "谁可以参加"


def test_a_number_that_no_document_has_stays_text(analyzer: Analyzer) -> None:
    asked = read(analyzer, "川高后思协〔2031〕2号 谁可以参加")
    assert not asked.wish.numbers and "2031" in asked.text
    for unsaid in ("2024年2号文 谁参加", "查找2024年第2号", "请问2024年2号文件"):
        assert read(analyzer, unsaid).wish.numbers == ("川高后思协〔2024〕2号",)
    for other in ("财会〔2024〕2号", "2024-2", "2024年2月", "2024 2"):
        assert not read(analyzer, other).wish.numbers
    assert read(analyzer, "江协〔2023〕12号").wish.numbers == ("江协〔2023〕12号",)


def test_numbers_leave_the_rest_of_the_question(analyzer: Analyzer) -> None:
    asked = read(analyzer, "2025年3号文会费标准是多少")
    assert asked.rest == "会费标准是多少" and len(asked.wish.numbers) == 2
    assert [finding.text for finding in asked.findings if finding.kind == "number"] == [
        "2025年3号文"
    ]
    asked = read(analyzer, "江协2025-3 和 川高后思协〔2024〕2号 会费标准")
    assert asked.rest == "和 会费标准"
    assert asked.wish.numbers == ("江协〔2025〕3号", "川高后思协〔2024〕2号")


def test_a_number_without_letters_is_meant_only_by_itself(analyzer: Analyzer) -> None:
    assert read(analyzer, "〔2020〕15号").wish.numbers == ("〔2020〕15号",)
    for text in ("培训班2020年第15期的安排", "2020年第15届年会", "江协〔2020〕15号"):
        assert not read(analyzer, text).wish.numbers


def test_what_is_quoted_must_stand_in_a_document(analyzer: Analyzer) -> None:
    for quoted in ('"文化自强"', "“文化自强”", "＂文化自强＂", "「文化自强」 通知"):
        (exact,) = read(analyzer, quoted).having
        assert exact.letters == "文化自强"
    asked = read(analyzer, '学习 "文化, 自强" "会费"')
    assert [exact.letters for exact in asked.having] == ["文化,自强", "会费"]
    assert asked.rest == "学习" and asked.text == "学习 文化, 自强 会费"


def test_quotation_marks_inside_a_sentence_only_stress(analyzer: Analyzer) -> None:
    asked = read(analyzer, "名为“个体工商户”实为“合伙”怎么办")
    assert not asked.having and asked.text == "名为“个体工商户”实为“合伙”怎么办"
    assert not read(analyzer, '大学生看"黑客"').having
    asked = read(analyzer, '"文化自强" "食堂"，会费')
    assert [exact.letters for exact in asked.having] == ["文化自强", "食堂"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("党日活动 -四川", "四川"),
        ("党日活动 －四川", "四川"),
        ('-"党日活动" 会费', "党日活动"),
        ("党日活动 不是四川的", "四川"),
        ("会费 不要通知", "通知"),
        ("除了四川以外 会费", "四川"),
    ],
)
def test_what_is_excluded_stands_in_no_document(text: str, word: str, analyzer: Analyzer) -> None:
    asked = read(analyzer, text)
    assert [exact.letters for exact in asked.scope.lacking] == [letters_of(word, analyzer)]
    assert word not in asked.text


@pytest.mark.parametrize(
    "text", ["2024-06 会议", "不是会员的能参加吗", "不要紧吧", "A-B 测试", "- 会费", "会费-标准"]
)
def test_what_only_looks_like_an_exclusion_is_none(text: str, analyzer: Analyzer) -> None:
    assert not read(analyzer, text).scope.lacking


def test_a_kind_of_document_is_excluded_by_its_name(analyzer: Analyzer) -> None:
    (exact,) = read(analyzer, "会费 不要通知").scope.lacking
    assert exact.field == "title", "nearly every document says 通知 somewhere"


def test_an_exclusion_taken_literally_is_looked_for(analyzer: Analyzer) -> None:
    asked = read(analyzer, "培训 -四川", "-四川")
    assert asked.text == "培训 四川" and not asked.scope.lacking and not asked.wish.issuers


@pytest.mark.parametrize(
    "text",
    [
        *(
            "应提前15天通知会员吗",
            "基本年费",
            "基本月工资",
            "身份证明年龄",
            "晚上年会",
            "以前三年的会费",
        ),
        *("基本会费标准", "日本会馆", "我会被扣分吗"),
    ],
)
def test_words_are_not_torn_apart(text: str, analyzer: Analyzer) -> None:
    asked = read(analyzer, text)
    assert asked.text == text and asked.wish.period is None and not asked.wish.issuers


def test_all_times_that_are_named_count(analyzer: Analyzer) -> None:
    asked = read(analyzer, "今年和去年的会费")
    assert asked.wish.period == (20250101, 20261231) and asked.rest == "和 会费"
    assert read(analyzer, "2023年和2024年会费").wish.period == (20230101, 20241231)


def test_fields_can_be_named(analyzer: Analyzer) -> None:
    asked = read(analyzer, "标题:会费 发文单位：四川 文种:办法 年份:2024 怎么缴")
    (exact,) = asked.having
    assert (exact.letters, exact.field) == ("会费", "title")
    filter_ = asked.scope.filter
    assert (filter_.issuer, filter_.type, filter_.year) == ("四川", "办法", 2024)
    assert asked.rest == "怎么缴"
    assert read(analyzer, "文号:思协2024第2号").scope.filter.number == "川高后思协〔2024〕2号"
    unknown = read(analyzer, "文号:江协〔1999〕1号")
    assert unknown.scope.filter.number == "江协〔1999〕1号" and unknown.notices
    assert read(analyzer, "时间：下周 地点：泊阳").scope.filter == read(analyzer, "x").scope.filter


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("去年的会费", 20250101, 20251231),
        ("上半年总结", 20260101, 20260630),
        ("2024年下半年 要报送的材料", 20240701, 20241231),
        ("十四五期间", 20210101, 20251231),
        ("“十三五”的成果", 20160101, 20201231),
        ("十五期间", 20010101, 20051231),
        ("近三年", 20240101, 20261122),
        ("最近两个月的通知", 20260923, 20261122),
        ("去年三季度", 20250701, 20250930),
        ("前年下半年", 20240701, 20241231),
        ("二〇二四年度", 20240101, 20241231),
        ("2024年6月25日", 20240625, 20240625),
        ("去年6月", 20250601, 20250630),
        ("上个月", 20261001, 20261031),
        ("上周", 20261109, 20261115),
        ("昨天", 20261121, 20261121),
    ],
)
def test_times_are_understood_as_seen_from_today(text: str, first: int, last: int) -> None:
    (time,) = find_times(text, date(2026, 11, 22))
    assert (time.first, time.last) == (first, last)


@pytest.mark.parametrize("text", ["以前年度", "当前年会", "6月的会", "第十五条", "一年级", "前3名"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert not find_times(text, date(2026, 11, 22))


def test_without_today_words_like_last_year_are_only_words() -> None:
    assert not find_times("去年 上半年 近三年 昨天", None)
    assert [t.first for t in find_times("2024年下半年", None)] == [20240701]


def test_relative_times_leave_the_text_and_absolute_ones_stay(analyzer: Analyzer) -> None:
    assert read(analyzer, "去年的会费").text == "会费"
    assert read(analyzer, "2024年会费").text == "2024年会费"


def test_issuers_places_kinds_and_clauses_are_wished_for(analyzer: Analyzer) -> None:
    asked = read(analyzer, "四川 章程 第十二条第二款")
    assert asked.wish.issuers == ("四川",) and asked.wish.types == ("章程",)
    assert asked.wish.clause == "第十二条"
    asked = read(analyzer, "安徽省高等院校后勤协会怎么入会")
    assert asked.wish.issuers == ("安徽省高等院校后勤协会",)
    assert not read(analyzer, "云南的食堂").wish.issuers, "nobody there issued anything"
    assert read(analyzer, "我会的会费标准").wish.issuers == ("四川省高等院校后勤协会",)
    assert not read(analyzer, "我会员证丢了").wish.issuers


def test_everything_understood_can_be_taken_literally(analyzer: Analyzer) -> None:
    text = '"会费" -安徽 标题:缴费 去年 四川 通知 第三条'
    asked = read(analyzer, text)
    assert len(told(asked)) == 7
    again = read(analyzer, text, *(finding.text for finding in asked.findings))
    assert told(again) == [] and not again.wish and not again.having and not again.scope.lacking
    assert "会费" in again.text and "去年" in again.text


def test_what_nobody_would_type_gets_a_notice_and_no_error(analyzer: Analyzer) -> None:
    assert "500" in read(analyzer, "会费" * MAX_CHARS).notices[0]
    pasted = read(analyzer, '第一条 为了"规范管理"\n标题:会费 -四川')
    assert not pasted.having and not pasted.scope.lacking
    many = read(analyzer, " ".join(f"-词{number}" for number in range(90)))
    assert len(many.scope.lacking) == 20 and many.notices
    assert read(analyzer, '会费 "标准').text == "会费 标准"


_ODD = list('"“”「」-－:：标题文号去年上半第条〔2024〕号不是的四川 \n𠮷😀é\u0301.*[(\\')


@settings(deadline=None, max_examples=300)
@given(
    st.text(
        st.sampled_from(
            list('"“”「」-－:：标题文号去年上半第条〔2024〕号不是的四川 \n𠮷😀é\u0301.*[(\\')
        ),
        max_size=80,
    )
)
def test_any_text_is_understood_somehow(analyzer: Analyzer, text: str) -> None:
    asked = read(analyzer, text)
    again = read(analyzer, text, *(finding.text for finding in asked.findings))
    assert len(again.findings) <= len(asked.findings)
