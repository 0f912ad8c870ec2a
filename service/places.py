"""Where a place of a document as held is in the document as shown, which masking made other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from index.privacy import LABELS, find


class Places:
    """Offsets into paragraphs joined by newlines: those `held`, and line for line those `shown`."""

    def __init__(self, held: Sequence[str], shown: Sequence[str]) -> None:
        self._held, self._shown = held, shown
        self._starts = [0, *accumulate(len(text) + 1 for text in held)]
        self._shown_starts = [0, *accumulate(len(text) + 1 for text in shown)]
        self._finds = cache(self._found)

    def moved(self, offset: int) -> tuple[int, int]:
        """(paragraph, offset among those shown) of an offset among those held.

        Exact at both ends of a paragraph. Inside of one that was masked in several rounds it may
        be some characters off, never outside.
        """
        number = bisect_right(self._starts, offset) - 1
        if number >= len(self._held):
            raise ValueError(f"offset {offset} lies behind the last paragraph")
        held, shown = self._held[number], self._shown[number]
        at = offset - self._starts[number]
        if at >= len(held):
            at = len(shown)
        elif held != shown:
            shift = sum(by for end, by in self._finds(number) if end <= at)
            at = max(0, min(at + shift, len(shown)))
        return number, self._shown_starts[number] + at

    def _found(self, number: int) -> list[tuple[int, int]]:
        """(end, how much longer its label is) of each find in a paragraph."""
        return [
            (item.end, len(LABELS[item.kind]) - (item.end - item.start))
            for item in find(self._held[number])
        ]
