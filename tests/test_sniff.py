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
from ole import compound_file


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
        (b"Rar!\x1a\x07\x01\x00", "请改存为 ZIP"),
        (b"GIF89a" + bytes(20), "GIF"),
        (compound_file({"Contents": b"x"}), "不认识的旧版 Office"),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?>', "另存为 docx"),
    ],
)
def test_unsupported_formats_are_refused_by_name(tmp_path: Path, data: bytes, named: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    reason, message = _reason(path)
    assert reason == "unsupported_type"
    assert named in message and "不能读入" in message


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image"),
        (b"{\\rtf1\\ansi", "rtf"),
        (compound_file({"WordDocument": b"x"}), "doc"),
        (compound_file({"Workbook": b"x"}), "xls"),
        (compound_file({"PowerPoint Document": b"x"}), "ppt"),
        (
            b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related",
            "mhtml",
        ),
    ],
)
def test_other_formats_are_known_whatever_they_are_called(
    tmp_path: Path, data: bytes, kind: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert sniff(path).kind == kind
    assert sniff(path).warnings == ("type_mismatch",)


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ({"xl/workbook.xml": b"<a/>"}, "xlsx"),
        ({"ppt/presentation.xml": b"<a/>"}, "pptx"),
        ({"OFD.xml": b"<a/>"}, "ofd"),
        ({"mimetype": b"application/vnd.oasis.opendocument.text"}, "odt"),
        ({"通知.txt": b"x", "content.xml": b"x"}, "zip"),
    ],
)
def test_packages_are_told_by_their_entries(
    tmp_path: Path, entries: dict[str, bytes], kind: str
) -> None:
    assert sniff(_zip(tmp_path / "a.zip", entries)).kind == kind


def test_names_that_belong_to_one_kind_are_no_mismatch(tmp_path: Path) -> None:
    for name in ("a.doc", "a.wps", "a.dot"):
        path = tmp_path / name
        path.write_bytes(compound_file({"WordDocument": b"x"}))
        assert sniff(path).warnings == ()


def test_encrypted_office_file_asks_for_the_password(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(compound_file({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}))
    assert _reason(path)[0] == "password_required"
    path.write_bytes(compound_file({"WordDocument": bytes(11) + b"\x01"}))
    assert _reason(path)[0] == "password_required"


def test_damaged_old_office_files_are_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(compound_file({"WordDocument": b"x"})[:700])
    assert _reason(path)[0] == "corrupt_doc"


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
