"""From the library to the indexes: the only way anything gets into an engine.

Whatever happened before (a crash, a kill, a new generation), catching up means the same:
take every document that changed since the engine's number, and put it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from index.analyzer import Analyzer, Terms
from index.engine import Engine, Entry
from index.library import Library
from index.model import Audience
from index.projection import document_for, head_text, passage_for
from index.records import StoredDocument, StoredPassage

_DOCUMENTS_AT_ONCE = 256


def catch_up(
    library: Library,
    engine: Engine,
    analyzer: Analyzer,
    ready: Mapping[str, Terms] | None = None,
) -> bool:
    """Bring the keyword lane up to the library; the caller holds the writer's lock.

    `ready` are terms made before, by text; the rest is made here. True when there was anything
    to do.
    """
    segment = _Segmenter(analyzer, ready or {})
    with library.reading():
        seq = library.seq()
        if engine.seq == seq:
            return False
        for ids in _in_parts(library.changed_since(engine.seq)):
            engine.delete(ids)
            for audience, entries in _entries(library, ids, segment).items():
                engine.put(audience, entries)
        engine.commit(seq)
    return True


def _in_parts(ids: Sequence[str]) -> Iterator[list[str]]:
    for at in range(0, len(ids), _DOCUMENTS_AT_ONCE):
        yield list(ids[at : at + _DOCUMENTS_AT_ONCE])


def _entries(
    library: Library, ids: Sequence[str], segment: _Segmenter
) -> dict[Audience, list[Entry]]:
    """What each audience may find of these documents, as it may read it."""
    documents = {document.document_id: document for document in library.documents(ids)}
    found: dict[Audience, list[Entry]] = {audience: [] for audience in Audience}
    for passage in library.passages_of(ids):
        document = documents[passage.document_id]
        whole = _entry(document, passage, segment)
        for audience in Audience:
            if audience.sees(document.audience):
                seen = document_for(audience, document), passage_for(audience, passage)
                same = seen == (document, passage)
                found[audience].append(whole if same else _entry(*seen, segment))
    return found


def _entry(document: StoredDocument, passage: StoredPassage, segment: _Segmenter) -> Entry:
    head = head_text(document.title, document.number, passage.path)
    return Entry(passage.passage_id, document, segment(passage.text), segment(head))


class _Segmenter:
    """The terms of a text, from what is ready or from the analyzer."""

    def __init__(self, analyzer: Analyzer, ready: Mapping[str, Terms]) -> None:
        self._analyzer = analyzer
        self._ready = ready

    def __call__(self, text: str) -> Terms:
        terms = self._ready.get(text)
        return self._analyzer.terms(text) if terms is None else terms
