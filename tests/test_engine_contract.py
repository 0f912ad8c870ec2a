"""What every engine must do; run against each of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from brute_engine import BruteEngine
from index.analyzer import Analyzer
from index.columns import read_columns
from index.embedded import EmbeddedEngine
from index.engine import NAME, TEXT, Engine, Exact, KeywordQuery, Scope
from index.indexer import Indexer
from index.lexicon import by_initials, by_sound, written
from index.library import Library
from index.model import Audience, Document, Filter, Paragraph, Passage
from index.ranker import keyword_query
from index.records import Source
from index.sounds import heard
from index.stream import letters_of
from index.thesaurus import SAME, Way

ENCODER, DIMENSION = "test-encoder", 16
WORDS = "食堂 采购 会费 缴纳 宿舍 空调 培训 报名 章程 修订 理事会 决议 安全 检查 校车 时刻".split()
TYPES = ("通知", "章程", "办法", "总结")
ISSUERS = ("江岚省后勤协会", "江岚省后勤协会秘书处", "泊阳大学", None)
DATES = ("2023-03-01", "2023-12", "2024", "2024-06-25", "2025-01-31", None)

Fill = Callable[[int], None]


class Shelf:
    """A library with made-up documents and an engine that follows it."""

    def __init__(self, home: Path, engine: Engine, analyzer: Analyzer) -> None:
        self.library = Library(home, create=True)
        self.engine = engine
        self.analyzer = analyzer
        self.ids: list[str] = []

    def add(self, number: int, audience: Audience | None = None) -> str:
        chance = random.Random(number)
        text = "，".join(chance.choices(WORDS, k=chance.randint(4, 12))) + "的规定"
        passage = Passage(0, text, 0, len(text), (1, 1))
        date = chance.choice(DATES)
        document = Document(
            "txt",
            (Paragraph(text),),
            (passage,),
            title=" ".join(chance.sample(WORDS, 2)),
            number=f"江协〔{2020 + number % 6}〕{number}号",
            issuer=chance.choice(ISSUERS),
            date=date,
            years=(int(date[:4]),) if date else (),
            types=tuple(chance.sample(TYPES, chance.randint(0, 2))),
        )
        vector = np.random.default_rng(number).normal(size=DIMENSION).astype(np.float32)
        key = f"vector-{number}"
        with self.library.transaction():
            self.library.put_vectors(ENCODER, {key: vector / np.linalg.norm(vector)})
            document_id = self.library.put_document(document, [key], f"hash-{number}", 1)
            seen = audience or list(Audience)[number % 3]
            source = Source("/made/up", f"{number}.txt", f"hash-{number}", seen, document_id)
            self.library.put_source(source)
        self.ids.append(document_id)
        return document_id

    def remove(self, document_id: str) -> None:
        source = next(s for s in self.library.sources() if s.document_id == document_id)
        with self.library.transaction():
            self.library.delete_source(source)

    def follow(self) -> None:
        indexer = Indexer(self.library, self.engine, self.analyzer)
        indexer.catch_up()
        indexer.commit()
        self.engine.refresh(self.library)

    def keyword_ids(self, scope: Scope, question: str = "规定") -> set[int]:
        query = keyword_query(question, self.analyzer)
        return {i for i, _ in self.engine.search_keyword(query, scope, 1000)}

    def vector_ids(self, scope: Scope) -> set[int]:
        return {i for i, _ in self.engine.search_vector(unit(0), scope, 1000)}


def unit(seed: int) -> np.ndarray:
    vector = np.random.default_rng(1000 + seed).normal(size=DIMENSION).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@pytest.fixture(params=["embedded", "brute"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path, analyzer: Analyzer) -> Iterator[Shelf]:
    engine: Engine = (
        BruteEngine(ENCODER)
        if request.param == "brute"
        else EmbeddedEngine(tmp_path / "index", ENCODER, DIMENSION)
    )
    shelf = Shelf(tmp_path / "home", engine, analyzer)
    for number in range(60):
        shelf.add(number)
    shelf.follow()
    yield shelf
    shelf.library.close()


def filters() -> list[Filter]:
    chance = random.Random(7)
    made = [Filter()]
    for _ in range(90):
        made.append(
            Filter(
                type=chance.choice([None, None, *TYPES, "没有的文种"]),
                issuer=chance.choice([None, None, "江岚", "秘书处", "大学", "火星"]),
                year=chance.choice([None, None, 2023, 2024, 1999]),
                date_from=chance.choice([None, None, "2023-12-15", "2024", "2024-06"]),
                date_to=chance.choice([None, None, "2024-06-24", "2024-06", "2025"]),
                number=chance.choice([None, None, None, "江协[2024]4号", "江协〔2021〕7号"]),
            )
        )
    return made


@pytest.mark.parametrize("audience", list(Audience))
def test_both_lanes_let_the_same_passages_through_every_filter(
    shelf: Shelf, audience: Audience
) -> None:
    sizes = set()
    for filter_ in filters():
        scope = Scope(audience, filter_)
        assert shelf.keyword_ids(scope) == shelf.vector_ids(scope), filter_
        sizes.add(len(shelf.keyword_ids(scope)))
    assert len(sizes) > 3, "the filters should differ in what they let through"


def exacts() -> list[tuple[tuple[Exact, ...], tuple[Exact, ...]]]:
    """Pieces across words, single characters, titles and what stands nowhere."""
    chance = random.Random(8)
    pieces = ["会费", "费,食", "堂采购", "的规定", "规", "车", "章程", "校车", ",", "没有", "培训"]
    made = []
    for _ in range(60):
        chosen = [Exact(chance.choice(pieces), chance.choice([TEXT, TEXT, NAME])) for _ in "123"]
        cut = chance.randint(0, 2)
        made.append((tuple(chosen[:cut]), tuple(chosen[cut : chance.randint(cut, 3)])))
    return made


@pytest.mark.parametrize("audience", list(Audience))
def test_what_must_and_must_not_stand_in_a_document_holds_in_every_lane(
    shelf: Shelf, audience: Audience
) -> None:
    columns, sizes = read_columns(shelf.library), set()
    for at, (filter_, (having, lacking)) in enumerate(zip(filters(), exacts(), strict=False)):
        filter_ = filter_ if at % 3 == 0 else Filter()
        scope = Scope(audience, filter_, having, lacking)
        places = shelf.engine.documents(scope, columns)
        days = columns.last_days(places).tolist()
        assert days == sorted(days, reverse=True)
        first = {columns.rows[place].first for place in places.tolist()}
        assert first == shelf.keyword_ids(scope) == shelf.vector_ids(scope), scope
        sizes.add(len(first))
    assert len(sizes) > 5, "the quotations should differ in what they let through"


def test_a_quotation_is_found_where_it_stands_and_nowhere_else(shelf: Shelf) -> None:
    texts = {document_id: shelf.library.body(document_id) for document_id in shelf.ids}
    columns, chance = read_columns(shelf.library), random.Random(9)
    for _ in range(200):
        text = texts[chance.choice(shelf.ids)]["paragraphs"][0]["text"]  # type: ignore[index]
        start = chance.randrange(len(text))
        letters = letters_of(text[start : start + chance.randint(1, 12)], shelf.analyzer)
        holding = Scope(Audience.STAFF, having=(Exact(letters),))
        found = shelf.engine.documents(holding, columns)
        assert {columns.rows[place].document_id for place in found.tolist()} == {
            document_id
            for document_id, body in texts.items()
            if letters in letters_of(body["paragraphs"][0]["text"], shelf.analyzer)  # type: ignore[index]
        }


def test_an_audience_sees_what_is_its_own_and_what_those_before_it_see(shelf: Shelf) -> None:
    seen = {audience: shelf.keyword_ids(Scope(audience)) for audience in Audience}
    assert len(seen[Audience.PUBLIC]) == 20
    assert len(seen[Audience.STAFF]) == 60
    assert seen[Audience.PUBLIC] < seen[Audience.MEMBER] < seen[Audience.STAFF]


def test_results_come_best_first_and_ties_by_passage(shelf: Shelf) -> None:
    query = keyword_query("食堂采购规定", shelf.analyzer)
    for scored in (
        shelf.engine.search_keyword(query, Scope(Audience.STAFF), 50),
        shelf.engine.search_vector(unit(1), Scope(Audience.STAFF), 50),
    ):
        assert list(scored) == sorted(scored, key=lambda item: (-item[1], item[0]))
        assert len(scored) == len({i for i, _ in scored}) > 10


def test_an_unknown_term_finds_nothing(shelf: Shelf) -> None:
    query = keyword_query("量子纠缠", shelf.analyzer)
    assert not len(shelf.engine.search_keyword(query, Scope(Audience.STAFF), 10))


def test_scoring_given_passages_agrees_with_searching(shelf: Shelf) -> None:
    scope = Scope(Audience.MEMBER)
    some = sorted(shelf.vector_ids(scope))[::3]
    nearest = dict(shelf.engine.search_vector(unit(2), scope, 1000))
    again = dict(shelf.engine.score_vector(unit(2), np.array([*some, 10**9])))
    assert again == pytest.approx({i: nearest[i] for i in some}, abs=1e-6)


@pytest.mark.parametrize("audience", list(Audience))
def test_starts_find_the_newest_with_what_is_wanted_and_nothing_unwanted(
    shelf: Shelf, audience: Audience
) -> None:
    titles = {d.document_id: d.title or "" for d in shelf.library.documents()}
    rows = [row for row in read_columns(shelf.library).rows if row.audience <= audience.rank]
    rows.sort(key=lambda row: (-row.last_day, row.first))
    for word, other in pairwise(WORDS):
        having = [row for row in rows if word in titles[row.document_id].split()]
        ids = [row.first for row in having]
        without = [row.first for row in having if other not in titles[row.document_id].split()]
        wanted, unwanted = f"t{word}", f"t{other}"
        assert shelf.engine.search_starts([wanted], [], audience, 1000) == ids
        assert shelf.engine.search_starts([wanted], [], audience, 2) == ids[:2]
        assert shelf.engine.search_starts([wanted], [unwanted], audience, 1000) == without
        both = [i for i in ids if i not in without]
        assert shelf.engine.search_starts([wanted, unwanted], [], audience, 1000) == both
    assert shelf.engine.search_starts(["t量子"], [], audience, 10) == []


@pytest.mark.parametrize("audience", list(Audience))
def test_terms_are_missing_that_an_audience_reads_nowhere(shelf: Shelf, audience: Audience) -> None:
    terms = shelf.analyzer.terms("，".join([*WORDS, "江协", "量子纠缠", "堂采"]))
    query = KeywordQuery(tuple(terms.words), tuple(terms.grams))
    texts = read_by(shelf, audience)
    heads = [f"{d.title} {d.number}" for d in shelf.library.documents() if d.document_id in texts]
    held = [shelf.analyzer.terms(text) for text in (*texts.values(), *heads)]
    words = {word for one in held for word in one.words}
    grams = {gram for one in held for gram in one.grams}
    expected = (set(query.words) - words) | (set(query.grams) - grams)
    assert shelf.engine.missing(query, audience) == expected
    assert {"量子", "纠缠", "堂采"} <= expected and "规定" not in expected


@pytest.mark.parametrize("audience", list(Audience))
def test_spellings_are_of_the_words_and_names_an_audience_reads(
    shelf: Shelf, audience: Audience
) -> None:
    def count(word: str) -> int:
        beginning = by_sound(heard(word))
        return dict(shelf.engine.spellings(beginning, audience, 9)).get(beginning + word, 0)

    titles = {d.document_id: d.title or "" for d in shelf.library.documents()}
    for word in WORDS:
        texts = read_by(shelf, audience)
        held = sum(word in text or word in titles[at] for at, text in texts.items())
        assert count(word) == held, word
    assert len(shelf.engine.spellings("'", audience, 3)) == 3
    assert shelf.engine.spellings("'lian'zi/", audience, 3) == []
    names = shelf.engine.spellings(by_initials("stcg", whole=False), Audience.STAFF, 9)
    assert {written(term)[:4] for term, _ in names} <= {"食堂采购"}


def read_by(shelf: Shelf, audience: Audience) -> dict[str, str]:
    """The text of each document that an audience may read."""
    return {
        row.document_id: shelf.library.body(row.document_id)["paragraphs"][0]["text"]  # type: ignore[index]
        for row in read_columns(shelf.library).rows
        if row.audience <= audience.rank
    }


def test_deleted_documents_are_found_in_no_lane(shelf: Shelf) -> None:
    before = shelf.keyword_ids(Scope(Audience.STAFF))
    for document_id in shelf.ids[:10]:
        shelf.remove(document_id)
    shelf.follow()
    after = shelf.keyword_ids(Scope(Audience.STAFF))
    assert len(after) == len(before) - 10
    found = {
        i
        for year in range(2020, 2026)
        for i in shelf.engine.search_starts([f"n{year}"], [], Audience.STAFF, 1000)
    }
    assert found == after
    assert after == shelf.vector_ids(Scope(Audience.STAFF))
    for document_id in shelf.ids[10:]:
        shelf.remove(document_id)
    shelf.follow()
    query = KeywordQuery(("食堂", "规定"), ("食堂", "规定"))
    assert shelf.engine.missing(query, Audience.STAFF) == {"食堂", "规定"}
    assert shelf.engine.spellings("'", Audience.STAFF, 9) == []


def test_nothing_is_there_twice_when_the_same_changes_are_followed_again(shelf: Shelf) -> None:
    shelf.engine.commit(0)  # as after a crash that lost the number
    shelf.follow()
    query = keyword_query("规定", shelf.analyzer)
    scored = shelf.engine.search_keyword(query, Scope(Audience.STAFF), 1000)
    assert sorted(i for i, _ in scored) == sorted(shelf.vector_ids(Scope(Audience.STAFF)))


def test_the_number_of_the_last_change_is_remembered(shelf: Shelf) -> None:
    assert shelf.engine.seq == shelf.library.seq() > 0


def test_scores_of_the_public_do_not_depend_on_what_it_cannot_see(
    shelf: Shelf, tmp_path: Path, analyzer: Analyzer
) -> None:
    alone = Shelf(tmp_path / "alone", BruteEngine(ENCODER), analyzer)
    if isinstance(shelf.engine, EmbeddedEngine):
        alone.engine = EmbeddedEngine(tmp_path / "alone-index", ENCODER, DIMENSION)
    for number in range(0, 60, 3):  # those that are public
        alone.add(number)
    alone.follow()
    query, scope = keyword_query("会费缴纳通知", analyzer), Scope(Audience.PUBLIC)
    scores = [
        [s for _, s in side.engine.search_keyword(query, scope, 9)] for side in (shelf, alone)
    ]
    assert scores[0] == pytest.approx(scores[1]) and len(scores[0]) > 3
    assert shelf.engine.idf(query, Audience.PUBLIC) == pytest.approx(
        alone.engine.idf(query, Audience.PUBLIC)
    )


def test_the_embedded_engine_scores_as_the_formula_says(tmp_path: Path, analyzer: Analyzer) -> None:
    sides = [
        Shelf(tmp_path / "a", EmbeddedEngine(tmp_path / "index", ENCODER, DIMENSION), analyzer),
        Shelf(tmp_path / "b", BruteEngine(ENCODER), analyzer),
    ]
    for side in sides:
        for number in range(40):
            side.add(number, Audience.PUBLIC)
        side.follow()
    for question in ("食堂采购", "会费什么时候缴纳", "宿舍空调", "章程修订决议", "校车时刻"):
        ways = [Way("会费", ("采购", "校车时刻"), SAME), Way("食堂", ("宿舍",), SAME)]
        used = [way for way in ways if way.word in question]
        query, scope = keyword_query(question, analyzer, ways=used), Scope(Audience.PUBLIC)
        assert len(query.slots) == len(used)
        ours, formula = (side.engine.search_keyword(query, scope, 10) for side in sides)
        assert [s for _, s in ours] == pytest.approx([s for _, s in formula], rel=0.02)


def test_an_engine_reopened_from_disk_answers_the_same(tmp_path: Path, analyzer: Analyzer) -> None:
    def engine() -> EmbeddedEngine:
        return EmbeddedEngine(tmp_path / "index", ENCODER, DIMENSION)

    shelf = Shelf(tmp_path / "home", engine(), analyzer)
    for number in range(20):
        shelf.add(number)
    shelf.follow()
    scope = Scope(Audience.STAFF)
    before = shelf.keyword_ids(scope), shelf.vector_ids(scope)
    assert isinstance(shelf.engine, EmbeddedEngine)
    shelf.engine.close()
    (tmp_path / "index" / "vectors.faiss").write_bytes(b"damaged")
    shelf.engine = engine()
    shelf.follow()
    assert (shelf.keyword_ids(scope), shelf.vector_ids(scope)) == before
