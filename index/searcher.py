"""A question becomes an answer: the one way that page, API and command search.

text -> terms and vector -> both lanes inside the audience -> fusion -> documents -> marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from index.analyzer import FUNCTION_WORDS, Analyzer
from index.collection import Collection
from index.columns import Row, facets
from index.engine import KeywordQuery, Scope, Scored
from index.errors import BadRequest, EncoderUnavailable
from index.fusion import KEYWORD, SEMANTIC, WEIGHTS, fuse
from index.model import Candidate, Hit, Query
from index.notation import find_numbers
from index.projection import document_for, passage_for
from index.records import StoredDocument
from index.snippet import marks

MODES = ("hybrid", KEYWORD, SEMANTIC)
SORTS = ("relevance", "date")
MAX_QUERY_CHARS = 500
MAX_LIMIT = 100
MAX_OFFSET = 1000
# Candidates taken from each lane; totals and facets are counted among them.
DEPTH = 300
_PASSAGES_SHOWN = 3

# A passage below its mode's floor is no answer. Measured with 450 questions of other fields
# (encyclopaedia, papers, news) against two libraries of association documents: the best passage
# of 65 % stays below 0.12, and of the right passages for 34 questions of the field at most three.
FLOORS = {"hybrid": 0.12, KEYWORD: 0.10, SEMANTIC: 0.20}
# Pairs with one of these characters are cut across two words and mean nothing by themselves.
_PARTICLES = frozenset("的了吗呢吧啊呀么嘛")


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document with its best passages; its score is that of the best one."""

    document: StoredDocument
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question found; `total` counts documents, exactly or among the candidates."""

    query: Query
    documents: tuple[FoundDocument, ...]
    total: int
    total_is_exact: bool
    facets: Mapping[str, Sequence[Mapping[str, object]]]
    generation: str
    took_ms: float
    notice: str | None = None


@dataclass(slots=True)
class _Ranking:
    """Candidates of one question, best first, with what was said on the way."""

    candidates: list[Candidate] = field(default_factory=list)
    notice: str | None = None


class Searcher:
    """Answers questions about one collection. Safe to share by threads."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def search(self, query: Query) -> Answer:
        """Raises BadRequest when the query breaks a limit, IndexMismatch when the encoder is
        another than the library was built with."""
        check(query)
        began = perf_counter()
        self.refresh()
        if not query.text.strip():
            return self._listing(query, began)
        ranking = self.rank(query)
        rows, by_document = self._grouped(ranking.candidates)
        order = list(by_document)
        if query.sort == "date":
            order.sort(key=lambda document_id: -rows[document_id].last_day)
        page = order[query.offset : query.offset + query.limit]
        return Answer(
            query,
            self._hydrate(query, {key: by_document[key] for key in page}),
            len(order),
            False,
            facets(rows.values(), query.audience),
            self._generation(),
            (perf_counter() - began) * 1000,
            ranking.notice,
        )

    def refresh(self) -> None:
        """Take up what was ingested since."""
        self._collection.refresh()

    def rank(self, query: Query, *, depth: int = DEPTH, floors: bool = True) -> _Ranking:
        """Passages in order of score, those below the floor left out."""
        engine = self._collection.engine
        scope = Scope(query.audience, query.filter)
        vector, notice = self._vector(query)
        keywords = keyword_query(query.text, self._collection.analyzer)
        best = sum(engine.idf(keywords, query.audience).values()) or 1.0
        keywords = replace(keywords, number_score=best)
        found: dict[str, Scored] = {}
        if query.mode != SEMANTIC and (keywords.words or keywords.grams):
            found[KEYWORD] = engine.search_keyword(keywords, scope, depth)
        if vector is not None:
            found[SEMANTIC] = engine.search_vector(vector, scope, depth)
        filled: dict[str, Scored] = {}
        if vector is not None and len(found) == len(WEIGHTS):
            ids = {name: {i for i, _ in scored} for name, scored in found.items()}
            only_semantic = sorted(ids[SEMANTIC] - ids[KEYWORD])
            filled[KEYWORD] = engine.score_keyword(keywords, scope, only_semantic)
            filled[SEMANTIC] = engine.score_vector(vector, sorted(ids[KEYWORD] - ids[SEMANTIC]))
        for lanes in (found, filled):
            if KEYWORD in lanes:
                lanes[KEYWORD] = [(i, score / best) for i, score in lanes[KEYWORD]]
        alone = next(iter(found)) if len(found) == 1 else None
        candidates = fuse(found, filled, {alone: 1.0} if alone else WEIGHTS)
        if floors:
            floor = FLOORS[alone or "hybrid"]
            candidates = [candidate for candidate in candidates if candidate.score >= floor]
        return _Ranking(candidates, notice)

    def _vector(self, query: Query) -> tuple[NDArray[np.float32] | None, str | None]:
        """The question's vector, or None and what to tell the person about it."""
        if query.mode == KEYWORD:
            return None, None
        try:
            vector = self._collection.encoder().encode_queries([query.text])[0]
        except EncoderUnavailable as error:
            if query.mode == SEMANTIC:
                raise
            return None, f"语义检索暂不可用，以下只按关键词查找。{error}"
        return (vector if vector.any() else None), None

    def _grouped(
        self, candidates: Sequence[Candidate]
    ) -> tuple[dict[str, Row], dict[str, list[Candidate]]]:
        """Candidates by document, documents in order of their best passage."""
        rows: dict[str, Row] = {}
        grouped: dict[str, list[Candidate]] = {}
        for candidate in candidates:
            row = self._collection.engine.columns.document_of(candidate.passage_id)
            if row is not None:
                rows[row.document_id] = row
                grouped.setdefault(row.document_id, []).append(candidate)
        return rows, grouped

    def _hydrate(
        self, query: Query, grouped: Mapping[str, Sequence[Candidate]]
    ) -> tuple[FoundDocument, ...]:
        """Read what will be shown, in one transaction that asks for the audience again."""
        library, analyzer = self._collection.library, self._collection.analyzer
        keywords = keyword_query(query.text, analyzer)
        shown = {key: candidates[:_PASSAGES_SHOWN] for key, candidates in grouped.items()}
        ids = [c.passage_id for candidates in shown.values() for c in candidates]
        with library.reading():
            documents = {d.document_id: d for d in library.documents(shown)}
            passages = {p.passage_id: p for p in library.passages(ids)}
        found = []
        for document_id, candidates in shown.items():
            document = documents.get(document_id)
            if document is None or not query.audience.sees(document.audience):
                continue
            hits = []
            for candidate in candidates:
                if (stored := passages.get(candidate.passage_id)) is None:
                    continue
                passage = passage_for(query.audience, stored)
                hits.append(
                    Hit(
                        passage.passage_id,
                        passage.path,
                        passage.address,
                        passage.pages,
                        passage.text,
                        marks(passage.text, keywords, analyzer),
                        candidate.score,
                        candidate.lanes,
                    )
                )
            if hits:
                shown_document = document_for(query.audience, document)
                found.append(FoundDocument(shown_document, hits[0].score, tuple(hits)))
        return tuple(found)

    def _listing(self, query: Query, began: float) -> Answer:
        """No question, only a filter: its documents, newest first, without passages."""
        rows = self._collection.engine.columns.listing(query.audience, query.filter)
        page = rows[query.offset : query.offset + query.limit]
        with self._collection.library.reading():
            held = {
                d.document_id: d
                for d in self._collection.library.documents([row.document_id for row in page])
                if query.audience.sees(d.audience)
            }
        documents = tuple(
            FoundDocument(document_for(query.audience, held[row.document_id]), 0.0, ())
            for row in page
            if row.document_id in held
        )
        return Answer(
            query,
            documents,
            len(rows),
            True,
            facets(rows, query.audience),
            self._generation(),
            (perf_counter() - began) * 1000,
        )

    def _generation(self) -> str:
        """Names the state that answered: index generation and number of the last change."""
        return f"{self._collection.generation}.{self._collection.library.seq()}"


def keyword_query(text: str, analyzer: Analyzer) -> KeywordQuery:
    """The question's terms, each once; function words only when there is nothing else."""
    terms = analyzer.terms(text)
    words = tuple(dict.fromkeys(terms.words))
    grams = tuple(dict.fromkeys(g for g in terms.grams if not _PARTICLES & set(g)))
    content = tuple(word for word in words if word not in FUNCTION_WORDS)
    numbers = {number.key for number in find_numbers(text) if number.code}
    return KeywordQuery(content or words, grams, tuple(sorted(numbers)))


def check(query: Query) -> None:
    """Raises BadRequest, saying what is allowed."""
    if query.mode not in MODES:
        raise BadRequest(f"mode 只能是 {'、'.join(MODES)}")
    if query.sort not in SORTS:
        raise BadRequest(f"sort 只能是 {'、'.join(SORTS)}")
    if not 1 <= query.limit <= MAX_LIMIT:
        raise BadRequest(f"limit 应在 1 到 {MAX_LIMIT} 之间")
    if not 0 <= query.offset <= MAX_OFFSET:
        raise BadRequest(f"offset 应在 0 到 {MAX_OFFSET} 之间")
    if len(query.text) > MAX_QUERY_CHARS:
        raise BadRequest(f"问题最多 {MAX_QUERY_CHARS} 个字，请缩短后再试")
    if not query.text.strip() and not query.filter:
        raise BadRequest("请输入要找的内容，或至少选择一个筛选条件")
