"""Which characters of a passage answer the question's words."""

from __future__ import annotations

from collections.abc import Set

from index.analyzer import Analyzer


def marks(text: str, terms: Set[str], analyzer: Analyzer) -> tuple[tuple[int, int], ...]:
    """Offsets of every occurrence of `terms` in the original text, joined where they touch."""
    spans = sorted((t.start, t.end) for t in analyzer.tokens(text) if t.term in terms)
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)
