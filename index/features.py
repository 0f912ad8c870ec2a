"""What is known of a candidate beside its score, as numbers that a tuning may weigh.

Everything here is at hand when candidates have been judged: nothing is read for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.coverage import CLOSENESS, COVERAGE
from index.fusion import KEYWORD, SEMANTIC
from index.judged import Judged, mean_of_best

NAMES = (
    *("keyword", "semantic", "coverage", "closeness"),
    *("keyword_first", "semantic_first", "in_both", "first_in_all"),
    *("below_best", "evidence_of_3", "evidence_of_10", "passages_of_work", "passages_found"),
    *("document_length", "place_in_document", "begins_document"),
    *("authority", "recency", "undated", "wished"),
)
# A rank counts 1 / (this + rank): the first five are told apart, the fiftieth and sixtieth hardly.
_RANKS = 5
_DAYS_OF_YEAR = 10_000


def features(judged: Judged, *, priors: bool = True) -> NDArray[np.float64]:
    """(n, len(NAMES)) over the passages of `judged`; without `priors` authority and date count as
    unknown."""
    lanes = judged.candidates.lanes
    ranks = {name: lanes[name][0][judged.order] for name in (KEYWORD, SEMANTIC)}
    scores = {
        name: lanes[name][1][judged.order] for name in (KEYWORD, SEMANTIC, COVERAGE, CLOSENESS)
    }
    firsts = {name: np.where(rank > 0, 1 / (_RANKS + rank), 0.0) for name, rank in ranks.items()}
    passages = judged.candidates.scores[judged.order]
    works = judged.works()
    of_work = np.bincount(works, minlength=1)[works] if len(works) else works
    lengths = judged.columns.lengths(judged.places)
    places = (judged.ids - judged.of_passages(judged.columns.firsts(judged.places))) * 1.0
    days = judged.columns.last_days(judged.places) if priors else np.zeros(len(judged.places))
    known = days[days > 0]
    newest = known.max() if len(known) else 0
    age = np.where(days > 0, (newest - days) / _DAYS_OF_YEAR, 0.0)
    authority = judged.columns.authorities(judged.places) if priors else np.zeros(len(days))
    held = {
        **scores,
        "keyword_first": firsts[KEYWORD],
        "semantic_first": firsts[SEMANTIC],
        "in_both": (ranks[KEYWORD] > 0) & (ranks[SEMANTIC] > 0),
        "first_in_all": np.minimum(firsts[KEYWORD], firsts[SEMANTIC]),
        "below_best": passages - judged.of_passages(passages[judged.starts]),
        "evidence_of_3": mean_of_best(works, passages, 3),
        "evidence_of_10": mean_of_best(works, passages, 10),
        "passages_of_work": np.log(np.maximum(of_work, 1)),
        "passages_found": judged.of_passages(np.log(judged.counts)),
        "document_length": judged.of_passages(np.log(lengths)),
        "place_in_document": places / np.maximum(judged.of_passages(lengths), 1),
        "begins_document": places == 0,
        "authority": judged.of_passages(authority),
        "recency": judged.of_passages(-np.log1p(age)),
        "undated": judged.of_passages(days == 0),
        "wished": judged.of_passages(judged.wished),
    }
    return np.stack([np.asarray(held[name], np.float64) for name in NAMES], axis=1)
