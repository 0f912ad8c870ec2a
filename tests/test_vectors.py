"""The semantic lane at a size where a sketch is asked first, against looking at every vector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import vectors as module
from index.vectors import Vectors

MANY, DIMENSION, K = 6_000, 64, 100


@pytest.fixture(autouse=True)
def sketched_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MANY", 2_000)


def made(count: int, seed: int, dimension: int = DIMENSION) -> NDArray[np.float32]:
    """Unit vectors around 40 topics, off centre as those of language models are."""
    chance = np.random.default_rng(seed)
    topics = np.random.default_rng(0).normal(size=(40, dimension)) + 0.5
    rows = topics[chance.integers(0, 40, count)] + chance.normal(size=(count, dimension))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def held(rows: NDArray[np.float32], first: int = 1) -> Vectors:
    vectors = Vectors(rows.shape[1])
    vectors.add(enumerate(rows.astype(np.float16), start=first))
    return vectors


def bitmap(ids: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    bits = np.zeros(size, bool)
    bits[ids] = True
    return np.packbits(bits, bitorder="little")


def share_found(vectors: Vectors, rows: dict[int, NDArray[np.float32]], allowed=None) -> float:  # type: ignore[no-untyped-def]
    """Of the K nearest of 40 questions, how many are found; scores must be right and in order."""
    ids = np.array(sorted(rows))
    matrix = np.stack([rows[i] for i in ids.tolist()])
    found = []
    for question in made(40, seed=9, dimension=matrix.shape[1]):
        cosines = matrix @ question
        best = set(ids[np.argsort(-cosines)[:K]].tolist())
        answer = vectors.search(question, allowed, K)
        assert set(answer.ids.tolist()) <= set(rows)
        assert (np.diff(answer.scores) <= 0).all()
        exact = cosines[np.searchsorted(ids, answer.ids)]
        assert np.abs(answer.scores - exact).max() < 0.02
        found.append(len(best & set(answer.ids.tolist())) / len(best))
    return float(np.mean(found))


def test_the_nearest_are_found_without_looking_at_all() -> None:
    rows = made(MANY, seed=1)
    vectors = held(rows)
    assert vectors._sketch is not None
    assert share_found(vectors, dict(enumerate(rows, start=1))) > 0.97


def test_what_is_removed_is_gone_and_what_is_added_is_found() -> None:
    rows = made(MANY, seed=1)
    vectors = held(rows)
    before = vectors.copy()
    vectors.remove(np.arange(1, MANY // 2, dtype=np.int64))
    later = made(500, seed=2)
    vectors.add(enumerate(later.astype(np.float16), start=MANY + 1))
    now = dict(enumerate(rows, start=1))
    now = {i: row for i, row in now.items() if i >= MANY // 2}
    now |= dict(enumerate(later, start=MANY + 1))
    assert share_found(vectors, now) > 0.97
    assert share_found(before, dict(enumerate(rows, start=1))) > 0.97


def test_a_sketch_of_which_most_is_gone_is_drawn_again() -> None:
    rows = made(MANY, seed=1)
    vectors = held(rows)
    vectors.remove(np.arange(1, 3_800, dtype=np.int64))
    vectors.add([(MANY + 1, rows[0].astype(np.float16))])
    assert vectors._sketch is not None and len(vectors._sketch) == len(vectors.ids)


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2, 0.02])
def test_a_filter_lets_only_its_own_through_however_few(share: float) -> None:
    rows = made(MANY, seed=1)
    chosen = np.flatnonzero(np.random.default_rng(3).random(MANY) < share) + 1
    allowed = bitmap(chosen, MANY + 1)
    wanted = {int(i): rows[i - 1] for i in chosen}
    assert share_found(held(rows), wanted, allowed) > 0.97


def test_a_filter_made_before_the_last_passages_came_lets_none_of_them_in() -> None:
    rows = made(MANY, seed=1)
    early = np.arange(1, MANY - 500, dtype=np.int64)
    wanted = {int(i): rows[i - 1] for i in early}
    assert share_found(held(rows), wanted, bitmap(early, MANY - 500)) > 0.97


def test_a_snapshot_answers_the_same_with_or_without_its_sketch(tmp_path: Path) -> None:
    rows = made(MANY, seed=1)
    vectors, file = held(rows), tmp_path / "vectors.faiss"
    vectors.save(file)
    question = made(1, seed=4)[0]
    wanted = vectors.search(question, None, K).ids.tolist()
    for spoil in (lambda f: None, lambda f: f.write_bytes(b"torn"), lambda f: f.unlink()):
        spoil(tmp_path / "vectors.sketch")
        again = Vectors(DIMENSION)
        again.load(file)
        assert again._sketch is not None and len(again._sketch) == MANY
        assert again.search(question, None, K).ids.tolist() == wanted


def test_an_odd_number_of_components_is_searched_without_a_sketch() -> None:
    rows = made(2_500, seed=1, dimension=33)
    vectors = held(rows)
    assert vectors._sketch is None
    assert share_found(vectors, dict(enumerate(rows, start=1))) > 0.97
