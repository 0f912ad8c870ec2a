"""Suggestions: what typed beginnings find, in what order, and for whom."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.collection import Collection
from index.errors import BadRequest
from index.model import Audience, Document, Paragraph, Passage
from index.records import Source
from index.suggester import MAX_SUGGESTIONS, Suggester
from index.suggestions import (
    HEADING,
    ISSUER,
    KINDS,
    NUMBER,
    TITLE,
    Speller,
    start_terms,
    wanted_terms,
)

TITLES = (
    "关于印发《会费管理办法》的通知",
    "江岚省高校后勤协会章程",
    "2025年度ＱＱ群管理办法",
    "學生宿舍空調用電指引",
    "川 东 片区 联络组名单",
)
Heads = Sequence[tuple[str, ...]]


class Shelf:
    """A library of made-up documents without text, and what it suggests."""

    def __init__(self, home: Path, analyzer: Analyzer) -> None:
        self.collection = Collection(home, create=True, analyzer=analyzer)
        with self.collection.writing(), self.collection.library.transaction():
            # Two shelves name the same document alike.
            self.collection.library.set_meta({"secret": "shelf"})
        self._suggester = Suggester(self.collection)

    def put(
        self,
        title: str | None,
        audience: Audience = Audience.PUBLIC,
        *,
        number: str | None = None,
        issuer: str | None = None,
        date: str | None = None,
        heads: Heads = ((),),
        replaces: str | None = None,
    ) -> str:
        passages = tuple(Passage(i, "文", 0, 1, (1, 1), path) for i, path in enumerate(heads))
        document = Document(
            "txt", (Paragraph("文"),), passages, title, number, issuer=issuer, date=date
        )
        name = f"{title} {number} {issuer} {date} {heads}"
        library = self.collection.library
        with self.collection.writing(), library.transaction():
            document_id = library.put_document(document, ["x"] * len(heads), name, 1, replaces)
            library.put_source(Source("/x", replaces or document_id, name, audience, document_id))
        return document_id

    def remove(self, document_id: str) -> None:
        library = self.collection.library
        sources = [s for s in library.sources() if s.document_id == document_id]
        with self.collection.writing(), library.transaction():
            for source in sources:
                library.delete_source(source)

    def suggest(
        self, text: str, audience: Audience = Audience.PUBLIC, limit: int = 8
    ) -> list[tuple[str, str, str | None]]:
        found = self._suggester.suggest(text, audience, limit)
        return [(item.text, item.kind, item.document_id) for item in found]

    def texts(self, text: str, audience: Audience = Audience.PUBLIC, limit: int = 8) -> list[str]:
        return [found for found, _, _ in self.suggest(text, audience, limit)]


@pytest.fixture
def shelf(tmp_path: Path, analyzer: Analyzer) -> Shelf:
    return Shelf(tmp_path / "home", analyzer)


@pytest.fixture(scope="module")
def titles(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path_factory.mktemp("titles") / "home", analyzer)
    for title in TITLES:
        shelf.put(title, number="江岚高后协〔2025〕8号", issuer="江岚省高校后勤协会秘书处")
    yield shelf


@pytest.fixture(scope="module")
def spell(analyzer: Analyzer) -> Speller:
    return Speller(analyzer)


def test_a_spelling_is_letters_and_where_words_start(spell: Speller) -> None:
    spelling = spell("关于《會費管理》的通知")
    assert spelling.letters == "关于会费管理的通知"
    words = [spelling.letters[start:] for start in spelling.starts]
    assert words == ["关于会费管理的通知", "会费管理的通知", "管理的通知", "的通知", "通知"]
    number = spell("江岚高后协〔２０２５〕8号")
    assert {number.letters[start:] for start in number.starts} >= {
        *("江岚高后协20258号", "20258号", "8号"),
    }


@settings(deadline=None, max_examples=300)
@given(st.text(min_size=1, max_size=60) | st.text("协会章程 《》、。2０aＡ會\n", max_size=60))
def test_every_beginning_of_a_word_is_among_the_terms(spell: Speller, text: str) -> None:
    spelling = spell(text)
    terms = start_terms(TITLE, [text], spell)
    assert bool(terms) == bool(spelling.letters)
    assert not any(char.isspace() for term in terms for char in term)
    for start in spelling.starts:
        for end in range(start + 1, len(spelling.letters) + 1):
            typed = spelling.letters[start:end]
            assert spell.parts(typed) == (typed,)
            assert spelling.has(typed)
            assert terms.issuperset(wanted_terms(TITLE, [typed], at_start=start == 0))


def test_headings_that_began_before_are_not_indexed_again(spell: Speller) -> None:
    terms = start_terms(HEADING, ["第一章 总则", "第二节 会费"], spell, known=1)
    assert terms.issuperset(wanted_terms(HEADING, ["会费"], at_start=False))
    assert not terms & set(wanted_terms(HEADING, ["总则"], at_start=False))
    assert start_terms(HEADING, ["第一章 总则"], spell, known=1) == set()


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_found_by_all_its_beginnings_as_copied(titles: Shelf, title: str) -> None:
    for end in range(1, len(title) + 1):
        assert title in titles.texts(title[:end]), title[:end]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("会费", TITLES[0]),
        ("《会费管理", TITLES[0]),
        ("會費", TITLES[0]),
        ("会 费", TITLES[0]),
        ("通", TITLES[0]),
        ("通知 会费", TITLES[0]),
        ("章程", TITLES[1]),
        ("qq群", TITLES[2]),
        ("２０２５年度", TITLES[2]),
        ("2025 年度", TITLES[2]),
        ("学生宿舍空调", TITLES[3]),
        ("空调", TITLES[3]),
        ("川东", TITLES[4]),
        ("片区联络", TITLES[4]),
        ("江岚高后协", "江岚高后协〔2025〕8号"),
        ("江岚高后协[2025]8", "江岚高后协〔2025〕8号"),
        ("2025〕8", "江岚高后协〔2025〕8号"),
        ("8号", "江岚高后协〔2025〕8号"),
        ("江岚高后协 8号", "江岚高后协〔2025〕8号"),
        ("秘书", "江岚省高校后勤协会秘书处"),
    ],
)
def test_what_is_typed_finds(titles: Shelf, typed: str, text: str) -> None:
    assert text in titles.texts(typed)


@pytest.mark.parametrize("typed", ["", " 　", "。，《》", "😀", "费管理", "火星", "会费 火星"])
def test_what_finds_nothing(titles: Shelf, typed: str) -> None:
    assert titles.suggest(typed) == []


def test_a_long_beginning_is_compared_to_its_end(shelf: Shelf) -> None:
    same = "关于举办全省高校后勤系统二〇二五年度食堂"
    shelf.put(f"{same}采购培训班的通知")
    shelf.put(f"{same}安全检查的通知")
    assert shelf.texts(f"{same}采") == [f"{same}采购培训班的通知"]
    assert len(shelf.texts(same)) == 2


def test_beginnings_come_first_then_titles_issuers_numbers_headings(shelf: Shelf) -> None:
    one = shelf.put("培训办法", number="培训发〔2024〕1号", date="2024", heads=[("培训安排",)])
    two = shelf.put("关于培训的通知", date="2025", heads=[(), ("一、培训时间",)])
    shelf.put(None, issuer="培训中心")
    shelf.put(None, issuer="江岚省培训中心")
    assert shelf.suggest("培训") == [
        ("培训办法", TITLE, one),
        ("培训中心", ISSUER, None),
        ("培训发〔2024〕1号", NUMBER, one),
        ("培训安排", HEADING, one),
        ("关于培训的通知", TITLE, two),
        ("江岚省培训中心", ISSUER, None),
        ("一、培训时间", HEADING, two),
    ]
    assert shelf.texts("培训", limit=2) == ["培训办法", "培训中心"]
    assert {kind for _, kind, _ in shelf.suggest("培训")} == set(KINDS)


def test_newer_documents_come_first_and_undated_last(shelf: Shelf) -> None:
    for date in ("2023-05-01", None, "2025", "2024-06"):
        shelf.put(f"会费{date}", date=date)
    assert shelf.texts("会费") == ["会费2025", "会费2024-06", "会费2023-05-01", "会费None"]


def test_a_heading_of_many_documents_is_suggested_once_and_hides_no_other(shelf: Shelf) -> None:
    library = shelf.collection.library
    shelf.put("甲", date="1999", heads=[("总结",), ("总则 ",)])
    with shelf.collection.writing(), library.transaction():
        for at in range(300):
            passage = Passage(0, "文", 0, 1, (1, 1), ("总则",))
            document = Document("txt", (Paragraph("文"),), (passage,), f"乙{at}", date="2024")
            name = f"总则{at}"
            document_id = library.put_document(document, ["x"], name, 1)
            library.put_source(Source("/x", name, name, Audience.PUBLIC, document_id))
    assert shelf.texts("总") == ["总则", "总结"]


def test_outer_headings_without_text_of_their_own_are_suggested(shelf: Shelf) -> None:
    shelf.put("章程", heads=[("第一章 总则", "第一节 宗旨"), ("第一章 总则", "第二节 名称")])
    for typed in ("总则", "宗旨", "名称"):
        assert len(shelf.texts(typed)) == 1


def test_each_audience_is_suggested_what_it_may_read(shelf: Shelf) -> None:
    for audience in Audience:
        name = f"会费{audience}"
        shelf.put(name, audience, number=f"会费〔2024〕{audience.rank}号", issuer=f"{name}处")
    assert len(shelf.texts("会费", Audience.PUBLIC)) == 3
    assert len(shelf.texts("会费", Audience.MEMBER)) == 6
    assert len(shelf.texts("会费", Audience.STAFF, 20)) == 9


def test_personal_data_is_neither_suggested_nor_found(shelf: Shelf) -> None:
    title = "关于值班的通知（联系电话0899-5550123）"
    shelf.put(title, heads=[("值班 13984016186 张三",)])
    shown = shelf.texts("值班")
    assert shown == ["值班 〔电话〕 张三", "关于值班的通知（联系电话〔电话〕）"]
    for typed in ("0899", "089955", "5550123", "139", "1398", "13984016186", "值班139"):
        assert shelf.texts(typed) == [], typed
    assert shelf.texts("0899-555", Audience.MEMBER) == [title]


def test_the_public_is_suggested_the_same_as_if_nothing_else_were_held(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    whole, alone = Shelf(tmp_path / "a", analyzer), Shelf(tmp_path / "b", analyzer)
    chance = random.Random(5)
    words = "会费 食堂 采购 章程 培训 安全 检查 宿舍 通知 办法".split()
    gone: list[tuple[Shelf, str]] = []
    for at in range(60):
        audience = chance.choice(list(Audience))
        fields = {
            "number": f"{chance.choice(words)}〔{chance.randint(2020, 2025)}〕{at}号",
            "issuer": f"{chance.choice(words)}处",
            "date": chance.choice(["2024", "2025-03", None]),
            "heads": [(chance.choice(words),), (chance.choice(words), "二、附则")],
        }
        title = "".join(chance.choices(words, k=3))
        for side in (whole, alone):
            if side is whole or audience is Audience.PUBLIC:
                document_id = side.put(title, audience, **fields)  # type: ignore[arg-type]
                if at % 7 == 0:
                    gone.append((side, document_id))
    for side, document_id in gone:
        side.remove(document_id)
    typed = [*words, *"会食采章培安检宿通办2附", "20", "202", "会费 通知", "食堂采购"]
    for text in typed:
        for limit in (1, 8, 20):
            assert whole.suggest(text, limit=limit) == alone.suggest(text, limit=limit), text
    assert any(alone.suggest(text) for text in typed)


def test_what_was_deleted_or_replaced_is_not_suggested(shelf: Shelf) -> None:
    kept, gone = shelf.put("会费管理办法"), shelf.put("会费减免办法", issuer="会费处")
    assert len(shelf.texts("会费")) == 3
    shelf.remove(gone)
    assert shelf.texts("会费") == ["会费管理办法"]
    shelf.put("会员管理办法", replaces=kept)
    assert shelf.texts("会费") == [] and shelf.texts("会员") == ["会员管理办法"]


def test_what_became_secret_is_not_suggested_before_the_index_follows(shelf: Shelf) -> None:
    document_id = shelf.put("会费管理办法")
    assert shelf.texts("会费") == ["会费管理办法"]
    library, engine = shelf.collection.library, shelf.collection.engine
    source = Source("/x", document_id, "x", Audience.STAFF, document_id)
    with library.transaction():
        library.put_source(source)
    assert engine.search_starts(["t会费"], [], Audience.PUBLIC, 5)
    assert shelf.texts("会费") == []


def test_too_much_is_refused(titles: Shelf) -> None:
    assert titles.suggest("会" * 500) == []
    for text, limit in (("会" * 501, 8), ("会", 0), ("会", MAX_SUGGESTIONS + 1)):
        with pytest.raises(BadRequest):
            titles.suggest(text, limit=limit)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80), st.sampled_from(list(Audience)), st.integers(1, MAX_SUGGESTIONS))
def test_any_string_is_a_safe_beginning(
    titles: Shelf, text: str, audience: Audience, limit: int
) -> None:
    assert len(titles.suggest(text, audience, limit)) <= limit


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("hf", TITLES[0]),
        ("hfgl", TITLES[0]),
        ("huif", TITLES[0]),
        ("huifei", TITLES[0]),
        ("hui fei g", TITLES[0]),
        ("HUIFEIGUANLIB", TITLES[0]),
        ("gyyf", TITLES[0]),
        ("zhangcheng", TITLES[1]),
        ("qqqglbf", TITLES[2]),
        ("sskt", TITLES[3]),
        ("kongtiaoyongdian", TITLES[3]),
        ("mingd", TITLES[4]),
        ("jlsgx", "江岚省高校后勤协会秘书处"),
        ("mishuchu", "江岚省高校后勤协会秘书处"),
    ],
)
def test_letters_find_by_sound_and_first_letters(titles: Shelf, typed: str, text: str) -> None:
    assert text in titles.texts(typed)


@pytest.mark.parametrize("typed", ["wifi", "fgl", "huofei", "hfx", "uifei", "h", "huifei火"])
def test_letters_that_are_heard_nowhere_find_nothing(titles: Shelf, typed: str) -> None:
    assert not [text for text in titles.texts(typed) if "会费" in text]


def test_what_is_written_so_comes_before_what_sounds_so(shelf: Shelf) -> None:
    shelf.put("爱好者名单", date="2025")
    shelf.put("AI应用指引", date="2020")
    assert shelf.texts("ai") == ["AI应用指引", "爱好者名单"]


def test_each_audience_hears_what_it_may_read(shelf: Shelf) -> None:
    for audience in Audience:
        shelf.put(
            f"会费{audience.rank}", audience, heads=[("会费标准",)] if audience.rank else [()]
        )
    assert shelf.texts("huifei") == ["会费0"]
    assert set(shelf.texts("huifei", Audience.STAFF)) == {"会费0", "会费1", "会费2", "会费标准"}
    assert shelf.texts("hfbz") == []
