"""The search page and the API description, over HTTP."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from memory_answers import HOSTILE, MemoryAnswers, answers, client, hrefs, link, make_app
from service.docs import as_openapi_30
from service.headers import DATA_POLICY, DOCS_POLICY, PAGE_POLICY, SecurityHeaders, policy_for

__all__ = ["answers", "client"]  # fixtures


# --- Landing ----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/?q=", "/?q=%20%20&year=", "/?mode=keyword&sort=date"])
def test_without_a_query_the_landing_page_is_shown(client: TestClient, address: str) -> None:
    html = client.get(address).text
    assert "查找示例高校后勤协会的总结、通知、章程、办法、纪要和新闻，共 14 份文件" in html
    assert '<html lang="zh-CN">' in html
    assert 'name="mode"' not in html


def test_an_example_leads_to_its_search(client: TestClient) -> None:
    address = link(client.get("/").text, "示后协〔2023〕12号")
    assert client.get("/" + address).status_code == 200
    assert address.startswith("./?q=")


def test_an_empty_library_says_so() -> None:
    client = TestClient(make_app(MemoryAnswers([])))
    assert "文件库里还没有文件" in client.get("/").text


def test_head_is_answered(client: TestClient) -> None:
    assert client.head("/").status_code == 200
    assert client.head("/documents/1").status_code == 200


# --- Results ----------------------------------------------------------------------------


def test_a_card_says_what_where_and_marks_the_words(client: TestClient) -> None:
    html = client.get("/", params={"q": "逾期未缴"}).text
    assert "找到 1 份文件" in html
    assert (
        "<bdi>示后协〔2023〕12号</bdi><bdi>示例高校后勤协会</bdi>"
        "<bdi>2023年6月25日</bdi><bdi>办法</bdi>" in html
    )
    assert "<bdi>第四条</bdi><bdi>第2页</bdi>" in html
    assert html.count("第四条") == 1
    assert "缴纳。<mark>逾期未缴</mark>的，" in html


def test_a_clause_that_was_looked_for_is_named_once_too(client: TestClient) -> None:
    html = client.get("/", params={"q": "第四条 会费"}).text
    assert "<bdi>第四条</bdi>" in html and "<p><mark>会费</mark>于每年" in html


def test_what_was_said_before_a_passage_stands_before_it_unmarked(
    client: TestClient, answers: MemoryAnswers
) -> None:
    assert 'class="lead"' not in client.get("/", params={"q": "逾期未缴"}).text
    answers.lead = "逾期未缴的<b>会员单位</b>："
    html = client.get("/", params={"q": "逾期未缴"}).text
    assert '<p class="lead">逾期未缴的&lt;b&gt;会员单位&lt;/b&gt;：</p>' in html
    assert html.index('class="lead"') < html.index("缴纳。<mark>逾期未缴</mark>的，")


def test_a_long_lead_is_cut(client: TestClient, answers: MemoryAnswers) -> None:
    answers.lead = "序号，单位，姓名，职务，" * 20
    (shown,) = re.findall('<p class="lead">(.*?)</p>', client.get("/?q=逾期未缴").text)
    assert shown.endswith("…") and len(shown) <= 81


def test_a_passage_leads_to_its_place_in_the_document(client: TestClient) -> None:
    html = client.get("/", params={"q": "逾期未缴"}).text
    assert link(html, "第四条") == "./documents/1?passage=107#passage"
    assert link(html, "会费管理办法") == "./documents/1?passage=107"


def test_hostile_text_stays_text(client: TestClient) -> None:
    html = client.get("/", params={"q": "<script>alert('会费')</script>"}).text
    assert "<mark>&lt;script&gt;alert(&#39;会费&#39;)&lt;/script&gt;</mark>请按时" in html
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;" in html
    for page in (
        html,
        client.get("/documents/2").text,
        client.get("/", params={"q": HOSTILE}).text,
    ):
        assert not re.search(r"<script>|<img|<b>|<notice|javascript:", page)


def test_an_estimated_count_is_called_about(client: TestClient, answers: MemoryAnswers) -> None:
    answers.exact = False
    assert "约 14 份文件可能有关" in client.get("/?q=会费").text


def test_the_sentence_that_answers_stands_above_the_list(
    client: TestClient, answers: MemoryAnswers
) -> None:
    quote = "第三条 普通会员单位会费每年二千元，理事单位五千元，常务理事单位一万元。"
    answers.answer = {
        "quote": quote,
        "document_id": "1",
        "passage_id": 106,
        "start": 0,
        "end": len(quote),
        "page": [2, 2],
        "address": "第三条",
    }
    html = client.get("/", params={"q": "会费"}).text
    block = html.partition('<section class="answer"')[2].partition("</section>")[0]
    assert f"<blockquote>{quote}</blockquote>" in block and "原文摘录" in block
    said = (
        "示例高校后勤协会会费管理办法",
        "示后协〔2023〕12号",
        "2023年6月25日",
        "第2页",
    )
    assert all(words in block for words in said)
    assert block.count("第三条") == 1
    assert "./documents/1?passage=106#passage" in hrefs(block)
    assert html.index("原文摘录") < html.index('class="hits"')


def test_without_an_answer_there_is_no_block_and_the_notice_stands(
    client: TestClient, answers: MemoryAnswers
) -> None:
    answers.notice = "没有找到能直接回答的内容，以下仅供参考"
    html = client.get("/", params={"q": "会费"}).text
    assert "原文摘录" not in html and "以下仅供参考</p>" in html


def test_a_quote_is_shown_as_text_whatever_it_holds(
    client: TestClient, answers: MemoryAnswers
) -> None:
    quote = "<script>alert('会费')</script>请按时缴纳会费。"
    place = {"document_id": "2", "passage_id": 201, "page": [1, 1], "address": ""}
    answers.answer = {"quote": quote, "start": 0, "end": len(quote), **place}
    html = client.get("/", params={"q": "会费"}).text
    assert "<script>" not in html and quote in unescape(html)


def test_a_quote_does_not_end_in_the_middle_of_a_list(
    client: TestClient, answers: MemoryAnswers
) -> None:
    quote = "（一）因自然灾害造成重大损失的，可以免缴会费；"
    place = {"document_id": "1", "passage_id": 107, "page": [2, 2], "address": "第四条"}
    answers.answer = {"quote": quote, "start": 0, "end": len(quote), **place}
    html = client.get("/", params={"q": "会费"}).text
    assert "可以免缴会费</blockquote>" in html and "<bdi>第四条</bdi>" in html


def test_notice_and_what_was_understood_are_shown(
    client: TestClient, answers: MemoryAnswers
) -> None:
    answers.notice = "语义检索暂不可用，只按关键词查找。"
    answers.understood = [{"kind": "date", "text": "去年", "value": "2025年"}]
    html = client.get("/?q=会费").text
    assert '<p class="notice" role="status">语义检索暂不可用' in html
    assert "优先时间：<bdi>2025年</bdi><span" in html and "（<bdi>去年</bdi>）" in html
    assert 'aria-label="去掉“优先时间：2025年（去年）”"' in html
    literally = link(html, "优先时间：")
    assert "literal=%E5%8E%BB%E5%B9%B4" in literally
    answers.understood = []
    html = client.get("/" + literally).text
    assert "按字面：<bdi>去年</bdi>" in html and "literal" not in link(html, "按字面")


def test_what_a_filter_says_is_not_said_again(client: TestClient, answers: MemoryAnswers) -> None:
    answers.understood = [{"kind": "type", "text": "通知", "value": "通知"}]
    assert "优先文种：<bdi>通知</bdi>" in client.get("/?q=会费通知").text
    assert "优先文种" not in client.get("/?q=会费通知&type=通知").text


def test_what_was_searched_instead_is_told_with_the_way_back(
    client: TestClient, answers: MemoryAnswers
) -> None:
    answers.notice = "已按“会费”搜索（拼音）"
    answers.understood = [{"kind": "sound", "text": "huifei", "value": "会费"}]
    html = client.get("/?q=huifei").text
    assert "已按“会费”搜索" in html and "仍搜“<bdi>huifei</bdi>”" in html
    assert link(html, "仍搜").endswith("literal=huifei")
    assert "不这样理解" not in html


def test_other_questions_are_offered_where_nothing_was_found(
    client: TestClient, answers: MemoryAnswers
) -> None:
    answers.suggestions = ["会费 <b>"]
    html = client.get("/?q=没有的词&literal=x").text
    assert "您是不是要找" in html and "会费 &lt;b&gt;" in html
    assert "literal" not in link(html, "会费 &lt;b&gt;")
    answers.suggestions = []
    assert "您是不是要找" not in client.get("/?q=没有的词").text


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("秘书处 0899-5550100 <b>", '<bdi class="whole">秘书处 0899-5550100 &lt;b&gt;</bdi>'),
        (
            "mailto:office@example.org",
            '<a href="mailto:office@example.org" rel="noopener">联系我们',
        ),
        ("javascript:alert(1)", '联系我们：<bdi class="whole">javascript:alert(1)</bdi>'),
    ],
)
def test_whoever_finds_nothing_is_told_whom_to_ask(
    client: TestClient, answers: MemoryAnswers, contact: str, said: str
) -> None:
    assert "联系我们" not in client.get("/?q=没有的词").text
    answers.contact = contact
    assert said in client.get("/?q=没有的词").text


def test_paging_keeps_every_parameter(client: TestClient) -> None:
    asked = {"q": "会费", "mode": "keyword", "issuer": "示例", "sort": "date", "limit": "5"}
    html = client.get("/", params={**asked, "offset": "5", "utm_source": "x"}).text
    following, previous = link(html, "下一页"), link(html, "上一页")
    for key, value in asked.items():
        assert client.get("/" + following).request.url.params[key] == value
    assert following.endswith("limit=5&offset=10")
    assert previous.endswith("limit=5")
    assert "utm_source" not in following + previous
    assert "（第 2 页） - 协会检索</title>" in html
    assert html[html.index("<main") :].count("第 2 页") == 1
    assert '<ol class="hits" start="6">' in html


def test_the_last_page_has_no_next(client: TestClient) -> None:
    html = client.get("/?q=会费&offset=10").text
    assert "下一页" not in html
    assert "上一页" in html
    assert "上一页" not in client.get("/?q=逾期").text


def test_beyond_the_last_page_there_is_a_way_back(client: TestClient) -> None:
    html = client.get("/?q=会费&offset=500").text
    assert "后面没有了" in html
    assert link(html, "回到第一页") == "./?q=%E4%BC%9A%E8%B4%B9"


def test_filters_are_chosen_and_taken_away(client: TestClient) -> None:
    html = client.get("/?q=会费&offset=10").text
    chosen = client.get("/" + link(html, "总结"))
    assert dict(chosen.request.url.params) == {"q": "会费", "type": "总结"}
    assert "找到 12 份文件" in chosen.text
    assert link(chosen.text, "文种：总结") == "./?q=%E4%BC%9A%E8%B4%B9"
    assert link(html, "2023年").endswith("year=2023")
    years = re.findall(r'class="name">(\d+)年', html)
    assert years == sorted(years, reverse=True)


def test_many_filter_values_are_folded(client: TestClient) -> None:
    assert "其余 5 项" in client.get("/?q=会费").text


def test_a_filter_alone_lists_documents_without_mode_and_sort(client: TestClient) -> None:
    html = client.get("/?type=办法").text
    assert "找到 1 份文件" in html
    assert "按意思" not in html
    assert "相关度" not in html


def test_mode_and_order_are_switched_by_links(client: TestClient) -> None:
    html = client.get("/?q=会费&mode=semantic").text
    assert 'aria-current="true">按意思</a>' in html
    assert link(html, "综合") == "./?q=%E4%BC%9A%E8%B4%B9"
    assert link(html, "日期").endswith("mode=semantic&sort=date")


def test_a_new_search_keeps_the_filters(client: TestClient) -> None:
    html = client.get("/?q=会费&type=总结&offset=10").text
    box = html[html.index('role="search"') : html.index("</form>")]
    assert '<input type="hidden" name="type" value="总结">' in box
    assert "offset" not in box


def test_zero_results_say_what_to_try(client: TestClient) -> None:
    html = client.get("/?q=不存在&type=通知&mode=keyword").text
    assert "没有找到有关的文件" in html and 'value="不存在"' in html
    assert "用短一点的词" in html
    assert 'class="side"' not in html
    assert link(html, "去掉全部条件再查").endswith("mode=keyword")
    assert link(html, "改用综合检索").endswith("type=%E9%80%9A%E7%9F%A5")


# --- Errors -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/?q=会费&year=abc", 400, "年份应是四位数字，不能是“abc”。"),
        ("/?q=会费&mode=magic", 400, "检索方式只能是"),
        ("/documents/none", 404, "没有这份文件，或者它不对外公开。"),
        ("/nowhere/at/all", 404, "没有找到这一页"),
        ("/?q=维护", 503, "现在暂时不能检索"),
        ("/?q=崩溃", 500, "系统出错了"),
    ],
)
def test_every_error_is_one_page_with_a_way_out(
    client: TestClient, address: str, status: int, says: str
) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert says in response.text
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    home = link(response.text, "回到首页")
    assert str(response.url.join(home)) == "http://testserver/"
    assert response.headers["content-security-policy"] == PAGE_POLICY


def test_an_error_keeps_the_words_but_not_the_bad_condition(client: TestClient) -> None:
    html = client.get("/?q=会费&year=abc").text
    assert 'value="会费"' in html
    assert 'name="year"' not in html


# --- Addresses, files, headers ----------------------------------------------------------


def internal(client: TestClient, address: str) -> list[str]:
    """Every address of our own that the page names, made absolute as a browser would."""
    response = client.get(address)
    assert response.status_code == 200
    named = hrefs(response.text) + re.findall(r'(?:action|src)="([^"]*)"', response.text)
    return [str(response.url.join(unescape(n))) for n in named if "://" not in n]


@pytest.mark.parametrize("page", ["/", "/?q=会费", "/documents/1?passage=107", "/docs"])
def test_pages_work_under_a_base_path(answers: MemoryAnswers, page: str) -> None:
    outer = FastAPI()
    outer.mount("/jiansuo", SecurityHeaders(make_app(answers)))
    client = TestClient(outer)
    for address in internal(client, "/jiansuo" + page):
        assert address.startswith("http://testserver/jiansuo/")
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("page", ["/?q=会费", "/documents/1"])
def test_pages_work_behind_a_proxy_that_strips_its_prefix(
    answers: MemoryAnswers, page: str
) -> None:
    inner = make_app(answers)

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix("/a/b")
        await inner({**scope, "path": path, "raw_path": path.encode()}, receive, send)

    client = TestClient(proxy)
    for address in internal(client, "/a/b" + page):
        assert address.startswith("http://testserver/a/b/")
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("page", ["/", "/?q=会费", "/?q=无", "/documents/1", "/?q=崩溃", "/docs"])
def test_nothing_is_inline_and_nothing_is_fetched_from_elsewhere(
    client: TestClient, page: str
) -> None:
    html = client.get(page).text
    assert not re.search(r"<style|<[^>]*\s(?:style|on[a-z]+)=", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r'(?:src|action)="(?:https?:)?//', html)


@pytest.mark.parametrize("page", ["/", "/?q=会费", "/documents/1"])
def test_controls_have_labels_and_ids_are_unique(client: TestClient, page: str) -> None:
    html = client.get(page).text
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    labelled = set(re.findall(r'<label[^>]* for="([^"]*)"', html))
    visible = [tag for tag in re.findall(r"<input[^>]*>", html) if 'type="hidden"' not in tag]
    assert visible
    assert all(re.findall(r'id="([^"]*)"', tag)[0] in labelled for tag in visible)
    assert '<main id="main">' in html
    assert html.count("<h1") == 1


def test_static_files_are_kept_for_a_year_under_their_digest(client: TestClient) -> None:
    address = next(h for h in hrefs(client.get("/").text) if h.endswith("style.css"))
    response = client.get("/" + address)
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert client.get("/static/old/style.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/old/base.html").status_code == 404
    assert client.get("/static/old/..%2fpages.py").status_code == 404


def test_the_stylesheet_asks_for_nothing_from_elsewhere(client: TestClient) -> None:
    css = client.get("/static/x/style.css").text
    assert not re.search(r"url\(|@import|https?:", css)


def test_headers_are_set_per_route(client: TestClient) -> None:
    page = client.get("/").headers
    assert page["content-security-policy"] == PAGE_POLICY
    assert page["x-content-type-options"] == "nosniff"
    assert page["referrer-policy"] == "same-origin"
    assert client.get("/docs").headers["content-security-policy"] == DOCS_POLICY
    assert client.get("/v1/search?q=会费").headers["content-security-policy"] == DATA_POLICY
    assert policy_for("/docsy") == PAGE_POLICY


def test_the_api_page_reads_a_description_it_understands(client: TestClient) -> None:
    described = client.get("/docs/openapi.json").json()
    assert described["openapi"] == "3.0.3"
    q, limit = described["paths"]["/v1/search"]["get"]["parameters"]
    assert q["schema"] == {"type": "string", "nullable": True, "title": "Q"}
    assert limit["schema"]["exclusiveMinimum"] is True
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")


def test_constants_become_enumerations_of_one() -> None:
    assert as_openapi_30({"openapi": "3.1.0", "x": [{"const": "a"}]}) == {
        "openapi": "3.0.3",
        "x": [{"enum": ["a"]}],
    }
