"""Cells at places become titles, tables and notes, as one who looks at a sheet tells them apart.

A sheet says nowhere where a table begins. Empty rows part tables; what stands alone in the rows
above or below a table is its title or a note to it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.breaks import ends_sentence, join_soft, tidy
from ingest.lines import Block
from ingest.tables import Cell, rows_as_said
from ingest.workbook import Area, Shown

Rows = Mapping[int, Mapping[int, Shown]]

# 备注：以上为各片区联系人, 注:1.…; not 注册会员
_NOTE = re.compile(r"(?:备注|说明|附注|注|填[表报]说明)\s?[：:0-9]")
_LABELLED = re.compile(r"[：:]")  # 填报单位：某某大学
_PROSE_CHARS = 12
_TITLE_CHARS = 60


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows without an empty one between them; areas by the cell where they begin."""

    numbers: Sequence[int]
    rows: Rows
    areas: Mapping[tuple[int, int], Area]

    def columns(self) -> list[int]:
        return sorted({column for n in self.numbers for column in self.rows.get(n, ())})

    def part(self, first: int, last: int) -> _Band:
        return _Band(self.numbers[first:last], self.rows, self.areas)


def blocks_of(rows: Rows, merged: Sequence[Area]) -> list[Block]:
    """What the rows say, in order. Only what is visible is given, numbered without gaps."""
    areas = {(area.top, area.left): area for area in merged if area.left in rows.get(area.top, ())}
    blocks: list[Block] = []
    last: _Band | None = None
    for band in _bands(rows, areas):
        above, table, below = _parted(band)
        blocks += _texts(above)
        found = _table(table)
        if found and last is not None and not above.numbers and _continues(last, table, found):
            found = _table(_Band([*last.numbers, *table.numbers], rows, areas))
            del blocks[-len(_table(last)) :]
            table = _Band([*last.numbers, *table.numbers], rows, areas)
        blocks += found
        blocks += _texts(below)
        last = table if found and not below.numbers else None
    return blocks


def _bands(rows: Rows, areas: Mapping[tuple[int, int], Area]) -> list[_Band]:
    bands: list[list[int]] = []
    reached = -1
    bottoms: dict[int, int] = {}
    for (top, _), area in areas.items():
        bottoms[top] = max(area.bottom, bottoms.get(top, 0))
    for number in sorted(rows):
        if not bands or number > reached + 1:
            bands.append([])
        bands[-1].append(number)
        reached = max(reached, number, bottoms.get(number, 0))
    return [_Band(numbers, rows, areas) for numbers in bands]


def _parted(band: _Band) -> tuple[_Band, _Band, _Band]:
    """Titles above the table, the table, notes below it."""
    columns = band.columns()
    count = len(band.numbers)
    if len(columns) == 1:
        return band, band.part(0, 0), band.part(0, 0)
    first, last = 0, count
    while first < last and _stands_alone(band, band.numbers[first], columns):
        first += 1
    while last > first and _is_note(band, band.numbers[last - 1], columns):
        last -= 1
    if len(band.part(first, last).columns()) == 1:
        return band.part(0, last), band.part(0, 0), band.part(last, count)
    return band.part(0, first), band.part(first, last), band.part(last, count)


def _stands_alone(band: _Band, number: int, columns: Sequence[int]) -> bool:
    """Whether a row is one value, or a few of "填报单位：…" above many columns."""
    cells = band.rows[number]
    if len(cells) == 1:
        return True
    few = 2 * len(cells) <= len(columns)
    return few and all(_LABELLED.search(cell.text) for cell in cells.values())


def _is_note(band: _Band, number: int, columns: Sequence[int]) -> bool:
    """Whether a last row is no row of the table, which may be filled in its first column only."""
    if not _stands_alone(band, number, columns):
        return False
    cells = band.rows[number]
    (column, cell), *more = cells.items()
    area = band.areas.get((number, column))
    across = 0 if area is None else _between(columns, area.left, area.right)
    text = cell.text.strip()
    says = _NOTE.match(text) or _LABELLED.search(text) or len(text) > _PROSE_CHARS
    return bool(more) or across == len(columns) or bool(says and column == columns[0])


def _continues(last: _Band, table: _Band, found: Sequence[Block]) -> bool:
    """Whether an empty row only loosens one table: no names of columns begin another."""
    return not any(block.header for block in found) and last.columns() == table.columns()


def _texts(band: _Band) -> list[Block]:
    blocks: list[Block] = []
    for number in band.numbers:
        cells = [cell for _, cell in sorted(band.rows[number].items())]
        look = cells[0].look
        lines = cells[0].text.split("\n") if len(cells) == 1 else [said_in_line(cells)]
        blocks += [
            Block(text, size=look.size, bold=look.bold, centred=look.centred)
            for text in join_soft(lines, keep_together=look.centred)
        ]
    return blocks


def may_be_title(text: str) -> bool:
    """Whether what stands alone above a table may name it: no note, no 填报单位：…, no sentence."""
    noted = _NOTE.match(text) or _LABELLED.search(text) or ends_sentence(text)
    return not noted and len(text) <= _TITLE_CHARS


def said_in_line(cells: Sequence[Shown]) -> str:
    return " ".join(tidy(cell.text) for cell in cells)


def _table(band: _Band) -> list[Block]:
    columns = band.columns()
    if not columns:
        return []
    places = {number: place for place, number in enumerate(band.numbers)}
    covered: set[tuple[int, int]] = set()
    said: list[list[Cell]] = []
    bold: list[bool] = []
    for number in band.numbers:
        row = band.rows[number]
        found: list[Cell] = []
        beyond = 0  # the last column that a cell of this row covers
        for place, column in enumerate(columns):
            if column <= beyond or (number, place) in covered:
                continue
            cell, area = row.get(column), band.areas.get((number, column))
            text = "" if cell is None else tidy(cell.text)
            if area is None or cell is None:
                found.append(Cell(text))
                continue
            across = _between(columns, area.left, area.right)
            down = _between(band.numbers, area.top, area.bottom)
            found.append(Cell(text, across, down))
            beyond = area.right
            for under in band.numbers[places[number] + 1 : places[number] + down]:
                covered |= {(under, place + n) for n in range(across)}
        said.append(found)
        bold.append(all(cell.look.bold for cell in row.values()))
    return [block for block in rows_as_said(said, [False] * len(said), bold) if block.text]


def _between(numbers: Sequence[int], first: int, last: int) -> int:
    return bisect_right(numbers, last) - bisect_left(numbers, first)
