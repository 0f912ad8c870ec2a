"""How well the service knows when nothing answers: AUROC, and how many questions are answered.

    python tests/bench/abstention.py ../shared FOLDER

Questions are asked of libraries that answer them and of libraries that cannot: our own and the
tasks beside the project of theirs, some with no answer; questions of one public set of another
set's corpus. Libraries are made in FOLDER once and kept there. `--rows FILE` writes every
question's signs as JSON lines, for fitting.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index.analyzer import Analyzer
from index.certainty import LEAST, Signs
from index.collection import Collection
from index.evaluation import fill
from index.model import Audience, Query
from index.searcher import Searcher
from index.testset import Judgements
from ingest.pipeline import ingest
from service.behaviour import read_tasks
from service.wire import to_filter

ROOT = Path(__file__).parents[2]
HOME_NAME = "江岚省高等院校后勤协会"
TODAY = "2025-06-30"
CORPORA, QUESTIONS = ("cmrc", "xwlb", "csl"), ("cmrc", "xwlb", "csl", "stard")
SAMPLE, SEED = 200, 7


@dataclass(frozen=True, slots=True)
class Row:
    """One question: whose it is, of which library it was asked, whether that has an answer."""

    asker: str
    library: str
    answerable: bool
    question: str
    certainty: float
    signs: dict[str, float]

    @property
    def group(self) -> str:
        if self.asker != self.library:
            return f"{self.asker} asked of {self.library}"
        return f"{self.library}, {'answerable' if self.answerable else 'no answer'}"


def library(folder: Path, shared: Path, name: str, analyzer: Analyzer) -> Collection:
    """The library of that name in `folder`, made if it is not there."""
    if (folder / name).is_dir():
        return Collection(folder / name, analyzer=analyzer)
    collection = Collection(folder / name, create=True, analyzer=analyzer)
    if name == "own":
        for audience in Audience:
            ingest(collection, [ROOT / "corpus" / "documents" / audience], audience=audience)
    elif name == "seeds":
        ingest(collection, [shared / "seeds"], audience=Audience.PUBLIC)
    else:
        fill(collection, Judgements(shared / "data" / name).passages())
    return collection


def tasks(name: str, shared: Path) -> list[tuple[bool, Query]]:
    """Questions with whether they have an answer."""
    own = ROOT / "corpus" / "judged" / "queries.jsonl"
    rows = read_tasks(own if name == "own" else shared / "tasks" / "dev.jsonl")
    return [
        (
            row.document is not None,
            Query(row.query, row.audience, filter=to_filter(row.filters), as_of=TODAY),
        )
        for row in rows
    ]


def sampled(name: str, shared: Path) -> list[str]:
    judgements = Judgements(shared / "data" / name)
    judged = [key for key in judgements.queries if key in judgements.qrels]
    return [judgements.queries[key] for key in random.Random(SEED).sample(judged, SAMPLE)]


def rows(folder: Path, shared: Path) -> Iterator[Row]:
    analyzer = Analyzer()
    samples = {name: sampled(name, shared) for name in QUESTIONS}
    samples["own"] = [query.text for _, query in tasks("own", shared)]
    for name in ("own", "seeds", *CORPORA):
        collection = library(folder, shared, name, analyzer)
        searcher = Searcher(collection, home=HOME_NAME)
        asked = [(name, *task) for task in tasks(name, shared)] if name not in CORPORA else []
        for asker, texts in samples.items():
            if asker != "own" or name in CORPORA:
                asked += [(asker, asker == name, Query(t, Audience.STAFF)) for t in texts]
        for asker, answerable, query in asked:
            answer = searcher.search(query)
            signs = answer.signs or Signs()
            certainty = 1.0 if answer.quote and not answer.signs else signs.certainty
            yield Row(asker, name, answerable, query.text, certainty, asdict(signs))
        collection.close()


def auroc(yes: Sequence[float], no: Sequence[float]) -> float:
    """How often one that has an answer is surer than one that has none; ties count half."""
    above = np.subtract.outer(np.asarray(yes), np.asarray(no))
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def report(found: Iterable[Row]) -> None:
    groups: dict[str, list[float]] = defaultdict(list)
    answerable: dict[str, list[float]] = defaultdict(list)
    for row in found:
        groups[row.group].append(row.certainty)
        if row.answerable:
            answerable[row.library].append(row.certainty)
    print(f"{'group':28}{'n':>5}  answered  AUROC against the library's own answerable")
    for group, values in groups.items():
        name = group.rpartition(" of ")[2].partition(",")[0]
        mine = group.endswith(", answerable")
        score = "" if mine else f"{auroc(answerable[name], values):.3f}"
        print(f"{group:28}{len(values):5}  {np.mean(np.array(values) >= LEAST):8.2f}  {score}")
    yes = [value for values in answerable.values() for value in values]
    no = [v for group, vs in groups.items() if not group.endswith(", answerable") for v in vs]
    kept = float(np.mean(np.array(yes) >= LEAST))
    print(f"all together: AUROC {auroc(yes, no):.3f}, {kept:.3f} of {len(yes)} answerable answered")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=Path)
    options = parser.parse_args()
    found = list(rows(options.folder, options.shared))
    if options.rows:
        lines = [json.dumps(asdict(row), ensure_ascii=False) for row in found]
        options.rows.write_text("\n".join(lines) + "\n", "utf-8")
    report(found)


if __name__ == "__main__":
    main()
