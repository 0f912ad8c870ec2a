"""The service: one FastAPI application with the API for programs and the pages for people."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from index.collection import Collection
from index.errors import BadRequest
from service import description as about
from service.caching import cached, kept_headers
from service.docs import mount_docs
from service.door import Door, Visitor
from service.embed import AllowedOrigins, embed_router
from service.entrance import router as entrance
from service.failures import error_json, handle_errors
from service.headers import FILE_POLICY, SecurityHeaders
from service.metrics import METRICS_TYPE, Measured, metrics_text
from service.office import pages as staff_pages
from service.office import programs as staff_programs
from service.originals import MEDIA_TYPES
from service.pages import router as pages
from service.receiving import Receiving
from service.reception import Reception
from service.selftest import Readiness
from service.settings import Settings
from service.wire import to_text

# What a question costs of what one client may ask in a minute: a suggestion is asked for at every
# pause in typing, a pasted text holds up to fifty questions.
_SUGGESTION_COST, _VERIFICATION_COST = 0.25, 5.0


class _Described(FastAPI):
    """Its description, made when it is first asked for, says what a key is."""

    def openapi(self) -> dict[str, Any]:
        return about.add_key(super().openapi())


def create_app(
    collection: Collection, settings: Settings, readiness: Readiness | None = None
) -> FastAPI:
    """The application over one open collection.

    It tests itself when it starts, unless `readiness` says that this is done.
    """
    readiness = readiness or Readiness()
    reception = Reception(collection, settings)
    door, office = reception.door, reception.office

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if not readiness.ready:
            threading.Thread(target=readiness.check, args=(collection,), daemon=True).start()
        yield

    app = _Described(
        title="协会检索 xiehui",
        version="1",
        description=about.INTRODUCTION,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(_programs(reception))
    app.include_router(staff_programs(door, office))
    app.include_router(_probes(readiness, door))
    app.include_router(entrance(door))
    app.include_router(staff_pages(door, office, reception.guest))
    app.include_router(pages(reception.guest))
    app.include_router(embed_router(settings))
    app.add_middleware(AllowedOrigins, origins=settings.allowed_origins)
    mount_docs(app)
    handle_errors(app, door)
    return app


def guarded(app: FastAPI) -> ASGIApp:
    """The application as it is served: bodies limited, headers added, requests counted."""
    return Measured(SecurityHeaders(Receiving(app)))


def _answer(request: Request, visitor: Visitor, value: dict[str, Any]) -> Response:
    """As JSON; how long it took and after how many changes does not make it another answer."""
    response = Response(orjson.dumps(value), media_type="application/json")
    lasting = {key: part for key, part in value.items() if key not in ("took_ms", "generation")}
    return cached(request, response, visitor.audience, orjson.dumps(lasting))


def _programs(reception: Reception) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["检索"], responses=about.ALWAYS)

    @router.get(
        "/search",
        summary="检索",
        description="answer 是从文件里原样摘出的一句，附出处；start、end 是在那一段文字中的起止。"
        "没有能直接回答的内容时 answer 为 null，notice 里写明仅供参考。",
        responses=about.FOUND,
        openapi_extra=about.SEARCH,
    )
    def search(request: Request) -> Response:
        visitor, desk = reception.enter(request)
        return _answer(request, visitor, desk.search(_single(request)))

    @router.get(
        "/suggest",
        summary="输入时的提示",
        description="标题、发文字号、发文单位、章节标题中，从某个词起与输入相同的；最像、最新的在前。"
        "kind 为 title、number、issuer 或 heading，document_id 是出处，发文单位没有出处。",
        responses=about.SUGGESTED,
        openapi_extra=about.SUGGEST,
    )
    def suggest(request: Request) -> Response:
        visitor, desk = reception.enter(request, _SUGGESTION_COST)
        return _answer(request, visitor, desk.suggest(_single(request)))

    @router.post(
        "/verify",
        summary="核对一段话是不是文件里的原话",
        description="逐句核对，最多 2000 字、50 句。verdict 为 exact（原文如此）、"
        "near（有相近的一句）或 absent（文件库里没有）。found 是出处，start、end 是在那一段文字中的"
        "起止；differences 是不同之处在两句话中的起止，kind 为 number、date、negation 或 words。",
        responses=about.VERIFIED,
        openapi_extra=about.VERIFY,
    )
    async def verify(request: Request) -> Response:
        visitor, desk = reception.enter(request, _VERIFICATION_COST)
        text = to_text(await request.body())
        return _answer(request, visitor, await run_in_threadpool(desk.verify, text))

    @router.get(
        "/documents/{document_id}",
        summary="一份文件",
        responses=about.WHOLE,
        openapi_extra=about.MAYBE,
    )
    def document(request: Request, document_id: str) -> Response:
        visitor, desk = reception.enter(request)
        return _answer(request, visitor, desk.document(document_id))

    @router.get(
        "/documents/{document_id}/original",
        summary="原文件",
        description="view=1 时 PDF 直接显示，其余一律下载。"
        "公众只能得到确认没有个人信息的，或工作人员放行的。",
        responses=about.file_of("application/octet-stream"),
        response_class=Response,
        openapi_extra=about.ORIGINAL,
    )
    def original(request: Request, document_id: str) -> Response:
        visitor, desk = reception.enter(request)
        file, format, name = desk.original(document_id)
        shown = format == "pdf" and request.query_params.get("view") == "1"
        headers = kept_headers(visitor.audience)
        if shown:
            headers["Content-Security-Policy"] = FILE_POLICY
        return FileResponse(
            file,
            filename=name,
            media_type=MEDIA_TYPES.get(format, "application/octet-stream"),
            content_disposition_type="inline" if shown else "attachment",
            headers=headers,
        )

    @router.get(
        "/documents/{document_id}/pages/{page:int}",
        summary="扫描件一页的图",
        responses=about.file_of("image/jpeg"),
        openapi_extra=about.MAYBE,
        response_class=Response,
    )
    def picture(request: Request, document_id: str, page: int) -> Response:
        visitor, desk = reception.enter(request)
        response = Response(
            desk.picture(document_id, page),
            media_type="image/jpeg",
            headers={"Content-Disposition": "inline"},
        )
        return cached(request, response, visitor.audience)

    return router


def _single(request: Request) -> dict[str, str]:
    """Query parameters, each at most once. Raises BadRequest naming the repeated one."""
    params: dict[str, str] = {}
    for key, value in request.query_params.multi_items():
        if key in params:
            raise BadRequest(f"参数 {key} 只能给一次")
        params[key] = value
    return params


def _probes(readiness: Readiness, door: Door) -> APIRouter:
    router = APIRouter(tags=["运行"], responses=about.ALWAYS)

    @router.get("/healthz", summary="进程在运行", responses=about.ALIVE)
    def healthz() -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    @router.get("/readyz", summary="自检已通过，可以检索", responses=about.READY)
    def readyz() -> Response:
        if readiness.ready:
            return Response(b'{"status":"ready"}', media_type="application/json")
        return error_json("not_ready", readiness.reason, 503)

    @router.get(
        "/metrics",
        summary="运行指标，Prometheus 格式",
        responses=about.METRICS,
        openapi_extra=about.STAFF,
        response_class=Response,
    )
    def metrics(request: Request) -> Response:
        door.staff(request)
        return Response(metrics_text(), media_type=METRICS_TYPE)

    return router
