"""One document to read: its fields, its text, its file, and how it is cited."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from memory_answers import (
    HOSTILE,
    RULES,
    MemoryAnswers,
    answers,
    client,
    link,
    make_app,
    make_document,
)

__all__ = ["answers", "client"]  # fixtures


def test_a_document_shows_fields_contents_headings_and_pages(client: TestClient) -> None:
    html = client.get("/documents/1").text
    assert "<h1>示例高校后勤协会会费管理办法</h1>" in html
    for name, value in {
        "发文字号": "示后协〔2023〕12号",
        "发文单位": "示例高校后勤协会",
        "成文日期": "2023年6月25日",
        "文种": "办法",
        "来源文件": "会费管理办法.pdf",
    }.items():
        assert f"<dt>{name}</dt><dd><bdi>{value}</bdi></dd>" in html
    assert link(html, "第二章 收取") == "#par-5"
    assert '<h2 id="par-5">第二章 收取</h2>' in html
    assert re.findall(r"<span>(第 \d 页)</span>", html) == ["第 1 页", "第 2 页", "第 3 页"]
    assert link(html, "查看网站原文") == "https://example.org/rules/12.html"


def test_a_scan_has_its_pictures_beside_the_text(answers: MemoryAnswers) -> None:
    paragraphs = [{**p, "confidence": 0.99} for p in RULES["paragraphs"]]
    paragraphs[4] = {**paragraphs[4], "confidence": 0.6}
    answers.documents[0] = {**RULES, "paragraphs": paragraphs, "pictures": [1, 2, 3, 4]}
    html = TestClient(make_app(answers)).get("/documents/1").text
    pictures = re.findall(r'<img src="([^"]*)" alt="([^"]*)"', html)
    assert pictures[0] == ("../v1/documents/1/pages/1", "第 1 页的扫描图")
    assert len(pictures) == 4
    assert "可能有错字，请以扫描图为准。加点线的地方把握不大。" in html
    assert html.count('class="unsure"') == 1
    assert "第二条" in html[html.index('class="unsure"') :][:40]
    first, second = html.split("pages/2", 1)
    assert "第二条" in first and "第三条" in second
    assert "这一页没有识别出文字" in html[html.index("pages/4") :]


def test_a_scan_without_pictures_still_says_what_it_is(answers: MemoryAnswers) -> None:
    paragraphs = [{**p, "confidence": 0.99} for p in RULES["paragraphs"]]
    answers.documents[0] = {**RULES, "paragraphs": paragraphs}
    html = TestClient(make_app(answers)).get("/documents/1").text
    assert "可能有错字。</p>" in html and "<img" not in html and "第 2 页" in html


def test_documents_alike_are_named_with_what_tells_them_apart(answers: MemoryAnswers) -> None:
    other = {"document_id": "2", "title": HOSTILE, "number": "示后协〔2022〕9号", "date": "2022-06"}
    bare = {"document_id": "3", "title": None, "number": None, "date": None, "likeness": 1.0}
    answers.documents[0] = {**RULES, "alike": [{**other, "likeness": 0.96}, bare]}
    html = TestClient(make_app(answers)).get("/documents/1").text
    block = html[html.index('class="alike"') : html.index("</section>")]
    assert "内容相近的文件" in block and "<img" not in block
    assert link(block, "关于“引号”") == "../documents/2"
    assert "<bdi>示后协〔2022〕9号</bdi><bdi>2022年6月</bdi><bdi>相近 96%</bdi>" in block
    assert "（无标题）" in block and "<bdi>几乎一样</bdi>" in block


@pytest.mark.parametrize("page", ["/?q=缴纳", "/documents/1"])
def test_an_earlier_edition_says_that_there_is_a_later_one(
    answers: MemoryAnswers, page: str
) -> None:
    client = TestClient(make_app(answers))
    assert "更新的版本" not in client.get(page).text
    answers.documents[0] = {**RULES, "superseded": True}
    assert "已有更新的版本，本文件可能不再适用" in client.get(page).text


def test_without_documents_alike_nothing_is_said_of_them(client: TestClient) -> None:
    assert "相近" not in client.get("/documents/1").text


def test_title_lines_are_not_repeated(client: TestClient) -> None:
    html = client.get("/documents/1").text
    assert html.count(">会费管理办法<") == 0
    assert 'id="par-0"' not in html


def test_the_passage_asked_for_is_marked_and_anchored(client: TestClient) -> None:
    html = client.get("/documents/1?passage=107").text
    assert html.count('id="passage"') == 1
    assert html.index('id="passage"') < html.index('<p id="par-7" class="asked">第四条')
    assert link(html, "直接看查到的段落") == "#passage"


def test_part_of_a_paragraph_is_marked_inside_it(answers: MemoryAnswers) -> None:
    text = "\n".join(p["text"] for p in RULES["paragraphs"])
    at = text.index("逾期未缴")
    passages = [{"passage_id": 9, "start": at, "end": at + 4, "paragraph": 7}]
    passages[0] |= {"address": "第四条", "page": [2, 2]}
    answers.documents[0] = {**RULES, "passages": passages}
    html = TestClient(make_app(answers)).get("/documents/1?passage=9").text
    assert "<mark>逾期未缴</mark>的，由秘书处" in html


def test_rows_of_tables_are_set_as_rows(answers: MemoryAnswers, client: TestClient) -> None:
    rows = [("职务 | 标准", 1, None), ("会长 | 12000", 1, None)]
    answers.documents.append(make_document("98", "会费标准", rows))
    html = client.get("/documents/98?passage=9801").text
    assert 'class="row">职务 | 标准<' in html and 'class="row asked">会长 | 12000<' in html


def test_a_passage_that_is_gone_is_explained(client: TestClient) -> None:
    html = client.get("/documents/1?passage=999").text
    assert "没有找到要看的段落" in html
    assert 'id="passage"' not in html


@pytest.mark.parametrize(
    "url", ["/documents/1", "https://example.org/s/documents/1", "javascript:x", "http://[", None]
)
def test_only_another_site_is_called_the_original(answers: MemoryAnswers, url: str | None) -> None:
    answers.documents[0] = {**RULES, "url": url}
    response = TestClient(make_app(answers)).get("/documents/1")
    assert response.status_code == 200
    assert "查看网站原文" not in response.text


def test_a_document_without_title_or_text_is_still_a_page(answers: MemoryAnswers) -> None:
    answers.documents.append(make_document("99", None, [], source="扫描件.pdf"))
    html = TestClient(make_app(answers)).get("/documents/99").text
    assert "<h1>扫描件.pdf</h1>" in html
    assert "没有可以显示的文字" in html


# --- Citing it, and the file itself -----------------------------------------------------

PDF = {"format": "pdf", "name": "会费管理办法.pdf", "bytes": 12345}


def test_a_document_is_cited_in_a_line_with_a_button_that_scripts_show(client: TestClient) -> None:
    html = client.get("/documents/1").text
    said = "《示例高校后勤协会会费管理办法》（示后协〔2023〕12号），2023年6月25日"
    assert f'<bdi id="citation">{said}</bdi>' in html
    assert 'data-copy="citation" hidden>复制</button> <span role="status"></span>' in html


def test_a_passage_that_was_opened_is_cited_with_its_clause_and_page(client: TestClient) -> None:
    html = client.get("/documents/1?passage=107").text
    assert "（示后协〔2023〕12号），第四条，第2页，2023年6月25日</bdi>" in html


def test_signing_in_leads_back_to_the_page(client: TestClient) -> None:
    address = link(client.get("/documents/1?passage=107").text, "登录")
    assert address == "../login?next=documents%2F1%3Fpassage%3D107"
    assert link(client.get("/").text, "登录") == "./login"


def test_a_file_may_be_saved(answers: MemoryAnswers, client: TestClient) -> None:
    assert "下载原文件" not in client.get("/documents/1").text
    answers.documents[0] = {**RULES, "original": {**PDF, "format": "docx"}}
    html = client.get("/documents/1").text
    assert link(html, "下载原文件（DOCX，12 KB）") == "../v1/documents/1/original"
    assert "对照" not in html
    assert "<iframe" not in client.get("/documents/1?original=1").text


def test_a_pdf_stands_beside_the_text_at_the_page_of_the_passage(
    answers: MemoryAnswers, client: TestClient
) -> None:
    answers.documents[0] = {**RULES, "original": PDF}
    html = client.get("/documents/1?passage=107").text
    assert "<iframe" not in html
    beside = link(html, "对照原文件")
    assert beside == "../documents/1?passage=107&original=1#passage"
    html = client.get("/documents/" + beside).text
    assert (
        'src="../v1/documents/1/original?view=1#page=2&amp;view=FitH&amp;navpanes=0" title="原文件"'
        in html
    )
    assert link(html, "只看文字") == "../documents/1?passage=107#passage"
    assert "original?view=1#page=1" in client.get("/documents/1?original=1").text


def test_what_the_public_does_not_get_is_said_once(
    answers: MemoryAnswers, client: TestClient
) -> None:
    assert "秘书处联系" not in client.get("/documents/1").text
    masked = [{**p, "text": f"{p['text']}〔电话〕〔邮箱〕"} for p in RULES["paragraphs"]]
    answers.documents[0] = {**RULES, "paragraphs": masked}
    assert "文中的电话、邮箱等已隐去。需要时请与秘书处联系" in client.get("/documents/1").text
    answers.documents[0] |= {"original_withheld": True, "url": None}
    answers.contact = "秘书处 0899-5550100"
    html = client.get("/documents/1").text
    assert "已隐去；原文件可能含有个人信息，暂不公开。需要时请联系我们：" in html
    assert html.count("已隐去") == 1
