"""Which characters of a passage answer the question's words.

Terms are looked for as they stand in the folded text, not by cutting the passage into words
again: jieba would take 80 ms for the thirty passages of one answer, this takes 1 ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import add

from index.analyzer import Analyzer
from index.engine import KeywordQuery

_MARKED = re.compile(rb"\x01+")


def marks(text: str, terms: Iterable[str], analyzer: Analyzer) -> tuple[tuple[int, int], ...]:
    """Offsets of every occurrence of `terms` in the original text, joined where they touch."""
    normal = analyzer.normalise(text)
    marked = bytearray(len(normal.text))
    for term in terms:
        if term in normal.text:
            _mark(marked, normal.text, term)
    joined: list[tuple[int, int]] = []
    for match in _MARKED.finditer(marked):
        start, end = normal.span(*match.span())
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def terms_to_mark(query: KeywordQuery) -> tuple[str, ...]:
    """The question's terms but for words whose pairs of characters are all among them: where the
    word stands, its pairs do. Single characters stand everywhere, and are marked only where
    no longer word was asked for."""
    pairs = set(query.grams)
    longer = any(len(word) > 1 for word in query.words)
    words = (
        word
        for word in query.words
        if not pairs.issuperset(map(add, word, word[1:])) or (len(word) == 1 and not longer)
    )
    return (*words, *query.grams)


def _mark(marked: bytearray, text: str, term: str) -> None:
    """Set the bytes where `term` stands in `text`; 3 does not stand in 13."""
    size = len(term)
    ones, free = b"\x01" * size, not term.isascii()
    start = text.find(term)
    while start >= 0:
        if free or not _goes_on(text, start, start + size):
            marked[start : start + size] = ones
        start = text.find(term, start + 1)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether a letter or digit of ASCII stands right before or after."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(char.isascii() and char.isalnum() for char in around)
