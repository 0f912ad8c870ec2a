"""Whether the library says what somebody says it does: word for word, nearly so, or not at all.

Each sentence is looked for in the exact lane first. One that stands nowhere is compared with the
sentences of the passages most like it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from index.collection import Collection
from index.differences import ENDS, Difference, compared
from index.engine import Exact, Scope
from index.errors import BadRequest
from index.model import Audience
from index.projection import document_for, passage_for
from index.ranker import Ranker
from index.records import StoredDocument, StoredPassage
from index.sentences import Span, sentences, trimmed
from index.stream import Stream, letters_of
from index.understanding import MAX_CHARS, Understood

MAX_TEXT_CHARS, MAX_SENTENCES = 2_000, 50
EXACT, NEAR, ABSENT = "exact", "near", "absent"

# A sentence this like is meant to be the same one: with a figure or a word changed it is 0.9 or
# more. Of 150 sentences of our own library 25 have another as like, nearly all in another edition
# of the same rules.
_LIKE = 0.7
_DOCUMENTS, _PASSAGES, _COMPARED = 10, 3, 5
# Documents looked through for a sentence that stands in many.
_MOST_DOCUMENTS = 20
_LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: `text` is `[start:end]` of the passage as its reader sees it. One
    that runs on into the next passage ends with the first."""

    document: StoredDocument
    passage: StoredPassage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Citation:
    """What became of one sentence, `[start:end]` of what was pasted. The offsets of `differences`
    are into the sentence and into the text of its place."""

    start: int
    end: int
    verdict: str
    place: Place | None = None
    likeness: float = 0.0
    differences: tuple[Difference, ...] = ()


# Of documents already read, their passages as run together.
_Streams = dict[str, list[tuple[StoredPassage, Stream]]]


class Citations:
    """Checks what is pasted against one collection, for one audience."""

    def __init__(self, collection: Collection, audience: Audience) -> None:
        self._collection = collection
        self._audience = audience
        self._ranker = Ranker(collection, priors=False)

    def check(self, text: str) -> list[Citation]:
        """One for each sentence. Raises BadRequest for a text too long or without a sentence."""
        if len(text) > MAX_TEXT_CHARS:
            raise BadRequest(f"一次最多核对 {MAX_TEXT_CHARS} 个字，现有 {len(text)} 个")
        spans = [trimmed(text, cut) for cut in sentences(text)]
        spans = [(a, b) for a, b in spans if sum(map(str.isalnum, text[a:b])) >= _LEAST_LETTERS]
        if not spans:
            raise BadRequest("请给出要核对的句子")
        if len(spans) > MAX_SENTENCES:
            raise BadRequest(f"一次最多核对 {MAX_SENTENCES} 句，现有 {len(spans)} 句")
        self._collection.refresh()
        streams: _Streams = {}  # fifty sentences of one document read it once
        with self._collection.library.reading():
            return [self._citation(text[a:b], a, b, streams) for a, b in spans]

    def _citation(self, sentence: str, start: int, end: int, streams: _Streams) -> Citation:
        place = self._exact(sentence, streams)
        if place is not None:
            return Citation(start, end, EXACT, place, 1.0)
        return self._near(sentence, start, end) or Citation(start, end, ABSENT)

    def _exact(self, sentence: str, streams: _Streams) -> Place | None:
        """Where the sentence stands in the newest document that holds it."""
        letters = letters_of(sentence, self._collection.analyzer).rstrip(ENDS)
        engine = self._collection.engine
        scope = Scope(self._audience, having=(Exact(letters),))
        columns = engine.columns
        places = engine.documents(scope, columns).tolist() if letters else []
        for place in islice(places, _MOST_DOCUMENTS):
            document_id = columns.rows[place].document_id
            found = self._located(document_id, letters, streams)
            if found is not None:
                return found
        return None

    def _located(self, document_id: str, letters: str, streams: _Streams) -> Place | None:
        """The passage that holds the letters, or in which they begin."""
        document = self._document(document_id)
        if document is None:
            return None
        if document_id not in streams:
            passages = self._shown(self._collection.library.passages_of([document_id]))
            analyzer = self._collection.analyzer
            streams[document_id] = [
                (passage, Stream(passage.text, analyzer)) for passage in passages
            ]
        for passage, stream in streams[document_id]:
            for start, end in stream.find(letters):
                return Place(document, passage, start, end)
        for passage, stream in streams[document_id]:
            begun = _begun(stream.letters, letters)
            if begun:
                size = len(stream.letters)
                return Place(document, passage, *stream.span(size - begun, size))
        return None

    def _near(self, sentence: str, start: int, end: int) -> Citation | None:
        """The most alike sentence of the passages most like this one."""
        analyzer = self._collection.analyzer
        candidates = sorted(
            self._candidates(sentence), key=lambda each: -_overlap(sentence, each[0])
        )
        best: Citation | None = None
        for text, passage, (begin, _) in candidates[:_COMPARED]:
            beside = compared(sentence, text, analyzer)
            if beside.likeness < max(_LIKE, best.likeness if best else 0.0):
                continue
            document = self._document(passage.document_id)
            if document is None or (best and beside.likeness == best.likeness):
                continue
            first, last = beside.span
            place = Place(document, passage, begin + first, begin + last)
            moved = tuple(
                Difference(d.kind, d.given, (d.held[0] - first, d.held[1] - first))
                for d in beside.differences
            )
            verdict = NEAR if moved else EXACT
            best = Citation(start, end, verdict, place, beside.likeness, moved)
        return best

    def _candidates(self, sentence: str) -> Iterator[tuple[str, StoredPassage, Span]]:
        """Sentences of the passages that a search for this one finds."""
        asked = Understood(sentence[:MAX_CHARS], (), "hybrid", Scope(self._audience))
        ranking = self._ranker.rank(asked, floors=False)
        ids = [
            passage_id
            for document in range(min(_DOCUMENTS, len(ranking)))
            for _, passage_id in ranking.passages(document, _PASSAGES)
        ]
        for passage in self._shown(self._collection.library.passages(ids)):
            for cut in sentences(passage.text):
                start, end = trimmed(passage.text, cut)
                if start < end:
                    yield passage.text[start:end], passage, (start, end)

    def _shown(self, passages: Iterable[StoredPassage]) -> Iterator[StoredPassage]:
        return (passage_for(self._audience, passage) for passage in passages)

    def _document(self, document_id: str) -> StoredDocument | None:
        """As the audience reads it, None where it may not: asked again behind the index."""
        held = next(self._collection.library.documents([document_id]), None)
        if held is None or not self._audience.sees(held.audience):
            return None
        return document_for(self._audience, held)


def _overlap(one: str, other: str) -> float:
    """How many pairs of characters two texts share, of all they have; quick to tell."""
    pairs, others = _pairs(one), _pairs(other)
    return len(pairs & others) / max(1, len(pairs | others))


def _pairs(text: str) -> set[tuple[str, str]]:
    return set(pairwise(text))


def _begun(letters: str, sought: str) -> int:
    """How many of the letters at the end of a passage begin what is sought."""
    for size in range(min(len(letters), len(sought) - 1), _LEAST_LETTERS, -1):
        if letters.endswith(sought[:size]):
            return size
    return 0
