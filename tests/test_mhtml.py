"""Web archives put together in the test."""

from __future__ import annotations

import base64
import quopri
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest.lines import Reading
from ingest.mhtml import read_mhtml

ARTICLE = "<h1>关于召开年会的通知</h1>" + "".join(
    f"<p>各会员单位：第{n}届年会定于六月召开，请各单位认真组织，按时参加会议并提交材料。</p>"
    for n in "一二三"
)
PAGE = f"<html><head><title>关于召开年会的通知</title></head><body>{ARTICLE}</body></html>"
PICTURE = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"


def part(page: str = PAGE, charset: str = "utf-8", coding: str = "base64", more: str = "") -> str:
    data = page.encode(charset)
    held = base64.encodebytes(data) if coding == "base64" else quopri.encodestring(data)
    return (
        f'Content-Type: text/html; charset="{charset}"\r\n'
        f"Content-Transfer-Encoding: {coding}\r\n{more}\r\n{held.decode('ascii')}\r\n"
    )


def read(folder: Path, *parts: str, head: str = "", start: str = "") -> Reading:
    lines = [
        "From: <Saved by a browser>\r\nMIME-Version: 1.0\r\n" + head,
        f'Content-Type: multipart/related; type="text/html"; boundary="----x"{start}\r\n\r\n',
        *(f"------x\r\n{one}" for one in parts),
        "------x--\r\n",
    ]
    (folder / "a.mht").write_bytes("".join(lines).encode("utf-8"))
    return read_mhtml(folder / "a.mht")


@pytest.mark.parametrize("coding", ["base64", "quoted-printable"])
@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "big5"])
def test_the_page_is_read_in_any_coding(tmp_path: Path, coding: str, charset: str) -> None:
    page = PAGE.replace("会", "會").replace("组织", "組織") if charset == "big5" else PAGE
    plain = page.encode(charset, "ignore").decode(charset)
    reading = read(tmp_path, part(plain, charset, coding), PICTURE)
    assert reading.format == "mhtml"
    assert reading.title and reading.title.startswith("关于召开" if charset != "big5" else "")
    assert any("各" in block.text for block in reading.blocks)


def test_the_part_that_it_starts_with_is_the_page(tmp_path: Path) -> None:
    frame = part("<html><body><p>广告</p></body></html>", more="Content-ID: <ad>\r\n")
    reading = read(tmp_path, frame, part(more="Content-ID: <main>\r\n"), start='; start="<main>"')
    assert reading.title == "关于召开年会的通知"


def test_the_address_is_that_of_the_saved_page(tmp_path: Path) -> None:
    head = "Snapshot-Content-Location: https://www.example.cn/a.html\r\n"
    assert read(tmp_path, part(), head=head).url == "https://www.example.cn/a.html"
    assert read(tmp_path, part(more="Content-Location: file:///C:/a.html\r\n")).url is None


def test_a_page_without_parts_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.mht").write_bytes(f"MIME-Version: 1.0\r\n{part()}".encode())
    assert read_mhtml(tmp_path / "a.mht").title == "关于召开年会的通知"


@pytest.mark.parametrize("parts", [(), (PICTURE,)])
def test_an_archive_without_a_page_is_corrupt(tmp_path: Path, parts: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, *parts)
    assert caught.value.reason == "corrupt_mhtml"


def test_an_empty_page_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, part("<html><body></body></html>"))
    assert caught.value.reason == "no_text"
