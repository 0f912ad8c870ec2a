"""Pinyin as people type it: which letters make a syllable, and how a run of them may be cut.

Pure tables and arithmetic; what characters sound like is in `sounds`. ü is written v, as it is
typed, and lüe and nüe are lve and nve whichever way they were typed.
"""

from __future__ import annotations

import re
from heapq import nsmallest
from itertools import product

MAX_LETTERS = 40
MAX_CUTS = 8

_FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng iao o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "l": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES = frozenset(
    initial + final for initial, finals in _FINALS.items() for final in finals.split()
)
_LONGEST = max(map(len, SYLLABLES))
# Typed as often as lve and nve, and no other syllable.
_SPELLED = {"lue": "lve", "nue": "nve"}
_BEGINNINGS = frozenset(s[:size] for s in SYLLABLES for size in range(1, len(s))) - SYLLABLES
_INITIALS = frozenset(syllable[0] for syllable in SYLLABLES)

_CUT = "[ '’]+"
# Matches huifei, hui fei, xi'an; not 会费, 2024, hui-fei.
_LETTERS = re.compile(f"[a-zü]+(?:{_CUT}[a-zü]+)*")
# What southern speech does not tell apart, and typists exchange: zh z, ch c, sh s, n l, f h; and
# the g of ang, eng, ing, and so of iang and uang.
_RETROFLEX = re.compile("^([zcs])h")
_BACK = re.compile("(?<=[aei]n)g$")
_EXCHANGED = str.maketrans("nh", "lf")

# (unfinished, syllables, what its vowels without a consonant cost, longer first), the cut.
_Cost = tuple[int, int, int, tuple[int, ...]]
_Way = tuple[_Cost, tuple[str, ...]]


def syllables(latin: str, *, prefix: bool = False) -> tuple[tuple[str, ...], ...]:
    """The ways of reading typed letters as pinyin, at most MAX_CUTS, best first.

    xian is (xian,) and (xi, an): fewest syllables first, then those that orthography would not
    part by an apostrophe: fan gan before fang an. Spaces and apostrophes are cuts. With `prefix`
    the last syllable may be unfinished: huif is (hui, f). Empty when this is no pinyin, or
    longer than MAX_LETTERS. Cuts with two syllables more than the best are left out.
    """
    ways: list[_Way] = [((0, 0, 0, ()), ())]
    runs = _runs(latin)
    for at, run in enumerate(runs, 1):
        ends = _cuts(run, prefix and at == len(runs))
        ways = nsmallest(MAX_CUTS, (_joined(*pair) for pair in product(ways, ends)))
    return tuple(cut for _, cut in ways if cut and len(cut) <= len(ways[0][1]) + 1)


def is_typed_sound(text: str) -> bool:
    """Whether the whole input is letters that may be pinyin or first letters of syllables.

    huifei, hui fei biaozh, fzjgglbf; two letters at least and MAX_LETTERS at most. Many English
    words may be first letters too (abc, plan): asking the index is what tells.
    """
    runs = _runs(text)
    return sum(map(len, runs)) > 1 and all(
        _INITIALS.issuperset(run) or _cuts(run, at == len(runs)) for at, run in enumerate(runs, 1)
    )


def blurred(syllable: str) -> str:
    """One spelling for all syllables that southern speech confuses: zhang, zang, zan -> zan."""
    plain = _BACK.sub("", _RETROFLEX.sub(r"\1", syllable))
    return plain[:1].translate(_EXCHANGED) + plain[1:]


def _runs(text: str) -> list[str]:
    """The letters between forced cuts; empty when there is anything else or too much."""
    # With a cut between any two letters a text is twice as long.
    if len(text) > 2 * MAX_LETTERS:
        return []
    trimmed = text.strip(" '’")
    if not _LETTERS.fullmatch(trimmed):
        return []
    runs = re.split(_CUT, trimmed.replace("ü", "v"))
    return runs if sum(map(len, runs)) <= MAX_LETTERS else []


def _cuts(run: str, prefix: bool) -> list[_Way]:
    """The best ways of cutting one run; those of each beginning are found from shorter ones."""
    best: list[list[_Way]] = [[((0, 0, 0, ()), ())]]
    for end in range(1, len(run) + 1):
        ways = [
            _joined(before, _step(spelled, start > 0))
            for start in range(max(0, end - _LONGEST), end)
            if (spelled := _piece(run[start:end], prefix and end == len(run)))
            for before in best[start]
        ]
        best.append(nsmallest(MAX_CUTS, ways))
    return best[-1]


def _piece(letters: str, prefix: bool) -> str | None:
    """The syllable, or the beginning of one where that is allowed, that these letters are."""
    spelled = _SPELLED.get(letters, letters)
    return spelled if spelled in SYLLABLES or (prefix and spelled in _BEGINNINGS) else None


def _step(piece: str, inside: bool) -> _Way:
    """One piece alone. A vowel inside a run costs, one of a single letter twice: qu an (去安)
    is likelier than xi e."""
    hiatus = 1 + (len(piece) == 1) if inside and piece[0] in "aeo" else 0
    return (int(piece not in SYLLABLES), 1, hiatus, (-len(piece),)), (piece,)


def _joined(one: _Way, other: _Way) -> _Way:
    (unfinished, count, hiatus, sizes), cut = one
    (more, further, again, others), rest = other
    cost = (unfinished + more, count + further, hiatus + again, sizes + others)
    return cost, cut + rest
