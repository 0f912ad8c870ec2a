"""The nouns of the project: what a document is made of, what is asked, what is answered.

Frozen dataclasses without behaviour beyond what is true of the value itself. Offsets are
code points; pages count from 1, ordinals from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Audience(StrEnum):
    """Who may see a document; each audience also sees what the ones before it see."""

    PUBLIC = "public"
    MEMBER = "member"
    STAFF = "staff"

    @property
    def rank(self) -> int:
        """0 for public, 2 for staff: a document of rank r is visible to audiences >= r."""
        return _RANKS[self]

    def sees(self, other: Audience) -> bool:
        return self.rank >= other.rank


_RANKS = {audience: rank for rank, audience in enumerate(Audience)}


# How much weight the source of a document has. In an association's library 0 lays down or decides
# (章程, 办法, 通知, 纪要), 1 tells of it (总结, 新闻), 3 was copied by somebody else. Among laws 0
# is a national one and 3 a local regulation.
AUTHORITIES = range(4)

# Text recognised in a picture less surely than this may be wrong. Of 156 paragraphs of scans at the
# edge of legibility, 22 had wrong characters; all below this had, and no right one was below it in
# any scan that was measured.
DOUBTFUL = 0.88


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of cleaned text, in reading order.

    `level` is 0 for the document's title lines, 1.. for headings, None for body text.
    `annex` is 0 in the main text and n in the n-th annex. A row of a table has its `cells`, one
    for each column; `header` marks a row of column names. `confidence` is how surely the text was
    recognised in a picture, 0..1; None for text that was not.
    """

    text: str
    page: int = 1
    level: int | None = None
    annex: int = 0
    cells: tuple[str, ...] = ()
    header: bool = False
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the paragraphs it governs: `paragraphs[start]` is the heading itself."""

    level: int
    text: str
    start: int
    end: int
    annex: int = 0


@dataclass(frozen=True, slots=True)
class Clause:
    """第X条 of a bylaw: `paragraphs[start:end]`."""

    number: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Contact:
    name: str | None
    unit: str | None = None
    area: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    title: str
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Text that was read but is not content, with the reason (`page_number`, `navigation`, ...)."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a field of a document came from: the line that says it, as read, and how sure that
    is, 0..1. The line is empty for what the office wrote into the sidecar."""

    field: str
    line: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is indexed and returned.

    `text == document.text[start:end]`; `path` are the headings above it, outermost first,
    without the title; `address` is what a person would cite (`第三条`, `四、活动方式（二）`).
    `lead` is said once before several passages and belongs to each: the sentence that opens a
    divided clause, the column names of a divided table. It is searched and shown with the text.
    """

    ordinal: int
    text: str
    start: int
    end: int
    pages: tuple[int, int]
    path: tuple[str, ...] = ()
    address: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file after reading. Field names follow GB/T 33480; unknown is None, never a guess.

    `authority` is one of AUTHORITIES. `date` is only as precise as the text: `2024-06-25`,
    `2024-06` or `2024`. `years` are the years the content is about, `period` the time a title
    says it covers, as `2024-01/2024-06`. `addressees` is 主送, `copies` 抄送, `printed` 印发
    (who and when), each as printed. `site` is the web site a page was taken from. `evidence` is
    there for each field that is known.
    """

    format: str
    paragraphs: tuple[Paragraph, ...]
    passages: tuple[Passage, ...]
    title: str | None = None
    number: str | None = None
    letterhead: str | None = None
    issuer: str | None = None
    date: str | None = None
    years: tuple[int, ...] = ()
    period: str | None = None
    types: tuple[str, ...] = ()
    addressees: str | None = None
    copies: str | None = None
    printed: str | None = None
    site: str | None = None
    url: str | None = None
    authority: int | None = None
    sections: tuple[Section, ...] = ()
    clauses: tuple[Clause, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def text(self) -> str:
        """The cleaned text that passage offsets point into: paragraphs joined by newlines."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a search. Empty means everything the audience may see.

    `issuer` matches by containment. Dates are inclusive ISO days.
    """

    type: str | None = None
    issuer: str | None = None
    year: int | None = None
    date_from: str | None = None
    date_to: str | None = None
    number: str | None = None

    def __bool__(self) -> bool:
        return self != Filter()


@dataclass(frozen=True, slots=True)
class Wish:
    """What documents should be like; those that are not come later, and are not left out.

    `numbers` are keys of 发文字号, `period` is (first day, last day), `clause` as in `第十二条`.
    """

    numbers: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    period: tuple[int, int] | None = None
    clause: str | None = None

    def __bool__(self) -> bool:
        return self != Wish()


@dataclass(frozen=True, slots=True)
class Query:
    """One question: the text as typed, how to look for it, and for whom.

    `as_of` is today as an ISO day, for words such as 去年; without it they are only words.
    `literal` are parts of the text that were understood otherwise than meant. Without `aliases`
    only the words themselves are looked for, nothing that says the same.
    """

    text: str
    audience: Audience
    mode: str = "hybrid"
    filter: Filter = field(default_factory=Filter)
    limit: int = 10
    offset: int = 0
    sort: str = "relevance"
    as_of: str | None = None
    literal: tuple[str, ...] = ()
    aliases: bool = True


@dataclass(frozen=True, slots=True)
class Lane:
    """A candidate's place in one lane: `rank` is None when the lane did not find it by itself."""

    rank: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage as shown: `marks` are offsets into `text`, as the audience may read it.
    `lead` stands before it (see Passage). `parts` add up to `score`, `others` are words found in
    place of those that were typed, as (typed, found)."""

    passage_id: int
    path: tuple[str, ...]
    address: str
    pages: tuple[int, int]
    text: str
    marks: tuple[tuple[int, int], ...]
    score: float
    why: Mapping[str, Lane]
    lead: str = ""
    parts: Mapping[str, float] = field(default_factory=dict)
    others: tuple[tuple[str, str], ...] = ()
