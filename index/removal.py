"""Deleting documents so that nothing of them remains: no row, no term, no vector, no file."""

from __future__ import annotations

from collections.abc import Iterable

from index.collection import Collection
from index.records import Source
from index.tuning import forget_works


def remove(collection: Collection, document_ids: Iterable[str]) -> list[Source]:
    """Delete documents for all readers at once; the files they had, which are not taken up again.

    What lanes and journals still hold is found by nobody; `tidy` takes that away, too.
    """
    library = collection.library
    with collection.writing():
        with library.transaction():
            gone = [source for key in document_ids for source in library.delete_document(key)]
            library.delete_refusals([str(source.file) for source in gone])
            library.sweep()
        for source in gone:
            library.shelf.drop_upload(source.file)
        collection.catch_up()
    return gone


def tidy(collection: Collection) -> None:
    """Derive every index again, so that none counts or holds a word that was withdrawn or deleted,
    and empty the journal. Takes as long as segmenting the whole library."""
    collection.refresh()
    columns = collection.engine.columns
    forget_works(collection.library, {columns.key(at) for at in range(len(columns.rows))})
    collection.rebuild()
    collection.library.shrink()
