"""How much of the question stands in a passage, and how much of it close together.

BM25 adds up terms wherever they stand, and a rare one that stands often outweighs all others.
Coverage is the part of the question's words that is there at all; closeness the largest part of
its pairs of characters that is found within one stretch about as long as a sentence or two. Both
are read from the texts of the best candidates at question time and need nothing stored: the texts
are one array of characters.

Only Chinese characters count, and nothing made of numerals alone. Those are the same in a text and
in what the public reads of it, so personal data cannot be felt for by asking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.analyzer import Analyzer, is_han

COVERAGE, CLOSENESS = "coverage", "closeness"
# Characters that count as close (docs/quality.md).
STRETCH = 80
# Passages are shorter; of a text that was never cut, its beginning.
MAX_CHARS = 2_000
# A question of 500 characters has hundreds of terms: its rarest say what it is about.
_MOST_TERMS = 32
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两")
_HALF = np.uint64(32)


@dataclass(frozen=True)
class Texts:
    """Several texts as one array of folded code points, (n,), 0 where folding gives not just one
    character; `ends[i]` is where text i ends, the break after it included."""

    codes: NDArray[np.uint32]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], analyzer: Analyzer) -> Texts:
        ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
        return cls(analyzer.codes("\n".join(texts)), ends)

    @cached_property
    def folded(self) -> list[str]:
        whole = self.codes.tobytes().decode("utf-32-le", "replace")
        return [whole[start:end] for start, end in pairwise([0, *self.ends.tolist()])]


def coverage(idf: Mapping[str, float], texts: Texts) -> NDArray[np.float64]:
    """Which part of these words, by idf, stands in each text, 0 to 1, `(n,)`."""
    words = _rarest(idf)
    if not words:
        return np.zeros(len(texts.ends))
    there = [[word in text for word in words] for text in texts.folded]
    weights = np.array([idf[word] for word in words])
    return np.asarray(np.array(there, bool).reshape(-1, len(words)) @ weights / weights.sum())


def closeness(idf: Mapping[str, float], texts: Texts) -> NDArray[np.float64]:
    """Which part of these pairs of characters, by idf, stands within STRETCH characters of each
    text at best, 0 to 1, `(n,)`."""
    pairs = _rarest({term: weight for term, weight in idf.items() if len(term) == 2})
    closest = np.zeros(len(texts.ends))
    if not pairs:
        return closest
    weights = np.array([idf[pair] for pair in pairs])
    places, which = _found(pairs, texts.codes)
    text_of = np.searchsorted(texts.ends, places, side="right")
    # Row i says how often each pair was found among the first i finds.
    seen = np.zeros((len(places) + 1, len(pairs)), np.int32)
    seen[np.arange(1, len(places) + 1), which] = 1
    np.cumsum(seen, axis=0, out=seen)
    last = np.searchsorted(places, np.minimum(places + STRETCH, texts.ends[text_of]))
    held = ((seen[last] > seen[:-1]) @ weights) / weights.sum()
    np.maximum.at(closest, text_of, held)
    return closest


def _rarest(idf: Mapping[str, float]) -> list[str]:
    """The terms that count, rarest first."""
    terms = [term for term in idf if is_han(term) and not _NUMERALS.issuperset(term)]
    return sorted(terms, key=lambda term: (-idf[term], term))[:_MOST_TERMS]


def _found(
    pairs: Sequence[str], codes: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where in a text a pair stands, ascending, and which of `pairs` it is."""
    wanted = np.array([ord(pair[0]) << 32 | ord(pair[1]) for pair in pairs], np.uint64)
    order = np.argsort(wanted)
    begins = np.zeros(codes.max(initial=0) + 1, bool)
    firsts = (wanted >> _HALF).astype(np.int64)
    begins[firsts[firsts < len(begins)]] = True
    # Nine places in ten begin no pair at all.
    places = np.flatnonzero(begins[codes[:-1]])
    held = (codes[places].astype(np.uint64) << _HALF) | codes[places + 1]
    nearest = order[np.minimum(np.searchsorted(wanted[order], held), len(pairs) - 1)]
    right = wanted[nearest] == held
    return places[right], nearest[right]
