"""What of a question stands in a text, and how close together."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.coverage import MAX_CHARS, STRETCH, Texts, closeness, coverage
from index.privacy import mask

IDF = {"会费": 2.0, "标准": 1.0, "缴纳": 1.0}


def close(analyzer: Analyzer, *texts: str) -> list[float]:
    return closeness(IDF, Texts.of(texts, analyzer)).tolist()


def covered(analyzer: Analyzer, *texts: str, **idf: float) -> list[float]:
    return coverage(idf or IDF, Texts.of(texts, analyzer)).tolist()


def test_what_stands_in_a_text_counts_by_its_weight(analyzer: Analyzer) -> None:
    assert covered(analyzer, "会费的标准", "缴纳", "别的事", "") == [0.75, 0.25, 0, 0]
    assert close(analyzer, "会费的标准", "缴纳", "别的事", "") == [0.75, 0.25, 0, 0]


def test_close_is_within_a_sentence_or_two(analyzer: Analyzer) -> None:
    near, far = "会费" + "中" * 20 + "标准", "会费" + "中" * STRETCH + "标准"
    assert close(analyzer, near, far) == [0.75, 0.5]
    assert covered(analyzer, near, far) == [0.75, 0.75]


def test_nothing_is_close_over_the_end_of_a_text(analyzer: Analyzer) -> None:
    assert close(analyzer, "会费", "标准") == [0.5, 0.25]
    assert covered(analyzer, "会", "费", 会费=1.0) == [0, 0]


def test_saying_it_twice_counts_once(analyzer: Analyzer) -> None:
    assert close(analyzer, "会费会费会费") == [0.5] == covered(analyzer, "会费会费会费")


def test_the_same_text_in_another_script_or_width_counts_alike(analyzer: Analyzer) -> None:
    assert close(analyzer, "會費標準") == close(analyzer, "会费标准") == [0.75]


def test_no_texts_and_no_terms_give_nothing(analyzer: Analyzer) -> None:
    assert close(analyzer) == [] == covered(analyzer)
    assert closeness({"a": 1.0, "2024": 1.0}, Texts.of(["a2024"], analyzer)).tolist() == [0]


@pytest.mark.parametrize(
    "text",
    [
        "联系人万里，电话028-85551234，会费标准见附件",
        "手机一三八：13812345678 缴纳会费",
        "㊀㊂㊇㊀㊁㊂㊃㊄㊅㊆㊇ 电话",
        "QQ：123456789，微信：zhangsan_01，会费",
    ],
)
def test_personal_data_cannot_be_felt_for(analyzer: Analyzer, text: str) -> None:
    """A term made of what is masked counts in neither text, any other in both alike."""
    pairs = {a + b: 1.0 for a, b in pairwise(text)} | {"一三": 1.0, "三八": 1.0}
    for pair in pairs:
        if pair in "〔邮箱〕〔身份证号〕〔电话〕〔QQ〕〔微信〕〔账号〕":
            continue  # the label itself
        whole, masked = closeness({pair: 1.0}, Texts.of([text, mask(text)], analyzer)).tolist()
        assert whole == masked, pair


@given(st.lists(st.text(max_size=60), max_size=5), st.text(alphabet="会费标准一〇的𠀀", max_size=8))
def test_any_text_gives_a_share(analyzer: Analyzer, texts: list[str], question: str) -> None:
    idf = dict.fromkeys([*analyzer.terms(question).words, *analyzer.terms(question).grams], 1.5)
    held = Texts.of(texts, analyzer)
    for shares in (coverage(idf, held), closeness(idf, held)):
        assert len(shares) == len(texts) and ((shares >= 0) & (shares <= 1 + 1e-9)).all()


@given(st.text(max_size=300))
def test_a_text_stays_as_long_as_it_was(analyzer: Analyzer, text: str) -> None:
    assert len(analyzer.codes(text)) == len(text)
    again = analyzer.codes(text)
    assert (again == analyzer.codes(text)).all()


def test_a_pasted_question_takes_no_longer_than_a_long_one(analyzer: Analyzer) -> None:
    """Its rarest terms stand for it: the others change nothing."""
    rare = {f"{chr(0x4E10 + n)}{chr(0x4E11 + n)}": 9.0 for n in range(0, 64, 2)}
    common = {f"{chr(0x5E10 + n)}{chr(0x5E11 + n)}": 1.0 for n in range(0, 200, 2)}
    held = Texts.of(["".join(common)[:MAX_CHARS]], analyzer)
    assert closeness({**rare, **common}, held).tolist() == [0]


def test_a_term_longer_than_all_texts_is_in_none(analyzer: Analyzer) -> None:
    assert covered(analyzer, "全国人民代表大会", 全国人民代表大会常务委员会=1.0) == [0]
