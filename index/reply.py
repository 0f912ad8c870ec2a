"""What is said to a question beside the list of documents: a quote, or that nothing answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.certainty import LEAST, Signs, signs
from index.collection import Collection
from index.model import Query, Wish
from index.offers import CLAUSE, NAMED, SAME_TITLE
from index.quote import Quote, Reading, asked_of, best, read
from index.ranker import Ranking
from index.shown import FoundDocument
from index.timewords import said_of
from index.understanding import Understood

NOTHING_ANSWERS = "没有摘出可以直接回答的句子，以下内容仅供参考"


@dataclass(frozen=True, slots=True)
class Reply:
    """`asks` is whether the question asks for a thing of some kind, and does not only name its
    subject. `signs` tell how surely something answers; None where that was not asked: on later
    pages, in order of date, of a quotation, of a title."""

    quote: Quote | None = None
    signs: Signs | None = None
    notice: str | None = None
    asks: bool = False


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
    missing = _missing(asked, ranking, readings)
    if missing:
        return Reply(None, Signs(), f"没有找到{missing}，以下内容仅供参考")
    if documents[0].wished.get(NAMED, 0.0) >= SAME_TITLE:  # it is asked for, not something in it
        return Reply()
    quote = best(held, readings, analyzer)
    if held.quoted:  # it stands in what was found, or nothing was found
        return Reply(quote)
    seen = signs(held, readings, quote, ranking)
    if seen.certainty < LEAST:
        return Reply(None, seen, NOTHING_ANSWERS)
    return Reply(quote, seen, asks=bool(held.kinds))


def _missing(asked: Understood, ranking: Ranking, readings: Sequence[Reading]) -> str:
    """The clause or the time that was asked for, where nothing found is of it. Of a year a text
    may tell that is of another or of none."""
    wish = asked.wish
    if wish.clause and not any(gain >= CLAUSE for gain in ranking.offers.passages.values()):
        return wish.clause
    if wish.period is None:
        return ""
    of_time = ranking.columns.wished(ranking.places, Wish(period=wish.period), asked.scope.audience)
    (first, last), told = wish.period, bool(readings)
    by_year = first % 10_000 == 101 and last % 10_000 == 1231
    none = not of_time.period.any() and not (by_year and told)
    return f"{said_of(first, last)}的文件" if none else ""
