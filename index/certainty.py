"""How surely the library has an answer at all: three signs, and what they are worth.

A question that nothing answers finds something all the same: some document is always the least
bad. It shows in three ways. No sentence holds much of the question; the first document is hardly
better than the one twenty further down; and the sentence that fits best has no thing of the kind
that is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from index.quote import Asked, Quote, Reading
from index.ranker import Ranking

# Fitted once by logistic regression, every group of questions with the same weight, and rounded:
# tests/bench/abstention.py repeats the figures (docs/quality.md).
_HELD, _STANDS_OUT, _FITTING, _OFFSET = 4.6, 2.6, 1.2, -3.5
# Below this nothing is quoted. Of our own questions, those without an answer among them, right
# quotes outnumber wrong ones most from here on; of 733 that have an answer 90 % are above it.
LEAST = 0.41
# How far down is the document that the first is compared with; the last where there are fewer.
_COMPARED = 20
# Where a question asks for no kind of thing that is known.
_UNKNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Signs:
    """`held` is the share of the question that the best sentence holds with the headings above
    it; `stands_out` is by how much the first document's score exceeds that of the one twenty
    further down; `fitting` is whether the quote has the kind of thing that is asked for."""

    held: float = 0.0
    stands_out: float = 0.0
    fitting: float = _UNKNOWN

    @property
    def certainty(self) -> float:
        """0..1."""
        odds = _HELD * self.held + _STANDS_OUT * self.stands_out + _FITTING * self.fitting
        return 1 / (1 + math.exp(-odds - _OFFSET))


def signs(
    asked: Asked, readings: Iterable[Reading], quote: Quote | None, ranking: Ranking
) -> Signs:
    """What one question's documents show, and the sentence that would be quoted."""
    held = max((asked.share(each) for reading in readings for each in reading.told()), default=0.0)
    last = min(_COMPARED, len(ranking) - 1)
    ahead = float(ranking.scores[0] - ranking.scores[last]) if last > 0 else 0.0
    if not asked.kinds or quote is None:
        return Signs(held, ahead)
    return Signs(held, ahead, float(asked.satisfied(quote.text)))
