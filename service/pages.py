"""The search page and the document page, rendered here: they work without JavaScript.

All addresses are relative, so the pages work under any path a proxy gives them. Templates
escape everything; marks travel as pieces of text, never as markup.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from index.errors import BadRequest, NotFound, SearchError
from service.answers import Answers

_log = logging.getLogger(__name__)

WEB = Path(__file__).parent / "web"
# Filters a person can take away again, in the order shown, with their names on the page.
FILTERS = {
    "type": "文种",
    "issuer": "发文单位",
    "year": "年份",
    "number": "发文字号",
    "date_from": "不早于",
    "date_to": "不晚于",
}
PARAMETERS = ("q", "mode", *FILTERS, "sort", "limit", "offset")
MODES = {"hybrid": "综合", "keyword": "关键词", "semantic": "语义"}
SORTS = {"relevance": "相关度", "date": "日期"}
PAGE_SIZE = 10
EXCERPT_CHARS = 170
HEADING_CHARS = 60
# Kinds of file whose page numbers mean something to a reader even when there is only one.
_PAGED = (".pdf", ".ofd", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".pptx")

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


# --- Addresses and files ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asset:
    """A file served beside the pages; the digest in its address lets browsers keep it."""

    body: bytes
    media_type: str
    digest: str


def load_asset(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, _MEDIA_TYPES[path.suffix], sha256(body).hexdigest()[:16])


def send_asset(asset: Asset | None, digest: str) -> Response:
    """The file, to be kept for a year; under an outdated digest, the current one unkept."""
    if asset is None:
        return Response(status_code=404)
    caching = "public, max-age=31536000, immutable" if digest == asset.digest else "no-cache"
    return Response(asset.body, media_type=asset.media_type, headers={"Cache-Control": caching})


_ASSETS = {name: load_asset(WEB / name) for name in ("style.css", "icon.svg")}


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses relative to the page being shown; `base` leads to the root of the service."""

    base: str
    params: Mapping[str, str] = field(default_factory=dict)

    def home(self) -> str:
        return self.base

    def search(self, **changes: str | int | None) -> str:
        """The same search with changes (None removes); back on the first page unless told."""
        merged = {**self.params, "offset": None, **changes}
        kept = {key: value for key in PARAMETERS if (value := merged.get(key))}
        return self.base + ("?" + urlencode(kept) if kept else "")

    def document(self, document_id: object, passage_id: object = None, jump: bool = True) -> str:
        """A document; with a passage it is marked there, and scrolled to if `jump`."""
        address = f"{self.base}documents/{quote(str(document_id), safe='')}"
        if passage_id is not None:
            address += "?" + urlencode({"passage": str(passage_id)})
            address += "#passage" if jump else ""
        return address

    def asset(self, name: str) -> str:
        return f"{self.base}static/{_ASSETS[name].digest}/{name}"


def links_for(request: Request, keep: Iterable[str] = ()) -> Links:
    """Links from the page asked for, with the parameters named in `keep` that are not empty."""
    scope = request.scope
    # The raw path: an encoded slash does not start a folder for the browser either.
    path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("ascii", "replace")
    depth = path.count("/") - str(scope.get("root_path", "")).rstrip("/").count("/") - 1
    values = {key: request.query_params.get(key, "").strip() for key in keep}
    return Links("../" * depth or "./", {key: value for key, value in values.items() if value})


# --- Text as it is shown ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool = False


# Matches the end in 通过。” and 好！, not the comma in 章程，办法.
_SENTENCE_END = re.compile(r"[。！？；!?;\n][”’」』）)】]*")
# Matches 一是， and 议题：, not the full stop.
_CLAUSE_END = re.compile(r"[，、：,:]")

Span = tuple[int, int]


def excerpt(text: str, marks: Iterable[Sequence[int]], room: int = EXCERPT_CHARS) -> list[Piece]:
    """At most `room` code points of `text` around the first mark, with … where it was cut.

    `marks` are code-point offsets in any order; overlapping or outside ones are put right.
    """
    spans = _tidy(marks, len(text))
    start, end = _window(text, spans[0] if spans else (0, 0), room)
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    pieces = _pieces(text, spans, start, end)
    before = [Piece("…")] if text[:start].strip() else []
    after = [Piece("…")] if text[end:].strip() else []
    return [*before, *pieces, *after]


def _tidy(marks: Iterable[Sequence[int]], length: int) -> list[Span]:
    """Sorted, inside the text, not empty, touching ones joined."""
    spans: list[Span] = []
    for start, end in sorted((max(0, m[0]), min(length, m[1])) for m in marks):
        if start >= end:
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _window(text: str, focus: Span, room: int) -> Span:
    """Which part to show: whole sentences from the one `focus` begins in, as many as fit.

    A sentence that is too long is cut at a comma, and failing that anywhere.
    """
    if len(text) <= room:
        return 0, len(text)
    first, last = focus[0], min(focus[1], focus[0] + room)
    sentences = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    clauses = [m.end() for m in _CLAUSE_END.finditer(text)]
    start = max(cut for cut in sentences if cut <= first)
    if last - start > room:
        earliest = min(first, last - room // 2)
        start = min((cut for cut in clauses if earliest <= cut <= first), default=earliest)
    end = max((cut for cut in sentences if max(start, last - 1) < cut <= start + room), default=0)
    if not end:
        end = max((cut for cut in clauses if last < cut <= start + room), default=start + room)
        return start, min(end, len(text))
    # Room left after the last whole sentence goes to the sentences before.
    return min((cut for cut in sentences if end - room <= cut <= start), default=start), end


def _pieces(text: str, spans: Iterable[Span], start: int, end: int) -> list[Piece]:
    """`text[start:end]` cut at the edges of `spans`."""
    clipped = _tidy([(max(a, start), min(b, end)) for a, b in spans], end)
    edges = [start, *(edge for span in clipped for edge in span), end]
    return [
        Piece(text[a:b], marked=i % 2 == 1) for i, (a, b) in enumerate(pairwise(edges)) if a < b
    ]


def date_zh(date: str | None) -> str:
    """`2024-06-25` as 2024年6月25日, as precise as given; anything else as it stands."""
    if not date:
        return ""
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", date):
        return date
    parts = zip(date.split("-"), "年月日", strict=False)
    return "".join(f"{int(number)}{unit}" for number, unit in parts)


def pages_zh(page: int | Sequence[int], source: str | None) -> str:
    """第3页 or 第3至4页; nothing for a kind of file that has no pages of its own."""
    first, last = (page, page) if isinstance(page, int) else (page[0], page[-1])
    if last <= 1 and not (source or "").lower().endswith(_PAGED):
        return ""
    return f"第{first}页" if first == last else f"第{first}至{last}页"


def _site_address(document: Mapping[str, Any]) -> str | None:
    """The page this was taken from; not our own page of it, and never `javascript:`."""
    try:
        url = urlsplit(document["url"] or "")
    except ValueError:  # such as an unclosed [ in the host
        return None
    ours = url.path.endswith(f"/documents/{document['document_id']}")
    return document["url"] if url.scheme in ("http", "https") and not ours else None


# --- What the templates get -------------------------------------------------------------


def _title(item: Mapping[str, Any]) -> str:
    return str(item["title"] or item["source"] or "（无标题）")


def _card(hit: Mapping[str, Any], links: Links) -> dict[str, Any]:
    """One document in the list of results."""
    document_id, passages = hit["document_id"], hit["passages"][:3]
    best = passages[0]["passage_id"] if passages else None
    fields = (hit["number"], hit["issuer"], date_zh(hit["date"]), "、".join(hit["types"]))
    return {
        "title": _title(hit),
        "url": links.document(document_id, best, jump=False),
        "fields": [value for value in fields if value],
        "passages": [
            {
                "url": links.document(document_id, passage["passage_id"]),
                "where": [
                    part
                    for part in (passage["address"], pages_zh(passage["page"], hit["source"]))
                    if part
                ],
                "pieces": excerpt(passage["text"], passage["marks"]),
            }
            for passage in passages
        ],
    }


def _facets(found: Mapping[str, Any], links: Links) -> list[dict[str, Any]]:
    """Filters to choose from, newest year first; the one in force links to its removal."""
    groups = []
    for key in ("type", "issuer", "year"):
        counts = {str(option["value"]): option["count"] for option in found[key]}
        if key == "year":
            counts = dict(sorted(counts.items(), reverse=True))
        options = [
            {
                "text": _value_zh(key, value),
                "count": count,
                "active": links.params.get(key) == value,
                "url": links.search(**{key: None if links.params.get(key) == value else value}),
            }
            for value, count in counts.items()
        ]
        if options:
            groups.append({"label": FILTERS[key], "options": options})
    return groups


def _value_zh(key: str, value: str) -> str:
    if key == "year":
        return f"{value}年"
    return date_zh(value) if key.startswith("date_") else value


def _chips(links: Links) -> list[dict[str, str]]:
    """The filters in force, each with the search without it."""
    return [
        {
            "label": label,
            "text": _value_zh(key, links.params[key]),
            "url": links.search(**{key: None}),
        }
        for key, label in FILTERS.items()
        if key in links.params
    ]


def _paging(result: Mapping[str, Any], links: Links) -> dict[str, Any]:
    limit = int(links.params.get("limit", PAGE_SIZE))
    offset = int(links.params.get("offset", 0))
    total = result["total"]
    more = bool(result["hits"]) and offset + limit < total
    return {
        "page": offset // limit + 1 if limit else 1,
        "offset": offset,
        "first": links.search(),
        "previous": links.search(offset=max(0, offset - limit)) if offset else None,
        "next": links.search(offset=offset + limit) if more else None,
    }


def _switch(key: str, choices: Mapping[str, str], links: Links) -> list[dict[str, Any]]:
    """Links that change one parameter; the first choice is the default and stays unsaid."""
    default = next(iter(choices))
    now = links.params.get(key, default)
    return [
        {
            "text": text,
            "active": value == now,
            "url": links.search(**{key: None if value == default else value}),
        }
        for value, text in choices.items()
    ]


def _results(result: Mapping[str, Any], links: Links) -> dict[str, Any]:
    return {
        "total": result["total"],
        "exact": result["total_is_exact"],
        "notice": result["notice"],
        "understood": [item["text"] for item in result["query"]["understood"]],
        "cards": [_card(hit, links) for hit in result["hits"]],
        "facets": _facets(result["facets"], links),
        "chips": _chips(links),
        "unfiltered": links.search(**dict.fromkeys(FILTERS)),
        "modes": _switch("mode", MODES, links),
        "sorts": _switch("sort", SORTS, links),
        "paging": _paging(result, links),
    }


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph as shown: `page` and `annex` are set where a new one begins."""

    id: str
    tag: str
    level: int | None
    pieces: list[Piece]
    asked: bool
    anchor: bool
    page: int | None
    annex: int | None


def _blocks(document: Mapping[str, Any], asked: Span | None) -> list[Block]:
    """The paragraphs to read, without the title lines: the page has said them already."""
    blocks: list[Block] = []
    page, annex, offset, anchored = 1, 0, 0, False
    paged = max((p["page"] for p in document["paragraphs"]), default=1) > 1
    for paragraph in document["paragraphs"]:
        text, level = paragraph["text"], paragraph["level"]
        span = (offset, offset + len(text))
        offset = span[1] + 1
        new_page = paged and (paragraph["page"] != page or not blocks)
        if _repeats_title(paragraph, document["title"]):
            continue
        part = _overlap(span, asked)
        whole = part == (0, len(text))
        blocks.append(
            Block(
                id=str(paragraph["id"]),
                tag=f"h{min(level + 1, 4)}" if level and len(text) <= HEADING_CHARS else "p",
                level=level,
                pieces=_pieces(text, [part] if part and not whole else [], 0, len(text)),
                asked=part is not None,
                anchor=part is not None and not anchored,
                page=paragraph["page"] if new_page else None,
                annex=paragraph["annex"] if paragraph["annex"] not in (0, annex) else None,
            )
        )
        anchored = anchored or part is not None
        page, annex = paragraph["page"], paragraph["annex"]
    return blocks


def _repeats_title(paragraph: Mapping[str, Any], title: str | None) -> bool:
    """Whether this is a title line, perhaps one of several, whose words are all in `title`."""
    if paragraph["level"] != 0 or paragraph["annex"] or not title:
        return False
    return "".join(paragraph["text"].split()) in "".join(title.split())


def _overlap(span: Span, asked: Span | None) -> Span | None:
    """What of the paragraph at `span` was asked for, as offsets into the paragraph."""
    if asked is None:
        return None
    start, end = max(span[0], asked[0]) - span[0], min(span[1], asked[1]) - span[0]
    return (start, end) if start < end else None


def _reading(document: Mapping[str, Any], passage: str, links: Links) -> dict[str, Any]:
    """What the document template gets; `passage` is the id asked for or empty."""
    spans = {str(p["passage_id"]): (p["start"], p["end"]) for p in document["passages"]}
    asked = spans.get(passage)
    blocks = _blocks(document, asked)
    shown = {block.id for block in blocks}
    fields = {
        "发文字号": document["number"],
        "发文单位": document["issuer"] or document["letterhead"],
        "成文日期": date_zh(document["date"]),
        "文种": "、".join(document["types"]),
        "来源文件": document["source"],
    }
    return {
        "links": links,
        "title": _title(document),
        "fields": {name: value for name, value in fields.items() if value},
        "url": _site_address(document),
        "sections": [s for s in document["sections"] if s["level"] and str(s["id"]) in shown],
        "blocks": blocks,
        "asked": any(block.anchor for block in blocks),
        "lost": bool(passage) and asked is None,
    }


# --- Pages ------------------------------------------------------------------------------

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
    view = _results(answers.search(links.params), links)
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
            return render("document.html", **_reading(found, passage, links_for(request)))

        return _respond(request, page)

    @routes.api_route("/static/{digest}/{name}", methods=["GET", "HEAD"])
    def static(digest: str, name: str) -> Response:
        return send_asset(_ASSETS.get(name), digest)

    return routes
