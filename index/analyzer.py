"""From text to terms: one analyzer for documents, queries and the encoder.

Text is folded once (width, script, look-alikes, case, letter-spacing) with a map back to the
original characters, then cut two ways: jieba words in search mode, and overlapping pairs of
Chinese characters. Words rank well; pairs find what two cuts of the same phrase would miss.
On layperson questions over 147,966 law articles words alone give nDCG@10 0.345, pairs 0.358,
both with equal weight 0.369.
"""

from __future__ import annotations

import hashlib
import logging
import math
import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from itertools import chain
from operator import add
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import opencc
from numpy.typing import NDArray

from index.radicals import RADICALS

DICTIONARY = Path(__file__).with_name("dictionary.txt")
FUNCTION_WORDS = frozenset(
    Path(__file__).with_name("function_words.txt").read_text("utf-8").split()
)

# Raised whenever the same text would give other terms than before.
_VERSION = 1

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
_HAN_RUN = re.compile(f"[{_HAN}]+")
# The characters that jieba looks for words in; it parts at all others.
_PHRASES = jieba.re_han_default
# Matches 川 东 片 区 and 唐 勇; not 美后勤之道 关于, where the space parts two phrases.
_LETTER_SPACED = re.compile(f"(?<![{_HAN}])[{_HAN}](?: {{1,4}}[{_HAN}](?![{_HAN}]))+")
# The weight of what begins longer words and is none itself.
_NEVER = -math.inf
# Characters that look alike and that input methods and old typists exchange.
_LOOK_ALIKES = RADICALS | {"釆": "采", "〇": "零"}


class _Folding(dict[int, str]):
    """Code point -> folded text, filled as characters are met. Empty for what has no meaning.

    `moving` are the characters met whose folding is not one character: they shift what follows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.moving: set[str] = set()
        # Code point -> folded code point of the other characters met, 0 for all else.
        self._single = np.zeros(sys.maxunicode + 1, np.uint32)
        self._simplify = opencc.OpenCC("t2s").convert

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char) in {"Cf", "Cc", "Mn", "Cs", "Co"} and char not in "\t\n":
            folded = " " if char == "\r" else ""
        else:
            folded = unicodedata.normalize("NFKC", _LOOK_ALIKES.get(char, char))
            folded = self._simplify(folded).lower()
            # Lower-casing may bring a combining mark that a second folding would drop.
            folded = "".join(c if c == char else self[ord(c)] for c in folded)
        self[code] = folded
        if len(folded) == 1:
            self._single[code] = ord(folded)
        else:
            self.moving.add(char)
        return folded

    def single(self, text: str) -> str | None:
        """The folded text if every character is known to stay one; looked up all at once, in a
        third of the time that `str.translate` takes on a paragraph."""
        folded = self._single[_codes(text)]
        return folded.tobytes().decode("utf-32-le") if folded.all() else None

    def singles(self, text: str) -> NDArray[np.uint32]:
        """The folded character at each place of `text`, 0 where it is not just one."""
        codes = _codes(text)
        folded = self._single[codes]
        for code in set(codes[folded == 0].tolist()):
            self[code]  # a character met for the first time
        return self._single[codes]


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@dataclass(frozen=True, slots=True)
class Normalised:
    """Folded text; `origin[i]` is where `text[i]` came from, None when nothing moved."""

    text: str
    origin: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's offsets of `text[start:end]`, which must not be empty."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What an engine is given of a text: two streams of terms in text order, repeats kept."""

    words: list[str]
    grams: list[str]

    def __reduce__(self) -> tuple[Any, ...]:
        """Between processes as two strings: a tenth of the cost of hundreds of small ones."""
        return _rejoined, (" ".join(self.words), " ".join(self.grams))


def _rejoined(words: str, grams: str) -> Terms:
    return Terms(words.split(), grams.split())


class _Tokenizer(jieba.Tokenizer):  # type: ignore[misc]
    """jieba with its inner loop written for speed: the same words, in two thirds of the time.

    jieba first lists the words that start at each character and then finds the best way through
    them, with a logarithm for every word; here both are one loop over logarithms kept ready.
    `tests/test_analyzer.py` compares the two.
    """

    def __init__(self, frequencies: dict[str, int], total: int) -> None:
        super().__init__()
        self.FREQ, self.total, self.initialized = frequencies, total, True
        self._unknown = -math.log(total)
        self._weights = {
            word: math.log(count) + self._unknown if count else _NEVER
            for word, count in frequencies.items()
        }

    def get_DAG(self, sentence: str) -> None:
        """Nothing: `calc` looks words up itself."""

    def calc(self, sentence: str, DAG: None, route: dict[int, tuple[float, int]]) -> None:
        """route[i] = (weight, last character of the first word) of the best cut of sentence[i:],
        the longer word where weights are equal."""
        weigh, size = self._weights.get, len(sentence)
        best, ends = [0.0] * (size + 1), list(range(size))
        # Half of the characters begin no longer word; one look at all pairs tells which.
        singles = map(weigh, reversed(sentence))
        pairs = [None, *map(weigh, map(add, reversed(sentence[:-1]), reversed(sentence)))]
        start, after = size, 0.0
        for single, weight in zip(singles, pairs, strict=True):
            start -= 1
            top = _NEVER if single is None else single + after
            end = start + 2
            while weight is not None:
                if weight + best[end] >= top:
                    top, ends[start] = weight + best[end], end - 1
                end += 1
                weight = weigh(sentence[start:end]) if end <= size else None
            if top == _NEVER:
                top, ends[start] = self._unknown + after, start
            best[start] = after = top
        route.update(enumerate(zip(best, ends, strict=False)))

    def forms(self, word: str) -> tuple[str, ...]:
        """What search mode gives for one word: the shorter words in it, then itself; nothing
        for punctuation."""
        parts = [
            word[at : at + size]
            for size in (2, 3)
            if len(word) > size
            for at in range(len(word) - size + 1)
        ]
        return tuple(filter(_is_word, [*filter(self.FREQ.get, parts), word]))


def _tokenizer() -> _Tokenizer:
    """jieba's dictionary with ours on top."""
    # Built from the wheel's own file every time (0.7 s): jieba's cache is a marshal file in
    # the shared temporary directory, which anyone on the machine could replace.
    jieba.setLogLevel(logging.WARNING)
    plain = jieba.Tokenizer()
    plain.FREQ, plain.total = plain.gen_pfdict(plain.get_dict_file())
    plain.initialized = True
    for word in DICTIONARY.read_text("utf-8").split():
        plain.add_word(word)
    return _Tokenizer(plain.FREQ, plain.total)


class Analyzer:
    """The whole chain text -> terms. Loads jieba's dictionary once; safe to share by threads."""

    def __init__(self) -> None:
        self._folding = _Folding()
        self._jieba = _tokenizer()
        # A passage is cut for the keyword lane and again, under its title, for its vector, and
        # phrases recur; jieba's cuts never cross punctuation.
        self._phrase_words = lru_cache(maxsize=8192)(self._cut)
        self._forms = lru_cache(maxsize=65_536)(self._jieba.forms)

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever an index built before would not fit the terms made now."""
        parts = [str(_VERSION), unicodedata.unidata_version]
        parts += [f"{name} {version(name)}" for name in ("jieba", "opencc")]
        digest = hashlib.sha256("\n".join(parts).encode())
        digest.update(DICTIONARY.read_bytes())
        return digest.hexdigest()[:16]

    def normalise(self, text: str) -> Normalised:
        """Folded text with its map. Folding folded text again changes nothing."""
        origin: list[int] | None = None
        folded = self._folding.single(text)
        if folded is None:
            folded = text.translate(self._folding)
            if not self._folding.moving.isdisjoint(text):
                origin = [
                    i for i, char in enumerate(text) for _ in range(len(self._folding[ord(char)]))
                ]
        if " " in folded:
            folded, origin = _close_letter_spacing(folded, origin)
        return Normalised(folded, None if origin is None else tuple(origin))

    def codes(self, text: str) -> NDArray[np.uint32]:
        """The folded code point at each place of `text`, 0 where it is not just one; for texts of
        many thousand characters, of which single places are looked at."""
        return self._folding.singles(text)

    def words(self, text: str) -> list[str]:
        """jieba words in search mode, folded, without spaces and punctuation."""
        return self._words(self.normalise(text).text)

    def terms(self, text: str) -> Terms:
        """Both streams, for indexing and for asking."""
        folded = self.normalise(text).text
        return Terms(self._words(folded), _grams(folded))

    def _words(self, folded: str) -> list[str]:
        return [*chain.from_iterable(map(self._phrase_words, _PHRASES.split(folded)))]

    def _cut(self, phrase: str) -> tuple[str, ...]:
        return tuple(chain.from_iterable(map(self._forms, self._jieba.cut(phrase))))

    def cut(self, folded: str) -> list[str]:
        """The words of a folded text one after another, so that joined they are the text."""
        return list(self._jieba.cut(folded))

    def knows(self, word: str) -> bool:
        """Whether a folded word is one of the dictionary's."""
        return bool(self._jieba.FREQ.get(word))

    def frequency(self, word: str) -> int:
        return int(self._jieba.FREQ.get(word) or 0)

    def word_starts(self, folded: str) -> set[int]:
        """Where words begin in a folded text, those that search mode finds in longer ones too."""
        return {start for _, start, _ in self._jieba.tokenize(folded, mode="search")}


def is_han(term: str) -> bool:
    """Whether a term is Chinese characters and nothing else."""
    return _HAN_RUN.fullmatch(term) is not None


def _is_word(word: str) -> bool:
    return word.isalnum() or any(map(str.isalnum, word))


def _grams(folded: str) -> list[str]:
    """Overlapping pairs of each run of Chinese characters; a lone one stands alone."""
    grams: list[str] = []
    for run in _HAN_RUN.findall(folded):
        grams += map(add, run, run[1:]) if len(run) > 1 else (run,)
    return grams


def _close_letter_spacing(text: str, origin: list[int] | None) -> tuple[str, list[int] | None]:
    """川 东 片 区 -> 川东片区; `origin` follows."""
    drop = {
        i
        for match in _LETTER_SPACED.finditer(text)
        for i in range(match.start(), match.end())
        if text[i] == " "
    }
    if not drop:
        return text, origin
    keep = [i for i in range(len(text)) if i not in drop]
    closed = "".join(text[i] for i in keep)
    return closed, keep if origin is None else [origin[i] for i in keep]
