"""Seals go, red print and the black text under a seal stay."""

from __future__ import annotations

from typing import Any

import pytest

from scanned import RED, Letter, mm, needs_ocr

pytestmark = needs_ocr


def cleaned(letter: Letter) -> tuple[Any, Any]:
    """The pixels before and after, blue first."""
    import numpy as np

    from ingest.seal import without_seals

    before = np.ascontiguousarray(np.asarray(letter.image)[:, :, ::-1])
    return before, without_seals(before, letter.dpi)


def reds(pixels: Any) -> int:
    blue, green, red = (pixels[:, :, n].astype(int) for n in range(3))
    return int(((red - green > 60) & (red - blue > 60)).sum())


@pytest.mark.parametrize("across", [40, 20])
def test_a_seal_is_taken_off(across: float) -> None:
    letter = Letter()
    letter.stamp(140, 200, "江岚省高等院校后勤协会", across)
    before, after = cleaned(letter)
    assert reds(before) > 500 and reds(after) == 0
    assert after.min() > 200  # what was red ink is paper


def test_black_text_under_a_seal_stays_black() -> None:
    import numpy as np

    letter = Letter()
    letter.line(105, 200, "江岚省高等院校后勤协会")
    black = np.asarray(letter.image.convert("L")) < 100
    letter.stamp(140, 200, "江岚省高等院校后勤协会")
    _, after = cleaned(letter)
    assert (after.max(axis=2)[black] < 128).mean() > 0.95


def test_a_red_letterhead_stays() -> None:
    letter = Letter()
    letter.centred(40, "江岚省高等院校后勤协会", 36, RED)
    letter.centred(60, "川 高 后 协", 60, RED)
    before, after = cleaned(letter)
    assert after is before


def test_a_page_without_red_is_not_copied() -> None:
    letter = Letter()
    letter.line(28, 100, "没有印章的一页")
    before, after = cleaned(letter)
    assert after is before


def test_reddish_paper_is_no_seal() -> None:
    letter = Letter()
    letter.draw.rectangle([0, 0, mm(210), mm(297)], (250, 190, 180))
    letter.line(28, 100, "红纸上的喜报")
    before, after = cleaned(letter)
    assert after is before
