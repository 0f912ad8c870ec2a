"""Damaged real files: every one is read or refused, in time, and nothing is left behind."""

from __future__ import annotations

import os
import re
import shutil
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest.sandbox import Sandbox
from mutations import mutated

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
REASONS = frozenset(re.findall(r"`([a-z_]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
MAX_SECONDS = 30.0
MAX_GROWTH_KB = 40 * 1024


def _seeds() -> list[Path]:
    """Our own documents and, where they are, the shared ones; the largest would only take long."""
    folders = [ROOT / "corpus" / "documents", SHARED / "files", SHARED / "realdocs" / "files"]
    found = [file for folder in folders for file in sorted(folder.rglob("*.*")) if file.is_file()]
    return [file for file in found if file.suffix != ".jsonl" and file.stat().st_size < 4_000_000]


def _slow(file: Path) -> bool:
    """Whether LibreOffice or text recognition reads it, at some seconds each."""
    return file.suffix in {".doc", ".wps", ".rtf", ".odt"} or "扫描" in file.name


def _chosen(count: int, slow: int) -> Iterator[tuple[int, Path]]:
    seeds = _seeds()
    quick = [file for file in seeds if not _slow(file)]
    lasting = [file for file in seeds if _slow(file)]
    for number in range(count):
        pool = lasting if lasting and number % slow == 0 else quick
        yield number, pool[number // slow % len(pool) if pool is lasting else number % len(pool)]


def _kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def _read_all(tmp_path: Path, count: int, slow: int) -> Counter[str]:
    """Read so many damaged files, every `slow`-th one a lasting one; outcomes are counted."""
    outcomes: Counter[str] = Counter()
    room = tmp_path / "room"
    room.mkdir()
    others = set(Path("/tmp").iterdir())
    before = 0
    with closing(Sandbox()) as box:
        for number, seed in _chosen(count, slow):
            file = tmp_path / f"damaged{seed.suffix}"
            file.write_bytes(mutated(seed.read_bytes(), number))
            began = time.monotonic()
            try:
                shutil.rmtree(box.read(file, room).folder)
                outcomes["read"] += 1
            except UnreadableDocument as error:
                assert error.reason in REASONS, (seed.name, number, error.reason)
                outcomes[error.reason] += 1
                if error.reason in ("reader_died", "time_limit"):
                    warnings.warn(f"{error.reason}: {seed.name}, number {number}", stacklevel=1)
            assert time.monotonic() - began < MAX_SECONDS, (seed.name, number)
            assert list(room.iterdir()) == [], (seed.name, number)
            if number == count // 10:
                before = _kilobytes(os.getpid())
    assert _kilobytes(os.getpid()) - before < MAX_GROWTH_KB
    left = {path for path in set(Path("/tmp").iterdir()) - others if "office" in path.name}
    assert left == set()
    return outcomes


def test_a_sample_of_damaged_files(tmp_path: Path) -> None:
    outcomes = _read_all(tmp_path, 80, slow=40)
    assert outcomes["read"] > 10 and outcomes["reader_died"] == 0


@pytest.mark.slow
def test_two_thousand_damaged_files(tmp_path: Path) -> None:
    outcomes = _read_all(tmp_path, 2000, slow=20)
    assert outcomes["read"] > 200
    # What even a crash of a library costs is its own file; there are few.
    assert outcomes["reader_died"] + outcomes["time_limit"] <= 10
