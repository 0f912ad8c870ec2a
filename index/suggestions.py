"""Suggestions by prefix: which typed beginnings find a title, a 发文字号, an issuer or a heading.

A text is found by every beginning of every word in it. The beginnings are terms of the keyword
index of an audience, made of what that audience may read, so that a suggestion costs a few
lookups however large the library is, and appears and goes with its document. Punctuation and
spaces count for nothing: 2025〕8 and 20258 are the same beginning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from index.analyzer import Analyzer
from index.sounds import heard

TITLE, ISSUER, NUMBER, HEADING = "title", "issuer", "number", "heading"
# In order of rank. Their first letters tell the terms of one kind from those of another.
KINDS = (TITLE, ISSUER, NUMBER, HEADING)

# Beginnings are indexed up to so many characters; the rest of a longer one is compared.
LONGEST = 12
# Words that start further back in a text find nothing: a heading that long is a misread paragraph.
_REACH = 100
_ABOUT = re.compile("关于")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text that continues what was typed; `document_id` is None for an issuer."""

    text: str
    kind: str
    document_id: str | None = None


class Spelling:
    """A text as it is typed: folded `letters` and digits, and where in them words start."""

    def __init__(self, text: str, analyzer: Analyzer) -> None:
        self._folded = analyzer.normalise(text).text
        self._analyzer = analyzer
        self.letters = _letters(self._folded)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Offsets into `letters`, ascending. Cut when asked for: seldom, except in indexing."""
        words = self._analyzer.word_starts(self._folded)
        words |= {match.end() for match in _ABOUT.finditer(self._folded)}
        starts: list[int] = []
        at, apart = 0, True
        for place, char in enumerate(self._folded):
            if not char.isalnum():
                apart = True
                continue
            if (apart or place in words) and at < _REACH:
                starts.append(at)
            at, apart = at + 1, False
        return tuple(starts)

    @cached_property
    def heard(self) -> tuple[str, ...]:
        """How each of the letters is read."""
        return heard(self.letters)

    @cached_property
    def initials(self) -> str:
        """The first letter of each."""
        return "".join(syllable[0] for syllable in self.heard)

    def has(self, part: str) -> bool:
        """Whether some word starts with `part`, which may run on over the words behind it."""
        if self.letters.startswith(part):
            return bool(part)
        return part in self.letters and any(
            self.letters.startswith(part, start) for start in self.starts
        )


class Speller:
    """Text -> Spelling; recent ones are remembered. Safe to share by threads."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._spelled = lru_cache(maxsize=4096)(lambda text: Spelling(text, analyzer))

    def __call__(self, text: str) -> Spelling:
        return self._spelled(text)

    def parts(self, typed: str) -> tuple[str, ...]:
        """What was typed between spaces, each part as in a Spelling, each once."""
        split = self._analyzer.normalise(typed).text.split()
        return tuple(dict.fromkeys(filter(None, map(_letters, split))))


def _letters(folded: str) -> str:
    return "".join(filter(str.isalnum, folded))


def start_terms(kind: str, texts: Sequence[str], spell: Speller, known: int = 0) -> set[str]:
    """The terms that find a passage by the texts of one kind that begin there.

    The first `known` of `texts` began before; they only tell this passage from others.
    """
    spellings = [spell(text) for text in texts]
    if not any(spelling.letters for spelling in spellings[known:]):
        return set()
    terms = {whole_term(kind, spellings)}
    for spelling in spellings[known:]:
        for start in spelling.starts:
            for end in range(start + 1, min(start + LONGEST, len(spelling.letters)) + 1):
                part = spelling.letters[start:end]
                terms.add(_term(kind, part))
                if start == 0:
                    terms.add(_first_term(kind, part))
    return terms


def wanted_terms(kind: str, parts: Sequence[str], *, at_start: bool) -> tuple[str, ...]:
    """What a passage must have for `parts` to be found there: the first of them at the very
    start of a text, or each wherever a word starts."""
    first = _first_term if at_start else _term
    return (first(kind, parts[0]), *(_term(kind, part) for part in parts[1:]))


def whole_term(kind: str, texts: Sequence[Spelling]) -> str:
    """The term that a passage shares with all that have the very same texts."""
    return f"={kind[0]}{'/'.join(text.letters for text in texts)}"


def _term(kind: str, part: str) -> str:
    return kind[0] + part[:LONGEST]


def _first_term(kind: str, part: str) -> str:
    return kind[0].upper() + part[:LONGEST]


class Ranking:
    """The best `limit` of what is offered, the same text once.

    What begins with the first part comes first, then titles before issuers, numbers and
    headings, then the newer.
    """

    def __init__(self, parts: Sequence[str], limit: int) -> None:
        self.parts = parts
        self._limit = limit
        self._held: dict[str, tuple[_Key, Suggestion]] = {}

    def offer(self, suggestion: Suggestion, spelling: Spelling, age: tuple[int, int]) -> None:
        """Take it up if it has what was typed; of equal rank the smaller `age` comes first."""
        if not all(spelling.has(part) for part in self.parts):
            return
        later = not spelling.letters.startswith(self.parts[0])
        key = (later, KINDS.index(suggestion.kind), *age)
        held = self._held.get(spelling.letters)
        if held is None or key < held[0]:
            self._held[spelling.letters] = key, suggestion

    def is_full(self, kind: str, *, at_start: bool) -> bool:
        """Whether nothing that ranks after this kind can still be among the best."""
        last = (not at_start, KINDS.index(kind))
        return sum(key[:2] <= last for key, _ in self._held.values()) >= self._limit

    def best(self) -> tuple[Suggestion, ...]:
        ranked = sorted(self._held.values(), key=lambda item: item[0])
        return tuple(suggestion for _, suggestion in ranked[: self._limit])


# (not at the very start, kind, age)
_Key = tuple[bool, int, int, int]
