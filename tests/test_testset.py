"""A test set that does not fit together is refused, with file and row."""

from __future__ import annotations

import gzip
import json
import lzma
from pathlib import Path

import pytest

from index.errors import BadTestSet
from index.testset import MAX_CHARS, Judgements

PASSAGES = [
    {"_id": "d1", "title": "会费管理办法", "text": "会费每年三千元。", "authority": 1},
    {"_id": "d2", "title": None, "text": "校车早上七点发车。", "date": "2024-05-06"},
    {"_id": "d3", "title": "只有标题", "text": ""},
]
QUERIES = [{"_id": "q1", "text": "会费多少"}, {"_id": "q2", "text": "几点发车"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\n"


def lines(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus.jsonl").write_text(lines(PASSAGES), "utf-8")
    (tmp_path / "queries.jsonl").write_text(lines(QUERIES), "utf-8")
    (tmp_path / "qrels.tsv").write_text(QRELS, "utf-8")
    return tmp_path


def test_a_folder_is_read_with_its_metadata(folder: Path) -> None:
    judgements = Judgements(folder)
    first, second, third = judgements.passages()
    assert (first.title, first.authority, second.title, second.date) == (
        "会费管理办法",
        1,
        "",
        "2024-05-06",
    )
    assert third.text == "只有标题"
    assert judgements.queries == {"q1": "会费多少", "q2": "几点发车"}
    assert judgements.qrels == {"q1": {"d1": 1}, "q2": {"d2": 2}}


def test_compressed_files_say_the_same(folder: Path) -> None:
    digest = Judgements(folder).digest()
    for name, opener in (("corpus.jsonl", lzma.open), ("queries.jsonl", gzip.open)):
        plain = folder / name
        ending = ".xz" if opener is lzma.open else ".gz"
        with opener(f"{plain}{ending}", "wb") as file:
            file.write(plain.read_bytes())
        plain.unlink()
    assert Judgements(folder).digest() == digest
    assert len(list(Judgements(folder).passages())) == 3


def test_the_digest_tells_other_data_apart(folder: Path) -> None:
    digest = Judgements(folder).digest()
    (folder / "qrels.tsv").write_text(QRELS.replace("d2\t2", "d2\t1"), "utf-8")
    assert Judgements(folder).digest() != digest


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadTestSet, match=name):
        Judgements(folder)


def changed(rows: list[dict[str, object]], at: int, **values: object) -> str:
    return lines([{**row, **values} if n == at else row for n, row in enumerate(rows)])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("qrels.tsv", QRELS + "q9\td1\t1\n", "qrels.tsv 第 4 行.*q9"),
        ("qrels.tsv", QRELS + "q1\td9\t1\n", "qrels.tsv 第 4 行.*d9"),
        ("qrels.tsv", QRELS + "q1 d1 1\n", "qrels.tsv 第 4 行"),
        ("qrels.tsv", QRELS + "q1\td1\t0\n", "qrels.tsv 第 4 行"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\n", "qrels.tsv"),
        ("corpus.jsonl", changed(PASSAGES, 1, _id="d1"), "corpus.jsonl 第 2 行.*d1.*第 1 行"),
        ("corpus.jsonl", changed(PASSAGES, 1, text=" "), "corpus.jsonl 第 2 行.*text"),
        ("corpus.jsonl", changed(PASSAGES, 1, text=["字"]), "corpus.jsonl 第 2 行.*text"),
        ("corpus.jsonl", changed(PASSAGES, 2, authority=7), "corpus.jsonl 第 3 行.*authority"),
        ("corpus.jsonl", changed(PASSAGES, 2, types="通知"), "corpus.jsonl 第 3 行.*types"),
        (
            "corpus.jsonl",
            changed(PASSAGES, 0, text="字" * 1_700_000),
            f"corpus.jsonl 第 1 行.*1700000.*{MAX_CHARS}",
        ),
        ("corpus.jsonl", lines(PASSAGES) + "{坏\n", "corpus.jsonl 第 4 行"),
        ("corpus.jsonl", "", "corpus.jsonl"),
        ("corpus.jsonl", lines(PASSAGES) + "[1]\n", "corpus.jsonl 第 4 行"),
        ("queries.jsonl", changed(QUERIES, 1, _id="q1"), "queries.jsonl 第 2 行.*q1"),
        ("queries.jsonl", changed(QUERIES, 1, text=""), "queries.jsonl 第 2 行.*text"),
        ("queries.jsonl", changed(QUERIES, 1, _id=None), "queries.jsonl 第 2 行.*_id"),
    ],
)
def test_what_does_not_fit_is_named_with_its_row(
    folder: Path, name: str, content: str, message: str
) -> None:
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(BadTestSet, match=message):
        list(Judgements(folder).passages())


def test_a_file_cut_short_is_named(folder: Path) -> None:
    packed = lzma.compress(lines(PASSAGES * 50).encode())
    (folder / "corpus.jsonl").unlink()
    (folder / "corpus.jsonl.xz").write_bytes(packed[:-20])
    with pytest.raises(BadTestSet, match=r"corpus\.jsonl\.xz"):
        list(Judgements(folder).passages())
