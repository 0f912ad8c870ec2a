"""Clauses of one work stand by each other; documents of their own do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.collection import Collection
from index.columns import work_of
from index.evaluation import fill
from index.judged import mean_of_best
from index.model import Audience, Query
from index.searcher import Searcher
from index.testset import Row


@pytest.mark.parametrize(
    ("title", "work"),
    [
        ("会费管理办法 第七条", "会费管理办法"),
        ("会费管理办法第十二条之一 ", "会费管理办法"),
        ("关于第七条的说明", None),
        ("会费管理办法", None),
        ("第七条", None),
        ("", None),
    ],
)
def test_a_title_may_name_the_work_that_it_is_a_clause_of(title: str, work: str | None) -> None:
    assert work_of(title) == work


def test_a_clause_gains_by_the_other_clauses_of_its_work(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    """Two clauses say the same; one work speaks of nothing else, the other of it once."""
    said = "校车由值班员登记后方可出车。"
    rows = [Row("一", "杂务办法 第一条", said)]
    rows += [Row(f"杂{n}", f"杂务办法 第{n}条", f"锅炉房{n}号炉由专人看护。") for n in range(2, 6)]
    rows += [Row("甲", "行车办法 第一条", said)]
    rows += [Row(f"车{n}", f"行车办法 第{n}条", f"校车出车{n}次以上须登记。") for n in range(2, 6)]
    rows += [Row("丙", "行车说明", said)]
    collection = Collection(tmp_path / "home", create=True, analyzer=analyzer)
    row_ids = fill(collection, rows)
    collection.refresh()
    searcher = Searcher(collection)
    found = searcher.ranked_documents(Query("校车出车登记", Audience.STAFF), 20)
    ranks = {row_ids[document_id]: rank for rank, document_id in enumerate(found)}
    assert ranks["甲"] < ranks["一"] < len(rows) and ranks["甲"] < ranks["丙"]
    columns = collection.engine.columns
    works = columns.works(np.arange(len(columns.rows)))
    assert len(set(works.tolist())) == 3  # two works, and a document that is its own
    collection.close()


@given(
    st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1, width=32)), max_size=30),
    st.integers(1, 5),
)
def test_the_mean_of_the_best_is_that_of_each_group(items: list[tuple[int, float]], k: int) -> None:
    groups = np.array([group for group, _ in items], np.int64)
    scores = np.array([score for _, score in items], np.float64)
    for at, mean in enumerate(mean_of_best(groups, scores, k).tolist()):
        best = sorted(scores[groups == groups[at]].tolist(), reverse=True)[:k]
        assert mean == pytest.approx(sum(best) / k)
