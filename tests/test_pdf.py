"""PDF files written by hand: a Chinese font without glyphs is enough for text and places."""

from __future__ import annotations

import zlib
from pathlib import Path

import pdfplumber
import pytest

from index.errors import UnreadableDocument
from ingest.glyphs import lines_of, tables_of
from ingest.pdf import read_pdf
from ingest.rows import Row

Text = tuple[float, float, float, str]  # x, y from the top, size, text


def tiny_pdf(pages: list[list[Text]], graphics: str = "", image: bool = False) -> bytes:
    """A PDF of A4 pages in STSong-Light, whose codes are UCS-2."""
    objects: list[bytes] = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H"
        b"/DescendantFonts[4 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
        b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Length 1>>\nstream\n\x00\nendstream",
    ]
    kids: list[str] = []
    for texts in pages:
        drawn = graphics + ("q 595 0 0 842 0 0 cm /I Do Q " if image else "")
        for x, y, size, text in texts:
            code = text.encode("utf-16-be").hex()
            drawn += f"BT /F {size} Tf {x} {842 - y - size} Td <{code}> Tj ET "
        stream = zlib.compress(drawn.encode())
        objects.append(
            b"<</Filter/FlateDecode/Length %d>>\nstream\n" % len(stream) + stream + b"\nendstream"
        )
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>/XObject<</I 5 0 R>>>>>>" % len(objects)
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    data = b"%PDF-1.4\n"
    places: list[int] = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n" % (len(objects) + 1, start)
    return data + b"%%EOF"


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def body(row: int, text: str, x: float = 80) -> Text:
    return (x, 110 + 28 * row, 16, text)


def test_lines_join_and_page_numbers_go(tmp_path: Path) -> None:
    pages = [
        [
            body(0, "甲" * 25, 112),
            body(1, "乙" * 27),
            body(2, "丙" * 27),
            (290, 790, 10, f"{number}"),
        ]
        for number in (1, 2, 3)
    ]
    reading = read_pdf(write(tmp_path / "a.pdf", tiny_pdf(pages)))
    assert [block.text for block in reading.blocks] == ["甲" * 25 + "乙" * 27 + "丙" * 27] * 3
    assert [block.page for block in reading.blocks] == [1, 2, 3]
    assert [drop.why for drop in reading.dropped] == ["page_number"] * 3


def test_fake_bold_is_read_once_and_doubled_words_stay(tmp_path: Path) -> None:
    shifted = [(80.3, 110.0, 16.0, "天天向上")]
    pages = [[body(0, "天天向上"), *shifted, body(3, "正文正文正文"), body(4, "又一行又一行")]]
    blocks = read_pdf(write(tmp_path / "a.pdf", tiny_pdf(pages))).blocks
    assert blocks[0].text == "天天向上" and blocks[0].bold
    assert not blocks[1].bold


def test_ruled_tables_become_rows_in_their_place(tmp_path: Path) -> None:
    rules = "".join(f"100 {y} m 400 {y} l S " for y in (700, 660, 620))
    rules += "".join(f"{x} 620 m {x} 700 l S " for x in (100, 250, 400))
    texts: list[Text] = [
        (80, 90, 12, "表前"),
        (110, 155, 12, "类别"),
        (260, 155, 12, "会费"),
        (110, 195, 12, "会员单位"),
        (260, 195, 12, "一千元"),
        (80, 300, 12, "表后"),
    ]
    blocks = read_pdf(write(tmp_path / "a.pdf", tiny_pdf([texts], rules))).blocks
    assert [(block.kind, block.text) for block in blocks] == [
        ("text", "表前"),
        ("row", "类别 | 会费"),
        ("row", "会员单位 | 一千元"),
        ("text", "表后"),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.4\n1 0 obj <<", "corrupt_pdf"),
        (tiny_pdf([[]], "0 0 m 9 9 l S "), "no_text"),
        (tiny_pdf([[]] * 2001), "too_many_pages"),
    ],
)
def test_unreadable_files_have_reasons(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_pdf(write(tmp_path / "a.pdf", data))
    assert caught.value.reason == reason


@pytest.mark.parametrize("turn", [90, 270])
def test_pages_lying_on_their_side_read_the_same(tmp_path: Path, turn: int) -> None:
    data = tiny_pdf([[body(0, "甲" * 25, 112), body(1, "乙" * 27), body(2, "丙。")]])
    plain = read_pdf(write(tmp_path / "a.pdf", data)).blocks
    turned = data.replace(b"/MediaBox", b"/Rotate %d/MediaBox" % turn)
    assert read_pdf(write(tmp_path / "b.pdf", turned)).blocks == plain


def char(text: str, x: float, top: float, size: float) -> dict[str, object]:
    return {
        "text": text,
        "x0": x,
        "x1": x + size,
        "top": top,
        "bottom": top + size,
        "size": size,
        "fontname": "ABCDEF+SimSun",
    }


def test_raised_characters_stay_in_their_line() -> None:
    chars = [char("注", 100, 100, 16), char("1", 116, 98, 10), char("下", 100, 128, 16)]
    assert [line.text for line in lines_of(chars, 1)] == ["注1", "下"]


def rows_on(tmp_path: Path, texts: list[Text], graphics: str = "") -> list[tuple[object, ...]]:
    path = write(tmp_path / "a.pdf", tiny_pdf([texts], graphics))
    with pdfplumber.open(path) as document:
        page = document.pages[0]
        found = [row for rows, _ in tables_of(page, page.chars) for row in rows]
    return [(row.text, row.cells, row.header) for row in found if isinstance(row, Row)]


def test_merged_cells_of_ruled_tables_hold_wherever_they_reach(tmp_path: Path) -> None:
    rules = "".join(f"100 {y} m 400 {y} l S " for y in (700, 660, 580))
    rules += "200 620 m 400 620 l S "  # the first column is one cell in the last two rows
    rules += "".join(f"{x} 580 m {x} 700 l S " for x in (100, 200, 400))
    rules += "300 620 m 300 700 l S "  # and the last row is one cell in the last two columns
    texts: list[Text] = [
        *((x, 155, 12, text) for x, text in ((110, "片区"), (210, "姓名"), (310, "电话"))),
        *((x, 195, 12, text) for x, text in ((110, "东片区"), (210, "苏明远"), (310, "199"))),
        (210, 235, 12, "待定"),
    ]
    assert rows_on(tmp_path, texts, rules) == [
        ("片区 | 姓名 | 电话", ("片区", "姓名", "电话"), True),
        ("东片区 | 苏明远 | 199", ("东片区", "苏明远", "199"), False),
        ("待定", ("东片区", "待定", "待定"), False),
    ]


def test_a_table_without_rules_is_found_by_its_names(tmp_path: Path) -> None:
    lines = [("学校", "联系人"), ("江岚大学", "苏明远"), ("东岭大学", "陈思齐")]
    texts = [
        body(n, text, x)
        for n, line in enumerate(lines)
        for x, text in ((80, line[0]), (260, line[1]))
    ]
    assert rows_on(tmp_path, [body(-1, "正文" * 13), *texts, body(4, "完")]) == [
        ("学校 | 联系人", ("学校", "联系人"), True),
        ("江岚大学 | 苏明远", ("江岚大学", "苏明远"), False),
        ("东岭大学 | 陈思齐", ("东岭大学", "陈思齐"), False),
    ]


def test_a_table_over_two_pages_has_one_header(tmp_path: Path) -> None:
    rules = "".join(f"100 {y} m 400 {y} l S " for y in (700, 660, 620))
    rules += "".join(f"{x} 620 m {x} 700 l S " for x in (100, 250, 400))
    head: list[Text] = [(110, 155, 12, "类别"), (260, 155, 12, "会费")]
    pages = [
        [*head, (110, 195, 12, kind), (260, 195, 12, fee)]
        for kind, fee in (("团体会员", "一千元"), ("个人会员", "一百元"))
    ]
    reading = read_pdf(write(tmp_path / "a.pdf", tiny_pdf(pages, rules)))
    assert [(block.cells, block.header, block.page) for block in reading.blocks] == [
        (("类别", "会费"), True, 1),
        (("团体会员", "一千元"), False, 1),
        (("个人会员", "一百元"), False, 2),
    ]
    assert [(d.text, d.why) for d in reading.dropped] == [("类别 | 会费", "repeated_header")]
