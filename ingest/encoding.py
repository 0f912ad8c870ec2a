"""Bytes to text for files that do not say, or lie about, how they are encoded.

Order: byte order mark, zero bytes (UTF-16 without mark), strict UTF-8, the declared charset,
then the candidate whose characters are the most common ones. General detectors were measured
and lose on short Chinese texts, so the order is ours.
"""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16 LE, whose mark is its prefix
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 64 * 1024
_FREQUENT = frozenset(
    "的一是不了在有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下"
    "過這國會來時對個們為與於學業實務後體進開關應當員單協議團組織"
)
_PUNCTUATION = frozenset("，。、；：“”（）《》！？「」『』\n\r\t ")


@dataclass(frozen=True, slots=True)
class Decoded:
    """`errors` counts replaced characters; `encoding` is a Python codec name."""

    text: str
    encoding: str
    errors: int = 0


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Text of the bytes, never failing: what cannot be read becomes U+FFFD and is counted."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _replace(data[len(bom) :], encoding)
    wide = _wide_encoding(data)
    if wide:
        return _replace(data, wide)
    text = _strict_utf8(data)
    if text is not None:
        return Decoded(text, "utf-8")
    named = _codec(declared)
    if named:
        decoded = _replace(data, named)
        if decoded.errors == 0 and _score(decoded.text) > 0.5:
            return decoded
    return _replace(data, _most_common(data))


def _strict_utf8(data: bytes) -> str | None:
    """None unless valid; a character cut by the end of the file (up to 3 bytes) is forgiven."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        return decoder.decode(data, final=False)
    except UnicodeDecodeError:
        return None


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a mark: zero bytes stand on one side only, and the text makes sense."""
    sample = data[: _SAMPLE_BYTES - _SAMPLE_BYTES % 2]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    zeros = even + odd
    if zeros * 200 < len(sample) or len(sample) < 4:
        return None
    if max(even, odd) < 0.9 * zeros:
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    return encoding if _score(sample.decode(encoding, "replace")) > 0.5 else None


def _codec(declared: str | None) -> str | None:
    if not declared:
        return None
    name = declared.strip().strip("\"'").lower()
    if name.startswith("gb") or name in ("cp936", "936", "x-gbk", "hz-gb-2312"):
        return "gb18030"  # pages that declare gb2312 use characters beyond it
    if name.startswith("big5") or name == "cp950":
        return "big5hkscs"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _most_common(data: bytes) -> str:
    sample = data[:_SAMPLE_BYTES]
    candidates = ["gb18030", "big5hkscs", "utf-8"]
    if len(data) % 2 == 0:
        candidates += ["utf-16-le", "utf-16-be"]
    # max keeps the first of equals, so the order above breaks ties
    return max(candidates, key=lambda name: _score(sample.decode(name, "replace")))


def _replace(data: bytes, encoding: str) -> Decoded:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(data, final=False)
    return Decoded(text, encoding, text.count("\ufffd"))


def _score(text: str) -> float:
    """How much the text looks like Chinese or ASCII prose: 0..1 and a bonus below 0.5.

    A character of the first, common half of GB 2312 or Big5 counts 1, a rarer ideograph 0.2,
    printable ASCII 0.8; text misread in a wrong charset falls mostly on rare ideographs.
    """
    if not text:
        return 0.0
    total = 0.0
    frequent = 0
    for char, count in Counter(text).items():
        total += count * _weight(char)
        if char in _FREQUENT:
            frequent += count
    return total / len(text) + 0.5 * frequent / len(text)


def _weight(char: str) -> float:
    code = ord(char)
    if char in _PUNCTUATION:
        return 1.0
    if code < 0x80:
        return 0.8 if code >= 0x20 else -0.5
    if 0x4E00 <= code <= 0x9FFF:
        return 1.0 if _is_common(char) else 0.2
    if char == "\ufffd" or 0xE000 <= code <= 0xF8FF or code >= 0x10000:
        return -2.0
    if 0x2000 <= code <= 0x303F or 0xFF00 <= code <= 0xFFEF:
        return 0.6
    return -0.2


def _is_common(char: str) -> bool:
    """In the first level of GB 2312 (rows 16-55) or of Big5 (A440-C67E)."""
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            if first <= char.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False
