"""Archives in a folder: each member is a document, and the archive is where it came from."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from index.library import Library
from index.model import Audience
from ingest import ocr, readers
from ingest.sandbox import Sandbox
from office import RULES, Office, counts, office

__all__ = ["office"]

MATCH = "职工乒乓球比赛\n\n全省职工乒乓球比赛在泊阳举行，共有二十支队伍参加。\n"
BUS = "校车规定\n\n校车早上七点从东门发车，晚上九点收车，周末停运一半班次。\n"


def _pack(office: Office, name: str, members: dict[str, str | bytes]) -> Path:
    file = office.folder / name
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return file


def test_members_are_documents_of_their_own(office: Office) -> None:
    _pack(office, "打包.zip", {"比赛/乒乓球.txt": MATCH, "校车.txt": BUS})
    report = office.ingest()
    assert counts(report) == {"added": 4}
    assert [str(file.file.relative_to(office.folder)) for file in report.files][1:3] == [
        "打包.zip/比赛/乒乓球.txt",
        "打包.zip/校车.txt",
    ]
    assert office.find("校车几点发车")[0] == "校车.txt"
    assert counts(office.ingest()) == {"unchanged": 4}
    assert list(office.home.glob("incoming/*")) == []


def test_a_member_that_is_known_already_is_a_copy(office: Office) -> None:
    _pack(office, "打包.zip", {"会费.txt": RULES.format(n=5), "会费副本.txt": RULES.format(n=5)})
    report = office.ingest()
    assert counts(report) == {"added": 2, "duplicate": 2}
    assert counts(office.ingest()) == {"unchanged": 4}


def test_members_follow_the_archive(office: Office) -> None:
    _pack(office, "打包.zip", {"乒乓球.txt": MATCH, "校车.txt": BUS})
    office.ingest()
    _pack(office, "打包.zip", {"校车.txt": BUS.replace("七点", "八点")})
    report = office.ingest(prune=True)
    assert counts(report) == {"updated": 1, "removed": 1, "unchanged": 2}
    assert office.find("校车早上八点", "keyword")[0] == "校车.txt"
    (office.folder / "打包.zip").unlink()
    assert counts(office.ingest(prune=True)) == {"removed": 1, "unchanged": 2}


def test_a_damaged_archive_takes_nothing_away(office: Office) -> None:
    archive = _pack(office, "打包.zip", {"校车.txt": BUS})
    office.ingest()
    archive.write_bytes(archive.read_bytes()[:60])
    report = office.ingest(prune=True)
    assert counts(report) == {"rejected": 1, "unchanged": 2}
    assert office.find("校车几点发车")[0] == "校车.txt"


def test_members_that_cannot_be_read_are_named(office: Office) -> None:
    _pack(office, "打包.zip", {"校车.txt": BUS, "程序.exe": b"MZ\x90\x00\x03" + bytes(99)})
    report = office.ingest()
    (bad,) = [file for file in report.files if file.outcome == "rejected"]
    assert (bad.file.name, bad.reason) == ("程序.exe", "unsupported_type")
    assert counts(office.ingest()) == {"rejected": 1, "unchanged": 3}


def test_the_sidecar_of_an_archive_names_the_audience_of_its_members(office: Office) -> None:
    _pack(office, "打包.zip", {"校车.txt": BUS, "校车.txt.meta.toml": 'audience = "public"'})
    office.ingest()
    assert office.find("校车几点发车", audience=Audience.PUBLIC) == []
    (office.folder / "打包.zip.meta.toml").write_text('audience = "public"', "utf-8")
    assert counts(office.ingest()) == {"updated": 1, "unchanged": 2}
    assert office.find("校车几点发车", audience=Audience.PUBLIC) == ["校车.txt"]


def test_what_could_not_be_read_is_not_read_again_until_that_may_help(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = office.write("坏的.pdf", "%PDF-1.4 这不是 PDF")
    first = office.ingest()
    reads: list[Path] = []
    plain = Sandbox.read

    def watched(self: Sandbox, path: Path, room: Path) -> object:
        reads.append(path)
        return plain(self, path, room)

    monkeypatch.setattr(Sandbox, "read", watched)
    second = office.ingest()
    assert reads == []
    assert (
        [f.message for f in first.files if f.reason]
        == [f.message for f in second.files if f.reason]
        != []
    )
    monkeypatch.setattr(readers, "ability", lambda: "可以多读一种")
    office.ingest()
    assert reads == [bad]
    office.write("坏的.pdf", "%PDF-1.4 换了内容，还是不行")
    assert counts(office.ingest()) == {"rejected": 1, "unchanged": 2}
    assert reads == [bad, bad]
    bad.unlink()
    office.ingest()
    collection = office.open()
    assert collection.library.refusals() == []
    collection.close()


def test_only_what_a_better_reader_would_improve_is_read_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write("新闻.html", f"<html><body><p>{MATCH}</p></body></html>")
    assert counts(office.ingest()) == {"added": 3}
    better = {**readers._READERS, "html": readers._Reader("ingest.html", "read_html", 99)}
    monkeypatch.setattr(readers, "_READERS", better)
    report = office.ingest()
    assert [f.file.name for f in report.files if f.outcome == "updated"] == ["新闻.html"]
    assert counts(report) == {"updated": 1, "unchanged": 2}
    assert counts(office.ingest()) == {"unchanged": 3}


def test_odd_names_huge_sidecars_and_vanishing_files_stop_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = os.fsencode(office.folder)
    name = os.fsdecode(folder + b"/" + "会议.txt".encode("gb18030"))
    Path(name).write_text("关于会议的说明：会议定于下周召开，请各单位准时参加。", "utf-8")
    with (office.folder / "大.txt.meta.toml").open("wb") as file:
        file.truncate(8 * 1024**3)
    office.write("大.txt", "旁边的说明文件大得不像话，正文还是要读。")
    vanishing = office.write("消失.txt", "读完就被人删掉的文件，不该影响别的文件。")
    plain = Sandbox.read

    def watched(self: Sandbox, path: Path, room: Path) -> object:
        result = plain(self, path, room)
        if path == vanishing:
            path.unlink()
        return result

    monkeypatch.setattr(Sandbox, "read", watched)
    report = office.ingest()
    reasons = {f.file.name: f.reason for f in report.files if f.outcome == "rejected"}
    assert reasons == {"消失.txt": "unreadable_file"}
    assert report.count("added") == 4
    assert office.find("会议定于下周召开", "keyword")[0] == "会议.txt"


def test_a_document_that_recognition_cannot_improve_is_not_read_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.ingest()
    asked = []

    def warned(library: Library, code: str, format: str) -> set[str]:
        asked.append((code, format))
        return {held.document_id for held in library.documents() if held.source == "会费规定.txt"}

    monkeypatch.setattr(Library, "warned", warned)
    monkeypatch.setattr(ocr, "available", lambda: True)
    assert counts(office.ingest()) == {"updated": 1, "unchanged": 1}
    assert asked == [("some_pages_need_ocr", "pdf")]
    monkeypatch.setattr(ocr, "available", lambda: False)
    assert counts(office.ingest()) == {"unchanged": 2}
