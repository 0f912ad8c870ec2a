"""Judging by a test set: the same figures each time, and the library in --home untouched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from index.comparison import compare
from index.evaluation import evaluate
from index.measures import ndcg
from service.cli import app

TEXTS = {
    "d1": "会员单位每年三月底前缴纳会费三千元，逾期不缴的由秘书处催缴。",
    "d2": "校车早上七点从东门发车，晚上九点收车，周末停运一半班次。",
    "d3": "食品安全员培训四月二十三日报到，培训两天，考试合格后发证。",
    "d4": "宿舍空调用电单独计量，由公寓管理员登记报修。",
}
QUERIES = {"q1": "会费什么时候交", "q2": "校车几点发车", "q3": "培训哪天报到", "q4": "没有判断"}
QRELS = {"q1": "d1", "q2": "d2", "q3": "d3"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "小评测集"
    folder.mkdir()
    for name, rows in (
        ("corpus.jsonl", [{"_id": k, "title": "", "text": v} for k, v in TEXTS.items()]),
        ("queries.jsonl", [{"_id": k, "text": v} for k, v in QUERIES.items()]),
    ):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text(text, "utf-8")
    rows = [f"{query}\t{passage}\t1\n" for query, passage in QRELS.items()]
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(rows), "utf-8")
    return folder


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_every_mode_is_judged(folder: Path, mode: str) -> None:
    done = evaluate(folder, mode=mode)
    assert (done.queries, done.passages) == (3, 4)
    assert done.means["ndcg@10"] == done.means["rr@10"] == 1
    assert 0 < done.p50_ms <= done.p95_ms and done.peak_rss_mb > 10


def test_the_command_prints_what_the_documentation_says_and_leaves_home_alone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XIEHUI_HOME", str(tmp_path / "home"))
    result = run(folder, "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.output)
    assert set(figures) >= {
        *("set", "mode", "queries", "passages", "ndcg@10", "rr@10", "r@10", "r@100"),
        *("p50_ms", "p95_ms", "index_s", "peak_rss_mb", "digest", "per_query"),
    }
    assert figures["set"] == "小评测集" and set(figures["per_query"]) == set(QRELS)
    assert not (tmp_path / "home").exists() and not (tmp_path / "var").exists()


def test_a_run_is_compared_with_an_earlier_one_query_by_query(folder: Path) -> None:
    before = json.loads(run(folder, "--json").output)
    before["per_query"]["q2"]["ndcg@10"] = 0.5
    baseline = folder.parent / "before.json"
    baseline.write_text(json.dumps(before), "utf-8")
    result = run(folder, "--compare", baseline)
    assert "1 题变好，0 题变差，共 3 题" in result.output and "校车几点发车" in result.output
    baseline.write_text(json.dumps({**before, "digest": "other"}), "utf-8")
    assert run(folder, "--compare", baseline).exit_code == 2
    baseline.write_text("{}", "utf-8")
    assert run(folder, "--compare", baseline).exit_code == 2


def test_wins_and_losses_come_largest_first_with_an_interval() -> None:
    before = {f"q{n}": {"ndcg@10": 0.5} for n in range(4)}
    now = {f"q{n}": {"ndcg@10": value} for n, value in enumerate((0.6, 0.9, 0.5, 0.2))}
    change = compare(before, now)
    assert [key for key, _, _ in change.wins] == ["q1", "q0"]
    assert [key for key, _, _ in change.losses] == ["q3"]
    assert change.difference == pytest.approx(0.05) and change.interval > 0.1


def test_authority_of_the_source_counts_unless_priors_are_off(folder: Path) -> None:
    row = {"title": "", "text": TEXTS["d1"]}
    rows = [{"_id": "copy", "authority": 3, **row}, {"_id": "d1", "authority": 0, **row}]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "corpus.jsonl").write_text(text, "utf-8")
    (folder / "qrels.tsv").write_text("q1\td1\t1\n", "utf-8")
    assert evaluate(folder).means["ndcg@10"] == 1
    assert evaluate(folder, priors=False).means["ndcg@10"] == ndcg({"d1": 1}, ["copy", "d1"], 10)


def test_bad_sets_and_wrong_usage_end_with_one_line(folder: Path, tmp_path: Path) -> None:
    (folder / "qrels.tsv").write_text("q1\tnowhere\t1\n", "utf-8")
    result = run(folder)
    assert result.exit_code == 1 and "qrels.tsv 第 1 行" in result.output
    assert result.output.count("\n") == 1
    assert run(tmp_path / "没有").exit_code == 1
    assert run().exit_code == 2
    assert run(folder, "--mode", "magic").exit_code == 2
