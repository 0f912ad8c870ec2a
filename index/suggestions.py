"""Suggestions by prefix: which typed beginnings find a title, a 发文字号, an issuer or a heading.

A text is found by every beginning of every word in it. The beginnings are terms of the keyword
index of an audience, made of what that audience may read, so that a suggestion costs a few
lookups however large the library is, and appears and goes with its document. Punctuation and
spaces count for nothing: 2025〕8 and 20258 are the same beginning.

Who types Latin letters may mean pinyin or first letters. For these there are terms of their own:
the first letters of every beginning (hfgl), and how its first syllables sound (hui'fei).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Protocol

from index.analyzer import Analyzer
from index.pinyin import SYLLABLES, is_typed_sound, syllables
from index.sounds import SEPARATOR, heard

TITLE, ISSUER, NUMBER, HEADING = "title", "issuer", "number", "heading"
# In order of rank. Their first letters tell the terms of one kind from those of another.
KINDS = (TITLE, ISSUER, NUMBER, HEADING)

# Beginnings are indexed up to so many characters; the rest of a longer one is compared.
LONGEST = 12
# So many syllables are indexed by their sound; with more than that first letters tell enough.
_SYLLABLES = 3
# Words that start further back in a text find nothing: a heading that long is a misread paragraph.
_REACH = 100
# No folded text begins with it.
_HEARD = "~"
# Ways of reading what was typed as pinyin, the likeliest.
_READINGS = 2
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

    def sounds(self, typed: Sequence[str], start: int) -> bool:
        """Whether what stands from `start` on begins with these syllables, of which each may be
        unfinished or only its first letter."""
        read = self.heard[start : start + len(typed)]
        return len(read) == len(typed) and all(map(str.startswith, read, typed))

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
            letters = spelling.letters[start : start + LONGEST]
            parts = [letters[:size] for size in range(1, len(letters) + 1)]
            if not letters.isascii():
                parts += _heard_parts(spelling, start)
            for part in parts:
                terms.add(_term(kind, part))
                if start == 0:
                    terms.add(_first_term(kind, part))
    return terms


def _heard_parts(spelling: Spelling, start: int) -> list[str]:
    """How a beginning is typed by first letters, and by the sound of its first syllables."""
    letters = spelling.initials[start : start + LONGEST]
    heard = spelling.heard[start : start + min(_SYLLABLES, len(letters))]
    return [
        *(f"{_HEARD}{letters[:size]}" for size in range(1, len(letters) + 1)),
        *(_sounding(heard[:size]) for size in range(1, len(heard) + 1)),
    ]


def wanted_terms(kind: str, parts: Sequence[str], *, at_start: bool) -> tuple[str, ...]:
    """What a passage must have for `parts` to be found there: the first of them at the very
    start of a text, or each wherever a word starts."""
    first = _first_term if at_start else _term
    return (first(kind, parts[0]), *(_term(kind, part) for part in parts[1:]))


def heard_terms(kind: str, typed: Sequence[str], *, at_start: bool) -> tuple[str, ...]:
    """What a passage must have for these syllables to be heard there, each complete but the last,
    or all first letters."""
    name = _first_term if at_start else _term
    complete = list(takewhile(SYLLABLES.__contains__, typed))[:_SYLLABLES]
    terms = [name(kind, _HEARD + "".join(one[0] for one in typed)[:LONGEST])]
    if complete:
        terms.append(name(kind, _sounding(complete)))
    return tuple(terms)


def _sounding(heard: Sequence[str]) -> str:
    return _HEARD + "".join(f"{syllable}{SEPARATOR}" for syllable in heard)


def whole_term(kind: str, texts: Sequence[Spelling]) -> str:
    """The term that a passage shares with all that have the very same texts."""
    return f"={kind[0]}{'/'.join(text.letters for text in texts)}"


def _term(kind: str, part: str) -> str:
    return kind[0] + _cut(part)


def _first_term(kind: str, part: str) -> str:
    return kind[0].upper() + _cut(part)


def _cut(part: str) -> str:
    return part if part.startswith(_HEARD) else part[:LONGEST]


class Typed(Protocol):
    """What was begun to be typed, in one way of understanding it."""

    def wanted(self, kind: str, *, at_start: bool) -> tuple[str, ...]:
        """What a passage must have for a text of this kind to be found there."""

    def is_in(self, spelling: Spelling) -> bool:
        """Whether words of the text start as typed; none do without `may_be_in`."""

    def may_be_in(self, spelling: Spelling) -> bool:
        """The same, quickly and not surely."""

    def begins(self, spelling: Spelling) -> bool:
        """Whether the text itself starts so."""


@dataclass(frozen=True, slots=True)
class Written:
    """The letters of a text, in parts, of which the first may begin it."""

    parts: Sequence[str]

    def wanted(self, kind: str, *, at_start: bool) -> tuple[str, ...]:
        return wanted_terms(kind, self.parts, at_start=at_start)

    def is_in(self, spelling: Spelling) -> bool:
        return all(map(spelling.has, self.parts))

    def may_be_in(self, spelling: Spelling) -> bool:
        return self.parts[0] in spelling.letters

    def begins(self, spelling: Spelling) -> bool:
        return spelling.letters.startswith(self.parts[0])


@dataclass(frozen=True, slots=True)
class Heard:
    """Syllables, of which the last may be unfinished, or only their first letters."""

    syllables: Sequence[str]

    def wanted(self, kind: str, *, at_start: bool) -> tuple[str, ...]:
        return heard_terms(kind, self.syllables, at_start=at_start)

    def is_in(self, spelling: Spelling) -> bool:
        return any(spelling.sounds(self.syllables, start) for start in spelling.starts)

    def may_be_in(self, spelling: Spelling) -> bool:
        return "".join(syllable[0] for syllable in self.syllables) in spelling.initials

    def begins(self, spelling: Spelling) -> bool:
        return spelling.sounds(self.syllables, 0)


def heard_ways(folded: str) -> list[Heard]:
    """How typed Latin letters may be heard, the likeliest first; none for anything else."""
    if not is_typed_sound(folded):
        return []
    ways = list(syllables(folded, prefix=True)[:_READINGS])
    letters = "".join(filter(str.isalpha, folded))
    return [Heard(way) for way in dict.fromkeys((*ways, tuple(letters)))]


class Ranking:
    """The best `limit` of what is offered, the same text once.

    What begins as typed comes first, then titles before issuers, numbers and
    headings, then the newer.
    """

    def __init__(self, typed: Typed, limit: int) -> None:
        self.typed = typed
        self._limit = limit
        self._held: dict[str, tuple[_Key, Suggestion]] = {}

    def offer(self, suggestion: Suggestion, spelling: Spelling, age: tuple[int, int]) -> None:
        """Take it up if it has what was typed; of equal rank the smaller `age` comes first."""
        if not self.typed.is_in(spelling):
            return
        later = not self.typed.begins(spelling)
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
