"""Old and open formats through LibreOffice: the same text, nothing followed, nothing run."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest import office
from ingest.numbering import Numbering
from ingest.readers import read_blocks
from ole import compound_file

needs_libreoffice = pytest.mark.skipif(
    not office.is_installed("writer"), reason="LibreOffice is not installed"
)
RULES = (
    "<html><head><meta charset='utf-8'></head><body><h1>会费管理办法</h1>"
    "<p>第一条 会费每年缴纳一次。</p><table border='1'><tr><td>类别</td><td>会费</td></tr>"
    "<tr><td>理事单位</td><td>3000</td></tr></table><p>江岚省高等院校后勤协会</p></body></html>"
)
NUMBERED = (
    '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:abstractNum w:abstractNumId="0">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>'
    '<w:lvlText w:val="第%1章"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>'
    '<w:lvlText w:val="第%2条"/></w:lvl>'
    '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def _made(tmp_path: Path, kind: str, name: str) -> Path:
    """The rules as a file of this kind, made by LibreOffice and called `name`."""
    source = tmp_path / "rules.html"
    source.write_text(RULES, encoding="utf-8")
    profile = (tmp_path / "profile").as_uri()
    filters = {"doc": "doc:MS Word 97", "rtf": "rtf:Rich Text Format", "odt": "odt:writer8"}
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={profile}", "--headless"),
            *("--infilter=HTML (StarWriter)", "--convert-to", filters[kind]),
            *("--outdir", str(tmp_path), str(source)),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return (tmp_path / f"rules.{kind}").rename(tmp_path / name)


@needs_libreoffice
@pytest.mark.parametrize(
    ("kind", "name", "format"),
    [("doc", "a.wps", "wps"), ("rtf", "a.doc", "rtf"), ("odt", "a.odt", "odt")],
)
def test_old_formats_read_like_new_ones(tmp_path: Path, kind: str, name: str, format: str) -> None:
    reading = read_blocks(_made(tmp_path, kind, name))
    assert reading.format == format
    assert [block.text for block in reading.blocks] == [
        "会费管理办法",
        "第一条 会费每年缴纳一次。",
        "类别 | 会费",
        "理事单位 | 3000",
        "江岚省高等院校后勤协会",
    ]
    assert reading.warnings == ()


@needs_libreoffice
def test_linked_files_are_not_read_in(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("不该出现的内容", encoding="utf-8")
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<office:document-content xmlns:office="{space}office:1.0" xmlns:text="{space}text:1.0"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"><office:body>'
        '<office:text><text:p>前面的话</text:p><text:section text:name="S">'
        f'<text:section-source xlink:type="simple" xlink:href="{secret.as_uri()}"'
        ' text:filter-name="Text"/>'
        "<text:p>原来的话</text:p></text:section></office:text></office:body>"
        "</office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<manifest:manifest xmlns:manifest="{space}manifest:1.0"><manifest:file-entry '
        'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    file = tmp_path / "a.odt"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    assert [block.text for block in read_blocks(file).blocks] == ["前面的话", "原来的话"]


@needs_libreoffice
def test_what_libreoffice_cannot_open_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "a.doc"
    file.write_bytes(compound_file({"WordDocument": b"x", "1Table": b"y"}))
    with pytest.raises(UnreadableDocument) as caught:
        read_blocks(file)
    assert caught.value.reason == "corrupt_doc"


@needs_libreoffice
def test_it_has_only_so_much_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "_SECONDS", 0.01)
    file = tmp_path / "a.rtf"
    file.write_bytes(b"{\\rtf1\\ansi text\\par}")
    with pytest.raises(UnreadableDocument) as caught:
        read_blocks(file)
    assert caught.value.reason == "time_limit"


def test_without_libreoffice_the_reason_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.shutil, "which", lambda name: None)
    file = tmp_path / "a.rtf"
    file.write_bytes(b"{\\rtf1\\ansi text\\par}")
    with pytest.raises(UnreadableDocument) as caught:
        read_blocks(file)
    assert caught.value.reason == "needs_libreoffice"
    assert "libreoffice-writer" in str(caught.value)


def test_macros_of_old_files_are_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a.doc"
    file.write_bytes(compound_file({"WordDocument": b"x", "Macros": b"x"}))
    assert office._has_macros(file)
    file.write_bytes(compound_file({"WordDocument": b"x"}))
    assert not office._has_macros(file)


def test_articles_go_on_over_chapters_where_the_file_has_lost_it() -> None:
    from lxml import etree

    def labels(*, converted: bool) -> list[str]:
        numbering = Numbering(etree.fromstring(NUMBERED), converted=converted)
        return [numbering.label("1", level).strip() for level in (0, 1, 1, 0, 1)]

    assert labels(converted=True) == ["第一章", "第一条", "第二条", "第二章", "第三条"]
    assert labels(converted=False) == ["第一章", "第一条", "第二条", "第二章", "第一条"]


def test_a_doctype_never_reaches_libreoffice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "is_installed", lambda part: True)
    monkeypatch.setattr(office, "_converted", lambda *given: pytest.fail("it was reached"))
    file = tmp_path / "a.odt"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a/>"
        )
    with pytest.raises(UnreadableDocument) as caught:
        read_blocks(file)
    assert caught.value.reason == "xml_dtd"
