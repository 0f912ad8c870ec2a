"""One table from what a file is to who reads it. A new format is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import cast

from index.errors import UnreadableDocument
from ingest.lines import Reading
from ingest.sniff import sniff

# Named, not imported: the libraries behind a reader take a second to load and most
# commands never read a file.
_READERS = {
    "pdf": ("ingest.pdf", "read_pdf"),
    "docx": ("ingest.word", "read_word"),
    "html": ("ingest.html", "read_html"),
    "txt": ("ingest.text", "read_text"),
}


def read_blocks(path: Path) -> Reading:
    """The text of a file in order, whatever its format.

    Raises UnreadableDocument and nothing else; its `reason` says what is wrong with the file.
    """
    sniffed = sniff(path)
    module, name = _READERS[sniffed.kind]
    read = cast(Callable[[Path], Reading], getattr(import_module(module), name))
    try:
        reading = read(path)
    except (UnreadableDocument, ImportError):  # a broken installation is not a broken file
        raise
    except (MemoryError, RecursionError) as error:
        raise UnreadableDocument(
            "resource_limit", f"{path.name} 过大或过于复杂，无法读取"
        ) from error
    except Exception as error:
        reason = f"corrupt_{sniffed.kind}"
        raise UnreadableDocument(
            reason, f"{path.name} 已损坏，无法读取（{error!r:.80}）"
        ) from error
    if not reading.blocks:
        raise UnreadableDocument("no_text", f"{path.name} 里没有文字")
    return replace(reading, warnings=sniffed.warnings + reading.warnings)
