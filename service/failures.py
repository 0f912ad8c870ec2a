"""Every failure in words, never a trace: as JSON for programs, as a page for people."""

from __future__ import annotations

import logging

import orjson
from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from index.errors import (
    BadRequest,
    Conflict,
    EncoderUnavailable,
    KeyRefused,
    LibraryError,
    NotFound,
    SearchError,
    StaffOnly,
    TooLarge,
    TooMany,
)
from service.door import COOKIE, Door
from service.pages import error_page, sign_in_page
from service.receiving import TooSlow

log = logging.getLogger(__name__)

_STATUS: dict[type[SearchError], int] = {
    BadRequest: 400,
    KeyRefused: 401,
    StaffOnly: 403,
    NotFound: 404,
    TooSlow: 408,
    Conflict: 409,
    TooLarge: 413,
    TooMany: 429,
    EncoderUnavailable: 503,
    LibraryError: 503,
}
_FOR_PROGRAMS = ("/v1/", "/healthz", "/readyz", "/metrics", "/docs")
_HTTP = {404: "没有这个地址", 405: "这个地址不支持该方法"}
_HTTP_ELSE = "请求有误"


def error_json(code: str, message: str, status: int) -> Response:
    """The one shape every error has."""
    body = orjson.dumps({"error": {"code": code, "message": message}})
    headers = {"Cache-Control": "no-store"}
    return Response(body, status, headers=headers, media_type="application/json")


def handle_errors(app: FastAPI, door: Door) -> None:
    """Answers for everything that is raised; a key that is no good any more leaves the browser."""

    @app.exception_handler(SearchError)
    def known(request: Request, error: SearchError) -> Response:
        status = next((s for kind, s in _STATUS.items() if isinstance(error, kind)), 500)
        if status >= 500:
            log.error("%s: %s", error.code, error)
        # What is wrong inside is for the office, not for visitors.
        inside = "现在暂时不能回答，请过几分钟再试" if _is_program(request) else None
        message = str(error) if status < 500 else inside
        response = _answer(request, error.code, message, status)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, KeyRefused):
            response.headers["WWW-Authenticate"] = "Bearer"
            if COOKIE in request.cookies:
                door.forget(request, response)
        return response

    @app.exception_handler(HTTPException)
    def plain(request: Request, error: HTTPException) -> Response:
        words = _HTTP if _is_program(request) else {}
        message = words.get(error.status_code, _HTTP_ELSE if words else None)
        response = _answer(request, "http_error", message, error.status_code)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    def unknown(request: Request, error: Exception) -> Response:
        log.error("unexpected error at %s", request.url.path, exc_info=error)
        return _answer(request, "internal_error", "服务内部出错，请稍后再试", 500)


def _is_program(request: Request) -> bool:
    return request.url.path.removeprefix(request.scope.get("root_path", "")).startswith(
        _FOR_PROGRAMS
    )


def _answer(request: Request, code: str, message: str | None, status: int) -> Response:
    if _is_program(request):
        return error_json(code, message or "", status)
    if status in (401, 403):
        return sign_in_page(request, status, message)
    return error_page(request, status, message)
