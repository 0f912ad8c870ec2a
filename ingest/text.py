"""Plain text: encoding, page breaks, and which line breaks the writer meant.

No single rule joins the lines of every file: the best rule for one layout is the worst for
another. So the layout of the file is judged first, then its own rule applies.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from index.errors import UnreadableDocument
from index.model import Dropped
from ingest.breaks import (
    display_width,
    ends_sentence,
    first_unit,
    has_label,
    has_marker,
    join,
    join_soft,
    tidy,
    was_cut,
)
from ingest.cue import whole_date
from ingest.encoding import Decoded, decode
from ingest.limits import check_chars
from ingest.lines import Block, Reading
from ingest.markdown import is_markdown, read_markdown
from ingest.noise import visible, without_noise

_MARKDOWN_NAMES = frozenset((".md", ".markdown"))

_LOG = logging.getLogger(__name__)

# Everything below U+0020 but tab and line feed, and the C1 controls; form feeds are taken before.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BOOKMARK = re.compile(r"\[bookmark: [^\]\n]{0,80}\]")  # "[bookmark: _GoBack]"; not "[bookmark]"
_DASHED_NUMBER = re.compile(r"[-—–]{1,2}\s{0,2}[0-9]{1,4}\s{0,2}[-—–]{1,2}")  # "- 1 -"; not "- 1"
_BARE_NUMBER = re.compile(r"[-—–\s]{0,4}([0-9]{1,4})[-—–\s]{0,4}")  # "— 2 —", "2"; not "2."

# Measured: with 88 % of the full width as "full" no paragraph was lost and 3 % wrongly split.
_FULL_SHARE = 0.86
_PAUSE = re.compile(r"[，。；]")


class Layout(StrEnum):
    """What a line break means in a file."""

    LINES = "lines"  # every line is a paragraph
    BLANKS = "blanks"  # paragraphs are parted by blank lines
    WRAPPED = "wrapped"  # lines end where they were full; blank lines mean nothing


@dataclass(frozen=True, slots=True)
class _Row:
    """One line; `width` and `indent` are columns, the width without the indent."""

    text: str
    page: int
    width: int
    indent: int
    after_blank: bool


def read_text(path: Path) -> Reading:
    """The text of a plain text file.

    Raises UnreadableDocument: `no_text` for nothing but white space, `unsupported_type` when the
    bytes are no text in any encoding.
    """
    decoded = decode(path.read_bytes())
    check_chars(len(decoded.text))
    if _is_binary(decoded):
        raise UnreadableDocument("unsupported_type", "不是文本，格式无法识别，不能读入")
    warnings: tuple[str, ...] = ("encoding_errors",) if decoded.errors else ()
    text, dropped = visible(decoded.text)
    if path.suffix.lower() in _MARKDOWN_NAMES or is_markdown(text):
        marked = read_markdown(_CONTROL.sub("", text))
        blocks, dropped = marked.blocks, dropped + marked.dropped
        reading = Reading("txt", (), (), warnings, title=marked.title, date=marked.date)
    else:
        rows, furniture = rows_of(text)
        layout = layout_of(rows)
        if layout is Layout.LINES and is_unclear(rows):
            warnings += ("layout_unclear",)
        blocks, dropped = paragraphs_of(rows, layout), dropped + furniture
        reading = Reading("txt", (), (), warnings)
    if not blocks:
        raise UnreadableDocument("no_text", "里没有文字（只有空白）")
    blocks, noise = without_noise(blocks)
    return replace(reading, blocks=tuple(blocks), dropped=tuple(dropped + noise))


# Controls that no text has, characters that could not be decoded, private use; not tab or newline
_STRANGE = re.compile("[\x01-\x08\x0b\x0e-\x1f\ufffd\ue000-\uf8ff]")


def _is_binary(decoded: Decoded) -> bool:
    sample = decoded.text[:20000]
    strange = len(_STRANGE.findall(sample))
    zeros = sample.count("\0")
    return strange * 10 > len(sample) or zeros * 3 > len(sample)


def rows_of(text: str) -> tuple[list[_Row], list[Dropped]]:
    """The lines that hold something, cleaned, and the page numbers taken from between them."""
    text = _BOOKMARK.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    pages = [
        [line.lstrip("\ufeff").rstrip() for line in _CONTROL.sub("", page).split("\n")]
        for page in text.split("\f")
    ]
    dropped = _take_page_numbers(pages)
    rows: list[_Row] = []
    for number, page in enumerate(pages, start=1):
        blank = False
        for line in page:
            body = tidy(line)
            if _DASHED_NUMBER.fullmatch(body):
                dropped.append(Dropped(body, "page_number"))
                continue
            if body:
                left = line[: len(line) - len(line.lstrip())].expandtabs(4)
                width = display_width(line.strip())
                rows.append(_Row(body, number, width, display_width(left), blank))
            blank = not body
    return rows, dropped


def _take_page_numbers(pages: list[list[str]]) -> list[Dropped]:
    """Blank out bare numbers at form feeds, only where they run up by one over three pages.

    Without such proof a bare number may be the cell of a table.
    """
    held = [page for page in pages if any(line.strip() for line in page)]
    for last in (True, False):
        places: list[tuple[list[str], int, int]] = []
        for page in held:
            filled = [index for index, line in enumerate(page) if line.strip()]
            at = filled[-1] if last else filled[0]
            match = _BARE_NUMBER.fullmatch(page[at].strip())
            if match:
                places.append((page, at, int(match[1])))
        numbers = [number for _, _, number in places]
        rising = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
        if rising and len(numbers) >= max(3, len(held) - 1):
            dropped = [Dropped(page[at].strip(), "page_number") for page, at, _ in places]
            for page, at, _ in places:
                page[at] = ""
            return dropped
    return []


def wrap_width(rows: Sequence[_Row]) -> int | None:
    """The width in columns at which lines were wrapped, or None when they were not.

    Wrapped text has many lines within a few columns of the longest ones; free paragraphs vary.
    """
    widths = sorted(row.width for row in rows)
    if len(widths) < 6:
        return None
    # The width that most lines come close to without reaching far beyond it.
    best, share = 0, 0.0
    for width in sorted(set(widths)):
        if not 24 <= width <= 160:
            continue
        within = bisect_right(widths, width) - bisect_left(widths, _FULL_SHARE * width)
        near = within / len(widths)
        if near >= share:
            best, share = width, near
    beyond = sum(width > 1.35 * best for width in widths)
    enough = share >= 0.3 and share * len(widths) >= 3
    return best if enough and beyond * 50 <= len(widths) else None


def cut_width(rows: Sequence[_Row]) -> int | None:
    """The width of the widest lines when most of them stop in the middle of a sentence, or None.

    Where short lines outnumber them, this tells wrapped text; who writes a paragraph a line
    ends it.
    """
    widest = max((row.width for row in rows), default=0)
    if not 40 <= widest <= 160:
        return None
    wide = [n for n, row in enumerate(rows) if row.width >= _FULL_SHARE * widest]
    cut = sum(_is_cut(rows[n], rows[n + 1]) for n in wide if n + 1 < len(rows))
    return widest if cut >= 4 and cut * 5 >= len(wide) * 3 else None


def _is_cut(row: _Row, following: _Row) -> bool:
    """Whether a sentence runs from one line into the next; names in a list have no comma."""
    return (
        _PAUSE.search(row.text + following.text) is not None
        and not ends_sentence(row.text)
        and not following.after_blank
        and not has_marker(following.text)
        and following.indent <= row.indent
    )


def is_unclear(rows: Sequence[_Row]) -> bool:
    """Whether sentences run from line to line although the lines show no common width.

    Asks for a comma before each break and for a third of the lines with commas to be so broken:
    a heading or a name also lacks an end mark.
    """
    prose = [n for n, row in enumerate(rows) if _PAUSE.search(row.text)]
    cut = [n for n in prose if n + 1 < len(rows) and _is_cut(rows[n], rows[n + 1])]
    return len(cut) >= 2 and len(cut) * 3 >= len(prose)


def layout_of(rows: Sequence[_Row]) -> Layout:
    """Which rule the file follows; wrapped text is looked for first, for blanks lie there."""
    if wrap_width(rows) is not None:
        return Layout.WRAPPED
    parted = sum(row.after_blank for row in rows[1:])
    if parted * 2 > len(rows) - 1:
        return Layout.BLANKS
    return Layout.LINES if cut_width(rows) is None else Layout.WRAPPED


def paragraphs_of(rows: Sequence[_Row], layout: Layout) -> list[Block]:
    """Joined paragraphs in order."""
    if layout is Layout.WRAPPED:
        return _unwrap(rows, wrap_width(rows) or cut_width(rows) or 0)
    if layout is Layout.LINES:
        return [Block(row.text, row.page) for row in rows]
    return _mend(_by_blanks(rows))


def _unwrap(rows: Sequence[_Row], full: int) -> list[Block]:
    # The whole file may stand off the left edge; a paragraph's indent is more than that.
    usual = Counter(row.indent for row in rows).most_common(1)[0][0]
    # A blank line after every line means nothing; one here and there parts paragraphs.
    blanks_part = 2 * sum(row.after_blank for row in rows[1:]) < len(rows) - 1
    groups: list[list[_Row]] = []
    for row in rows:
        indented = row.indent >= usual + 2
        parted = blanks_part and row.after_blank and groups and not _is_cut_sentence(groups[-1])
        if groups and not indented and not parted and _wraps(groups[-1][-1], row, full):
            groups[-1].append(row)
        else:
            groups.append([row])
    blocks: list[Block] = []
    for group in groups:
        text = group[0].text
        for row in group[1:]:
            text = join(text, row.text)
        blocks.append(Block(text, group[0].page))
    return blocks


def _is_cut_sentence(group: Sequence[_Row]) -> bool:
    """Whether lines are the beginning of a sentence, as at the end of a page; no title."""
    text = "".join(row.text for row in group)
    return "，" in text and not ends_sentence(text)


def _wraps(last: _Row, row: _Row, full: int) -> bool:
    if last.width < _FULL_SHARE * full or has_label(row.text) or whole_date(row.text):
        return False
    reached = last.width + display_width(first_unit(row.text)) > full
    if has_marker(row.text) and (not reached or ends_sentence(last.text)):
        return False
    return reached or not ends_sentence(last.text)


def _by_blanks(rows: Sequence[_Row]) -> list[Block]:
    blocks: list[Block] = []
    group: list[_Row] = []
    for row in [*rows, None]:
        if group and (row is None or row.after_blank or row.page != group[-1].page):
            least = min(part.indent for part in group)
            indents = ["\u3000\u3000" if part.indent > least else "" for part in group]
            pieces = [indent + part.text for indent, part in zip(indents, group, strict=True)]
            texts = join_soft(pieces)
            blocks.extend(Block(text, group[0].page) for text in texts)
            group = []
        if row is not None:
            group.append(row)
    return blocks


def _mend(blocks: Sequence[Block]) -> list[Block]:
    """Join paragraphs that a blank line cut in the middle of a sentence."""
    mended: list[Block] = []
    count = 0
    for block in blocks:
        if mended and was_cut(mended[-1].text, block.text):
            mended[-1] = Block(join(mended[-1].text, block.text), mended[-1].page)
            count += 1
        else:
            mended.append(block)
    if count:
        _LOG.info("joined %d sentences that were cut by a blank line", count)
    return mended
