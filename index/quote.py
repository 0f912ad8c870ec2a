"""The sentence that answers, word for word: chosen among those of the passages shown first.

Nothing is put into other words and no figure is worked out: a quote is a stretch of the text of a
passage as its reader may see it, with the place where it stands.

A sentence fits by the share of the question it holds, what its title and the sentence before hold
of the rest, whether it has the kind of thing that is asked for, and how well its passage and its
document were found. The weights were fitted on 86 questions of our own and others' libraries
whose answer stands in a passage shown, and rounded: of these 55 get the right sentence (53 to 56
when a fifth at a time is kept aside), 42 by the share of the question alone (docs/quality.md).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from index.analyzer import Analyzer
from index.engine import TEXT, Exact, KeywordQuery
from index.model import Hit
from index.sentences import Span, sentences, trimmed
from index.shown import FoundDocument
from index.stream import Stream
from index.wanted import Kind, wanted

# Documents whose shown passages are read. Of 113 answers of our own 49 stand in those of the
# first, 62 of the first two, 69 of the first three, 71 of the first ten.
DOCUMENTS = 3
# What a sentence gains by each.
_HOLDS, _HEADED, _PRECEDED = 5.5, 0.9, 0.7
_KIND, _ENDED = 3.2, 1.2
_PASSAGE, _DOCUMENT = 3.3, 1.9

# Less is a heading or a number, more a list that lost its breaks: neither says what to quote.
_MOST_CHARS = 300
_LETTERS = re.compile(r"(?:[^\W_][\W_]*){4}")
_ENDS = tuple("。！？；!?;”")


@dataclass(frozen=True, slots=True)
class Quote:
    """`text` is `[start:end]` of the text of a passage as shown."""

    text: str
    document_id: str
    passage_id: int
    pages: tuple[int, int]
    address: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as texts are held against it: its terms, first `words` words and then pairs of
    characters, with their weights, which sum to 1; the kinds of thing wanted; what was quoted."""

    terms: tuple[str, ...]
    weights: tuple[float, ...]
    words: int
    kinds: tuple[Kind, ...]
    quoted: tuple[str, ...] = ()

    def share(self, held: Iterable[int]) -> float:
        """How much of the question these terms are, 0..1."""
        return sum(self.weights[at] for at in held)

    def satisfied(self, text: str) -> bool:
        """Whether a text has a thing of every kind that is wanted."""
        return all(kind.given.search(text) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage read for the question: which terms, by their place, stand in its title, headings
    and lead, and which in each sentence. `base` is what a sentence gains by standing here."""

    document_id: str
    hit: Hit
    base: float
    above: frozenset[int]
    cuts: Sequence[Span]
    held: Sequence[frozenset[int]]


def asked_of(
    text: str, keywords: KeywordQuery, idf: Mapping[str, float], having: Sequence[Exact] = ()
) -> Asked:
    """`text` is the question, `keywords` its terms, `having` what documents must hold."""
    weighed = [(term, w * idf[term]) for _, terms, w in keywords.streams() for term in terms]
    total = sum(weight for _, weight in weighed) or 1.0
    return Asked(
        tuple(term for term, _ in weighed),
        tuple(weight / total for _, weight in weighed),
        len(keywords.words),
        wanted(text),
        tuple(exact.letters for exact in having if exact.field == TEXT),
    )


def read(asked: Asked, documents: Sequence[FoundDocument], analyzer: Analyzer) -> list[Reading]:
    """The passages shown of the first documents, in the order of the page."""
    found = [each for each in documents[:DOCUMENTS] if each.hits]
    readings = []
    for each in found:
        title = analyzer.normalise(each.document.title or "").text
        titled = {at for at, term in enumerate(asked.terms) if term in title}
        behind = _DOCUMENT * (each.score - found[0].score)
        for hit in each.hits:
            base = behind + _PASSAGE * (hit.score - found[0].hits[0].score)
            cuts = sentences(hit.text)
            above, held = _held(asked, hit, cuts, analyzer)
            readings.append(
                Reading(each.document.document_id, hit, base, above | titled, cuts, held)
            )
    return readings


def _held(
    asked: Asked, hit: Hit, cuts: Sequence[Span], analyzer: Analyzer
) -> tuple[frozenset[int], list[frozenset[int]]]:
    """Which terms stand above the text of a passage, and which in each of its sentences."""
    whole = "\n".join((*hit.path, hit.lead, hit.text))
    begin = len(whole) - len(hit.text)
    starts = [start for start, _ in cuts]
    normal = analyzer.normalise(whole)
    above: set[int] = set()
    held: list[set[int]] = [set() for _ in cuts]
    for nth, term in enumerate(asked.terms):
        at = normal.text.find(term)
        while at >= 0:
            place = normal.span(at, at + 1)[0] - begin
            (above if place < 0 else held[bisect_right(starts, place) - 1]).add(nth)
            at = normal.text.find(term, at + 1)
    return frozenset(above), [frozenset(each) for each in held]


def best(asked: Asked, readings: Iterable[Reading], analyzer: Analyzer) -> Quote | None:
    """The sentence that fits best, the first of equals."""
    fitting = (each for reading in readings for each in _fitting(asked, reading, analyzer))
    found = max(fitting, key=itemgetter(0), default=None)
    if found is None:
        return None
    _, reading, (start, end) = found
    hit = reading.hit
    place = hit.passage_id, hit.pages, hit.address
    return Quote(hit.text[start:end], reading.document_id, *place, start, end)


def _fitting(
    asked: Asked, reading: Reading, analyzer: Analyzer
) -> Iterator[tuple[float, Reading, Span]]:
    """The sentences of a passage that may be quoted, and how well each fits."""
    hit, above = reading.hit, reading.above
    before: frozenset[int] = frozenset()
    quoted = _quoted(asked, hit.text, analyzer)
    for cut, held in zip(reading.cuts, reading.held, strict=True):
        start, end = trimmed(hit.text, cut)
        text = hit.text[start:end]
        if _may_be_quoted(text) and (not asked.quoted or _meets((start, end), quoted)):
            fit = reading.base + _HOLDS * asked.share(held) + _HEADED * asked.share(above - held)
            fit += _PRECEDED * asked.share(before - held - above)
            fit += _KIND * asked.satisfied(text) + _ENDED * text.endswith(_ENDS)
            yield fit, reading, (start, end)
        before = held


def _may_be_quoted(text: str) -> bool:
    return len(text) <= _MOST_CHARS and _LETTERS.search(text) is not None


def _quoted(asked: Asked, text: str, analyzer: Analyzer) -> list[Span]:
    """Where what was quoted in the question stands."""
    if not asked.quoted:
        return []
    stream = Stream(text, analyzer)
    return [span for letters in asked.quoted for span in stream.find(letters)]


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
