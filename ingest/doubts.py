"""What about a document should be looked at by a person before it is relied on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from index.notation import find_dates, find_numbers
from ingest.cue import TYPES
from ingest.stated import Stated
from ingest.structure import Structure

# A table of more rows is a register rather than part of a text.
_LONG_TABLE_ROWS = 1000


def doubts(structure: Structure, known: Mapping[str, Stated[Any]]) -> list[str]:
    """Codes of what makes a field doubtful; docs/reading.md lists them all."""
    found = []
    title, number, date = known.get("title"), known.get("number"), known.get("date")
    if title is not None and "".join(title.value.split()) in TYPES:
        found.append("title_is_type_only")
    if date is not None and _disagree(date.value, number, known.get("printed")):
        found.append("dates_disagree")
    numbers = find_numbers(number.value, alone=True) if number is not None else ()
    if any(each.year is None for each in numbers):
        found.append("number_without_year")
    if sum(block.kind == "row" for block in structure.blocks) > _LONG_TABLE_ROWS:
        found.append("long_table")
    return found


def _disagree(date: str, number: Stated[str] | None, printed: Stated[str] | None) -> bool:
    """Whether the number is of another year than the date, or printing came before dating.

    What was adopted late in a year is numbered in the next, and January may use the old number.
    """
    if number is not None and (year := re.search(r"(?:19|20)[0-9]{2}", number.value)):
        late = int(date[:4]) - int(year[0])
        if late not in {-1, 0, 1} or (late == 1 and date[5:7] > "03"):
            return True
    days = [m.date for m in find_dates(printed.value)] if printed is not None else []
    return bool(days) and days[-1] < date[: len(days[-1])]
