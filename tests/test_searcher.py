"""From a question to an answer, over a small library of invented documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.collection import Collection, encode_missing
from index.columns import Columns
from index.errors import BadRequest, IndexMismatch
from index.model import Audience, Document, Filter, Paragraph, Passage, Query
from index.preparation import vector_key
from index.projection import vector_text
from index.ranker import Ranker
from index.records import Source
from index.searcher import Answer, Searcher

NOTICE = "请参加培训的学员于10月18日到泊阳市报到，联系人：王小，电话0899-5550123。"
TEXTS = {
    "关于举办食品安全培训班的通知": (NOTICE, Audience.PUBLIC, "2025-09-01", ("通知",)),
    "会费管理办法": (
        "第三条 单位会员每年缴纳会费三千元，逾期不缴的由秘书处催缴。",
        Audience.MEMBER,
        "2023-12",
        ("办法",),
    ),
    "会长办公会纪要": (
        "会议决定聘任两名专职工作人员，并暂停发展企业会员。",
        Audience.STAFF,
        "2024-03-05",
        ("纪要",),
    ),
    "高校后勤服务指引": (
        "學生宿舍的空調用電單獨計量，由公寓管理員登記報修。",
        Audience.PUBLIC,
        None,
        ("指引",),
    ),
}


def fill(collection: Collection) -> None:
    library = collection.library
    with collection.writing():
        with library.transaction():
            for title, (text, audience, date, types) in TEXTS.items():
                document = Document(
                    "txt",
                    (Paragraph(text),),
                    (Passage(0, text, 0, len(text), (1, 1)),),
                    title=title,
                    issuer="江岚省高校后勤协会",
                    date=date,
                    years=(int(date[:4]),) if date else (),
                    types=types,
                )
                key = vector_key(vector_text(title, (), text))
                identity = library.put_document(document, [key], title, 1)
                library.put_source(Source("/x", f"{title}.txt", title, audience, identity))
        encode_missing(library, collection.encoder())
        collection.catch_up()


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Searcher:
    home = tmp_path_factory.mktemp("searcher") / "home"
    collection = Collection(home, create=True, analyzer=analyzer)
    fill(collection)
    return Searcher(collection)


def ask(
    searcher: Searcher, text: str, audience: Audience = Audience.STAFF, **how: object
) -> Answer:
    return searcher.search(Query(text, audience, **how))  # type: ignore[arg-type]


def titles(answer: Answer) -> list[str | None]:
    return [found.document.title for found in answer.documents]


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("会费逾期不缴怎么办", "会费管理办法"),
        ("食品安全培训几号报到", "关于举办食品安全培训班的通知"),
        ("宿舍空调坏了找谁报修", "高校后勤服务指引"),
        ("宿舍空調報修", "高校后勤服务指引"),
    ],
)
def test_the_right_document_comes_first_in_every_mode(
    searcher: Searcher, mode: str, question: str, title: str
) -> None:
    assert titles(ask(searcher, question, mode=mode))[0] == title


def test_each_audience_finds_what_is_its_own(searcher: Searcher) -> None:
    question = "会费 纪要 培训 聘任专职工作人员"
    found = {audience: set(titles(ask(searcher, question, audience))) for audience in Audience}
    assert "会长办公会纪要" in found[Audience.STAFF]
    assert "会长办公会纪要" not in found[Audience.MEMBER]
    assert "会费管理办法" in found[Audience.MEMBER]
    assert "会费管理办法" not in found[Audience.PUBLIC]


def test_the_public_reads_no_telephone_and_cannot_search_for_one(searcher: Searcher) -> None:
    (found,) = ask(searcher, "培训联系人电话", Audience.PUBLIC).documents
    assert "〔电话〕" in found.hits[0].text and "5550123" not in found.hits[0].text
    assert not ask(searcher, "5550123", Audience.PUBLIC).documents
    assert ask(searcher, "5550123", Audience.MEMBER).documents[0].hits[0].text == NOTICE


def test_marks_are_offsets_into_the_text_shown(searcher: Searcher) -> None:
    hit = ask(searcher, "宿舍空调").documents[0].hits[0]
    assert [hit.text[a:b] for a, b in hit.marks] == ["宿舍", "空調", "公寓"]
    (plain,) = ask(searcher, "宿舍空调", aliases=False).documents[0].hits
    assert [plain.text[a:b] for a, b in plain.marks] == ["宿舍", "空調"]
    masked = ask(searcher, "培训学员报到", Audience.PUBLIC).documents[0].hits[0]
    assert {"培训", "报到"} <= {masked.text[a:b] for a, b in masked.marks}


def test_why_tells_rank_and_score_of_each_lane(searcher: Searcher) -> None:
    hit = ask(searcher, "缴纳会费").documents[0].hits[0]
    assert hit.why["keyword"].rank == 1 and hit.why["semantic"].rank == 1
    assert hit.parts["keyword"] == pytest.approx(0.6 * hit.why["keyword"].score)
    assert hit.parts["semantic"] == pytest.approx(0.4 * hit.why["semantic"].score)
    assert hit.score == pytest.approx(sum(hit.parts.values()))


def test_changes_taken_up_by_another_thread_meanwhile_mix_no_documents_up(
    tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = Collection(tmp_path / "home", create=True, analyzer=analyzer)
    fill(collection)
    searcher = Searcher(collection)
    before = titles(ask(searcher, "缴纳会费"))
    rank = Ranker.rank

    def rank_while_columns_change(*arguments: Any, **how: Any) -> Any:
        ranking = rank(*arguments, **how)
        collection.engine.columns = Columns(collection.engine.columns.rows[2:])
        return ranking

    monkeypatch.setattr(Ranker, "rank", rank_while_columns_change)
    assert titles(ask(searcher, "缴纳会费")) == before


def test_documents_that_say_the_same_are_folded_under_the_weightiest_and_latest(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    collection = Collection(tmp_path / "home", create=True, analyzer=analyzer)
    text = "校车早上七点从东门发车，晚上九点收车。"
    with collection.writing():
        for title, date, level, says in (
            ("门户转载", "2025-03-01", 3, "校车早上七点，从东门发车；晚上九点收车！"),
            ("旧的通知", "2023-09-01", 0, text),
            ("新的通知", "2024-09-01", 0, text),
            ("另一件事", "2024-09-01", 0, "校车周末停运一半班次，节假日另行通知。"),
        ):
            with collection.library.transaction():
                passage = Passage(0, says, 0, len(says), (1, 1))
                document = Document(
                    "txt", (Paragraph(says),), (passage,), title=title, date=date, authority=level
                )
                key = vector_key(vector_text(title, (), says))
                identity = collection.library.put_document(document, [key], title, 1)
                source = Source("/x", f"{title}.txt", title, Audience.PUBLIC, identity)
                collection.library.put_source(source)
        encode_missing(collection.library, collection.encoder())
        collection.catch_up()
    answer = ask(Searcher(collection), "校车几点从东门发车", Audience.PUBLIC)
    first = answer.documents[0]
    assert first.document.title == "新的通知"
    assert {copy.title for copy in first.copies} == {"门户转载", "旧的通知"}
    assert len(titles(answer)) == len(set(titles(answer))) and answer.total == 4
    plain = ask(Searcher(collection, priors=False), "校车几点从东门发车", Audience.PUBLIC)
    assert all(found.prior == 0 for found in plain.documents)


@pytest.mark.parametrize("question", ["量子纠缠哥本哈根诠释", "。。。？！", "😀", "zzzz"])
def test_what_is_not_there_finds_nothing(searcher: Searcher, question: str) -> None:
    answer = ask(searcher, question)
    assert answer.documents == () and answer.total == 0 and answer.facets["type"] == []


def test_filters_narrow_every_mode(searcher: Searcher) -> None:
    for mode in ("hybrid", "keyword", "semantic"):
        answer = ask(searcher, "食品安全培训和会费", mode=mode, filter=Filter(type="通知"))
        assert set(titles(answer)) == {"关于举办食品安全培训班的通知"}


def test_a_filter_alone_lists_newest_first_and_undated_last(searcher: Searcher) -> None:
    answer = ask(searcher, "", filter=Filter(issuer="江岚省"))
    assert titles(answer) == [
        "关于举办食品安全培训班的通知",
        "会长办公会纪要",
        "会费管理办法",
        "高校后勤服务指引",
    ]
    assert answer.total_is_exact and answer.total == 4


def test_sorting_by_date_and_paging(searcher: Searcher) -> None:
    question = "会费培训会议宿舍"
    everything = ask(searcher, question, sort="date")
    dates = [found.document.date for found in everything.documents]
    assert dates == sorted((d for d in dates if d), reverse=True) + [None] * dates.count(None)
    second = ask(searcher, question, sort="date", limit=1, offset=1)
    assert titles(second) == titles(everything)[1:2] and second.total == everything.total


def test_facets_count_the_documents_found(searcher: Searcher) -> None:
    answer = ask(searcher, "会费培训会议宿舍", Audience.PUBLIC)
    assert {item["value"] for item in answer.facets["type"]} == {"通知", "指引"}
    assert answer.facets["issuer"] == [{"value": "江岚省高校后勤协会", "count": 2}]


@pytest.mark.parametrize(
    "bad",
    [
        Query("", Audience.STAFF),
        Query(" \u3000", Audience.STAFF),
        Query("去年", Audience.STAFF, as_of="昨天"),
        Query("会费", Audience.STAFF, mode="magic"),
        Query("会费", Audience.STAFF, limit=0),
        Query("会费", Audience.STAFF, limit=10_000),
        Query("会费", Audience.STAFF, offset=-1),
        Query("会费", Audience.STAFF, sort="random"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(searcher: Searcher, bad: Query) -> None:
    with pytest.raises(BadRequest):
        searcher.search(bad)


@settings(deadline=None, max_examples=150)
@given(st.text(min_size=1, max_size=80).filter(str.strip), st.sampled_from(list(Audience)))
def test_any_string_is_a_safe_question(searcher: Searcher, text: str, audience: Audience) -> None:
    for found in ask(searcher, text, audience).documents:
        for hit in found.hits:
            assert all(0 <= a < b <= len(hit.text) for a, b in hit.marks)


def test_without_its_encoder_hybrid_answers_by_keyword_and_says_so(
    tmp_path: Path, analyzer: Analyzer, tiny_transformer: Path
) -> None:
    import shutil

    model = tmp_path / "model"
    shutil.copytree(tiny_transformer, model)
    collection = Collection(
        tmp_path / "home", create=True, encoder_name=str(model), analyzer=analyzer
    )
    fill(collection)
    shutil.rmtree(model)
    answer = ask(Searcher(Collection(tmp_path / "home", analyzer=analyzer)), "缴纳会费")
    assert titles(answer)[0] == "会费管理办法"
    assert answer.notice is not None and "关键词" in answer.notice
    assert (
        ask(
            Searcher(Collection(tmp_path / "home", analyzer=analyzer)), "缴纳会费", mode="keyword"
        ).notice
        is None
    )


def test_another_encoder_is_an_error_that_names_rebuild_and_rebuild_does_it(
    tmp_path: Path, analyzer: Analyzer, tiny_transformer: Path
) -> None:
    home, model = tmp_path / "home", str(tiny_transformer)
    collection = Collection(home, create=True, analyzer=analyzer)
    fill(collection)
    serving = Searcher(collection)
    assert titles(ask(serving, "缴纳会费"))[0] == "会费管理办法"
    with pytest.raises(IndexMismatch, match="xiehui rebuild"):
        Collection(home, encoder_name=model, analyzer=analyzer)
    Collection(home, encoder_name=model, must_fit=False, analyzer=analyzer).rebuild()
    fresh = Collection(home, analyzer=analyzer)  # remembers what it was built with
    assert fresh.encoder().dimension == 32
    for searcher in (Searcher(fresh), serving):
        answer = ask(searcher, "章程会费怎么交", mode="semantic")
        assert len(answer.documents) == 4 or answer.total > 0
        assert answer.generation.startswith("2.")
    assert [folder.name for folder in (home / "index").iterdir()] == ["2"]
