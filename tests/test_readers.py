"""Every readable file of the shared material against its truth, and every hostile one."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from index.errors import UnreadableDocument
from ingest.inspection import as_inspection
from ingest.reader import build_document
from ingest.readers import read_blocks
from scanned import needs_ocr

SHARED = Path(__file__).parents[2] / "shared"
FORMATS = ("pdf", "docx", "html", "txt")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test material is absent")

# The page of 002 repeats its title as first paragraph of the truth; Reading.title holds it.
MAX_ERROR_RATE = 0.01


def _rows(folder: str) -> list[dict[str, Any]]:
    manifest = SHARED / folder / "manifest.jsonl"
    if not manifest.is_file():
        return []
    return [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]


def _judged() -> list[dict[str, Any]]:
    return [row for row in _rows("files") if row["format"] in FORMATS and row["text_judged"]]


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
@pytest.mark.parametrize("row", _judged(), ids=lambda row: row["file"])
def test_text_and_paragraphs_equal_the_truth(row: dict[str, Any]) -> None:
    reading = read_blocks(SHARED / "files" / row["file"])
    got, truth = [_squeeze(block.text) for block in reading.blocks], _truth(row)
    assert reading.format == row["format"]
    assert _distance("".join(got), "".join(truth)) <= MAX_ERROR_RATE * len("".join(truth))
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


def _folded(text: str) -> str:
    return _squeeze(unicodedata.normalize("NFKC", text))


HOSTILE = {
    "empty.pdf": "empty_file",
    "empty.txt": "no_text",
    "exe_renamed.pdf": "unsupported_type",
    "truncated.pdf": "corrupt_pdf",
    "truncated.docx": "corrupt_zip",
    "encrypted_user_pw.pdf": "password_required",
    "no_text_vector.pdf": "no_text",
    "pdf_stream_bomb.pdf": "resource_limit",
    "zipbomb.docx": "zip_bomb",
    "xxe.docx": "xml_dtd",
}


@needs_shared
@pytest.mark.parametrize(("name", "reason"), HOSTILE.items())
def test_hostile_files_are_refused_with_the_agreed_reason(name: str, reason: str) -> None:
    must = {row["file"]: row["must"] for row in _rows("hostile")}
    assert reason in must[name]
    with pytest.raises(UnreadableDocument) as caught:
        read_blocks(SHARED / "hostile" / name)
    assert caught.value.reason == reason


@needs_shared
@pytest.mark.parametrize(
    ("name", "model", "warning"),
    [
        ("wrong_ext_docx.pdf", "001_工作总结和要点.docx", "type_mismatch"),
        ("macro.docm", "001_工作总结和要点.docx", "has_macros"),
        ("gbk_labelled_utf8.html", "002_心得体会_utf8.html", None),
        ("utf16_bom.txt", "004_新闻_gb18030.txt", None),
        ("duplicate_of_003.pdf", "003_通知_红头.pdf", None),
    ],
)
def test_odd_copies_read_like_their_models(name: str, model: str, warning: str | None) -> None:
    copy = read_blocks(SHARED / "hostile" / name)
    assert copy.blocks == read_blocks(SHARED / "files" / model).blocks
    assert copy.warnings == (() if warning is None else (warning,))


@needs_shared
def test_harmless_oddities_give_their_text() -> None:
    hostile = SHARED / "hostile"
    assert "\0" not in read_blocks(hostile / "null_bytes.txt").blocks[0].text
    assert "秘密" not in repr(read_blocks(hostile / "html_script_style.html"))
    assert read_blocks(hostile / "pdf_huge_page.pdf").blocks[0].text == "x"
    assert len(read_blocks(hostile / "csv_formula.csv").blocks) == 4


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
