"""A text as one run of characters, for finding what was quoted wherever it stands.

Words depend on how a text was cut; a quotation must not. So it is looked for in the folded text
with everything out that differs from file to file: spaces and breaks in Chinese, and the many
forms of the same punctuation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from index.analyzer import Analyzer

# Stands for the space between two Latin words; no folded text has it.
SPACE = "\u2423"
# Forms of one sign. Not 、 and ，, which say different things.
_FORMS = {
    form: sign
    for sign, forms in (
        ('"', "“”„‟‘’‚‛'「」『』〝〞〟`´"),
        ("-", "—–―‐‑‒─━－"),
        ("(", "〔[【〖〘"),
        (")", "〕]】〗〙"),
        ("《", "〈"),
        ("》", "〉"),
        (".", "。"),
        ("·", "•‧∙⋅・"),
        ("~", "〜∼"),
        (":", "∶"),
    )
    for form in forms
}
# Spaces, and —— or …… beyond the first sign: they are typed in any length.
_LEFT_OUT = re.compile(r"\s+|(?<=([-.~·]))\1+")
_WORD_GAP = re.compile(r"(?<=[0-9a-z])\s+(?=[0-9a-z])")


class Stream:
    """The letters of `text`, and the way back from them to its offsets."""

    def __init__(self, text: str, analyzer: Analyzer) -> None:
        self._normal = analyzer.normalise(text)
        folded = self._normal.text
        for form in _FORMS.keys() & set(folded):
            folded = folded.replace(form, _FORMS[form])
        self._folded = folded

    @cached_property
    def letters(self) -> str:
        spaced = _WORD_GAP.sub(SPACE, self._folded)
        return _LEFT_OUT.sub("", spaced)

    @cached_property
    def _cuts(self) -> tuple[list[int], list[int]]:
        """(letters before, characters left out so far) at each place where some were."""
        befores, shifts, shift = [0], [0], 0
        for match in _LEFT_OUT.finditer(self._folded):
            start, end = match.span()
            start += _WORD_GAP.match(self._folded, start) is not None
            befores.append(start - shift)
            shift += end - start
            shifts.append(shift)
        return befores, shifts

    def find(self, letters: str) -> Iterator[tuple[int, int]]:
        """Offsets into the text of every place where `letters` stand; they may overlap."""
        at = self.letters.find(letters) if letters else -1
        while at >= 0:
            first, last = self._place(at), self._place(at + len(letters) - 1)
            yield self._normal.span(first, last + 1)
            at = self.letters.find(letters, at + 1)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the text of `letters[start:end]`; of none, where they would stand."""
        if start < end:
            return self._normal.span(self._place(start), self._place(end - 1) + 1)
        if start < len(self.letters):
            at = self._normal.span(self._place(start), self._place(start) + 1)[0]
        else:
            at = self.span(start - 1, start)[1] if start else 0
        return at, at

    def _place(self, at: int) -> int:
        """Where a letter stands in the folded text."""
        befores, shifts = self._cuts
        return at + shifts[bisect_right(befores, at) - 1]


def letters_of(text: str, analyzer: Analyzer) -> str:
    """What a text is in a stream."""
    return Stream(text, analyzer).letters
