"""What Chinese characters sound like, for those who type by sound: pinyin, initials, homophones.

Text comes in folded. Sounds have no tones; ü is v. Pronunciations are pypinyin's, loaded when
first asked for (0.4 s, 55 MB), so nothing here should be called where no sound is needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import cache, lru_cache
from itertools import chain

from index.pinyin import blurred

SEPARATOR = "'"
# Titles are shorter; a longer run is no word that anyone types by sound.
MAX_CHARS = 200

_PARTS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
# No phrase of pypinyin's is longer.
_LONGEST = 10
# More than all the phrases of one text can cost by standing out of step.
_PIECE = MAX_CHARS
# Interjections without a vowel, as input methods take them; 欸 is listed as ê.
_VOWELLED = {"ê": "ei", "m": "mu", "n": "en", "ng": "en", "hm": "heng", "hng": "heng"}
# Phrases that pypinyin lacks and would read wrongly, found among the words of laws and bylaws.
_PHRASES = {
    "工商行政": "gong shang xing zheng",
    "总行": "zong hang",
    "最长": "zui chang",
    "较长": "jiao chang",
    "长三角": "chang san jiao",
    "长效": "chang xiao",
    "长时间": "chang shi jian",
    "给排水": "ji pai shui",
    "还林": "huan lin",
    "还款": "huan kuan",
    "青藏": "qing zang",
}


class Alike(IntEnum):
    """How alike two words of one length sound."""

    NO = 0
    FUZZY = 1  # as southern typists confuse them: zh z, n l, ang an
    SAME = 2


@lru_cache(maxsize=32_768)
def readings(char: str) -> tuple[str, ...]:
    """The toneless pinyin of one character, commonest first; empty if it has none."""
    from pypinyin.constants import PINYIN_DICT

    listed = PINYIN_DICT.get(ord(char), "").split(",")
    return tuple(dict.fromkeys(_plain(spelled) for spelled in listed if spelled))


def sound(word: str) -> str:
    """The syllables of a word as it is read, run together: 会计 -> kuai'ji.

    A run of digits or Latin letters stays as it is, and so does a character without a reading:
    2024年 -> 2024'nian. What follows after MAX_CHARS characters is left out.
    """
    return SEPARATOR.join(chain.from_iterable(map(_syllables, _parts(word))))


def initials(word: str) -> str:
    """The first letters of the syllables, digits and letters kept: 2024年会费 -> 2024nhf."""
    return "".join(syllable[0] for syllable in heard(word))


def heard(word: str) -> tuple[str, ...]:
    """One syllable for each character of a word as it is read; digits and letters are themselves.
    What follows after MAX_CHARS characters is left out."""
    return tuple(
        chain.from_iterable(part if part.isascii() else _spoken(part) for part in _parts(word))
    )


def load() -> None:
    """Be ready to answer at once, here rather than at the first question."""
    readings("会"), sound("会费")


def sounds_like(text: str, word: str) -> Alike:
    """How alike two texts may be read, character by character, each in any of its readings; the
    least alike pair decides. NO where the lengths differ, or for more than MAX_CHARS."""
    if len(text) != len(word) or len(word) > MAX_CHARS:
        return Alike.NO
    return min(map(alike, text, word), default=Alike.SAME)


def alike(char: str, other: str) -> Alike:
    """How alike two characters may be read; a character without a reading is like itself only."""
    if char == other or not set(readings(char)).isdisjoint(readings(other)):
        return Alike.SAME
    return Alike.NO if _blurred(char).isdisjoint(_blurred(other)) else Alike.FUZZY


def _parts(word: str) -> list[str]:
    return _PARTS.findall(word[:MAX_CHARS])


def _syllables(part: str) -> tuple[str, ...]:
    # There is no end of numbers, and nothing to remember of them.
    return (part,) if part.isascii() else _spoken(part)


@lru_cache(maxsize=65_536)
def _spoken(han: str) -> tuple[str, ...]:
    """One syllable for each character, by the phrases it stands in, as few as possible.

    Where that leaves a choice, words go in pairs: from the left (执行|情况, 成长|性), and in five
    characters or any greater odd number from the right (本|行政|区域).
    """
    phrases, size = _phrases(), len(han)
    starts = 0 if size == 3 else size % 2
    costs, ends = [0] * (size + 1), [0] * size
    for start in reversed(range(size)):
        costs[start], ends[start] = costs[start + 1] + _PIECE, start + 1
        for end in range(start + 2, min(start + _LONGEST, size) + 1):
            cost = costs[end] + _PIECE + (start % 2 != starts)
            if cost < costs[start] and han[start:end] in phrases:
                costs[start], ends[start] = cost, end
    spoken: list[str] = []
    while len(spoken) < size:
        start = len(spoken)
        phrase = han[start : ends[start]]
        if len(phrase) > 1:
            spoken += (_plain(spelled[0]) for spelled in phrases[phrase])
        else:
            spoken += readings(phrase)[:1] or (phrase,)
    return tuple(spoken)


@cache
def _phrases() -> Mapping[str, Sequence[Sequence[str]]]:
    """Phrase -> for each character its readings there, the likeliest first."""
    from pypinyin.constants import PHRASES_DICT

    ours = {phrase: [[one] for one in spelled.split()] for phrase, spelled in _PHRASES.items()}
    return PHRASES_DICT | ours


@cache
def _plain(spelled: str) -> str:
    """Without tone: lǜ -> lv. There are some 1,500 spellings with tones."""
    from pypinyin.contrib.tone_convert import to_normal

    plain = to_normal(spelled)
    return _VOWELLED.get(plain, plain)


@lru_cache(maxsize=32_768)
def _blurred(char: str) -> frozenset[str]:
    return frozenset(map(blurred, readings(char)))
