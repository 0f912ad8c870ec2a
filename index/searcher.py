"""A question becomes an answer: the one way that page, API and command search.

text -> terms and vector -> both lanes inside the audience -> fusion -> documents -> marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from time import perf_counter

from index.collection import Collection
from index.columns import facets
from index.errors import BadRequest
from index.fusion import KEYWORD, SEMANTIC
from index.model import Hit, Query
from index.projection import document_for, passage_for
from index.ranker import DEPTH, RankedDocument, Ranker, Ranking, keyword_query
from index.records import StoredDocument, StoredPassage
from index.snippet import marks

MODES = ("hybrid", KEYWORD, SEMANTIC)
SORTS = ("relevance", "date")
MAX_QUERY_CHARS = 500
MAX_LIMIT = 100
MAX_OFFSET = 1000
_PASSAGES_SHOWN = 3
# Documents whose best passages are compared at once when copies are folded.
_COMPARED_AT_ONCE = 20


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
        rows = self._collection.engine.columns.rows
        found = ranking.documents
        if query.sort == "date":
            found = sorted(found, key=lambda document: -rows[document.place].last_day)
        return Answer(
            query,
            self._page(query, found, ranking),
            len(found),
            False,
            facets((rows[document.place] for document in found), query.audience),
            self._generation(),
            (perf_counter() - began) * 1000,
            ranking.notice,
        )

    def ranked_documents(self, query: Query, k: int) -> list[str]:
        """The ids of the k best documents, whatever their score and however alike."""
        ranking = self._ranker.rank(query, depth=max(k, DEPTH), floors=False)
        rows = self._collection.engine.columns.rows
        return [rows[document.place].document_id for document in ranking.documents[:k]]

    def refresh(self) -> None:
        """Take up what was ingested since."""
        self._collection.refresh()

    def _page(
        self, query: Query, found: Sequence[RankedDocument], ranking: Ranking
    ) -> tuple[FoundDocument, ...]:
        """What will be shown, read in one transaction that asks for the audience again."""
        library = self._collection.library
        rows = self._collection.engine.columns.rows
        with library.reading():
            groups = self._folded(found, ranking, query.offset + query.limit)[query.offset :]
            wanted = {
                int(ranking.candidates.ids[at])
                for group in groups
                for at in group[0].candidates[:_PASSAGES_SHOWN]
            }
            passages = {p.passage_id: p for p in library.passages(sorted(wanted))}
            ids = [rows[document.place].document_id for group in groups for document in group]
            documents = {
                document.document_id: document_for(query.audience, document)
                for document in library.documents(ids)
                if query.audience.sees(document.audience)
            }
        shown = []
        for group in groups:
            seen = [documents.get(rows[document.place].document_id) for document in group]
            hits = self._hits(query, group[0], ranking, passages)
            if seen[0] is not None and hits:
                copies = tuple(copy for copy in seen[1:] if copy is not None)
                shown.append(FoundDocument(seen[0], group[0].score, hits, group[0].prior, copies))
        return tuple(shown)

    def _folded(
        self, found: Sequence[RankedDocument], ranking: Ranking, enough: int
    ) -> list[list[RankedDocument]]:
        """The first `enough` documents, each with those after it whose best passage reads the
        same; of such a group the one of highest authority and latest date comes first."""
        rows = self._collection.engine.columns.rows
        groups: dict[str, list[RankedDocument]] = {}
        remaining = iter(found)
        while len(groups) < enough and (part := list(islice(remaining, _COMPARED_AT_ONCE))):
            best = [int(ranking.candidates.ids[document.candidates[0]]) for document in part]
            texts = {p.passage_id: p.text for p in self._collection.library.passages(best)}
            for document, passage_id in zip(part, best, strict=True):
                text = "".join(filter(str.isalnum, texts.get(passage_id, str(passage_id))))
                groups.setdefault(text, []).append(document)
        for group in groups.values():
            group.sort(key=lambda d: (-d.prior, -rows[d.place].last_day))
        return list(islice(groups.values(), enough))

    def _hits(
        self,
        query: Query,
        document: RankedDocument,
        ranking: Ranking,
        passages: Mapping[int, StoredPassage],
    ) -> tuple[Hit, ...]:
        """The best passages of one document as this audience reads them, with their marks."""
        analyzer, candidates = self._collection.analyzer, ranking.candidates
        keywords = keyword_query(query.text, analyzer)
        hits = []
        for at in document.candidates[:_PASSAGES_SHOWN]:
            if (stored := passages.get(int(candidates.ids[at]))) is None:
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
                    float(candidates.scores[at]),
                    candidates.why(at),
                )
            )
        return tuple(hits)

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
