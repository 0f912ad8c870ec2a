"""Tables of separated values (csv, tsv), which are also how offices export their lists."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from pathlib import Path

from index.errors import UnreadableDocument
from ingest.encoding import decode
from ingest.limits import check_chars
from ingest.lines import Reading
from ingest.sheetrows import blocks_of
from ingest.text import read_text
from ingest.workbook import MAX_CELLS, Shown

_SEPARATORS = ",;\t|"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_SAMPLE_ROWS = 200
# How many rows must have as many values as most; titles and notes have fewer.
_ALIKE = 0.6
_AS_TEXT = re.compile(r'="(.*)"')  # ="028-84760585": so that Excel keeps it as it is


def read_csv(path: Path) -> Reading:
    """The rows of a table of separated values; a file that holds none is read as plain text.

    Raises UnreadableDocument: `too_long`, and what `read_text` raises.
    """
    decoded = decode(path.read_bytes())
    text = _CONTROL.sub("", decoded.text.replace("\r\n", "\n").replace("\r", "\n"))
    check_chars(len(text))
    separator = _separator(text)
    if separator is None:
        return read_text(path)
    try:
        rows = _rows(text, separator)
    except csv.Error:  # a value longer than any cell: quotes that never end
        return read_text(path)
    warnings = ("encoding_errors",) if decoded.errors else ()
    return Reading("csv", tuple(blocks_of(rows, [])), (), warnings)


def _rows(text: str, separator: str) -> dict[int, dict[int, Shown]]:
    rows: dict[int, dict[int, Shown]] = {}
    count = 0
    for number, values in enumerate(_parsed(text, separator), start=1):
        count += len(values)
        if count > MAX_CELLS:
            raise UnreadableDocument("too_long", f"表格超过 {MAX_CELLS} 个单元格，请拆分后再读入")
        row = {at: Shown(_value(value)) for at, value in enumerate(values, start=1)}
        row = {at: cell for at, cell in row.items() if cell.text}
        if row:
            rows[number] = row
    return rows


def _parsed(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text), delimiter=separator)


def _value(value: str) -> str:
    match = _AS_TEXT.fullmatch(value.strip())
    return (match[1] if match else value).strip()


def _separator(text: str) -> str | None:
    """What parts the values: the sign that gives most rows the same number of them."""
    found: list[tuple[float, int, str]] = []
    for separator in _SEPARATORS:
        try:
            rows = list(islice(_parsed(text, separator), _SAMPLE_ROWS))
        except csv.Error:
            continue
        counts = Counter(len(row) for row in rows if any(value.strip() for value in row))
        width, number = max(counts.items(), key=lambda pair: pair[1], default=(0, 0))
        share = number / max(counts.total(), 1)
        if width > 1 and number > 1 and share >= _ALIKE:
            found.append((share, width, separator))
    return max(found)[2] if found else None
