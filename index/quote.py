"""The sentence that answers, word for word: chosen among those of the passages shown first.

Nothing is put into other words and no figure is worked out: a quote is a stretch of the text of a
passage as its reader may see it, with the place where it stands.

A sentence fits by the share of the question it holds, in its own or in other words, what its
title, its headings and the sentence before hold of the rest, whether it has the kind of thing that
is asked for, how long it is, and how well its passage and its document were found. The weights
were fitted on 92 questions of our own and others' libraries whose answer stands in a passage
shown, and rounded (docs/quality.md).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log
from operator import itemgetter

from index.analyzer import Analyzer
from index.columns import edition_of
from index.engine import TEXT, KeywordQuery
from index.model import Hit
from index.offers import EDITION
from index.records import StoredDocument
from index.sentences import Span, sentences, trimmed
from index.shown import FoundDocument
from index.stream import Stream
from index.understanding import Understood
from index.wanted import Kind, wanted

# Documents whose shown passages are read: five hold the answers to 95 of 133 questions where three
# hold 92, and no more are quoted right (docs/quality.md).
DOCUMENTS = 3
# What a sentence gains by each. What it says in other words than the question counts a part; one
# that ends with a colon only announces what is said below; length counts by its logarithm.
_HOLDS, _HEADED, _PRECEDED, _OTHERWISE = 8.5, 7.0, 4.5, 0.6
_KIND, _ANNOUNCES, _LONG = 3.0, -1.7, 0.65
_PASSAGE, _DOCUMENT = 4.0, 3.4

# Less is a heading or a number, more a list that lost its breaks: neither says what to quote.
_MOST_CHARS = 300
# What the document quoted gains, so that it comes first (index/searcher.py).
QUOTED = "quote"
_LETTERS = re.compile(r"(?:[^\W_][\W_]*){4}")
_INTERROGATIVE = re.compile(
    "(?:什么|啥)(?:时候|时间|地方|人|样|意思)?|多少|多[久大高远长]|几|谁|怎么(?:样|办)?|怎样|如何|为何|为啥"
    "|哪(?:一?[里儿个些位天年月日种家所])?|何[时日处人]|是否|能否|可否|([能会要行可是有])[不没]\\1|[吗呢么]"
)
_COLONS = ("：", ":")


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
    """A question as texts are held against it: its terms, words and pairs of characters,
    with their weights, which sum to 1; the kinds of thing wanted; what was quoted.
    `ways` are other words, each with the terms it says, by their place; `years` are those that
    are named, None where none is."""

    terms: tuple[str, ...]
    weights: tuple[float, ...]
    kinds: tuple[Kind, ...]
    quoted: tuple[str, ...] = ()
    ways: tuple[tuple[str, tuple[int, ...]], ...] = ()
    years: range | None = None

    def share(self, held: Iterable[int]) -> float:
        """How much of the question these terms are, 0..1."""
        return sum(self.weights[at] for at in held)

    def satisfied(self, text: str) -> bool:
        """Whether a text has a thing of every kind that is wanted."""
        return all(kind.given.search(text) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage read for the question: which terms, by their place, stand in its title, headings
    and lead, which in each sentence, and which are said there in other words. `base` is what a
    sentence gains by standing here."""

    document_id: str
    hit: Hit
    base: float
    above: frozenset[int]
    cuts: Sequence[Span]
    held: Sequence[frozenset[int]]
    otherwise: Sequence[frozenset[int]]

    def told(self) -> Iterator[frozenset[int]]:
        """Which terms each sentence tells of, under what stands above it."""
        for held, otherwise in zip(self.held, self.otherwise, strict=True):
            yield self.above | held | otherwise


def asked_of(
    asked: Understood, keywords: KeywordQuery, idf: Mapping[str, float], analyzer: Analyzer
) -> Asked:
    """`keywords` are the terms of the question, `idf` what each weighs. The pairs of characters of
    什么时候 and the like stand in no answer."""
    said = _INTERROGATIVE.sub(" ", analyzer.normalise(asked.text).text)
    weighed = [
        (term, weight * idf[term])
        for _, terms, weight in keywords.streams()
        for term in terms
        if term in said
    ]
    total = sum(weight for _, weight in weighed) or 1.0
    period = asked.wish.period
    ways = (
        (other, tuple(nth for nth, (term, _) in enumerate(weighed) if term in way.word))
        for way in asked.ways
        for other in way.others
    )
    return Asked(
        tuple(term for term, _ in weighed),
        tuple(weight / total for _, weight in weighed),
        wanted(asked.text),
        tuple(exact.letters for exact in asked.having if exact.field == TEXT),
        tuple(ways),
        period and range(period[0] // 10_000, period[1] // 10_000 + 1),
    )


def read(asked: Asked, documents: Sequence[FoundDocument], analyzer: Analyzer) -> list[Reading]:
    """The passages shown of the first documents, in the order of the page; where years are named,
    only those that can tell of them."""
    found = [each for each in documents if each.hits and _holds_now(asked, each)][:DOCUMENTS]
    readings = []
    for each in found:
        title = analyzer.normalise(each.document.title or "").text
        titled = {at for at, term in enumerate(asked.terms) if term in title}
        behind = _DOCUMENT * (each.score - found[0].score)
        for hit in each.hits:
            if asked.years and not _tells_of(asked.years, each.document, hit, analyzer):
                continue
            base = behind + _PASSAGE * (hit.score - found[0].hits[0].score)
            cuts = sentences(hit.text)
            above, held, otherwise = _held(asked, hit, cuts, analyzer)
            above |= titled
            readings.append(
                Reading(each.document.document_id, hit, base, above, cuts, held, otherwise)
            )
    return readings


def _holds_now(asked: Asked, each: FoundDocument) -> bool:
    """An earlier edition is shown, but does not answer what asks neither for it nor its time."""
    return bool(asked.quoted) or EDITION not in each.wished


def _tells_of(years: range, document: StoredDocument, hit: Hit, analyzer: Analyzer) -> bool:
    """Whether the document is of one of the years, or the passage names one; rules hold for every
    year after theirs."""
    if not set(years).isdisjoint(document.years):
        return True
    if edition_of(document) and min(document.years, default=0) <= years[-1]:
        return True
    folded = analyzer.normalise("".join((*hit.path, hit.lead, hit.text))).text
    return any(
        re.search(rf"(?<![0-9])(?:{year}|{_written_out(year)})(?![0-9])", folded) for year in years
    )


def _written_out(year: int) -> str:
    """A pattern: 2024 as 二〇二四 or 二零二四."""
    return "".join(
        "[〇零○]" if digit == "0" else "〇一二三四五六七八九"[int(digit)] for digit in str(year)
    )


def _held(
    asked: Asked, hit: Hit, cuts: Sequence[Span], analyzer: Analyzer
) -> tuple[frozenset[int], list[frozenset[int]], list[frozenset[int]]]:
    """Which terms stand above the text of a passage, which in each of its sentences, and which
    are said there in other words."""
    whole = "\n".join((*hit.path, hit.lead, hit.text))
    begin = len(whole) - len(hit.text)
    starts = [start for start, _ in cuts]
    normal = analyzer.normalise(whole)
    above: set[int] = set()
    held: list[set[int]] = [set() for _ in cuts]
    otherwise: list[set[int]] = [set() for _ in cuts]
    literally = ((term, (nth,), held) for nth, term in enumerate(asked.terms))
    for said, terms, sentence in chain(literally, ((*way, otherwise) for way in asked.ways)):
        at = normal.text.find(said)
        while at >= 0:
            place = normal.span(at, at + 1)[0] - begin
            (above if place < 0 else sentence[bisect_right(starts, place) - 1]).update(terms)
            at = normal.text.find(said, at + 1)
    return frozenset(above), [*map(frozenset, held)], [*map(frozenset, otherwise)]


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
    for cut, held, otherwise in zip(reading.cuts, reading.held, reading.otherwise, strict=True):
        start, end = trimmed(hit.text, cut)
        text = hit.text[start:end]
        said = held | otherwise
        if _may_be_quoted(text) and (not asked.quoted or _meets((start, end), quoted)):
            fit = reading.base + _HOLDS * asked.share(held) + _HEADED * asked.share(above - said)
            fit += _HOLDS * _OTHERWISE * asked.share(otherwise - held)
            fit += _PRECEDED * asked.share(before - said - above) + _LONG * log(len(text))
            fit += _KIND * asked.satisfied(text) + _ANNOUNCES * text.endswith(_COLONS)
            yield fit, reading, (start, end)
        before = said


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
