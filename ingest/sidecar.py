"""What an office says of a file beside it: 通知.pdf and 通知.pdf.meta.toml.

    title = "关于召开2024年年会的通知"
    number = "江协秘发〔2024〕3号"
    date = "2024-06-25"        # or "2024-06", "2024"
    types = ["通知"]
    url = "https://www.example.org/tongzhi/3.html"
    audience = "member"        # staff, member or public
    authority = 0              # 0 lays down or decides, 1 tells of it, 3 copied by somebody else

What stands here overrides what was read. A value that cannot be understood changes nothing and
is reported as the warning `bad_sidecar`; a sidecar that may have named an audience and cannot be
read keeps its file with the staff.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from index.model import AUTHORITIES, Audience, Document, Evidence
from index.notation import parse_date

ENDING = ".meta.toml"
_MAX_BYTES = 64 * 1024
_MAX_CHARS = 500
_PERIOD = re.compile(r"[0-9]{4}(?:-[01][0-9])?/[0-9]{4}(?:-[01][0-9])?")
_URL = re.compile(r"https?://[^\s<>\"']{1,2000}")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Fields of `index.model.Document` set by hand; `audience` None leaves it to who ingests."""

    fields: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    audience: Audience | None = None
    warnings: tuple[str, ...] = ()

    def applied(self, document: Document) -> Document:
        """`document` with these fields, and with evidence that they were set by hand."""
        evidence = [e for e in document.evidence if e.field not in self.fields]
        evidence += [Evidence(name, "", 1.0) for name in self.fields]
        return replace(
            document,
            **self.fields,
            evidence=tuple(evidence),
            warnings=document.warnings + self.warnings,
        )


_UNREADABLE = Sidecar(audience=Audience.STAFF, warnings=("bad_sidecar",))


def sidecar_of(file: Path) -> Path:
    return file.with_name(file.name + ENDING)


def described_by(path: Path) -> Path:
    """The file that a sidecar speaks of; any other path is itself."""
    return path.with_name(path.name.removesuffix(ENDING)) if path.name != ENDING else path


def sidecar_bytes(file: Path) -> bytes:
    """What stands in the sidecar of `file`, no more than a sidecar may have; nothing where there
    is none. Raises OSError."""
    path = sidecar_of(file)
    if not path.is_file():
        return b""
    with path.open("rb") as handle:
        return handle.read(_MAX_BYTES + 1)


def read_sidecar(file: Path) -> Sidecar:
    """The sidecar of `file`; an empty one when there is none."""
    if not sidecar_of(file).is_file():
        return Sidecar()
    try:
        content = sidecar_bytes(file)
        if len(content) > _MAX_BYTES:
            return _UNREADABLE
        given = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):  # all that bytes, numbers and nesting can do
        return _UNREADABLE
    # 'Audience', or one in a table of its own, may have been meant to hold the file back.
    unclear = any(
        isinstance(value, dict) or (name != "audience" and "audience" in name.lower())
        for name, value in given.items()
    )
    audience, good = (Audience.STAFF if unclear else None), not unclear
    if "audience" in given:
        audience, good = _audience(given.pop("audience"))
    read = {name: _FIELDS[name](value) for name, value in given.items() if name in _FIELDS}
    fields = {name: value for name, value in read.items() if value is not None}
    good = good and len(fields) == len(given)
    return Sidecar(MappingProxyType(fields), audience, () if good else ("bad_sidecar",))


def _audience(value: object) -> tuple[Audience, bool]:
    known = isinstance(value, str) and value in list(Audience)
    return Audience(str(value)) if known else Audience.STAFF, known


def _words(value: object) -> str | None:
    """One line of text."""
    if not isinstance(value, str):
        return None
    text = " ".join(value.split())
    return text if 0 < len(text) <= _MAX_CHARS else None


def _date(value: object) -> str | None:
    if type(value) is datetime.date:
        return value.isoformat()
    return parse_date(value) if isinstance(value, str) else None


def _period(value: object) -> str | None:
    return value if isinstance(value, str) and _PERIOD.fullmatch(value) else None


def _url(value: object) -> str | None:
    return value if isinstance(value, str) and _URL.fullmatch(value) else None


def _years(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list) or not value:
        return None
    right = all(type(year) is int and 1900 <= year <= 2100 for year in value)
    return tuple(sorted(set(value))) if right else None


def _types(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not value:
        return None
    words = [_words(item) for item in value]
    return tuple(dict.fromkeys(word for word in words if word)) if all(words) else None


def _authority(value: object) -> int | None:
    return value if type(value) is int and value in AUTHORITIES else None


_FIELDS: dict[str, Callable[[object], Any]] = {
    **dict.fromkeys(("title", "number", "letterhead", "issuer", "site"), _words),
    **dict.fromkeys(("addressees", "copies", "printed"), _words),
    "date": _date,
    "period": _period,
    "url": _url,
    "years": _years,
    "types": _types,
    "authority": _authority,
}
