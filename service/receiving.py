"""What a request's body may cost: bytes and time, for every route, before anything reads it.

Wrapped around the whole application. Slow headers are the server's business (see `connection`).
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import NoReturn

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
_LINGER_S = 5.0


class TooSlow(SearchError):
    code = "too_slow"


class Receiving:
    """Limits the bodies of an application's requests: whoever reads too large or too slow a one
    gets TooLarge or TooSlow, as if the application had found out by itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", "").rstrip("/"))
        most = MOST_UPLOAD_BYTES if path in _UPLOADS else MOST_BYTES
        body = _Body(receive, most, _declared(scope))
        awaited = _is_awaited(scope)

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start" and awaited and not body.done:
                # Refused before it came: it need not come.
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, body, send_noting)


def _is_awaited(scope: Scope) -> bool:
    """Whether a body is said to follow."""
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _declared(scope: Scope) -> int:
    """The bytes that are said to follow; a length that is no number is too much."""
    given = dict(scope["headers"]).get(b"content-length", b"0")
    return int(given) if given.isdigit() and len(given) < 20 else 10**20


def _too_large(most: int) -> TooLarge:
    size = f"{most // 1024 // 1024} MB" if most > 1 << 20 else f"{most // 1024} KB"
    return TooLarge(f"提交的内容太大，最多 {size}")


class _Body:
    """Passes messages on, counting bytes and watching the clock."""

    def __init__(self, receive: Receive, most: int, declared: int) -> None:
        self._receive = receive
        self._most = most
        self._bytes = 0
        self._declared = declared
        self._began = time.monotonic()
        self.done = False

    async def __call__(self) -> Message:
        if self.done:  # only a disconnection is left to come, whenever that may be
            return await self._receive()
        if self._declared > self._most:
            await self._refuse()
        try:
            message = await asyncio.wait_for(self._receive(), _SILENCE_S)
        except TimeoutError:
            raise TooSlow("提交得太慢，请检查网络后再试") from None
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self.done = not message.get("more_body", False)
            if self._bytes > self._most:
                await self._refuse()
            spent = time.monotonic() - self._began
            if not self.done and self._bytes < (spent - _GRACE_S) * _LEAST_BYTES_PER_S:
                raise TooSlow("提交得太慢，请检查网络后再试")
        return message

    async def _refuse(self) -> NoReturn:
        """Read on a little and keep nothing, then raise: a browser hears the answer only when it
        has sent all, and a connection that is closed on it looks like a broken one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_S):
                while not self.done:
                    message = await self._receive()
                    self.done = not message.get("more_body", False)
        raise _too_large(self._most)
