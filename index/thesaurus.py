"""Words that say what other words say: what of a question is looked for under other names, too.

    食堂 伙食 餐饮            each may stand for each
    欠钱 => 债务 借款          who says the left means the right, not the other way round
    - 食堂 餐饮              these two do not stand for each other after all

`thesaurus.txt` and `everyday.txt` are ours; a file `thesaurus.txt` in the library's folder is the
office's own and has the last word.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.analyzer import Analyzer

_log = logging.getLogger(__name__)

FILE_NAME = "thesaurus.txt"
SAME, MEANT, ALIAS = "同义", "说法", "简称"
# The names of committees are long; longer entries are sentences.
LONGEST = 40
_OURS = {
    SAME: Path(__file__).with_name("thesaurus.txt"),
    MEANT: Path(__file__).with_name("everyday.txt"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """`others` are looked for where `word` was typed, because of `how`."""

    word: str
    others: tuple[str, ...]
    how: str


class Thesaurus:
    """Words and what else says the same. `files` are read in order, later ones on top."""

    def __init__(self, files: Iterable[tuple[str, str]], analyzer: Analyzer) -> None:
        self._others: dict[str, dict[str, str]] = {}
        self._taken_back: set[tuple[str, str]] = set()
        for how, text in files:
            for line in text.splitlines():
                self._add(how, line.partition("#")[0], analyzer)
        self._longest = max(map(len, self._others), default=0)

    def _add(self, how: str, line: str, analyzer: Analyzer) -> None:
        left, arrow, right = line.partition("=>")
        taken_back = left.strip().startswith("- ")
        words = _folded(left.strip().removeprefix("- "), analyzer)
        for word in words:
            held = self._others.setdefault(word, {})
            for other in _folded(right, analyzer) if arrow else words:
                if taken_back:
                    held.pop(other, None)
                    self._taken_back.add((word, other))
                elif other != word:
                    held.setdefault(other, MEANT if arrow else how)

    def takes_back(self, word: str, other: str) -> bool:
        """Whether the office says that these do not stand for each other."""
        return (word, other) in self._taken_back

    def has(self, word: str, other: str) -> bool:
        """Whether `other` stands for `word`."""
        return other in self._others.get(word, {})

    def ways(self, folded: str, boundaries: frozenset[int]) -> Iterator[Way]:
        """Ways for the words of a folded text that are in here: whole words only, the
        longest where several begin or lie within each other."""
        at = 0
        while at < len(folded):
            end = self._end(folded, at, boundaries) if at in boundaries else 0
            if end:
                held = self._others[folded[at:end]]
                yield Way(folded[at:end], tuple(held), next(iter(held.values())))
            at = end or at + 1

    def _end(self, folded: str, start: int, boundaries: frozenset[int]) -> int:
        """Where the longest entry that begins at `start` ends; 0 where none does."""
        for end in range(min(len(folded), start + self._longest), start + 1, -1):
            if end in boundaries and self._others.get(folded[start:end]):
                return end
        return 0

    def __len__(self) -> int:
        return len(self._others)


@cache
def _shipped() -> tuple[tuple[str, str], ...]:
    return tuple((how, file.read_text("utf-8")) for how, file in _OURS.items())


def open_thesaurus(own: str, analyzer: Analyzer) -> Thesaurus:
    """Ours with the office's `own` text on top."""
    return Thesaurus((*_shipped(), (SAME, own)), analyzer)


def read_own(home: Path) -> str:
    """The office's own file; empty when there is none or it cannot be read."""
    try:
        return own_text(home)
    except (OSError, UnicodeDecodeError):
        _log.warning("%s cannot be read and is left out of account", home / FILE_NAME)
        return ""


def own_text(home: Path) -> str:
    """The same, as UTF-8 or as an older editor wrote it. Raises OSError or UnicodeDecodeError."""
    try:
        data = (home / FILE_NAME).read_bytes()
    except FileNotFoundError:
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _folded(words: str, analyzer: Analyzer) -> list[str]:
    found = (analyzer.normalise(word).text for word in words.split())
    return [word for word in dict.fromkeys(found) if 1 < len(word) <= LONGEST]
