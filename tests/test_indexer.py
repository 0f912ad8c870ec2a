"""The keyword lane is committed seldom and lacks nothing afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import evaluation, indexer
from index.analyzer import Analyzer
from index.collection import Collection
from index.evaluation import fill
from index.keywords import Keywords
from index.model import Audience, Document, Paragraph, Passage, Query
from index.records import Source
from index.searcher import Searcher
from index.testset import Row

ROWS = [Row(str(n), "", f"第{n}号文件规定会费标准为{n}元") for n in range(60)]


@pytest.mark.parametrize("every, commits", [(50_000, 1), (25, 2)])
def test_many_batches_make_few_commits(
    every: int,
    commits: int,
    tmp_path: Path,
    analyzer: Analyzer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluation, "_ROWS_PER_TASK", 5)
    monkeypatch.setattr(evaluation, "_ROWS_PER_COMMIT", 10)
    monkeypatch.setattr(indexer, "_PASSAGES_PER_COMMIT", every)
    committed: list[int] = []
    commit = Keywords.commit

    def noted(keywords: Keywords, seq: int) -> None:
        committed.append(seq)
        commit(keywords, seq)

    monkeypatch.setattr(Keywords, "commit", noted)
    collection = Collection(tmp_path / "home", create=True, analyzer=analyzer)
    fill(collection, ROWS)
    assert len(set(committed)) == commits
    assert collection.engine.seq == collection.library.seq()
    # A question of one lane only, so that the other does not hide what this one lacks.
    answer = Searcher(collection).search(Query("会费", Audience.STAFF, mode="keyword", limit=100))
    assert answer.total == len(ROWS)


def test_a_transaction_that_fails_later_loses_nothing_before_it(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    collection = Collection(tmp_path / "home", create=True, analyzer=analyzer)
    fill(collection, ROWS)
    with pytest.raises(RuntimeError), collection.writing():
        with collection.library.transaction():
            collection.library.delete_source(next(iter(collection.library.sources())))
        collection.catch_up()
        raise RuntimeError("the next file cannot be written")
    assert collection.engine.seq == collection.library.seq()
    answer = Searcher(collection).search(Query("会费", Audience.STAFF, mode="keyword", limit=100))
    assert answer.total == len(ROWS) - 1


def test_a_document_replaced_before_the_commit_is_there_once(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    collection = Collection(tmp_path / "home", create=True, analyzer=analyzer)
    library = collection.library
    with collection.writing():
        document_id = None
        for says in ("会费标准为一千元", "会费标准为两千元"):
            passage = Passage(0, says, 0, len(says), (1, 1))
            document = Document("txt", (Paragraph(says),), (passage,), title="会费管理办法")
            with library.transaction():
                document_id = library.put_document(document, [says], says, 1, document_id)
                library.put_source(Source("/x", "会费.txt", says, Audience.STAFF, document_id))
            collection.catch_up()
    assert collection.engine.keyword_passages(Audience.STAFF) == 1
    (found,) = Searcher(collection).search(Query("会费", Audience.STAFF, mode="keyword")).documents
    assert [hit.text for hit in found.hits] == ["会费标准为两千元"]
