"""Files that are no documents, by their names alone."""

from __future__ import annotations

from ingest.sidecar import ENDING

_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_ENDINGS = (".tmp", ".part", ".crdownload", ENDING)


def is_ignored(name: str) -> bool:
    """Hidden files, Word's lock files, half-written downloads, sidecars."""
    lowered = name.lower()
    return lowered.startswith((".", "~$")) or lowered in _NAMES or lowered.endswith(_ENDINGS)
