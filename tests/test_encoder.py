from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.analyzer import Analyzer
from index.encoder import BUILTIN_PATH, Encoder, StaticEncoder, TransformerEncoder, open_encoder
from index.errors import EncoderUnavailable

TEXTS = [
    "协会章程规定，会员应当按时缴纳会费。",
    "关于召开第三届会员代表大会的通知",
    "单位会员怎么退会？",
    "iPhone 15 与 Wi-Fi 6 的培训资料",
    "饕餮鬯鼒",
]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.fixture(scope="module")
def encoder(analyzer: Analyzer) -> Encoder:
    return open_encoder(None, analyzer)


def _lengths(vectors: np.ndarray) -> np.ndarray:
    return np.linalg.norm(vectors, axis=1)


def test_the_shipped_model_gives_unit_vectors(encoder: Encoder) -> None:
    for vectors in (encoder.encode_documents(TEXTS), encoder.encode_queries(TEXTS)):
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(_lengths(vectors), 1, atol=1e-6)


def test_the_shipped_model_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in BUILTIN_PATH.iterdir()) <= 30e6


def test_a_vector_does_not_depend_on_what_is_encoded_beside_it(encoder: Encoder) -> None:
    together = encoder.encode_documents(TEXTS)
    alone = np.concatenate([encoder.encode_documents([text]) for text in TEXTS])
    assert np.array_equal(together, alone)


def test_builtin_is_another_word_for_the_shipped_model(
    encoder: Encoder, analyzer: Analyzer
) -> None:
    named = open_encoder("builtin", analyzer)
    by_path = open_encoder(str(BUILTIN_PATH), analyzer)
    assert named.identity == by_path.identity == encoder.identity
    assert isinstance(by_path, StaticEncoder)


def test_sentence_transformers_gives_the_same_vectors(encoder: Encoder, analyzer: Analyzer) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(BUILTIN_PATH), device="cpu", local_files_only=True)
    texts = [*TEXTS, "", "，。！", "龘龘龘靐齉"]
    theirs = model.encode([" ".join(analyzer.words(text)) for text in texts])
    np.testing.assert_allclose(encoder.encode_documents(texts), theirs, atol=1e-6)


def test_traditional_and_simplified_text_give_the_same_vector(encoder: Encoder) -> None:
    simplified, traditional = encoder.encode_queries(["会员缴纳会费", "會員繳納會費"])
    assert np.array_equal(simplified, traditional)


def test_related_texts_are_nearer_than_unrelated_ones(encoder: Encoder) -> None:
    fees, same, other = encoder.encode_documents(
        ["会员应当缴纳会费", "入会费用的收取标准", "手机处理器的跑分成绩"]
    )
    assert fees @ same > fees @ other + 0.1


class _Words:
    """An analyzer whose words are already given with spaces between."""

    fingerprint = "test"

    def words(self, text: str) -> list[str]:
        return text.split()


def test_an_unknown_word_counts_as_its_characters() -> None:
    encoder = StaticEncoder(analyzer=_Words())  # type: ignore[arg-type]
    whole, spelt = encoder.encode_queries(["协鼒 会费", "协 鼒 会费"])
    assert np.array_equal(whole, spelt)


def test_a_text_without_known_characters_gives_a_zero_vector(encoder: Encoder) -> None:
    vectors = encoder.encode_queries(["", "，。！", "\U0002a6a5"])
    assert not vectors.any()


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_documents([]).shape == (0, encoder.dimension)


def test_encoding_with_the_shipped_model_imports_no_torch() -> None:
    code = (
        "import sys\n"
        "from index.encoder import open_encoder\n"
        "open_encoder().encode_queries(['会费怎么交'])\n"
        "print([m for m in ('torch', 'sentence_transformers') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "../no/such/folder"])
def test_a_model_that_is_not_here_is_named_with_the_way_out(name: str) -> None:
    with pytest.raises(EncoderUnavailable) as raised:
        open_encoder(name)
    message = str(raised.value)
    assert name in message
    assert "builtin" in message
    assert "\n" not in message


@pytest.mark.parametrize("broken", ["tokenizer.json", "model.safetensors"])
def test_a_damaged_model_is_unavailable(broken: str, tmp_path: Path, analyzer: Analyzer) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUILTIN_PATH, folder)
    (folder / broken).write_bytes((folder / broken).read_bytes()[:1000])
    for attempt in (lambda: StaticEncoder(folder, analyzer), lambda: open_encoder(str(folder))):
        with pytest.raises(EncoderUnavailable) as raised:
            attempt()
        assert str(folder) in str(raised.value)
        assert "\n" not in str(raised.value)


def test_a_folder_without_a_model_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable):
        open_encoder(str(tmp_path))


def test_any_sentence_transformers_folder_works_the_same_way(tiny_transformer: Path) -> None:
    encoder = open_encoder(str(tiny_transformer))
    assert isinstance(encoder, TransformerEncoder)
    assert encoder.dimension == 32
    texts = ["会费怎么交", "请假制度"]
    documents, queries = encoder.encode_documents(texts), encoder.encode_queries(texts)
    for vectors in (documents, queries):
        assert vectors.shape == (2, 32)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(_lengths(vectors), 1, atol=1e-6)
    assert encoder.encode_documents([]).shape == encoder.encode_queries([]).shape == (0, 32)


def test_a_transformer_is_asked_with_its_own_prompt(tiny_transformer: Path) -> None:
    encoder = open_encoder(str(tiny_transformer))
    asked = encoder.encode_queries(["会费怎么交"])
    np.testing.assert_allclose(asked, encoder.encode_documents(["查询：会费怎么交"]), atol=1e-6)
    assert not np.allclose(asked, encoder.encode_documents(["会费怎么交"]), atol=1e-3)


def test_identities_name_the_content(tiny_transformer: Path, tmp_path: Path) -> None:
    def identities(folders: Sequence[Path]) -> set[str]:
        return {open_encoder(str(folder)).identity for folder in folders}

    copy, changed = tmp_path / "copy", tmp_path / "changed"
    shutil.copytree(tiny_transformer, copy)
    shutil.copytree(tiny_transformer, changed)
    config = changed / "config_sentence_transformers.json"
    settings = json.loads(config.read_text("utf-8"))
    settings["prompts"]["query"] = "提问："
    config.write_text(json.dumps(settings), "utf-8")
    assert len(identities([tiny_transformer, copy])) == 1
    assert len(identities([tiny_transformer, changed])) == 2
