"""What is said to a question beside the list of documents: a quote, or that nothing answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.certainty import LEAST, Signs, signs
from index.collection import Collection
from index.model import Query
from index.quote import Quote, asked_of, best, read
from index.ranker import Ranking
from index.shown import FoundDocument
from index.understanding import Understood

NOTHING_ANSWERS = "没有找到能直接回答的内容，以下仅供参考"


@dataclass(frozen=True, slots=True)
class Reply:
    """`signs` tell how surely something answers; None where that was not asked: on later pages,
    in order of date, of a quotation."""

    quote: Quote | None = None
    signs: Signs | None = None
    notice: str | None = None


def replied(
    collection: Collection,
    query: Query,
    asked: Understood,
    ranking: Ranking,
    documents: Sequence[FoundDocument],
) -> Reply:
    """The reply to one question; `documents` are those on the page."""
    if query.offset or query.sort == "date":
        return Reply()
    if not documents:
        return Reply(signs=Signs())
    analyzer = collection.analyzer
    idf = collection.engine.idf(ranking.keywords, query.audience)
    held = asked_of(asked, ranking.keywords, idf, analyzer)
    readings = read(held, documents, analyzer)
    quote = best(held, readings, analyzer)
    if held.quoted:  # it stands in what was found, or nothing was found
        return Reply(quote)
    seen = signs(held, readings, quote, ranking)
    if seen.certainty < LEAST:
        return Reply(None, seen, NOTHING_ANSWERS)
    return Reply(quote, seen)
