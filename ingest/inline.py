"""The marks inside a line of Markdown: emphasis, links, images, tags, escapes.

Every pattern stops at the next mark of its kind, so that a hostile line costs its length.
"""

from __future__ import annotations

import html
import re

from index.model import Dropped
from ingest.breaks import tidy

# "`git`", "\*": held back, so that no other rule sees what is inside; not a lone "`"
_HELD = re.compile(r"(`{1,3})([^`]{1,300})\1|\\([!-/:-@\[-`{-~])")
_HELD_AT = re.compile("\0([0-9]{1,7})\0")
_IMAGE = re.compile(
    r"!\[([^\[\]]{0,200})\](?:\([^()]{0,600}\)|\[[^\[\]]{0,80}\])"
)  # "![图](a.png)"
# "[公约](https://example.org/a_(b))", "[公约][1]"; not "〔2024〕", "[2024]（注）"
_LINK = re.compile(
    r"\[([^\[\]]{1,300})\](?:\([^()]{0,600}(?:\([^()]{0,200}\)[^()]{0,200})?\)|\[[^\[\]]{0,80}\])"
)
_ADDRESS = re.compile(r"<((?:https?://|mailto:)?[^<>\s]{1,300}[.@][^<>\s]{1,300})>")  # "<a@b.org>"
_BREAK = re.compile(r"<br\s{0,3}/?>|</?(?:p|div|center|h[1-6]|li|ul|ol|hr)(?:\s[^<>]{0,300})?/?>")
# "<u>", '<font color="red">'; not "<单位名称>" or "<name>", which are there to be read
_TAG = re.compile(
    r"</?(?:a|b|strong|i|em|u|s|font|span|img|sub|sup|small|big|del|ins|kbd|mark|code|details|"
    r"summary|table|thead|tbody|tr|td|th|blockquote|pre)(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_STRUCK = re.compile(r"~~(?=\S)([^~]{1,400})~~")  # "~~已废止~~"; not "8~10"
_ITALIC = re.compile(  # "*务必*", "_务必_"; not "3*4*5", "a_b_c", "* 一项", "日期_年_月"
    r"(?<![A-Za-z0-9*])\*(?=[^\s*])([^*]{0,299}[^\s*])\*(?![A-Za-z0-9*])"
    r"|(?<![\w])_(?=[^\s_])([^_]{0,299}[^\s_])_(?!\w)"
)
_BOLD = re.compile(  # "**务必**", "__务必__", "***务必***"; not "日期__年__月", "** "
    r"\*{2,3}(?=[^\s*])([^*]{0,499}[^\s*])\*{2,3}|(?<!\w)__(?=[^\s_])([^_]{0,499}[^\s_])__(?!\w)"
)
_WHOLLY_BOLD = re.compile(r"\s{0,9}(?:\*{2,3}[^*]{1,500}\*{2,3}|__[^_]{1,500}__)[：:]?\s{0,9}")
_ANCHOR = re.compile(r"\s{1,9}\{[:#.][^{}]{0,80}\}\s{0,9}$")  # "总则 {#general}"


class Inline:
    """Takes the marks out; words that go with them are added to `dropped`."""

    def __init__(self, dropped: list[Dropped]) -> None:
        self._dropped = dropped

    def pieces(self, text: str) -> list[str]:
        """The lines that tags for breaks and blocks make of a paragraph."""
        return _BREAK.split(text)

    def is_bold(self, text: str) -> bool:
        """Whether all of a text stands between one pair of marks."""
        return _WHOLLY_BOLD.fullmatch(text) is not None

    def plain(self, text: str) -> str:
        """The text as a reader would see it, on one line."""
        held: list[str] = []

        def hold(match: re.Match[str]) -> str:
            held.append(match[2] or match[3])
            return f"\0{len(held) - 1}\0"

        text = _HELD.sub(hold, _ANCHOR.sub("", text))
        text = _IMAGE.sub(lambda match: self._drop(match, "image"), text)
        text = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", text))
        text = _BREAK.sub(" ", text)
        text = _STRUCK.sub(lambda match: self._drop(match, "struck"), _TAG.sub("", text))
        text = _BOLD.sub(_inside, _ITALIC.sub(_inside, text))
        text = html.unescape(text)
        return tidy(_HELD_AT.sub(lambda match: held[int(match[1])], text))

    def _drop(self, match: re.Match[str], why: str) -> str:
        words = tidy(_HELD_AT.sub("", match[1]))
        if words:
            self._dropped.append(Dropped(words, why))
        return ""


def _inside(match: re.Match[str]) -> str:
    return match[1] or match[2]
