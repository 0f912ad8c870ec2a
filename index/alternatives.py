"""Did you mean: what else could be asked when a question finds nothing.

Here words are doubted that a search leaves as they were typed, and quotations are given up: the
person chooses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.respelling import Respelling

Respell = Callable[[str], Sequence[Respelling]]

_QUOTES = re.compile('["＂“”「」『』]')


def alternatives(text: str, respell: Respell) -> tuple[str, ...]:
    """Other questions, the nearest first; whether they find anything is to be seen."""
    unquoted = " ".join(_QUOTES.sub(" ", text).split())
    texts = (respelled(text, respell), unquoted, respelled(unquoted, respell))
    return tuple(dict.fromkeys(one for one in texts if one and one != text))


def respelled(text: str, respell: Respell) -> str:
    """The text with each part replaced by what it is taken for."""
    for one in reversed(respell(text)):
        text = f"{text[: one.start]}{one.value}{text[one.end :]}"
    return text
