"""The shapes of the API's answers, for its description; `wire` makes them and tests hold both
together. Offsets count code points, pages count from 1, dates are as precise as they are known."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

Span = tuple[int, int]
Kind = Literal["title", "number", "issuer", "heading"]
AudienceName = Literal["public", "member", "staff"]


class Failure(TypedDict):
    code: str
    message: str


class Error(TypedDict):
    error: Failure


class Document(TypedDict):
    document_id: str
    title: str | None
    number: str | None
    issuer: str | None
    date: str | None
    types: list[str]
    source: str
    url: str


class LanePlace(TypedDict):
    rank: int | None
    score: float


class FoundPassage(TypedDict):
    passage_id: int
    address: str
    page: Span
    lead: str
    text: str
    marks: list[Span]
    score: float
    why: NotRequired[dict[str, LanePlace]]


class Hit(Document):
    rank: int
    score: float
    superseded: bool
    copies: list[Document]
    passages: list[FoundPassage]
    why: NotRequired[dict[str, Any]]


class Finding(TypedDict):
    kind: str
    text: str
    value: str


class Question(TypedDict):
    text: str
    mode: Literal["hybrid", "keyword", "semantic"]
    understood: list[Finding]


class Quote(TypedDict):
    quote: str
    document_id: str
    passage_id: int
    start: int
    end: int
    page: Span
    address: str


class Count(TypedDict):
    value: str | int
    count: int


class Facets(TypedDict):
    type: list[Count]
    issuer: list[Count]
    year: list[Count]


class Found(TypedDict):
    query: Question
    total: int
    total_is_exact: bool
    took_ms: float
    generation: str
    notice: str | None
    suggestions: list[str]
    answer: Quote | None
    certainty: NotRequired[float | None]
    hits: list[Hit]
    facets: Facets


class Suggestion(TypedDict):
    text: str
    kind: Kind
    document_id: str | None


class Suggested(TypedDict):
    query: str
    suggestions: list[Suggestion]


class Difference(TypedDict):
    kind: Literal["number", "date", "negation", "words"]
    name: str
    given: Span
    found: Span


class Place(Document):
    quote: str
    passage_id: int
    start: int
    end: int
    page: Span
    address: str


class Sentence(TypedDict):
    text: str
    start: int
    end: int
    verdict: Literal["exact", "near", "absent"]
    likeness: float
    found: Place | None
    differences: list[Difference]


class Verified(TypedDict):
    sentences: list[Sentence]


class Paragraph(TypedDict):
    id: str
    text: str
    page: int
    level: int | None
    annex: int
    confidence: float | None


class Section(TypedDict):
    id: str
    level: int
    text: str


class PassagePlace(TypedDict):
    passage_id: int
    start: int
    end: int
    paragraph: str
    address: str
    page: Span


class Alike(TypedDict):
    document_id: str
    title: str | None
    number: str | None
    date: str | None
    likeness: float


class Original(TypedDict):
    format: str
    name: str
    bytes: int


class Access(TypedDict):
    audience: AudienceName
    decided: bool
    released: bool
    holds_personal: bool


class WholeDocument(Document):
    letterhead: str | None
    superseded: bool
    paragraphs: list[Paragraph]
    pictures: list[int]
    sections: list[Section]
    passages: list[PassagePlace]
    alike: list[Alike]
    original: Original | None
    original_withheld: bool
    access: Access | None


class FileOutcome(TypedDict):
    name: str
    outcome: Literal["added", "updated", "unchanged", "duplicate", "renamed", "removed", "rejected"]
    document_id: str | None
    reason: str | None
    message: str | None


class Job(TypedDict):
    job_id: str
    kind: Literal["ingest", "delete", "tidy"]
    state: Literal["queued", "running", "done", "failed"]
    name: str
    audience: AudienceName | None
    document_id: str | None
    created: str
    finished: str | None
    documents: list[FileOutcome]


class Changed(TypedDict):
    document_id: str
    access: Access


class Status(TypedDict):
    status: Literal["ok", "ready"]
