"""Files are known by content, and refused by name before a parser sees them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest import archive as archive_module
from ingest.sniff import sniff


def _zip(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def _reason(path: Path) -> tuple[str, str]:
    with pytest.raises(UnreadableDocument) as caught:
        sniff(path)
    return caught.value.reason, str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", b"%PDF-1.4\n", "pdf"),
        ("late.pdf", b"junk\n%PDF-1.4\n", "pdf"),
        ("a.html", b"<!DOCTYPE html><html></html>", "html"),
        ("a.txt", "\ufeff<html lang=zh>".encode("utf-16-le"), "html"),
        ("a.txt", "普通的文字".encode(), "txt"),
        ("mz.txt", "MZ 型号说明".encode(), "txt"),
        ("about.txt", "文件以 %PDF-1.4 开头".encode(), "txt"),
    ],
)
def test_kind_follows_the_content(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert sniff(path).kind == kind


def test_wrong_extension_is_a_warning_not_a_refusal(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.pdf", {"word/document.xml": b"<a/>"})
    assert sniff(path).kind == "docx"
    assert sniff(path).warnings == ("type_mismatch",)
    page = tmp_path / "a.doc"
    page.write_bytes(b"<html><body>x</body></html>")
    assert sniff(page).warnings == ("type_mismatch",)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"MZ\x90\x00\x03\x00\x00", "可执行"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 Office"),
        (b"{\\rtf1\\ansi", "RTF"),
    ],
)
def test_unsupported_formats_are_refused_by_name(tmp_path: Path, data: bytes, named: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    reason, message = _reason(path)
    assert reason == "unsupported_type"
    assert named in message and "尚未支持" in message


@pytest.mark.parametrize(
    ("entry", "named"),
    [("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx"), ("OFD.xml", "OFD")],
)
def test_other_packages_are_refused_by_name(tmp_path: Path, entry: str, named: str) -> None:
    reason, message = _reason(_zip(tmp_path / "a.zip", {entry: b"<a/>"}))
    assert reason == "unsupported_type" and named in message


def test_encrypted_office_file_asks_for_the_password(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(700)
    path.write_bytes(ole + "EncryptedPackage".encode("utf-16-le"))
    assert _reason(path)[0] == "password_required"


def test_empty_missing_and_oversized_files_have_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "a.txt"
    empty.touch()
    assert _reason(empty)[0] == "empty_file"
    assert _reason(tmp_path / "none.txt")[0] == "unreadable_file"
    assert _reason(tmp_path)[0] == "unreadable_file"
    huge = tmp_path / "b.txt"
    with huge.open("wb") as file:
        file.truncate(101 * 1024 * 1024)
    assert _reason(huge)[0] == "too_large"


def test_broken_archive_is_corrupt(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.docx", {"word/document.xml": b"<a/>" * 500})
    path.write_bytes(path.read_bytes()[:60])
    assert _reason(path)[0] == "corrupt_zip"


def test_bombs_are_refused_from_the_directory(tmp_path: Path) -> None:
    ratio = _zip(tmp_path / "a.docx", {"word/document.xml": bytes(4 * 1024 * 1024)})
    assert _reason(ratio)[0] == "zip_bomb"
    many = _zip(tmp_path / "b.docx", {f"word/{n}.xml": b"" for n in range(2001)})
    assert _reason(many)[0] == "zip_bomb"


def test_bytes_are_counted_while_inflating(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"a": bytes(1000)})
    with zipfile.ZipFile(path) as opened, pytest.raises(UnreadableDocument) as caught:
        archive_module.inflate(opened, "a", max_bytes=999)
    assert caught.value.reason == "zip_bomb"


def test_importing_the_readers_loads_no_heavy_library() -> None:
    code = (
        "import sys, ingest.readers; "
        "heavy = {'pdfplumber', 'pypdf', 'trafilatura', 'lxml', 'pdfminer'} & set(sys.modules); "
        "sys.exit(len(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
