"""What the page of results gets: the API's JSON, arranged for a page. Marks travel as pieces of
text, never as markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from service.excerpt import excerpt
from service.links import Links
from service.wording import (
    FILTERS,
    FINDINGS,
    MODES,
    PAGE_SIZE,
    RESPELLINGS,
    SORTS,
    address_zh,
    date_zh,
    pages_zh,
    title_zh,
)

# What was said before a passage helps to read it and must not push it off a phone's screen.
LEAD_CHARS = 80
# A row of a table; 第二条 …：\n（一）…, \n2. ….
_LISTED = re.compile(r" \| |\n[（(]?(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})[)）、.．]")


def _passage(passage: Mapping[str, Any], hit: Mapping[str, Any], links: Links) -> dict[str, Any]:
    """A place in a document; a label that its text begins with is said once, in `where`."""
    text, marks, where = passage["text"], passage["marks"], passage["address"]
    label = len(_label(where, text))
    return {
        "url": links.document(hit["document_id"], passage["passage_id"]),
        "where": [
            part for part in (address_zh(where), pages_zh(passage["page"], hit["source"])) if part
        ],
        "lead": excerpt(passage["lead"], (), LEAD_CHARS),
        "pieces": excerpt(text[label:], [(start - label, end - label) for start, end in marks]),
        # Rows of a table and items are read line by line.
        "rows": _LISTED.search(text) is not None,
    }


def _label(address: str, text: str) -> str:
    """第四条 of the address 附件 > 第四条, where the text begins with it."""
    label = address.rpartition(" > ")[2]
    return label if text.startswith(label) else ""


def _card(hit: Mapping[str, Any], links: Links) -> dict[str, Any]:
    """One document in the list of results."""
    document_id, passages = hit["document_id"], hit["passages"][:3]
    best = passages[0]["passage_id"] if passages else None
    fields = (hit["number"], hit["issuer"], date_zh(hit["date"]), "、".join(hit["types"]))
    return {
        "title": title_zh(hit),
        "superseded": hit["superseded"],
        "url": links.document(document_id, best, jump=False),
        "fields": [value for value in fields if value],
        "copies": [
            {
                "title": " ".join(filter(None, (title_zh(copy), date_zh(copy["date"])))),
                "url": links.document(copy["document_id"]),
            }
            for copy in hit.get("copies", ())
        ],
        "passages": [_passage(passage, hit, links) for passage in passages],
    }


def _answer(result: Mapping[str, Any], links: Links) -> dict[str, Any] | None:
    """The quote above the list: its words, and where they stand."""
    quote = result["answer"]
    if quote is None:
        return None
    hit = next(hit for hit in result["hits"] if hit["document_id"] == quote["document_id"])
    pages = pages_zh(quote["page"], hit["source"])
    said, address = quote["quote"].rstrip("；;，,、"), quote["address"]
    fields = (
        hit["number"],
        date_zh(hit["date"]),
        "" if _label(address, said) == address else address_zh(address),
        pages,
    )
    return {
        "quote": said,
        "title": title_zh(hit),
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


def _chip(label: str, text: str, url: str, typed: str = "") -> dict[str, str]:
    """Something the search goes by, with the search without it."""
    name = f"{label}：{text}" + (f"（{typed}）" if typed else "")
    return {"label": label, "text": text, "typed": typed, "name": name, "url": url}


def _chips(findings: Sequence[Mapping[str, Any]], links: Links) -> list[dict[str, str]]:
    """The filters in force, what was understood of the question, what is taken literally."""
    literal = links.params.get("literal", "")
    words = [word for word in literal.split("|") if word]
    filters = [
        _chip(label, _value_zh(key, links.params[key]), links.search(**{key: None}))
        for key, label in FILTERS.items()
        if key in links.params
    ]
    understood = [
        _chip(
            FINDINGS[item["kind"]],
            item["value"],
            links.search(literal="|".join([*words, item["text"]])),
            "" if item["text"] == item["value"] else item["text"],
        )
        for item in findings
        if item["kind"] in FINDINGS and links.params.get(item["kind"]) != item["value"]
    ]
    taken = [
        _chip("按字面", word, links.search(literal="|".join(w for w in words if w != word) or None))
        for word in words
    ]
    return filters + understood + taken


def _as_typed(findings: Sequence[Mapping[str, Any]], links: Links) -> str | None:
    """The search for what was typed, where something else was searched for."""
    typed = [item["text"] for item in findings if item["kind"] in RESPELLINGS]
    literal = links.params.get("literal", "")
    return links.search(literal="|".join(filter(None, (literal, *typed)))) if typed else None


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
        "cards": [_card(hit, links) for hit in result["hits"]],
        "facets": _facets(result["facets"], links),
        "chips": _chips(result["query"]["understood"], links),
        "filtered": bool(FILTERS.keys() & links.params.keys()),
        "unfiltered": links.search(**dict.fromkeys(FILTERS)),
        "modes": _switch("mode", MODES, links),
        "sorts": _switch("sort", SORTS, links),
        "paging": _paging(result, links),
    }
