"""Awkward documents of our own, and what is made of each, to the last field.

When reading changes for the better: `XIEHUI_GOLDEN=write pytest tests/test_golden.py`, then look
at the difference line by line before keeping it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ingest.inspection import as_inspection
from ingest.reader import read

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(file for file in FOLDER.iterdir() if file.suffix != ".json")
WRITE = os.environ.get("XIEHUI_GOLDEN") == "write"


def _golden(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_made_of_an_awkward_document(file: Path) -> None:
    inspection = json.loads(json.dumps(as_inspection(read(file))))
    if WRITE:
        text = json.dumps(inspection, ensure_ascii=False, indent=1)
        _golden(file).write_text(f"{text}\n", "utf-8")
    assert inspection == json.loads(_golden(file).read_text("utf-8"))


def test_goldens_are_compared_and_each_has_its_document() -> None:
    assert not WRITE, "goldens were written, not compared"
    assert {file.name for file in FOLDER.glob("*.json")} == {_golden(f).name for f in FILES}
    assert len(FILES) >= 12
