"""`/docs`: the API described in the browser, every byte of it served by us.

The packaged Swagger UI is 4.15 and refuses OpenAPI 3.1, which FastAPI writes. So the page
reads its own copy of the description, put back into the words of 3.0; `/openapi.json` stays
as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import swagger_ui_bundle
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from service.assets import WEB, Asset, load_asset, send_asset
from service.links import links_for
from service.pages import render

_SWAGGER = Path(str(swagger_ui_bundle.swagger_ui_path))
_FILES = (
    WEB / "docs.js",
    WEB / "docs.css",
    WEB / "icon.svg",
    _SWAGGER / "swagger-ui.css",
    _SWAGGER / "swagger-ui-bundle.js",
)
_LIMITS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def mount_docs(app: FastAPI) -> None:
    """Adds `/docs` and what it loads; create `app` with `docs_url=None, redoc_url=None`."""
    assets: dict[str, Asset] = {path.name: load_asset(path) for path in _FILES}

    def page(request: Request) -> HTMLResponse:
        links = links_for(request)
        urls = {name: f"{links.base}docs/{a.digest}/{name}" for name, a in assets.items()}
        html = render(
            "docs.html", links=links, urls=urls, description=f"{links.base}docs/openapi.json"
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    def description() -> JSONResponse:
        return JSONResponse(as_openapi_30(app.openapi()), headers={"Cache-Control": "no-cache"})

    def asset(digest: str, name: str) -> Response:
        return send_asset(assets.get(name), digest)

    for path, endpoint in (
        ("/docs", page),
        ("/docs/openapi.json", description),
        ("/docs/{digest}/{name}", asset),
    ):
        app.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)


def as_openapi_30(schema: dict[str, Any]) -> dict[str, Any]:
    """The same description in OpenAPI 3.0: good enough to be shown, not a full translation."""
    return {**_in_words_of_30(schema), "openapi": "3.0.3"}


def _in_words_of_30(node: Any) -> Any:
    if isinstance(node, list):
        return [_in_words_of_30(item) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: _in_words_of_30(value) for key, value in node.items()}
    if "const" in out and "properties" not in out:
        out["enum"] = [out.pop("const")]
    for strict, plain in _LIMITS.items():
        if isinstance(out.get(strict), int | float) and not isinstance(out[strict], bool):
            out[plain], out[strict] = out[strict], True
    if isinstance(out.get("anyOf"), list) and {"type": "null"} in out["anyOf"]:
        choices = [choice for choice in out.pop("anyOf") if choice != {"type": "null"}]
        out["nullable"] = True
        out |= choices[0] if len(choices) == 1 else {"anyOf": choices}
    return out
