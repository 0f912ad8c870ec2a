"""What is pasted, checked against a small invented library: exact, near, absent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.citation import ABSENT, EXACT, MAX_SENTENCES, MAX_TEXT_CHARS, NEAR, Citation, Citations
from index.collection import Collection
from index.differences import DATE, NEGATION, NUMBER, WORDS, compared
from index.errors import BadRequest
from index.model import Audience
from ingest.pipeline import ingest

RULES = (
    "会费管理办法\n\n第一条 普通会员单位每年缴纳会费2000元，理事单位每年缴纳会费5000元。\n\n"
    "第二条 会费于每年6月30日以前缴纳。连续两年不缴纳会费的，视为自动退会。\n\n"
    "第三条 咨询请拨打电话0899-5550123，由秘书处答复。\n"
)
SECRET = "会长办公会纪要\n\n会议决定聘任两名专职工作人员，月薪8000元。\n"


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Collection:
    folder = tmp_path_factory.mktemp("citation")
    for audience, text in (("public", RULES), ("staff", SECRET)):
        (folder / audience).mkdir()
        (folder / audience / "文件.txt").write_text(text, "utf-8")
    collection = Collection(folder / "home", create=True, analyzer=analyzer)
    for audience in (Audience.PUBLIC, Audience.STAFF):
        ingest(collection, [folder / audience], audience=audience)
    return collection


def check(collection: Collection, text: str, audience: Audience = Audience.STAFF) -> list[Citation]:
    found = Citations(collection, audience).check(text)
    for citation in found:
        assert (citation.place is None) == (citation.verdict == ABSENT)
        sentence = text[citation.start : citation.end]
        for each in citation.differences:
            assert 0 <= each.given[0] <= each.given[1] <= len(sentence)
            assert citation.place and each.held[1] <= len(citation.place.text)
    return found


def test_every_sentence_gets_its_verdict(collection: Collection) -> None:
    text = (
        "连续两年不缴纳会费的，视为自动退会。会费于每年7月30日以前缴纳。月球上没有高等院校的食堂。"
    )
    assert [each.verdict for each in check(collection, text)] == [EXACT, NEAR, ABSENT]


def test_an_exact_sentence_is_found_whatever_its_spaces_and_signs(collection: Collection) -> None:
    (citation,) = check(collection, "普通会员单位 每年缴纳会费２０００元，\n")
    assert citation.verdict == EXACT and citation.place is not None
    place = citation.place
    assert place.text == "普通会员单位每年缴纳会费2000元"
    assert place.passage.text[place.start : place.end] == place.text
    assert place.document.title == "会费管理办法" and place.passage.address == "第一条"


@pytest.mark.parametrize(
    ("sentence", "kind", "given_part", "held_part"),
    [
        ("普通会员单位每年缴纳会费12000元，理事单位每年缴纳会费5000元。", NUMBER, "12000", "2000"),
        ("会费于每年6月20日以前缴纳。", DATE, "20", "30"),
        ("连续两年缴纳会费的，视为自动退会。", NEGATION, "", "不"),
        ("连续三年不缴纳会费的，视为自动退会。", DATE, "三", "两"),
        ("连续两年不缴纳会费的，视为主动退会。", WORDS, "主", "自"),
    ],
)
def test_what_differs_is_shown_and_named(
    collection: Collection, sentence: str, kind: str, given_part: str, held_part: str
) -> None:
    (citation,) = check(collection, sentence)
    assert citation.verdict == NEAR and citation.place is not None
    (difference,) = citation.differences
    given, held = difference.given, difference.held
    assert difference.kind == kind
    assert sentence[given[0] : given[1]] == given_part
    assert citation.place.text[held[0] : held[1]] == held_part


def test_nobody_is_told_of_what_they_may_not_read(collection: Collection) -> None:
    sentence = "会议决定聘任两名专职工作人员，月薪8000元。"
    assert check(collection, sentence)[0].verdict == EXACT
    hidden = check(collection, sentence, Audience.PUBLIC)[0]
    assert hidden.verdict == ABSENT and hidden.place is None


def test_the_public_cannot_confirm_a_telephone_number(collection: Collection) -> None:
    sentence = "咨询请拨打电话0899-5550123，由秘书处答复。"
    assert check(collection, sentence)[0].verdict == EXACT
    right = check(collection, sentence, Audience.PUBLIC)[0]
    wrong = check(collection, sentence.replace("5550123", "5550124"), Audience.PUBLIC)[0]
    assert right.verdict == wrong.verdict != EXACT
    assert (right.place, right.likeness) == (wrong.place, wrong.likeness)


@pytest.mark.parametrize("text", ["", " \n", "。！", "一" * (MAX_TEXT_CHARS + 1)])
def test_a_text_that_is_too_long_or_says_nothing_is_refused(
    collection: Collection, text: str
) -> None:
    with pytest.raises(BadRequest):
        check(collection, text)


def test_too_many_sentences_are_refused(collection: Collection) -> None:
    with pytest.raises(BadRequest, match=str(MAX_SENTENCES)):
        check(collection, "会费。" * (MAX_SENTENCES + 1))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_differences_stay_inside_any_two_texts(analyzer: Analyzer, one: str, other: str) -> None:
    beside = compared(one, other, analyzer)
    assert 0 <= beside.likeness <= 1
    assert 0 <= beside.span[0] <= beside.span[1] <= len(other)
    for each in beside.differences:
        assert 0 <= each.given[0] <= each.given[1] <= len(one)
        assert beside.span[0] <= each.held[0] <= each.held[1] <= beside.span[1]


@given(st.text(alphabet="会费缴纳两年不3。", min_size=1, max_size=20))
def test_a_text_does_not_differ_from_itself(analyzer: Analyzer, text: str) -> None:
    assert compared(text, text, analyzer).differences == ()
