"""Markdown: its marks become style, and what remains is the text that a reader would see.

Only what office writers use is known; whatever else looks like a mark stays as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.model import Dropped
from index.notation import parse_date
from ingest.breaks import display_width, ends_sentence, first_unit, has_marker, join, tidy
from ingest.cue import whole_date
from ingest.inline import Inline
from ingest.lines import Block

# Matches "# 标题", "## 一、总则 ##" and "##标题"; not "#话题", "# 1" (see _is_heading), "#!".
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]{1,20}|(?<=##)(?=[^\s#]))(\S.{0,300})")
_CLOSING = re.compile(r"[ \t]{1,20}#{1,20}[ \t]{0,20}$")  # the hashes that may end a heading
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]{0,4}\1){2,200}[ \t]{0,20}")  # "---", "* * *"; not "--"
# Matches "```json", "~~~"; not "~~~~ 温馨提示 ~~~~", which decorates.
_FENCE = re.compile(r" {0,3}(`{3,20}|~{3,20})[ \t]{0,4}([A-Za-z0-9_+.#-]{0,40})[ \t]{0,20}")
_BULLET = re.compile(r"[ \t]{0,24}[-*+][ \t]{1,8}(?=\S)")  # "- 一项", "* 一项"; not "*注：", "-5"
_NUMBER = re.compile(r"[ \t]{0,24}[0-9]{1,3}[.)][ \t]{1,8}(?=\S)")  # "1. 一项"; not "1.5"
_QUOTE = re.compile(r" {0,3}(?:>[ \t]?){1,8}")  # "> 引文"
_UNDERLINE = re.compile(r" {0,3}(?:(={3,200})|-{3,200})[ \t]{0,20}")  # the line under a title
# Matches "|---|:--:|", "--- | ---"; not "---", which is a rule.
_TABLE_RULE = re.compile(
    r"[ \t]{0,3}\|?(?:[ \t]{0,20}:?-{1,200}:?[ \t]{0,20}\|){1,60}"
    r"(?:[ \t]{0,20}:?-{1,200}:?)?[ \t]{0,20}"
)
_DEFINITION = re.compile(
    r" {0,3}\[[^\]^\n]{1,80}\]:[ \t]{0,4}\S{1,400}.{0,200}"
)  # "[甲]: http://…"
_FACT = re.compile(r"([A-Za-z_]{2,20})[ \t]{0,4}:[ \t]{0,4}(.{0,300})")  # "title: 章程"
_FACT_MORE = re.compile(r"[ \t]{1,20}\S|-[ \t]|#|$")  # list items, nested keys, comments, nothing
_WORD = re.compile(r"[A-Za-z\u4e00-\u9fff]")
_CELL_BAR = re.compile(r"(?<!\\)\|")  # a bar between cells; not an escaped one

_PAUSE = re.compile("[，。；、]")

_HARD_ENDS = ("  ", "\\", "<br>", "<br/>")

_MAX_FACTS = 60
# A line at least so wide may go on in the next; a name or a date above another does not.
_MIN_SOFT_COLUMNS = 40


@dataclass(slots=True)
class Marked:
    """What a Markdown text holds; `title` and `date` (an ISO day) are from its front matter."""

    blocks: list[Block] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    title: str | None = None
    date: str | None = None


def is_markdown(text: str) -> bool:
    """Whether a text of any name is evidently Markdown: it has three headings or more, and they
    do not make up most of it, as the comments of a list of settings would."""
    lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
    heads = sum(_is_heading(line) for line in lines)
    return heads >= 3 and heads * 3 <= 2 * len(lines)


def _is_heading(line: str) -> bool:
    match = _HEADING.fullmatch(line.rstrip()) if line.lstrip(" ").startswith("#") else None
    return match is not None and _WORD.search(match[2]) is not None


def read_markdown(text: str) -> Marked:
    """The blocks of a Markdown text; # is outline 1, as h1 is."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    walk = _Walk()
    lines = _without_facts(text.lstrip("\ufeff").replace("\f", "\n").split("\n"), walk.marked)
    walk.read(_without_comments("\n".join(lines), walk.marked.dropped).split("\n"))
    return walk.marked


def _without_facts(lines: list[str], marked: Marked) -> list[str]:
    """The lines after the front matter, if these begin with one."""
    if lines[0].rstrip() != "---":
        return lines
    stops = (n for n, line in enumerate(lines[1:_MAX_FACTS], 1) if line.rstrip() in ("---", "..."))
    end = next(stops, None)
    if end is None or end == 1:
        return lines
    facts: dict[str, str] = {}
    for line in lines[1:end]:
        match = _FACT.fullmatch(line.rstrip())
        if match:
            facts[match[1].lower()] = match[2].strip().strip("\"'")
        elif not _FACT_MORE.match(line):
            return lines
    marked.title = tidy(facts.get("title", "")) or None
    marked.date = _day(facts.get("date", ""))
    marked.dropped.append(Dropped(tidy("\n".join(lines[1:end])), "front_matter"))
    return lines[end + 1 :]


def _day(text: str) -> str | None:
    date = parse_date(text[:10]) if text else None
    return date if date and len(date) == 10 else None


def _without_comments(text: str, dropped: list[Dropped]) -> str:
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        if _WORD.search(text, start, end):
            dropped.append(Dropped(tidy(text[start + 4 : end]), "comment"))
        at = end + 3
    return "".join(kept) + text[at:]


class _Walk:
    """Line after line; `_open` are the lines of the paragraph that has not come to its end,
    which is an `_item` of a list or not; `_full` is the width in columns of its widest."""

    def __init__(self) -> None:
        self.marked = Marked()
        self._inline = Inline(self.marked.dropped)
        self._open: list[str] = []
        self._item = False
        self._full = 0

    def read(self, lines: Sequence[str]) -> None:
        at = 0
        while at < len(lines):
            fence = _FENCE.fullmatch(lines[at].rstrip())
            if fence:
                at = self._verbatim(lines, at, fence)
            elif "|" in lines[at] and _is_table(lines[at : at + 2]):
                at = self._table(lines, at)
            else:
                self._line(lines[at])
                at += 1
        self._close()

    def _line(self, line: str) -> None:
        line = line.expandtabs(4)
        quote = _QUOTE.match(line)
        line = line[quote.end() :] if quote else line
        under = _UNDERLINE.fullmatch(line)
        if under and len(self._open) == 1 and (under[1] or _is_short(self._open[0])):
            self._close(outline=1 if under[1] else 2)
        elif not line.strip() or _RULE.fullmatch(line) or _DEFINITION.fullmatch(line.rstrip()):
            self._close()
        elif _is_heading(line):
            self._close()
            match = _HEADING.fullmatch(line.rstrip())
            assert match is not None
            self._open = [_CLOSING.sub("", match[2])]
            self._close(outline=len(match[1]))
        elif bullet := _BULLET.match(line):
            self._close()
            self._open, self._item = [line[bullet.end() :]], True
        elif self._open and not _NUMBER.match(line) and self._goes_on(line):
            self._open.append(line)
        else:
            self._close()
            self._open, self._item = [line], _NUMBER.match(line) is not None

    def _goes_on(self, line: str) -> bool:
        """Whether a line is the rest of the open paragraph, or of the item it is set under."""
        if self._open[-1].endswith(_HARD_ENDS):
            return False
        if has_marker(line) or whole_date(tidy(line[:40])):
            return False
        if self._item and line.startswith("  "):
            return True
        if line.startswith(("\u3000\u3000", "    ")):
            return False
        # The line before must have been full, as the others of its paragraph were.
        last = self._open[-1]
        width = display_width(last.strip())
        self._full = max(self._full, width) if len(self._open) > 1 else width
        if width < _MIN_SOFT_COLUMNS or width + display_width(first_unit(line)) < 0.8 * self._full:
            return False
        # A first line without a comma may be a title, and one that ends its sentence be all.
        return len(self._open) > 1 or (_PAUSE.search(last) is not None and not ends_sentence(last))

    def _close(self, outline: int | None = None) -> None:
        lines, self._open = self._open, []
        parts: list[str] = []
        for line in map(str.strip, lines):
            tail = parts[-1].removesuffix("\\")[-2:] if parts else ""
            if parts:
                parts[-1] = parts[-1].removesuffix("\\")
            parts.append(join(tail, line)[len(tail) :])
        text = "".join(parts)
        for piece in self._inline.pieces(text.removesuffix("\\")):
            plain = self._inline.plain(piece)
            if plain:
                bold = self._inline.is_bold(piece)
                self.marked.blocks.append(Block(plain, bold=bold, outline=outline))

    def _verbatim(self, lines: Sequence[str], at: int, fence: re.Match[str]) -> int:
        self._close()
        if _WORD.search(fence[2]):
            self.marked.dropped.append(Dropped(fence[2], "code_fence"))
        for end in range(at + 1, len(lines)):
            line = lines[end].strip()
            if line.startswith(fence[1]) and not line.strip(fence[1][0]):
                return end + 1
            if line:
                self.marked.blocks.append(Block(tidy(line)))
        return len(lines)

    def _table(self, lines: Sequence[str], at: int) -> int:
        self._close()
        width = len(_cells(lines[at]))
        end = at
        while end < len(lines) and "|" in lines[end]:
            if end != at + 1:
                cells = [self._inline.plain(cell) for cell in _cells(lines[end])]
                cells = (cells + [""] * width)[:width]
                text = " | ".join(cell for cell in cells if cell)
                if text:
                    block = Block(text, kind="row", cells=tuple(cells), header=end == at)
                    self.marked.blocks.append(block)
            end += 1
        return end


def _is_table(lines: Sequence[str]) -> bool:
    return len(lines) == 2 and _TABLE_RULE.fullmatch(lines[1].rstrip()) is not None


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.strip() for cell in _CELL_BAR.split(line)]


def _is_short(line: str) -> bool:
    return len(line.strip()) <= 40 and not ends_sentence(line)
