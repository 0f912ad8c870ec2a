"""What an engine is: a place that holds terms and vectors and finds passages by them.

An engine never sees raw text: it is given terms made by our one analyzer and vectors made by
our encoder, so every engine ranks alike; how lanes are mixed is decided above it (fusion.py).
`tests/test_engine_contract.py` is the definition of keeping this contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from index.aliases import Alias
from index.analyzer import Terms
from index.columns import Columns
from index.library import Library
from index.model import Audience, Filter
from index.records import StoredDocument

# Fields of terms an engine holds for every passage, each scored by BM25 (k1 1.2, b 0.75).
BODY, HEAD = "body", "head"
# Fields of letters that it holds for every document.
TEXT, NAME = "text", "title"
# How much title and headings count beside the text, and pairs of characters beside words; the
# measurements that chose them are in docs/quality.md.
HEAD_WEIGHT, GRAMS_WEIGHT = 0.1, 1.4


@dataclass(frozen=True, slots=True)
class Entry:
    """One passage for the keyword lane, as one group of audiences sees it.

    `body` are the terms of the text, `head` those of title and headings. `starts` are terms for
    suggestions, of the texts that begin with this passage, `spellings` say how its words and
    names may be typed (see `index.lexicon`); neither counts for anything in a score.
    """

    passage_id: int
    document: StoredDocument
    body: Terms
    head: Terms
    starts: frozenset[str] = frozenset()
    spellings: frozenset[str] = frozenset()


# (stream, term, weight)
Weighted = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Slot:
    """Terms of a word that was typed, and for each word that says the same its terms, as if it
    had been typed; `weight` is what saying the same is worth."""

    typed: tuple[Weighted, ...]
    others: tuple[tuple[Weighted, ...], ...]
    weight: float = 1.0

    def scaled(self, idf: Mapping[str, float]) -> Slot:
        """With weights by which each of the others scores at best `weight` times what the word
        itself does, however many terms it has."""

        def best(terms: Iterable[Weighted]) -> float:
            return sum(times * idf[term] for _, term, times in terms)

        whole = best(self.typed)
        scaled = []
        for terms in self.others:
            factor = self.weight * whole / (best(terms) or 1.0)
            scaled.append(tuple((stream, term, times * factor) for stream, term, times in terms))
        return Slot(self.typed, tuple(scaled))

    def each(self) -> tuple[tuple[Weighted, ...], ...]:
        return (self.typed, *self.others)


@dataclass(frozen=True, slots=True)
class KeywordQuery:
    """Terms to look for; a passage scores the sum over fields and streams of weight x BM25.

    A passage of a document with one of `numbers` (normal forms of 发文字号) scores
    `number_score` more: who types a number wants that document. In each of `slots` only what
    scores most counts.
    """

    words: tuple[str, ...]
    grams: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    number_score: float = 0.0
    fields: tuple[tuple[str, float], ...] = ((BODY, 1.0), (HEAD, HEAD_WEIGHT))
    grams_weight: float = GRAMS_WEIGHT
    slots: tuple[Slot, ...] = ()

    def streams(self) -> tuple[tuple[str, tuple[str, ...], float], ...]:
        """(stream, terms, weight)."""
        return ("words", self.words, 1.0), ("grams", self.grams, self.grams_weight)

    def every(self) -> Iterator[tuple[str, str]]:
        """(stream, term) of all that is looked for, slots included."""
        for stream, terms, _ in self.streams():
            for term in terms:
                yield stream, term
        for slot in self.slots:
            for terms_of_one in slot.each():
                for stream, term, _ in terms_of_one:
                    yield stream, term

    def alone(self) -> Iterator[Weighted]:
        """All terms that are in no slot."""
        slotted = {term[:2] for slot in self.slots for term in slot.typed}
        for stream, terms, weight in self.streams():
            for term in terms:
                if (stream, term) not in slotted:
                    yield stream, term, weight


@dataclass(frozen=True, slots=True)
class Whole:
    """One document for the exact lane: its letters (see `index.stream`) as `audiences` read it,
    and the other names that it gives."""

    document_id: str
    audiences: tuple[Audience, ...]
    text: str
    title: str = ""
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class Exact:
    """Letters that stand one after another in a document's `field`, TEXT or NAME."""

    letters: str
    field: str = TEXT


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose library, and which part of it; the same for every lane of one question.

    Documents must hold all of `having` and none of `lacking`.
    """

    audience: Audience
    filter: Filter = field(default_factory=Filter)
    having: tuple[Exact, ...] = ()
    lacking: tuple[Exact, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Passages and their scores, best first, ties by passage id: int64 and float64, both (n,)."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float64]

    @classmethod
    def of(cls, ids: ArrayLike, scores: ArrayLike, k: int | None = None) -> Scored:
        """The k best (all when None) of passages in any order, each there once."""
        held, given = np.asarray(ids, np.int64), np.asarray(scores, np.float64)
        order = np.lexsort((held, -given))[:k]
        return cls(held[order], given[order])

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return iter(zip(self.ids.tolist(), self.scores.tolist(), strict=True))


class Engine(Protocol):
    """Holds one generation of one library; see the module's docstring."""

    @property
    def seq(self) -> int:
        """The last change that the keyword and exact lanes hold."""

    def put(self, audience: Audience, entries: Iterable[Entry]) -> None:
        """Add passages to what `audience` can find by keyword; seen after `commit`."""

    def put_whole(self, wholes: Iterable[Whole]) -> None:
        """Add documents to what can be found exactly; seen after `commit`."""

    def delete(self, document_ids: Iterable[str]) -> None:
        """Forget all passages of these documents, for every audience; seen after `commit`."""

    def commit(self, seq: int) -> None:
        """Make puts and deletes durable and visible, and remember `seq`, all at once."""

    def refresh(self, library: Library) -> None:
        """Take up what other processes committed: columns, vectors, keyword segments."""

    def documents(self, scope: Scope, columns: Columns) -> NDArray[np.int64]:
        """Places in these columns of all documents in the scope, newest first, undated last."""

    def stands(self, letters: str, audience: Audience) -> bool:
        """Whether some document of this audience has these letters in its text."""

    def aliases(self) -> list[Alias]:
        """All aliases, whoever may read the documents that give them; see `giving`."""

    def giving(self, alias: Alias, audience: Audience, columns: Columns) -> NDArray[np.int64]:
        """Places in these columns of the documents in which this audience reads an alias, newest
        first."""

    def search_keyword(self, query: KeywordQuery, scope: Scope, k: int) -> Scored:
        """The k best passages with at least one of the terms."""

    def search_starts(
        self, wanted: Sequence[str], unwanted: Sequence[str], audience: Audience, k: int
    ) -> list[int]:
        """The k newest passages with all of `wanted` and none of `unwanted` in `starts`, by the
        last day of their date, undated last, ties by passage id."""

    def spellings(self, beginning: str, audience: Audience, k: int) -> list[tuple[str, int]]:
        """The k commonest terms of `spellings` that begin so, each with the number of passages
        that have it; that number may still count some that were deleted."""

    def missing(self, query: KeywordQuery, audience: Audience) -> frozenset[str]:
        """Those of the terms that stand in no passage, neither in its body nor in its head."""

    def search_vector(self, vector: NDArray[np.float32], scope: Scope, k: int) -> Scored:
        """The k passages of highest cosine with `vector`, `(dimension,)` of unit length."""

    def score_vector(self, vector: NDArray[np.float32], ids: NDArray[np.int64]) -> Scored:
        """Cosines of these passages; those without a vector are left out."""

    def idf(self, query: KeywordQuery, audience: Audience) -> dict[str, float]:
        """BM25's idf of every term in the body, over what this audience can find."""
