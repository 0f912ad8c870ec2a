"""Sequences of siblings: the markers of one family that count on under one parent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.marker import Marker

# Families whose nesting is the same in every document that has them, outermost first.
OUTER = {"volume": 1, "subvolume": 2, "chapter": 3, "section": 4}


@dataclass(slots=True)
class Run:
    """Siblings, as indices of blocks. `in_clause` says that an article is open above them."""

    family: str
    members: list[int] = field(default_factory=list)
    last: int = 0
    in_clause: bool = False


def find_runs(markers: Mapping[int, Marker], breaks: Collection[int] = ()) -> list[Run]:
    """Markers as runs; a marker of an outer family ends the runs inside it, a break ends all."""
    runs: list[Run] = []
    open_runs: list[Run] = []
    for i in sorted({*markers, *breaks}):
        if i in breaks:
            open_runs = []
        if i in markers:
            _put(markers[i], i, open_runs, runs)
    return runs


def _put(marker: Marker, i: int, open_runs: list[Run], runs: list[Run]) -> None:
    families = [run.family for run in open_runs]
    at = families.index(marker.family) if marker.family in families else len(families)
    del open_runs[at + 1 :]
    inside = next((n for n, family in enumerate(families) if is_inside(family, marker)), None)
    if inside is not None:
        del open_runs[inside:]
    if at < len(open_runs) and marker.ordinal == 1 and open_runs[at].last >= 1:
        del open_runs[at:]
    if at >= len(open_runs):
        within = any(run.family == "article" for run in open_runs)
        open_runs.append(Run(marker.family, in_clause=within))
        runs.append(open_runs[-1])
    open_runs[-1].members.append(i)
    open_runs[-1].last = marker.ordinal


def is_inside(family: str, marker: Marker) -> bool:
    """Whether headings of `family` can only stand below one with `marker`."""
    if marker.family in OUTER:
        return OUTER.get(family, 9) > OUTER[marker.family]
    # 1.1.1 lies inside 1.1, while 1. lies above it in one document and below it in the next.
    deeper = family.startswith("decimal") and family[-1].isdigit()
    return deeper and marker.depth > 1 and family > marker.family


def skips(markers: Sequence[Marker]) -> bool:
    """Whether siblings leave a number out or repeat one; they may begin at any."""
    return any(
        other.ordinal != one.ordinal + 1 and other.lead == one.lead
        for one, other in pairwise(markers)
    )
