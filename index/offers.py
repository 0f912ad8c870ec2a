"""What is offered to the ranking beside what the lanes found: documents named by their title, the
clause that was asked for, all documents that hold a quotation; and what being as wished for is
worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from index.analyzer import Analyzer
from index.collection import Collection
from index.columns import Columns
from index.engine import NAME, Exact
from index.fusion import SEMANTIC, WEIGHTS
from index.notation import find_clauses
from index.projection import text_for
from index.stream import letters_of
from index.understanding import Understood

# What a document gains by being as the question wishes; the best passages of one question differ
# by some hundredths, a good one from a poor one by two tenths (docs/quality.md).
NUMBER, ISSUER, TYPE, PERIOD = 0.5, 0.10, 0.03, 0.08
# What a document loses when a later edition of the same rules was there at the time asked for.
SUPERSEDED, EDITION = 0.3, "edition"
# A title that is just what was typed; where it says more, by how much of it was.
NAMED, SAME_TITLE, TITLE = "title", 1.0, 0.25
# The clause asked for, in documents that come to mind.
CLAUSE = 0.5
# What stands in more titles than this names none of them.
_MOST_NAMED = 50
_TITLE_CHARS = (2, 40)
# Documents among whose clauses the one asked for is looked up.
_CLAUSES_OF = 100


@dataclass(frozen=True, slots=True)
class Offers:
    """`passages` are ids with what they gain, `titles` places of documents named with theirs."""

    passages: Mapping[int, float] = field(default_factory=dict)
    titles: Mapping[int, float] = field(default_factory=dict)

    def of_documents(
        self, columns: Columns, places: NDArray[np.int64], asked: Understood
    ) -> NDArray[np.float64]:
        """What each of these documents gains, `(n,)`."""
        each = self.parts(columns, places, asked).values()
        return np.asarray(np.sum([*each], axis=0), np.float64)

    def parts(
        self, columns: Columns, places: NDArray[np.int64], asked: Understood
    ) -> dict[str, NDArray[np.float64]]:
        """The same by what they gain it for, each `(n,)`."""
        titles = np.array([self.titles.get(place, 0.0) for place in places.tolist()], np.float64)
        # Who names no time asks what holds now.
        day = asked.wish.period and asked.wish.period[0]
        superseded = columns.superseded(places, asked.scope.audience, day)
        old = np.where(superseded, -SUPERSEDED, 0.0)
        if not asked.wish:
            return {NAMED: titles, EDITION: old}
        wished = columns.wished(places, asked.wish, asked.scope.audience)
        return {
            NAMED: titles,
            EDITION: old,
            "number": NUMBER * wished.number,
            "issuer": ISSUER * wished.issuer,
            "type": TYPE * wished.type,
            "period": PERIOD * wished.period,
        }


def offered(
    collection: Collection,
    asked: Understood,
    columns: Columns,
    found: NDArray[np.int64],
    vector: NDArray[np.float32] | None,
) -> Offers:
    """Everything offered for one question; `found` are the places of what the lanes found."""
    titles = _named(collection, asked, columns)
    passages: dict[int, float] = {}
    if asked.having:
        every = collection.engine.documents(asked.scope, columns)
        passages |= dict.fromkeys(columns.firsts(np.setdiff1d(every, found)).tolist(), 0.0)
    if asked.wish.clause:
        nearest = list(dict.fromkeys([*titles, *found.tolist()]))[:_CLAUSES_OF]
        ids = [columns.rows[place].document_id for place in nearest if place >= 0]
        passages |= dict.fromkeys(_clauses(collection, ids, asked.wish.clause), CLAUSE)
    missing = np.setdiff1d(np.array(list(titles), np.int64), found)
    firsts = columns.firsts(missing)
    alike = dict(collection.engine.score_vector(vector, firsts)) if vector is not None else {}
    for passage_id in firsts.tolist():
        gain = WEIGHTS[SEMANTIC] * alike.get(passage_id, 0.0)
        passages[passage_id] = passages.get(passage_id, 0.0) + gain
    return Offers(passages, titles)


def _named(collection: Collection, asked: Understood, columns: Columns) -> dict[int, float]:
    """Documents in whose title the question stands, and how much of the title it is; an issuer's
    name before it counts for nothing."""
    typed = asked.text
    for _, start, end in reversed(find_clauses(typed)):
        typed = typed[:start] + typed[end:]
    analyzer = collection.analyzer
    letters = _without_signs(typed, analyzer)
    if not _TITLE_CHARS[0] <= len(letters) <= _TITLE_CHARS[1]:
        return {}
    scope, places = asked.scope, np.empty(0, np.int64)
    # As it was typed; or without the signs of what was typed, which the title may lack.
    for said in dict.fromkeys((letters_of(typed, analyzer).strip(), letters)):
        titled = replace(scope, having=(*scope.having, Exact(said, NAME)))
        places = places if len(places) else collection.engine.documents(titled, columns)
    if not 0 < len(places) <= _MOST_NAMED:
        return {}
    rows = {columns.rows[place].document_id: place for place in places.tolist()}
    issuers = sorted(columns.issuer_names(scope.audience), key=len)
    named = {}
    for document_id, title, _ in collection.library.names(rows, scope.audience):
        whole = text_for(scope.audience, title or "")
        signed = next((name for name in reversed(issuers) if whole.startswith(name)), "")
        full = _without_signs(whole, analyzer)
        said = _without_signs(whole.removeprefix(signed), analyzer)
        share = len(letters) / max(len(said), len(letters))
        named[rows[document_id]] = SAME_TITLE if letters in (full, said) else TITLE * share
    return named


def _without_signs(text: str, analyzer: Analyzer) -> str:
    return "".join(filter(str.isalnum, letters_of(text, analyzer)))


def _clauses(collection: Collection, document_ids: Sequence[str], clause: str) -> list[int]:
    """Passages of this clause in these documents."""
    return [
        passage_id
        for passage_id, address in collection.library.addresses(document_ids)
        if clause in (str(number.whole) for number, _, _ in find_clauses(address))
    ]
