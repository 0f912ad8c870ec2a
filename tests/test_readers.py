"""Every readable file of the shared material against its truth, whatever its format."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from index.errors import UnreadableDocument
from ingest.inspection import as_inspection
from ingest.inspector import inspect
from ingest.office import is_installed
from ingest.reader import build_document
from ingest.readers import read_blocks
from scanned import needs_ocr

SHARED = Path(__file__).parents[2] / "shared"
FORMATS = ("pdf", "docx", "doc", "wps", "rtf", "odt", "ofd", "html", "txt")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test material is absent")

# The page of 002 repeats its title as first paragraph of the truth; Reading.title holds it.
MAX_ERROR_RATE = 0.01


def _rows(folder: str) -> list[dict[str, Any]]:
    manifest = SHARED / folder / "manifest.jsonl"
    if not manifest.is_file():
        return []
    return [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]


def _judged() -> list[dict[str, Any]]:
    return [
        row
        for row in _rows("files")
        if row["format"] in FORMATS and row["text_judged"] and "text" in row["truth"]
    ]


def _marks(row: dict[str, Any]) -> Any:
    """The row as a parameter, skipped where what reads it is not installed."""
    skip = row["format"] in ("doc", "wps", "rtf", "odt") and not is_installed("writer")
    marks = [pytest.mark.skip(reason="LibreOffice is not installed")] if skip else []
    return pytest.param(row, id=row["file"], marks=marks)


def _scans() -> list[dict[str, Any]]:
    return [row for row in _rows("files") if row["format"] == "pdf-image"]


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _truth(row: dict[str, Any]) -> list[str]:
    texts = list(row["truth"]["text"])
    for attachment in row["truth"].get("attachments", []):
        if texts[-len(attachment["text"]) :] != attachment["text"]:
            texts += attachment["text"]
    return [_squeeze(text) for text in texts]


def _distance(left: str, right: str) -> int:
    """Edit distance; common ends are cut off first, so equal texts cost nothing."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    left, right = left[start:], right[start:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        last, row[0] = row[0], i
        for j, b in enumerate(right, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


@needs_shared
@pytest.mark.parametrize("row", [*map(_marks, _judged())])
def test_text_and_paragraphs_equal_the_truth(row: dict[str, Any]) -> None:
    reading = read_blocks(SHARED / "files" / row["file"])
    got, truth = [_squeeze(block.text) for block in reading.blocks], _truth(row)
    assert reading.format == row["format"]
    assert _distance("".join(got), "".join(truth)) <= MAX_ERROR_RATE * len("".join(truth))
    if row["format"] != "ofd":  # its lines are of 28 characters, titles set like text
        assert got == [text for text in truth if text != _squeeze(reading.title or "")]


@needs_shared
@needs_ocr
@pytest.mark.parametrize("row", _scans(), ids=lambda row: row["file"])
def test_scans_are_read_as_the_letter_was_written(row: dict[str, Any]) -> None:
    path, truth = SHARED / "files" / row["file"], row["truth"]
    reading = read_blocks(path)
    got = [_folded(block.text) for block in reading.blocks]
    want = [_folded(text) for text in truth["text"]]
    assert _distance("".join(got), "".join(want)) <= 0.005 * len("".join(want))
    assert got == want
    assert {drop.why for drop in reading.dropped} == {"page_number"}
    found = as_inspection(build_document(reading))
    for field in ("title", "number", "letterhead", "issuer", "date"):
        assert _folded(found[field]) == _folded(truth[field])
    assert found["headings"] == truth["headings"]
    assert [[_folded(text) for text in part["text"]] for part in found["attachments"]] == [
        [_folded(text) for text in part["text"]] for part in truth["attachments"]
    ]
    for contact in truth["contacts"]:
        assert any(contact.items() <= other.items() for other in found["contacts"])


@needs_shared
def test_lists_of_contacts_in_sheets_are_read() -> None:
    row = next(row for row in _rows("files") if row["format"] == "xlsx")
    found = inspect(SHARED / "files" / row["file"]).json()
    assert found["title"] == row["truth"]["title"]
    for contact in row["truth"]["contacts"]:
        known = {key: contact[key] for key in ("name", "phone", "area") if key in contact}
        assert any(known.items() <= other.items() for other in found["contacts"])


@needs_shared
def test_titles_of_slides_are_headings_and_members_are_named() -> None:
    slides = next(row for row in _rows("files") if row["format"] == "pptx")
    found = inspect(SHARED / "files" / slides["file"]).json()
    assert found["headings"] == slides["truth"]["headings"]
    archive = next(row for row in _rows("files") if row["format"] == "zip")
    assert (
        inspect(SHARED / "files" / archive["file"]).json()["members"]
        == (archive["truth"]["members"])
    )


@needs_shared
@pytest.mark.slow
def test_every_real_document_can_be_read() -> None:
    """Of all formats; what is in them is looked at elsewhere."""
    for row in _rows("realdocs"):
        if not row.get("corrupt"):
            assert inspect(SHARED / "realdocs" / row["file"]).is_readable, row["file"]


def _folded(text: str) -> str:
    return _squeeze(unicodedata.normalize("NFKC", text))


def test_unexpected_failures_become_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("文字")

    def fail(path: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ingest.text.read_text", fail)
    with pytest.raises(UnreadableDocument) as caught:
        read_blocks(path)
    assert caught.value.reason == "corrupt_txt"
