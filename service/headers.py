"""Security headers for every response, in one place.

Wrap the application itself (`SecurityHeaders(app)`) rather than `app.add_middleware`:
Starlette sends the answer to an unhandled exception from outside its middleware.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
# Swagger UI sets style attributes, draws its icons from data: and fetches what is tried out.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
DATA_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
# A file that our own page shows beside its text.
FILE_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'self'"

POLICIES: Mapping[str, str] = {"/docs": DOCS_POLICY, "/v1": DATA_POLICY}

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Queries stand in the address: they are not told to other sites.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # No other site may show what a browser that is signed in here gets.
    "Cross-Origin-Resource-Policy": "same-origin",
    # No Cross-Origin-Opener-Policy: over plain http, as in an office network, browsers ignore it
    # with a message in the console.
}


def policy_for(path: str, policies: Mapping[str, str] = POLICIES) -> str:
    """The policy of the longest prefix that `path` is or lies under; else the pages' policy."""
    prefixes = [p for p in policies if path == p or path.startswith(p + "/")]
    return policies[max(prefixes, key=len)] if prefixes else PAGE_POLICY


class SecurityHeaders:
    """Adds the headers that the response does not set itself."""

    def __init__(self, app: ASGIApp, policies: Mapping[str, str] = POLICIES) -> None:
        self._app = app
        self._policies = policies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Read now: routing into a mounted application changes the scope.
        path = scope["path"].removeprefix(scope.get("root_path", "").rstrip("/"))
        policy = policy_for(path, self._policies)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", policy)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
