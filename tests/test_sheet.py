"""Workbooks made in the test, by openpyxl where it can and by hand where it cannot."""

from __future__ import annotations

import datetime
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from index.errors import UnreadableDocument
from ingest.archive import refuse_doctypes
from ingest.cellformat import shown
from ingest.inspection import as_inspection
from ingest.lines import Reading
from ingest.reader import build_document
from ingest.readers import read_blocks
from ingest.sheet import read_csv, read_sheet

SHARED = Path(__file__).parents[2] / "shared"
PEOPLE = [
    ("姓名", "单位", "电话"),
    ("苏明远", "江岚大学", 19900000001),
    ("林雨", "青禾学院", "028-1"),
]


def read(path: Path, fill: Callable[[Any], None]) -> Reading:
    book = Workbook()
    fill(book)
    book.save(path / "a.xlsx")
    return read_sheet(path / "a.xlsx")


def sheet_of(path: Path, *rows: Any, merged: str = "") -> Reading:
    def fill(book: Any) -> None:
        for row in rows:
            book.active.append(row)
        if merged:
            book.active.merge_cells(merged)

    return read(path, fill)


def by_hand(path: Path, rows: str, after: str = "", strings: str = "", **more: bytes) -> Path:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    file = path / "hand.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{kinds}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{kinds}/worksheet" '
            f'Target="/xl/worksheets/sheet1.xml"/><Relationship Id="r2" '
            f'Type="{kinds}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{strings}</sst>')
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>{after}</worksheet>',
        )
        for name, data in more.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return file


def texts(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def reason(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read_sheet(path)
    return caught.value.reason


def test_rows_have_cells_and_the_names_of_columns_are_a_header(tmp_path: Path) -> None:
    reading = sheet_of(tmp_path, *PEOPLE)
    assert texts(reading) == [
        "姓名 | 单位 | 电话",
        "苏明远 | 江岚大学 | 19900000001",
        "林雨 | 青禾学院 | 028-1",
    ]
    assert [block.header for block in reading.blocks] == [True, False, False]
    assert reading.blocks[1].cells == ("苏明远", "江岚大学", "19900000001")
    assert reading.format == "xlsx"


def test_a_title_and_a_note_across_the_table_are_text(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        for row in [
            ["江岚协会联系人一览表"],
            ["单位：江岚协会"],
            *PEOPLE,
            ["备注：以上为组长单位"],
        ]:
            sheet.append(row)
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("A6:C6")
        sheet["A1"].font = Font(size=20, bold=True)
        sheet["A1"].alignment = Alignment(horizontal="center")

    reading = read(tmp_path, fill)
    title, unit, names, *_, note = reading.blocks
    assert (title.kind, title.size, title.bold, title.centred) == ("text", 20, True, True)
    assert (unit.kind, names.header, note.kind) == ("text", True, "text")
    assert note.text == "备注：以上为组长单位"
    assert build_document(reading).title == "江岚协会联系人一览表"


def test_merged_cells_hold_wherever_they_reach(tmp_path: Path) -> None:
    rows = [["片区", "姓名", "电话"], ["川北", "苏明远", 1], [None, "林雨", 2], ["川南", "方知", 3]]
    reading = sheet_of(tmp_path, *rows, merged="A2:A3")
    assert reading.blocks[2].text == "林雨 | 2"
    assert reading.blocks[2].cells == ("川北", "林雨", "2")


def test_tables_are_parted_by_empty_rows_but_a_gap_in_one_is_none(tmp_path: Path) -> None:
    loose = [
        *PEOPLE[:2],
        (None,),
        PEOPLE[2],
        (None,),
        ("项目", "金额"),
        ("会费", 1000),
        ("其他", 5),
    ]
    reading = sheet_of(tmp_path, *loose)
    assert [block.header for block in reading.blocks] == [True, False, False, True, False, False]
    assert reading.blocks[3].cells == ("项目", "金额")


def test_a_form_filled_in_its_first_column_only_keeps_its_rows(tmp_path: Path) -> None:
    reading = sheet_of(tmp_path, ["序号", "姓名"], [1, "苏明远"], [2, None], [3, None])
    assert [block.kind for block in reading.blocks] == ["row"] * 4


def test_sheets_stand_under_their_names_unless_those_say_nothing(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.active.title = "片区联系人"
        book.active.append(["甲", "乙"])
        for name in ("Sheet2", "秘书处"):
            book.create_sheet(name).append(["丙", "丁"])

    reading = read(tmp_path, fill)
    assert texts(reading) == ["片区联系人", "甲 | 乙", "丙 | 丁", "秘书处", "丙 | 丁"]
    assert [block.outline for block in reading.blocks] == [1, None, None, 1, None]


def test_a_row_alone_above_the_first_table_is_the_title_of_the_workbook(tmp_path: Path) -> None:
    def fill(book: Any, first: str) -> None:
        book.active.title = "会费"
        for row in [[first], *PEOPLE]:
            book.active.append(row)
        book.active.merge_cells("A1:C1")
        other = book.create_sheet("捐赠")
        for row in PEOPLE:
            other.append(row)

    reading = read(tmp_path, lambda book: fill(book, "江岚协会2031年度收支一览"))
    assert texts(reading)[:2] == ["江岚协会2031年度收支一览", "会费"]
    document = build_document(reading)
    assert document.title == "江岚协会2031年度收支一览"
    assert [p.text for p in document.paragraphs if p.level] == ["会费", "捐赠"]
    reading = read(tmp_path, lambda book: fill(book, "填报单位：江岚协会"))
    assert texts(reading)[:2] == ["会费", "填报单位：江岚协会"]


def test_merged_rows_above_the_data_name_the_columns(tmp_path: Path) -> None:
    rows = [
        ["片区", "上半年", None, "牵头"],
        [None, "承办", "协办", None],
        ["川北", "江岚大学", "青禾学院", "苏明远"],
        ["川南", "东岭大学", "江岚大学", "林雨"],
    ]

    def fill(book: Any) -> None:
        for row in rows:
            book.active.append(row)
        for area in ("A1:A2", "B1:C1", "D1:D2"):
            book.active.merge_cells(area)

    reading = read(tmp_path, fill)
    assert [block.header for block in reading.blocks] == [True, True, False, False]
    table = as_inspection(build_document(reading))["tables"]
    assert table[0][0] == {
        "片区": "川北",
        "上半年承办": "江岚大学",
        "上半年协办": "青禾学院",
        "牵头": "苏明远",
    }


def test_what_is_hidden_is_left_out_and_recorded(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        for row in [("姓名", "身份证", "电话"), ("苏明远", "甲", 1), ("林雨", "乙", 2)]:
            sheet.append(row)
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True
        book.create_sheet("底稿").append(["不公开", "不公开"])
        book["底稿"].sheet_state = "veryHidden"

    reading = read(tmp_path, fill)
    assert texts(reading) == ["姓名 | 电话", "苏明远 | 1"]
    assert {dropped.why for dropped in reading.dropped} == {"hidden"}
    said = [dropped.text for dropped in reading.dropped]
    assert said == ["身份证", "甲", "林雨 乙 2", "底稿", "不公开 不公开"]


def test_a_merged_cell_that_begins_in_a_hidden_row_is_seen(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        for row in [("川北", "甲", 1), (None, "乙", 2), ("川南", "丙", 3)]:
            book.active.append(row)
        book.active.merge_cells("A1:A2")
        book.active.row_dimensions[1].hidden = True

    assert texts(read(tmp_path, fill)) == ["川北 | 乙 | 2", "川南 | 丙 | 3"]


def test_values_are_shown_as_a_person_sees_them(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        values = [
            (datetime.date(2031, 6, 25), 'yyyy"年"m"月"d"日"'),
            (datetime.datetime(2031, 6, 25, 9, 30), "yyyy/m/d h:mm"),
            (0.125, "0.0%"),
            (18982575123.0, "General"),
            (True, "General"),
            (0.1 + 0.2, "General"),
            (1234.5, "#,##0.00"),
            ("=1+1", "General"),
            ('=HYPERLINK("https://a.cn/","点""我")', "General"),
        ]
        for at, (value, code) in enumerate(values, start=1):
            cell = book.active.cell(1, at, value)
            cell.number_format = code

    assert texts(read(tmp_path, fill)) == [
        '2031年6月25日 | 2031/6/25 9:30 | 12.5% | 18982575123 | TRUE | 0.3 | 1,234.50 | 点"我'
    ]


@pytest.mark.parametrize(
    ("stored", "code", "text"),
    [
        ("1.8982575123E10", "", "18982575123"),
        ("110101200001010011", "", "110101200001010011"),
        ("0.3333333333333333", "General", "0.3333333333"),
        ("48024", "[DBNum1][$-804]yyyy年m月d日", "二〇三一年六月二十五日"),
        ("48024", "yyyy\\-mm\\-dd;@", "2031-06-25"),
        ("48024", "aaaa", "星期三"),
        ("1.5", "[h]:mm:ss", "36:00:00"),
        ("0.604166666666667", "上午/下午h时mm分", "下午2时30分"),
        ("-1234.5", "¥#,##0.00_);[Red](¥#,##0.00)", "(¥1,234.50)"),
        ("0", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        ("7", "000", "007"),
        ("28012345678", "0000-00000000", "0280-12345678"),
        ("15", 'General"元"', "15元"),
        ("80", "[>=60]合格;[<60]不合格", "合格"),
        ("5", ";;;", ""),
        ("-0.001", "0.00", "0.00"),
        ("-5", "yyyy/m/d", "-5"),
        ("1e99999", "0", "1e99999"),
        ("nan", "0", "nan"),
    ],
)
def test_number_formats(stored: str, code: str, text: str) -> None:
    assert shown(stored, code) == text


def test_strings_are_joined_without_readings_and_cached_values_win(tmp_path: Path) -> None:
    strings = "<si><r><t>会</t></r><r><t>费</t></r><rPh><t>huifei</t></rPh></si>"
    rows = (
        '<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>标准_x000D_</t></is></c></row>'
        '<row><c t="str"><f>HYPERLINK("x","旧")</f><v>新</v></c><c><f>A1</f><v>2</v></c>'
        '<c t="s"><v>99</v></c><c t="e"><v>#N/A</v></c></row>'
    )
    assert texts(read_sheet(by_hand(tmp_path, rows, strings=strings))) == [
        "会费 | 标准",
        "新 | 2 | #N/A",
    ]


def test_an_area_of_the_whole_sheet_costs_nothing(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    rows += '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    after = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    assert len(read_sheet(by_hand(tmp_path, rows, after)).blocks) >= 1


def test_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.workbook.MAX_CELLS", 5)
    assert reason(by_hand(tmp_path, "<row><c><v>1</v></c><c><v>1</v></c></row>" * 3)) == "too_long"


def test_too_much_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.limits.MAX_CHARS", 5)
    row = '<row><c t="inlineStr"><is><t>会费标准和使用</t></is></c></row>'
    assert reason(by_hand(tmp_path, row)) == "too_long"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("before", ["", f"<!--{'x' * 300_000}-->"])
def test_a_doctype_in_any_part_is_refused(tmp_path: Path, encoding: str, before: str) -> None:
    part = f'<?xml version="1.0" encoding="{encoding}"?>{before}<!DOCTYPE a [<!ENTITY b "c">]><a/>'
    file = by_hand(tmp_path, "<row/>", xl__theme_xml=part.encode(encoding))
    assert reason(file) == "xml_dtd"


def test_prologs_are_counted_while_they_inflate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.archive.MAX_INFLATED_BYTES", 10_000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", f"<!--{'x' * 50_000}--><a/>")
    with (
        zipfile.ZipFile(tmp_path / "a.zip") as archive,
        pytest.raises(UnreadableDocument) as caught,
    ):
        refuse_doctypes(archive)
    assert caught.value.reason == "zip_bomb"


def test_a_broken_sheet_is_corrupt(tmp_path: Path) -> None:
    assert reason(by_hand(tmp_path, "<row><c><v>1</v></c>")) == "corrupt_xlsx"
    with zipfile.ZipFile(tmp_path / "empty.xlsx", "w"):
        pass
    assert reason(tmp_path / "empty.xlsx") == "corrupt_xlsx"


def test_an_empty_workbook_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, lambda book: None).blocks == ()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separated_values_are_rows(tmp_path: Path, separator: str) -> None:
    lines = [separator.join(map(str, row)) for row in PEOPLE]
    (tmp_path / "a.csv").write_bytes("\r\n".join(["会员名单", *lines]).encode("gb18030"))
    reading = read_csv(tmp_path / "a.csv")
    assert (reading.format, reading.blocks[0].kind, reading.blocks[0].text) == (
        "csv",
        "text",
        "会员名单",
    )
    assert reading.blocks[1].header and reading.blocks[2].cells[2] == "19900000001"


def test_quotes_controls_and_cells_kept_as_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        '\ufeff姓名,地址\n"苏,明远","一号楼\n二层"\n林\0雨,"=""028-1"""\n'.encode()
    )
    assert texts(read_csv(tmp_path / "a.csv")) == [
        "姓名 | 地址",
        "苏,明远 | 一号楼 二层",
        "林雨 | 028-1",
    ]


def test_a_csv_that_is_no_table_is_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("关于召开年会的通知\n各会员单位：\n定于6月召开。\n", "utf-8")
    assert read_csv(tmp_path / "a.csv").format == "txt"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test material is absent")
def test_the_shared_list_of_contacts_is_whole() -> None:
    document = build_document(read_sheet(next((SHARED / "files").glob("005*.xlsx"))))
    assert document.title == "片区联系人"
    found = {(c.name, c.unit, c.area, c.phone) for c in document.contacts}
    assert len(found) == 10
    assert ("唐勇", "成都大学后勤处", "成都第二片区", "028-84616643") in found
    assert ("贺健", "秘书处", None, "028-85707118") in found


def test_half_characters_become_marks_that_can_be_stored(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>会_xD800_费</t></is></c></row>'
    reading = read_blocks(by_hand(tmp_path, rows))
    assert [block.text for block in reading.blocks] == ["会?费"]


def test_columns_hidden_many_times_over_cost_nothing(tmp_path: Path) -> None:
    column = '<col min="2" max="16384" hidden="1"/>'
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>2</v></c></row>'
    file = by_hand(tmp_path, rows, column * 20_000)
    tracemalloc.start()
    reading = read_sheet(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [block.text for block in reading.blocks] == ["1"]
    assert [drop.text for drop in reading.dropped] == ["2"]
    assert peak < 50_000_000


def test_a_doctype_is_refused_in_a_sheet_that_is_not_called_xml(tmp_path: Path) -> None:
    by_hand(tmp_path, "")
    with zipfile.ZipFile(tmp_path / "hand.xlsx") as old:
        entries = {name: old.read(name) for name in old.namelist()}
    sheet = entries.pop("xl/worksheets/sheet1.xml")
    entries["xl/worksheets/sheet1.bin"] = b"<!DOCTYPE a>" + sheet.replace(
        b"</sheetData>", b'<row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
    )
    with zipfile.ZipFile(tmp_path / "bin.xlsx", "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data.replace(b"sheet1.xml", b"sheet1.bin"))
    assert reason(tmp_path / "bin.xlsx") == "xml_dtd"
