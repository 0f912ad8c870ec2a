"""Presentations made in the test by python-pptx, and changed by hand where it cannot."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pptx import Presentation
from pptx.util import Cm, Pt

from index.errors import UnreadableDocument
from ingest.lines import Reading
from ingest.reader import build_document
from ingest.slides import read_slides

SHARED = Path(__file__).parents[2] / "shared"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def read(path: Path, fill: Callable[[Any], None]) -> Reading:
    show = Presentation()
    fill(show)
    show.save(path / "a.pptx")
    return read_slides(path / "a.pptx")


def slide(show: Any, title: str = "", layout: int = 5) -> Any:
    added = show.slides.add_slide(show.slide_layouts[layout])
    if title:
        added.shapes.title.text = title
    return added


def box(holder: Any, text: str, left: float, top: float) -> Any:
    shape = holder.shapes.add_textbox(Cm(left), Cm(top), Cm(5), Cm(2))
    shape.text_frame.text = text
    return shape


def texts(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The presentation with one part made anew."""
    with zipfile.ZipFile(path / "a.pptx") as old, zipfile.ZipFile(path / "b.pptx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
    return path / "b.pptx"


def test_title_text_and_notes_of_each_slide(tmp_path: Path) -> None:
    def fill(show: Any) -> None:
        first = slide(show, "年度\v工作", layout=1)
        first.placeholders[1].text = "第一段\n第二段"
        first.notes_slide.notes_text_frame.text = "提醒大家\n备注：鼓掌"
        slide(show, "下一步")

    reading = read(tmp_path, fill)
    assert reading.format == "pptx"
    assert [(b.text, b.page, b.outline, b.kind) for b in reading.blocks] == [
        ("年度工作", 1, 1, "text"),
        ("第一段", 1, None, "text"),
        ("第二段", 1, None, "text"),
        ("备注：提醒大家", 1, None, "note"),
        ("备注：鼓掌", 1, None, "note"),
        ("下一步", 2, 1, "text"),
    ]


def test_shapes_are_read_from_top_to_bottom_and_columns_side_by_side(tmp_path: Path) -> None:
    def fill(show: Any) -> None:
        held = slide(show, "标题")
        for text, left, top in [("末", 1, 15), ("右", 12, 5.2), ("左", 1, 5)]:
            box(held, text, left, top)

    assert texts(read(tmp_path, fill)) == ["标题", "左", "右", "末"]


def test_groups_within_groups_are_read(tmp_path: Path) -> None:
    def fill(show: Any) -> None:
        group = slide(show, "标题").shapes.add_group_shape()
        box(group, "外", 1, 8)
        box(group.shapes.add_group_shape(), "内", 1, 5)

    assert texts(read(tmp_path, fill)) == ["标题", "内", "外"]


def test_tables_are_rows_with_merged_cells(tmp_path: Path) -> None:
    def fill(show: Any) -> None:
        frame = slide(show, "分工").shapes.add_table(3, 3, Cm(1), Cm(5), Cm(15), Cm(5))
        values = [("片区", "姓名", "电话"), ("川北", "苏明远", "1"), ("", "林雨", "2")]
        for row, line in enumerate(values):
            for column, value in enumerate(line):
                frame.table.cell(row, column).text = value
        frame.table.cell(1, 0).merge(frame.table.cell(2, 0))

    _, *rows = read(tmp_path, fill).blocks
    assert [row.text for row in rows] == ["片区 | 姓名 | 电话", "川北 | 苏明远 | 1", "林雨 | 2"]
    assert [row.header for row in rows] == [True, False, False]
    assert rows[2].cells == ("川北", "林雨", "2")


def test_hidden_slides_and_furniture_are_dropped(tmp_path: Path) -> None:
    def fill(show: Any) -> None:
        slide(show, "公开")
        slide(show, "内部")._element.set("show", "0")

    def numbered(data: bytes) -> bytes:
        tree = etree.fromstring(data)
        for holder in tree.iter("{*}nvPr"):
            for old in holder.iter("{*}ph"):
                old.set("type", "ftr")
        return etree.tostring(tree)

    reading = read(tmp_path, fill)
    assert texts(reading) == ["公开"]
    assert [(dropped.text, dropped.why) for dropped in reading.dropped] == [("内部", "hidden")]
    reading = read_slides(changed(tmp_path, "ppt/slides/slide1.xml", numbered))
    assert ("公开", "running_head") in [(one.text, one.why) for one in reading.dropped]


def test_paragraphs_have_the_numbers_and_the_look_that_are_shown(tmp_path: Path) -> None:
    def fill(show: Any) -> None:
        frame = box(slide(show, "标题"), "甲", 1, 5).text_frame
        for text in ("乙", "丙", "丁"):
            frame.add_paragraph().text = text
        kinds = ["ea1ChsPeriod", "ea1ChsPeriod", "arabicParenBoth", None]
        for paragraph, kind in zip(frame.paragraphs, kinds, strict=True):
            paragraph.runs[0].font.size, paragraph.runs[0].font.bold = Pt(28), True
            if kind:
                own = paragraph._p.get_or_add_pPr()
                etree.SubElement(own, f"{{{DRAWING}}}buAutoNum", type=kind)

    reading = read(tmp_path, fill)
    assert texts(reading)[1:] == ["一、甲", "二、乙", "(1)丙", "丁"]
    assert (reading.blocks[1].size, reading.blocks[1].bold) == (28, True)


def test_alternative_contents_are_read_once(tmp_path: Path) -> None:
    def fill(show: Any) -> None:
        box(slide(show, "标题"), "公式旁", 1, 5)

    def wrapped(data: bytes) -> bytes:
        tree = etree.fromstring(data)
        shape = list(tree.iter("{*}sp"))[-1]
        mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
        parent, at = shape.getparent(), shape.getparent().index(shape)
        both = etree.Element(f"{{{mc}}}AlternateContent")
        for name in ("Choice", "Fallback"):
            etree.SubElement(both, f"{{{mc}}}{name}").append(
                etree.fromstring(etree.tostring(shape))
            )
        parent.replace(parent[at], both)
        return etree.tostring(tree)

    read(tmp_path, fill)
    assert texts(read_slides(changed(tmp_path, "ppt/slides/slide1.xml", wrapped))) == [
        "标题",
        "公式旁",
    ]


def test_the_kind_of_the_main_part_does_not_matter(tmp_path: Path) -> None:
    read(tmp_path, lambda show: slide(show, "标题"))
    plain = b"presentationml.presentation.main+xml"
    macros = b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"
    long = b"application/vnd.openxmlformats-officedocument." + plain
    file = changed(tmp_path, "[Content_Types].xml", lambda data: data.replace(long, macros))
    assert texts(read_slides(file)) == ["标题"]


def test_bad_packages_are_refused(tmp_path: Path) -> None:
    read(tmp_path, lambda show: slide(show, "标题"))
    broken = changed(tmp_path, "ppt/slides/slide1.xml", lambda data: data[:-20])
    with pytest.raises(UnreadableDocument) as caught:
        read_slides(broken)
    assert caught.value.reason == "corrupt_pptx"
    typed = changed(tmp_path, "docProps/app.xml", lambda data: b"<!DOCTYPE a><a/>")
    with pytest.raises(UnreadableDocument) as caught:
        read_slides(typed)
    assert caught.value.reason == "xml_dtd"


def test_too_many_slides_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.slides.MAX_PAGES", 0)
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, lambda show: slide(show, "标题"))
    assert caught.value.reason == "too_many_pages"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test material is absent")
def test_the_shared_slides_have_their_headings() -> None:
    reading = read_slides(next((SHARED / "files").glob("006*.pptx")))
    assert [block.text for block in reading.blocks if block.outline == 1] == [
        "落实全面从严治党要求 建强基层党组织",
        "服务育人守初心 人才培养担使命",
        "保障学校担使命一流后勤强支撑",
    ]
    assert sum(block.text.startswith("备注：") for block in reading.blocks) == 3


def test_the_first_heading_names_slides_without_a_cover(tmp_path: Path) -> None:
    def fill(show: Any) -> None:
        for title in ("从严治党", "服务育人"):
            added = slide(show, title, layout=1)
            added.placeholders[1].text = "党委书记就这个题目作了领学，要求大家认真落实。"

    document = build_document(read(tmp_path, fill))
    assert document.title == "从严治党"
    assert [section.text for section in document.sections] == ["从严治党", "服务育人"]


def test_a_cover_is_the_title_and_no_heading(tmp_path: Path) -> None:
    def fill(show: Any) -> None:
        cover = slide(show, "年度工作汇报", layout=0)
        cover.placeholders[1].text = "秘书处 2031年1月"
        slide(show, "服务育人", layout=1).placeholders[1].text = "全年共办了三次培训班。"

    document = build_document(read(tmp_path, fill))
    assert document.title == "年度工作汇报"
    assert [section.text for section in document.sections] == ["服务育人"]


def test_layouts_that_refer_to_each_other_end(tmp_path: Path) -> None:
    read(tmp_path, lambda show: slide(show, "题目", layout=1))

    def loop(data: bytes) -> bytes:
        return data.replace(b"slideMasters/slideMaster1.xml", b"slideLayouts/slideLayout2.xml")

    def no_places(data: bytes) -> bytes:
        return data.replace(b'type="title"', b'type="other"')

    looped = changed(tmp_path, "ppt/slideLayouts/_rels/slideLayout2.xml.rels", loop)
    looped.rename(tmp_path / "a.pptx")
    assert texts(
        read_slides(changed(tmp_path, "ppt/slideLayouts/slideLayout2.xml", no_places))
    ) == ["题目"]
