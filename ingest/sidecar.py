"""What an office says of a file beside it: 通知.pdf and 通知.pdf.meta.toml.

    authority = 0        # 0 lays down or decides, 1 tells of it, 3 copied by somebody else

What stands here overrides what was read. A sidecar that cannot be understood changes nothing
and is reported as the warning `bad_sidecar`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from index.model import AUTHORITIES

ENDING = ".meta.toml"
_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Fields set by hand; None leaves what was read."""

    authority: int | None = None
    warnings: tuple[str, ...] = ()


def sidecar_of(file: Path) -> Path:
    return file.with_name(file.name + ENDING)


def read_sidecar(file: Path) -> Sidecar:
    """The sidecar of `file`; an empty one when there is none."""
    path = sidecar_of(file)
    if not path.is_file():
        return Sidecar()
    try:
        with path.open("rb") as handle:
            fields = tomllib.loads(handle.read(_MAX_BYTES).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Sidecar(warnings=("bad_sidecar",))
    value = fields.pop("authority", None)
    known = value is None or (type(value) is int and value in AUTHORITIES)
    warnings = () if known and not fields else ("bad_sidecar",)
    return Sidecar(value if known else None, warnings)
