"""What scraped pages and texts carry against copying: pinyin, marks and codes inside words.

Nothing is noise by its looks alone. A bracket must hold the sound of the character before it;
a mark or a code must stand, again and again, where taking it out makes a word whole.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from index.model import Dropped
from ingest.lines import Block

if TYPE_CHECKING:
    from index.analyzer import Analyzer

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
# Zero width, soft hyphens, directions; not the joiners' neighbours U+2010.. (dashes, quotes).
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
# GB 18030 keeps a few rare ideographs at U+E815..E864; symbol fonts their bullets at U+F0xx, which
# are no noise where a line begins.
_PRIVATE = "\ue000-\ue814\ue865-\uf8ff\U000f0000-\U0010fffd"
_UNSEEN = re.compile(f"[{_INVISIBLE}]|(?<![\n \t\u3000])(?<!^)[{_PRIVATE}]")
_HIDDEN = re.compile(f"[{_INVISIBLE}{_PRIVATE}]")  # hardly any text has one: a first quick look
_GBK_BLANK = "\ue5e5"  # bytes A3 A0, which GBK editors used as a wide blank

# Matches "办(ban)", "法【fǎ】", "规(gui1)"; not "(GB)", "(试行)", "(covid)", "第3条".
_PINYIN = re.compile(
    f"([{_HAN}])[(（\\[【]([a-zü\u0101\u00e1\u01ce\u00e0\u0113\u00e9\u011b\u00e8\u012b\u00ed"
    "\u01d0\u00ec\u014d\u00f3\u01d2\u00f2\u016b\u00fa\u01d4\u00f9\u01d6\u01d8\u01da\u01dc]"
    f"{{1,6}})[1-5]?[)）\\]】](?=([{_HAN}])|[，。、；：！？”》])"
)
_SYLLABLE = re.compile(  # "zhuang", "an", "lv"; not "pdf", "app", "banfa"
    "(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?(?:a|o|e|ai|ei|ui|ao|ou|iu|ie|ue|ve|er|an|en|in|un|ang|"
    "eng|ing|ong|ia|iao|ian|iang|iong|ua|uo|uai|uan|uang|i|u|v)"
)
# The first half of GB 2312 is in the order of pinyin: where each initial letter begins.
_INITIALS = "abcdefghjklmnopqrstwxyz"
_STARTS = bytes.fromhex(
    "b0a1b0c5b2c1b4eeb6eab7a2b8c1b9febbf7bfa6c0acc2e8c4c3c5b6c5bec6dac8bbc8f6cbfacddacef4d1b9d4d1"
)
_BOUNDS = [int.from_bytes(_STARTS[at : at + 2], "big") for at in range(0, len(_STARTS), 2)]

_MARK = "★☆◆◇■□●▲△▼▽※◎♦♠♣♥"  # not ○, which is a zero in 二○二四年
_MARKS = re.compile(f"[{_MARK}]{{1,4}}")
# Matches "★" in "办★法" and "办法，★应当"; not where a line begins or a blank is near.
_MARK_INSIDE = re.compile(f"(?<=[{_HAN}，。；、])[{_MARK}]{{1,4}}(?=[{_HAN}，。；、])")
# Matches "ct7Xq9" in "办ct7Xq9法"; not "GB 18030", "2024" (see _is_code).
_CODE_INSIDE = re.compile(f"(?<=[{_HAN}，。；、])[A-Za-z0-9]{{4,12}}(?=[{_HAN}，。；、])")

_MIN_PROOFS = 3
_MAX_SEAMS = 200  # looked at in one document; what is inserted is inserted everywhere
_REACH = 6  # characters each side from which words are cut


@dataclass(frozen=True, slots=True)
class Noise:
    """What was found to be noise in one document."""

    pinyin: bool = False
    marks: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()

    def strip(self, text: str, removed: dict[str, None]) -> str:
        """The text without it; the pieces taken out become keys of `removed`."""
        text, unseen = visible(text)
        removed.update(dict.fromkeys(drop.text for drop in unseen))
        if self.pinyin:
            for match in _PINYIN.finditer(text):
                if _sounds(match):
                    removed[match[0][1:]] = None
            text = _PINYIN.sub(lambda m: m[1] if _sounds(m) else m[0], text)
        if self.marks:
            text = _MARK_INSIDE.sub(lambda m: _take(m, set(m[0]) <= self.marks, removed), text)
        if self.codes:
            text = _CODE_INSIDE.sub(lambda m: _take(m, m[0] in self.codes, removed), text)
        return text


def _take(match: re.Match[str], noise: bool, removed: dict[str, None]) -> str:
    if not noise:
        return match[0]
    removed[match[0]] = None
    return ""


def visible(text: str) -> tuple[str, list[Dropped]]:
    """The text without characters of no width and of private use, each named once as U+200B."""
    if _HIDDEN.search(text) is None:
        return text, []
    text = text.replace(_GBK_BLANK, "\u3000")
    found = dict.fromkeys(_UNSEEN.findall(text))
    if not found:
        return text, []
    return _UNSEEN.sub("", text), [Dropped(f"U+{ord(char):04X}", "noise") for char in found]


def without_noise(blocks: Sequence[Block]) -> tuple[list[Block], list[Dropped]]:
    """The blocks without their noise, and each piece of it once."""
    noise = find_noise([block.text for block in blocks])
    removed: dict[str, None] = {}
    clean: list[Block] = []
    for block in blocks:
        text = noise.strip(block.text, removed).strip()
        if text == block.text:
            clean.append(block)
        elif text:
            cells = tuple(noise.strip(cell, removed) for cell in block.cells)
            clean.append(replace(block, text=text, cells=cells))
    return clean, [Dropped(piece, "noise") for piece in removed]


def find_noise(texts: Sequence[str]) -> Noise:
    """What is inserted again and again into the texts of one document."""
    texts = [visible(text)[0] for text in texts]
    return Noise(_has_pinyin(texts), _marks(texts), _codes(texts))


def _has_pinyin(texts: Sequence[str]) -> bool:
    """Whether three different syllables follow the characters that they spell, inside sentences.

    A reader's aid after one rare name is no noise.
    """
    agree: set[str] = set()
    differ = 0
    for text in texts:
        for match in _PINYIN.finditer(text):
            if match[3] is None:
                continue
            sound, initial = _toneless(match[2]), _initial(match[1])
            if initial is None or _SYLLABLE.fullmatch(sound) is None:
                continue
            if sound[0] == initial:
                agree.add(sound)
            else:
                differ += 1
    return len(agree) >= _MIN_PROOFS and differ <= len(agree)


def _sounds(match: re.Match[str]) -> bool:
    """Whether a bracket holds a syllable that the character before it may be read as."""
    sound = _toneless(match[2])
    return _SYLLABLE.fullmatch(sound) is not None and _initial(match[1]) in (None, sound[0])


def _toneless(sound: str) -> str:
    decomposed = unicodedata.normalize("NFD", sound.replace("ü", "v"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _initial(char: str) -> str | None:
    """The letter with which a common character's reading begins; None where GB 2312 is silent."""
    try:
        code = int.from_bytes(char.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return None
    return _INITIALS[bisect_right(_BOUNDS, code) - 1] if 0xB0A1 <= code < 0xD7FA else None


def _marks(texts: Sequence[str]) -> frozenset[str]:
    """Marks that stand inside words; boxes to tick stand as often at an end or a blank."""
    inside = [(text, m) for text in texts for m in _MARK_INSIDE.finditer(text)]
    if len(inside) < _MIN_PROOFS:
        return frozenset()
    within = Counter("".join(match[0] for _, match in inside))
    # what begins a paragraph is a bullet, and does not count
    everywhere = Counter("".join("".join(_MARKS.findall(text.lstrip(_MARK))) for text in texts))
    likely = {mark for mark in within if within[mark] * 10 >= everywhere[mark] * 6}
    places = [(text, match) for text, match in inside if set(match[0]) <= likely]
    if len(places) < _MIN_PROOFS or not _break_words(places, _MARKS):
        return frozenset()
    return frozenset(likely)


def _codes(texts: Sequence[str]) -> frozenset[str]:
    """Codes that stand inside words: one of them again and again, or many at random."""
    groups: dict[str, list[tuple[str, re.Match[str]]]] = defaultdict(list)
    for text in texts:
        for match in _CODE_INSIDE.finditer(text):
            turns = _turns(match[0])
            if turns >= 2:
                groups[match[0]].append((text, match))
            if turns >= 3 and match[0] != match[0].upper():  # H7N9 is a name
                groups[""].append((text, match))
    found: set[str] = set()
    for code, places in groups.items():
        if len(places) >= _MIN_PROOFS and _break_words(places, _CODE_INSIDE):
            found |= {code} if code else {match[0] for _, match in places}
    return frozenset(found)


def _turns(code: str) -> int:
    """How often a code changes between digits, small and capital letters; Win10 does once."""
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in code]
    return sum(one != other and one + other != "ul" for one, other in pairwise(kinds))


def _break_words(places: Sequence[tuple[str, re.Match[str]]], pattern: re.Pattern[str]) -> bool:
    """Whether at least three different words, and a quarter of all places, are whole without."""
    words: set[str] = set()
    count = 0
    places = places[:_MAX_SEAMS]
    for text, match in places:
        left = pattern.sub("", text[max(0, match.start() - 3 * _REACH) : match.start()])[-_REACH:]
        right = pattern.sub("", text[match.end() : match.end() + 3 * _REACH])[:_REACH]
        pair = left[-1:] + right[:1]
        if any(pair in word for word in _analyzer().words(left + right)):
            words.add(pair)
            count += 1
    return len(words) >= _MIN_PROOFS and count * 4 >= len(places)


@lru_cache(maxsize=1)
def _analyzer() -> Analyzer:
    # its dictionary takes a second to load, and hardly any document asks for it
    from index.analyzer import Analyzer

    return Analyzer()
