"""The table of contents: lines that only repeat the headings of the document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.cue import is_contents
from ingest.lines import Block

# A hand-made table of contents of a thick handbook has some hundred lines.
_MAX_LINES = 600
# 总则……3, 总则 3; not 3 总则
_PAGE = re.compile(r"[.．…·\s]{1,80}[0-9]{1,4}$")


def contents_lines(blocks: Sequence[Block]) -> set[int]:
    """Indices of the lines under 目录 that stand again further down, and of those with leaders."""
    found = {i for i, block in enumerate(blocks) if is_contents(block.text)}
    if not any(_is_title(blocks[i].text) for i in found):
        return found
    last = {_key(block.text): i for i, block in enumerate(blocks)}
    left = 0
    for i, block in enumerate(blocks):
        if i in found and _is_title(block.text):
            left = _MAX_LINES
        elif left and (i in found or last[_key(block.text)] > i):
            found.add(i)
            left -= 1
        else:
            left = 0
    return found


def _is_title(text: str) -> bool:
    return text.strip().startswith("目")


def _key(text: str) -> str:
    return "".join(_PAGE.sub("", text.strip()[:200]).split())
