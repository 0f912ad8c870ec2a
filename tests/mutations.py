"""Damaged versions of real files, the same for the same number."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress

_TOKENS = (
    *(b"\0" * 8, b"\xff" * 8, b"<", b">", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"stream\n"),
    *(b"endobj", b"%PDF-1.7", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf1", b"99999999999"),
    *(b"-1", b"/Kids [1 0 R]", b"<w:p>" * 50, b"((((((((", b"\xef\xbb\xbf", "附件：".encode()),
)


def mutated(data: bytes, number: int) -> bytes:
    """The file with damage; of a package mostly inside one of its entries, so that the parsers
    behind the inflating are reached."""
    chance = random.Random(number)
    if data.startswith(b"PK") and chance.random() < 0.8:
        with suppress(zipfile.BadZipFile, NotImplementedError, OSError):
            return _inside(data, chance)
    return _damaged(data, chance)


def _inside(data: bytes, chance: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        entries = [entry for entry in old.infolist() if not entry.is_dir()]
        chosen = {entry.filename for entry in chance.sample(entries, min(2, len(entries)))}
        for entry in entries:
            content = old.read(entry)
            if entry.filename in chosen:
                if chance.random() < 0.1:
                    continue  # the entry is missing
                content = _damaged(content, chance)
            new.writestr(entry.filename, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _damaged(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        data = chance.choice(_WAYS)(bytearray(data), chance)
    return data


def _flip(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 1 + len(data) // 500)):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _cut(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randint(0, len(data))])


def _drop(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    del data[at : at + chance.randint(1, 200)]
    return bytes(data)


def _repeat(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    part = data[at : at + chance.randint(1, 300)]
    return bytes(data[:at] + part * chance.randint(2, 200) + data[at:])


def _insert(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return bytes(data[:at] + chance.choice(_TOKENS) + data[at:])


def _number(data: bytearray, chance: random.Random) -> bytes:
    """Another number in the place of one, where there is one nearby."""
    at = chance.randint(0, len(data))
    digits = [place for place in range(at, min(at + 400, len(data))) if 48 <= data[place] <= 57]
    if digits:
        data[digits[0] : digits[0] + 1] = chance.choice((b"0", b"-1", b"99999999", b"4294967295"))
    return bytes(data)


_WAYS: tuple[Callable[[bytearray, random.Random], bytes], ...] = (
    *(_flip, _cut, _drop, _repeat, _insert, _number),
)
