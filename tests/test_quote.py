"""The sentence that answers, and when none is given, over a small invented library."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience, Query
from index.privacy import mask
from index.quote import Quote
from index.reply import NOTHING_ANSWERS, Reply
from index.searcher import Answer, Searcher, quoted_first
from ingest.pipeline import ingest

RULES = (
    "会费管理办法\n\n第一条 为规范会费的收取和使用，根据本会章程，制定本办法。\n\n"
    "第二条 会费由秘书处负责收取。会费标准由会员代表大会表决通过。\n\n"
    "第三条 普通会员每年缴纳会费2000元，理事单位每年缴纳会费5000元。\n\n"
    "第四条 会费于每年6月30日以前缴纳；逾期未缴的，由秘书处书面提醒。\n"
)
NOTICE = (
    "关于举办食堂管理培训班的通知\n\n各会员单位：\n\n"
    "培训班定于2025年10月18日在泊阳宾馆举办，食宿费用自理。\n\n"
    "报名联系人：王小，电话0899-5550123，请在9月30日前报名。\n"
)
MEETING = (
    "关于召开2024年年会的通知\n\n各会员单位：\n\n现将年会有关事项通知如下：\n\n"
    "一、参加人员\n\n各会员单位后勤处长和食堂负责人。\n\n"
    "二、年会费用\n\n年会费用标准按以下办法收取：\n\n每人600元，含资料，其余自理。\n"
)
OLD = (
    "用车管理办法（2016年修订）\n\n（2016年5月10日理事会通过）\n\n"
    "第一条 租用车辆每公里收费5元，由秘书处按月结算。\n"
)
NEW = (
    "用车管理办法\n\n（2024年5月10日理事会通过）\n\n"
    "第一条 租用车辆按公里收费，价格由秘书处每年公布。\n"
)
SECRET = "会长办公会纪要\n\n会议决定聘任两名专职工作人员，月薪8000元。\n"
OTHERS = {
    f"{name}管理办法": f"{name}管理办法\n\n第一条 {name}应当登记造册，由专人负责保管。\n"
    for name in ("车辆", "印章", "档案", "机房", "仓库", "会议室", "绿化", "消防")
}


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Searcher:
    folder = tmp_path_factory.mktemp("quote")
    texts = {
        "会费管理办法": RULES,
        "培训通知": NOTICE,
        "年会通知": MEETING,
        "旧": OLD,
        "新": NEW,
        **OTHERS,
    }
    (folder / "public").mkdir()
    (folder / "staff").mkdir()
    for name, text in texts.items():
        (folder / "public" / f"{name}.txt").write_text(text, "utf-8")
    (folder / "staff" / "纪要.txt").write_text(SECRET, "utf-8")
    collection = Collection(folder / "home", create=True, analyzer=analyzer)
    ingest(collection, [folder / "public"], audience=Audience.PUBLIC)
    ingest(collection, [folder / "staff"], audience=Audience.STAFF)
    return Searcher(collection)


def ask(
    searcher: Searcher, text: str, audience: Audience = Audience.STAFF, **how: object
) -> Answer:
    return searcher.search(Query(text, audience, **how))  # type: ignore[arg-type]


def quoted(answer: Answer) -> str:
    """The quote, once it is seen to stand where it says."""
    quote = answer.quote
    assert quote is not None
    texts = {
        hit.passage_id: hit.text
        for found in answer.documents
        if found.document.document_id == quote.document_id
        for hit in found.hits
    }
    assert texts[quote.passage_id][quote.start : quote.end] == quote.text
    return quote.text


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("理事单位会费多少钱", "第三条 普通会员每年缴纳会费2000元，理事单位每年缴纳会费5000元。"),
        ("会费什么时候缴纳", "第四条 会费于每年6月30日以前缴纳；"),
        ("会费由谁收取", "第二条 会费由秘书处负责收取。"),
        ("食堂培训班在哪里举办", "培训班定于2025年10月18日在泊阳宾馆举办，食宿费用自理。"),
        ("年会谁可以参加", "各会员单位后勤处长和食堂负责人。"),  # under 参加人员
        ("年会费用标准是多少", "每人600元，含资料，其余自理。"),  # not what announces it
    ],
)
def test_the_sentence_that_answers_is_quoted(
    searcher: Searcher, question: str, sentence: str
) -> None:
    assert quoted(ask(searcher, question)) == sentence


def test_the_quote_of_a_quotation_is_the_sentence_that_holds_it(searcher: Searcher) -> None:
    assert quoted(ask(searcher, '"会员代表大会表决通过"')) == "会费标准由会员代表大会表决通过。"


def test_nothing_is_quoted_where_nothing_answers(searcher: Searcher) -> None:
    answer = ask(searcher, "月球背面的火山喷发过几次")
    assert answer.quote is None
    assert not answer.documents or NOTHING_ANSWERS in (answer.notice or "")
    answer = ask(searcher, "管理员的密码是多少")
    assert answer.quote is None and answer.documents
    assert NOTHING_ANSWERS in (answer.notice or "")


@pytest.mark.parametrize("year", ["2025年", "二〇二五年", "今年"])
def test_what_tells_of_the_year_is_quoted(searcher: Searcher, year: str) -> None:
    answer = ask(searcher, f"{year}食堂培训班在哪里举办", as_of="2025-03-01")
    assert "泊阳宾馆" in quoted(answer)


@pytest.mark.parametrize(
    ("time", "notice"),
    [
        ("2022年", "没有找到2022年的文件，以下内容仅供参考"),
        ("上个月", "没有找到2025年2月的文件，以下内容仅供参考"),
        ("去年", NOTHING_ANSWERS),  # something is of that year
    ],
)
def test_nothing_is_quoted_of_another_time(searcher: Searcher, time: str, notice: str) -> None:
    answer = ask(searcher, f"{time}食堂培训班在哪里举办", as_of="2025-03-01")
    assert answer.quote is None and "培训" in str(answer.documents[0].document.title)
    assert answer.notice == notice


def test_rules_hold_for_every_year(searcher: Searcher) -> None:
    assert "5000元" in quoted(ask(searcher, "2030年理事单位会费多少钱"))


def test_an_earlier_edition_answers_only_who_asks_for_it(searcher: Searcher) -> None:
    answer = ask(searcher, "租用车辆每公里收费多少")
    assert "5元" not in str(answer.quote) and "5元" in str(answer.documents)
    for question in ("2016年租用车辆每公里收费多少", '"每公里收费5元"'):
        assert "5元" in quoted(ask(searcher, question))


def test_an_answer_is_surer_than_none(searcher: Searcher) -> None:
    sure, unsure = ask(searcher, "理事单位会费多少钱"), ask(searcher, "管理员的密码是多少")
    assert sure.signs and unsure.signs
    assert sure.signs.certainty > 0.8 > 0.3 > unsure.signs.certainty
    assert NOTHING_ANSWERS not in (sure.notice or "")


def test_later_pages_and_lists_by_date_say_nothing_of_an_answer(searcher: Searcher) -> None:
    for how in ({"offset": 1}, {"sort": "date"}):
        answer = ask(searcher, "会费多少钱", **how)
        assert answer.quote is None and answer.signs is None
        assert NOTHING_ANSWERS not in (answer.notice or "")


def test_the_public_is_quoted_nothing_personal(searcher: Searcher) -> None:
    inside = quoted(ask(searcher, "食堂培训班报名电话", Audience.MEMBER))
    outside = quoted(ask(searcher, "食堂培训班报名电话", Audience.PUBLIC))
    assert "0899-5550123" in inside
    assert outside == mask(inside) and "5550123" not in outside and "〔电话〕" in outside


def test_nobody_is_quoted_what_they_may_not_read(searcher: Searcher) -> None:
    question = "专职工作人员月薪多少钱"
    assert "8000元" in quoted(ask(searcher, question))
    hidden = ask(searcher, question, Audience.PUBLIC)
    assert "8000" not in str(hidden)


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet='会费多少钱谁什么时候缴纳培训班电话？，。“”"-20元', max_size=30)
    | st.text(max_size=30),
    st.sampled_from(Audience),
)
def test_a_quote_always_stands_where_it_says(
    searcher: Searcher, question: str, audience: Audience
) -> None:
    if not question.strip():
        return
    answer = ask(searcher, question, audience)
    assert answer.quote is None or quoted(answer)


def test_the_document_quoted_comes_first_where_something_was_asked(searcher: Searcher) -> None:
    documents = ask(searcher, "会费").documents
    assert len(documents) > 1
    last = documents[-1]
    hit = last.hits[-1]
    quote = Quote(hit.text, last.document.document_id, hit.passage_id, hit.pages, "", 0, 1)
    first, *others = quoted_first(documents, Reply(quote, asks=True))
    assert first.document == last.document and others == list(documents[:-1])
    assert first.hits[0] == hit and first.score == documents[0].score
    assert first.wished["quote"] == pytest.approx(documents[0].score - last.score)
    for unmoved in (
        quoted_first(documents, Reply(quote)),
        quoted_first((replace(documents[0], tuned=0.1), *documents[1:]), Reply(quote, asks=True)),
    ):
        assert [each.document for each in unmoved] == [each.document for each in documents]
        assert unmoved[-1].hits[0] == hit
    assert quoted_first(documents, Reply(None)) == documents
