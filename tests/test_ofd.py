"""OFD files built in code, each with the one thing its test is about."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest.lines import Reading
from ingest.ofd import read_ofd
from ingest.reader import build_document

SHARED = Path(__file__).parents[2] / "shared"
NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
HEAD = f"<ofd:OFD {NS}><ofd:DocBody><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
PROSE = "各会员单位要认真组织学习本章程。"


def text(words: str, x: float = 30, y: float = 50, size: float = 5, more: str = "") -> str:
    delta = f'DeltaX="g {len(words) - 1} {size}"' if len(words) > 1 else ""
    return (
        f'<ofd:TextObject Boundary="{x} {y} 150 8" Font="3" Size="{size}" {more}>'
        f'<ofd:TextCode X="0" Y="{size}" {delta}>{words}</ofd:TextCode></ofd:TextObject>'
    )


def coded(code: str, attributes: str = 'Size="5"') -> str:
    return f'<ofd:TextObject Boundary="30 50 150 8" {attributes}>{code}</ofd:TextObject>'


def path(data: str, more: str = "") -> str:
    return (
        f'<ofd:PathObject Boundary="0 0 210 297" {more}>'
        f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def built(
    folder: Path, *pages: str, common: str = "", head: str = HEAD, page: str = "", **more: str
) -> Path:
    """A file of pages with these objects; `page` stands in each page before its contents."""
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/{n}.xml"/>' for n in range(len(pages)))
    file = folder / "a.ofd"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", f"{head}</ofd:OFD>")
        archive.writestr(
            "Doc_0/Document.xml",
            f"<ofd:Document {NS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
            f"</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>Res.xml</ofd:PublicRes>{common}"
            f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        )
        archive.writestr(
            "Doc_0/Res.xml",
            f'<ofd:Res {NS}><ofd:Fonts><ofd:Font ID="3" FontName="宋体"/>'
            '<ofd:Font ID="4" FontName="宋体" Bold="true"/></ofd:Fonts></ofd:Res>',
        )
        for number, objects in enumerate(pages):
            archive.writestr(
                f"Doc_0/Pages/{number}.xml",
                f"<ofd:Page {NS}>{page}<ofd:Content><ofd:Layer>{objects}</ofd:Layer>"
                "</ofd:Content></ofd:Page>",
            )
        for name, data in more.items():
            archive.writestr(f"Doc_0/{name}.xml", data)
    return file


def read(folder: Path, *pages: str, common: str = "", page: str = "", **more: str) -> Reading:
    return read_ofd(built(folder, *pages, common=common, page=page, **more))


def texts(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def reason(file: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read_ofd(file)
    return caught.value.reason


def test_characters_become_lines_with_size_and_page(tmp_path: Path) -> None:
    two = text(PROSE, y=80) + text("二、请遵照执行。", y=90)
    reading = read(tmp_path, text("关于召开年会的通知", size=8) + two, text("附件", size=8))
    assert texts(reading) == ["关于召开年会的通知", PROSE, "二、请遵照执行。", "附件"]
    assert [block.page for block in reading.blocks] == [1, 1, 1, 2]
    assert reading.blocks[0].size == pytest.approx(8 * 72 / 25.4, abs=0.5)
    assert reading.format == "ofd"


@pytest.mark.parametrize(
    "delta",
    ["5 5 5 5 5", "g 5 5", "5 g 3 5 5", "5", "g 1000000000 5", ""],
)
def test_steps_may_be_listed_repeated_short_or_missing(tmp_path: Path, delta: str) -> None:
    own = f'DeltaX="{delta}"' if delta else ""
    code = f'<ofd:TextCode X="0" Y="5" {own}>会员登记办法</ofd:TextCode>'
    assert texts(read(tmp_path, coded(code) + text(PROSE, y=80))) == ["会员登记办法", PROSE]


def test_blanks_are_seen_where_characters_stand_apart(tmp_path: Path) -> None:
    code = '<ofd:TextCode X="0" Y="5" DeltaX="5 5 12 5 5">会员单位名称</ofd:TextCode>'
    assert texts(read(tmp_path, coded(code)))[0] == "会员单 位名称"


def test_a_matrix_scales_and_a_second_code_goes_on_from_the_first(tmp_path: Path) -> None:
    codes = (
        '<ofd:TextCode X="0" Y="12" DeltaX="12 12">会员单</ofd:TextCode>'
        '<ofd:TextCode X="36" DeltaX="12">位章</ofd:TextCode>'
    )
    reading = read(tmp_path, coded(codes, 'CTM="0.3528 0 0 0.3528 0 0" Size="12"'))
    assert texts(reading) == ["会员单位章"]
    assert reading.blocks[0].size == pytest.approx(12, abs=0.1)


def test_turned_text_is_a_watermark(tmp_path: Path) -> None:
    turned = coded(
        '<ofd:TextCode X="0" Y="5" DeltaX="5">内部</ofd:TextCode>',
        'CTM="0.7 0.7 -0.7 0.7 0 0" Size="5"',
    )
    reading = read(tmp_path, turned + text(PROSE, y=80))
    assert texts(reading) == [PROSE]
    assert [(dropped.text, dropped.why) for dropped in reading.dropped] == [("内部", "watermark")]


def test_weight_and_bold_fonts_are_bold(tmp_path: Path) -> None:
    heavy = text("总则", more='Weight="700"') + text("范围", y=60).replace('"3"', '"4"')
    body = "".join(text(PROSE, y=70 + 10 * n) for n in range(3))
    reading = read(tmp_path, heavy + body)
    assert [block.bold for block in reading.blocks][:1] == [True]
    assert not reading.blocks[-1].bold


def test_templates_are_read_with_the_page(tmp_path: Path) -> None:
    form = (
        f"<ofd:Page {NS}><ofd:Content><ofd:Layer>{text('江岚市后勤协会文件', y=20, size=12)}"
        "</ofd:Layer></ofd:Content></ofd:Page>"
    )
    reading = read(
        tmp_path,
        text(PROSE),
        common='<ofd:TemplatePage ID="9" BaseLoc="form.xml"/>',
        page='<ofd:Template TemplateID="9" ZOrder="Background"/>',
        form=form,
    )
    assert texts(reading) == ["江岚市后勤协会文件", PROSE]


def test_ruled_tables_are_rows(tmp_path: Path) -> None:
    rules = "".join(path(f"M 30 {y} L 150 {y}") for y in (50, 60, 70))
    rules += "".join(path(f"S {x} 50 L {x} 70 C") for x in (30, 90, 150))
    cells = text("姓名", 32, 52) + text("电话", 92, 52) + text("林雨", 32, 62) + text("028", 92, 62)
    reading = read(tmp_path, rules + cells)
    assert [block.cells for block in reading.blocks] == [("姓名", "电话"), ("林雨", "028")]
    unseen = path("M 30 50 L 150 50", 'Stroke="false"')
    assert [block.kind for block in read(tmp_path, unseen + text(PROSE)).blocks] == ["text"]


def test_composites_are_drawn_and_one_that_holds_itself_ends(tmp_path: Path) -> None:
    unit = (
        f'<ofd:Res {NS}><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="7"><ofd:Content>'
        f'{text("会员名单", 0, 0)}<ofd:CompositeObject ResourceID="7" Boundary="0 0 9 9"/>'
        "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"
    )
    used = '<ofd:CompositeObject ResourceID="7" Boundary="30 30 100 10"/>'
    common = "<ofd:DocumentRes>units.xml</ofd:DocumentRes>"
    assert "会员名单" in texts(read(tmp_path, used + text(PROSE, y=90), common=common, units=unit))


def test_what_is_invisible_is_not_read(tmp_path: Path) -> None:
    gone = text("底稿", y=30, more='Visible="false"')
    assert texts(read(tmp_path, gone + text(PROSE))) == [PROSE]


def test_page_numbers_are_dropped(tmp_path: Path) -> None:
    marks = ["一、时间", "二、地点", "三、人员"]
    pages = [text(mark) + text(f"—{n}—", 100, 280) for n, mark in enumerate(marks, start=1)]
    reading = read(tmp_path, *pages)
    assert "".join(texts(reading)) == "".join(marks)
    assert {dropped.why for dropped in reading.dropped} == {"page_number"}


def test_pictures_without_text_need_recognition(tmp_path: Path) -> None:
    scan = '<ofd:ImageObject ResourceID="1" Boundary="0 0 210 297"/>'
    assert reason(built(tmp_path, scan)) == "needs_ocr"
    assert reason(built(tmp_path, "")) == "no_text"


def test_paths_stay_inside_the_archive(tmp_path: Path) -> None:
    outside = HEAD.replace("/Doc_0/Document.xml", "../../../../etc/Document.xml")
    assert reason(built(tmp_path, text(PROSE), head=outside)) == "corrupt_ofd"
    upward = HEAD.replace("/Doc_0/Document.xml", "./x/../Doc_0/Document.xml")
    assert read_ofd(built(tmp_path, text(PROSE), head=upward)).blocks


def test_bad_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reason(built(tmp_path, "<ofd:TextObject>")) == "corrupt_ofd"
    assert reason(built(tmp_path, text(PROSE), extra="<!DOCTYPE a><a/>")) == "xml_dtd"
    locked = f"{HEAD}<ofd:Encryptions>e.xml</ofd:Encryptions>"
    assert reason(built(tmp_path, text(PROSE), head=locked)) == "password_required"
    monkeypatch.setattr("ingest.ofd.MAX_PAGES", 1)
    assert reason(built(tmp_path, text(PROSE), text(PROSE))) == "too_many_pages"


@pytest.mark.parametrize(
    "objects",
    [
        '<ofd:TextObject Size="x" Boundary="a b"><ofd:TextCode X="nan">甲</ofd:TextCode>'
        "</ofd:TextObject>",
        '<ofd:PathObject Boundary="0 0"><ofd:AbbreviatedData>L M 1 Q 2 3 A</ofd:AbbreviatedData>'
        "</ofd:PathObject>",
        '<ofd:ImageObject Boundary="1e999 0 1 1"/>',
        "<!-- a --><?b c?>",
    ],
)
def test_nonsense_in_a_page_costs_only_itself(tmp_path: Path, objects: str) -> None:
    assert PROSE in texts(read(tmp_path, objects + text(PROSE)))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test material is absent")
@pytest.mark.parametrize(
    ("name", "number", "issuer", "date"),
    [
        ("003*", "川高后思协〔2024〕2号", "四川省高校后勤协会思想政治工作委员会", "2024-06-25"),
        ("080*", "路卫发〔2011〕76号", None, "2011-03-10"),
        ("081*", "府办专督〔2020〕24号", "市人民政府办公室", "2020-06-15"),
    ],
)
def test_shared_files_say_what_they_are(
    name: str, number: str, issuer: str | None, date: str
) -> None:
    file = next(SHARED.rglob(f"{name}.ofd"), None)
    if file is None:
        pytest.skip("this file is absent")
    document = build_document(read_ofd(file))
    assert (document.number, document.date) == (number, date)
    assert issuer is None or document.issuer == issuer
    if name == "003*":
        assert len(document.contacts) == 11
