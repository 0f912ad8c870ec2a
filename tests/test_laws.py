"""Whole laws: every line that begins with 第X条 becomes a clause, in sequence."""

from __future__ import annotations

import random
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from index.notation import chinese_int, parse_int
from ingest.structure import Structure, build_structure
from ingest.text import read_text

LAWS = Path(__file__).parents[2] / "shared" / "data" / "laws" / "docs.tar.xz"
pytestmark = pytest.mark.skipif(not LAWS.is_file(), reason="the shared laws are absent")

_SAMPLE = 60
_NUMERALS = "〇零一二三四五六七八九十百千"
# 第十二条之一 at the start of a line; not 依照第十二条
_ARTICLE = re.compile(rf"^\s*第([{_NUMERALS}]{{1,9}})条(?:之([{_NUMERALS}]{{1,3}}))?", re.MULTILINE)


def _laws(folder: Path) -> Iterator[Path]:
    """The texts of the laws, unpacked one at a time, in the order of the archive."""
    path = folder / "law.txt"
    with tarfile.open(LAWS) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.name.endswith(".txt") else None
            if content is not None:
                path.write_bytes(content.read())
                yield path


def _missed(path: Path, structure: Structure) -> tuple[int, int]:
    """How many lines begin with 第X条, and how many of these opened no clause."""
    lines = Counter(
        f"第{chinese_int(parse_int(number) or 0)}条"
        + (f"之{chinese_int(parse_int(branch) or 0)}" if branch else "")
        for number, branch in _ARTICLE.findall(path.read_text(encoding="utf-8"))
    )
    clauses = Counter(clause.number for clause in structure.clauses)
    return lines.total(), (lines - clauses).total()


def _gaps(structure: Structure) -> int:
    """How many clauses neither follow the one before nor begin again."""
    ordinals = [parse_int(c.number[1:].partition("条")[0]) or 0 for c in structure.clauses]
    return sum(other not in {one, one + 1, 1} for one, other in pairwise(ordinals))


def _measure(paths: Iterator[Path], chosen: set[int] | None) -> tuple[int, int, int]:
    lines = missed = gaps = 0
    for n, path in enumerate(paths):
        if chosen is not None and n not in chosen:
            continue
        structure = build_structure(read_text(path))
        found, lost = _missed(path, structure)
        lines, missed, gaps = lines + found, missed + lost, gaps + _gaps(structure)
    return lines, missed, gaps


def test_the_articles_of_a_sample_of_laws_are_clauses(tmp_path: Path) -> None:
    chosen = set(random.Random(20).sample(range(3475), _SAMPLE))
    lines, missed, gaps = _measure(_laws(tmp_path), chosen)
    assert lines > 2000
    assert (missed, gaps) == (0, 0)


@pytest.mark.slow
def test_the_articles_of_all_laws_are_clauses(tmp_path: Path) -> None:
    lines, missed, gaps = _measure(_laws(tmp_path), None)
    # Five decisions of courts quote one article each; one line is the end of a citation.
    assert lines > 147_000
    assert missed <= 6
    # Articles missing in the source.
    assert gaps <= 25
