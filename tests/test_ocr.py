"""Scans of our own letters: what is read, how it is laid out, which pages are recognised."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import UnreadableDocument
from ingest import limits, ocr
from ingest.inspection import as_inspection
from ingest.pdf import read_pdf
from ingest.reader import build_document, read
from ingest.scans import _shared
from ingest.widths import widened
from scanned import BODY, Letter, as_pdf, chars_wrong, needs_ocr, notice
from test_pdf import body, tiny_pdf, write

TITLE = "江岚省高等院校后勤协会关于举办食堂大宗食材采购座谈会的通知"


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("联系人:苏明远(办公室),电话:0899-5550123", "联系人：苏明远（办公室），电话：0899-5550123"),
        ("时间:8:30,地点:3楼", "时间：8:30，地点：3楼"),
        ("共1,200元;是否到会?", "共1,200元；是否到会？"),
        ("(一)总体要求", "（一）总体要求"),
        ("(2)各单位", "（2）各单位"),
        ("(校史馆", "（校史馆"),
        ("（校史馆)", "（校史馆）"),
        ("Word (docx), Excel", "Word (docx), Excel"),
        ("f(x)=1,g(x)=2", "f(x)=1,g(x)=2"),
        ("电话(028)84760585", "电话(028)84760585"),
        ("网址https://example.org/a?b=1,2见", "网址https://example.org/a?b=1,2见"),
        ("江岚高后协[2024]12号", "江岚高后协〔2024〕12号"),
        ("见文献[2024]", "见文献[2024]"),
    ],
)
def test_marks_are_as_wide_as_their_neighbours(narrow: str, wide: str) -> None:
    assert widened(narrow) == wide
    assert widened(wide) == wide


def test_a_size_is_told_by_chinese_characters() -> None:
    # two lines of a title; two lines of text, an address of mail and the line stretched before it
    sizes, wide = [21.1, 21.7, 16.4, 16.6, 19.4, 19.1], [15, 16, 27, 25, 0, 15]
    first, second, text, other, address, _ = _shared(sizes, wide)
    assert first == second == pytest.approx(21.4, abs=0.1)
    assert text == other == address == pytest.approx(16.5, abs=0.1)


def test_without_the_extra_a_scan_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    path = write(tmp_path / "a.pdf", tiny_pdf([[]], image=True))
    with pytest.raises(UnreadableDocument) as caught:
        read_pdf(path)
    assert caught.value.reason == "needs_ocr"
    mixed = tiny_pdf([[body(0, "第一页的文字一共十个以上")], []], image=True)
    assert read_pdf(write(path, mixed)).warnings == ("some_pages_need_ocr",)


@needs_ocr
@pytest.mark.parametrize("skew", [-2.0, 5.0])
def test_a_letter_is_read_with_all_its_fields(tmp_path: Path, skew: float) -> None:
    path = as_pdf(tmp_path / "a.pdf", [notice(seal=True).scan(skew)])
    document = read(path)
    assert document.title == TITLE
    assert document.number == "江岚高后协〔2024〕12号"
    assert document.letterhead == "江岚省高等院校后勤协会"
    assert document.issuer == "江岚省高等院校后勤协会"
    assert document.date == "2024-09-25"
    assert [contact.name for contact in document.contacts] == ["苏明远"]
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert BODY in texts
    assert chars_wrong(texts[-2] + texts[-1], "江岚省高等院校后勤协会2024年9月25日") == 0
    assert [dropped.why for dropped in document.dropped] == ["page_number"]
    found = as_inspection(document)["recognised"]
    assert [item["paragraph"] for item in found] == list(range(len(texts)))
    assert all(item["page"] == 1 and item["confidence"] > 0.8 for item in found)


@needs_ocr
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_laid_wrongly_is_turned(turn: int) -> None:
    import numpy as np

    letter = Letter(dpi=100)
    for row in range(4):
        letter.line(28, 60 + 10 * row, BODY[20 * row : 20 * row + 20])
    pixels = np.ascontiguousarray(np.asarray(letter.scan(0.5, turn=turn))[:, :, ::-1])
    found = ocr.recognise(pixels, letter.dpi)
    assert chars_wrong("".join(words.text for words in found.words), BODY[:80]) <= 1
    assert found.image.shape[0] > found.image.shape[1]


@needs_ocr
def test_pages_are_recognised_where_they_must_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    import pypdf

    kept: dict[int, bytes] = {}
    granted: list[float] = []
    monkeypatch.setattr(limits, "keep_picture", kept.__setitem__)
    monkeypatch.setattr(limits, "allow", granted.append)
    text = f"二、{BODY[:57]}。"
    letter = Letter()
    for row in range(3):
        letter.line(28, 60 + 10 * row, text[20 * row : 20 * row + 20])
    scan = as_pdf(tmp_path / "scan.pdf", [letter.scan()])
    printed = tiny_pdf([[body(0, "一、前面一页是印出来的文字。")]])
    last = tiny_pdf([[body(0, "三、后面一页也是印出来的文字。")]])
    writer = pypdf.PdfWriter()
    for part in (io.BytesIO(printed), scan, io.BytesIO(last)):
        writer.append(part)
    writer.write(tmp_path / "a.pdf")
    reading = read_pdf(tmp_path / "a.pdf")
    first, *middle, end = reading.blocks
    assert (first.text, first.confidence) == ("一、前面一页是印出来的文字。", None)
    assert (end.text, end.confidence) == ("三、后面一页也是印出来的文字。", None)
    assert chars_wrong("".join(block.text for block in middle), text) == 0
    assert {block.page for block in middle} == {2} and middle[0].confidence
    assert reading.warnings == ()
    assert list(kept) == [2] and kept[2].startswith(b"\xff\xd8")
    assert granted == [pytest.approx(0.3), pytest.approx(8.0)]


@needs_ocr
def test_text_behind_the_picture_is_kept_where_it_reads_well(tmp_path: Path) -> None:
    rows = [body(row, "扫描仪自己识别出来的文字放在图片的后面") for row in range(5)]
    reading = read_pdf(write(tmp_path / "a.pdf", tiny_pdf([rows], image=True)))
    assert all(block.confidence is None for block in reading.blocks)


@needs_ocr
def test_too_many_scanned_pages_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_SCANNED_PAGES", 2)
    with pytest.raises(UnreadableDocument) as caught:
        read_pdf(write(tmp_path / "a.pdf", tiny_pdf([[]] * 3, image=True)))
    assert caught.value.reason == "too_many_pages"


@needs_ocr
@pytest.mark.parametrize("skew", [0.0, 1.5])
def test_a_ruled_table_comes_out_row_by_row(tmp_path: Path, skew: float) -> None:
    letter = Letter()
    rows = [
        ("片区", "联系人", "电话"),
        ("东片区", "苏明远", "5550123"),
        ("西片区", "陈思齐", "5550456"),
    ]
    for y in range(4):
        letter.rule(30, 60 + 12 * y, 180, 60 + 12 * y)
    for x in (30, 80, 130, 180):
        letter.rule(x, 60, x, 96)
    letter.line(30, 45, "各片区的联系人见下表。")
    for n, row in enumerate(rows):
        for m, text in enumerate(row):
            letter.line(35 + 50 * m, 66 + 12 * n, text, 14)
    blocks = read_pdf(as_pdf(tmp_path / "a.pdf", [letter.scan(skew)])).blocks
    assert [block.cells for block in blocks if block.kind == "row"] == rows
    assert blocks[1].text == "片区 | 联系人 | 电话" and blocks[1].confidence


def test_brackets_over_two_lines_are_of_one_width() -> None:
    from ingest.layout import Line, PageSize
    from ingest.pages import Pages, as_reading

    texts = "(2031年6月8日第三届会员代表大会第二次会议审议", "通过）"
    lines = [
        Line(text, 80.0, 500.0 if n == 0 else 140.0, 100.0 + 28 * n, 116.0 + 28 * n, 16.0)
        for n, text in enumerate(texts)
    ]
    for sure, width in ((0.9, "（"), (None, "(")):
        pages = Pages([PageSize(595, 842)], [replace(line, confidence=sure) for line in lines])
        assert as_reading(pages, "pdf").blocks[0].text == width + texts[0][1:] + texts[1]


@needs_ocr
@pytest.mark.parametrize(("gap", "skew"), [(6, 0.8), (10, -1.5)])
def test_two_columns_are_read_one_after_the_other(tmp_path: Path, gap: float, skew: float) -> None:
    letter = Letter()
    letter.centred(30, "后勤工作简讯（2031年第2期）", 15)
    texts = f"首先，{BODY}{BODY}", f"其次，{BODY}{BODY}"
    for side, text in enumerate(texts):
        lines = [text[:17], *(text[at : at + 19] for at in range(17, len(text), 19))]
        for n, line in enumerate(lines):
            indent = 0 if n else 2 * 3.7  # two characters of 10.5 points
            letter.line(28 + indent + side * (70.4 + gap), 46 + 6.3 * n, line, 10.5)
    reading = read_pdf(as_pdf(tmp_path / "a.pdf", [letter.scan(skew, noise=12)]))
    assert chars_wrong("".join(block.text for block in reading.blocks[1:]), "".join(texts)) <= 2


@needs_ocr
def test_doubtful_text_is_marked_and_stays(tmp_path: Path) -> None:
    from ingest.pages import DOUBTFUL, as_reading, collect

    class Page:
        width, height = 595.0, 842.0
        images: list[Any] = []  # noqa: RUF012
        lines = rects = curves = images

        def __init__(self, sure: float) -> None:
            chars = "看不清楚的一行字"
            box = {"top": 100.0, "bottom": 116.0, "size": 16.0, "fontname": "", "upright": True}
            self.chars = [
                {**box, "text": char, "x0": 80.0 + 16 * n, "x1": 96.0 + 16 * n, "confidence": sure}
                | {"matrix": (1, 0, 0, 1, 0, 0)}
                for n, char in enumerate(chars)
            ]

        def close(self) -> None: ...

    for sure, warnings in ((DOUBTFUL - 0.1, ("low_ocr_confidence",)), (DOUBTFUL + 0.1, ())):
        reading = as_reading(collect([Page(sure)]), "pdf")
        assert reading.warnings == warnings
        document = build_document(replace(reading, format="pdf"))
        assert document.paragraphs[0].confidence == pytest.approx(sure)
        assert document.text == "看不清楚的一行字"


@needs_ocr
def test_recognising_leaves_no_mark_of_the_machine(tmp_path: Path) -> None:
    code = (
        "import numpy as np; from ingest.ocr import recognise;"
        "page = np.full((400, 400, 3), 255, np.uint8); page[150:180, 50:350] = 0;"
        "recognise(page, 200)"
    )
    # Without what says that a test runs, for then it leaves none anyway.
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not list(tmp_path.rglob("*"))
