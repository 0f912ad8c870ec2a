"""Names that came with a file, made safe to show and to keep; never used as paths."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

_MAX_CHARS = 120
_ENDING_CHARS = 10


def as_label(name: str) -> str:
    """`name` as people wrote it: the folders above it and itself, parted by /.

    Without controls and marks that turn the direction of writing, without steps upwards, each
    part at most 120 characters long; longer ones keep their ending.
    """
    parts = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")
    clean = ("".join(filter(str.isprintable, part)).strip() for part in parts)
    return "/".join(_short(part) for part in clean if part.strip(".")) or "未命名"


def _short(part: str) -> str:
    if len(part) <= _MAX_CHARS:
        return part
    suffix = PurePosixPath(part).suffix[:_ENDING_CHARS]
    return part[: _MAX_CHARS - len(suffix) - 1] + "…" + suffix
