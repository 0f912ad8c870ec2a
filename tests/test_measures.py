"""The measures against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.measures import ndcg, recall, reciprocal_rank

JUDGED = {"a": 1, "b": 1, "c": 0}


def test_a_perfect_ranking_scores_one() -> None:
    assert ndcg(JUDGED, ["a", "b", "x"], 10) == 1
    assert reciprocal_rank(JUDGED, ["a"], 10) == recall(JUDGED, ["b", "a"], 2) == 1


def test_values_worked_out_by_hand() -> None:
    ideal = 1 + 1 / math.log2(3)
    assert ndcg(JUDGED, ["x", "a", "c", "b"], 10) == pytest.approx(
        (1 / math.log2(3) + 1 / math.log2(5)) / ideal
    )
    assert ndcg({"a": 3, "b": 1}, ["b", "a"], 10) == pytest.approx(
        (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    )
    assert reciprocal_rank(JUDGED, ["x", "c", "a"], 10) == pytest.approx(1 / 3)
    assert recall(JUDGED, ["x", "a"], 2) == 0.5


def test_what_stands_below_k_does_not_count() -> None:
    ranked = ["x"] * 10 + ["a"]
    assert ndcg(JUDGED, ranked, 10) == reciprocal_rank(JUDGED, ranked, 10) == 0
    assert recall(JUDGED, ranked, 10) == 0 and recall(JUDGED, ranked, 11) == 0.5


def test_without_anything_relevant_all_are_nought() -> None:
    assert ndcg({"c": 0}, ["c"], 10) == recall({}, ["c"], 10) == 0


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3)),
    st.permutations("abcdef"),
    st.integers(1, 8),
)
def test_measures_stay_between_nought_and_one(
    judged: dict[str, int], ranked: list[str], k: int
) -> None:
    for measure in (ndcg, reciprocal_rank, recall):
        assert 0 <= measure(judged, ranked, k) <= 1 + 1e-9
