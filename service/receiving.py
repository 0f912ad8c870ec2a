"""What a request's body may cost: bytes and time, for every route, before anything reads it.

Wrapped around the whole application. Who sends more is told so; who sends too slowly is told so,
too, and loses the connection. Slow headers are the server's business (see server.py).
"""

from __future__ import annotations

import asyncio
import time

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.citation import MAX_TEXT_CHARS
from index.errors import SearchError, TooLarge
from ingest.limits import MAX_FILE_BYTES

# A text to verify, each character written as \\u0000, some of them as two; any other form is less.
MOST_BYTES = 12 * MAX_TEXT_CHARS + 1_000
# One file, with the lines that a form puts around it.
MOST_UPLOAD_BYTES = MAX_FILE_BYTES + 64 * 1024
_UPLOADS = ("/v1/documents", "/files")
# The longest silence within a body, and the least speed of the whole after a first while.
_SILENCE_S, _GRACE_S, _LEAST_BYTES_PER_S = 15.0, 20.0, 16 * 1024


class TooSlow(SearchError):
    code = "too_slow"


class Receiving:
    """Limits the bodies of an application's requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", "").rstrip("/"))
        most = MOST_UPLOAD_BYTES if path in _UPLOADS else MOST_BYTES
        body, began = _Body(receive, most), False
        awaited = _is_awaited(scope)

        async def send_noting(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                if awaited and not body.done:  # refused before it came: it need not come
                    MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        try:
            _check_declared(scope, most)
            await self._app(scope, body, send_noting)
        except (TooLarge, TooSlow) as error:
            if began:  # too late for words
                raise
            await _refuse(send, error)


def _is_awaited(scope: Scope) -> bool:
    """Whether a body is said to follow."""
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _check_declared(scope: Scope, most: int) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value[:20]) > most):
            raise _too_large(most)


def _too_large(most: int) -> TooLarge:
    size = f"{most // 1024 // 1024} MB" if most > 1 << 20 else f"{most // 1024} KB"
    return TooLarge(f"提交的内容太大，最多 {size}")


class _Body:
    """Passes messages on, counting bytes and watching the clock."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._bytes = 0
        self._began = time.monotonic()
        self.done = False

    async def __call__(self) -> Message:
        if self.done:  # only a disconnection is left to come, whenever that may be
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), _SILENCE_S)
        except TimeoutError:
            raise TooSlow("提交得太慢，请检查网络后再试") from None
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self.done = not message.get("more_body", False)
            if self._bytes > self._most:
                raise _too_large(self._most)
            spent = time.monotonic() - self._began
            if not self.done and self._bytes < (spent - _GRACE_S) * _LEAST_BYTES_PER_S:
                raise TooSlow("提交得太慢，请检查网络后再试")
        return message


async def _refuse(send: Send, error: SearchError) -> None:
    body = orjson.dumps({"error": {"code": error.code, "message": str(error)}})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),  # what else it meant to send is not read
    ]
    status = 413 if isinstance(error, TooLarge) else 408
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
