"""Pictures of pages: kinds, sizes, damage."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from index.errors import UnreadableDocument
from ingest import limits, ocr
from ingest.picture import read_picture
from ingest.scans import _as_kept
from scanned import BODY, Letter, chars_wrong, needs_ocr


def page(text: str = BODY[:60], dpi: int = 100) -> Letter:
    letter = Letter(dpi)
    for row in range(0, len(text), 20):
        letter.line(28, 60 + row / 2, text[row : row + 20])
    return letter


def refused(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read_picture(path)
    assert path.name not in str(caught.value)
    return caught.value.reason


def test_without_the_extra_a_picture_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    assert refused(tmp_path / "a.png") == "needs_ocr"


@needs_ocr
@pytest.mark.parametrize("kind", ["png", "jpg", "bmp", "webp"])
def test_every_kind_is_read(tmp_path: Path, kind: str) -> None:
    page(BODY[:20]).image.save(tmp_path / f"a.{kind}")
    reading = read_picture(tmp_path / f"a.{kind}")
    assert reading.format == "image"
    assert chars_wrong("".join(block.text for block in reading.blocks), BODY[:20]) == 0
    assert all(block.confidence for block in reading.blocks)


@needs_ocr
def test_the_pages_of_a_tiff_are_read_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[int, bytes] = {}
    granted: list[float] = []
    monkeypatch.setattr(limits, "keep_picture", kept.__setitem__)
    monkeypatch.setattr(limits, "allow", granted.append)
    texts = ("一、第一页上的字。", "二、第二页上的字。", "三、第三页上的字。")
    images = [page(text).image.convert("1") for text in texts]
    images[0].save(tmp_path / "a.tif", save_all=True, append_images=images[1:])
    blocks = read_picture(tmp_path / "a.tif").blocks
    assert [(block.page, block.text) for block in blocks] == [*enumerate(texts, start=1)]
    assert sorted(kept) == [1, 2, 3] and granted == [24.0]


@needs_ocr
def test_a_photograph_is_turned_as_the_camera_was_held(tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    page().image.rotate(90, expand=True).save(tmp_path / "a.jpg", exif=exif)
    blocks = read_picture(tmp_path / "a.jpg").blocks
    assert chars_wrong("".join(block.text for block in blocks), BODY[:60]) == 0


@needs_ocr
def test_a_large_picture_is_made_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_PIXELS", 1_500_000)
    page(dpi=200).image.save(tmp_path / "a.png")
    page(dpi=200).image.save(tmp_path / "b.jpg")
    for name in ("a.png", "b.jpg"):
        blocks = read_picture(tmp_path / name).blocks
        assert chars_wrong("".join(block.text for block in blocks), BODY[:60]) == 0


def png_of(width: int, height: int) -> bytes:
    """The beginning of a PNG of that size."""

    def part(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(bytes(99)))


@needs_ocr
def test_what_cannot_be_read_has_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    for data, reason in (
        (png_of(30_000, 30_000), "too_many_pixels"),
        (png_of(15_000, 13_500), "too_many_pixels"),
        (png_of(300, 300), "corrupt_image"),
        (b"\x89PNG\r\n\x1a\n", "corrupt_image"),
        (b"GIF89a" + bytes(40), "corrupt_image"),
    ):
        path.write_bytes(data)
        assert refused(path) == reason
    Letter(50).image.save(path)
    assert refused(path) == "no_text"


@needs_ocr
def test_the_picture_kept_of_a_line_of_dots_has_a_height() -> None:
    assert _as_kept(np.full((1, 5000, 3), 255, np.uint8), 100.0).startswith(b"\xff\xd8")
