"""The embedding model: texts in, unit vectors out, for documents and queries alike.

The shipped model is a table of word vectors. It is a valid sentence-transformers folder, but
importing sentence-transformers costs seconds and hundreds of megabytes, so here its files are
read with numpy; a test proves that both ways give the same vectors. Any other
sentence-transformers model can take its place, at that cost.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from index.analyzer import Analyzer
from index.errors import EncoderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

BUILTIN = "builtin"
BUILTIN_PATH = Path(__file__).with_name("encoder_model")

# The files of a model as `index.training` writes it. The tensors carry the names that
# sentence-transformers reads: row i is ROWS[i] * SCALES[i].
TABLE_FILE = "model.safetensors"
WORDS_FILE = "tokenizer.json"
ROWS, SCALES = "embeddings", "weights"
# Its safetensors header names the analyzer it was trained with; no other model has this key.
ANALYZER_KEY = "analyzer"

_log = logging.getLogger(__name__)


class Encoder(Protocol):
    """Takes original text and prepares it itself.

    `identity` names the model by its content, so vectors of two encoders are never mixed;
    `dimension` is the length of a vector. Vectors are float32 of shape (n, dimension) and unit
    length, so their inner product is the cosine. No texts give shape (0, dimension).
    """

    @property
    def identity(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...


class StaticEncoder:
    """The shipped model: the sum of a text's word vectors, at unit length.

    A word that is not in the table counts as its characters. A text without any known word or
    character gives a zero vector, whose cosine with everything is 0. Documents and queries are
    encoded alike. The table stays int8 in memory; safe to share by threads.
    """

    def __init__(self, folder: Path = BUILTIN_PATH, analyzer: Analyzer | None = None) -> None:
        """Raises EncoderUnavailable when `folder` holds no readable table."""
        try:
            with safe_open(folder / TABLE_FILE, framework="numpy") as file:
                trained_with = (file.metadata() or {}).get(ANALYZER_KEY)
                self._rows: NDArray[np.int8] = file.get_tensor(ROWS)
                self._scales: Vectors = file.get_tensor(SCALES)
            words = json.loads((folder / WORDS_FILE).read_bytes())["model"]["vocab"]
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise EncoderUnavailable(
                f"向量模型 {folder} 读不出来（{error}）；请重新安装，或用 xiehui train 重新训练"
            ) from error
        self.folder = folder
        self._ids: dict[str, int] = words
        self._analyzer = analyzer or Analyzer()
        self._identity = "static-" + _digest([folder / TABLE_FILE, folder / WORDS_FILE])
        if trained_with != self._analyzer.fingerprint:
            _log.info("model %s was trained with analyzer %s", folder, trained_with)

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def dimension(self) -> int:
        return int(self._rows.shape[1])

    def knows(self, word: str) -> bool:
        """Whether a folded word has a vector: it was met often enough in training."""
        return word in self._ids

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """float32, (len(texts), dimension), unit length or zero."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            ids = self._known(self._analyzer.words(text))
            # Added row by row in float32, so a vector does not depend on its neighbours.
            vector[:] = (self._rows[ids] * self._scales[ids, None]).sum(axis=0)
            length = np.sqrt(np.square(vector).sum())
            if length > 0:
                vector /= length
        return vectors

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As `encode_documents`."""
        return self.encode_documents(texts)

    def _known(self, words: Iterable[str]) -> list[int]:
        ids: list[int] = []
        for word in words:
            if word in self._ids:
                ids.append(self._ids[word])
            else:
                ids.extend(self._ids[char] for char in word if char in self._ids)
        return ids


class TransformerEncoder:
    """Any other sentence-transformers model, with its own prompts for queries and documents.

    Importing what it needs takes seconds, once. Queries run on one thread and one at a time:
    on a busy machine two threads were ten times slower than one (325 ms against 33 ms).
    """

    def __init__(self, folder: Path) -> None:
        """Raises EncoderUnavailable when `folder` holds no loadable model."""
        from sentence_transformers import SentenceTransformer

        try:
            self._model: SentenceTransformer = SentenceTransformer(
                str(folder), device="cpu", local_files_only=True
            )
            dimension = self._model.get_embedding_dimension()
        except Exception as error:  # whatever the model's own code raises on bad files
            raise EncoderUnavailable(
                f"向量模型 {folder} 无法加载（{_first_line(error)}）；"
                "请检查模型文件是否完整，或改用内置模型 builtin"
            ) from error
        if dimension is None:
            raise EncoderUnavailable(
                f"模型 {folder} 不输出句向量；请换一个，或改用内置模型 builtin"
            )
        self._dimension = int(dimension)
        self._identity = "transformer-" + _digest(
            path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
            and path.suffix != ".md"
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        )
        self._one_query = threading.Lock()

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """float32, (len(texts), dimension), unit length."""
        if not texts:
            return np.zeros((0, self._dimension), np.float32)
        vectors = self._model.encode_document(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """float32, (len(texts), dimension), unit length."""
        import torch

        if not texts:
            return np.zeros((0, self._dimension), np.float32)
        with self._one_query:
            threads = torch.get_num_threads()
            torch.set_num_threads(1)
            try:
                vectors = self._model.encode_query(
                    list(texts), normalize_embeddings=True, show_progress_bar=False
                )
            finally:
                torch.set_num_threads(threads)
        return np.asarray(vectors, np.float32)


def open_encoder(name_or_path: str | None = None, analyzer: Analyzer | None = None) -> Encoder:
    """The encoder of that name: None or "builtin" for the shipped one, else a folder, else the
    name of a model in the local Hugging Face cache. Nothing is fetched from the network.

    A folder written by `index.training` is read like the shipped one, with `analyzer`.
    Raises EncoderUnavailable when it is not on this machine or cannot be loaded.
    """
    if name_or_path is None or name_or_path == BUILTIN:
        return StaticEncoder(BUILTIN_PATH, analyzer)
    folder = Path(name_or_path)
    if not folder.is_dir():
        folder = _cached(name_or_path)
    return StaticEncoder(folder, analyzer) if _is_ours(folder) else TransformerEncoder(folder)


def _is_ours(folder: Path) -> bool:
    try:
        with safe_open(folder / TABLE_FILE, framework="numpy") as file:
            return ANALYZER_KEY in (file.metadata() or {})
    except (OSError, SafetensorError):
        return False


def _cached(name: str) -> Path:
    """The local snapshot of a model; a name without owner is looked up as sentence-transformers
    does, under its own organisation too."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for repository in (name, f"sentence-transformers/{name}"):
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    raise EncoderUnavailable(
        f"找不到向量模型 {name}：既不是文件夹，也不在本机缓存里；"
        "请填写模型文件夹的路径，或改用内置模型 builtin"
    )


def _digest(paths: Iterable[Path]) -> str:
    """16 hex digits over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            total.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:16]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
