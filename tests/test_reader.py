"""Whole files: what `read` makes of the born-digital files whose truth is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from index.errors import UnreadableDocument
from index.model import Document
from ingest.inspection import as_inspection, as_rejection
from ingest.lines import Block, Reading
from ingest.reader import build_document, read

_SHARED = Path(__file__).parents[2] / "shared"
_SOURCES = sorted((Path(__file__).parents[1] / "corpus" / "sources").iterdir())
_BORN_DIGITAL = {"pdf", "docx", "html", "txt"}


def _rows() -> list[Any]:
    manifest = _SHARED / "files" / "manifest.jsonl"
    if not manifest.exists():
        return []
    rows = (json.loads(line) for line in manifest.read_text("utf-8").splitlines())
    # A Big5 file that lost characters cannot give the truth's simplified headings.
    return [row for row in rows if row["format"] in _BORN_DIGITAL and row["encoding"] != "big5"]


def _bare(value: str | None) -> str | None:
    return "".join(value.split()) if value else value


@pytest.mark.skipif(not _SHARED.exists(), reason="the shared files with known truth are not here")
@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["file"])
def test_fields_and_headings_equal_the_truth(row: dict[str, Any]) -> None:
    document, truth = read(_SHARED / "files" / row["file"]), row["truth"]
    for field in ("title", "number", "issuer", "date"):
        if field in truth:
            assert _bare(getattr(document, field)) == _bare(truth[field]), field
    assert list(document.types) == truth["types"]
    got = [(h["level"], _bare(h["text"])) for h in as_inspection(document)["headings"]]
    want = [(h["level"], _bare(h["text"])) for h in truth["headings"]]
    right = len(set(got) & set(want))
    assert right >= 0.9 * len(got)
    assert right >= 0.9 * len(want)
    if "contacts" in truth:
        assert len(document.contacts) == len(truth["contacts"])


def _notice() -> Document:
    blocks = [
        "东后协〔2031〕7号",
        "关于检查的通知",
        "请各单位认真做好检查工作。",
        "附件：检查表",
        "东岭协会",
        "2031年6月25日",
        "附件",
        "检查表",
        "电话：028-55501234",
    ]
    return build_document(Reading("txt", tuple(Block(text) for text in blocks)))


def test_an_inspection_has_every_key_and_annexes_apart() -> None:
    inspection = as_inspection(_notice())
    assert list(inspection) == [
        "status", "reason", "format", "title", "number", "letterhead", "issuer", "date", "year",
        "types", "period", "addressees", "copies", "printed", "authority", "site", "url",
        "fields", "headings", "attachments", "contacts", "personal", "tables", "recognised", "text",
        "dropped", "members", "passages", "characters", "warnings",
    ]  # fmt: skip
    assert inspection["attachments"] == [
        {"title": "检查表", "text": ["附件", "检查表", "电话：028-55501234"]}
    ]
    assert inspection["text"][-1] == "2031年6月25日"
    assert inspection["passages"][-1]["page"] == [1, 1]
    assert json.loads(json.dumps(inspection)) == inspection


def test_personal_data_has_its_place_and_its_contact() -> None:
    lines = [
        "关于报名的通知",
        "请于周五前报名，逾期不予受理。",
        "联系人：苏明远 0899-5550123、5550124，柳青禾 １９９ ００００ ０００１ su@example.org",
        "汇款账号：6222 0000 0000 0000 007",
    ]
    document = build_document(Reading("txt", tuple(Block(line) for line in lines)))
    text, inspection = document.text, as_inspection(document)
    reached = [
        (item["kind"], text[item["start"] : item["end"]], item["contacts"])
        for item in inspection["personal"]
    ]
    names = [(c["name"], c["phone"] or c["email"]) for c in inspection["contacts"]]
    assert names == [
        ("苏明远", "0899-5550123"),
        ("苏明远", "0899-5550124"),
        ("柳青禾", "19900000001"),
    ]
    assert reached == [
        ("phone", "0899-5550123、5550124", [0, 1]),
        ("phone", "１９９ ００００ ０００１", [2]),
        ("email", "su@example.org", [2]),
        ("account", "6222 0000 0000 0000 007", []),
    ]


@pytest.mark.parametrize("file", _SOURCES, ids=lambda file: file.name)
def test_every_contact_is_masked_for_the_public(file: Path) -> None:
    try:
        inspection = as_inspection(read(file))
    except UnreadableDocument:
        pytest.skip("holds no text that is read yet")
    found = {place for item in inspection["personal"] for place in item["contacts"]}
    assert found == set(range(len(inspection["contacts"])))


def test_a_rejection_has_the_same_keys() -> None:
    rejection = as_rejection(UnreadableDocument("no_text", "空文件"), "txt")
    assert list(rejection) == list(as_inspection(_notice()))
    assert (rejection["status"], rejection["reason"]) == ("rejected", "no_text")
    assert rejection["passages"] == []
