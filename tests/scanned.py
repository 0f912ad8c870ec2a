"""Letters drawn, scanned and stamped by ourselves, so that every character of them is known."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingest.ocr import available

RED = (205, 30, 40)
A4 = (210, 297)
DPI = 150


@cache
def font_file() -> str | None:
    """A Chinese font of this machine."""
    wanted = ["fc-list", ":lang=zh-cn", "file"]
    try:
        listed = subprocess.run(wanted, capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    files = sorted(line.rstrip(": ") for line in listed.splitlines())
    noto = [file for file in files if "Noto" in file and "Regular" in file]
    return next(iter(noto), None)


needs_ocr = pytest.mark.skipif(
    not available() or font_file() is None,
    reason="the extra [ocr] or a Noto font for Chinese is not installed",
)


def mm(length: float, dpi: int = DPI) -> int:
    return round(length / 25.4 * dpi)


class Letter:
    """A page on which lines are set by points, as a typewriter would."""

    def __init__(self, dpi: int = DPI, size: tuple[int, int] = A4) -> None:
        from PIL import Image, ImageDraw

        self.dpi = dpi
        self.image = Image.new("RGB", (mm(size[0], dpi), mm(size[1], dpi)), "white")
        self.draw = ImageDraw.Draw(self.image)

    def line(
        self, x: float, y: float, text: str, points: float = 16, colour: Any = "black"
    ) -> None:
        """Text with its left end and its middle so many millimetres from the upper left corner."""
        at = (mm(x, self.dpi), mm(y, self.dpi))
        self.draw.text(at, text, font=self._font(points), fill=colour, anchor="lm")

    def centred(self, y: float, text: str, points: float, colour: Any = "black") -> None:
        at = (self.image.width / 2, mm(y, self.dpi))
        self.draw.text(at, text, font=self._font(points), fill=colour, anchor="mm")

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.draw.line([mm(side, self.dpi) for side in (x0, y0, x1, y1)], "black", 2)

    def stamp(self, x: float, y: float, ring: str, across: float = 42) -> None:
        """A round seal about a point; print under it shows through."""
        from PIL import Image, ImageChops, ImageDraw

        wide = mm(across, self.dpi)
        seal = Image.new("RGBA", (wide, wide))
        drawn = ImageDraw.Draw(seal)
        drawn.ellipse([3, 3, wide - 4, wide - 4], outline=RED, width=max(3, wide // 30))
        middle = wide / 2
        drawn.text((middle, middle), "★", font=self._font(40), fill=RED, anchor="mm")
        for place, glyph in enumerate(ring):
            angle = -150 + 300 * place / (len(ring) - 1)
            one = Image.new("RGBA", (wide, wide))
            font = self._font(13)
            ImageDraw.Draw(one).text((middle, wide * 0.15), glyph, font=font, fill=RED, anchor="mm")
            seal.alpha_composite(one.rotate(-angle))
        at = (mm(x, self.dpi) - wide // 2, mm(y, self.dpi) - wide // 2)
        sheet = Image.new("RGB", self.image.size, "white")
        sheet.paste(seal, at, seal)
        self.image.paste(ImageChops.multiply(self.image, sheet))

    def scan(self, skew: float = 0.0, noise: float = 6.0, turn: int = 0) -> Any:
        """As it comes from a scanner: askew, grainy, with dust."""
        import numpy as np
        from PIL import Image

        askew = self.image.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor="white")
        chance = np.random.default_rng(7)
        pixels = np.asarray(askew, dtype=np.float32)
        pixels = pixels + chance.normal(0, noise, pixels.shape)
        for _ in range(40):
            y, x = (int(chance.integers(0, side - 3)) for side in pixels.shape[:2])
            pixels[y : y + 2, x : x + 2] = 90
        done = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
        return done.rotate(turn, expand=True) if turn else done

    def _font(self, points: float) -> Any:
        from PIL import ImageFont

        file = font_file()
        assert file is not None
        return ImageFont.truetype(file, round(points * self.dpi / 72))


BODY = (
    "各会员单位，请于二〇二四年十月三十一日以前将回执寄到秘书处，过期不再受理，也不另行通知，"
    "届时由副会长单位组织座谈，讨论食堂大宗食材联合采购的办法，并听取监事会的意见和建议。"
)
FULL = 28  # characters of 16 points between margins of 28 and 26 mm


def notice(seal: bool = False) -> Letter:
    """A letter with a red letterhead, a title of two lines, a paragraph, a signature, a page
    number."""
    letter = Letter()
    letter.centred(38, "江岚省高等院校后勤协会文件", 30, RED)
    letter.centred(60, "江岚高后协〔2024〕12号", 16)
    letter.draw.line([mm(28), mm(66), mm(182), mm(66)], RED, 4)
    letter.centred(80, "江岚省高等院校后勤协会关于举办", 22)
    letter.centred(92, "食堂大宗食材采购座谈会的通知", 22)
    letter.line(28, 108, "各会员单位：")
    first, rest = BODY[: FULL - 2], BODY[FULL - 2 :]
    em = 16 / 72 * 25.4
    letter.line(28 + 2 * em, 118, first)
    letter.line(28, 128, rest[:FULL])
    letter.line(28, 138, rest[FULL:])
    letter.line(28 + 2 * em, 148, "联系人：苏明远，电话：0899-5550123。")
    letter.line(105, 190, "江岚省高等院校后勤协会")
    letter.line(122, 200, "2024年9月25日")
    letter.centred(272, "— 1 —", 14)
    if seal:
        letter.stamp(140, 195, "江岚省高等院校后勤协会")
    return letter


def as_pdf(path: Path, images: list[Any]) -> Path:
    images[0].save(path, "PDF", save_all=True, append_images=images[1:], resolution=DPI)
    return path


def chars_wrong(got: str, want: str) -> int:
    """Edit distance, white space and width aside."""
    import unicodedata

    left, right = ("".join(unicodedata.normalize("NFKC", x).split()) for x in (got, want))
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        last, row[0] = row[0], i
        for j, b in enumerate(right, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]
