"""Pages read by pdfium beside the same pages read by pdfplumber."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
import pytest

from ingest.pdfpages import FastPage, pages_of
from test_pdf import body, tiny_pdf, write

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(autouse=True)
def quiet() -> None:
    logging.getLogger("pdfminer").setLevel(logging.ERROR)


def both(path: Path, most: int = 99) -> list[tuple[Any, Any]]:
    """Pages as we and as pdfplumber read them."""
    found: list[tuple[Any, Any]] = []
    with pdfplumber.open(path) as document:
        for ours, theirs in zip(pages_of(path), document.pages[:most], strict=False):
            assert ours.chars is not None is not theirs.chars  # read while the files are open
            found.append((ours, theirs))
    return found


def inked(page: Any) -> list[dict[str, Any]]:
    return [char for char in page.chars if not char["text"].isspace()]


def direction(char: dict[str, Any]) -> tuple[int, int]:
    """Where the text of a character runs: a share of it to the right, a share upwards."""
    along, across = char["matrix"][:2]
    length = abs(along) + abs(across)
    return round(4 * along / length), round(4 * across / length)


def assert_alike(ours: Any, theirs: Any, vertical: float) -> None:
    """Wording, order and places; `vertical` is what tops may differ by, in sizes.

    pdfium knows how far a font reaches below its baseline where the file does not say it.
    """
    assert isinstance(ours, FastPage)
    assert (ours.width, ours.height) == pytest.approx((theirs.width, theirs.height), abs=0.01)
    got, wanted = inked(ours), inked(theirs)
    assert [char["text"] for char in got] == [char["text"] for char in wanted]
    for one, other in zip(got, wanted, strict=True):
        assert one["upright"] == other["upright"]
        assert direction(one) == direction(other)
        assert one["size"] == pytest.approx(other["size"], abs=0.05)
        along, across = ("x0", "x1"), ("top", "bottom")
        if abs(other["matrix"][0]) < abs(other["matrix"][1]):
            along, across = across, along
        loose = 1 + vertical * max(other["size"], other["x1"] - other["x0"])
        straight = 0 in other["matrix"][:2] and 0 in other["matrix"][2:4]
        for edge in along:
            assert one[edge] == pytest.approx(other[edge], abs=0.4 if straight else loose)
        for edge in across:
            assert one[edge] == pytest.approx(other[edge], abs=loose)


LYING = "BT /F 16 Tf 0 1 -1 0 300 300 Tm <4E004E8C> Tj ET "
ASLANT = "BT /F 40 Tf 0.7 0.7 -0.7 0.7 200 300 Tm <51856 6E8> Tj ET ".replace(" 6E8", "6E8")
NARROW = "BT /F 16 Tf 60 Tz 2 Ts 1 0 0.3 1 90 300 Tm [<4E00> -500 <4E8C>] TJ ET "


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("graphics", ["", LYING, ASLANT, NARROW])
def test_places_are_those_of_pdfplumber(tmp_path: Path, turn: int, graphics: str) -> None:
    outside = [(-30.0, 400.0, 16.0, "左外面"), (700.0, 500.0, 16.0, "右外")]
    texts = [body(0, "第一行，字"), body(1, "abc 天天（二）"), *outside]
    data = tiny_pdf([texts], graphics).replace(b"/MediaBox", b"/Rotate %d/MediaBox" % turn)
    for ours, theirs in both(write(tmp_path / "a.pdf", data)):
        assert_alike(ours, theirs, 0.3)


def test_tops_are_even_within_a_page(tmp_path: Path) -> None:
    data = tiny_pdf([[body(0, "甲"), body(1, "乙"), body(1, "b", 200)]])
    first, second, third = next(pages_of(write(tmp_path / "a.pdf", data))).chars
    assert second["top"] - first["top"] == pytest.approx(28)
    assert third["top"] == second["top"]


def test_blanks_stand_where_they_are_printed(tmp_path: Path) -> None:
    texts = [body(0, "甲"), body(0, " ", 96), body(0, "乙", 112), body(0, "  丙 丁", 128)]
    [(ours, theirs)] = both(write(tmp_path / "a.pdf", tiny_pdf([texts])))
    blanks = [[round(c["x0"]) for c in page.chars if c["text"] == " "] for page in (ours, theirs)]
    # of blanks in a row the first is enough
    assert blanks == [[96, 128, 176], [96, 128, 144, 176]]


@pytest.mark.parametrize("words", [["天天向上"], ["天", "天", "向", "上"]])
def test_fake_bold_comes_twice(tmp_path: Path, words: list[str]) -> None:
    texts = [
        (80 + 16.0 * place + shift, 110.0, 16.0, word)
        for place, word in enumerate(words)
        for shift in (0, 0.3)
    ]
    [(ours, theirs)] = both(write(tmp_path / "a.pdf", tiny_pdf([texts])))
    assert len(ours.chars) == 8
    assert_alike(ours, theirs, 0.3)


def test_a_hyphen_at_the_end_of_a_line_stays(tmp_path: Path) -> None:
    data = tiny_pdf([[body(0, "exam-"), body(1, "ple")]])
    assert [c["text"] for c in next(pages_of(write(tmp_path / "a.pdf", data))).chars] == [
        *"exam-ple"
    ]


def test_fonts_and_colours_are_named(tmp_path: Path) -> None:
    data = tiny_pdf([[body(0, "甲")]], "0.8 g ")
    [char] = next(pages_of(write(tmp_path / "a.pdf", data))).chars
    assert char["fontname"] == "STSong-Light"
    assert char["non_stroking_color"] == pytest.approx((0.8, 0.8, 0.8))


def test_strokes_pictures_and_tables_are_those_of_pdfplumber(tmp_path: Path) -> None:
    rules = "".join(f"100 {y} m 400 {y} l S " for y in (700, 660, 620))
    rules += "".join(f"{x} 620 m {x} 700 l S " for x in (100, 250, 400))
    rules += "50 100 200 80 re 60 110 50 30 re S 10 10 m 50 90 l 90 10 l h f "
    rules += "300 300 m 310 320 330 320 340 300 c S 0 0 500 500 re W n "
    [(ours, theirs)] = both(write(tmp_path / "a.pdf", tiny_pdf([[body(0, "甲")]], rules, True)))
    for kind, count in (("lines", 6), ("rects", 2), ("curves", 2), ("images", 1)):
        got, wanted = getattr(ours, kind), getattr(theirs, kind)
        assert len(got) == len(wanted) == count
        for one, other in zip(got, wanted, strict=True):
            edges = ("x0", "x1", "top", "bottom")
            assert [one[e] for e in edges] == pytest.approx([other[e] for e in edges], abs=0.01)
    cells = [[sorted(table.cells) for table in page.find_tables()] for page in (ours, theirs)]
    assert cells[0] == cells[1]
    assert len(cells[0][0]) == 4


def test_text_in_a_form_is_placed_by_its_matrix(tmp_path: Path) -> None:
    data = tiny_pdf([[body(0, "甲")]], image=True)
    start = data.index(b"<</Type/XObject")
    end = data.index(b"endstream", start) + len(b"endstream")
    form = (
        b"<</Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F 3 0 R>>>>/Length 20>>"
        b"\nstream\nBT/F 1 Tf<4E00>Tj ET\nendstream"
    )
    data = data[:start] + form.ljust(end - start) + data[end:]
    [(ours, theirs)] = both(write(tmp_path / "a.pdf", data))
    assert [(c["text"], round(c["size"])) for c in ours.chars] == [("一", 842), ("甲", 16)]
    assert_alike(ours, theirs, 0.3)


SPOKEN = "/Span <</ActualText <FEFF4E09>>> BDC BT /F 16 Tf 90 300 Td <4E004E8C> Tj ET EMC "


@pytest.mark.parametrize(
    "data",
    [
        tiny_pdf([[body(0, "甲")]], SPOKEN),
        tiny_pdf([[body(0, "从上往下")]]).replace(b"UCS2-H", b"UCS2-V"),
    ],
)
def test_pages_unfit_for_pdfium_are_left_to_pdfplumber(tmp_path: Path, data: bytes) -> None:
    [(ours, theirs)] = both(write(tmp_path / "a.pdf", data))
    assert not isinstance(ours, FastPage)
    assert ours.chars == theirs.chars != []


def test_files_refused_by_pdfium_are_left_to_pdfplumber(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise pypdfium2.PdfiumError("refused")

    monkeypatch.setattr(pypdfium2, "PdfDocument", refuse)
    path = write(tmp_path / "a.pdf", tiny_pdf([[body(0, "甲")], [body(0, "乙")]]))
    assert [page.chars[0]["text"] for page in pages_of(path)] == ["甲", "乙"]


WITHOUT_FONTS = """
import ctypes, sys
from pathlib import Path
import pypdfium2, pypdfium2.raw as raw
raw.FPDF_DestroyLibrary()
folders = (ctypes.c_char_p * 2)(sys.argv[2].encode(), None)
config = raw.FPDF_LIBRARY_CONFIG(version=2)
config.m_pUserFontPaths = ctypes.cast(folders, type(config.m_pUserFontPaths))
raw.FPDF_InitLibraryWithConfig(config)
from ingest.pdfpages import FastPage, pages_of
for page in pages_of(Path(sys.argv[1])):
    assert isinstance(page, FastPage)
    print(ascii([(char["text"], round(char["x0"])) for char in page.chars]))
"""


def test_characters_of_a_font_that_is_nowhere_are_read(tmp_path: Path) -> None:
    texts = [body(0, "甲"), body(0, "乙", 96), body(0, "乙", 96.4), body(0, " ", 112)]
    path = write(tmp_path / "a.pdf", tiny_pdf([[*texts, body(0, "丙", 128)]]))
    (tmp_path / "fonts").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FONTS, str(path), str(tmp_path / "fonts")],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    wanted = [("甲", 80), ("乙", 96), ("乙", 96), (" ", 112), ("丙", 128)]
    assert done.stdout.strip() == ascii(wanted)


def _real() -> list[Path]:
    found: list[Path] = []
    for folder in ("files", "realdocs"):
        manifest = SHARED / folder / "manifest.jsonl"
        if not manifest.is_file():
            continue
        place = manifest.parent
        rows = map(json.loads, manifest.read_text(encoding="utf-8").splitlines())
        found += [
            place / row["file"]
            for row in rows
            if row["file"].endswith(".pdf") and not row.get("scanned")
        ]
    return found


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test material is absent")
@pytest.mark.parametrize("path", _real(), ids=lambda path: path.name[:3])
def test_real_pages_are_read_alike(path: Path) -> None:
    for ours, theirs in both(path, 2):
        assert_alike(ours, theirs, 0.3)
        if 4 <= len(theirs.lines) + len(theirs.rects) + len(theirs.curves) <= 1500:
            cells = [[len(table.cells) for table in page.find_tables()] for page in (ours, theirs)]
            assert cells[0] == cells[1]
