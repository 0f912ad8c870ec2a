"""What is searched for instead of what stands nowhere, and for whom."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.collection import Collection, encode_missing
from index.model import Audience, Document, Paragraph, Passage, Query
from index.preparation import vector_key
from index.projection import vector_text
from index.records import Source
from index.respelling import HOMOPHONE, INITIALS, LOOK_ALIKE, PINYIN, Respeller
from index.searcher import Answer, Searcher
from index.understanding import SHAPE, SOUND

TEXTS = {
    "江岚省高校后勤协会会费管理办法": (
        "单位会员应当按照会费标准缴纳会费。安徽省的会员由秘书处联系，逾期未缴的予以提醒。",
        Audience.PUBLIC,
    ),
    "后勤党建工作总结": (
        "我们修订了《分支机构管理办法》《财务管理制度》，组织撰写后勤党建心得体会，"
        "理事会听取了汇报，差旅费凭票报销。",
        Audience.PUBLIC,
    ),
    "网络服务指引": ("会场提供WiFi，使用AI助手前请登记PPR-9087型设备。", Audience.PUBLIC),
    "學生宿舍空調用電指引": ("學生宿舍的空調單獨計量。", Audience.PUBLIC),
    "内部薪酬调整方案": (
        "专职工作人员的薪酬调整由会长办公会审定，见《绩效考核细则》。",
        Audience.STAFF,
    ),
}


def fill(home: Path, analyzer: Analyzer, audiences: Iterable[Audience]) -> Collection:
    collection = Collection(home, create=True, analyzer=analyzer)
    library = collection.library
    with collection.writing():
        with library.transaction():
            for title, (text, audience) in TEXTS.items():
                if audience not in audiences:
                    continue
                passage = Passage(0, text, 0, len(text), (1, 1))
                document = Document("txt", (Paragraph(text),), (passage,), title=title)
                key = vector_key(vector_text(title, (), text))
                identity = library.put_document(document, [key], title, 1)
                library.put_source(Source("/x", f"{title}.txt", title, audience, identity))
        encode_missing(library, collection.encoder())
        collection.catch_up()
    return collection


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Collection:
    return fill(tmp_path_factory.mktemp("respelling") / "home", analyzer, Audience)


@pytest.fixture(scope="module")
def respeller(collection: Collection) -> Respeller:
    return Respeller(collection)


@pytest.fixture(scope="module")
def searcher(collection: Collection) -> Searcher:
    return Searcher(collection)


def ask(
    searcher: Searcher, text: str, *literal: str, audience: Audience = Audience.PUBLIC
) -> Answer:
    return searcher.search(Query(text, audience, literal=literal))


def told(answer: Answer) -> list[tuple[str, str, str]]:
    return [(found.kind, found.text, found.value) for found in answer.findings]


@pytest.mark.parametrize(
    ("typed", "part", "value", "how"),
    [
        ("huifei", "huifei", "会费", PINYIN),
        ("HuiFei", "HuiFei", "会费", PINYIN),
        ("hui fei", "hui fei", "会费", PINYIN),
        ("huifei biaozhun", "huifei biaozhun", "会费标准", PINYIN),
        ("huifeibiaozhun", "huifeibiaozhun", "会费标准", PINYIN),
        ("huifeibiaozun", "huifeibiaozun", "会费标准", PINYIN),
        ("缴纳huifei", "huifei", "会费", PINYIN),
        ("xindetihui", "xindetihui", "心得体会", PINYIN),
        ("fzjgglbf", "fzjgglbf", "分支机构管理办法", INITIALS),
        ("cwglzd", "cwglzd", "财务管理制度", INITIALS),
        ("fzjggl", "fzjggl", "分支机构管理", INITIALS),
        ("后勤党建心得体汇", "心得体汇", "心得体会", HOMOPHONE),
        ("理试会", "理试会", "理事会", HOMOPHONE),
        ("报消差旅费", "报消", "报销", HOMOPHONE),
        ("会废标准", "会废标准", "会费标准", HOMOPHONE),
        ("請問會廢標準", "會廢標準", "会费标准", HOMOPHONE),
        ("安微省", "安微省", "安徽省", LOOK_ALIKE),
    ],
)
def test_what_stands_nowhere_is_taken_for_what_stands(
    respeller: Respeller, typed: str, part: str, value: str, how: str
) -> None:
    found = respeller.respell(typed, Audience.PUBLIC)
    assert [(typed[one.start : one.end], one.value, one.how) for one in found] == [
        (part, value, how)
    ]


@pytest.mark.parametrize(
    "typed",
    [
        *("wifi", "WiFi", "AI", "PPR-9087", "ai wifi", "kubernetes", "qq", "hui", "h", "b2b"),
        *("会费", "会費標準", "学生宿舍空调", "公式", "酒店", "会", "会废物", "火星移民"),
        *("huifei@qq.com", "huifei2024", "2024huifei", "a.huifei.cn", ""),
    ],
)
def test_what_stands_or_is_a_word_of_its_own_is_left(respeller: Respeller, typed: str) -> None:
    assert respeller.respell(typed, Audience.PUBLIC) == ()


def test_no_span_of_the_documents_is_ever_respelled(
    respeller: Respeller, searcher: Searcher
) -> None:
    chance = random.Random(3)
    for title, (text, audience) in TEXTS.items():
        for whole in (title, text):
            for _ in range(60):
                start = chance.randrange(len(whole))
                span = whole[start : start + chance.randint(1, 30)]
                assert respeller.respell(span, audience) == (), span


@settings(deadline=None, max_examples=200)
@given(
    st.text(max_size=60)
    | st.text("huifeizgn会费体汇心得安微 '’\"-𠮷😀.*[(\\/~", max_size=80)
    | st.sampled_from(["x" * 500, "zh" * 250, "会废" * 250, "hui fei " * 60, "~hf'fei/会费"]),
    st.booleans(),
)
def test_anything_may_be_typed(respeller: Respeller, text: str, bold: bool) -> None:
    found = respeller.respell(text, Audience.PUBLIC, bold=bold)
    ends = [place for one in found for place in (one.start, one.end)]
    assert ends == sorted(ends) and all(one.start < one.end for one in found)
    for one in found:
        assert respeller.respell(one.value, Audience.PUBLIC) == ()


def test_names_that_are_known_are_left(respeller: Respeller) -> None:
    assert respeller.respell("安微省", Audience.PUBLIC, known=["安微省"]) == ()


def test_the_answer_tells_what_was_searched_and_how(searcher: Searcher) -> None:
    answer = ask(searcher, "fzjgglbf")
    assert told(answer) == [(SOUND, "fzjgglbf", "分支机构管理办法")]
    assert answer.notice == "已按“分支机构管理办法”搜索（拼音首字母）"
    hit = answer.documents[0].hits[0]
    assert "分支机构管理办法" in [hit.text[a:b] for a, b in hit.marks]
    answer = ask(searcher, "后勤党建心得体汇")
    assert answer.notice == "已按“后勤党建心得体会”搜索（同音字）"
    assert ask(searcher, "安微省").findings[0].kind == SHAPE
    plain = ask(searcher, "会费标准")
    assert ask(searcher, "huifei biaozhun").documents == plain.documents
    assert plain.notice is None


def test_what_was_typed_can_be_searched_after_all(searcher: Searcher) -> None:
    answer = ask(searcher, "huifei wifi", "huifei")
    assert told(answer) == [] and "已按" not in (answer.notice or "")
    assert "已按" not in (ask(searcher, "后勤党建心得体汇", "心得体汇").notice or "")


def test_what_was_quoted_or_excluded_is_not_respelled(searcher: Searcher) -> None:
    answer = ask(searcher, '"心得体汇"')
    assert told(answer) == [("phrase", '"心得体汇"', "心得体汇")] and not answer.documents
    assert told(ask(searcher, "会费 -理试会")) == [("exclude", "-理试会", "理试会")]
    assert told(ask(searcher, "标题:huifei")) == [("title", "标题:huifei", "huifei")]


def test_other_questions_are_offered_where_nothing_was_found(searcher: Searcher) -> None:
    assert '"心得体会"' in ask(searcher, '"心得体汇"').suggestions
    assert "会费党建" in ask(searcher, '"会费党建"').suggestions
    for typed in ('"心得体汇"', '"会费党建"', '"huifei"'):
        for text in ask(searcher, typed).suggestions:
            again = ask(searcher, text)
            assert again.documents and not {SOUND, SHAPE} & {f.kind for f in again.findings}
    assert ask(searcher, "会费").suggestions == ()
    assert ask(searcher, "qqwwee").suggestions == ()


def test_an_audience_is_taken_to_mean_only_what_it_may_read(searcher: Searcher) -> None:
    for typed in ("xinchou", "jxkhxz", "薪筹", "zhuanzhi renyuan"):
        assert told(ask(searcher, typed)) == []
        assert not any("薪" in text for text in ask(searcher, f'"{typed}"').suggestions)
    assert told(ask(searcher, "xinchou", audience=Audience.STAFF)) == [(SOUND, "xinchou", "薪酬")]
    assert told(ask(searcher, "jxkhxz", audience=Audience.STAFF))


def test_the_public_is_answered_as_if_nothing_else_were_held(
    tmp_path: Path, analyzer: Analyzer, respeller: Respeller
) -> None:
    alone = Respeller(fill(tmp_path / "alone", analyzer, [Audience.PUBLIC]))
    chance = random.Random(6)
    letters = "".join(text for text, _ in TEXTS.values())
    typed = ["xinchou", "huizhang", "fzjgglbf", "jxkhxz", "薪筹", "huifei", "会长斑公会"]
    typed += ["".join(chance.choices(letters, k=chance.randint(2, 6))) for _ in range(150)]
    for text in typed:
        for bold in (False, True):
            found = alone.respell(text, Audience.PUBLIC, bold=bold)
            assert respeller.respell(text, Audience.PUBLIC, bold=bold) == found, text


def test_a_word_goes_with_the_last_document_that_holds_it(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    collection = fill(tmp_path / "home", analyzer, Audience)
    respeller, library = Respeller(collection), collection.library
    assert respeller.respell("xindetihui", Audience.PUBLIC)
    with collection.writing(), library.transaction():
        for source in library.sources():
            if source.path == "后勤党建工作总结.txt":
                library.delete_source(source)
    collection.refresh()
    assert respeller.respell("xindetihui", Audience.PUBLIC) == ()
    assert respeller.respell("fzjgglbf", Audience.PUBLIC) == ()
    assert respeller.respell("huifei", Audience.PUBLIC)
