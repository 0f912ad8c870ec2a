"""The API's words: parameters in, JSON out. Shapes are those of the documentation at /docs."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from index.citation import Citation
from index.errors import BadRequest
from index.model import Audience, Filter, Hit, Query
from index.notation import number_key, parse_date
from index.projection import lines_for, text_for
from index.quote import Quote
from index.records import StoredDocument, StoredPassage
from index.searcher import MAX_QUERY_CHARS, Answer
from index.shown import FoundDocument
from index.suggester import SUGGESTIONS
from index.suggestions import Suggestion
from service.places import Places
from service.reasons import reasons
from service.wording import DIFFERENCES

_log = logging.getLogger(__name__)

FILTERS = ("type", "issuer", "year", "date_from", "date_to", "number")
PARAMETERS = (
    "q",
    "mode",
    "limit",
    "offset",
    "sort",
    "explain",
    "as_of",
    "literal",
    "aliases",
    *FILTERS,
)
SUGGEST_PARAMETERS = ("q", "limit")

_MOST_LITERAL = 20

# 2024, 2024-06 or 2024-06-25; not 24-6-25.
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def to_query(params: Mapping[str, str], audience: Audience, today: str | None = None) -> Query:
    """A Query from the parameters of a request, asked on the ISO day `today` unless they say
    another. Raises BadRequest saying what is allowed."""
    given = _given(params, PARAMETERS)
    return Query(
        text=given.get("q", ""),
        audience=audience,
        mode=given.get("mode", "hybrid"),
        filter=to_filter({key: given[key] for key in FILTERS if key in given}),
        limit=_integer(given, "limit", 10),
        offset=_integer(given, "offset", 0),
        sort=given.get("sort", "relevance"),
        as_of=given.get("as_of") or today,
        aliases=_switch(given, "aliases"),
        literal=_literal(given.get("literal", "")),
    )


def _literal(text: str) -> tuple[str, ...]:
    words = tuple(filter(None, map(str.strip, text.split("|"))))
    if len(words) > _MOST_LITERAL or len(text) > MAX_QUERY_CHARS:
        raise BadRequest(f"literal 最多 {_MOST_LITERAL} 个字词、{MAX_QUERY_CHARS} 个字")
    return words


def to_suggest(params: Mapping[str, str]) -> tuple[str, int]:
    """(text begun, limit) from the parameters of a request. Raises BadRequest."""
    given = _given(params, SUGGEST_PARAMETERS)
    return given.get("q", ""), _integer(given, "limit", SUGGESTIONS)


def _given(params: Mapping[str, str], allowed: Sequence[str]) -> dict[str, str]:
    """Parameters that say something, stripped and without halves of characters. Raises BadRequest
    for one that is not allowed."""
    unknown = sorted(set(params) - set(allowed))
    if unknown:
        raise BadRequest(f"没有参数 {unknown[0]}；可用的有 {'、'.join(allowed)}")
    whole = ((key, value.encode("utf-8", "ignore").decode()) for key, value in params.items())
    return {key: value.strip() for key, value in whole if value.strip()}


def to_filter(given: Mapping[str, str]) -> Filter:
    """A Filter from `key=value` pairs. Raises BadRequest for an unknown key or a bad value."""
    unknown = sorted(set(given) - set(FILTERS))
    if unknown:
        raise BadRequest(f"没有筛选条件 {unknown[0]}；可用的有 {'、'.join(FILTERS)}")
    year = _integer(given, "year", 0) if "year" in given else None
    if year is not None and not 1000 <= year <= 9999:
        raise BadRequest("year 应是四位年份，如 2024")
    if "number" in given and number_key(given["number"]) is None:
        raise BadRequest("number 应是发文字号，如 江岚高后协〔2024〕12号")
    return Filter(
        type=given.get("type"),
        issuer=given.get("issuer"),
        year=year,
        date_from=_date(given, "date_from"),
        date_to=_date(given, "date_to"),
        number=given.get("number"),
    )


def _integer(given: Mapping[str, str], key: str, default: int) -> int:
    text = given.get(key, str(default))
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise BadRequest(f"{key} 应是整数，不能是 {text[:20]}")
    return int(text)


def _switch(given: Mapping[str, str], key: str) -> bool:
    """On unless switched off."""
    if (text := given.get(key, "1")) not in ("0", "1"):
        raise BadRequest(f"{key} 只能是 0 或 1")
    return text == "1"


def _date(given: Mapping[str, str], key: str) -> str | None:
    text = given.get(key)
    if text is None:
        return None
    if not _DATE.fullmatch(text) or parse_date(text) != text:
        raise BadRequest(f"{key} 应是日期，如 2024-06-25、2024-06 或 2024")
    return text


def answer_json(answer: Answer, *, explain: bool, base_url: str) -> dict[str, Any]:
    """The JSON of GET /v1/search; `why` and `certainty` only when asked to explain."""
    query = answer.query
    first = query.offset + 1
    understood = [
        {"kind": found.kind, "text": found.text, "value": found.value} for found in answer.findings
    ]
    return {
        "query": {"text": query.text, "mode": query.mode, "understood": understood},
        "total": answer.total,
        "total_is_exact": answer.total_is_exact,
        "took_ms": round(answer.took_ms, 2),
        "generation": answer.generation,
        "notice": answer.notice,
        "suggestions": list(answer.suggestions),
        "answer": quote_json(answer.quote, answer.documents),
        **({"certainty": answer.signs and round(answer.signs.certainty, 3)} if explain else {}),
        "hits": [
            {
                "rank": rank,
                **document_json(found.document, base_url),
                "score": round(found.score, 6),
                "superseded": found.superseded,
                "copies": [document_json(copy, base_url) for copy in found.copies],
                **({"why": document_why(found)} if explain else {}),
                "passages": [hit_json(hit, explain) for hit in found.hits],
            }
            for rank, found in enumerate(answer.documents, start=first)
        ],
        "facets": answer.facets,
    }


def quote_json(quote: Quote | None, documents: Sequence[FoundDocument]) -> dict[str, Any] | None:
    """A quote with its place; None, and a line in the log, where it is not what stands there."""
    if quote is None:
        return None
    shown = {
        hit.passage_id: hit.text
        for found in documents
        if found.document.document_id == quote.document_id
        for hit in found.hits
    }
    text = shown.get(quote.passage_id, "")[quote.start : quote.end]
    if not text or text != quote.text:
        _log.error("a quote of passage %s is not what stands there", quote.passage_id)
        return None
    return {
        "quote": quote.text,
        "document_id": quote.document_id,
        "passage_id": quote.passage_id,
        "start": quote.start,
        "end": quote.end,
        "page": list(quote.pages),
        "address": quote.address,
    }


def to_text(body: bytes) -> str:
    """The text of a request for POST /v1/verify. Raises BadRequest saying what is expected."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest('请用 JSON 提交，如 {"text": "要核对的句子"}') from error
    if not isinstance(given, dict) or not isinstance(given.get("text"), str) or len(given) > 1:
        raise BadRequest('应是只有 text 一项的 JSON 对象，如 {"text": "要核对的句子"}')
    return str(given["text"])


def citations_json(text: str, citations: Sequence[Citation], base_url: str) -> dict[str, Any]:
    """The JSON of POST /v1/verify."""
    return {"sentences": [_citation_json(text, each, base_url) for each in citations]}


def _citation_json(text: str, citation: Citation, base_url: str) -> dict[str, Any]:
    place = citation.place
    return {
        "text": text[citation.start : citation.end],
        "start": citation.start,
        "end": citation.end,
        "verdict": citation.verdict,
        "likeness": round(citation.likeness, 3),
        "found": None
        if place is None
        else {
            "quote": place.text,
            **document_json(place.document, base_url),
            "passage_id": place.passage.passage_id,
            "start": place.start,
            "end": place.end,
            "page": list(place.passage.pages),
            "address": place.passage.address,
        },
        "differences": [
            {
                "kind": each.kind,
                "name": DIFFERENCES[each.kind],
                "given": list(each.given),
                "found": list(each.held),
            }
            for each in citation.differences
        ],
    }


def suggestions_json(text: str, suggestions: Sequence[Suggestion]) -> dict[str, Any]:
    """The JSON of GET /v1/suggest."""
    return {
        "query": text,
        "suggestions": [
            {"text": found.text, "kind": found.kind, "document_id": found.document_id}
            for found in suggestions
        ],
    }


def document_json(document: StoredDocument, base_url: str) -> dict[str, Any]:
    """The fields by which a document is named and cited."""
    return {
        "document_id": document.document_id,
        "title": document.title,
        "number": document.number,
        "issuer": document.issuer,
        "date": document.date,
        "types": list(document.types),
        "source": document.source,
        "url": document.url or f"{base_url}/documents/{document.document_id}",
    }


def document_why(found: FoundDocument) -> dict[str, Any]:
    """What moved a document beside its best passage, and all of it in words."""
    best = max(hit.score for hit in found.hits) if found.hits else 0.0
    wished = sum(found.wished.values())
    return {
        "best_passage": round(best, 6),
        "evidence": round(found.score - best - found.prior - wished - found.tuned, 6),
        "wished": round(wished, 6),
        "authority": {"level": found.document.authority, "score": round(found.prior, 6)},
        "tuned": round(found.tuned, 6),
        "reasons": reasons(found),
    }


def hit_json(hit: Hit, explain: bool) -> dict[str, Any]:
    passage: dict[str, Any] = {
        "passage_id": hit.passage_id,
        "address": hit.address,
        "page": list(hit.pages),
        "lead": hit.lead,
        "text": hit.text,
        "marks": [list(mark) for mark in hit.marks],
        "score": round(hit.score, 6),
    }
    if explain:
        passage["why"] = {
            name: {"rank": lane.rank, "score": round(lane.score, 6)}
            for name, lane in hit.why.items()
        }
    return passage


def reading_json(
    document: StoredDocument,
    body: Mapping[str, Any],
    passages: list[StoredPassage],
    alike: Sequence[tuple[StoredDocument, float]],
    pictures: Sequence[int],
    superseded: bool,
    audience: Audience,
    base_url: str,
) -> dict[str, Any]:
    """The JSON of GET /v1/documents/{id}, as this audience reads it.

    `superseded` is whether there is a later edition of the same rules. `document` and those in
    `alike`, each with its likeness, are projected already; `body` and
    `passages` are as held, and are projected here.
    A passage's `start` and `end` point into the paragraphs shown, joined by newlines.
    """
    held = [paragraph["text"] for paragraph in body["paragraphs"]]
    shown = lines_for(audience, held)
    places = Places(held, shown)
    return {
        **document_json(document, base_url),
        "letterhead": document.letterhead,
        "superseded": superseded,
        "paragraphs": [
            {
                "id": f"p{at}",
                "text": text,
                "page": paragraph["page"],
                "level": paragraph["level"],
                "annex": paragraph["annex"],
                "confidence": paragraph.get("confidence"),
            }
            for at, (paragraph, text) in enumerate(zip(body["paragraphs"], shown, strict=True))
        ],
        "pictures": list(pictures),
        "sections": [
            {
                "level": section["level"],
                "text": text_for(audience, section["text"]),
                "id": f"p{section['start']}",
            }
            for section in body["sections"]
        ],
        "passages": [
            {
                "passage_id": passage.passage_id,
                "start": (start := places.moved(passage.start))[1],
                "end": places.moved(passage.end)[1],
                "paragraph": f"p{start[0]}",
                "address": text_for(audience, passage.address),
                "page": list(passage.pages),
            }
            for passage in passages
        ],
        "alike": [
            {
                "document_id": other.document_id,
                "title": other.title,
                "number": other.number,
                "date": other.date,
                "likeness": round(likeness, 2),
            }
            for other, likeness in alike
        ],
    }
