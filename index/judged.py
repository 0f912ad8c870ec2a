"""Candidates put together by document, each with the score that it has without tuning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.columns import Columns
from index.fusion import Candidates, first_of_each


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Passages by document: every array is (n,) over passages, or (m,) over documents.

    `order` are positions among the candidates, the passages of one document together and best
    first; `starts` and `counts` say which of them are one document's. `places` are where documents
    stand in `columns`, `priors` what authority added to them, `wished` what being as the question
    wishes did. `scores` are of passages: a document's best one has the document's own score.
    """

    columns: Columns
    candidates: Candidates
    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    places: NDArray[np.int64]
    priors: NDArray[np.float64]
    wished: NDArray[np.float64]
    scores: NDArray[np.float64]

    @property
    def ids(self) -> NDArray[np.int64]:
        """The passages."""
        return self.candidates.ids[self.order]

    def of_passages(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """What is known of each document, for each of its passages."""
        return np.repeat(np.asarray(values, np.float64), self.counts)

    def works(self) -> NDArray[np.int64]:
        """For each passage the number of the work that its document is or is a part of."""
        return np.repeat(self.columns.works(self.places), self.counts)

    def keys(self) -> list[str]:
        """For each document the name of its work, see Columns.key."""
        return [self.columns.key(place) for place in self.places.tolist()]


def by_document(
    places: NDArray[np.int64], scores: NDArray[np.float64], ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(order, starts, counts): passages by the place of their document, best first, ties by id;
    those without a document left out."""
    order = np.lexsort((ids, -scores, places))
    order = order[places[order] >= 0]
    starts = np.flatnonzero(first_of_each(places[order]))
    return order, starts, np.diff(np.append(starts, len(order)))


def mean_of_best(
    groups: NDArray[np.int64], scores: NDArray[np.float64], k: int
) -> NDArray[np.float64]:
    """For each item the mean of the k best scores of its group, 0 for each that is missing."""
    if not len(groups):
        return np.zeros(0)
    order = np.lexsort((-scores, groups))
    starts = np.flatnonzero(first_of_each(groups[order]))
    counts = np.diff(np.append(starts, len(order)))
    within = np.arange(len(order)) - np.repeat(starts, counts)
    sums = np.add.reduceat(np.where(within < k, scores[order], 0.0), starts)
    means = np.empty(len(order))
    means[order] = np.repeat(sums / k, counts)
    return means
