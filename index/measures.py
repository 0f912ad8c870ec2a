"""How good a ranking is, against judgements: the field's usual measures, for one query each.

`judged` maps passages to their grade (0 is not relevant), `ranked` is a ranking, best first.
All are 0 when nothing relevant is judged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Judged = Mapping[str, int]


def ndcg(judged: Judged, ranked: Sequence[str], k: int) -> float:
    """Normalised discounted cumulative gain among the first k, gain = grade, as trec_eval has it
    (Järvelin and Kekäläinen, 2002)."""
    ideal = _dcg(sorted((grade for grade in judged.values() if grade > 0), reverse=True)[:k])
    return _dcg([max(judged.get(item, 0), 0) for item in ranked[:k]]) / ideal if ideal else 0.0


def reciprocal_rank(judged: Judged, ranked: Sequence[str], k: int) -> float:
    """1 / rank of the first relevant one among the first k, else 0."""
    for rank, item in enumerate(ranked[:k], start=1):
        if judged.get(item, 0) > 0:
            return 1 / rank
    return 0.0


def recall(judged: Judged, ranked: Sequence[str], k: int) -> float:
    """Which part of what is relevant is among the first k."""
    relevant = {item for item, grade in judged.items() if grade > 0}
    return len(relevant & set(ranked[:k])) / len(relevant) if relevant else 0.0


def _dcg(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
