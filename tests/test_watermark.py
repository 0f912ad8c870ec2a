"""Watermarks go; pale or large print that is text stays."""

from __future__ import annotations

from pathlib import Path

from index.model import Dropped
from ingest.lines import Reading
from ingest.pdf import read_pdf
from test_columns import LEFT, column
from test_pdf import tiny_pdf, write


def shown(text: str, x: float, y: float, size: float, fill: str, turn: str = "1 0 0 1") -> str:
    code = text.encode("utf-16-be").hex()
    return f"q {fill} BT /F {size} Tf {turn} {x} {y} Tm <{code}> Tj ET Q "


def read(tmp_path: Path, graphics: str, pages: int = 3) -> Reading:
    body = [column(80, LEFT, range(20), width=39) for _ in range(pages)]
    return read_pdf(write(tmp_path / "a.pdf", tiny_pdf(body, graphics)))


BODY = "".join(line[3] for line in column(80, LEFT, range(20), width=39))


def test_pale_words_across_the_text_are_a_watermark(tmp_path: Path) -> None:
    for fill in (".8 g", ".75 .75 .8 rg", "0 0 0 .2 k"):
        reading = read(tmp_path, shown("内部资料", 150, 560, 70, fill), pages=1)
        assert [block.text for block in reading.blocks] == [BODY]
        assert reading.dropped == (Dropped("内部资料", "watermark"),)


def test_huge_words_across_the_text_are_a_watermark_in_any_colour(tmp_path: Path) -> None:
    reading = read(tmp_path, shown("内部资料", 150, 560, 70, "0 g"), pages=1)
    assert [block.text for block in reading.blocks] == [BODY]


def test_pale_words_beside_the_text_go_when_most_pages_have_them(tmp_path: Path) -> None:
    mark = shown("江岚后勤", 150, 240, 40, ".8 g")
    reading = read(tmp_path, mark)
    assert {drop.why for drop in reading.dropped} == {"watermark"}
    assert "江岚后勤" in "".join(block.text for block in read(tmp_path, mark, pages=1).blocks)


def test_slanting_words_are_a_watermark_however_many(tmp_path: Path) -> None:
    aslant = "".join(
        shown("内部资料不得外传" * 20, 100 + n, 100 + n, 10, "0 g", ".7 .7 -.7 .7")
        for n in range(0, 400, 40)
    )
    reading = read(tmp_path, aslant, pages=1)
    assert [block.text for block in reading.blocks] == [BODY]


def test_a_large_title_and_pale_text_stay(tmp_path: Path) -> None:
    title = shown("协会简报", 200, 720, 36, "0 g")
    note = shown("选填，可以不填", 80, 300, 11, ".6 g")
    read_back = "".join(block.text for block in read(tmp_path, title + note).blocks)
    assert read_back.count("协会简报") == 3 and read_back.count("选填，可以不填") == 3
