"""Reading 3,475 whole laws into an empty library, then once more unchanged.

python tests/bench/laws.py [--files 3475]
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

import material


def run(folder: Path, home: Path) -> tuple[float, int, dict[str, int]]:
    """Seconds, most memory in MB (the command and its two workers together), and the counts."""
    command = [Path(sys.executable).with_name("xiehui"), "ingest", folder, "--home", home, "--json"]
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    peak_mb = 0
    output: list[bytes] = []
    assert child.stdout is not None
    reader = threading.Thread(target=lambda: output.append(child.stdout.read()))  # type: ignore[union-attr]
    reader.start()
    while reader.is_alive():
        peak_mb = max(peak_mb, sum(rss_mb(pid) for pid in family(child.pid)))
        reader.join(0.5)
    child.wait()
    return time.perf_counter() - began, peak_mb, json.loads(output[0])["counts"]


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        found = [int(child) for child in children.read_text().split()]
    except OSError:
        return []
    return [pid, *(member for child in found for member in family(child))]


def rss_mb(pid: int) -> int:
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) // 1024 if found else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=3475)
    given = parser.parse_args()
    archive = material.SHARED / "laws" / "docs.tar.xz"
    if not archive.is_file():
        sys.exit("skipped: the shared laws are not here")
    print(material.machine())
    with tempfile.TemporaryDirectory() as directory:
        folder, home = Path(directory, "laws"), Path(directory, "home")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        for extra in files[given.files :]:
            extra.unlink()
        for name in ("empty library", "unchanged"):
            seconds, peak_mb, counts = run(folder, home)
            told = ", ".join(f"{key} {value}" for key, value in counts.items() if value)
            rate = min(given.files, len(files)) / seconds
            print(f"{name:14} {seconds:7.1f} s  {rate:6.1f} files/s  {peak_mb} MB  {told}")


if __name__ == "__main__":
    main()
