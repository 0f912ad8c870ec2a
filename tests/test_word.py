"""Word files built in code, each with the one thing its test is about."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest.lines import Block, Reading
from ingest.numbering import format_number
from ingest.word import read_word

NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def p(text: str, properties: str = "", run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def numbered(text: str, num: int, level: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>')


def level(index: int, form: str, text: str, extra: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{extra}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(
    levels: str, nums: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
) -> str:
    return f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{nums}'


def read(path: Path, body: str, numbers: str = "", styles: str = "", **entries: str) -> Reading:
    file = path / "a.docx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {NS}><w:body>{body}</w:body></w:document>"
        )
        if numbers:
            archive.writestr("word/numbering.xml", f"<w:numbering {NS}>{numbers}</w:numbering>")
        if styles:
            archive.writestr("word/styles.xml", f"<w:styles {NS}>{styles}</w:styles>")
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return read_word(file)


def texts(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def test_articles_go_on_across_chapters_when_restart_is_off(tmp_path: Path) -> None:
    levels = level(0, "chineseCountingThousand", "第%1章") + level(
        1, "chineseCountingThousand", "第%2条", '<w:lvlRestart w:val="0"/>'
    )
    levels += level(2, "chineseCounting", "（%3）", '<w:suff w:val="nothing"/>')
    body = "".join(
        numbered(text, 1, at)
        for text, at in [
            ("总则", 0),
            ("甲", 1),
            ("乙", 1),
            ("丙", 2),
            ("范围", 0),
            ("丁", 1),
            ("戊", 2),
        ]
    )
    assert texts(read(tmp_path, body, numbering(levels))) == [
        "第一章 总则",
        "第一条 甲",
        "第二条 乙",
        "（一）丙",
        "第二章 范围",
        "第三条 丁",
        "（一）戊",
    ]


def test_lower_levels_restart_and_show_their_parents(tmp_path: Path) -> None:
    levels = level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2")
    body = "".join(numbered("甲", 1, at) for at in (0, 1, 1, 0, 1))
    got = texts(read(tmp_path, body, numbering(levels)))
    assert got == ["1. 甲", "1.1 甲", "1.2 甲", "2. 甲", "2.1 甲"]


def test_start_override_restarts_a_shared_list(tmp_path: Path) -> None:
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    body = "".join(numbered("甲", num) for num in (1, 1, 2, 3, 3))
    got = texts(read(tmp_path, body, numbering(level(0, "decimal", "%1、"), nums)))
    assert got == ["1、 甲", "2、 甲", "3、 甲", "1、 甲", "2、 甲"]


STYLES = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="21"/></w:rPr></w:rPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:styleId="A"><w:name w:val="heading 1"/>'
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr>'
    '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="B"><w:name w:val="own"/><w:basedOn w:val="A"/>'
    '<w:pPr><w:jc w:val="center"/></w:pPr></w:style>'
)


def test_style_chain_brings_number_outline_and_look(tmp_path: Path) -> None:
    body = p("总则", '<w:pStyle w:val="B"/>') + p("正文")
    levels = level(0, "chineseCounting", "%1、", '<w:pStyle w:val="A"/><w:suff w:val="nothing"/>')
    blocks = read(tmp_path, body, numbering(levels), STYLES).blocks
    assert blocks[0] == Block("一、总则", 1, 16.0, bold=True, centred=True, outline=1)
    assert blocks[1] == Block("正文", 1, 10.5)


def test_number_zero_takes_the_number_of_a_style_away(tmp_path: Path) -> None:
    properties = '<w:pStyle w:val="A"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    got = read(tmp_path, p("附则", properties), numbering(level(0, "decimal", "%1.")), STYLES)
    assert texts(got) == ["附则"]


def test_insertions_stay_and_deletions_go(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>每年</w:t></w:r><w:ins><w:r><w:t>三月</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>一月</w:delText></w:r></w:del><w:r><w:t>底</w:t></w:r></w:p>"
    )
    assert texts(read(tmp_path, body)) == ["每年三月底"]


def test_a_deleted_paragraph_mark_joins_two_paragraphs(tmp_path: Path) -> None:
    body = p("前半", "<w:rPr><w:del/></w:rPr>") + p("后半")
    assert texts(read(tmp_path, body)) == ["前半后半"]


def test_hidden_text_is_not_read(tmp_path: Path) -> None:
    assert texts(read(tmp_path, p("隐藏", run="<w:vanish/>") + p("显示"))) == ["显示"]


def test_tables_stand_in_place_as_rows(tmp_path: Path) -> None:
    row = "<w:tr>" + "".join(f"<w:tc>{p(text)}</w:tc>" for text in ("类别", "会费")) + "</w:tr>"
    merged = f'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("说明")}</w:tc></w:tr>'
    blocks = read(tmp_path, p("前") + f"<w:tbl>{row}{merged}</w:tbl>" + p("后")).blocks
    assert [(block.kind, block.text) for block in blocks] == [
        ("text", "前"),
        ("row", "类别 | 会费"),
        ("row", "说明"),
        ("text", "后"),
    ]


def test_a_frame_of_one_column_is_plain_text(tmp_path: Path) -> None:
    table = f"<w:tbl><w:tr><w:tc>{p('一段')}{p('二段')}</w:tc></w:tr></w:tbl>"
    assert [block.kind for block in read(tmp_path, table).blocks] == ["text", "text"]


def test_a_text_box_is_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{p('框内')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>框外</w:t></w:r><w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    blocks = read(tmp_path, body).blocks
    assert [(block.kind, block.text) for block in blocks] == [("text", "框外"), ("box", "框内")]


def test_contents_field_is_dropped_with_its_reason(tmp_path: Path) -> None:
    def field(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = '<w:r><w:instrText>TOC \\o "1-3"</w:instrText></w:r>'
    body = (
        f"<w:p>{field('begin')}{code}{field('separate')}<w:r><w:t>第一章 1</w:t></w:r></w:p>"
        f"<w:p><w:r><w:t>第二章 2</w:t></w:r>{field('end')}</w:p>" + p("正文")
    )
    reading = read(tmp_path, body)
    assert texts(reading) == ["正文"]
    assert [(drop.text, drop.why) for drop in reading.dropped] == [
        ("第一章 1", "toc"),
        ("第二章 2", "toc"),
    ]


def test_breaks_in_a_centred_title_join(tmp_path: Path) -> None:
    body = (
        '<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:t>某某协会</w:t><w:br/>'
        "<w:t>关于换届的通知</w:t></w:r></w:p>"
    )
    assert texts(read(tmp_path, body)) == ["某某协会关于换届的通知"]


def test_pages_follow_explicit_breaks(tmp_path: Path) -> None:
    brk = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    assert [b.page for b in read(tmp_path, p("一") + brk + p("二")).blocks] == [1, 2]


def test_macros_are_only_a_warning(tmp_path: Path) -> None:
    reading = read(tmp_path, p("正文"), word__vbaProject_bin="x")
    assert reading.warnings == ("has_macros",)


def test_a_doctype_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        text = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        text += f"<w:document {NS}><w:body>{p('&e;')}</w:body></w:document>"
        archive.writestr("word/document.xml", text)
    with pytest.raises(UnreadableDocument) as caught:
        read_word(path)
    assert caught.value.reason == "xml_dtd"


@pytest.mark.parametrize(("body", "reason"), [("<w:p>", "corrupt_docx"), ("<w:p/>", "no_text")])
def test_broken_and_empty_files_have_reasons(tmp_path: Path, body: str, reason: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, body)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (10, "chineseCounting", "十"),
        (12, "chineseCounting", "十二"),
        (20, "chineseCountingThousand", "二十"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (3, "chineseLegalSimplified", "叁"),
        (2, "ideographTraditional", "乙"),
        (2, "ideographZodiac", "丑"),
        (12, "decimalFullWidth", "１２"),
        (3, "decimalEnclosedCircle", "③"),
        (21, "decimalEnclosedCircle", "21"),
        (4, "decimalEnclosedParen", "⑷"),
        (14, "upperRoman", "XIV"),
        (28, "lowerLetter", "bb"),
        (7, "decimalZero", "07"),
        (7, "somethingNew", "7"),
        (0, "chineseCounting", "0"),
    ],
)
def test_numbers_are_written_as_word_writes_them(number: int, form: str, text: str) -> None:
    assert format_number(number, form) == text
