"""The search page and the document page, rendered here: they work without JavaScript.

Templates escape everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.answers import Answers
from service.assets import ASSETS, WEB, send_asset
from service.caching import cached
from service.door import Visitor
from service.links import Links, links_for
from service.reading import reading_view
from service.views import results_view
from service.wording import FILTERS, PARAMETERS

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
    408: ("没有收完", "提交得太慢，请检查网络后再试。"),
    413: ("文件太大了", "请拆分后再收入。"),
    429: ("请稍等再查", "查得太频繁了，请过一会儿再试。"),
    500: ("系统出错了", "请过一会儿再试。如果还是不行，请告诉管理员。"),
    503: ("现在暂时不能检索", "文件库正在维护，请过几分钟再试。"),
}
# Never kept: what it says is over as soon as it is said.
_UNKEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks for a page, and the answers for such as they are."""

    visitor: Visitor
    answers: Answers


def error_page(request: Request, status: int, message: str | None = None) -> HTMLResponse:
    """The one page for everything that goes wrong."""
    heading, usual = _ERRORS.get(status, ("这一页打不开", "请回到首页，重新查找。"))
    html = render(
        "error.html",
        links=links_for(request, ("q",)),
        who=None,
        status=status,
        heading=heading,
        message=message or usual,
    )
    return HTMLResponse(html, status, headers=_UNKEPT)


def sign_in_page(
    request: Request, status: int = 200, message: str | None = None, next_: str = ""
) -> HTMLResponse:
    """Where a key is entered; `next_` is the page to go on to."""
    context = {"links": links_for(request), "who": None, "message": message, "next": next_}
    return HTMLResponse(render("login.html", **context), status, headers=_UNKEPT)


def go(request: Request, where: str) -> Response:
    """On to another of our pages; 303, so that going back sends nothing again."""
    return RedirectResponse(links_for(request).base + where, 303, headers=_UNKEPT)


def page_for(request: Request, guest: Guest, template: str, **context: Any) -> Response:
    """A page as this guest sees it."""
    html = render(template, who=guest.visitor.json(), contact=guest.answers.contact, **context)
    return cached(request, HTMLResponse(html), guest.visitor.audience)


def _search_page(request: Request, guest: Guest) -> Response:
    links = links_for(request, PARAMETERS)
    if not ({"q", *FILTERS} & links.params.keys()):
        # Mode and sort may stand alone in the address, and then mean nothing.
        links, landing = Links(links.base), guest.answers.landing()
        return page_for(request, guest, "landing.html", links=links, **landing)
    view = results_view(guest.answers.search(links.params), links)
    return page_for(request, guest, "results.html", links=links, **view)


def router(enter: Callable[[Request], Guest]) -> APIRouter:
    """`/`, `/documents/{id}` and `/static/...`; `enter` says who asks."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/", methods=["GET", "HEAD"])
    def search(request: Request) -> Response:
        return _search_page(request, enter(request))

    @routes.api_route("/documents/{document_id}", methods=["GET", "HEAD"])
    def document(request: Request, document_id: str) -> Response:
        guest = enter(request)
        passage = request.query_params.get("passage", "")
        beside = request.query_params.get("original") == "1"
        found = guest.answers.document(document_id)
        view = reading_view(found, passage, links_for(request), beside=beside)
        manage = found["access"] and {
            **found["access"],
            "id": document_id,
            "csrf": guest.visitor.form,
        }
        return page_for(request, guest, "document.html", manage=manage, **view)

    @routes.api_route("/static/{digest}/{name}", methods=["GET", "HEAD"])
    def static(digest: str, name: str) -> Response:
        return send_asset(ASSETS.get(name), digest)

    return routes
