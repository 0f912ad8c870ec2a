"""Signing in and out: a key is shown once, and the browser keeps it where no script reads it."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.responses import Response

from index.errors import KeyRefused, TooMany
from service.door import Door, require_form
from service.pages import go, sign_in_page

# Pages to go on to: documents/3f2a9c0b7d1e?passage=12, ?q=会费, files; never another site.
_OURS = re.compile(r"(?:documents/[0-9a-f]{12})?(?:\?[^#\\\x00-\x20]{0,2000})?|files")


def router(door: Door) -> APIRouter:
    """`/login` and `/logout`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login")
    def ask(request: Request) -> Response:
        return sign_in_page(request, next_=_ours(request.query_params.get("next", "")))

    @routes.post("/login")
    async def sign_in(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=10)
        text, next_ = str(form.get("key", "")), _ours(str(form.get("next", "")))
        try:
            door.sign_in(request, text)
        except (KeyRefused, TooMany) as error:
            status = 429 if isinstance(error, TooMany) else 401
            return sign_in_page(request, status, str(error), next_)
        response = go(request, next_)
        door.remember(request, response, text)
        return response

    @routes.post("/logout")
    async def sign_out(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=10)
        require_form(request, door.enter(request), form)
        response = go(request, "")
        door.forget(request, response)
        return response

    return routes


def _ours(next_: str) -> str:
    return next_ if _OURS.fullmatch(next_) else ""
