"""A question becomes an answer: the one way that page, API and command search.

text -> terms and vector -> both lanes inside the audience -> fusion -> documents -> marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

import numpy as np

from index.alternatives import alternatives
from index.certainty import Signs
from index.collection import Collection
from index.engine import Scope
from index.errors import BadRequest
from index.fusion import KEYWORD, SEMANTIC
from index.judged import Judged
from index.model import Audience, Query
from index.notation import parse_date
from index.quote import QUOTED, Quote
from index.ranker import DEPTH, Ranker, keyword_query
from index.reply import Reply, replied
from index.respelling import Respeller, Respelling
from index.shown import FoundDocument, found, listed
from index.understanding import (
    FIELD_NAMES,
    MAX_CHARS,
    SHAPE,
    SOUND,
    Finding,
    Known,
    Understood,
    understand,
)

MODES = ("hybrid", KEYWORD, SEMANTIC)
SORTS = ("relevance", "date")
MAX_QUERY_CHARS = MAX_CHARS
MAX_LIMIT = 100
MAX_OFFSET = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question found; `total` counts documents, exactly or among the candidates.

    `signs` tell how surely something answers it, None where that was not asked.
    `suggestions` are other questions that find something, when this one finds nothing.
    """

    query: Query
    documents: tuple[FoundDocument, ...]
    total: int
    total_is_exact: bool
    facets: Mapping[str, Sequence[Mapping[str, object]]]
    generation: str
    took_ms: float
    findings: tuple[Finding, ...] = ()
    notice: str | None = None
    quote: Quote | None = None
    signs: Signs | None = None
    suggestions: tuple[str, ...] = ()


class Searcher:
    """Answers questions about one collection. Safe to share by threads.

    Without `priors` the authority of documents is left out of account. `home` is the name of the
    association whose library this is: what 我会 means.
    """

    def __init__(
        self, collection: Collection, *, priors: bool = True, home: str | None = None
    ) -> None:
        self._collection = collection
        self._ranker = Ranker(collection, priors=priors)
        self._respeller = Respeller(collection)
        self._home = home

    def search(self, query: Query) -> Answer:
        """Raises BadRequest when the query breaks a limit, IndexMismatch when the encoder is
        another than the library was built with."""
        check(query)
        began = perf_counter()
        self.refresh()
        asked = self._understood(query)
        if not asked.text:
            return self._listing(query, asked, began)
        ranking = self._ranker.rank(asked)
        columns = ranking.columns
        order = np.arange(len(ranking))
        if query.sort == "date":
            order = np.argsort(-columns.last_days(ranking.places), kind="stable")
        documents = found(self._collection, query, asked, order.tolist(), ranking)
        reply = replied(self._collection, query, asked, ranking, documents)
        return Answer(
            query,
            quoted_first(documents, reply),
            len(ranking),
            bool(asked.having),
            columns.facets(ranking.places, query.audience),
            self._generation(),
            (perf_counter() - began) * 1000,
            asked.findings,
            _notice(asked, ranking.notice, reply.notice),
            reply.quote,
            reply.signs,
            () if len(ranking) else self._suggestions(query),
        )

    def _suggestions(self, query: Query) -> tuple[str, ...]:
        """What else could be asked, if it finds anything in the same part of the library."""
        found = []
        for text in alternatives(query.text, partial(self._doubted, query.audience)):
            asked = self._understood(replace(query, text=text))
            again = any(finding.kind in (SOUND, SHAPE) for finding in asked.findings)
            if asked.text and not again and self._is_known(asked, query.audience):
                found.append(text)
        return tuple(found)

    def _is_known(self, asked: Understood, audience: Audience) -> bool:
        """Whether most of a question stands in what this audience reads, and finds something."""
        words = keyword_query(asked.rest, self._collection.analyzer)
        missing = self._collection.engine.missing(words, audience)
        lost = sum(len(word) for word in words.words if word in missing)
        whole = sum(map(len, words.words))  # nothing where all of it is quoted
        return (not whole or 2 * lost < whole) and len(self._ranker.rank(asked)) > 0

    def _doubted(self, audience: Audience, text: str) -> Sequence[Respelling]:
        known = (*FIELD_NAMES, *self._collection.engine.columns.issuer_names(audience))
        names = [name for name in known if name in text]
        return self._respeller.respell(text, audience, known=names, bold=True)

    def ranked_documents(self, query: Query, k: int) -> list[str]:
        """The ids of the k best documents, whatever their score and however alike."""
        asked = self._understood(query)
        ranking = self._ranker.rank(asked, depth=max(k, DEPTH), floors=False)
        rows = ranking.columns.rows
        return [rows[place].document_id for place in ranking.places[:k].tolist()]

    def judged(self, query: Query) -> Judged:
        """All candidates of a question as they are without tuning, whatever their score."""
        return self._ranker.judged(self._understood(query))

    def _understood(self, query: Query) -> Understood:
        columns = self._collection.engine.columns
        known = Known(
            columns.issuer_names(query.audience),
            columns.types(query.audience),
            partial(columns.numbers, query.audience),
            self._home,
            partial(
                self._collection.synonyms.ways,
                engine=self._collection.engine,
                audience=query.audience,
            ),
            lambda text, names: self._respeller.respell(text, query.audience, known=names),
        )
        return understand(query, known, self._collection.analyzer)

    def refresh(self) -> None:
        """Take up what was ingested since."""
        self._collection.refresh()

    def _listing(self, query: Query, asked: Understood, began: float) -> Answer:
        """Nothing to look for, only what documents should be: those, newest first, without
        passages."""
        columns = self._collection.engine.columns
        places = np.empty(0, np.int64)
        if asked.scope != Scope(query.audience) or asked.wish:
            places = self._collection.engine.documents(asked.scope, columns)
            if asked.wish:
                wished = columns.wished(places, asked.wish, query.audience)
                places = places[wished.fully(asked.wish)]
            notice = _notice(asked)
        else:
            notice = _notice(asked, "请再写一点要找的内容")
        page = places[query.offset : query.offset + query.limit].tolist()
        ids = [columns.rows[place].document_id for place in page]
        return Answer(
            query,
            listed(self._collection, ids, query.audience),
            len(places),
            True,
            columns.facets(places, query.audience),
            self._generation(),
            (perf_counter() - began) * 1000,
            asked.findings,
            notice,
        )

    def _generation(self) -> str:
        """Names the state that answered: index generation and number of the last change."""
        return f"{self._collection.generation}.{self._collection.library.seq()}"


def quoted_first(documents: tuple[FoundDocument, ...], reply: Reply) -> tuple[FoundDocument, ...]:
    """The passage that is quoted comes first in its document; and that document before all, where
    something was asked: of 16 of our own questions for which another was found better the quote's
    was right for 11, the other for 4. A library tuned by its office's own labels knows better."""
    quote = reply.quote
    ids = [each.document.document_id for each in documents]
    if quote is None or quote.document_id not in ids:
        return documents
    at = ids.index(quote.document_id)
    first = documents[at]
    hits = tuple(sorted(first.hits, key=lambda hit: hit.passage_id != quote.passage_id))
    if not reply.asks or any(each.tuned for each in documents):
        return *documents[:at], replace(first, hits=hits), *documents[at + 1 :]
    gain = documents[0].score - first.score
    wished = {**first.wished, QUOTED: gain} if gain else first.wished
    first = replace(first, hits=hits, score=documents[0].score, wished=wished)
    return first, *documents[:at], *documents[at + 1 :]


def _notice(asked: Understood, *more: str | None) -> str | None:
    """Everything the person should be told."""
    return "；".join(filter(None, (*asked.notices, *more))) or None


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
    if not query.text.strip() and not query.filter:
        raise BadRequest("请输入要找的内容，或至少选择一个筛选条件")
    day = query.as_of
    if day is not None and (parse_date(day) != day or len(day) != len("2024-06-25")):
        raise BadRequest("as_of 应是日期，如 2024-06-25")
