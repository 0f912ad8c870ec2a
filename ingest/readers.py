"""One table from what a file is to who reads it. A new format is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from index.errors import UnreadableDocument
from ingest.limits import check_chars
from ingest.lines import Block, Reading
from ingest.sniff import sniff


@dataclass(frozen=True, slots=True)
class _Reader:
    """Named, not imported: the libraries behind a reader take a second to load and most commands
    never read a file. `version` is raised when what it makes of a file changes."""

    module: str
    function: str
    version: int = 0


_READERS = {
    "pdf": _Reader("ingest.pdf", "read_pdf"),
    "docx": _Reader("ingest.word", "read_word"),
    "doc": _Reader("ingest.office", "read_doc"),
    "rtf": _Reader("ingest.office", "read_rtf"),
    "odt": _Reader("ingest.office", "read_odt"),
    "html": _Reader("ingest.html", "read_html"),
    "mhtml": _Reader("ingest.mhtml", "read_mhtml"),
    "txt": _Reader("ingest.text", "read_text"),
    "csv": _Reader("ingest.sheet", "read_csv"),
    "xlsx": _Reader("ingest.sheet", "read_sheet"),
    "xls": _Reader("ingest.office", "read_xls"),
    "ods": _Reader("ingest.office", "read_ods"),
    "pptx": _Reader("ingest.slides", "read_slides"),
    "ppt": _Reader("ingest.office", "read_ppt"),
    "odp": _Reader("ingest.office", "read_odp"),
    "ofd": _Reader("ingest.ofd", "read_ofd"),
    "image": _Reader("ingest.picture", "read_picture"),
}
# What a reading calls itself where that is not the kind.
_FORMATS = {"wps": "doc"}


def is_format(format: str) -> bool:
    """Whether a reading may call itself so."""
    return _FORMATS.get(format, format) in _READERS


def version_of(format: str) -> int:
    """How often the reader of this format has changed since the common version was raised."""
    return _READERS[_FORMATS.get(format, format)].version


def ability() -> str:
    """The versions of all readers, and which of the programs they need are there."""
    from ingest.ocr import available
    from ingest.office import PARTS, is_installed

    versions = ".".join(str(reader.version) for reader in _READERS.values())
    parts = [part for part in PARTS if is_installed(part)]
    return " ".join([versions, *parts, *(["ocr"] if available() else [])])


def read_blocks(path: Path) -> Reading:
    """The text of a file in order, whatever its format.

    Raises UnreadableDocument and nothing else; its `reason` says what is wrong with the file.
    """
    sniffed = sniff(path)
    reader = _READERS[sniffed.kind]
    read = cast(Callable[[Path], Reading], getattr(import_module(reader.module), reader.function))
    try:
        reading = read(path)
    except (UnreadableDocument, ImportError):  # a broken installation is not a broken file
        raise
    except (MemoryError, RecursionError) as error:
        raise UnreadableDocument("resource_limit", "过大或过于复杂，无法读取") from error
    except Exception as error:
        reason = f"corrupt_{sniffed.kind}"
        raise UnreadableDocument(reason, f"已损坏，无法读取（{error!r:.80}）") from error
    reading = _as_unicode(reading)
    if not reading.blocks:
        raise UnreadableDocument("no_text", "里没有文字")
    check_chars(sum(len(block.text) for block in reading.blocks))
    return replace(reading, warnings=sniffed.warnings + reading.warnings)


def _as_unicode(reading: Reading) -> Reading:
    """The reading without halves of characters, which damaged files hold and nothing can store."""
    blocks = tuple(map(_whole_block, reading.blocks))
    dropped = tuple(replace(drop, text=_whole(drop.text)) for drop in reading.dropped)
    said: dict[str, Any] = {
        name: _whole(value)
        for name in ("title", "date", "site", "publisher", "url")
        if (value := getattr(reading, name)) is not None
    }
    return replace(reading, blocks=blocks, dropped=dropped, **said)


def _whole_block(block: Block) -> Block:
    text = _whole(block.text)
    if text is block.text and not block.cells:
        return block
    return replace(block, text=text, cells=tuple(map(_whole, block.cells)))


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
