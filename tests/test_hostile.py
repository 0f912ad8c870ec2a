"""Every hostile file of the shared material gets what its manifest says it must, in time."""

from __future__ import annotations

import json
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from index.errors import UnreadableDocument
from index.model import Document
from ingest.label import as_label
from ingest.sandbox import Result, Sandbox
from office import Office, counts, office

__all__ = ["office"]

SHARED = Path(__file__).parents[2] / "shared"
HOSTILE = SHARED / "hostile"
FILES = SHARED / "files"
MAX_SECONDS = 30.0
# For the file of 2,000 pages: what a printed page may take, and the usual limit.
MAX_SECONDS_OF_PAGES = 220.0
MAX_KILOBYTES = 1536 * 1024

pytestmark = pytest.mark.skipif(not HOSTILE.is_dir(), reason="the shared test material is absent")

REFUSED = {
    "empty.pdf": "empty_file",
    "empty.txt": "no_text",
    "exe_renamed.pdf": "unsupported_type",
    "truncated.pdf": "corrupt_pdf",
    "truncated.docx": "corrupt_zip",
    "encrypted_user_pw.pdf": "password_required",
    "no_text_vector.pdf": "no_text",
    "pdf_stream_bomb.pdf": "resource_limit",
    "pdf_javascript_launch.pdf": "no_text",
    "zipbomb.docx": "zip_bomb",
    "zip_nested_8x6.zip": "nested_archive",
    "xxe.docx": "xml_dtd",
}
# Read like this file of the ordinary ones, with these warnings.
COPIES = {
    "wrong_ext_docx.pdf": ("001_工作总结和要点.docx", ("type_mismatch",)),
    "macro.docm": ("001_工作总结和要点.docx", ("has_macros",)),
    "gbk_labelled_utf8.html": ("002_心得体会_utf8.html", ()),
    "utf16_bom.txt": ("004_新闻_gb18030.txt", ()),
    "duplicate_of_003.pdf": ("003_通知_红头.pdf", ()),
}
# What must be in the text and what must not.
TEXTS = {
    "html_script_style.html": ("", "秘密"),
    "null_bytes.txt": ("", "\0"),
    "csv_formula.csv": ("", "\0"),
    "svg_script.html": ("", "alert"),
    "pdf_huge_page.pdf": ("x", ""),
    "tiny.txt": ("通知", ""),
}
# Made here, for they cannot be stored.
MADE = (
    "关于" + "很" * 70 + "长的通知.txt",
    "😀通知🎉 (1)(1).txt",
    "a'; DROP TABLE docs;--<img src=x onerror=alert(1)>.txt",
)


def _rows() -> list[dict[str, Any]]:
    if not HOSTILE.is_dir():
        return []
    lines = (HOSTILE / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_row_is_looked_at() -> None:
    stored = {row["file"] for row in _rows() if "generate" not in row}
    assert stored <= {*REFUSED, *COPIES, *TEXTS, "pdf_2000_pages.pdf"}
    for row in _rows():
        if (reason := REFUSED.get(row["file"])) and "reject" in row["must"]:
            assert reason in row["must"]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with closing(Sandbox()) as opened:
        yield opened


def _read(box: Sandbox, room: Path, file: Path, seconds: float = MAX_SECONDS) -> Result:
    """What the file holds, once its cost was looked at and its folder removed."""
    began = time.monotonic()
    try:
        result = box.read(file, room)
        shutil.rmtree(result.folder)
        return result
    finally:
        assert time.monotonic() - began < seconds
        assert _peak_kilobytes(box) < MAX_KILOBYTES
        assert list(room.iterdir()) == []


def _peak_kilobytes(box: Sandbox) -> int:
    """The most memory the reading process held, if it is still there."""
    if box._process is None:
        return 0
    status = Path(f"/proc/{box._process._process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def _document(box: Sandbox, room: Path, file: Path, seconds: float = MAX_SECONDS) -> Document:
    document = _read(box, room, file, seconds).document
    assert document is not None
    return document


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_refused_with_the_agreed_reason(
    box: Sandbox, tmp_path: Path, name: str, reason: str
) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        _read(box, tmp_path, HOSTILE / name)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("name", "model", "warnings"), [(k, *v) for k, v in COPIES.items()])
def test_odd_copies_read_like_their_models(
    box: Sandbox, tmp_path: Path, name: str, model: str, warnings: tuple[str, ...]
) -> None:
    copy = _document(box, tmp_path, HOSTILE / name)
    assert copy.text == _document(box, tmp_path, FILES / model).text
    assert copy.warnings == warnings


@pytest.mark.parametrize(("name", "there", "absent"), [(k, *v) for k, v in TEXTS.items()])
def test_harmless_oddities_give_their_text(
    box: Sandbox, tmp_path: Path, name: str, there: str, absent: str
) -> None:
    document = _document(box, tmp_path, HOSTILE / name)
    everything = repr(document)
    assert there in document.text and document.text
    assert not absent or absent not in everything


@pytest.mark.slow
def test_two_thousand_pages_keep_to_their_budget(box: Sandbox, tmp_path: Path) -> None:
    file = HOSTILE / "pdf_2000_pages.pdf"
    assert _document(box, tmp_path, file, MAX_SECONDS_OF_PAGES).text


def test_names_are_only_names(office: Office) -> None:
    """Long ones, pictures, markup and SQL: kept as they are, under hashes in the store."""
    for number, name in enumerate(MADE):
        office.write(name, f"第{number}份：这份文件的名字很特别，内容平常。\n")
    office.write("a'; 没有真正的换行.txt", "这份文件也平常，只是名字里有引号。\n")
    assert counts(office.ingest()) == {"added": 2 + len(MADE) + 1}
    assert sorted(office.find("名字很特别")[: len(MADE)]) == sorted(MADE)
    assert all(len(file.name) == 64 for file in office.home.glob("originals/*"))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../../../PWNED.txt", "PWNED.txt"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie:x.pdf", "aSet-Cookie:x.pdf"),
        ("..", "未命名"),
        ("通知\u202etxt.exe", "通知txt.exe"),
    ],
)
def test_names_of_uploads_and_members_are_made_safe(given: str, shown: str) -> None:
    assert as_label(given) == shown


def test_hidden_files_and_links_are_not_read(office: Office) -> None:
    shutil.copy(HOSTILE / ".hidden~$临时.docx", office.folder)
    (office.folder / "~$通知.docx").write_bytes(b"lock")
    (office.folder / "Thumbs.db").write_bytes(b"x")
    (office.folder / "圈").symlink_to(office.folder)
    (office.folder / "passwd.txt").symlink_to("/etc/passwd")
    assert counts(office.ingest()) == {"added": 2}


def test_the_rest_is_searchable_after_all_of_them(office: Office) -> None:
    """One ingest of all small hostile files: the parent lives, and the others are found."""
    for file in HOSTILE.iterdir():
        if file.name != "pdf_2000_pages.pdf":
            shutil.copy(file, office.folder)
    report = office.ingest()
    reasons = {f.file.name: f.reason for f in report.files if f.outcome == "rejected"}
    assert reasons == REFUSED
    assert office.find("培训在哪里报到")[0] == "培训通知.txt"
    assert list(office.home.glob("incoming/*")) == []


def test_a_lying_archive_is_stopped_while_it_inflates(box: Sandbox, tmp_path: Path) -> None:
    """Declared as a few bytes, 200 MB in truth."""
    room = tmp_path / "room"
    room.mkdir()
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(200 * 1024 * 1024))
    data = bytearray(file.read_bytes())
    size = (200 * 1024 * 1024).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (1000).to_bytes(4, "little")
    file.write_bytes(data)
    with zipfile.ZipFile(file) as archive:
        assert archive.infolist()[0].file_size == 1000
    members = _read(box, room, file).members
    assert [member.reason for member in members] == ["corrupt_zip"]
