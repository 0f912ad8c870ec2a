"""Weights fitted from an office's own labelled questions, kept in its library.

A tuning adds to each candidate's score what its features are worth there, and what it is worth
that its work was the right answer to other questions. Without one, search is as it came.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.features import NAMES
from index.library import Library

META_KEY = "tuning"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What features are worth, in the order of features.NAMES, beyond the untuned score.

    `often` is how many of the labelled `questions` each work answered, by Judged.keys;
    `often_weight` what the root of its share is worth. `before` and `after` are the held-out
    nDCG@10 without and with such a tuning.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...]
    often_weight: float
    often: Mapping[str, int]
    questions: int
    before: float
    after: float

    def gains(self, features: NDArray[np.float64], keys: Sequence[str]) -> NDArray[np.float64]:
        """What each passage gains, (n,): `features` (n, len(NAMES)), `keys` their works."""
        counts = np.array([self.often.get(key, 0) for key in keys], np.float64)
        shares = np.sqrt(counts / max(self.questions, 1))
        gains = features @ np.array(self.weights, np.float64) + self.often_weight * shares
        return np.asarray(gains, np.float64)


def kept_tuning(text: str | None) -> Tuning | None:
    """The tuning that a library keeps as `text`; None when there is none that still fits."""
    if not text:
        return None
    try:
        held = json.loads(text)
        tuning = Tuning(
            tuple(held["names"]),
            tuple(float(weight) for weight in held["weights"]),
            float(held["often_weight"]),
            {str(key): int(count) for key, count in held["often"].items()},
            *(int(held["questions"]), float(held["before"]), float(held["after"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        _log.warning("the tuning of this library cannot be read: %r", error)
        return None
    if tuning.names != NAMES or len(tuning.weights) != len(NAMES):
        _log.warning("the tuning of this library is an earlier version's; run xiehui tune again")
        return None
    return tuning


def forget_works(library: Library, held: Set[str]) -> None:
    """Keep of the tuning's memory only these works, by their keys: it holds titles."""
    tuning = kept_tuning(library.meta(META_KEY))
    if tuning is not None and not tuning.often.keys() <= held:
        often = {key: count for key, count in tuning.often.items() if key in held}
        keep_tuning(library, replace(tuning, often=often))


def keep_tuning(library: Library, tuning: Tuning | None) -> None:
    """Let the library's questions be ranked with this tuning, or with none."""
    text = "" if tuning is None else json.dumps(asdict(tuning), ensure_ascii=False)
    with library.writing(), library.transaction():
        library.set_meta({META_KEY: text})
