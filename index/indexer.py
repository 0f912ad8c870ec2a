"""From the library to the indexes: the only way anything gets into an engine.

Whatever happened before (a crash, a kill, a new generation), catching up means the same:
take every document that changed since the engine's number, and put it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import takewhile

from index.aliases import mined
from index.analyzer import Analyzer, Terms
from index.engine import Engine, Entry, Whole
from index.lexicon import names_in, spelling_terms
from index.library import Library
from index.memory import give_back
from index.model import Audience
from index.projection import body_text, document_for, head_text, lines_for, passage_for
from index.records import StoredDocument, StoredPassage
from index.stream import letters_of
from index.suggestions import HEADING, NUMBER, TITLE, Speller, start_terms

_DOCUMENTS_AT_ONCE = 256
_PASSAGES_PER_COMMIT = 50_000
# Format of a document that is a row of a test set: nobody types there, so nothing is suggested.
TEST_ROW = "row"


class Indexer:
    """Brings the keyword lane up to the library; belongs to whoever holds the writer's lock.

    What has been taken up is committed every so many passages: a commit for every batch would
    leave many small segments behind, and each of them costs every question some time. Killed
    before the commit, the next indexer takes up again from the last one.
    """

    def __init__(self, library: Library, engine: Engine, analyzer: Analyzer) -> None:
        self._library = library
        self._engine = engine
        self._analyzer = analyzer
        self._at = engine.seq
        self._uncommitted = 0

    def catch_up(self, ready: Mapping[str, Terms] | None = None) -> None:
        """`ready` are terms made before, by text; the rest is made here."""
        library, engine = self._library, self._engine
        segment = _Segmenter(self._analyzer, ready or {})
        with library.reading():
            seq = library.seq()
            for ids in _in_parts(library.changed_since(self._at)):
                engine.delete(ids)
                for audience, entries in _entries(library, ids, segment).items():
                    engine.put(audience, entries)
                    self._uncommitted += len(entries)
                engine.put_whole(_wholes(library, ids, self._analyzer))
        self._at = seq
        if self._uncommitted >= _PASSAGES_PER_COMMIT:
            self.commit()
        give_back()

    def commit(self) -> None:
        if self._engine.seq != self._at:
            self._engine.commit(self._at)
        self._uncommitted = 0


def _in_parts(ids: Sequence[str]) -> Iterator[list[str]]:
    for at in range(0, len(ids), _DOCUMENTS_AT_ONCE):
        yield list(ids[at : at + _DOCUMENTS_AT_ONCE])


def _entries(
    library: Library, ids: Sequence[str], segment: _Segmenter
) -> dict[Audience, list[Entry]]:
    """What each audience may find of these documents, as it may read it."""
    documents = {document.document_id: document for document in library.documents(ids)}
    seers = {
        audience: [other for other in Audience if other.sees(audience)] for audience in Audience
    }
    found: dict[Audience, list[Entry]] = {audience: [] for audience in Audience}
    path: tuple[str, ...] = ()
    held: set[str] = set()
    for passage in library.passages_of(ids):
        document = documents[passage.document_id]
        if passage.ordinal == 0:
            path, held = (), set()
        known = _known(path, passage.path)
        path = passage.path
        whole = _entry(document, passage, segment, known, held)
        masked = False
        for audience in seers[document.audience]:
            seen = document_for(audience, document), passage_for(audience, passage)
            same = seen == (document, passage)
            masked |= not same
            found[audience].append(whole if same else _entry(*seen, segment, known, held))
        if not masked:  # or some audience may not have read all of these words
            held.update(whole.body.words, whole.head.words)
    return found


def _wholes(library: Library, ids: Sequence[str], analyzer: Analyzer) -> Iterator[Whole]:
    """These documents for the exact lane: once, or twice where the public reads otherwise."""
    for document in library.documents(ids):
        body = library.body(document.document_id) or {"paragraphs": ()}
        lines = [paragraph["text"] for paragraph in body["paragraphs"]]
        readers: dict[tuple[str, str], list[Audience]] = {}
        for audience in Audience:
            if audience.sees(document.audience):
                title = document_for(audience, document).title or ""
                text = "\n".join(lines_for(audience, lines))
                readers.setdefault((text, title), []).append(audience)
        for (text, title), audiences in readers.items():
            folded = analyzer.normalise(text).text.split("\n")
            yield Whole(
                document.document_id,
                tuple(audiences),
                letters_of(text, analyzer),
                letters_of(title, analyzer),
                mined(folded, analyzer.cut),
            )


def _known(before: Sequence[str], path: Sequence[str]) -> int:
    """How many headings of `path` stood already above the passage before."""
    pairs = zip(before, path, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _entry(
    document: StoredDocument,
    passage: StoredPassage,
    segment: _Segmenter,
    known: int,
    held: AbstractSet[str],
) -> Entry:
    """A passage as it reads; `held` are words that stood in the document before it."""
    head = head_text(document.title, document.number, passage.path)
    body = body_text((), passage.lead, passage.text)
    terms = segment(body), segment(head)
    words = {word for part in terms for word in part.words} - held
    starts = _starts(document, passage, segment.spell, known)
    spellings = _spellings(document, passage, words, segment.spell, known)
    return Entry(passage.passage_id, document, *terms, starts, spellings)


def _starts(
    document: StoredDocument, passage: StoredPassage, spell: Speller, known: int
) -> frozenset[str]:
    """Suggestions' terms: title and number stand at the first passage, a heading at its own."""
    terms = start_terms(HEADING, passage.path, spell, known)
    if passage.ordinal == 0 and document.format != TEST_ROW:
        for kind, text in ((TITLE, document.title), (NUMBER, document.number)):
            if text:
                terms |= start_terms(kind, (text,), spell)
    return frozenset(terms)


def _spellings(
    document: StoredDocument,
    passage: StoredPassage,
    words: AbstractSet[str],
    spell: Speller,
    known: int,
) -> frozenset[str]:
    """How the new words of a passage and the names that begin or stand in it may be typed."""
    if document.format == TEST_ROW:
        return frozenset()
    names = [*passage.path[known:], *names_in(passage.text)]
    if passage.ordinal == 0:
        names += filter(None, (document.title, document.issuer))
    return frozenset(spelling_terms(words, names, spell))


class _Segmenter:
    """The terms of a text, from what is ready or from the analyzer."""

    def __init__(self, analyzer: Analyzer, ready: Mapping[str, Terms]) -> None:
        self._analyzer = analyzer
        self._ready = ready
        self.spell = Speller(analyzer)

    def __call__(self, text: str) -> Terms:
        terms = self._ready.get(text)
        return self._analyzer.terms(text) if terms is None else terms
