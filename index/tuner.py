"""Tuning a library by labelled questions, and trying it on a set of judged queries."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

import numpy as np

from index.collection import Collection
from index.errors import BadRequest
from index.evaluation import Progress, fill
from index.features import features
from index.fitting import Example, fitted
from index.labels import Label
from index.model import Audience, Query
from index.searcher import MAX_QUERY_CHARS, Searcher
from index.testset import Judgements
from index.tuning import Tuning, keep_tuning


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the grades of the passages that answer it."""

    question: str
    audience: Audience
    grades: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Tried:
    """A tuning tried on the questions of a set that it was not fitted from: nDCG@10."""

    tuning: Tuning
    others: int
    before: float
    after: float


def tune(
    collection: Collection,
    labels: Iterable[Label],
    progress: Progress = lambda stage, done, of: None,
    home: str | None = None,
) -> Tuning:
    """Fit a tuning for this library, that of the association `home`, and keep it there. Raises
    BadRequest when it does no good."""
    asked = [Asked(e.question, e.audience, dict.fromkeys(e.passages, 1)) for e in labels]
    tuning = fitted(list(examples(collection, asked, progress, home=home)))
    keep_tuning(collection.library, tuning)
    return tuning


def tune_set(
    folder: Path,
    *,
    questions: int,
    seed: int = 0,
    priors: bool = True,
    encoder_name: str | None = None,
    progress: Progress = lambda stage, done, of: None,
) -> Tried:
    """Fit from some of a BEIR folder's questions, at random, and judge by the others.

    Raises BadTestSet, and BadRequest when the set has too few or the tuning does no good.
    """
    judgements = Judgements(folder)
    keys = [key for key in judgements.queries if key in judgements.qrels]
    if questions >= len(keys):
        raise BadRequest(f"评测集只有 {len(keys)} 个有答案的问题，--questions 要比它小")
    chosen = set(random.Random(seed).sample(keys, questions))
    with TemporaryDirectory(prefix="xiehui-tune-") as directory:
        collection = Collection(Path(directory, "home"), encoder_name=encoder_name, create=True)
        try:
            row_ids = fill(collection, judgements.passages(), progress)
            collection.refresh()
            asked = asked_of(collection, judgements, row_ids)
            every = list(examples(collection, [asked[key] for key in keys], progress, priors))
        finally:
            collection.close()
    return tried_on_others(
        [example for key, example in zip(keys, every, strict=True) if key in chosen],
        [example for key, example in zip(keys, every, strict=True) if key not in chosen],
    )


def tried_on_others(some: list[Example], others: list[Example]) -> Tried:
    """Fitted from some examples, judged by the others."""
    tuning = fitted(some)
    after = [other.ndcg(tuning.gains(other.features, other.keys)) for other in others]
    return Tried(tuning, len(others), fmean(other.ndcg() for other in others), fmean(after))


def asked_of(
    collection: Collection, judgements: Judgements, row_ids: Mapping[str, str]
) -> dict[str, Asked]:
    """The judged queries of a set whose rows were put into a collection, by their ids."""
    first = {row_ids[row.document_id]: row.first for row in collection.engine.columns.rows}
    return {
        key: Asked(
            judgements.queries[key],
            Audience.STAFF,
            {first[row]: grade for row, grade in judged.items() if grade > 0},
        )
        for key, judged in judgements.qrels.items()
    }


def examples(
    collection: Collection,
    asked: Iterable[Asked],
    progress: Progress = lambda stage, done, of: None,
    priors: bool = True,
    home: str | None = None,
) -> Iterator[Example]:
    """What search finds for each of the questions, untuned, beside what is right."""
    collection.refresh()
    searcher = Searcher(collection, priors=priors, home=home)
    columns = collection.engine.columns
    for done, one in enumerate(asked, start=1):
        judged = searcher.judged(Query(one.question[:MAX_QUERY_CHARS], one.audience))
        right = np.array(sorted(one.grades), np.int64)
        places = columns.places(right)
        ids = judged.ids
        yield Example(
            ids,
            judged.scores,
            features(judged, priors=priors),
            tuple(np.repeat(np.array(judged.keys(), object), judged.counts).tolist()),
            np.array([one.grades.get(i, 0) for i in ids.tolist()], np.float64),
            tuple(one.grades.values()),
            frozenset(columns.key(place) for place in places[places >= 0].tolist()),
        )
        progress("ask", done, 0)
