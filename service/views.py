"""What the templates get: the API's JSON, arranged for a page. Marks travel as pieces of text,
never as markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.model import DOUBTFUL
from service.excerpt import Piece, Span, excerpt, pieces_of
from service.links import Links, site_address
from service.wording import (
    FILTERS,
    FINDINGS,
    MODES,
    PAGE_SIZE,
    RESPELLINGS,
    SORTS,
    date_zh,
    pages_zh,
)

HEADING_CHARS = 60
# What was said before a passage helps to read it and must not push it off a phone's screen.
LEAD_CHARS = 80
# A row of a table; 第二条 …：\n（一）…, \n2. ….
_LISTED = re.compile(r" \| |\n[（(]?(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})[)）、.．]")


def _title(item: Mapping[str, Any]) -> str:
    return str(item["title"] or item["source"] or "（无标题）")


def _card(hit: Mapping[str, Any], links: Links) -> dict[str, Any]:
    """One document in the list of results."""
    document_id, passages = hit["document_id"], hit["passages"][:3]
    best = passages[0]["passage_id"] if passages else None
    fields = (hit["number"], hit["issuer"], date_zh(hit["date"]), "、".join(hit["types"]))
    return {
        "title": _title(hit),
        "superseded": hit["superseded"],
        "url": links.document(document_id, best, jump=False),
        "fields": [value for value in fields if value],
        "copies": [
            {
                "title": " ".join(filter(None, (_title(copy), date_zh(copy["date"])))),
                "url": links.document(copy["document_id"]),
            }
            for copy in hit.get("copies", ())
        ],
        "passages": [
            {
                "url": links.document(document_id, passage["passage_id"]),
                "where": [
                    part
                    for part in (passage["address"], pages_zh(passage["page"], hit["source"]))
                    if part
                ],
                "lead": excerpt(passage["lead"], (), LEAD_CHARS),
                "pieces": excerpt(passage["text"], passage["marks"]),
                # Rows of a table and items are read line by line.
                "rows": _LISTED.search(passage["text"]) is not None,
            }
            for passage in passages
        ],
    }


def _answer(result: Mapping[str, Any], links: Links) -> dict[str, Any] | None:
    """The quote above the list: its words, and where they stand."""
    quote = result["answer"]
    if quote is None:
        return None
    hit = next(hit for hit in result["hits"] if hit["document_id"] == quote["document_id"])
    pages = pages_zh(quote["page"], hit["source"])
    fields = (hit["number"], date_zh(hit["date"]), quote["address"], pages)
    return {
        "quote": quote["quote"],
        "title": _title(hit),
        "superseded": hit["superseded"],
        "url": links.document(quote["document_id"], quote["passage_id"]),
        "fields": [value for value in fields if value],
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


def _understood(findings: Sequence[Mapping[str, Any]], links: Links) -> list[dict[str, str]]:
    """What was understood of the question, each with the search that takes it literally."""
    literal = links.params.get("literal", "")
    return [
        {
            "label": FINDINGS[item["kind"]],
            "text": item["value"],
            "typed": "" if item["text"] == item["value"] else item["text"],
            "url": links.search(literal="|".join(filter(None, (literal, item["text"])))),
        }
        for item in findings
        if item["kind"] in FINDINGS
    ]


def _as_typed(findings: Sequence[Mapping[str, Any]], links: Links) -> str | None:
    """The search for what was typed, where something else was searched for."""
    typed = [item["text"] for item in findings if item["kind"] in RESPELLINGS]
    literal = links.params.get("literal", "")
    return links.search(literal="|".join(filter(None, (literal, *typed)))) if typed else None


def _literal(links: Links) -> list[dict[str, str]]:
    """What is taken literally, each with the search that understands it again."""
    words = [word for word in links.params.get("literal", "").split("|") if word]
    return [
        {"text": word, "url": links.search(literal="|".join(w for w in words if w != word) or None)}
        for word in words
    ]


def _paging(result: Mapping[str, Any], links: Links) -> dict[str, Any]:
    limit = int(links.params.get("limit", PAGE_SIZE))
    offset = int(links.params.get("offset", 0))
    total = result["total"]
    more = len(result["hits"]) == limit and offset + limit < total
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


def results_view(result: Mapping[str, Any], links: Links) -> dict[str, Any]:
    return {
        "total": result["total"],
        "exact": result["total_is_exact"],
        "notice": result["notice"],
        "answer": _answer(result, links),
        "as_typed": _as_typed(result["query"]["understood"], links),
        "suggestions": [
            {"text": text, "url": links.search(q=text, literal=None)}
            for text in result["suggestions"]
        ],
        "understood": _understood(result["query"]["understood"], links),
        "literal": _literal(links),
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
    """One paragraph as shown: `page` and `annex` are set where a new one begins. `unsure` is what
    was recognised in a picture and may be wrong."""

    id: str
    tag: str
    level: int | None
    pieces: list[Piece]
    asked: bool
    anchor: bool
    page: int | None
    annex: int | None
    unsure: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """Paragraphs that begin on one page, and its picture beside them, if there is one."""

    page: int
    picture: str | None
    blocks: list[Block]


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
                pieces=pieces_of(text, [part] if part and not whole else [], 0, len(text)),
                asked=part is not None,
                anchor=part is not None and not anchored,
                page=paragraph["page"] if new_page else None,
                annex=paragraph["annex"] if paragraph["annex"] not in (0, annex) else None,
                unsure=(paragraph["confidence"] or 1.0) < DOUBTFUL,
            )
        )
        anchored = anchored or part is not None
        page, annex = paragraph["page"], paragraph["annex"]
    return blocks


def _leaves(blocks: list[Block], document: Mapping[str, Any], links: Links) -> list[Leaf]:
    """The blocks page by page where there are pictures of pages, else all on one leaf."""
    pictures = set(document["pictures"])
    if not pictures:
        return [Leaf(1, None, blocks)]
    pages = {f"{p['id']}": p["page"] for p in document["paragraphs"]}
    found: dict[int, list[Block]] = {page: [] for page in sorted(pictures)}
    for block in blocks:
        found.setdefault(pages[block.id], []).append(block)
    return [
        Leaf(
            page,
            links.picture(document["document_id"], page) if page in pictures else None,
            found[page],
        )
        for page in sorted(found)
    ]


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


def _alike(other: Mapping[str, Any], links: Links) -> dict[str, Any]:
    """A document whose text is nearly the one shown; number and date tell the two apart."""
    percent = round(other["likeness"] * 100)
    # An estimate: even 100 of 100 does not say that no word differs.
    how = "几乎一样" if percent == 100 else f"相近 {percent}%"
    fields = (other["number"], date_zh(other["date"]), how)
    return {
        "title": other["title"] or "（无标题）",
        "url": links.document(other["document_id"]),
        "fields": [value for value in fields if value],
    }


def reading_view(document: Mapping[str, Any], passage: str, links: Links) -> dict[str, Any]:
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
        "superseded": document["superseded"],
        "fields": {name: value for name, value in fields.items() if value},
        "url": site_address(document),
        "alike": [_alike(other, links) for other in document["alike"]],
        "sections": [s for s in document["sections"] if s["level"] and str(s["id"]) in shown],
        "leaves": _leaves(blocks, document, links),
        "pictured": bool(document["pictures"]),
        "unsure": any(block.unsure for block in blocks),
        "recognised": any(p["confidence"] is not None for p in document["paragraphs"]),
        "asked": any(block.anchor for block in blocks),
        "lost": bool(passage) and asked is None,
    }
