"""Compound files as old Office wrote them, with the streams a test needs."""

from __future__ import annotations

import struct

_SECTOR = 512
_LEAST = 4096  # smaller streams would lie in a stream of their own
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A file with these streams at its root, each filled up to 4,096 bytes."""
    directory = [_entry("Root Entry", 5, child=1 if streams else _FREE, start=_END, size=0)]
    fat: list[int] = [_FAT]
    body = b""
    sectors_of_directory = -(-(len(streams) + 1) // 4)
    fat += [*range(2, sectors_of_directory + 1), _END]
    names = list(streams)
    for number, name in enumerate(names, start=1):
        data = streams[name].ljust(_LEAST, b"\0")
        data = data.ljust(-(-len(data) // _SECTOR) * _SECTOR, b"\0")
        start, count = len(fat), len(data) // _SECTOR
        fat += [*range(start + 1, start + count), _END]
        body += data
        right = number + 1 if number < len(names) else _FREE
        directory.append(_entry(name, 2, start=start, size=len(data), right=right))
    listing = b"".join(directory).ljust(sectors_of_directory * _SECTOR, b"\0")
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(_SECTOR, b"\xff")
    assert len(table) == _SECTOR
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, _LEAST, _END, 0, _END, 0, 0)
    return header + b"\xff" * (_SECTOR - len(header)) + table + listing + body


def _entry(
    name: str, kind: int, *, child: int = _FREE, right: int = _FREE, start: int, size: int
) -> bytes:
    """One of the directory's entries, 128 bytes."""
    raw = name.encode("utf-16-le") + b"\0\0"
    entry = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1)
    entry += struct.pack("<III", _FREE, right, child) + bytes(16 + 4 + 16)
    return entry + struct.pack("<IQ", start, size)
