"""Web pages: the article stays, the site around it goes, and facts are read from the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest.html import read_html
from ingest.lines import Reading
from ingest.metadata import read_metadata
from ingest.pagefacts import info_line
from ingest.structure import build_structure

PROSE = "为了总结经验、部署工作，经研究决定召开年会，现将有关事项通知如下，请各单位认真组织。"
NAV = "<ul>" + "".join(f'<li><a href="/{n}">栏目{n}</a></li>' for n in range(9)) + "</ul>"


def page(body: str, head: str = "") -> str:
    return (
        f"<html><head><meta charset=utf-8>{head}</head><body>{NAV}<div class=main>{body}</div>"
        '<div class="next"><a href="/x">上一篇：别的文章</a></div></body></html>'
    )


def read(tmp_path: Path, text: str | bytes) -> Reading:
    path = tmp_path / "a.html"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_html(path)


def texts(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def test_navigation_is_dropped_with_its_reason(tmp_path: Path) -> None:
    reading = read(tmp_path, page(f"<p>{PROSE}</p><p>一、时间</p><p>{PROSE}</p><p>秘书处</p>"))
    assert texts(reading) == [PROSE, "一、时间", PROSE, "秘书处"]
    dropped = {drop.text: drop.why for drop in reading.dropped}
    assert dropped["栏目3"] == "navigation" and dropped["上一篇：别的文章"] == "navigation"


def test_code_and_hidden_text_are_never_read(tmp_path: Path) -> None:
    hidden = (
        "<script>秘密一</script><style>秘密二</style><noscript>秘密三</noscript><!-- 秘密四 -->"
        '<div style="display: none">秘密五</div><p hidden>秘密六</p><template>秘密七</template>'
        "<textarea>秘密八</textarea>"
    )
    reading = read(tmp_path, page(f"<p>{PROSE}</p>{hidden}<p>{PROSE}</p>"))
    assert "秘密" not in repr(reading)


def test_soft_breaks_join_and_indented_breaks_do_not(tmp_path: Path) -> None:
    soft = f"<p>{PROSE[:-1]};<br>\n第二句接着说。</p>"
    hard = "<p>　　某项工作已经全部完成。<br>　　另一项工作正在进行。<br><br>某协会<br>六月</p>"
    assert texts(read(tmp_path, page(soft + hard + f"<p>{PROSE}</p>"))) == [
        PROSE[:-1] + ";第二句接着说。",
        "某项工作已经全部完成。",
        "另一项工作正在进行。",
        "某协会",
        "六月",
        PROSE,
    ]


def test_style_of_headings_survives(tmp_path: Path) -> None:
    body = f"<p>{PROSE}</p><h3>工作回顾</h3><p>{PROSE}</p>"
    body += (
        f'<p style="text-align:center"><strong>工作计划</strong></p><p>{PROSE}</p><p>{PROSE}</p>'
    )
    blocks = {block.text: block for block in read(tmp_path, page(body)).blocks}
    assert blocks["工作回顾"].outline == 3
    assert blocks["工作计划"].bold and blocks["工作计划"].centred
    assert not blocks[PROSE].bold


def test_tables_of_data_become_rows(tmp_path: Path) -> None:
    table = "<table><tr><th>姓名</th><th>电话</th></tr><tr><td>张三</td><td>123</td></tr></table>"
    blocks = read(tmp_path, page(f"<p>{PROSE}</p>{table}<p>{PROSE}</p>")).blocks
    assert [b.text for b in blocks if b.kind == "row"] == ["姓名 | 电话", "张三 | 123"]


def test_the_caption_of_a_table_stands_before_its_rows(tmp_path: Path) -> None:
    rows = "<tr><th>姓名</th><th>电话</th></tr><tr><td>张三</td><td>123</td></tr>"
    table = f"<table><caption>表1 <b>联系人</b></caption>{rows}</table>"
    reading = read(tmp_path, page(f"<p>{PROSE}</p>{table}<p>{PROSE}</p>"))
    assert texts(reading) == [PROSE, "表1 联系人", "姓名 | 电话", "张三 | 123", PROSE]
    assert [block.kind for block in reading.blocks[1:3]] == [reading.blocks[0].kind, "row"]


def test_facts_come_from_the_page(tmp_path: Path) -> None:
    head = "<title>关于召开年会的通知_通知公告_某某协会网</title>"
    head += '<link rel="canonical" href="https://example.org/1.html">'
    body = "<h1>关于召开年会的通知</h1><div>发布时间：2022年3月4日 来源：秘书处 点击：3</div>"
    reading = read(tmp_path, page(f"{body}<div><p>{PROSE}</p><p>{PROSE}</p></div>", head))
    assert reading.title == "关于召开年会的通知"
    assert (reading.date, reading.site) == ("2022-03-04", "秘书处")
    assert reading.url == "https://example.org/1.html"
    assert texts(reading) == [PROSE, PROSE]


def test_facts_fall_back_to_meta_and_refuse_nonsense(tmp_path: Path) -> None:
    head = '<title>年会通知 - 某协会</title><meta name="PubDate" content="2022-02-30">'
    head += '<meta property="og:site_name" content="某协会">'
    head += '<link rel="canonical" href="javascript:alert(1)">'
    reading = read(tmp_path, page(f"<p>{PROSE}</p><p>{PROSE}</p>", head))
    assert (reading.title, reading.date, reading.site, reading.url) == (
        "年会通知",
        None,
        "某协会",
        None,
    )


def test_a_wrong_charset_is_seen_through(tmp_path: Path) -> None:
    assert texts(read(tmp_path, page(f"<p>{PROSE}</p>").encode("gb18030")))[0] == PROSE


@pytest.mark.parametrize(
    ("text", "reason"),
    [("<div>" * 200_000 + "x", "too_deep"), ("<html><body> </body></html>", "no_text")],
)
def test_unreadable_pages_have_reasons(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, text)
    assert caught.value.reason == reason


def test_info_lines_are_told_from_meeting_times() -> None:
    assert info_line("发布时间：2019-11-05　作者：办公室")
    assert info_line("时间:2021-08-23 08:38:27")
    assert not info_line("时间：2022年4月1日")
    assert not info_line("一、会议时间：6 月")


def rows(tmp_path: Path, table: str) -> list[tuple[str, tuple[str, ...], bool]]:
    blocks = read(tmp_path, page(f"<p>{PROSE}</p>{table}<p>{PROSE}</p>")).blocks
    return [(b.text, b.cells, b.header) for b in blocks if b.kind == "row"]


def test_cells_that_span_hold_in_every_row_and_column(tmp_path: Path) -> None:
    table = (
        "<table><thead><tr><td colspan=4>分工表<tr><th>片区<th>学校<th>姓名<th>电话</thead>"
        "<tr><td rowspan=2>东片区<td>东岭大学<td colspan=2>待定"
        "<tr><td>江岚大学<td>苏明远<td></table>"
    )
    assert rows(tmp_path, table) == [
        ("分工表", ("分工表",) * 4, False),
        ("片区 | 学校 | 姓名 | 电话", ("片区", "学校", "姓名", "电话"), True),
        ("东片区 | 东岭大学 | 待定", ("东片区", "东岭大学", "待定", "待定"), False),
        ("江岚大学 | 苏明远", ("东片区", "江岚大学", "苏明远", ""), False),
    ]


def test_names_of_rows_are_no_header(tmp_path: Path) -> None:
    table = "<table><tr><th>姓名<td>苏明远<tr><th>单位<td>江岚大学<tr><th>电话<td>199</table>"
    assert [header for _, _, header in rows(tmp_path, table)] == [False] * 3


@pytest.mark.parametrize("span", ["999999999", "0", "-1", "x", "²"])
def test_absurd_spans_do_no_harm(tmp_path: Path, span: str) -> None:
    table = f"<table><tr><td colspan={span} rowspan={span}>甲<td>乙<tr><td>丙<td>丁</table>"
    assert [text for text, _, _ in rows(tmp_path, table)] == ["甲 | 乙", "丙 | 丁"]


def test_the_foot_of_a_site_goes_and_a_sentence_about_rights_stays(tmp_path: Path) -> None:
    rule = "参赛作品的版权所有者为作者本人，协会可以在自己的网站上展示。"
    foot = "Copyright 2031 江岚省高等院校后勤协会 版权所有 江公网安备00000000号"
    reading = read(tmp_path, page(f"<p>{PROSE}</p><p>{rule}</p><p>{PROSE}</p><p>{foot}</p>"))
    assert texts(reading) == [PROSE, rule, PROSE]
    assert foot in {drop.text for drop in reading.dropped}


def test_a_linked_annex_belongs_to_the_text(tmp_path: Path) -> None:
    annex = '<p>附件1：<a href="/a.docx">课题申报书</a></p><p>附件2：<a href="/b.docx">指南</a></p>'
    reading = read(tmp_path, page(f"<p>{PROSE}</p>{annex}"))
    assert texts(reading) == [PROSE, "附件1：课题申报书", "附件2：指南"]


def test_the_name_of_a_column_is_no_title(tmp_path: Path) -> None:
    head = "<title>公示公告_临江区民政局</title>"
    body = f"<h2>2031年度社会组织评估结果公示</h2><p>{PROSE}</p><p>{PROSE}</p>"
    assert read(tmp_path, page(body, head)).title == "2031年度社会组织评估结果公示"


@pytest.mark.parametrize(
    "title",
    ["全省职工乒乓球比赛在东岭举行", "我会召开后勤工作座谈会", "水上运动专业委员会成立大会"],
)
def test_what_a_body_did_is_no_name_of_a_site(tmp_path: Path, title: str) -> None:
    head = f"<title>{title}-新闻动态-苏南钓鱼网</title>"
    assert (
        read(tmp_path, page(f"<h1>{title}</h1><p>{PROSE}</p><p>{PROSE}</p>", head)).title == title
    )


def test_a_title_over_two_lines_is_one(tmp_path: Path) -> None:
    title = "东岭市人民政府办公室关于印发东岭市城市供水应急预案的通知"
    head = f"<title>{title}_东岭市人民政府</title>"
    lines = f"<p align=center><b>{title[:15]}</b></p><p align=center><b>{title[15:]}</b></p>"
    assert read(tmp_path, page(f"{lines}<p>{PROSE}</p><p>{PROSE}</p>", head)).title == title


def test_a_heading_of_the_margin_is_no_title(tmp_path: Path) -> None:
    title = "关于举办裁判员培训班的通知"
    links = f'<h3>热点文章</h3><ul><li><a href="/1">{title}</a></li></ul>'
    body = f"<p><b>{title}</b></p><p>{PROSE}</p><p>{PROSE}</p>{links}"
    assert read(tmp_path, page(body, f"<title>{title}_某某协会</title>")).title == title


@pytest.mark.parametrize("site", ["苏南省钓鱼协会", "苏南钓鱼网", "苏南省钓鱼协会--通知公告"])
def test_the_name_of_the_site_is_no_title(tmp_path: Path, site: str) -> None:
    title = "关于举办裁判员培训班的通知"
    body = f"<p>最新公告</p><p><b>{title}</b></p><p>{PROSE}</p><p>{PROSE}</p>"
    reading = read(tmp_path, page(body, f"<title>{site}</title>"))
    assert reading.title is None
    assert read_metadata(build_structure(reading), reading).title == title
