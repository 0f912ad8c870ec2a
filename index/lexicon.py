"""How the words and names of documents may be typed: by their sound or by first letters.

Each is a term of the keyword index of an audience, made of what that audience may read, with the
written form behind it. So the index is at once the list of words that a question can be taken to
mean, and a word goes with the last document that holds it.

'fui'fei/会费        a word, by its sound as southern speech blurs it
hfglbf/会费管理办法   a name, or a name from one of its words on, by its first letters
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from index.pinyin import blurred
from index.sounds import SEPARATOR, heard
from index.suggestions import Speller

# Words of so many characters have a sound of their own to be found by.
WORD_CHARS = (2, 8)
# First letters are typed for names of at least so many characters; a longer name is found by its
# first 30.
_NAME_CHARS = (3, 30)
_WORD = re.compile(f"[\u3400-\u4dbf\u4e00-\u9fff]{{{WORD_CHARS[0]},{WORD_CHARS[1]}}}")
# 《分支机构管理办法》; not the tables of contents that a sign left open would swallow.
_NAMED = re.compile(r"《([^《》\n]{3,60})》")
_WRITTEN = "/"


def names_in(text: str) -> list[str]:
    """What is named between 《》 in a text."""
    return _NAMED.findall(text)


def spelling_terms(words: Iterable[str], names: Iterable[str], spell: Speller) -> set[str]:
    """The terms of a passage that holds these words and where these names stand."""
    terms = {term for word in words if (term := _sound_term(word))}
    for name in names:
        terms |= _initial_terms(spell, name)
    return terms


def by_sound(syllables: Sequence[str]) -> str:
    """How the terms of all words begin that sound like these syllables or nearly so."""
    return f"{''.join(SEPARATOR + blurred(syllable) for syllable in syllables)}{_WRITTEN}"


def by_initials(letters: str, *, whole: bool) -> str:
    """How the terms of names begin whose first letters are these, or begin with these."""
    return f"{letters}{_WRITTEN}" if whole else letters


def written(term: str) -> str:
    """The word or name that a term stands for."""
    return term.partition(_WRITTEN)[2]


@lru_cache(maxsize=65_536)
def _sound_term(word: str) -> str | None:
    return by_sound(heard(word)) + word if _WORD.fullmatch(word) else None


def _initial_terms(spell: Speller, name: str) -> set[str]:
    spelling = spell(name)
    shortest, longest = _NAME_CHARS
    terms = set()
    for start in spelling.starts:
        tail = spelling.letters[start : start + longest]
        if len(tail) >= shortest:
            terms.add(f"{spelling.initials[start : start + longest]}{_WRITTEN}{tail}")
    return terms
