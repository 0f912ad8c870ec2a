"""A question becomes an answer: the one way that page, API and command search.

text -> terms and vector -> both lanes inside the audience -> fusion -> documents -> marks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from time import perf_counter

import numpy as np

from index.collection import Collection
from index.errors import BadRequest
from index.fusion import KEYWORD, SEMANTIC
from index.model import Audience, Hit, Query
from index.projection import document_for, passage_for
from index.ranker import DEPTH, Ranker, Ranking
from index.records import StoredDocument, StoredPassage
from index.snippet import marks, terms_to_mark

MODES = ("hybrid", KEYWORD, SEMANTIC)
SORTS = ("relevance", "date")
MAX_QUERY_CHARS = 500
MAX_LIMIT = 100
MAX_OFFSET = 1000
_PASSAGES_SHOWN = 3
# Documents whose best passages are compared at once when copies are folded.
_COMPARED_AT_ONCE = 12
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document with its best passages, and those folded under it: their best passage says
    the same, character for character. `prior` is what its authority added to the score."""

    document: StoredDocument
    score: float
    hits: tuple[Hit, ...]
    prior: float = 0.0
    copies: tuple[StoredDocument, ...] = ()


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


class Searcher:
    """Answers questions about one collection. Safe to share by threads.

    Without `priors` the authority of documents is left out of account.
    """

    def __init__(self, collection: Collection, *, priors: bool = True) -> None:
        self._collection = collection
        self._ranker = Ranker(collection, priors=priors)

    def search(self, query: Query) -> Answer:
        """Raises BadRequest when the query breaks a limit, IndexMismatch when the encoder is
        another than the library was built with."""
        check(query)
        began = perf_counter()
        self.refresh()
        if not query.text.strip():
            return self._listing(query, began)
        ranking = self._ranker.rank(query)
        columns = ranking.columns
        order = np.arange(len(ranking))
        if query.sort == "date":
            order = np.argsort(-columns.last_days(ranking.places), kind="stable")
        return Answer(
            query,
            self._page(query, order.tolist(), ranking),
            len(ranking),
            False,
            columns.facets(ranking.places, query.audience),
            self._generation(),
            (perf_counter() - began) * 1000,
            ranking.notice,
        )

    def ranked_documents(self, query: Query, k: int) -> list[str]:
        """The ids of the k best documents, whatever their score and however alike."""
        ranking = self._ranker.rank(query, depth=max(k, DEPTH), floors=False)
        rows = ranking.columns.rows
        return [rows[place].document_id for place in ranking.places[:k].tolist()]

    def refresh(self) -> None:
        """Take up what was ingested since."""
        self._collection.refresh()

    def _page(
        self, query: Query, order: Sequence[int], ranking: Ranking
    ) -> tuple[FoundDocument, ...]:
        """What will be shown, read in one transaction that asks for the audience again."""
        library = self._collection.library
        rows = ranking.columns.rows
        with library.reading():
            held: dict[int, StoredPassage] = {}
            groups = self._folded(order, ranking, query.offset + query.limit, held)
            groups = groups[query.offset :]
            wanted = {
                passage_id
                for group in groups
                for _, passage_id in ranking.passages(group[0], _PASSAGES_SHOWN)
            }
            held |= {p.passage_id: p for p in library.passages(sorted(wanted - held.keys()))}
            ids = {at: rows[ranking.places[at]].document_id for group in groups for at in group}
            documents = {
                document.document_id: document_for(query.audience, document)
                for document in library.documents(ids.values())
                if query.audience.sees(document.audience)
            }
        terms = terms_to_mark(ranking.keywords)
        shown = []
        for group in groups:
            first, *copies = (documents.get(ids[at]) for at in group)
            hits = self._hits(query.audience, ranking, group[0], terms, held)
            if first is not None and hits:
                shown.append(
                    FoundDocument(
                        first,
                        float(ranking.scores[group[0]]),
                        hits,
                        float(ranking.priors[group[0]]),
                        tuple(copy for copy in copies if copy is not None),
                    )
                )
        return tuple(shown)

    def _folded(
        self,
        order: Sequence[int],
        ranking: Ranking,
        enough: int,
        held: dict[int, StoredPassage],
    ) -> list[list[int]]:
        """The first `enough` documents, each with those after it whose best passage reads the
        same; of such a group the one of highest authority and latest date comes first.

        Passages read on the way go into `held`.
        """
        last_days = ranking.columns.last_days(ranking.places)
        groups: dict[str, list[int]] = {}
        remaining = iter(order)
        while len(groups) < enough and (part := list(islice(remaining, _COMPARED_AT_ONCE))):
            best = [ranking.passages(at, 1)[0][1] for at in part]
            held |= {p.passage_id: p for p in self._collection.library.passages(best)}
            for at, passage_id in zip(part, best, strict=True):
                text = held[passage_id].text if passage_id in held else str(passage_id)
                groups.setdefault(_letters(text), []).append(at)
        for group in groups.values():
            group.sort(key=lambda at: (-ranking.priors[at], -last_days[at]))
        return list(islice(groups.values(), enough))

    def _hits(
        self,
        audience: Audience,
        ranking: Ranking,
        document: int,
        terms: tuple[str, ...],
        held: Mapping[int, StoredPassage],
    ) -> tuple[Hit, ...]:
        """The best passages of one document as this audience reads them, `terms` marked."""
        hits = []
        for at, passage_id in ranking.passages(document, _PASSAGES_SHOWN):
            if (stored := held.get(passage_id)) is None:
                continue
            passage = passage_for(audience, stored)
            hits.append(
                Hit(
                    passage.passage_id,
                    passage.path,
                    passage.address,
                    passage.pages,
                    passage.text,
                    marks(passage.text, terms, self._collection.analyzer),
                    float(ranking.candidates.scores[at]),
                    ranking.candidates.why(at),
                    passage.lead,
                )
            )
        return tuple(hits)

    def _listing(self, query: Query, began: float) -> Answer:
        """No question, only a filter: its documents, newest first, without passages."""
        columns = self._collection.engine.columns
        places = columns.listing(query.audience, query.filter)
        page = [
            columns.rows[place]
            for place in places[query.offset : query.offset + query.limit].tolist()
        ]
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
            len(places),
            True,
            columns.facets(places, query.audience),
            self._generation(),
            (perf_counter() - began) * 1000,
        )

    def _generation(self) -> str:
        """Names the state that answered: index generation and number of the last change."""
        return f"{self._collection.generation}.{self._collection.library.seq()}"


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text)


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
