"""Words printed under or over the text of a page that are no part of it.

A watermark is pale, or much larger than the text, and lies across it; or it is pale and large
and stands at the same place on most pages. Size or colour alone prove nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from ingest.layout import Line

# Grey of 55 % or lighter; pure white is print on a dark ground.
_PALE = (0.55, 0.97)
_LARGE = 1.3  # times the size of the text, for what is pale
_HUGE = 2.0  # for what is as dark as the text
_OVERLAP = 0.25  # of its characters lie on others
_REPEATED = 0.6  # of the pages


def split_watermark(
    chars: Sequence[dict[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """The text of a page, what surely is a watermark, and what is one if other pages have it."""
    sizes = Counter(round(char["size"]) for char in chars)
    body = sizes.most_common(1)[0][0] if sizes else 0
    groups: dict[tuple[int, bool], list[dict[str, Any]]] = defaultdict(list)
    color, pale = None, False
    for char in chars:
        if char.get("non_stroking_color") != color:
            color = char.get("non_stroking_color")
            pale = _is_pale(color)
        groups[round(char["size"]), pale].append(char)
    odd = {key: some for key, some in groups.items() if key[1] or key[0] >= _HUGE * body}
    if not odd or len(odd) == len(groups):
        return list(chars), [], []
    text = [char for key, some in groups.items() if key not in odd for char in some]
    text.sort(key=lambda char: float(char["top"] + char["bottom"]))
    sure: list[dict[str, Any]] = []
    maybe: list[dict[str, Any]] = []
    plain = set(map(id, text))
    for (size, pale), some in odd.items():
        if _lies_over(some, text):
            sure += some
        elif pale and size >= _LARGE * body:
            maybe += some
        else:
            plain |= set(map(id, some))
    return [char for char in chars if id(char) in plain], sure, maybe


def repeated_marks(lines: Sequence[Line], pages: int) -> set[int]:
    """Indices of the lines that stand with the same words at the same place on most pages."""
    places: dict[tuple[str, int, int], set[int]] = defaultdict(set)
    keys = [(line.text, round(line.x0 / 6), round(line.top / 6)) for line in lines]
    for line, key in zip(lines, keys, strict=True):
        places[key].add(line.page)
    enough = max(2, _REPEATED * pages)
    return {index for index, key in enumerate(keys) if len(places[key]) >= enough}


def _is_pale(color: Any) -> bool:
    """Whether a fill is light grey or a light tint; what cannot be told is taken for black."""
    values = color if isinstance(color, tuple | list) else (color,)
    if not all(isinstance(value, int | float) for value in values):
        return False
    if len(values) == 4:
        cyan, magenta, yellow, black = values
        values = [(1 - ink) * (1 - black) for ink in (cyan, magenta, yellow)]
    if len(values) not in (1, 3):
        return False
    return _PALE[0] <= min(values) and sum(values) / len(values) <= _PALE[1]


def _lies_over(some: Sequence[dict[str, Any]], text: Sequence[dict[str, Any]]) -> bool:
    """Whether enough characters have the middle of a character of the text in their boxes, or
    their own in that of one."""
    middles = [(char["top"] + char["bottom"]) / 2 for char in text]
    tallest = max((char["bottom"] - char["top"] for char in text), default=0.0)
    inked = [char for char in some if not char["text"].isspace()]
    over = 0
    for char in inked:
        first = bisect_left(middles, char["top"] - tallest)
        last = bisect_right(middles, char["bottom"] + tallest)
        over += any(_covers(char, other) or _covers(other, char) for other in text[first:last])
    return over > 0 and over >= _OVERLAP * len(inked)


def _covers(one: dict[str, Any], other: dict[str, Any]) -> bool:
    x, y = (other["x0"] + other["x1"]) / 2, (other["top"] + other["bottom"]) / 2
    return bool(
        one["x0"] <= x <= one["x1"]
        and one["top"] <= y <= one["bottom"]
        and not other["text"].isspace()
    )
