"""What a file may hide: personal data in parts that nobody reads on a page or in a print.

Nothing here has to understand a format; it has to see every text in it, and to say that it cannot
where it cannot. Who asks withholds the file then, and the staff may look and release it.
"""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from index.privacy import mask

_MOST_PARTS, _MOST_BYTES = 2000, 50 * 1024 * 1024
_MOST_TEXT_BYTES = 8 * 1024 * 1024
_PARTS = (".xml", ".rels", "mimetype")
_TAG = re.compile(r"<[^<>]*>")
_VALUE = re.compile(r"""=(?:"([^"<]*)"|'([^'<]*)')""")
# A value of so few digits is a size or a colour; a mobile number has eleven.
_SIZE_DIGITS = 8
# In a PDF: what may hold more than its pages show. /Annots leads to links, which are looked at.
_CLOSED = re.compile(
    rb"/(?:Encrypt|EmbeddedFiles?|AcroForm|XFA|RichMedia|JavaScript|JS|Launch|OCProperties"
    rb"|Subtype\s*/(?!Link\b|Type[0-3]|CIDFont|TrueType|OpenType|XML\b|Form\b|Widget\b)[A-Za-z0-9]+)"
)
_STREAM = re.compile(rb">>\s*stream\r?\n")
_PAINTED = re.compile(rb"/(?:ObjStm|XRef|Metadata)\b")
_BRACKET = re.compile(rb"\\.|[()]", re.S)
_HEXADECIMAL = re.compile(rb"<([0-9A-Fa-f\s]{8,})>")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.S)


def hides_in_text(file: Path) -> bool:
    """Of a file that is text from its first byte to its last."""
    return any(map(_is_personal, _decoded(file.read_bytes())))


def hides_in_package(file: Path) -> bool:
    """Of a zip archive of XML parts: in any part, and whether one is no XML, as a picture."""
    room = _MOST_BYTES
    try:
        with zipfile.ZipFile(file) as opened:
            parts = [part for part in opened.infolist() if not part.is_dir()]
            closed = any(not p.filename.lower().endswith(_PARTS) or p.flag_bits & 1 for p in parts)
            if closed or opened.comment or len(parts) > _MOST_PARTS:
                return True
            for part in parts:
                with opened.open(part) as handle:
                    content = handle.read(room + 1)
                room -= len(content)
                if room < 0 or any(map(_is_personal, _written(content))):
                    return True
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error):
        return True
    return False


def hides_in_pdf(file: Path) -> bool:
    """Of a PDF: in its strings and addresses, and whether it has pictures, forms, notes, files or
    earlier versions of itself. Text on its pages is what reading has seen."""
    if file.stat().st_size > _MOST_BYTES:
        return True
    held = file.read_bytes()
    if held.count(b"%%EOF") != 1 or _CLOSED.search(held):
        return True
    outside, streams = _taken_apart(held)
    texts, room = [outside], _MOST_BYTES
    for described, body in streams:
        if _PAINTED.search(described):
            content = _inflated(described, body, room)
            if content is None or _CLOSED.search(content):
                return True
            room -= len(content)
            texts.append(content)
    if sum(map(len, texts)) > _MOST_TEXT_BYTES:
        return True
    return any(map(_is_personal, chain.from_iterable(map(_strings, texts))))


def _taken_apart(held: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """What stands outside of a PDF's streams, and each stream behind what describes it."""
    outside, streams, at = [], [], 0
    while begins := _STREAM.search(held, at):
        ends = held.find(b"endstream", begins.end())
        ends = len(held) if ends < 0 else ends
        described = held[max(at, held.rfind(b" obj", at, begins.start())) : begins.start()]
        outside.append(held[at : begins.end()])
        streams.append((described, held[begins.end() : ends]))
        at = ends
    return b"".join((*outside, held[at:])), streams


def _inflated(described: bytes, body: bytes, room: int) -> bytes | None:
    """What a stream holds; None where it is too much or packed in an uncommon way."""
    if b"/Filter" not in described:
        return body
    if not re.search(rb"/Filter\s*\[?\s*/FlateDecode\s*[\]/>]|/Filter\s*/FlateDecode$", described):
        return None
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(body, room)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else content


def _strings(text: bytes) -> Iterator[str]:
    """Every string of a PDF, decoded in every way that it may be meant."""
    for literal in _literals(text):
        yield from _decoded(_ESCAPE.sub(_unescaped, literal))
    for digits in _HEXADECIMAL.findall(text):
        plain = b"".join(digits.split())
        yield from _decoded(bytes.fromhex((plain + b"0" * (len(plain) % 2)).decode()))


def _literals(text: bytes) -> Iterator[bytes]:
    """What stands in brackets, which may hold brackets; in one pass, whatever the text."""
    depth, began = 0, 0
    for bracket in _BRACKET.finditer(text):
        if bracket[0] == b"(":
            began = began if depth else bracket.end()
            depth += 1
        elif bracket[0] == b")" and depth:
            depth -= 1
            if not depth:
                yield text[began : bracket.start()]
    if depth:
        yield text[began:]


def _unescaped(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    if escaped.isdigit():
        return bytes([int(escaped, 8) & 255])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\n": b""}.get(escaped, escaped)


def _written(content: bytes) -> Iterator[str]:
    """The texts of an XML part: as they run on, as they stand apart, and each value of a mark, in
    which addresses and descriptions stand, and each comment."""
    for text in _decoded(content):
        for tags in ("", "\n"):
            yield html.unescape(_TAG.sub(tags, text))
        comments = (part.partition("-->")[0] for part in text.split("<!--")[1:])
        for value in {*chain.from_iterable(_VALUE.findall(text)), *comments}:
            if not (value.isdecimal() and len(value) <= _SIZE_DIGITS):
                yield html.unescape(value)


def _decoded(content: bytes) -> Iterator[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield content.decode("utf-16", "replace")
        return
    yield content.decode("utf-8", "replace")
    if b"\0" in content[:200]:
        yield content.decode("utf-16-le", "replace")
        yield content.decode("utf-16-be", "replace")
    elif not content.isascii():
        yield content.decode("gb18030", "replace")


def _is_personal(text: str) -> bool:
    return mask(text) != text
