"""Rows of printed tables: what they hold, and tables that go on over pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.layout import Line
from ingest.lines import Block
from ingest.tables import are_labels, may_name

_SAME_EDGE = 3.0  # points; facing pages and rounding move the edges of one table a little


@dataclass(frozen=True, slots=True)
class Row(Line):
    """A row of a table as one line; `opens` marks the first row of a table on its page."""

    cells: tuple[str, ...] = ()
    header: bool = False
    opens: bool = False

    def block(self) -> Block:
        return Block(self.text, self.page, kind=self.kind, cells=self.cells, header=self.header)


def over_pages(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines without heads that a table repeats on the next page, and those heads.

    Where a table goes on its first row there is no head, whatever it looks like.
    """
    kept: list[Line] = []
    repeated: list[Line] = []
    begun: list[int] = []  # where the rows of the table begun last stand in `kept`
    for part in _parts(lines):
        rows = [line for line in part if isinstance(line, Row)]
        before = kept[-1] if kept else None
        if not rows or not (isinstance(before, Row) and _goes_on(before, rows[0])):
            begun = list(range(len(kept), len(kept) + len(rows)))
            kept += part
            continue
        heads = _heads([line for n in begun if isinstance(line := kept[n], Row)], rows)
        if not heads and rows[0].header and are_labels(rows[0].cells):
            begun = list(range(len(kept), len(kept) + len(rows)))  # a table of its own
            kept += part
            continue
        for n in begun[:heads]:
            line = kept[n]
            if isinstance(line, Row) and may_name(line.cells):
                kept[n] = replace(line, header=True)
        repeated += rows[:heads]
        kept += [replace(row, header=False) for row in rows[heads:]]
    return kept, repeated


def _parts(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Each table on its page, and each run of other lines."""
    part: list[Line] = []
    for line in lines:
        row = isinstance(line, Row)
        if part and (row != isinstance(part[-1], Row) or (isinstance(line, Row) and line.opens)):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _goes_on(last: Row, row: Row) -> bool:
    return (
        row.page == last.page + 1
        and len(row.cells) == len(last.cells)
        and abs((row.x1 - row.x0) - (last.x1 - last.x0)) <= 2 * _SAME_EDGE
    )


def _heads(first: Sequence[Row], rows: Sequence[Row]) -> int:
    """How many rows at the start of the next page say the first rows of the table again."""
    most = max([1, *(n for n, row in enumerate(first[:3], 1) if row.header)])
    same = 0
    for old, new in zip(first[:most], rows, strict=False):
        if old.cells != new.cells:
            break
        same += 1
    told = any(row.header for row in first[:most]) or may_name(rows[0].cells)
    return same if told and same == most else 0
