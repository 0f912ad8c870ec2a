"""What was begun to be typed becomes suggestions, each from what its audience may read.

Rank by rank the engine is asked for the newest passages where a text of one kind begins as
typed; the library then says, in one transaction, what those texts are and whether they are
still this audience's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from index.collection import Collection
from index.columns import Row
from index.errors import BadRequest
from index.model import Audience
from index.projection import text_for
from index.searcher import MAX_QUERY_CHARS
from index.suggestions import (
    HEADING,
    ISSUER,
    KINDS,
    TITLE,
    Ranking,
    Speller,
    Spelling,
    Suggestion,
    Typed,
    Written,
    heard_ways,
    whole_term,
)
from index.thesaurus import ALIAS

SUGGESTIONS, MAX_SUGGESTIONS = 8, 20
# Passages read at a time. Texts already seen are then asked to be left out, so that a heading
# which a thousand documents share (第一章 总则) does not hide the next one.
_AT_ONCE = 16
_ROUNDS = 4


class Suggester:
    """Suggests from one collection. Safe to share by threads."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._spell = Speller(collection.analyzer)
        self._spelled: dict[Audience, tuple[tuple[str, ...], list[tuple[str, Spelling]]]] = {}

    def suggest(
        self, text: str, audience: Audience, limit: int = SUGGESTIONS
    ) -> tuple[Suggestion, ...]:
        """The best first; none when nothing is typed. Raises BadRequest beyond a limit."""
        if len(text) > MAX_QUERY_CHARS:
            raise BadRequest(f"问题最多 {MAX_QUERY_CHARS} 个字，请缩短后再试")
        if not 1 <= limit <= MAX_SUGGESTIONS:
            raise BadRequest(f"limit 应在 1 到 {MAX_SUGGESTIONS} 之间")
        parts = self._spell.parts(text)
        if not parts:
            return ()
        self._collection.refresh()
        with self._collection.library.reading():
            found = self._found(Written(parts), audience, limit)
            if not found and len(parts) > 1:  # a space typed where the text has none
                found = self._found(Written(("".join(parts),)), audience, limit)
            for otherwise in (self._heard, self._renamed):
                if len(found) < limit:
                    had = {suggestion.text for suggestion in found}
                    more = otherwise(text, audience, limit)
                    found += tuple(one for one in more if one.text not in had)
        return found[:limit]

    def _heard(self, text: str, audience: Audience, limit: int) -> tuple[Suggestion, ...]:
        """By pinyin or first letters, the first way of hearing it that finds anything."""
        ways = heard_ways(self._collection.analyzer.normalise(text).text)
        finds = (self._found(way, audience, limit) for way in ways)
        return next(filter(None, finds), ())

    def _renamed(self, text: str, audience: Audience, limit: int) -> tuple[Suggestion, ...]:
        """By the other names that this audience's documents give to what was typed."""
        engine, text = self._collection.engine, self._collection.analyzer.normalise(text).text
        ways = self._collection.synonyms.ways(text, engine, audience)
        renamed = (
            self._spell.parts(text.replace(way.word, other))
            for way in ways
            if way.how == ALIAS
            for other in way.others
        )
        finds = (self._found(Written(parts), audience, limit) for parts in renamed if parts)
        return tuple({one.text: one for found in finds for one in found}.values())

    def _found(self, typed: Typed, audience: Audience, limit: int) -> tuple[Suggestion, ...]:
        ranking = Ranking(typed, limit)
        seen: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for at_start in (True, False):
            for kind in KINDS:
                if kind != ISSUER:
                    self._offer_texts(audience, ranking, seen[kind], kind, at_start)
                elif at_start:  # once: the ranking knows which of them come later
                    self._offer_issuers(audience, ranking)
                if ranking.is_full(kind, at_start=at_start):
                    return ranking.best()
        return ranking.best()

    def _offer_issuers(self, audience: Audience, ranking: Ranking) -> None:
        for place, (name, spelling) in enumerate(self._issuers(audience)):
            if ranking.typed.may_be_in(spelling):  # most are not
                ranking.offer(Suggestion(name, ISSUER), spelling, (place, 0))

    def _issuers(self, audience: Audience) -> list[tuple[str, Spelling]]:
        """All issuers, spelled once for as long as they stay the same."""
        names = self._collection.engine.columns.issuer_names(audience)
        held = self._spelled.get(audience)
        if held is None or held[0] is not names:
            held = self._spelled[audience] = names, [(name, self._spell(name)) for name in names]
        return held[1]

    def _offer_texts(
        self, audience: Audience, ranking: Ranking, seen: list[str], kind: str, at_start: bool
    ) -> None:
        """Offer texts of one kind, newest first, until there are enough; `seen` grows."""
        wanted = ranking.typed.wanted(kind, at_start=at_start)
        for _ in range(_ROUNDS):
            ids = self._collection.engine.search_starts(wanted, seen, audience, _AT_ONCE)
            for passage_id, row, texts in self._texts(kind, ids, audience):
                spellings = [self._spell(text) for text in texts]
                seen.append(whole_term(kind, spellings))
                for text, spelling in zip(texts, spellings, strict=True):
                    suggestion = Suggestion(text, kind, row.document_id)
                    ranking.offer(suggestion, spelling, (-row.last_day, passage_id))
            if len(ids) < _AT_ONCE or ranking.is_full(kind, at_start=at_start):
                return

    def _texts(
        self, kind: str, ids: Sequence[int], audience: Audience
    ) -> Iterator[tuple[int, Row, tuple[str, ...]]]:
        """(passage, document's row, its texts of this kind as the audience reads them)."""
        library, columns = self._collection.library, self._collection.engine.columns
        places = columns.places(np.array(ids, np.int64)).tolist()
        rows = {i: columns.rows[at] for i, at in zip(ids, places, strict=True) if at >= 0}
        texts: dict[str, tuple[str, ...]] = {}
        wanted = {row.document_id for row in rows.values()}
        for document_id, title, number in library.names(wanted, audience):
            text = title if kind == TITLE else number
            texts[document_id] = () if text is None else (text,)
        paths = dict(library.headings(rows)) if kind == HEADING else {}
        for passage_id, row in rows.items():
            if row.document_id in texts:
                found = paths.get(passage_id, ()) if kind == HEADING else texts[row.document_id]
                yield passage_id, row, tuple(text_for(audience, text) for text in found)
