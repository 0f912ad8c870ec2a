"""The service: one FastAPI application with the API for programs and the pages for people."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from index.citation import MAX_TEXT_CHARS
from index.collection import Collection
from index.errors import BadRequest, EncoderUnavailable, NotFound, SearchError
from index.model import Audience
from service.desk import Desk
from service.docs import mount_docs
from service.pages import error_page
from service.pages import router as pages_router
from service.selftest import run_self_test
from service.settings import Settings
from service.wire import to_text

log = logging.getLogger(__name__)

_STATUS = {BadRequest: 400, NotFound: 404, EncoderUnavailable: 503}

# Parsed in wire.py, not by FastAPI, so that the page and the API refuse alike.
_SEARCH = {
    "q": "要找的内容；留空则按筛选条件列出",
    "mode": "hybrid（默认）、keyword 或 semantic",
    "limit": "文件数，1 到 100，默认 10",
    "offset": "跳过的文件数，默认 0",
    "sort": "relevance（默认）或 date",
    "type": "文种，如 通知",
    "issuer": "发文单位，包含即可",
    "year": "年份，如 2024",
    "date_from": "不早于，如 2024-06-25",
    "date_to": "不晚于",
    "number": "发文字号",
    "as_of": "以哪一天为今天来理解“去年”“上半年”等说法，如 2024-06-25；默认当天",
    "literal": "不要另作理解的字词，多个用 | 隔开，如 去年|四川",
    "aliases": "0 则只找输入的字词，不找简称、同义词和别的说法；默认 1",
    "explain": "1 则附上各路的名次和得分",
}
_SUGGEST = {"q": "已输入的字，可用空格分成几段", "limit": "条数，1 到 20，默认 8"}
_SUGGESTED = {
    "query": "会费",
    "suggestions": [
        {"text": "会费管理办法", "kind": "title", "document_id": "3f2a9c0b7d1e"},
        {"text": "第三章 会费的缴纳", "kind": "heading", "document_id": "3f2a9c0b7d1e"},
    ],
}
# A text of that many characters, each written as \\u0000, some of them as two.
_MOST_BYTES = 12 * MAX_TEXT_CHARS + 1_000
_VERIFY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["text"],
                    "properties": {"text": {"type": "string", "maxLength": MAX_TEXT_CHARS}},
                },
                "example": {"text": "普通会员单位会费每年3000元。"},
            }
        },
    }
}
_VERIFIED = {
    "sentences": [
        {
            "text": "普通会员单位会费每年3000元。",
            "start": 0,
            "end": 15,
            "verdict": "near",
            "likeness": 0.933,
            "found": {
                "quote": "普通会员单位会费每年2000元",
                "document_id": "3f2a9c0b7d1e",
                "title": "会费管理办法",
                "number": None,
                "issuer": None,
                "date": "2025-01-01",
                "types": ["办法"],
                "source": "会费管理办法.docx",
                "url": "/documents/3f2a9c0b7d1e",
                "passage_id": 12,
                "start": 4,
                "end": 18,
                "page": [1, 1],
                "address": "第三条",
            },
            "differences": [
                {"kind": "number", "name": "数字不同", "given": [10, 14], "found": [10, 14]}
            ],
        }
    ]
}


class Readiness:
    """Whether the self-test has passed, and if not, why."""

    def __init__(self) -> None:
        self.ready = False
        self.reason = "正在自检"

    def check(self, collection: Collection) -> None:
        try:
            run_self_test(collection)
        except Exception as error:  # whatever is wrong, the answer is "not ready", with the reason
            log.exception("self-test failed")
            self.reason = str(error) if isinstance(error, SearchError) else "自检失败，见日志"
        else:
            self.ready, self.reason = True, ""


def create_app(
    collection: Collection, settings: Settings, readiness: Readiness | None = None
) -> FastAPI:
    """The application over one open collection. There are no keys yet: all see what is public.

    It tests itself when it starts, unless `readiness` says that this is done.
    """
    readiness = readiness or Readiness()
    desk = Desk(collection, Audience.PUBLIC, settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if not readiness.ready:
            threading.Thread(target=readiness.check, args=(collection,), daemon=True).start()
        yield

    app = FastAPI(
        title="协会检索 xiehui",
        version="1",
        description="按关键词和语义检索协会自己的文件。",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(_programs(desk))
    app.include_router(_probes(readiness))
    app.include_router(pages_router(desk))
    mount_docs(app)
    _handle_errors(app)
    return app


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


def error_json(code: str, message: str, status: int) -> Response:
    """The one shape every error has."""
    return _json({"error": {"code": code, "message": message}}, status)


def _programs(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["检索"])

    @router.get(
        "/search",
        summary="检索",
        description="answer 是从文件里原样摘出的一句，附出处；start、end 是在那一段文字中的起止。"
        "没有能直接回答的内容时 answer 为 null，notice 里写明仅供参考。",
        openapi_extra=_parameters(_SEARCH),
    )
    def search(request: Request) -> Response:
        return _json(desk.search(_single(request)))

    @router.get(
        "/suggest",
        summary="输入时的提示",
        description="标题、发文字号、发文单位、章节标题中，从某个词起与输入相同的；最像、最新的在前。"
        "kind 为 title、number、issuer 或 heading，document_id 是出处，发文单位没有出处。",
        responses={200: {"content": {"application/json": {"example": _SUGGESTED}}}},
        openapi_extra=_parameters(_SUGGEST),
    )
    def suggest(request: Request) -> Response:
        return _json(desk.suggest(_single(request)))

    @router.post(
        "/verify",
        summary="核对一段话是不是文件里的原话",
        description="逐句核对，最多 2000 字、50 句。verdict 为 exact（原文如此）、"
        "near（有相近的一句）或 absent（文件库里没有）。found 是出处，start、end 是在那一段文字中的"
        "起止；differences 是不同之处在两句话中的起止，kind 为 number、date、negation 或 words。",
        responses={200: {"content": {"application/json": {"example": _VERIFIED}}}},
        openapi_extra=_VERIFY,
    )
    async def verify(request: Request) -> Response:
        text = to_text(await _body(request))
        return _json(await run_in_threadpool(desk.verify, text))

    @router.get("/documents/{document_id}", summary="一份文件")
    def document(document_id: str) -> Response:
        return _json(desk.document(document_id))

    @router.get(
        "/documents/{document_id}/pages/{page:int}",
        summary="扫描件一页的图",
        responses={200: {"content": {"image/jpeg": {}}}},
        response_class=Response,
    )
    def picture(document_id: str, page: int) -> Response:
        return Response(
            desk.picture(document_id, page),
            media_type="image/jpeg",
            headers={"Cache-Control": "private, no-cache", "Content-Disposition": "inline"},
        )

    return router


async def _body(request: Request) -> bytes:
    """The body of a request, of a size that one text may have. Raises BadRequest."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise BadRequest(f"提交的内容太大，一次最多核对 {MAX_TEXT_CHARS} 个字")
    return body


def _parameters(described: Mapping[str, str]) -> dict[str, Any]:
    """Query parameters for the documentation."""
    return {
        "parameters": [
            {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
            for name, text in described.items()
        ]
    }


def _single(request: Request) -> dict[str, str]:
    """Query parameters, each at most once. Raises BadRequest naming the repeated one."""
    params: dict[str, str] = {}
    for key, value in request.query_params.multi_items():
        if key in params:
            raise BadRequest(f"参数 {key} 只能给一次")
        params[key] = value
    return params


def _probes(readiness: Readiness) -> APIRouter:
    router = APIRouter(tags=["运行"])

    @router.get("/healthz", summary="进程在运行")
    def healthz() -> Response:
        return _json({"status": "ok"})

    @router.get("/readyz", summary="自检已通过，可以检索")
    def readyz() -> Response:
        if readiness.ready:
            return _json({"status": "ready"})
        return error_json("not_ready", readiness.reason, 503)

    return router


def _handle_errors(app: FastAPI) -> None:
    """Every failure in words, never a trace: as JSON for programs, as a page for people."""

    def answer(request: Request, code: str, message: str, status: int) -> Response:
        if request.url.path.startswith(("/v1/", "/healthz", "/readyz", "/docs")):
            return error_json(code, message, status)
        return error_page(request, status, message)

    @app.exception_handler(SearchError)
    def known(request: Request, error: SearchError) -> Response:
        status = next((s for kind, s in _STATUS.items() if isinstance(error, kind)), 500)
        if status == 500:
            log.error("%s: %s", error.code, error)
        return answer(request, error.code, str(error), status)

    @app.exception_handler(HTTPException)
    def plain(request: Request, error: HTTPException) -> Response:
        words = {404: "没有这个地址", 405: "这个地址不支持该方法"}
        message = words.get(error.status_code, "请求有误")
        response = answer(request, "http_error", message, error.status_code)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    def unknown(request: Request, error: Exception) -> Response:
        log.exception("unexpected error", exc_info=error)
        return answer(request, "internal_error", "服务内部出错，请稍后再试", 500)
