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


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Several texts as one array of folded code points, (n,), 0 where folding gives not just one
    character; `ends[i]` is where text i ends, the break after it included."""

    codes: NDArray[np.uint32]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], analyzer: Analyzer) -> Texts:
        ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
        return cls(analyzer.codes("\n".join(texts)), ends)

    def places(self, term: str) -> NDArray[np.int64]:
        """Where a term begins, ascending. Texts are parted by a break, so none runs over two."""
        codes = self.codes
        found = np.flatnonzero(codes[: max(0, len(codes) - len(term) + 1)] == ord(term[0]))
        for offset, char in enumerate(term[1:], start=1):
            found = found[codes[found + offset] == ord(char)]
        return found

    def texts_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which text each of these places is in."""
        return np.searchsorted(self.ends, places, side="right")


def coverage(idf: Mapping[str, float], texts: Texts) -> NDArray[np.float64]:
    """Which part of these words, by idf, stands in each text, 0 to 1, `(n,)`."""
    held = np.zeros(len(texts.ends))
    words = _rarest(idf)
    for word in words:
        there = np.zeros(len(held), bool)
        there[texts.texts_of(texts.places(word))] = True
        held += idf[word] * there
    return held / (sum(idf[word] for word in words) or 1.0)


def closeness(idf: Mapping[str, float], texts: Texts) -> NDArray[np.float64]:
    """Which part of these pairs of characters, by idf, stands within STRETCH characters of each
    text at best, 0 to 1, `(n,)`."""
    pairs = _rarest({term: weight for term, weight in idf.items() if len(term) == 2})
    closest = np.zeros(len(texts.ends))
    if not pairs:
        return closest
    weights = np.array([idf[pair] for pair in pairs])
    each = [texts.places(pair) for pair in pairs]
    places, which = np.concatenate(each), np.repeat(np.arange(len(pairs)), list(map(len, each)))
    order = np.argsort(places)
    places, which = places[order], which[order]
    text_of = texts.texts_of(places)
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
