"""Search is as good as it was: floors under nDCG@10, R@100 and tasks done right.

Floors are in quality_floors.json, with a digest of the data they were measured on. They rise
freely; one that falls needs its reason under "lowered". The shared sets are judged where they
are at hand, the large ones by `make test-slow`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from index.analyzer import Analyzer
from index.collection import Collection
from index.evaluation import evaluate
from index.model import Audience
from ingest.pipeline import ingest
from service.behaviour import Verdict, perform, read_tasks
from service.settings import read_settings

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
FLOORS_FILE = Path(__file__).with_name("quality_floors.json")
FLOORS: dict[str, Any] = json.loads(FLOORS_FILE.read_text("utf-8"))
LARGE = {"csl", "stard"}
SETS = [
    pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else [])
    for name in FLOORS
    if name not in ("tasks", "lowered")
]


def folder_of(name: str) -> Path:
    folder = ROOT / "corpus" / "judged" if name == "judged" else SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the shared set {name} is not here")
    return folder


@pytest.mark.parametrize("name", SETS)
def test_no_set_is_answered_worse_than_before(name: str) -> None:
    floors = FLOORS[name]
    for mode in (key for key in floors if key != "digest"):
        kind, _, priors = mode.partition(" ")
        done = evaluate(folder_of(name), mode=kind, priors=priors != "no-priors", timed=False)
        assert done.digest == floors["digest"], "these are not the data the floors belong to"
        for measure, floor in floors[mode].items():
            assert done.means[measure] >= floor, (name, mode, measure)


@pytest.fixture(scope="module")
def verdicts(
    tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer
) -> Iterator[list[Verdict]]:
    home = tmp_path_factory.mktemp("quality") / "home"
    collection = Collection(home, create=True, analyzer=analyzer)
    for audience in Audience:
        folder = ROOT / "corpus" / "documents" / audience
        report = ingest(collection, [folder], audience=audience)
        assert report.count("added") == len(list(folder.iterdir()))
    tasks = read_tasks(ROOT / "corpus" / "judged" / "queries.jsonl")
    yield list(perform(collection, read_settings(home=home), tasks))
    collection.close()


def test_our_own_questions_are_answered_from_the_files_themselves(verdicts: list[Verdict]) -> None:
    for name, floor in FLOORS["tasks"].items():
        assert sum(getattr(verdict, name) for verdict in verdicts) >= floor, name


def test_the_sample_library_is_what_its_readme_promises(verdicts: list[Verdict]) -> None:
    tasks = [verdict.task for verdict in verdicts]
    answered = [task for task in tasks if task.document]
    assert len(list((ROOT / "corpus" / "documents").rglob("*.*"))) >= 40
    assert len(tasks) >= 80 and len(tasks) - len(answered) >= 10
    apart = [task for task in answered if not pairs(task.query) & pairs(task.passage or "")]
    assert len(apart) >= 20 and {t.id for t in apart} == {
        t.id for t in answered if "no-overlap" in t.tags
    }
    for audience in Audience:
        assert sum(task.audience is audience for task in tasks) >= 20


def pairs(text: str) -> set[str]:
    return {a + b for a, b in pairwise(text) if "一" <= a <= "鿿" and "一" <= b <= "鿿"}


def test_the_judged_rows_are_made_from_the_sources(tmp_path: Path) -> None:
    import shutil

    corpus = tmp_path / "corpus"
    shutil.copytree(ROOT / "corpus", corpus)
    script = corpus / "judged.py"
    subprocess.run(["python3", str(script)], check=True, cwd=corpus)
    for name in ("corpus.jsonl", "qrels.tsv"):
        made, kept = (base / "judged" / name for base in (corpus, ROOT / "corpus"))
        assert made.read_bytes() == kept.read_bytes(), f"run python corpus/judged.py for {name}"


def test_a_floor_that_fell_has_its_reason() -> None:
    log = subprocess.run(
        ["git", "log", "-n", "50", "--format=%H", "--", str(FLOORS_FILE)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if log.returncode:
        pytest.skip("not a git checkout")
    path = FLOORS_FILE.relative_to(ROOT).as_posix()
    later = FLOORS
    for commit in log.stdout.split():
        shown = subprocess.run(
            ["git", "show", f"{commit}:{path}"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        )
        earlier = json.loads(shown.stdout)
        for key in fallen(earlier, later):
            assert FLOORS.get("lowered", {}).get(key), f"{key} fell without a reason"
        later = earlier


def fallen(earlier: dict[str, Any], later: dict[str, Any], above: str = "") -> Iterator[str]:
    """Names, as `stard/hybrid/ndcg@10`, of floors that are lower or gone."""
    for key, before in earlier.items():
        name = f"{above}{key}"
        if isinstance(before, dict) and key != "lowered":
            yield from fallen(before, later.get(key, {}), f"{name}/")
        elif isinstance(before, int | float) and later.get(key, -1) < before:
            yield name
