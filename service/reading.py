"""What the document page gets: the API's JSON of one document, arranged to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.model import DOUBTFUL
from index.privacy import LABELS
from service.excerpt import Piece, Span, pieces_of
from service.links import Links, site_address
from service.wording import citation_zh, date_zh, size_zh, title_zh

HEADING_CHARS = 60


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph as shown: `page` and `annex` are set where a new one begins. `unsure` is what
    was recognised in a picture and may be wrong."""

    id: str
    tag: str
    look: str
    pieces: list[Piece]
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
                look=_look(text, level, part),
                pieces=pieces_of(text, [part] if part and not whole else [], 0, len(text)),
                anchor=part is not None and not anchored,
                page=paragraph["page"] if new_page else None,
                annex=paragraph["annex"] if paragraph["annex"] not in (0, annex) else None,
                unsure=(paragraph["confidence"] or 1.0) < DOUBTFUL,
            )
        )
        anchored = anchored or part is not None
        page, annex = paragraph["page"], paragraph["annex"]
    return blocks


def _look(text: str, level: int | None, asked: Span | None) -> str:
    """How a paragraph is set. Cells of a row cannot be lined up: empty ones were left out."""
    kind = "line" if level == 0 else "row" if level is None and " | " in text else ""
    return " ".join(filter(None, (kind, "asked" if asked else "")))


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


def _withheld(document: Mapping[str, Any]) -> str:
    """Why the text or the file is not all there, in a line for the reader; empty where it is."""
    texts = [paragraph["text"] for paragraph in document["paragraphs"]]
    masked = any(label in text for label in LABELS.values() for text in texts)
    # Where the website has it, there is nothing to ask for.
    withheld = document["original_withheld"] and not site_address(document)
    said = (
        "文中的电话、邮箱等已隐去" if masked else "",
        "原文件可能含有个人信息，暂不公开" if withheld else "",
    )
    return "；".join(filter(None, said))


def _original(
    document: Mapping[str, Any], passage: Mapping[str, Any] | None, beside: bool, links: Links
) -> dict[str, Any] | None:
    """The file as it came: to be saved, and for a PDF also to be seen beside the text."""
    original = document["original"]
    if original is None:
        return None
    document_id, is_pdf = document["document_id"], original["format"] == "pdf"
    asked = passage and passage["passage_id"]
    return {
        "url": links.original(document_id),
        "kind": f"{original['format'].upper()}，{size_zh(original['bytes'])}",
        "beside": links.document(document_id, asked, original=True) if is_pdf else None,
        "alone": links.document(document_id, asked),
        "view": links.original(document_id, passage["page"][0] if passage else 1)
        if is_pdf and beside
        else None,
    }


def reading_view(
    document: Mapping[str, Any], passage: str, links: Links, *, beside: bool = False
) -> dict[str, Any]:
    """What the document template gets; `passage` is the id asked for or empty, and `beside` is
    whether the file is to stand beside the text."""
    opened = next((p for p in document["passages"] if str(p["passage_id"]) == passage), None)
    asked = (opened["start"], opened["end"]) if opened else None
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
        "title": title_zh(document),
        "superseded": document["superseded"],
        "fields": {name: value for name, value in fields.items() if value},
        "citation": citation_zh(document, opened),
        "original": _original(document, opened, beside, links),
        "withheld": _withheld(document),
        "url": site_address(document),
        "alike": [_alike(other, links) for other in document["alike"]],
        "sections": [s for s in document["sections"] if s["level"] and str(s["id"]) in shown],
        "leaves": _leaves(blocks, document, links),
        "pictured": bool(document["pictures"]),
        "unsure": any(block.unsure for block in blocks),
        "recognised": any(p["confidence"] is not None for p in document["paragraphs"]),
        "asked": any(block.anchor for block in blocks),
        "lost": bool(passage) and opened is None,
    }
