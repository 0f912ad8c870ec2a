"""The pages and the API description, over HTTP, with answers from a small library in memory."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from index.errors import BadRequest, LibraryBusy, NotFound
from service.docs import as_openapi_30, mount_docs
from service.excerpt import excerpt
from service.headers import DATA_POLICY, DOCS_POLICY, PAGE_POLICY, SecurityHeaders, policy_for
from service.pages import error_page, router
from service.wording import date_zh, pages_zh

HOSTILE = '<img src=x onerror="alert(1)">关于“引号”&符号的通知'


def make_document(
    document_id: str,
    title: str | None,
    paragraphs: list[tuple[str, int, int | None]],
    *,
    source: str = "a.pdf",
    **fields: Any,
) -> dict[str, Any]:
    """Paragraphs are (text, page, level); every body paragraph is a passage of its own."""
    passages, offset = [], 0
    for ordinal, (text, _, level) in enumerate(paragraphs):
        if level is None:
            number = int(document_id) * 100 + ordinal
            passages.append(
                {
                    "passage_id": number,
                    "start": offset,
                    "end": offset + len(text),
                    "paragraph": ordinal,
                }
            )
        offset += len(text) + 1
    listed = [
        {"text": text, "page": page, "level": level, "annex": 0, "id": f"par-{i}"}
        | {"confidence": None}
        for i, (text, page, level) in enumerate(paragraphs)
    ]
    empty: dict[str, Any] = {
        "number": None,
        "issuer": None,
        "letterhead": None,
        "superseded": False,
        "date": None,
        "types": [],
    }
    return {
        **empty,
        "document_id": document_id,
        "title": title,
        "source": source,
        "url": None,
        "paragraphs": listed,
        "sections": [p for p in listed if p["level"] is not None],
        "passages": passages,
        "alike": [],
        "pictures": [],
        **fields,
    }


RULES = make_document(
    "1",
    "示例高校后勤协会会费管理办法",
    [
        ("示例高校后勤协会", 1, 0),
        ("会费管理办法", 1, 0),
        ("第一章 总则", 1, 1),
        ("第一条 为规范会费的收取和使用，根据本会章程，制定本办法。", 1, None),
        (
            "第二条 会费是会员单位按照章程缴纳的费用，用于本会为会员提供的服务和本会的日常工作。"
            "会费收取遵循自愿、公开、透明的原则，标准由会员代表大会表决通过。",
            1,
            None,
        ),
        ("第二章 收取", 2, 1),
        ("第三条 普通会员单位会费每年二千元，理事单位五千元，常务理事单位一万元。", 2, None),
        ("第四条 会费于每年六月三十日以前缴纳。逾期未缴的，由秘书处书面提醒。", 2, None),
        ("第三章 使用", 3, 1),
        ("第五条 会费收支情况每年向理事会报告，并接受监事会监督。", 3, None),
    ],
    number="示后协〔2023〕12号",
    issuer="示例高校后勤协会",
    date="2023-06-25",
    types=["办法"],
    source="会费管理办法.pdf",
    url="https://example.org/rules/12.html",
)
NOTICE = make_document(
    "2",
    HOSTILE,
    [
        ("各会员单位：", 1, None),
        ("<script>alert('会费')</script>请按时缴纳会费。𠮷林分会另行通知会费事项。", 1, None),
    ],
    issuer="四川省示例后勤协会 <b>",
    date="2024-03",
    types=["通知"],
    source="<notice>.html",
    url="javascript:alert(1)",
)
YEARLY = [
    make_document(
        str(3 + i),
        f"{2012 + i}年工作总结",
        [(f"一、会费收缴{i}", 1, 1), (f"本年度共收到会费{i + 1}万元，全部用于会员服务。", 1, None)],
        issuer="示例高校后勤协会" if i % 2 else "示例省餐饮专业委员会",
        date=str(2012 + i),
        types=["总结"],
        source=f"总结{2012 + i}.docx",
    )
    for i in range(12)
]


class MemoryAnswers:
    """Finds documents that contain the query; everything else as the API does it."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.documents = documents
        self.notice: str | None = None
        self.answer: dict[str, Any] | None = None
        self.lead = ""
        self.exact = True
        self.understood: list[dict[str, str]] = []
        self.suggestions: list[str] = []

    def landing(self) -> dict[str, Any]:
        return {
            "documents": len(self.documents),
            "examples": ["会费什么时候交", "示后协〔2023〕12号", "2023年工作总结"],
            "name": "示例高校后勤协会",
        }

    def search(self, params: Mapping[str, str]) -> dict[str, Any]:
        assert all(params.values()), "empty parameters must not reach the searcher"
        if params.get("mode", "hybrid") not in ("hybrid", "keyword", "semantic"):
            raise BadRequest("检索方式只能是 hybrid、keyword 或 semantic。")
        if not params.get("year", "2000").isdigit():
            raise BadRequest(f"年份应是四位数字，不能是“{params['year']}”。")
        if params.get("q") == "维护":
            raise LibraryBusy("home=/srv/secret is busy")
        if params.get("q") == "崩溃":
            raise RuntimeError("secret detail")
        q = params.get("q", "")
        found = [d for d in self.documents if self._fits(d, params) and self._passages(d, q)]
        if params.get("sort") == "date":
            found.sort(key=lambda d: d["date"] or "", reverse=True)
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 10))
        return {
            "query": {"text": q, "mode": "hybrid", "understood": self.understood},
            "total": len(found),
            "total_is_exact": self.exact,
            "took_ms": 1.0,
            "generation": 1,
            "notice": self.notice,
            "suggestions": self.suggestions,
            "answer": self.answer,
            "hits": [
                self._hit(d, q, offset + i + 1)
                for i, d in enumerate(found[offset : offset + limit])
            ],
            "facets": {
                "type": _count(t for d in found for t in d["types"]),
                "issuer": _count(d["issuer"] for d in found if d["issuer"]),
                "year": _count(int(d["date"][:4]) for d in found if d["date"]),
            },
        }

    def document(self, document_id: str) -> dict[str, Any]:
        for document in self.documents:
            if document["document_id"] == document_id:
                return document
        raise NotFound("没有这份文件，或者它不对外公开。")

    def _fits(self, document: dict[str, Any], params: Mapping[str, str]) -> bool:
        return (
            params.get("type", "") in ("", *document["types"])
            and params.get("issuer", "") in (document["issuer"] or "")
            and (document["date"] or "").startswith(params.get("year", ""))
        )

    def _passages(self, document: dict[str, Any], q: str) -> list[dict[str, Any]]:
        text = "\n".join(p["text"] for p in document["paragraphs"])
        shown = [(p["passage_id"], text[p["start"] : p["end"]]) for p in document["passages"]]
        return [
            {
                "passage_id": number,
                "address": "".join(re.findall(r"^第.条", passage)),
                "page": [document["paragraphs"][number % 100]["page"]] * 2,
                "lead": self.lead,
                "text": passage,
                "marks": [[m.start(), m.end()] for m in re.finditer(re.escape(q), passage)],
                "score": 1.0,
                "why": {},
            }
            for number, passage in shown
            if q in passage
        ]

    def _hit(self, document: dict[str, Any], q: str, rank: int) -> dict[str, Any]:
        same = ("document_id", "title", "number", "issuer", "date", "types", "source", "url")
        same += ("superseded",)
        kept = {key: document[key] for key in same}
        return {**kept, "rank": rank, "score": 1.0, "passages": self._passages(document, q)[:3]}


def _count(values: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"value": value, "count": n} for value, n in Counter(values).most_common()]


def make_app(answers: MemoryAnswers) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, title="协会检索")

    @app.get("/v1/search", summary="检索")
    def search(q: str | None = None, limit: int = Query(10, gt=0, le=100)) -> dict[str, Any]:
        return answers.search({"q": q} if q else {})

    app.include_router(router(answers))
    mount_docs(app)
    app.add_exception_handler(404, lambda request, _: error_page(request, 404))
    return app


@pytest.fixture
def answers() -> MemoryAnswers:
    return MemoryAnswers([RULES, NOTICE, *YEARLY])


@pytest.fixture
def client(answers: MemoryAnswers) -> TestClient:
    return TestClient(SecurityHeaders(make_app(answers)))


def hrefs(html: str) -> list[str]:
    return [unescape(h) for h in re.findall(r'href="([^"]*)"', html)]


def link(html: str, text: str) -> str:
    """The address behind the link whose text contains `text`."""
    for href, inner in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html, re.S):
        if text in re.sub(r"<[^>]+>", "", inner):
            return unescape(href)
    raise AssertionError(f"no link says {text}")


# --- Excerpts ---------------------------------------------------------------------------


def flat(pieces: list[Any]) -> str:
    return "".join(f"[{p.text}]" if p.marked else p.text for p in pieces)


def test_marks_count_code_points() -> None:
    assert (
        flat(excerpt("𠮷林分会缴会费。", [[5, 7], [0, 2]])) == "[𠮷林]分会缴[会费]。"[:-3] + "费]。"
    )


def test_overlapping_and_outside_marks_are_put_right() -> None:
    assert flat(excerpt("会费标准", [[2, 9], [0, 3], [4, 4], [-3, 0]])) == "[会费标准]"


def test_long_text_is_cut_at_sentences_around_the_first_mark() -> None:
    text = "开头说明。" * 20 + "本年会费已经收齐。" + "结尾说明。" * 20
    at = text.index("会费")
    shown = flat(excerpt(text, [[at, at + 2]], room=24))
    assert shown == "…本年[会费]已经收齐。结尾说明。结尾说明。结尾说明。…"


def test_room_left_at_the_end_goes_to_the_sentences_before() -> None:
    text = "开头说明。" * 20 + "最后是会费。"
    at = text.index("会费")
    assert flat(excerpt(text, [[at, at + 2]], room=17)) == "…开头说明。开头说明。最后是[会费]。"


def test_an_endless_sentence_is_cut_at_commas() -> None:
    text = "这是很长的前文，" * 30 + "会费标准，" + "这是很长的后文，" * 30
    at = text.index("会费")
    shown = flat(excerpt(text, [[at, at + 2]], room=40))
    assert shown.startswith("…这是很长的前文，")
    assert "[会费]标准，" in shown
    assert shown.endswith("，…")


def test_a_wall_without_any_punctuation_is_cut_anyway() -> None:
    shown = flat(excerpt("前" * 400 + "会费" + "后" * 400, [[400, 402]], room=50))
    assert "[会费]" in shown
    assert len(shown) == 50 + len("……[]")


@given(
    st.text(alphabet="会费，。！\n 𠮷a", max_size=120),
    st.lists(st.tuples(st.integers(-5, 130), st.integers(-5, 130)), max_size=5),
    st.integers(1, 60),
)
def test_an_excerpt_is_part_of_the_text_and_holds_the_first_mark(
    text: str, marks: list[tuple[int, int]], room: int
) -> None:
    pieces = excerpt(text, marks, room)
    shown = "".join(p.text for p in pieces).removeprefix("…").removesuffix("…")
    assert shown in text
    assert len(shown) <= room
    inside = sorted((max(0, a), min(len(text), b)) for a, b in marks)
    inside = [(a, b) for a, b in inside if a < b]
    if inside and text[inside[0][0]].strip():
        marked = [p.text for p in pieces if p.marked]
        assert marked and marked[0][0] == text[inside[0][0]]


def test_dates_are_as_precise_as_given() -> None:
    assert [date_zh(d) for d in ("2024-06-05", "2024-06", "2024", None, "约2024年")] == [
        "2024年6月5日",
        "2024年6月",
        "2024年",
        "",
        "约2024年",
    ]


def test_page_numbers_are_named_only_where_there_are_pages() -> None:
    assert pages_zh([3, 3], "a.docx") == "第3页"
    assert pages_zh([3, 4], "a.pdf") == "第3至4页"
    assert pages_zh(1, "A.PDF") == "第1页"
    assert pages_zh([1, 1], "a.html") == ""


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
    assert "缴纳。<mark>逾期未缴</mark>的，" in html


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
        assert not re.search(r"<script|<img|<b>|<notice|javascript:", page)


def test_an_estimated_count_is_called_about(client: TestClient, answers: MemoryAnswers) -> None:
    answers.exact = False
    assert "找到约 14 份文件" in client.get("/?q=会费").text


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
        "第三条",
        "第2页",
    )
    assert all(words in block for words in said)
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
    assert "<script" not in html and quote in unescape(html)


def test_notice_and_what_was_understood_are_shown(
    client: TestClient, answers: MemoryAnswers
) -> None:
    answers.notice = "语义检索暂不可用，只按关键词查找。"
    answers.understood = [{"kind": "date", "text": "去年", "value": "2025年"}]
    html = client.get("/?q=会费").text
    assert '<p class="notice" role="status">语义检索暂不可用' in html
    assert "优先时间：<bdi>2025年</bdi><span" in html and "（<bdi>去年</bdi>）" in html
    literally = link(html, "优先时间：")
    assert "literal=%E5%8E%BB%E5%B9%B4" in literally
    answers.understood = []
    html = client.get("/" + literally).text
    assert "按字面：<bdi>去年</bdi>" in html and "literal" not in link(html, "按字面")


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


def test_paging_keeps_every_parameter(client: TestClient) -> None:
    asked = {"q": "会费", "mode": "keyword", "issuer": "示例", "sort": "date", "limit": "5"}
    html = client.get("/", params={**asked, "offset": "5", "utm_source": "x"}).text
    following, previous = link(html, "下一页"), link(html, "上一页")
    for key, value in asked.items():
        assert client.get("/" + following).request.url.params[key] == value
    assert following.endswith("limit=5&offset=10")
    assert previous.endswith("limit=5")
    assert "utm_source" not in html
    assert "第 2 页" in html
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
    assert "没有找到和“<bdi>不存在</bdi>”有关的文件" in html
    assert "用短一点的词" in html
    assert link(html, "去掉全部条件再查").endswith("mode=keyword")
    assert link(html, "改用综合检索").endswith("type=%E9%80%9A%E7%9F%A5")


# --- Documents --------------------------------------------------------------------------


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
    answers.documents[0] = {**RULES, "passages": passages}
    html = TestClient(make_app(answers)).get("/documents/1?passage=9").text
    assert "<mark>逾期未缴</mark>的，由秘书处" in html


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
    if page != "/docs":
        assert "<script" not in html


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
