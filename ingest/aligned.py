"""Tables without rules: lines whose words stand under the same names of columns.

Only a line of names opens such a table. Words under each other alone prove nothing: text in two
columns, contents, signatures and spaced titles stand so too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.tables import headers, is_label

_PART = 1.0  # em: a wider blank parts two words
_LANE = 1.8  # em: the blank between two columns, the same in all lines; spaced names have less
_STEP = 3.0  # em: from one line's top to the next
_MIN_LINES = 3
_CELL_CHARS = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one line with no wide blank between them."""

    text: str
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Spread:
    """A line taken apart at its wide blanks; `em` is its type size."""

    pieces: tuple[Piece, ...]
    top: float
    em: float


_Lanes = list[tuple[float, float]]


def is_wide(gap: float, em: float) -> bool:
    return gap > _PART * em


def aligned_tables(lines: Sequence[Spread]) -> Iterator[tuple[int, list[tuple[str, ...]]]]:
    """Where each table begins, and its rows, the names of the columns first."""
    index = 0
    while index < len(lines):
        grid = _table_at(lines, index)
        if grid:
            yield index, grid
        index += len(grid) or 1


def _table_at(lines: Sequence[Spread], start: int) -> list[tuple[str, ...]]:
    head = lines[start]
    names = [piece.text for piece in head.pieces]
    if len(names) < 2 or 2 * sum(map(is_label, names)) < len(names):
        return []
    lanes: _Lanes = [(left.x1, right.x0) for left, right in pairwise(head.pieces)]
    end = start
    while end < len(lines):
        narrowed = _narrowed(lanes, lines[end])
        if not narrowed or (end > start and not _follows(lines[end - 1], lines[end])):
            break
        lanes = narrowed
        end += 1
    if end - start < _MIN_LINES:
        return []
    grid = [_cells(line, lanes) for line in lines[start:end]]
    plain = [False] * len(grid)
    return grid if headers(grid, plain, plain)[0] else []


def _follows(last: Spread, line: Spread) -> bool:
    return abs(last.em - line.em) <= 0.1 * last.em and line.top - last.top <= _STEP * last.em


def _narrowed(lanes: _Lanes, line: Spread) -> _Lanes:
    """What the line leaves free of the lanes; nothing where it does not fit between them."""
    free: _Lanes = []
    for left, right in lanes:
        middle = (left + right) / 2
        before = [p.x1 for p in line.pieces if (p.x0 + p.x1) / 2 < middle]
        after = [p.x0 for p in line.pieces if (p.x0 + p.x1) / 2 >= middle]
        lane = (max([left, *before]), min([right, *after]))
        if lane[1] - lane[0] < _LANE * line.em:
            return []
        free.append(lane)
    cells = [cell for cell in _cells(line, free) if cell]
    return free if len(cells) > 1 and all(len(cell) <= _CELL_CHARS for cell in cells) else []


def _cells(line: Spread, lanes: _Lanes) -> tuple[str, ...]:
    cells = [""] * (len(lanes) + 1)
    for piece in line.pieces:
        column = sum(left <= piece.x0 for left, _ in lanes)
        cells[column] = f"{cells[column]} {piece.text}".strip()
    return tuple(cells)
