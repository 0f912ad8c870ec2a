"""What the benchmarks work on: passages of the shared law articles, in homes kept for reuse.

Beyond the 147,966 real articles, copies are made by splicing sentences of neighbouring ones, so
that a million passages have the words and lengths of real text but are all different.
"""

from __future__ import annotations

import json
import os
import platform
import random
import re
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from index.collection import Collection
from index.evaluation import fill
from index.model import Audience
from index.testset import Judgements, Row

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TYPES = ("法律", "行政法规", "部门规章", "地方性法规")
_BLOCK = 200
_HAN = re.compile("[\u4e00-\u9fff]+")


def judgements() -> Judgements:
    """The law articles and their questions; ends the script when they are not here."""
    folder = SHARED / "stard"
    if not folder.is_dir():
        sys.exit("skipped: the shared law articles are not here")
    return Judgements(folder)


def questions(count: int = 500) -> list[str]:
    return list(islice(judgements().queries.values(), count))


def rows(count: int) -> Iterator[Row]:
    """`count` articles, real ones first, then block by block spliced ones. Every tenth has the
    issuer 第十家单位, every hundredth 第百家单位, for filters of 10 % and 1 %."""
    chance = random.Random(1)
    given = (_marked(row, number) for number, row in enumerate(_articles(count, chance)))
    yield from islice(given, count)


def _articles(count: int, chance: random.Random) -> Iterator[Row]:
    real = list(islice(judgements().passages(), count))
    yield from real
    copies = 0
    while True:
        for at in range(0, len(real), _BLOCK):
            block = real[at : at + _BLOCK]
            sentences = [s for row in block for s in row.text.split("。") if s.strip()]
            for row in block:
                copies += 1
                wanted = max(1, row.text.count("。"))
                # One sentence a line: recent lines are segmented once (see index.analyzer).
                text = "。\n".join(chance.sample(sentences, min(wanted, len(sentences)))) + "。"
                yield Row(f"copy-{copies}", f"{row.title} 之{copies}", text, row.authority)


def _marked(row: Row, number: int) -> Row:
    issuer = "第百家单位" if number % 100 == 0 else "第十家单位" if number % 10 == 1 else "其他单位"
    return Row(row.id, row.title, row.text, row.authority, row.date, issuer, (TYPES[number % 4],))


def home(count: int) -> Collection:
    """A library of `count` passages that everybody may see, built at the first call."""
    path = Path(os.environ.get("XIEHUI_BENCH", "var/bench")) / str(count)
    if not (path / "complete").exists():
        shutil.rmtree(path, ignore_errors=True)
        began = time.perf_counter()
        collection = Collection(path / "home", create=True)
        fill(collection, rows(count), audience=Audience.PUBLIC)
        collection.close()
        (path / "complete").write_text(json.dumps({"index_s": time.perf_counter() - began}))
    collection = Collection(path / "home")
    collection.encoder()
    return collection


def spans(collection: Collection, fewest: int, most: int, count: int = 300) -> list[str]:
    """Stretches of Chinese characters from passages spread over the library."""
    chance = random.Random(2)
    ids = collection.engine.columns.passage_ids.tolist()
    found: list[str] = []
    for passage in collection.library.passages(
        sorted(chance.sample(ids, min(4 * count, len(ids))))
    ):
        runs = [run for run in _HAN.findall(passage.text) if len(run) >= most]
        if runs and len(found) < count:
            run, length = chance.choice(runs), chance.randint(fewest, most)
            at = chance.randint(0, len(run) - length)
            found.append(run[at : at + length])
    return found


def timed(action: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Milliseconds of `action` on each text, one at a time, after ten to warm up."""
    for text in texts[:10]:
        action(text)
    times_ms = []
    for text in texts:
        began = time.perf_counter()
        action(text)
        times_ms.append((time.perf_counter() - began) * 1000)
    return times_ms


def line(name: str, times_ms: Sequence[float]) -> str:
    p50, p95, p99 = np.percentile(times_ms, [50, 95, 99])
    return f"{name:34} p50 {p50:7.2f}  p95 {p95:7.2f}  p99 {p99:7.2f} ms   n={len(times_ms)}"


def machine() -> str:
    model = "unknown processor"
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            model = text.split(":", 1)[1].strip()
            break
    began = time.perf_counter()
    sum(range(10_000_000))
    loop_ms = (time.perf_counter() - began) * 1000
    return (
        f"{os.cpu_count()} x {model}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}, summing ten million numbers {loop_ms:.0f} ms"
    )


def rss_mb() -> tuple[int, int]:
    """Memory held now and at most, of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return pages * resource.getpagesize() // 2**20, peak
