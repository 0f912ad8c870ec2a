"""How alike two documents are: a MinHash signature of each, and bands to find the pairs by.

Near-identical documents are linked and never merged. Next year's edition of a notice shares 0.96
of its five-character pieces with this year's, a scan of a file 0.99 with its original, and a
notice without its annex 0.91 with the whole: no threshold tells a copy from an edition.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from index.analyzer import Analyzer
from index.privacy import mask

# The standard error of the estimate is 0.04 where half is shared and 0.02 at 0.95.
PERMUTATIONS = 128
SIGNATURE_BYTES = 4 * PERMUTATIONS
# Below, one changed date is much of the text, and two short forms are alike by their labels.
MIN_CHARS = 200
_GRAM = 5
# A pair that shares 0.7 of its pieces agrees in all five values of one of 25 bands 99 times in
# 100; one that shares 0.3 does 6 times in 100, one that shares 0.1 never (2 in 10,000).
_BANDS, _ROWS = 25, 5
# Pieces hashed at once, so that a book takes no more memory than a notice.
_BLOCK = 4096


def _constants(name: str, count: int) -> NDArray[np.uint32]:
    """Random numbers that are the same on every machine and with every version of numpy."""
    digest = hashlib.shake_256(name.encode()).digest(4 * count)
    return np.frombuffer(digest, "<u4").astype(np.uint32)


_FACTORS = _constants("factors", PERMUTATIONS) | np.uint32(1)
_OFFSETS = _constants("offsets", PERMUTATIONS)
_POWERS = _constants("characters", _GRAM) | np.uint32(1)
_MIX = _constants("mix", 2) | np.uint32(1)


def signature_of(analyzer: Analyzer, text: str) -> bytes | None:
    """SIGNATURE_BYTES for a text, None for one too short to judge.

    One serves every audience, as vectors do, so it is made without personal data.
    """
    letters = _letters(analyzer, text)
    if len(letters) < MIN_CHARS:
        return None
    pieces = _pieces(letters)
    least = np.full(PERMUTATIONS, np.iinfo(np.uint32).max, np.uint32)
    for at in range(0, len(pieces), _BLOCK):
        # Multiply-add modulo 2**32: each factor is odd, so this permutes the pieces' numbers.
        values = _FACTORS[:, np.newaxis] * pieces[at : at + _BLOCK] + _OFFSETS[:, np.newaxis]
        np.minimum(least, values.min(axis=1), out=least)
    return least.astype("<u4").tobytes()


def likeness(one: bytes, other: bytes) -> float:
    """The share of pieces that two texts have in common (Jaccard), 0..1, estimated."""
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


def bands_of(signature: bytes) -> list[int]:
    """Numbers, each of 64 bits with a sign, of which two documents alike share at least one."""
    width = 4 * _ROWS
    return [
        int.from_bytes(
            hashlib.blake2b(
                signature[band * width : (band + 1) * width],
                digest_size=8,
                salt=band.to_bytes(2, "little"),
            ).digest(),
            "little",
            signed=True,
        )
        for band in range(_BANDS)
    ]


def _letters(analyzer: Analyzer, text: str) -> str:
    """Letters and digits only, in simplified Chinese: line breaks, spaces and punctuation differ
    between two readings of the same page."""
    shown = "".join(map(mask, text.split("\n")))
    return "".join(filter(str.isalnum, analyzer.normalise(shown).text))


def _pieces(letters: str) -> NDArray[np.uint32]:
    """A number for each run of five characters."""
    codes = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32)
    size = len(codes) - _GRAM + 1
    numbers = np.zeros(size, np.uint32)
    for at, power in enumerate(_POWERS):
        numbers += codes[at : at + size] * power
    # Well mixed, so that the permutations below may be as simple as they are.
    for factor, shift in zip(_MIX, (np.uint32(15), np.uint32(13)), strict=True):
        numbers ^= numbers >> shift
        numbers *= factor
    return numbers ^ (numbers >> np.uint32(16))
