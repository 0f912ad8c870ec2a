"""Reading the shared born-digital PDFs, beside pdfplumber alone, in as many processes as cores.

python tests/bench/pdf.py [--processes 2] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import material
import pdfplumber

from index.errors import UnreadableDocument
from ingest.pdf import read_pdf

FOLDERS = [material.SHARED.parent / name for name in ("files", "realdocs/files")]


def bare(path: Path) -> None:
    """What every reader on pdfplumber pays before it does anything of its own."""
    with pdfplumber.open(path) as document:
        for page in document.pages:
            _ = page.chars
            page.close()


def seconds(read: Callable[[Path], object], files: list[Path]) -> float:
    """CPU time, so that a process which waits for a core does not look slow."""
    began = time.process_time()
    for file in files:
        read(file)
    return time.process_time() - began


def measured(files: list[Path]) -> tuple[float, float]:
    return seconds(read_pdf, files), seconds(bare, files)


def has_text(file: Path) -> bool:
    try:
        return bool(read_pdf(file).blocks)
    except UnreadableDocument:
        return False


def page_count(file: Path) -> int:
    with pdfplumber.open(file) as document:
        return len(document.pages)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    files = [file for folder in FOLDERS for file in sorted(folder.glob("*.pdf")) if has_text(file)]
    if not files:
        sys.exit("skipped: the shared documents are not here")
    pages = sum(map(page_count, files))
    print(f"{len(files)} files, {pages} pages, {arguments.processes} processes at once")
    with get_context("spawn").Pool(arguments.processes) as pool:
        for _ in range(arguments.rounds):
            times = pool.map(measured, [files] * arguments.processes, chunksize=1)
            ours, alone = (sum(pages / pair[n] for pair in times) for n in (0, 1))
            print(f"read {ours:.1f} pages/s, pdfplumber alone {alone:.1f} pages/s")
