"""The search box on other sites: its script, how to take it over, and whose pages may ask.

`docs/embed.md` tells the same to those who look after such a site.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from hashlib import sha256, sha384

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.assets import ASSETS
from service.links import links_for
from service.pages import render
from service.settings import Settings

_SCRIPT = ASSETS["widget.js"]
# What the page's own `integrity` attribute must say for this script and no other.
INTEGRITY = "sha384-" + base64.b64encode(sha384(_SCRIPT.body).digest()).decode()
_SCRIPT_HEADERS = {
    "ETag": f'"{sha256(_SCRIPT.body).hexdigest()[:32]}"',
    "Cache-Control": "public, max-age=3600",
    # Any site may load the script, as a module that needs leave; asking is another matter.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_ASKED = frozenset({"/v1/search", "/v1/suggest"})


def embed_router(settings: Settings) -> APIRouter:
    """`/widget.js`, and `/embed` with the lines to paste."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/widget.js", methods=["GET", "HEAD"])
    def script(request: Request) -> Response:
        if _SCRIPT_HEADERS["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=_SCRIPT_HEADERS)
        return Response(_SCRIPT.body, media_type=_SCRIPT.media_type, headers=_SCRIPT_HEADERS)

    @router.api_route("/embed", methods=["GET", "HEAD"])
    def page(request: Request) -> HTMLResponse:
        address = (settings.base_url or str(request.base_url)).rstrip("/") + "/"
        html = render(
            "embed.html",
            links=links_for(request),
            who=None,
            address=address,
            integrity=INTEGRITY,
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    return router


class AllowedOrigins:
    """Lets pages of the listed origins read answers of search and suggestions; a stranger's page
    learns nothing, and nobody's cookies are ever taken along."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", "").rstrip("/"))
        if scope["type"] != "http" or path not in _ASKED:
            await self._app(scope, receive, send)
            return
        origin = Headers(scope=scope).get("origin", "")

        async def send_with_leave(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if origin in self._origins:
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = "Retry-After"
            await send(message)

        await self._app(scope, receive, send_with_leave)
