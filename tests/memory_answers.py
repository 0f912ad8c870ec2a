"""The pages over a small library in memory, and what a test reads of their HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient

from index.errors import BadRequest, LibraryBusy, NotFound
from service.docs import mount_docs
from service.door import Visitor
from service.entrance import router as entrance
from service.failures import handle_errors
from service.headers import SecurityHeaders
from service.pages import Guest, router

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
    for ordinal, (text, page, level) in enumerate(paragraphs):
        if level is None:
            number = int(document_id) * 100 + ordinal
            passages.append(
                {
                    "passage_id": number,
                    "start": offset,
                    "end": offset + len(text),
                    "paragraph": ordinal,
                    "address": "".join(re.findall(r"^第.条", text)),
                    "page": [page, page],
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
        "original": None,
        "original_withheld": False,
        "access": None,
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
        self.contact = ""
        self.visitor = Visitor()

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
        whole = "\n".join(p["text"] for p in document["paragraphs"])
        shown = [(p, whole[p["start"] : p["end"]]) for p in document["passages"]]
        return [
            {
                "passage_id": passage["passage_id"],
                "address": passage["address"],
                "page": passage["page"],
                "lead": self.lead,
                "text": text,
                "marks": [[m.start(), m.end()] for m in re.finditer(re.escape(q), text)],
                "score": 1.0,
                "why": {},
            }
            for passage, text in shown
            if q in text
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

    no_door: Any = None  # nobody signs in here
    app.include_router(entrance(no_door))
    app.include_router(router(lambda request: Guest(answers.visitor, answers)))
    mount_docs(app)
    handle_errors(app, no_door)
    return app


@pytest.fixture
def answers() -> MemoryAnswers:
    return MemoryAnswers([RULES, NOTICE, *YEARLY])


@pytest.fixture
def client(answers: MemoryAnswers) -> TestClient:
    return TestClient(SecurityHeaders(make_app(answers)), raise_server_exceptions=False)


def hrefs(html: str) -> list[str]:
    return [unescape(h) for h in re.findall(r'href="([^"]*)"', html)]


def link(html: str, text: str) -> str:
    """The address behind the link whose text contains `text`."""
    for href, inner in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html, re.S):
        if text in re.sub(r"<[^>]+>", "", inner):
            return unescape(href)
    raise AssertionError(f"no link says {text}")
