"""Excel workbooks (xlsx, xlsm) and tables of separated values (csv): what a person sees in them.

Hidden sheets, rows and columns are left out; formulas show the value that was calculated when
the file was saved, and are never calculated here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.model import Dropped
from ingest.archive import open_zip, refuse_doctypes
from ingest.csvtable import read_csv
from ingest.limits import check_chars
from ingest.lines import Block, Reading
from ingest.parts import Parts
from ingest.sheetrows import Rows, blocks_of, may_be_title, said_in_line
from ingest.workbook import Area, Sheet, Shown, Workbook

__all__ = ["read_csv", "read_sheet"]

# What Excel, WPS and LibreOffice call a sheet that nobody named: Sheet1, 工作表2, Sheet1 (2).
_DEFAULT_NAME = re.compile(r"(?:sheet|工作表|表)\s?[0-9]{0,4}(?:\s?[(（][0-9]{1,3}[)）])?", re.I)


def read_sheet(path: Path) -> Reading:
    """What the visible sheets of a workbook say, each under its name.

    Raises UnreadableDocument: `corrupt_zip`, `corrupt_xlsx`, `zip_bomb`, `xml_dtd`, `too_long`.
    """
    shown: list[tuple[str, list[Block]]] = []
    dropped: list[Dropped] = []
    chars = 0
    with open_zip(path) as archive:
        refuse_doctypes(archive)
        macros = any(name.endswith("vbaProject.bin") for name in archive.namelist())
        for sheet in Workbook(Parts(archive, "xlsx")).sheets():
            chars += sum(len(cell.text) for row in sheet.rows.values() for cell in row.values())
            check_chars(chars)
            if sheet.hidden:
                dropped += _hidden_sheet(sheet)
                continue
            dropped += _hidden_cells(sheet)
            blocks = blocks_of(*_visible(sheet))
            if blocks:
                shown.append((sheet.name.strip(), blocks))
    blocks = list(_under_names(shown))
    warnings = ("has_macros",) if macros else ()
    return Reading("xlsx", tuple(blocks), tuple(dropped), warnings)


def _under_names(sheets: Sequence[tuple[str, list[Block]]]) -> Iterator[Block]:
    """Each sheet under its name, where that says something that the sheet does not.

    What stands above the first table is the title of all; then the names are headings under it.
    """
    titled = _lone_rows(sheets[0][1]) if sheets else 0
    for n, (name, blocks) in enumerate(sheets):
        above = 0 if n else titled
        yield from blocks[:above]
        if len(sheets) > 1 and not _DEFAULT_NAME.fullmatch(name) and blocks[0].text != name:
            yield Block(name, outline=2 if titled else 1)
        yield from blocks[above:]


def _lone_rows(blocks: Sequence[Block]) -> int:
    """How many rows stand alone above the first table, where the first of them may be a title."""
    count = next((n for n, block in enumerate(blocks) if block.kind == "row"), 0)
    return count if count and may_be_title(blocks[0].text) else 0


def _hidden_sheet(sheet: Sheet) -> list[Dropped]:
    rows = [said_in_line([cell for _, cell in sorted(row.items())]) for row in sheet.rows.values()]
    return [Dropped(text, "hidden") for text in [sheet.name, *rows]]


def _hidden_cells(sheet: Sheet) -> list[Dropped]:
    """What hidden rows say, and what hidden columns say in the other rows."""
    dropped: list[Dropped] = []
    gone = set(sheet.columns_gone())
    for number, row in sheet.rows.items():
        whole = number in sheet.hidden_rows
        cells = [cell for at, cell in sorted(row.items()) if whole or at in gone]
        dropped += [Dropped(said_in_line(cells), "hidden")] if cells else []
    return dropped


def _visible(sheet: Sheet) -> tuple[Rows, list[Area]]:
    """The cells and merged areas that can be seen, numbered as if nothing else were there."""
    rows_gone = sorted(sheet.hidden_rows)
    columns_gone = sheet.columns_gone()
    gone = set(columns_gone)
    rows: dict[int, dict[int, Shown]] = {}
    for number, row in sheet.rows.items():
        if number not in sheet.hidden_rows:
            seen = {_place(c, columns_gone): cell for c, cell in row.items() if c not in gone}
            if seen:
                rows[_place(number, rows_gone)] = seen
    merged: list[Area] = []
    for area in sheet.merged:
        seen_area = Area(
            _place(area.top, rows_gone),
            _place(area.left, columns_gone),
            area.bottom - bisect_right(rows_gone, area.bottom),
            area.right - bisect_right(columns_gone, area.right),
        )
        if seen_area.top > seen_area.bottom or seen_area.left > seen_area.right:
            continue
        merged.append(seen_area)
        text = sheet.rows.get(area.top, {}).get(area.left)
        if text is not None:  # it is seen although its own row or column is hidden
            rows.setdefault(seen_area.top, {})[seen_area.left] = text
    return rows, merged


def _place(number: int, gone: list[int]) -> int:
    """The number without the hidden ones before it."""
    return number - bisect_left(gone, number)
