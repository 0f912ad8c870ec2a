"""From the library to the indexes: the only way anything gets into an engine.

Whatever happened before (a crash, a kill, a new generation), catching up means the same:
take every document that changed since the engine's number, and put it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.analyzer import Analyzer
from index.engine import Engine, Entry
from index.library import Library
from index.model import Audience
from index.projection import document_for, passage_for
from index.records import StoredDocument, StoredPassage

_DOCUMENTS_AT_ONCE = 256


def catch_up(library: Library, engine: Engine, analyzer: Analyzer) -> bool:
    """Bring the keyword lane up to the library; the caller holds the writer's lock.

    True when there was anything to do.
    """
    with library.reading():
        seq = library.seq()
        if engine.seq == seq:
            return False
        for ids in _in_parts(library.changed_since(engine.seq)):
            engine.delete(ids)
            for audience, entries in _entries(library, ids, analyzer).items():
                engine.put(audience, entries)
        engine.commit(seq)
    return True


def _in_parts(ids: Sequence[str]) -> Iterator[list[str]]:
    for at in range(0, len(ids), _DOCUMENTS_AT_ONCE):
        yield list(ids[at : at + _DOCUMENTS_AT_ONCE])


def _entries(
    library: Library, ids: Sequence[str], analyzer: Analyzer
) -> dict[Audience, list[Entry]]:
    """What each audience may find of these documents, as it may read it."""
    documents = {document.document_id: document for document in library.documents(ids)}
    found: dict[Audience, list[Entry]] = {audience: [] for audience in Audience}
    for passage in library.passages_of(ids):
        document = documents[passage.document_id]
        whole = _entry(document, passage, analyzer)
        for audience in Audience:
            if audience.sees(document.audience):
                seen = document_for(audience, document), passage_for(audience, passage)
                same = seen == (document, passage)
                found[audience].append(whole if same else _entry(*seen, analyzer))
    return found


def _entry(document: StoredDocument, passage: StoredPassage, analyzer: Analyzer) -> Entry:
    head = "\n".join([document.title or "", document.number or "", *passage.path])
    return Entry(passage.passage_id, document, analyzer.terms(passage.text), analyzer.terms(head))
