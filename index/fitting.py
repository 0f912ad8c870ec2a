"""How a tuning is fitted, and whether it may be used: pure arithmetic over judged questions.

A linear model on top of the untuned score, by the likelihood of the right passages among all
(a softmax over the candidates of one question, Cao 2007, Learning to Rank: From Pairwise Approach
to Listwise Approach, top-one probability), with a ridge that pulls every weight towards no change.
What decides is always questions that the weights have not seen.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.errors import BadRequest
from index.features import NAMES
from index.tuning import Tuning

FEWEST = 24
_FOLDS = 5
# A hundredth of the score is e**(_SHARPNESS / 100) times the odds of being right.
_SHARPNESS = 15.0
# A weight that moves scores by a standard deviation of _USUAL is as likely as the labels of about
# one question speak for it.
_USUAL = 0.02
_STEPS, _SMALL = 30, 1e-6
_TOP = 10
# Candidates that a fit looks at; those further down are never shown.
_LOOKED_AT = 200
# The right passages come so much higher for their own question than for others, or the labels are
# not those of their questions; and high enough for search to know them at all.
_RATHER, _LEAST = 2.0, 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One labelled question: arrays over its candidates, (n,) and `features` (n, len(NAMES)).

    `grades` are above 0 for right passages; `ideal` are all grades there are, those of passages
    that were not found included. `keys` are the works of the candidates, `works` those that hold
    a right passage.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    features: NDArray[np.float64]
    keys: tuple[str, ...]
    grades: NDArray[np.float64]
    ideal: tuple[int, ...]
    works: frozenset[str]

    def ndcg(self, gains: NDArray[np.float64] | None = None) -> float:
        """nDCG@10 of its passages, tuned by `gains` or not."""
        scores = self.scores if gains is None else self.scores + gains
        top = np.lexsort((self.ids, -scores))[:_TOP]
        best = sorted(self.ideal, reverse=True)[:_TOP]
        ideal = sum(grade / math.log2(rank + 2) for rank, grade in enumerate(best))
        found = self.grades[top] / np.log2(np.arange(2, len(top) + 2))
        return float(found.sum() / ideal) if ideal else 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What questions that had no part in a fit say of it: nDCG@10 without and with, each of the
    labelled questions once."""

    before: float
    after: float
    error: float

    @property
    def rises(self) -> bool:
        """More than half a standard error above nothing."""
        return self.after - self.before > max(self.error / 2, 0.0)


def fitted(examples: Sequence[Example]) -> Tuning:
    """A tuning for a library, with the figures of its trial.

    Raises BadRequest when the labels cannot carry one, do not belong to their questions, or the
    questions held out are not answered better.
    """
    if len(examples) < FEWEST:
        raise BadRequest(f"标注的问题只有 {len(examples)} 个，至少要 {FEWEST} 个，最好 64 个以上")
    before = float(np.mean([example.ndcg() for example in examples]))
    if before < max(_RATHER * _dealt_out(examples), _LEAST):
        raise BadRequest("标注的答案与问题对不上，像是错了行：随便换一个问题也一样符合；没有采用")
    trial = tried(examples)
    if not trial.rises:
        raise BadRequest(
            f"没有采用：在没有参加拟合的问题上，nDCG@10 由 {trial.before:.4f} 变为"
            f" {trial.after:.4f}，没有可靠的提高；排序保持原样"
        )
    return fit(examples, trial)


def tried(examples: Sequence[Example]) -> Trial:
    """Each question ranked by weights fitted without it."""
    before, after = [], []
    for fold in range(_FOLDS):
        tuning = fit([e for at, e in enumerate(examples) if at % _FOLDS != fold])
        for example in examples[fold::_FOLDS]:
            before.append(example.ndcg())
            after.append(example.ndcg(tuning.gains(example.features, example.keys)))
    changes = np.array(after) - np.array(before)
    error = float(changes.std(ddof=1) / math.sqrt(len(changes))) if len(changes) > 1 else 0.0
    return Trial(float(np.mean(before)), float(np.mean(after)), error)


def fit(examples: Sequence[Example], trial: Trial | None = None) -> Tuning:
    """The most likely weights."""
    often = Counter(work for example in examples for work in sorted(example.works))
    tables = [_table(example, often, len(examples)) for example in examples]
    tables = [table for table in tables if table.right.any()]
    if not tables:
        return _tuning(np.zeros(len(NAMES) + 1), often, len(examples), trial)
    spread = np.sqrt(np.mean([table.values.var(axis=0) for table in tables], axis=0))
    spread[spread < _SMALL] = np.inf
    weights = _most_likely([table.divided(spread) for table in tables]) / spread
    return _tuning(weights, often, len(examples), trial)


def _tuning(
    weights: NDArray[np.float64], often: Counter[str], questions: int, trial: Trial | None
) -> Tuning:
    *of_features, of_often = weights.tolist()
    figures = (trial.before, trial.after) if trial else (0.0, 0.0)
    return Tuning(NAMES, tuple(of_features), of_often, dict(often), questions, *figures)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One question for the fit: `values` (n, len(NAMES) + 1), `right` sums to 1."""

    scores: NDArray[np.float64]
    values: NDArray[np.float64]
    right: NDArray[np.float64]

    def divided(self, by: NDArray[np.float64]) -> _Table:
        return _Table(self.scores, self.values / by, self.right)


def _table(example: Example, often: Counter[str], questions: int) -> _Table:
    """The best candidates and the right ones; a question does not vouch for its own answer."""
    best = np.lexsort((example.ids, -example.scores))[:_LOOKED_AT]
    at = np.union1d(best, np.flatnonzero(example.grades))
    shares = [
        math.sqrt(max(often[key] - (key in example.works), 0) / max(questions - 1, 1))
        for key in (example.keys[i] for i in at.tolist())
    ]
    right = example.grades[at]
    return _Table(
        example.scores[at],
        np.column_stack([example.features[at], np.array(shares)]),
        right / right.sum() if right.any() else right,
    )


def _most_likely(tables: Sequence[_Table]) -> NDArray[np.float64]:
    """Newton's method with halved steps; the loss is convex."""
    weights = np.zeros(tables[0].values.shape[1])
    loss, slope, bend = _loss(tables, weights)
    for _ in range(_STEPS):
        step = np.linalg.solve(bend, slope)
        share = 1.0
        while share > _SMALL:
            trial = _loss(tables, weights - share * step)
            if trial[0] <= loss:
                break
            share /= 2
        else:
            return weights
        weights, gained = weights - share * step, loss - trial[0]
        loss, slope, bend = trial
        if gained < _SMALL:
            break
    return weights


def _loss(
    tables: Sequence[_Table], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """(minus log likelihood with the ridge, its gradient, its curvature)."""
    ridge = 1 / _USUAL**2
    loss, slope = ridge * float(weights @ weights) / 2, ridge * weights
    bend = ridge * np.eye(len(weights))
    for table in tables:
        odds = _SHARPNESS * (table.scores + table.values @ weights)
        top = float(odds.max())
        chances = np.exp(odds - top)
        total = float(chances.sum())
        chances /= total
        loss += top + math.log(total) - float(table.right @ odds)
        slope = slope + _SHARPNESS * (table.values.T @ (chances - table.right))
        mean = table.values.T @ chances
        spread = (table.values.T * chances) @ table.values - np.outer(mean, mean)
        bend = bend + _SHARPNESS**2 * spread
    return loss, slope, bend


def _dealt_out(examples: Sequence[Example]) -> float:
    """nDCG@10 if every question had the right passages of the next one, averaged over several
    ways of dealing them out."""
    found = []
    for shift in range(1, min(len(examples), _FOLDS + 1)):
        for at, example in enumerate(examples):
            other = examples[(at + shift) % len(examples)]
            graded = dict(zip(other.ids.tolist(), other.grades.tolist(), strict=True))
            grades = np.array([graded.get(i, 0.0) for i in example.ids.tolist()])
            found.append(_regraded(example, grades, other.ideal).ndcg())
    return float(np.mean(found))


def _regraded(example: Example, grades: NDArray[np.float64], ideal: tuple[int, ...]) -> Example:
    return Example(
        *(example.ids, example.scores, example.features, example.keys),
        *(grades, ideal, example.works),
    )
