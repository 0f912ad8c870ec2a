"""How surely the library has an answer at all: two signs, and what they are worth.

A question that nothing answers finds something all the same: some document is always the least
bad. It shows in two ways. Words of the question stand in none of the passages found; and the
first document is hardly better than the twentieth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from index.quote import Asked, Reading
from index.ranker import Ranking

# Fitted once by logistic regression, every group of questions with the same weight, and rounded:
# tests/bench/abstention.py repeats the figures (docs/quality.md).
_COVERED, _STANDS_OUT, _OFFSET = 3.2, 6.5, -2.9
# Below this nothing is quoted: of 733 questions that have an answer 95 % are above it.
LEAST = 0.30
# The document that the first is compared with, or the last where there are fewer.
_COMPARED = 20


@dataclass(frozen=True, slots=True)
class Signs:
    """`covered` is the share of the question's words, weighed by idf, that the passages shown of
    one of the first documents hold, with its title; `stands_out` is by how much the first
    document's score exceeds the twentieth's."""

    covered: float = 0.0
    stands_out: float = 0.0

    @property
    def certainty(self) -> float:
        """0..1."""
        odds = _COVERED * self.covered + _STANDS_OUT * self.stands_out + _OFFSET
        return 1 / (1 + math.exp(-odds))


def signs(asked: Asked, readings: Iterable[Reading], ranking: Ranking) -> Signs:
    """What one question's documents show."""
    total = asked.share(range(asked.words)) or 1.0
    held: dict[str, set[int]] = {}
    for reading in readings:
        held.setdefault(reading.document_id, set()).update(reading.above, *reading.held)
    shares = [asked.share(at for at in each if at < asked.words) for each in held.values()]
    last = min(_COMPARED, len(ranking) - 1)
    ahead = float(ranking.scores[0] - ranking.scores[last]) if last > 0 else 0.0
    return Signs(max(shares, default=0.0) / total, ahead)
