"""Which documents answer a question, and how well: both lanes, mixed, then judged as documents.

document = best passage + evidence of its other passages - step of its authority

All arrays, no object per candidate: a question has some five hundred of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.analyzer import FUNCTION_WORDS, Analyzer
from index.collection import Collection
from index.engine import KeywordQuery, Scope, Scored
from index.errors import EncoderUnavailable
from index.fusion import KEYWORD, SEMANTIC, WEIGHTS, Candidates, fuse
from index.model import Query
from index.notation import find_numbers

# Candidates taken from each lane; totals and facets are counted among them.
DEPTH = 300

# A passage below its mode's floor is no answer. Measured with 450 questions of other fields
# (encyclopaedia, papers, news) against two libraries of association documents: the best passage
# of 65 % stays below 0.12, and of the right passages for 34 questions of the field at most three.
FLOORS = {"hybrid": 0.12, KEYWORD: 0.10, SEMANTIC: 0.20}

# What each step of authority below the first costs a document.
AUTHORITY_STEP = 0.06
# How much the mean of a document's best passages counts beside the best one, and how many.
EVIDENCE, EVIDENCE_PASSAGES = 0.0, 3

# Pairs with one of these characters are cut across two words and mean nothing by themselves.
_PARTICLES = frozenset("的了吗呢吧啊呀么嘛")


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A document at `place` of the columns; `candidates` are positions of its passages among
    the candidates, best first. `prior` is what its authority added to `score`."""

    place: int
    score: float
    prior: float
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents best first, over candidates; `notice` is what the person should be told."""

    documents: list[RankedDocument]
    candidates: Candidates
    notice: str | None = None


class Ranker:
    """Ranks what one collection holds; `priors` False leaves authority out of account."""

    def __init__(self, collection: Collection, *, priors: bool = True) -> None:
        self._collection = collection
        self._step = AUTHORITY_STEP if priors else 0.0

    def rank(self, query: Query, *, depth: int = DEPTH, floors: bool = True) -> Ranking:
        """Documents with a passage at or above the floor; all candidates without `floors`."""
        vector, notice = self._vector(query)
        candidates, mode = self._candidates(query, vector, depth)
        if floors:
            candidates = candidates.chosen(candidates.scores >= FLOORS[mode])
        return Ranking(self._documents(candidates), candidates, notice)

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

    def _candidates(
        self, query: Query, vector: NDArray[np.float32] | None, depth: int
    ) -> tuple[Candidates, str]:
        """The best of both lanes, each scored in both, and the mode that came of it."""
        engine = self._collection.engine
        scope = Scope(query.audience, query.filter)
        keywords = keyword_query(query.text, self._collection.analyzer)
        best = sum(engine.idf(keywords, query.audience).values()) or 1.0
        keywords = replace(keywords, number_score=best)
        found: dict[str, Scored] = {}
        if query.mode != SEMANTIC and (keywords.words or keywords.grams):
            found[KEYWORD] = engine.search_keyword(keywords, scope, depth)
        if vector is not None:
            found[SEMANTIC] = engine.search_vector(vector, scope, depth)
        filled: dict[str, Scored] = {}
        if KEYWORD in found:
            words = found[KEYWORD] = replace(found[KEYWORD], scores=found[KEYWORD].scores / best)
        if vector is not None and len(found) == len(WEIGHTS):
            meaning = found[SEMANTIC].ids
            missing = np.setdiff1d(meaning, words.ids, assume_unique=True)
            # No passage outside the k best scores more than the last of them. Taking that for
            # their score gives 0.3786 / 0.682 on 147,966 law articles; scoring each of them
            # gives 0.3786 / 0.681 and takes twice as long as the search itself.
            bound = float(words.scores[-1]) if len(words) == depth else 0.0
            filled[KEYWORD] = Scored(missing, np.full(len(missing), bound))
            others = np.setdiff1d(words.ids, meaning, assume_unique=True)
            filled[SEMANTIC] = engine.score_vector(vector, others)
        alone = next(iter(found)) if len(found) == 1 else None
        return fuse(found, filled, {alone: 1.0} if alone else WEIGHTS), alone or "hybrid"

    def _documents(self, candidates: Candidates) -> list[RankedDocument]:
        """Candidates by document, best document first, ties by passage id."""
        columns = self._collection.engine.columns
        places = columns.places(candidates.ids)
        order = np.lexsort((candidates.ids, -candidates.scores, places))
        order = order[places[order] >= 0]
        places = places[order]
        scores = candidates.scores[order]
        held, starts, counts = np.unique(places, return_index=True, return_counts=True)
        within = np.arange(len(places)) - np.repeat(starts, counts)
        evidence = np.where(within < EVIDENCE_PASSAGES, scores, 0.0)
        priors = -self._step * columns.authorities(held)
        totals = scores[starts] + priors
        if len(held):
            totals += EVIDENCE * np.add.reduceat(evidence, starts) / EVIDENCE_PASSAGES
        best = np.lexsort((candidates.ids[order[starts]], -totals))
        members = order.tolist()
        return [
            RankedDocument(place, total, prior, tuple(members[start : start + count]))
            for place, total, prior, start, count in zip(
                held[best].tolist(),
                totals[best].tolist(),
                priors[best].tolist(),
                starts[best].tolist(),
                counts[best].tolist(),
                strict=True,
            )
        ]


def keyword_query(text: str, analyzer: Analyzer) -> KeywordQuery:
    """The question's terms, each once; function words only when there is nothing else."""
    terms = analyzer.terms(text)
    words = tuple(dict.fromkeys(terms.words))
    grams = tuple(dict.fromkeys(g for g in terms.grams if not _PARTICLES & set(g)))
    content = tuple(word for word in words if word not in FUNCTION_WORDS)
    numbers = {number.key for number in find_numbers(text) if number.code}
    return KeywordQuery(content or words, grams, tuple(sorted(numbers)))
