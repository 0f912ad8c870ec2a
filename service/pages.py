"""The search page and the document page, rendered here: they work without JavaScript.

Templates escape everything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from index.errors import BadRequest, NotFound, SearchError
from service.answers import Answers
from service.assets import ASSETS, WEB, send_asset
from service.links import Links, links_for
from service.views import reading_view, results_view
from service.wording import FILTERS, PARAMETERS

_log = logging.getLogger(__name__)

_TEMPLATES = Environment(
    loader=FileSystemLoader(WEB),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["thousands"] = "{:,}".format


def render(template: str, **context: Any) -> str:
    return _TEMPLATES.get_template(template).render(**context)


# Status: heading, and what to say where the error itself has nothing for the visitor.
_ERRORS = {
    400: ("查询条件有误", "请检查填写的内容，再查一次。"),
    404: ("没有找到这一页", "文件可能已经移走，也可能网址不完整。"),
    500: ("系统出错了", "请过一会儿再试。如果还是不行，请告诉管理员。"),
    503: ("现在暂时不能检索", "文件库正在维护，请过几分钟再试。"),
}


def error_page(request: Request, status: int, message: str | None = None) -> HTMLResponse:
    """The one page for everything that goes wrong, for the application's own handlers too."""
    heading, usual = _ERRORS.get(status, ("这一页打不开", "请回到首页，重新查找。"))
    html = render(
        "error.html",
        links=links_for(request, ("q",)),
        status=status,
        heading=heading,
        message=message or usual,
    )
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})


def _respond(request: Request, page: Callable[[], str]) -> HTMLResponse:
    """The page or an error page. What went wrong inside is logged, without the query."""
    try:
        return HTMLResponse(page(), headers={"Cache-Control": "private, no-cache"})
    except BadRequest as error:
        return error_page(request, 400, str(error))
    except NotFound as error:
        return error_page(request, 404, str(error))
    except SearchError:
        _log.exception("cannot answer %s", request.url.path)
        return error_page(request, 503)
    except Exception:
        _log.exception("page failed: %s", request.url.path)
        return error_page(request, 500)


def _search_page(answers: Answers, links: Links) -> str:
    if not ({"q", *FILTERS} & links.params.keys()):
        # Mode and sort may stand alone in the address, and then mean nothing.
        return render("landing.html", links=Links(links.base), **answers.landing())
    view = results_view(answers.search(links.params), links)
    return render("results.html", links=links, **view)


def router(answers: Answers) -> APIRouter:
    """`/`, `/documents/{id}` and `/static/...`."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/", methods=["GET", "HEAD"])
    def search(request: Request) -> HTMLResponse:
        return _respond(request, lambda: _search_page(answers, links_for(request, PARAMETERS)))

    @routes.api_route("/documents/{document_id}", methods=["GET", "HEAD"])
    def document(request: Request, document_id: str) -> HTMLResponse:
        passage = request.query_params.get("passage", "")

        def page() -> str:
            found = answers.document(document_id)
            return render("document.html", **reading_view(found, passage, links_for(request)))

        return _respond(request, page)

    @routes.api_route("/static/{digest}/{name}", methods=["GET", "HEAD"])
    def static(digest: str, name: str) -> Response:
        return send_asset(ASSETS.get(name), digest)

    return routes
