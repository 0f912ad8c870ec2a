"""The aliases of a library for those who decide about them: each with the sentence it is from."""

from __future__ import annotations

from dataclasses import dataclass

from index.collection import Collection
from index.errors import BadRequest
from index.model import Audience
from index.stream import Stream
from index.synonyms import Known
from index.thesaurus import LONGEST
from service.excerpt import sentence_around


@dataclass(frozen=True, slots=True)
class Entry:
    """`evidence` is the sentence in which the document `source` gives the alias."""

    short: str
    full: str
    verdict: str
    stated: bool
    source: str
    evidence: str


def known_aliases(collection: Collection) -> list[Entry]:
    """All aliases that documents give, whoever may read them: for the office."""
    known = collection.synonyms.mined(collection.engine, Audience.STAFF)
    return [_entry(collection, one) for one in known]


def decide(collection: Collection, text: str, *, approve: bool) -> None:
    """`text` is 简称=全称. Raises BadRequest when it is not."""
    short, equals, full = (part.strip() for part in text.partition("="))
    names = short, full
    if not equals or any(not 2 <= len(name) <= LONGEST or " " in name for name in names):
        raise BadRequest(f"应写成 简称=全称，如 思政会=思想政治工作委员会；不能是 {text[:60]}")
    collection.synonyms.decide(short, full, approve=approve)


def _entry(collection: Collection, known: Known) -> Entry:
    alias = known.alias
    document = next(collection.library.documents([known.document_id]), None)
    body = collection.library.body(known.document_id) or {"paragraphs": ()}
    wanted = (alias.full, alias.short) if alias.stated else (alias.full,)
    evidence = ""
    for text in (paragraph["text"] for paragraph in body["paragraphs"]):
        stream = Stream(text, collection.analyzer)
        places = [next(stream.find(name), None) for name in wanted]
        if places[0] is not None and None not in places:
            evidence = sentence_around(text, *places[0])
            break
    source = document.title or document.source if document else ""
    return Entry(alias.short, alias.full, known.verdict, alias.stated, source, evidence)
