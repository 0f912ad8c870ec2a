"""Tuning: weights from labelled questions, used only where questions they have not seen gain."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from index.analyzer import Analyzer
from index.collection import Collection
from index.errors import BadRequest, BadTestSet
from index.evaluation import fill
from index.features import NAMES, features
from index.fitting import FEWEST, Example, fit, fitted, tried
from index.labels import read_labels
from index.model import Audience, Query
from index.searcher import Searcher
from index.testset import Row
from index.tuner import Asked, examples, tune
from index.tuning import META_KEY, Tuning, keep_tuning, kept_tuning
from service.cli import app

TOPICS = [f"{a}{b}" for a in "食宿车电水暖房树路桥" for b in "费修检租换建"]


def example(seed: int, *, telling: bool = True, shown: bool = True) -> Example:
    """A question with 40 candidates. The right one is high by score (if `shown`), and the first
    feature tells it from those beside it (if `telling`)."""
    rng = np.random.default_rng(seed)
    n, right = 40, int(rng.integers(6))
    scores = np.sort(rng.normal(0.3, 0.05, n))[::-1].copy()
    values = rng.normal(0, 1, (n, len(NAMES)))
    if telling:
        values[right, 0] += 3
    if not shown:
        right = int(rng.integers(n))
    grades = np.zeros(n)
    grades[right] = 1
    keys = tuple(f"{seed}-{i}" for i in range(n))
    ids = np.arange(n) + 1000 * seed
    return Example(ids, scores, values, keys, grades, (1,), frozenset([keys[right]]))


def test_a_feature_that_tells_right_from_wrong_is_learned() -> None:
    some, others = [example(n) for n in range(64)], [example(n) for n in range(100, 160)]
    tuning = fitted(some)
    assert tuning.after > tuning.before and tuning.questions == 64
    assert tuning.weights[0] == max(tuning.weights) > 0
    gained = [o.ndcg(tuning.gains(o.features, o.keys)) - o.ndcg() for o in others]
    assert np.mean(gained) > 0.1


def test_features_that_tell_nothing_are_refused() -> None:
    refused = 0
    for start in range(0, 500, 100):
        some = [example(n, telling=False) for n in range(start, start + 64)]
        try:
            fitted(some)
        except BadRequest as error:
            refused += 1
            assert "nDCG@10" in str(error)
    assert refused >= 3


def test_labels_that_are_not_those_of_their_questions_are_refused() -> None:
    for start in (0, 100, 200):
        with pytest.raises(BadRequest, match="对不上"):
            fitted(dealt_out([one_library(n) for n in range(start, start + 64)], start))


def one_library(seed: int) -> Example:
    """As `example`, in a library of which every question finds every passage."""
    made = example(seed)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(made.ids))
    keys = tuple(map(str, order.tolist()))
    right = frozenset(keys[i] for i in np.flatnonzero(made.grades))
    return Example(order, made.scores, made.features, keys, made.grades, (1,), right)


def dealt_out(examples: list[Example], seed: int) -> list[Example]:
    """The labels of the same questions, each given to another."""
    others = random.Random(seed).sample(examples, len(examples))
    dealt = []
    for one, other in zip(examples, others, strict=True):
        graded = dict(zip(other.ids.tolist(), other.grades.tolist(), strict=True))
        grades = np.array([graded.get(i, 0.0) for i in one.ids.tolist()])
        dealt.append(
            Example(one.ids, one.scores, one.features, one.keys, grades, other.ideal, other.works)
        )
    return dealt


def test_too_few_questions_are_refused() -> None:
    with pytest.raises(BadRequest, match=str(FEWEST)):
        fitted([example(n) for n in range(FEWEST - 1)])


def test_what_answered_other_questions_is_learned_without_vouching_for_itself() -> None:
    """Each question's own answer is left out of the count that it is fitted with."""
    each_its_own = fit([example(n, telling=False) for n in range(64)])
    shared = []
    for n in range(64):
        one = example(n, telling=False)
        keys = tuple(
            "章程" if grade else key for key, grade in zip(one.keys, one.grades, strict=True)
        )
        shared.append(
            Example(one.ids, one.scores, one.features, keys, one.grades, (1,), frozenset(["章程"]))
        )
    assert abs(each_its_own.often_weight) < 0.01 < fit(shared).often_weight
    assert fit(shared).often == {"章程": 64}


def test_every_question_is_held_out_once() -> None:
    some = [example(n) for n in range(50)]
    trial = tried(some)
    assert trial.before == pytest.approx(np.mean([one.ndcg() for one in some]))
    assert trial.rises and trial.error > 0


def test_a_tuning_is_read_as_it_was_kept() -> None:
    weights = tuple(0.01 * n for n in range(len(NAMES)))
    tuning = Tuning(NAMES, weights, 0.2, {"章程": 3}, 64, 0.4, 0.45)
    text = json.dumps({name: getattr(tuning, name) for name in Tuning.__dataclass_fields__})
    assert kept_tuning(text) == tuning
    assert kept_tuning(None) is kept_tuning("") is None


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"names": ["别的"], "weights": [1]}'])
def test_a_tuning_that_does_not_fit_is_left_alone(text: str) -> None:
    assert kept_tuning(text) is None


def test_a_tuning_of_other_features_is_left_alone() -> None:
    other = Tuning(("别的",), (1.0,), 0.2, {}, 64, 0.4, 0.45)
    text = json.dumps({name: getattr(other, name) for name in Tuning.__dataclass_fields__})
    assert kept_tuning(text) is None


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Path:
    """Rows of which each topic has two: a rule, and a report that says the same in more words."""
    home = tmp_path_factory.mktemp("tuning") / "home"
    collection = Collection(home, create=True, analyzer=analyzer)
    rows = []
    for at, topic in enumerate(TOPICS):
        text = f"{topic}由秘书处负责，每月第{at}天办理，逾期不办。"
        rows.append(Row(f"规{at}", f"{topic}办法", text, authority=0))
        more = f"{topic}怎么办理：{topic}由秘书处负责办理，本年{topic}办理了{at}次。"
        rows.append(Row(f"报{at}", f"{topic}总结", more, authority=1))
    fill(collection, rows)
    collection.close()
    return home


@pytest.fixture
def collection(home: Path, analyzer: Analyzer) -> Iterator[Collection]:
    collection = Collection(home, analyzer=analyzer)
    collection.refresh()
    yield collection
    keep_tuning(collection.library, None)
    collection.close()


def rows_of(collection: Collection) -> dict[str, int]:
    """Passage ids by the ids of rows."""
    ranges = {key: first for key, first, _ in collection.library.passage_ranges()}
    return {source.path: ranges[source.document_id] for source in collection.library.sources()}


def labelled(collection: Collection, file: Path, kind: str = "规") -> Path:
    first = rows_of(collection)
    rows = [
        {"text": f"{topic}怎么办理", "passage_id": first[f"{kind}{at}"]}
        for at, topic in enumerate(TOPICS)
    ]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return file


def found(collection: Collection, text: str) -> list[str]:
    answer = Searcher(collection).search(Query(text, Audience.STAFF))
    return [document.document.title or "" for document in answer.documents]


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["tune", *map(str, arguments)])


def test_features_have_a_row_for_each_passage_and_are_finite(collection: Collection) -> None:
    judged = Searcher(collection).judged(Query("食费怎么办理", Audience.STAFF))
    table = features(judged)
    assert table.shape == (len(judged.ids), len(NAMES)) and np.isfinite(table).all()
    without = features(judged, priors=False)
    assert (
        not without[:, NAMES.index("authority")].any() and table[:, NAMES.index("authority")].any()
    )


def test_the_command_tunes_a_library_and_takes_it_back(
    collection: Collection, home: Path, tmp_path: Path
) -> None:
    before = {topic: found(collection, f"{topic}怎么办理") for topic in TOPICS}
    assert sum(titles[0].endswith("总结") for titles in before.values()) > len(TOPICS) / 2
    done = run(labelled(collection, tmp_path / "标注.jsonl"), "--home", home)
    assert done.exit_code == 0 and "已采用" in done.output, done.output
    kept = kept_tuning(collection.library.meta(META_KEY))
    assert kept is not None and kept.after > kept.before and kept.questions == len(TOPICS)
    # Another process tuned; this one takes it up at its next question.
    after = {topic: found(collection, f"{topic}怎么办理") for topic in TOPICS}
    assert sum(titles[0].endswith("办法") for titles in after.values()) > 0.9 * len(TOPICS)
    answer = Searcher(collection).search(Query(f"{TOPICS[0]}怎么办理", Audience.STAFF))
    assert any(document.tuned for document in answer.documents)
    assert run("--off", "--home", home).exit_code == 0
    assert {topic: found(collection, f"{topic}怎么办理") for topic in TOPICS} == before


def test_other_modes_are_not_tuned(collection: Collection, tmp_path: Path) -> None:
    texts = [f"{topic}怎么办理" for topic in TOPICS]
    asked = [
        Query(text, Audience.STAFF, mode) for text in texts for mode in ("keyword", "semantic")
    ]
    before = [Searcher(collection).search(query).documents for query in asked]
    tune(collection, read_labels(labelled(collection, tmp_path / "标注.jsonl"), collection))
    assert [Searcher(collection).search(query).documents for query in asked] == before


def test_shuffled_labels_change_nothing(collection: Collection, tmp_path: Path) -> None:
    labels = read_labels(labelled(collection, tmp_path / "标注.jsonl"), collection)
    asked = [
        Asked(label.question, label.audience, dict.fromkeys(label.passages, 1)) for label in labels
    ]
    with pytest.raises(BadRequest, match="没有采用"):
        fitted(dealt_out(list(examples(collection, asked)), 1))
    assert kept_tuning(collection.library.meta(META_KEY)) is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{"text": "会费", "passage_id": 987654}', "987654"),
        ('{"text": "会费", "expect_doc": "没有.pdf", "expect_passage": "会费"}', "没有.pdf"),
        ('{"text": "会费", "expect_doc": "规0", "expect_passage": "不在里面的话"}', "不在里面的话"),
        ('{"text": "会费", "expect_doc": "规0", "expect_passage": ""}', "规0"),
        ('{"text": "  ", "passage_id": 1}', "空"),
        ('{"passage_id": 1}', "text"),
        ('{"text": "会费", "audience": "外人"}', "外人"),
        ("[1]", "标注"),
        ("不是", "标注"),
    ],
)
def test_a_label_that_does_not_fit_is_named_with_its_row(
    collection: Collection, home: Path, tmp_path: Path, row: str, said: str
) -> None:
    file = tmp_path / "标注.jsonl"
    file.write_text(f'{{"text": "没有答案的", "expect_doc": null}}\n{row}\n', "utf-8")
    with pytest.raises(BadTestSet, match="第 2 行") as caught:
        read_labels(file, collection)
    assert said in str(caught.value)
    assert run(file, "--home", home).exit_code == 1


def test_a_label_names_a_sentence_of_a_file(collection: Collection, tmp_path: Path) -> None:
    file = tmp_path / "标注.jsonl"
    row = {"query": "食费", "expect_doc": "规0", "expect_passage": "食费由秘书处 负责"}
    file.write_text(json.dumps(row), "utf-8")
    (label,) = read_labels(file, collection)
    assert label.passages == {rows_of(collection)["规0"]} and label.audience is Audience.STAFF


def test_the_command_wants_labels_or_off(home: Path, tmp_path: Path) -> None:
    assert run("--home", home).exit_code == 2
    assert run(tmp_path / "没有这个文件", "--home", home).exit_code == 1


def test_a_set_is_fitted_from_some_questions_and_judged_by_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "评测集"
    folder.mkdir()
    write = {"corpus.jsonl": [], "queries.jsonl": [], "qrels.tsv": ["query-id\tcorpus-id\tscore"]}
    for at, topic in enumerate(TOPICS):
        for kind, text in (
            ("规", f"{topic}由秘书处负责。"),
            ("报", f"{topic}怎么办理，已经办理{topic}"),
        ):
            row = {"_id": f"{kind}{at}", "title": "", "text": text}
            write["corpus.jsonl"].append(json.dumps(row))
        write["queries.jsonl"].append(json.dumps({"_id": str(at), "text": f"{topic}怎么办理"}))
        write["qrels.tsv"].append(f"{at}\t规{at}\t1")
    for name, lines in write.items():
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    done = run(folder, "--questions", 40, "--json")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.output)
    assert figures["others"] == len(TOPICS) - 40 and figures["after"] > figures["before"] + 0.1
    assert run(folder, "--questions", len(TOPICS)).exit_code == 2
