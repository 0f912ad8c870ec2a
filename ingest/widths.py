"""Punctuation as wide as its neighbours: recognition reads （）：，；？！ as their narrow forms.

Only marks beside Chinese characters are changed. Times, numbers, Latin text and addresses of mail
and web keep theirs.
"""

from __future__ import annotations

import re

_WIDE = dict(zip("():,;?!", "（）：，；？！", strict=True))
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
# What goes with Chinese text when it stands beside a mark.
_CHINESE = re.compile(f"[{_HAN}、。，：；？！“”‘’《》〈〉【】〔〕（）…—]")
# Matches "a@b.cn", "www.b.cn/x?y=1", "https://b.cn/x,y"; not "如图，www".
_ADDRESS = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}"
    r"|(?:https?://|www\.)[!-~]{1,300}",
    re.ASCII | re.IGNORECASE,
)
_MARK = re.compile(r"[():,;?!]")
# Matches the year of "川高后思协[2024]2号"; not "见文献[2024]", "[12]号".
_YEAR = re.compile(
    f"(?<=[{_HAN}])(?P<gap>\\s?)[\\[［【]\\s?(?P<year>[12][0-9]{{3}})\\s?[\\]］】]"
    r"(?=\s?第?\s?[0-9]{1,4}\s?号)"
)


def widened(text: str) -> str:
    """The text with such marks full width, and the year of a document number in 〔〕."""
    text = _YEAR.sub(r"\g<gap>〔\g<year>〕", text)
    kept = [match.span() for match in _ADDRESS.finditer(text)]
    glyphs = list(text)
    pairs = _pairs(text)
    for opening, closing in pairs.items():
        if _is_chinese_bracket(glyphs, opening, closing):
            glyphs[opening], glyphs[closing] = "（", "）"
    paired = {*pairs, *pairs.values()}
    for match in _MARK.finditer(text):
        at = match.start()
        if at in paired or any(start <= at < end for start, end in kept):
            continue
        if _is_beside_chinese(glyphs, at):
            glyphs[at] = _WIDE[glyphs[at]]
    return "".join(glyphs)


def _pairs(text: str) -> dict[int, int]:
    """Where each bracket that opens is closed, the two of one width or not."""
    found: dict[int, int] = {}
    open_at: list[int] = []
    for at, glyph in enumerate(text):
        if glyph in "(（":
            open_at.append(at)
        elif glyph in ")）" and open_at:
            found[open_at.pop()] = at
    return found


def _is_chinese_bracket(glyphs: list[str], opening: int, closing: int) -> bool:
    """Whether Chinese stands in the brackets, or they number an item, or stand between Chinese."""
    if any(map(_CHINESE.match, glyphs[opening + 1 : closing])):
        return True
    before, after = _neighbour(glyphs, opening, -1), _neighbour(glyphs, closing, 1)
    return _is_chinese(before, True) and _is_chinese(after, bool(before))


def _is_beside_chinese(glyphs: list[str], at: int) -> bool:
    before, after = _neighbour(glyphs, at, -1), _neighbour(glyphs, at, 1)
    if glyphs[at] == "(":
        return _is_chinese(after, False) or (not after and _is_chinese(before, False))
    if _is_chinese(before, False):
        return True
    numeric = before.isdigit() and after.isdigit()
    return not numeric and _is_chinese(after, False)


def _neighbour(glyphs: list[str], at: int, step: int) -> str:
    """The next glyph that is no blank; nothing at the end of the line."""
    at += step
    while 0 <= at < len(glyphs) and glyphs[at].isspace():
        at += step
    return glyphs[at] if 0 <= at < len(glyphs) else ""


def _is_chinese(glyph: str, at_end: bool) -> bool:
    return _CHINESE.match(glyph) is not None if glyph else at_end
