"""Reading one scanned file: pages a second, and the memory it takes.

python tests/bench/ocr.py [--rounds 2] [FILE.pdf]
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from pathlib import Path

import material
import pypdfium2

from ingest.ocr import available, prepare
from ingest.pdf import read_pdf

SCAN = material.SHARED.parent / "files" / "003_通知_红头_扫描.pdf"


def status(name: str) -> float:
    """A line of /proc/self/status in MB, or nothing where there is no such file."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("file", type=Path, nargs="?", default=SCAN)
    arguments = parser.parse_args()
    if not available() or not arguments.file.is_file():
        sys.exit("skipped: the extra [ocr] or the file is not here")
    with pypdfium2.PdfDocument(arguments.file) as document:
        pages = len(document)
    began = time.perf_counter()
    prepare()
    print(f"{pages} pages, {os.cpu_count()} cores; engine ready in", end=" ")
    print(f"{time.perf_counter() - began:.1f} s")
    for _ in range(arguments.rounds):
        began, cpu = time.perf_counter(), time.process_time()
        reading = read_pdf(arguments.file)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        sure = [block.confidence for block in reading.blocks if block.confidence is not None]
        print(f"{pages / wall:.2f} pages/s, {cpu / pages:.2f} CPU seconds a page", end=", ")
        print(f"least confidence {min(sure, default=0):.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak RSS {peak:.0f} MB, private data {status('VmData'):.0f} MB")
