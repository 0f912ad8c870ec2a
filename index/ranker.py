"""Which documents answer a question, and how well: both lanes, mixed, then judged as documents.

passage  = BM25 and cosine, mixed + how much of the question stands in it, and close together
document = best passage + evidence of the best passages of its work - step of its authority

All arrays, no object per candidate: a question has some five hundred of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from index import coverage
from index.analyzer import FUNCTION_WORDS, Analyzer
from index.collection import Collection
from index.columns import Columns
from index.engine import GRAMS_WEIGHT, KeywordQuery, Scored, Slot, Weighted
from index.errors import EncoderUnavailable
from index.features import features
from index.fusion import KEYWORD, SEMANTIC, WEIGHTS, Candidates, fuse
from index.judged import Judged, by_document, mean_of_best
from index.offers import Offers, offered
from index.projection import text_for
from index.thesaurus import ALIAS, MEANT, SAME, Way
from index.tuning import META_KEY, Tuning, kept_tuning
from index.understanding import Understood

# Candidates taken from each lane; totals and facets are counted among them.
DEPTH = 300

# A passage below its mode's floor is no answer. Of 113 questions of our own hybrid search has the
# right document first for 60 at 0.08, for 53 at 0.12, for 57 without a floor (docs/quality.md).
FLOORS = {"hybrid": 0.08, KEYWORD: 0.10, SEMANTIC: 0.20}

# What each step of authority below the first costs a document.
AUTHORITY_STEP = 0.06
# How much the mean of the best passages of a document, or of the work of which it is one clause,
# counts beside its best one, and how many.
EVIDENCE, EVIDENCE_PASSAGES = 0.4, 3
# What it counts that the question's words stand in a passage, and that its pairs of characters
# stand close together, each beyond a part that may be chance: one word of three says little. And
# how many candidates are read to see: more where a tuning weighs it.
COVERAGE, COVERED_BY_CHANCE = 0.1, 0.3
CLOSENESS, CLOSE_BY_CHANCE = 0.2, 0.25
_READ, _READ_TUNED = 40, 100

# How much words that say the same count beside those that were typed.
WAYS_WEIGHT = {SAME: 0.5, MEANT: 0.8, ALIAS: 0.8}
# And how much of the question's vector is that of the question said with them.
REWORDED = 0.3

# What a tuning weighs: in other modes there is none.
_LANES = (KEYWORD, SEMANTIC, coverage.COVERAGE, coverage.CLOSENESS)

# FAISS leaves the interpreter alone while it searches: the semantic lane runs beside the other.
_ASIDE = ThreadPoolExecutor(os.cpu_count(), "semantic")

# Pairs with one of these characters are cut across two words and mean nothing by themselves.
_PARTICLES = frozenset("的了吗呢吧啊呀么嘛")


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Documents best first, as arrays (n,), over the candidates they were judged by.

    `places` are where the documents stand in `columns`, which stay as they were when the question
    came; `priors` what their authority added to their `scores`, `wished` what being as the
    question wishes did, `tuned` what the library's own tuning did. `notice` is what the person
    should be told.
    """

    columns: Columns
    keywords: KeywordQuery
    candidates: Candidates
    places: NDArray[np.int64]
    scores: NDArray[np.float64]
    priors: NDArray[np.float64]
    wished: NDArray[np.float64]
    tuned: NDArray[np.float64]
    offers: Offers
    notice: str | None
    _order: NDArray[np.int64]
    _starts: NDArray[np.int64]
    _counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.places)

    def passages(self, document: int, k: int) -> list[tuple[int, int]]:
        """(position among the candidates, passage id) of the k best passages of the document at
        that rank."""
        start, count = self._starts[document], self._counts[document]
        at = self._order[start : start + min(count, k)]
        return list(zip(at.tolist(), self.candidates.ids[at].tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What a question's lanes found."""

    keywords: KeywordQuery
    candidates: Candidates
    offers: Offers
    notice: str | None


class Ranker:
    """Ranks what one collection holds; `priors` False leaves authority out of account."""

    def __init__(self, collection: Collection, *, priors: bool = True) -> None:
        self._collection = collection
        self._step = AUTHORITY_STEP if priors else 0.0
        self._kept: tuple[str | None, Tuning | None] = None, None

    def rank(self, asked: Understood, *, depth: int = DEPTH, floors: bool = True) -> Ranking:
        """Documents with a passage at or above the floor; all candidates without `floors`, and
        all documents in which what was quoted stands."""
        # Another thread may take up changes meanwhile: one view of the columns for all of this.
        columns = self._collection.engine.columns
        tuning = self._tuning()
        read = _READ if tuning is None else _READ_TUNED
        found = self._found(asked, columns, depth, read, floors=floors)
        judged = self._judged(columns, found.candidates, asked, found.offers)
        gains = None if tuning is None else self._gains(tuning, judged)
        return _ranking(judged, gains, found)

    def _found(
        self, asked: Understood, columns: Columns, depth: int, read: int, *, floors: bool
    ) -> _Found:
        """The candidates, with what is offered beside them."""
        vector, notice = self._vector(asked)
        keywords = keyword_query(
            asked.text, self._collection.analyzer, asked.wish.numbers, asked.ways
        )
        idf = self._collection.engine.idf(keywords, asked.scope.audience)
        candidates, mode = self._candidates(asked, keywords, idf, vector, depth)
        # While another process writes, a lane may still hold what was withdrawn a moment ago.
        candidates = candidates.chosen(columns.seen(candidates.ids, asked.scope.audience))
        if floors and not asked.having:
            candidates = candidates.chosen(candidates.scores >= FLOORS[mode])
        if mode == "hybrid":
            candidates = self._once_read(asked, keywords, idf, candidates, read)
        offers = offered(self._collection, asked, columns, columns.places(candidates.ids), vector)
        return _Found(keywords, candidates.joined(offers.passages), offers, notice)

    def _vector(self, asked: Understood) -> tuple[NDArray[np.float32] | None, str | None]:
        """The question's vector, or None and what to tell the person about it."""
        if asked.mode == KEYWORD:
            return None, None
        try:
            texts = dict.fromkeys((asked.text, asked.reworded(self._collection.analyzer)))
            said, *reworded = self._collection.encoder().encode_queries(list(texts))
        except EncoderUnavailable as error:
            if asked.mode == SEMANTIC:
                raise
            return None, f"语义检索暂不可用，以下只按关键词查找。{error}"
        vector = said
        for other in reworded:
            vector = (1 - REWORDED) * said + REWORDED * other
        size = np.linalg.norm(vector)
        return (np.asarray(vector / size, np.float32) if size else None), None

    def _candidates(
        self,
        asked: Understood,
        keywords: KeywordQuery,
        idf: Mapping[str, float],
        vector: NDArray[np.float32] | None,
        depth: int,
    ) -> tuple[Candidates, str]:
        """The best of both lanes, each scored in both, and the mode that came of it."""
        engine = self._collection.engine
        scope = asked.scope
        best = sum(w * idf[term] for _, terms, w in keywords.streams() for term in terms) or 1.0
        slots = tuple(slot.scaled(idf) for slot in keywords.slots)
        keywords = replace(keywords, number_score=best, slots=slots)
        found: dict[str, Scored] = {}
        meant = (
            None if vector is None else _ASIDE.submit(engine.search_vector, vector, scope, depth)
        )
        time.sleep(0)  # or the other thread waits for the interpreter until this one is done
        if asked.mode != SEMANTIC and (keywords.words or keywords.grams or keywords.numbers):
            found[KEYWORD] = engine.search_keyword(keywords, scope, depth)
        if meant is not None:
            found[SEMANTIC] = meant.result()
        fill: dict[str, Callable[[NDArray[np.int64]], Scored]] = {}
        if KEYWORD in found:
            words = found[KEYWORD] = replace(found[KEYWORD], scores=found[KEYWORD].scores / best)
        if vector is not None and len(found) == len(WEIGHTS):
            # No passage outside the k best scores more than the last of them. Taking that for
            # their score gives 0.3786 / 0.682 on 147,966 law articles; scoring each of them
            # gives 0.3786 / 0.681 and takes twice as long as the search itself.
            bound = float(words.scores[-1]) if len(words) == depth else 0.0
            fill[KEYWORD] = lambda ids: Scored(ids, np.full(len(ids), bound))
            fill[SEMANTIC] = partial(engine.score_vector, vector)
        alone = next(iter(found)) if len(found) == 1 else None
        return fuse(found, fill, {alone: 1.0} if alone else WEIGHTS), alone or "hybrid"

    def _once_read(
        self,
        asked: Understood,
        keywords: KeywordQuery,
        idf: Mapping[str, float],
        found: Candidates,
        read: int,
    ) -> Candidates:
        """The candidates, the best of them read: what of the question stands in them."""
        best = np.sort(np.lexsort((found.ids, -found.scores))[:read])
        held = self._collection.library.beginnings(found.ids[best].tolist(), coverage.MAX_CHARS)
        at = np.searchsorted(found.ids, np.array(list(held), np.int64))
        analyzer, audience = self._collection.analyzer, asked.scope.audience
        said = [asked.said(text_for(audience, text)) for text in held.values()]
        texts = coverage.Texts.of(said, analyzer)
        covered, close = np.zeros(len(found.ids)), np.zeros(len(found.ids))
        covered[at] = coverage.coverage({word: idf[word] for word in keywords.words}, texts)
        close[at] = coverage.closeness({gram: idf[gram] for gram in keywords.grams}, texts)
        gain = COVERAGE * np.maximum(covered - COVERED_BY_CHANCE, 0)
        found = found.with_more(coverage.COVERAGE, gain, covered)
        gain = CLOSENESS * np.maximum(close - CLOSE_BY_CHANCE, 0)
        return found.with_more(coverage.CLOSENESS, gain, close)

    def judged(self, asked: Understood, *, depth: int = DEPTH) -> Judged:
        """All candidates, judged but not tuned; what a tuning is fitted from."""
        columns = self._collection.engine.columns
        found = self._found(asked, columns, depth, _READ_TUNED, floors=False)
        return self._judged(columns, found.candidates, asked, found.offers)

    def _judged(
        self, columns: Columns, candidates: Candidates, asked: Understood, offers: Offers
    ) -> Judged:
        """Candidates by document."""
        places = columns.places(candidates.ids)
        order, starts, counts = by_document(places, candidates.scores, candidates.ids)
        scores, held = candidates.scores[order], places[order][starts]
        works = np.repeat(columns.works(held), counts)
        evidence = mean_of_best(works, scores, EVIDENCE_PASSAGES)[starts]
        priors = np.asarray(-self._step * columns.authorities(held), np.float64)
        wished = offers.of_documents(columns, held, asked)
        of_documents = EVIDENCE * evidence + priors + wished
        scores = scores + np.repeat(of_documents, counts)
        return Judged(columns, candidates, order, starts, counts, held, priors, wished, scores)

    def _tuning(self) -> Tuning | None:
        """The library's own, as it is now: another process may have changed it."""
        kept = self._collection.library.meta(META_KEY)
        if kept != self._kept[0]:
            self._kept = kept, kept_tuning(kept)
        return self._kept[1]

    def _gains(self, tuning: Tuning, judged: Judged) -> NDArray[np.float64] | None:
        """What a tuning adds to each passage; None where the lanes are not those it weighs."""
        if not {*_LANES} <= judged.candidates.lanes.keys():
            return None
        keys = np.repeat(np.array(judged.keys(), object), judged.counts)
        return tuning.gains(features(judged, priors=self._step > 0), keys.tolist())


def _ranking(
    judged: Judged,
    gains: NDArray[np.float64] | None,
    found: _Found,
) -> Ranking:
    """Documents by their best passage, the newer and then the first of equals."""
    ids, order, starts, scores = judged.ids, judged.order, judged.starts, judged.scores
    tuned = np.zeros(len(starts))
    if gains is not None:
        untuned, scores = scores[starts], scores + gains
        again = np.lexsort((ids, -scores, np.repeat(np.arange(len(starts)), judged.counts)))
        ids, order, scores = ids[again], order[again], scores[again]
        tuned = scores[starts] - untuned
    totals, last_days = scores[starts], judged.columns.last_days(judged.places)
    best = np.lexsort((ids[starts], -last_days, -totals))
    return Ranking(
        judged.columns,
        found.keywords,
        judged.candidates,
        judged.places[best],
        totals[best],
        judged.priors[best],
        judged.wished[best],
        tuned[best],
        found.offers,
        found.notice,
        order,
        starts[best],
        judged.counts[best],
    )


def keyword_query(
    text: str, analyzer: Analyzer, numbers: Sequence[str] = (), ways: Sequence[Way] = ()
) -> KeywordQuery:
    """The question's terms, each once; function words only when there is nothing else. The other
    words of `ways` are looked for as well, and count less."""
    terms = analyzer.terms(text)
    words = tuple(dict.fromkeys(terms.words))
    grams = tuple(dict.fromkeys(g for g in terms.grams if not _PARTICLES & set(g)))
    content = tuple(word for word in words if word not in FUNCTION_WORDS) or words
    slots = tuple(_slot(way, content, grams, analyzer) for way in ways)
    return KeywordQuery(content, grams, tuple(sorted(numbers)), slots=slots)


def _slot(way: Way, words: Sequence[str], grams: Sequence[str], analyzer: Analyzer) -> Slot:
    """The question's terms that a word is made of, and those of what says the same."""

    def weighted(text: str) -> tuple[Weighted, ...]:
        terms = analyzer.terms(text)
        said = [("words", word, 1.0) for word in dict.fromkeys(terms.words)]
        said += [("grams", gram, GRAMS_WEIGHT) for gram in dict.fromkeys(terms.grams)]
        return tuple(said)

    typed = weighted(way.word)
    return Slot(
        tuple(term for term in typed if term[1] in words or term[1] in grams),
        tuple(map(weighted, way.others)),
        WAYS_WEIGHT[way.how],
    )
