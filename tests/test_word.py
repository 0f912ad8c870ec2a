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


RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read_with(path: Path, body: str, **parts: str) -> Reading:
    """A file with parts beside its text: `footnotes`, `endnotes`, `header1`, `footer1` …"""
    file = path / "a.docx"
    relations = ""
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            kind = name.rstrip("0123456789")
            relations += f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" '
            relations += f'Target="{name}.xml"/>'
            archive.writestr(f"word/{name}.xml", f"<w:part {NS}>{content}</w:part>")
        archive.writestr(
            "word/_rels/document.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{relations}</Relationships>",
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document {NS} xmlns:r="{RELATIONS}"><w:body>{body}</w:body></w:document>',
        )
    return read_word(file)


def note(kind: str, number: int, *texts: str) -> str:
    return f'<w:{kind} w:id="{number}">{"".join(map(p, texts))}</w:{kind}>'


def referring(text: str, kind: str, number: int, then: str = "") -> str:
    return (
        f"<w:p><w:r><w:t>{text}</w:t></w:r>"
        f'<w:r><w:{kind}Reference w:id="{number}"/></w:r><w:r><w:t>{then}</w:t></w:r></w:p>'
    )


def test_notes_follow_the_paragraph_that_refers_to_them(tmp_path: Path) -> None:
    body = (
        referring("会费按年", "footnote", 2, "缴纳。") + referring("附则", "endnote", 1) + p("完")
    )
    feet = '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p>'
    feet += (
        "</w:footnote>" + note("footnote", 2, "逾期另计。", "第二段。") + note("footnote", 3, "无")
    )
    reading = read_with(
        tmp_path, body, footnotes=feet, endnotes=note("endnote", 1, "自发布之日起施行。")
    )
    assert [(block.kind, block.text) for block in reading.blocks] == [
        ("text", "会费按年缴纳。"),
        ("note", "逾期另计。"),
        ("note", "第二段。"),
        ("text", "附则"),
        ("note", "自发布之日起施行。"),
        ("text", "完"),
    ]


def test_a_note_that_refers_to_itself_ends(tmp_path: Path) -> None:
    feet = f'<w:footnote w:id="1">{referring("见本注", "footnote", 1)}</w:footnote>'
    blocks = read_with(tmp_path, referring("正文", "footnote", 1), footnotes=feet).blocks
    assert [block.text for block in blocks] == ["正文", "见本注"]


def test_notes_of_deleted_and_hidden_text_are_gone(tmp_path: Path) -> None:
    run = '<w:r>{}<w:footnoteReference w:id="1"/></w:r>'
    hidden = run.format("<w:rPr><w:vanish/></w:rPr>")
    body = f"<w:p><w:r><w:t>正文</w:t></w:r><w:del>{run.format('')}</w:del>{hidden}</w:p>"
    reading = read_with(tmp_path, body, footnotes=note("footnote", 1, "注"))
    assert texts(reading) == ["正文"]


def test_notes_of_a_table_follow_its_last_row(tmp_path: Path) -> None:
    rows = "".join(
        f"<w:tr><w:tc>{referring(left, 'footnote', n)}</w:tc><w:tc>{p(right)}</w:tc></w:tr>"
        for n, (left, right) in enumerate([("类别", "会费"), ("团体", "一千元")], 1)
    )
    feet = note("footnote", 1, "注一") + note("footnote", 2, "注二")
    blocks = read_with(tmp_path, f"<w:tbl>{rows}</w:tbl>" + p("后"), footnotes=feet).blocks
    assert [block.text for block in blocks] == [
        "类别 | 会费",
        "团体 | 一千元",
        "注一",
        "注二",
        "后",
    ]
    assert [block.kind for block in blocks] == ["row", "row", "note", "note", "text"]


def test_page_heads_are_recorded_once_and_page_numbers_not(tmp_path: Path) -> None:
    def uses(*names: str) -> str:
        kinds = (f'<w:{n[:6]}Reference r:id="{n}"/>' for n in names)
        return f"<w:sectPr>{''.join(kinds)}</w:sectPr>"

    number = '<w:p><w:fldSimple w:instr="PAGE"><w:r><w:t>12</w:t></w:r></w:fldSimple></w:p>'
    body = f"<w:p><w:pPr>{uses('header1', 'footer1')}</w:pPr></w:p>" + p("正文")
    reading = read_with(
        tmp_path,
        body + uses("header2", "header1", "footer1"),
        header1=p("江协文件汇编"),
        header2=p("江协文件汇编") + p("内部资料"),
        header3=p("没有一节用到"),
        footer1=number + p("第 1 页 共 9 页"),
    )
    assert texts(reading) == ["正文"]
    assert [(drop.text, drop.why) for drop in reading.dropped] == [
        ("江协文件汇编", "running_head"),
        ("内部资料", "running_head"),
    ]


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(rows) + "</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    """A cell is its text; `2:` before it spans two columns, `^` is the lower part of a merge."""
    made = ""
    for cell in cells:
        across, _, text = cell.rpartition(":")
        span = f'<w:gridSpan w:val="{across}"/>' if across else ""
        merge = "<w:vMerge/>" if text == "^" else '<w:vMerge w:val="restart"/>'
        made += f"<w:tc><w:tcPr>{span}{merge}</w:tcPr>{p(text.strip('^'))}</w:tc>"
    return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"


def test_merged_cells_hold_wherever_they_reach_and_are_said_once(tmp_path: Path) -> None:
    body = table(
        row("片区", "2:联系人"),
        row("^", "姓名", "电话"),
        row("东片区", "苏明远", "199-0000-0001"),
        row("^", "陈思齐", ""),
        row("林若水", "199-0000-0003", properties='<w:gridBefore w:val="1"/>'),
    )
    blocks = read(tmp_path, body).blocks
    assert [(block.text, block.cells, block.header) for block in blocks] == [
        ("片区 | 联系人", ("片区", "联系人", "联系人"), True),
        ("姓名 | 电话", ("片区", "姓名", "电话"), True),
        ("东片区 | 苏明远 | 199-0000-0001", ("东片区", "苏明远", "199-0000-0001"), False),
        ("陈思齐", ("东片区", "陈思齐", ""), False),
        ("林若水 | 199-0000-0003", ("", "林若水", "199-0000-0003"), False),
    ]


def test_a_row_that_word_repeats_on_each_page_is_the_header(tmp_path: Path) -> None:
    body = table(row("甲组", "乙组", properties="<w:tblHeader/>"), row("苏明远", "陈思齐"))
    assert [block.header for block in read(tmp_path, body).blocks] == [True, False]
    plain = table(row("甲组", "乙组"), row("苏明远", "陈思齐"))
    assert [block.header for block in read(tmp_path, plain).blocks] == [False, False]


def test_a_deleted_row_is_gone_and_an_inserted_one_stays(tmp_path: Path) -> None:
    body = table(
        row("类别", "会费"),
        row("旧会员", "五百元", properties="<w:del/>"),
        row("新会员", "六百元", properties="<w:ins/>"),
    )
    assert texts(read(tmp_path, body)) == ["类别 | 会费", "新会员 | 六百元"]


def test_a_text_box_in_a_cell_is_part_of_the_cell(tmp_path: Path) -> None:
    box = f"<w:r><w:pict><w:txbxContent>{p('框内')}</w:txbxContent></w:pict></w:r>"
    cells = f"<w:tc><w:p>{box}</w:p></w:tc><w:tc>{p('右')}</w:tc>"
    assert texts(read(tmp_path, f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")) == ["框内 | 右"]


def test_a_deleted_mark_at_the_end_of_a_cell_stays_in_the_cell(tmp_path: Path) -> None:
    cells = f"<w:tc>{p('左', '<w:rPr><w:del/></w:rPr>')}</w:tc><w:tc>{p('右')}</w:tc>"
    assert texts(read(tmp_path, f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")) == ["左 | 右"]


def test_moved_text_is_read_where_it_went(tmp_path: Path) -> None:
    gone = "<w:moveFrom><w:r><w:t>条款</w:t></w:r></w:moveFrom>"
    come = "<w:moveTo><w:r><w:t>条款</w:t></w:r></w:moveTo>"
    body = f"<w:p>{gone}<w:r><w:t>甲</w:t></w:r></w:p><w:p><w:r><w:t>乙</w:t></w:r>{come}</w:p>"
    assert texts(read(tmp_path, body)) == ["甲", "乙条款"]


def test_empty_paragraphs_count_in_a_list_and_deleted_ones_do_not(tmp_path: Path) -> None:
    mark = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del/></w:rPr>'
    deleted = f"<w:p><w:pPr>{mark}</w:pPr><w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>"
    half = p("丙前", mark)
    body = numbered("甲", 1) + numbered("", 1) + deleted + numbered("乙", 1)
    body += half + numbered("丙后", 1) + numbered("丁", 1)
    got = texts(read(tmp_path, body, numbering(level(0, "decimal", "%1."))))
    assert got == ["1. 甲", "3. 乙", "4. 丙前丙后", "5. 丁"]


def test_minutes_set_in_a_form_are_a_text(tmp_path: Path) -> None:
    said = (
        "一、听取筹备情况",
        "秘书处汇报了大赛的场地、裁判和经费准备情况，会议表示同意。" * 2,
        "二、议定事项",
    )
    cell = f"<w:tc>{''.join(map(p, said))}</w:tc>"
    rows = f"<w:tr><w:tc>{p('会议内容')}</w:tc>{cell}</w:tr>"
    names = f"<w:tr><w:tc>{p('主持人')}</w:tc><w:tc>{p('苏明远')}</w:tc></w:tr>"
    blocks = read(tmp_path, f"<w:tbl>{names}{rows}</w:tbl>").blocks
    assert [(block.kind, block.text) for block in blocks] == [
        ("row", "主持人 | 苏明远"),
        ("row", "会议内容"),
        *(("text", text) for text in said),
    ]


def test_a_doctype_in_a_part_that_is_not_read_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, p("正文"), word__theme__theme1_xml="<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")
    assert caught.value.reason == "xml_dtd"
