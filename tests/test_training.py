from __future__ import annotations

import json
import lzma
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from index.encoder import open_encoder
from index.errors import BadRequest
from index.model_folder import model_card, quantise
from index.pairs import is_usable
from index.recipe import Recipe
from index.training import train

SMALL = Recipe(dimension=16, batch=64, min_count=2, warmup=2)
SUBJECTS = ["会费", "章程", "选举", "培训", "财务", "档案", "印章", "合同", "差旅", "宿舍"]
ACTS = ["怎么办理", "由谁负责", "什么时候开始", "需要哪些材料", "可以取消吗"]


def _rows() -> list[dict[str, str]]:
    """200 pairs in two groups, and some that must not be used."""
    rows = []
    for at in range(200):
        subject, act = SUBJECTS[at % 10], ACTS[at // 10 % 5]
        rows.append(
            {
                "anchor": f"{subject}{act}？",
                "positive": f"办公室答复：{subject}一事{act}，见第{at}号文件。",
                "source": "law_lead" if at % 2 else "our_questions",
                "licence": "mit",
            }
        )
    for licence in ("unstated", "", "CC-BY-SA-4.0"):
        rows.append(rows[0] | {"source": "not_ours", "licence": licence})
    return rows


def _write(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(lzma.compress(text.encode()) if path.suffix == ".xz" else text.encode())
    return path


def test_training_lowers_the_loss_and_leaves_a_model_that_opens(tmp_path: Path) -> None:
    stages: list[str] = []
    report = train(
        _write(tmp_path / "pairs.jsonl.xz", _rows()),
        tmp_path / "model",
        steps=30,
        recipe=SMALL,
        progress=lambda stage, _done, _of: stages.append(stage),
    )
    assert np.mean(report.losses[-5:]) < np.mean(report.losses[:5]) - 0.2
    assert report.used == {("law_lead", "mit"): 100, ("our_questions", "mit"): 100}
    assert report.left_out == {("not_ours", "unstated"): 2, ("not_ours", "CC-BY-SA-4.0"): 1}
    assert set(stages) == {"cut", "train"}

    encoder = open_encoder(str(tmp_path / "model"))
    assert encoder.identity.startswith("static-")
    assert encoder.dimension == SMALL.dimension
    asked, same, other = encoder.encode_queries(["会费怎么办理", "会费一事", "印章可以取消吗"])
    assert asked @ same > asked @ other


def test_the_same_seed_gives_the_same_model(tmp_path: Path) -> None:
    pairs = _write(tmp_path / "pairs.jsonl", _rows())
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(pairs, tmp_path / name, steps=3, seed=seed, recipe=SMALL)
    identities = [open_encoder(str(tmp_path / name)).identity for name in "abc"]
    assert identities[0] == identities[1] != identities[2]


def test_training_in_several_processes_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.pairs._CHUNK", 50)
    monkeypatch.setattr("index.pairs._LISTS", 7)
    pairs = _write(tmp_path / "pairs.jsonl", _rows())
    for name, workers in (("one", 1), ("two", 2)):
        train(pairs, tmp_path / name, steps=3, recipe=SMALL, workers=workers)
    one, two = (open_encoder(str(tmp_path / name)).identity for name in ("one", "two"))
    assert one == two


def test_the_card_names_every_source_and_what_was_left_out(tmp_path: Path) -> None:
    pairs = _write(tmp_path / "pairs.jsonl", _rows())
    report = train(pairs, tmp_path / "model", steps=2, recipe=SMALL)
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert card == model_card(report, SMALL, 1)
    assert "| our_questions | other | mit | 100 |" in card
    assert "| not_ours | CC-BY-SA-4.0 | 1 |" in card


@pytest.mark.parametrize(
    "licence", ["mit", "apache-2.0 (CRUD_RAG)", "public-law-text", "CC BY 4.0"]
)
def test_a_stated_licence_is_usable(licence: str) -> None:
    assert is_usable(licence)


@pytest.mark.parametrize(
    "licence", [None, "", "unstated", "Unknown", "cc-by-sa-4.0", "CC BY-SA 3.0", "CC BY SA"]
)
def test_an_unstated_or_share_alike_licence_is_not(licence: str | None) -> None:
    assert not is_usable(licence)


def test_quantising_loses_less_than_half_a_step() -> None:
    table = np.random.default_rng(1).standard_normal((50, 16)).astype(np.float32)
    table[7] = 0
    rows, scales = quantise(table)
    assert rows.dtype == np.int8
    assert scales.shape == (50,)
    assert not rows[7].any()
    assert np.all(np.abs(rows * scales[:, None] - table) <= scales[:, None] * 0.5001)


@pytest.mark.parametrize(
    "text",
    [
        "not json\n",
        "[1]\n",
        '{"anchor": "问", "licence": "mit"}\n',
        '{"anchor": "问", "positive": "答", "licence": "cc-by-sa-4.0"}\n',
        '{"anchor": "？", "positive": "。", "licence": "mit"}\n',
        "",
    ],
)
def test_pairs_that_cannot_be_used_are_named(text: str, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(text, "utf-8")
    for path in (pairs, tmp_path / "missing.jsonl", tmp_path / "missing.jsonl.xz"):
        with pytest.raises(BadRequest) as raised:
            train(path, tmp_path / "model", steps=1, recipe=SMALL)
        assert str(path) in str(raised.value)
        assert "\n" not in str(raised.value)
