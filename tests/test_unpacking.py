"""Archives: what is in them, under the names people gave, and what is refused."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest import unpacking
from ingest.unpacking import Member, unpack


def _zipped(entries: dict[str, bytes]) -> bytes:
    """An archive; names are written as UTF-8 and marked so."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _gbk(data: bytes, *names: str) -> bytes:
    """The archive with names as Chinese Windows writes them: GBK, of the same length, unmarked."""
    for name in names:
        written, raw = name.encode(), name.encode("gb18030")
        data = data.replace(written, raw.ljust(len(written), b" "))
    out = bytearray(data)
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(magic)
        while at >= 0:
            out[at + place + 1] &= 0xF7
            at = out.find(magic, at + 4)
    return bytes(out)


def _unpack(tmp_path: Path, data: bytes) -> tuple[Member, ...]:
    file = tmp_path / "a.zip"
    file.write_bytes(data)
    return unpack(file, tmp_path / "out")


def _reason(tmp_path: Path, data: bytes) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        _unpack(tmp_path, data)
    return caught.value.reason


def test_members_lie_under_names_of_ours(tmp_path: Path) -> None:
    members = _unpack(tmp_path, _zipped({"2024/通知.TXT": b"one", "会议/纪要": b"two"}))
    assert [(m.name, m.file) for m in members] == [("2024/通知.TXT", "1.txt"), ("会议/纪要", "2")]
    assert (tmp_path / "out" / "1.txt").read_bytes() == b"one"


def test_names_in_gbk_are_restored(tmp_path: Path) -> None:
    data = _gbk(
        _zipped({"新闻稿.txt": b"x", "心得体会.html": b"<html></html>"}),
        "新闻稿.txt",
        "心得体会.html",
    )
    assert [member.name for member in _unpack(tmp_path, data)] == ["新闻稿.txt", "心得体会.html"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../../etc/passwd", "etc/passwd"),
        ("/root/.ssh/../通知.txt", None),
        ("C:\\文件\\通知.txt", "C:/文件/通知.txt"),
        ("a\rb\nc.txt", "abc.txt"),
        ("通" * 200 + ".docx", "通" * 114 + "….docx"),
    ],
)
def test_names_are_names_and_no_paths(tmp_path: Path, given: str, shown: str | None) -> None:
    data = _zipped({given: b"text", "ordinary.txt": b"x"})
    members = [m for m in _unpack(tmp_path, data) if m.name != "ordinary.txt"]
    assert [m.name for m in members] == ([] if shown is None else [shown])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.parent in (tmp_path, tmp_path / "out") for path in files)


def test_what_is_no_document_is_left_out(tmp_path: Path) -> None:
    buffer = io.BytesIO(_zipped({"a.txt": b"x", "__MACOSX/._a.txt": b"x", ".DS_Store": b"x"}))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.mkdir("文件夹")
        archive.writestr("~$a.docx", b"x")
        archive.writestr("a.txt.meta.toml", b'audience = "public"')
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert [m.name for m in _unpack(tmp_path, buffer.getvalue())] == ["a.txt"]


def test_two_members_of_one_name_are_told_apart(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.txt", b"one")
        archive.writestr("a.txt", b"two")
    members = _unpack(tmp_path, buffer.getvalue())
    assert [m.name for m in members] == ["a.txt", "a (2).txt"]
    assert [(tmp_path / "out" / m.file).read_bytes() for m in members] == [b"one", b"two"]


def test_an_archive_in_an_archive_is_opened_and_one_in_that_is_not(tmp_path: Path) -> None:
    third = _zipped({"deep.txt": b"x"})
    second = _zipped({"b.txt": b"x", "c.zip": third})
    members = _unpack(tmp_path, _zipped({"b.zip": second, "a.txt": b"x"}))
    assert [(m.name, m.reason) for m in members] == [
        ("b.zip/b.txt", ""),
        ("b.zip/c.zip", "nested_archive"),
        ("a.txt", ""),
    ]


def test_nothing_but_archives_is_refused_whole(tmp_path: Path) -> None:
    third = _zipped({"deep.txt": b"x"})
    data = _zipped({"b.zip": _zipped({"c.zip": third, "d.zip": third})})
    assert _reason(tmp_path, data) == "nested_archive"


def test_office_packages_inside_are_documents(tmp_path: Path) -> None:
    docx = _zipped({"word/document.xml": b"<a/>"})
    (member,) = _unpack(tmp_path, _zipped({"通知.docx": docx}))
    assert (member.name, member.file) == ("通知.docx", "1.docx")


def test_damaged_inner_archives_cost_only_themselves(tmp_path: Path) -> None:
    members = _unpack(tmp_path, _zipped({"b.zip": _zipped({"b.txt": b"x"})[:40], "a.txt": b"x"}))
    assert [(m.name, m.reason) for m in members] == [("b.zip", ""), ("a.txt", "")]


def test_the_limits_are_for_all_archives_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_INFLATED_BYTES", 5000)
    inner = _zipped({"x.txt": b"z" * 2000})
    assert len(_unpack(tmp_path, _zipped({"a.zip": inner}))) == 1
    many = _zipped({f"{n}.zip": inner for n in range(3)})
    (tmp_path / "second").mkdir()
    assert _reason(tmp_path / "second", many) == "zip_bomb"


def test_too_many_entries_and_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _reason(tmp_path, _zipped({})) == "empty_archive"
    monkeypatch.setattr(unpacking, "MAX_ENTRIES", 3)
    inner = _zipped({"1.txt": b"x", "2.txt": b"x"})
    (tmp_path / "second").mkdir()
    assert _reason(tmp_path / "second", _zipped({"a.zip": inner, "b.zip": inner})) == "zip_bomb"


def test_a_locked_archive_says_so(tmp_path: Path) -> None:
    data = bytearray(_zipped({"a.txt": b"x"}))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert _reason(tmp_path, bytes(data)) == "password_required"


def test_a_name_that_is_nothing_but_a_nul_is_no_reason_to_fail(tmp_path: Path) -> None:
    data = _zipped({"X.txt": b"x", "a.txt": b"x"}).replace(b"X.txt", b"\0.txt")
    try:
        assert [member.name for member in _unpack(tmp_path, data)][-1] == "a.txt"
    except UnreadableDocument as error:
        assert error.reason == "corrupt_zip"
