"""Two runs over the same questions: which got better, which worse, and could it be chance?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, stdev

MEASURE = "ndcg@10"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`wins` and `losses` are (query, before, now) by nDCG@10, largest change first.

    `difference` is the mean change, `interval` half of its 95 % confidence interval (paired).
    """

    queries: int
    difference: float
    interval: float
    wins: tuple[tuple[str, float, float], ...]
    losses: tuple[tuple[str, float, float], ...]


def compare(
    before: Mapping[str, Mapping[str, float]], now: Mapping[str, Mapping[str, float]]
) -> Comparison:
    """Compare measures by query; only queries that both runs have are counted."""
    pairs = [
        (key, before[key][MEASURE], now[key][MEASURE]) for key in sorted(set(before) & set(now))
    ]
    changes = [after - earlier for _, earlier, after in pairs]
    spread = stdev(changes) / math.sqrt(len(changes)) if len(changes) > 1 else 0.0
    ordered = sorted(pairs, key=lambda pair: (-abs(pair[2] - pair[1]), pair[0]))
    return Comparison(
        queries=len(pairs),
        difference=fmean(changes) if changes else 0.0,
        interval=1.96 * spread,
        wins=tuple(pair for pair in ordered if pair[2] > pair[1]),
        losses=tuple(pair for pair in ordered if pair[2] < pair[1]),
    )
