"""How the shipped encoder is made: word vectors fitted to pairs of texts that belong together.

A pair is a question and its answer, a headline and its article, a heading and its clause. The
recipe won on layperson questions over law articles: this table, trained from scratch in
minutes on two cores, did as well in the mix with BM25 as tables twice as wide and as a small
transformer. What makes the difference is taking away, in part of the pairs, the words that
both texts share, so that the others have to carry the meaning.
"""

from __future__ import annotations

import json
import lzma
import re
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import WhitespaceSplit

from index.analyzer import Analyzer
from index.encoder import ANALYZER_KEY, ROWS, SCALES, TABLE_FILE, WORDS_FILE
from index.errors import BadRequest

Ids = NDArray[np.int32]
Table = NDArray[np.float32]
Progress = Callable[[str, int, int], None]
"""Called with the stage (`read`, `cut`, `train`), how much is done and of how much (0: unknown)."""

# Batches come from one group of sources, so that a batch's other texts are hard to tell from
# the right one; shares chosen on the STARD dev questions. Sources not named here are OTHER.
OTHER = "other"
GROUPS: Mapping[str, str] = {
    "law_heading": "law",
    "law_ict": "law",
    "law_lead": "law",
    "law_number": "law",
    "law_title_doc": "law",
    "gov_report_ict": "news",
    "news_ict": "news",
    "news_lead": "news",
    "news_title": "news",
    "xwlb": "news",
    "xwlb_ict": "news",
    "javaguide": "technical",
    "javaguide_ict": "technical",
    "lctt": "technical",
    "lctt_ict": "technical",
    "react_zh": "technical",
    "react_zh_ict": "technical",
    "dureader_demo": "qa",
    "huatuo_qa": "qa",
    "kdconv_kb": "qa",
    "medical_qa": "qa",
}
SHARES: Mapping[str, float] = {
    "law": 0.40,
    "news": 0.32,
    "technical": 0.18,
    "qa": 0.06,
    OTHER: 0.04,
}

_UNKNOWN = "[UNK]"
_UNSTATED = frozenset({"", "none", "null", "unknown", "unlicensed", "unstated"})
# Matches cc-by-sa-4.0 and CC BY SA; not apache-2.0 or a word such as "visa".
_SHARE_ALIKE = re.compile(r"\bsa\b|share.?alike", re.IGNORECASE)
# Cuts 。！？； and line ends, where a word cannot continue; keeps them with their sentence.
_SENTENCE = re.compile(r"(?<=[。！？；\n])")
# Search mode gives a word per 2.2 characters of our pairs; what is beyond is not even cut.
_CHARS_PER_WORD = 2.2
_CHUNK = 5_000  # sentences handed to a process at a time
_LISTS = 20_000  # lists rewritten at a time: all at once took 4 GB


@dataclass(frozen=True, slots=True)
class Recipe:
    """The numbers of the training. The defaults made the shipped model.

    A batch's logits are `scale` times the cosines. The learning rate rises over `warmup`
    steps, then falls in a line to `last_rate` of itself. In `thinned` of the pairs, `shared`
    of the positive's words that the anchor has too are left out; of all words, `dropped`.
    """

    dimension: int = 256
    batch: int = 2048
    rate: float = 0.02
    last_rate: float = 0.1
    warmup: int = 20
    scale: float = 20.0
    min_count: int = 6
    max_rows: int = 100_000
    anchor_words: int = 96
    positive_words: int = 128
    thinned: float = 0.4
    shared: float = 0.85
    dropped: float = 0.1


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What was trained on what. Keys of the counts are (source, licence)."""

    used: Mapping[tuple[str, str], int]
    left_out: Mapping[tuple[str, str], int]
    rows: int
    dimension: int
    losses: tuple[float, ...]
    seconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class _Ragged:
    """Lists of ids end to end: list i is `values[starts[i]:starts[i + 1]]`."""

    values: Ids
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, lists: Iterable[Sequence[int]]) -> Self:
        values, lengths = array("i"), array("q", [0])
        for ids in lists:
            values.extend(ids)
            lengths.append(len(ids))
        starts = np.cumsum(np.frombuffer(lengths, np.int64))
        return cls(np.array(values, np.int32), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, lists: NDArray[Any]) -> Self:
        """The lists with these numbers, in this order."""
        begin = self.starts[lists]
        lengths = self.starts[np.asarray(lists, np.int64) + 1] - begin
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        return type(self)(self.values[np.repeat(begin, lengths) + within], starts)

    def replace(self, table: _Ragged, limit: int | None = None) -> _Ragged:
        """Each id as the ids that `table` lists for it, the first `limit` of each list."""
        values, lengths = [], []
        for first in range(0, len(self), _LISTS):
            starts = self.starts[first : first + _LISTS + 1]
            inner = table.take(self.values[starts[0] : starts[-1]])
            part = _Ragged(inner.values, inner.starts[starts - starts[0]])
            if limit is not None:
                place = np.arange(len(part.values)) - part.starts[part.owners()]
                part = part.keep(place < limit)
            values.append(part.values)
            lengths.append(np.diff(part.starts))
        ends = np.cumsum(np.concatenate(lengths))
        return _Ragged(np.concatenate(values), np.concatenate([[0], ends]))

    def owners(self) -> NDArray[np.int64]:
        """For each id the number of its list."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def keep(self, chosen: NDArray[np.bool_]) -> _Ragged:
        """The same lists with only the chosen ids."""
        before = np.concatenate([[0], np.cumsum(chosen)]).astype(np.int64)
        return _Ragged(self.values[chosen], before[self.starts])


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs as lists of sentences; `groups[i]` is a number into SHARES."""

    anchors: _Ragged
    positives: _Ragged
    groups: NDArray[np.int8]
    sentences: list[str]
    used: Counter[tuple[str, str]]
    left_out: Counter[tuple[str, str]]


def train(
    pairs: Path,
    out: Path,
    *,
    steps: int = 560,
    seed: int = 1,
    recipe: Recipe = Recipe(),
    workers: int = 2,
    progress: Progress | None = None,
) -> TrainingReport:
    """Trains on `pairs` and writes the model's folder to `out`.

    `pairs` holds a JSON object per line, .xz or plain, with `anchor`, `positive`, `source` and
    `licence`. Rows without a stated licence and share-alike rows are left out, because the
    table could not be given on under a licence of our choice. Same input, seed and number of
    cores: same table. Raises BadRequest when the file cannot be read or leaves nothing.
    """
    started = time.monotonic()
    tell = progress or (lambda _stage, _done, _of: None)
    data = _read(pairs, recipe, tell)
    cut, words = _cut(data.sentences, workers, tell)
    data.sentences.clear()
    if not words:
        raise BadRequest(f"{pairs} 里没有可用的文字")
    anchors = data.anchors.replace(cut, recipe.anchor_words)
    positives = data.positives.replace(cut, recipe.positive_words)
    counts = sum(np.bincount(side.values, minlength=len(words)) for side in (anchors, positives))
    vocabulary = _vocabulary(words, np.asarray(counts), recipe)
    fallback = _Ragged.of(_spell(word, vocabulary) for word in words)
    anchors, positives = anchors.replace(fallback), positives.replace(fallback)
    start, trained = _start(vocabulary, (anchors, positives), recipe, seed)
    table, losses = _fit(
        start, (anchors, positives), data.groups, recipe=recipe, steps=steps, seed=seed, tell=tell
    )
    _fill_characters(table, trained, vocabulary)
    _save(out, table, vocabulary)
    report = TrainingReport(
        used=dict(sorted(data.used.items())),
        left_out=dict(sorted(data.left_out.items())),
        rows=len(vocabulary),
        dimension=recipe.dimension,
        losses=tuple(losses),
        seconds=time.monotonic() - started,
        bytes=sum((out / name).stat().st_size for name in (TABLE_FILE, WORDS_FILE)),
    )
    (out / "README.md").write_text(model_card(report, recipe, seed), "utf-8")
    return report


def is_usable(licence: str | None) -> bool:
    """True when a licence is stated and does not bind what is derived from the text to itself."""
    stated = (licence or "").strip().lower()
    return stated not in _UNSTATED and not _SHARE_ALIKE.search(stated)


def _read(path: Path, recipe: Recipe, tell: Progress) -> _Pairs:
    """Sentences are stored once: many pairs are cut from the same article."""
    number: dict[str, int] = {}
    used: Counter[tuple[str, str]] = Counter()
    left_out: Counter[tuple[str, str]] = Counter()
    group_numbers = {name: at for at, name in enumerate(SHARES)}
    groups = array("b")
    sides: tuple[list[array[int]], list[array[int]]] = ([], [])
    limits = [int(n * _CHARS_PER_WORD) for n in (recipe.anchor_words, recipe.positive_words)]
    for row in _rows(path):
        source, licence = str(row.get("source", "")), str(row.get("licence") or "unstated")
        if not is_usable(licence):
            left_out[source, licence] += 1
            continue
        used[source, licence] += 1
        groups.append(group_numbers[GROUPS.get(source, OTHER)])
        for side, text, limit in zip(sides, (row["anchor"], row["positive"]), limits, strict=True):
            parts = filter(None, _SENTENCE.split(text[:limit]))
            side.append(array("i", [number.setdefault(part, len(number)) for part in parts]))
        if len(groups) % 10_000 == 0:
            tell("read", len(groups), 0)
    if not groups:
        raise BadRequest(f"{path} 里没有一行写明许可且许可可用于训练；请检查 licence 一栏")
    anchors, positives = (_Ragged.of(side) for side in sides)
    return _Pairs(anchors, positives, np.array(groups), list(number), used, left_out)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Each line as an object whose anchor and positive are strings."""
    try:
        with (
            lzma.open(path, "rt", encoding="utf-8")
            if path.suffix == ".xz"
            else path.open(encoding="utf-8")
        ) as file:
            for line, text in enumerate(file, 1):
                row = json.loads(text)
                if not (
                    isinstance(row.get("anchor"), str) and isinstance(row.get("positive"), str)
                ):
                    raise BadRequest(f"{path} 第 {line} 行缺少 anchor 或 positive")
                yield row
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise BadRequest(f"训练数据 {path} 读不出来（{error}）；请检查路径和文件") from error
    except (ValueError, AttributeError) as error:
        raise BadRequest(f"训练数据 {path} 不是逐行的 JSON 对象（{error}）") from error


def _cut(sentences: Sequence[str], workers: int, tell: Progress) -> tuple[_Ragged, list[str]]:
    """Words of each sentence as numbers into the list of distinct words, by first occurrence."""
    chunks = [sentences[at : at + _CHUNK] for at in range(0, len(sentences), _CHUNK)]
    number: dict[str, int] = {}

    def numbered(cut: Iterable[list[str]]) -> Iterator[list[int]]:
        for done, lines in enumerate(cut, 1):
            for line in lines:
                yield [number.setdefault(word, len(number)) for word in line.split()]
            tell("cut", min(done * _CHUNK, len(sentences)), len(sentences))

    if workers < 2 or len(chunks) == 1:
        lists = _Ragged.of(numbered(map(_cut_chunk, chunks)))
    else:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            lists = _Ragged.of(numbered(pool.map(_cut_chunk, chunks)))
    return lists, list(number)


_analyzer: Analyzer | None = None


def _cut_chunk(sentences: Sequence[str]) -> list[str]:
    """Each sentence's words with a space between; one analyzer per process."""
    global _analyzer
    _analyzer = _analyzer or Analyzer()
    return [" ".join(_analyzer.words(sentence)) for sentence in sentences]


def _vocabulary(words: Sequence[str], counts: NDArray[Any], recipe: Recipe) -> dict[str, int]:
    """Token -> row: unknown, every single character, then the frequent words, most frequent first.

    Characters are there for the words that are not; `max_rows` cuts the rarest words.
    """
    characters = sorted({char for word in words for char in word})
    frequent = sorted(
        (-int(count), word)
        for word, count in zip(words, counts, strict=True)
        if count >= recipe.min_count and len(word) > 1
    )
    tokens = [_UNKNOWN, *characters, *(word for _, word in frequent)]
    return {token: row for row, token in enumerate(tokens[: recipe.max_rows])}


def _spell(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    if word in vocabulary:
        return [vocabulary[word]]
    return [vocabulary[char] for char in word if char in vocabulary]


def _start(
    vocabulary: Mapping[str, int], sides: Sequence[_Ragged], recipe: Recipe, seed: int
) -> tuple[Table, NDArray[np.int64]]:
    """Noise of length about 1 times the word's idf (mean 1), and how often each row occurs.

    The share of texts with a word is taken as 1 - exp(-occurrences / texts), as if words fell
    into texts at random; training corrects what that gets wrong.
    """
    counts = np.zeros(len(vocabulary), np.int64)
    for side in sides:
        counts += np.bincount(side.values, minlength=len(vocabulary))
    texts = sum(len(side) for side in sides)
    idf = -np.log(-np.expm1(-np.maximum(counts, 1) / texts))
    noise = np.random.default_rng(seed).standard_normal((len(vocabulary), recipe.dimension))
    table = noise * (idf / idf.mean() / np.sqrt(recipe.dimension))[:, None]
    table[vocabulary[_UNKNOWN]] = 0
    return table.astype(np.float32), counts


def _fit(
    start: Table,
    sides: tuple[_Ragged, _Ragged],
    groups: NDArray[np.int8],
    *,
    recipe: Recipe,
    steps: int,
    seed: int,
    tell: Progress,
) -> tuple[Table, list[float]]:
    """The trained table and the loss of each step."""
    import torch
    from torch.nn import functional

    table = torch.nn.Parameter(torch.from_numpy(start))
    optimiser = torch.optim.SparseAdam([table], lr=recipe.rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps, recipe))
    random = np.random.default_rng([seed, 1])
    losses: list[float] = []
    for step, chosen in enumerate(_batches(groups, recipe.batch, steps, random), 1):
        thinned = _thin(sides[0].take(chosen), sides[1].take(chosen), recipe, random)
        # Only the batch's own rows take part, as a small dense table: a third less time than a
        # sparse EmbeddingBag, whose gradient has a row per word occurrence.
        used, places = np.unique(
            np.concatenate([side.values for side in thinned]), return_inverse=True
        )
        rows = torch.from_numpy(used).long()
        part = table.detach()[rows].requires_grad_()
        anchor, positive = (
            functional.normalize(
                functional.embedding_bag(
                    torch.from_numpy(at), part, torch.from_numpy(side.starts[:-1]), mode="sum"
                )
            )
            for at, side in zip(np.split(places, [len(thinned[0].values)]), thinned, strict=True)
        )
        logits = recipe.scale * anchor @ positive.T
        right = torch.arange(len(chosen))
        loss = functional.cross_entropy(logits, right) + functional.cross_entropy(logits.T, right)
        (gradient,) = torch.autograd.grad(loss, part)
        table.grad = torch.sparse_coo_tensor(
            rows[None], gradient, table.shape, is_coalesced=True, check_invariants=False
        )
        optimiser.step()  # type: ignore[no-untyped-call]
        schedule.step()
        losses.append(loss.item() / 2)
        tell("train", step, steps)
    return table.detach().numpy(), losses


def _rate(step: int, steps: int, recipe: Recipe) -> float:
    """The part of the full learning rate used at this step, counted from 0."""
    if step < recipe.warmup:
        return (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(1, steps - recipe.warmup)
    return 1 - (1 - recipe.last_rate) * min(1.0, done)


def _batches(
    groups: NDArray[np.int8], size: int, steps: int, random: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Numbers of pairs, each batch from one group; a group is used up before it repeats."""
    members = {int(group): np.flatnonzero(groups == group) for group in np.unique(groups)}
    shares = np.array([list(SHARES.values())[group] for group in members])
    left = {group: np.zeros(0, np.int64) for group in members}
    for _ in range(steps):
        group = int(random.choice(list(members), p=shares / shares.sum()))
        wanted = min(size, len(members[group]))
        if len(left[group]) < wanted:
            left[group] = random.permutation(members[group])
        yield left[group][:wanted]
        left[group] = left[group][wanted:]


def _thin(
    anchor: _Ragged, positive: _Ragged, recipe: Recipe, random: np.random.Generator
) -> tuple[_Ragged, _Ragged]:
    """Both sides with words taken away at random, shared ones most of all (see Recipe)."""
    owners = positive.owners()
    span = 1 + max(int(side.values.max(initial=0)) for side in (anchor, positive))
    shared = np.isin(owners * span + positive.values, anchor.owners() * span + anchor.values)
    strict = random.random(len(positive)) < recipe.thinned
    lost = shared & strict[owners] & (random.random(len(owners)) < recipe.shared)
    kept = random.random(len(owners)) >= recipe.dropped
    return (
        anchor.keep(random.random(len(anchor.values)) >= recipe.dropped),
        positive.keep(kept & ~lost),
    )


def _fill_characters(table: Table, trained: NDArray[np.int64], vocabulary: dict[str, int]) -> None:
    """Gives a character that training never saw the mean of the words it stands in."""
    untrained = {token for token, row in vocabulary.items() if len(token) == 1 and not trained[row]}
    rows: dict[str, list[int]] = {char: [] for char in untrained}
    for token, row in vocabulary.items():
        for char in untrained.intersection(token) if trained[row] else ():
            rows[char].append(row)
    for char, within in rows.items():
        table[vocabulary[char]] = table[within].mean(axis=0) if within else 0


def quantise(table: Table) -> tuple[NDArray[np.int8], Table]:
    """(n, dim) float32 -> int8 rows and float32 scales (n,): row i is about rows[i] * scales[i].

    Costs nothing measurable: see the model card.
    """
    scales = (np.abs(table).max(axis=1) / 127).astype(np.float32)
    rows = np.rint(table / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
    return rows, scales


def _save(out: Path, table: Table, vocabulary: Mapping[str, int]) -> None:
    """A folder that sentence-transformers loads; it is to be fed words with spaces between.

    The tokenizer is a BPE without merges: a word in the vocabulary is taken whole, any other
    falls apart into its characters, which a WordLevel tokenizer cannot do. Tensors carry the
    names of a model2vec table with a weight per row, which is how sentence-transformers takes
    int8.
    """
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(
        BPE(vocab=dict(vocabulary), merges=[], unk_token=_UNKNOWN, ignore_merges=True)
    )
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.save(str(out / WORDS_FILE), pretty=False)
    rows, scales = quantise(table)
    # One key only: safetensors writes several in an order that changes from run to run.
    metadata = {ANALYZER_KEY: Analyzer().fingerprint}
    save_file({ROWS: rows, SCALES: scales}, out / TABLE_FILE, metadata)
    (out / TABLE_FILE).chmod(0o644)  # safetensors leaves it readable by its owner only
    package = "sentence_transformers"
    modules = [
        ("", f"{package}.sentence_transformer.modules.static_embedding.StaticEmbedding"),
        ("1_Normalize", f"{package}.base.modules.normalize.Normalize"),
    ]
    _write_json(
        out / "modules.json",
        [
            {"idx": at, "name": str(at), "path": path, "type": kind}
            for at, (path, kind) in enumerate(modules)
        ],
    )
    _write_json(
        out / "config_sentence_transformers.json",
        {
            "default_prompt_name": None,
            "model_type": "SentenceTransformer",
            "prompts": {},
            "similarity_fn_name": "cosine",
        },
    )


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def model_card(report: TrainingReport, recipe: Recipe, seed: int) -> str:
    """README.md of the model's folder, in Markdown; quality figures are added by who measures."""
    sources = "\n".join(
        f"| {source} | {GROUPS.get(source, OTHER)} | {licence} | {rows:,} |"
        for (source, licence), rows in report.used.items()
    )
    left_out = "\n".join(
        f"| {source} | {licence} | {rows:,} |"
        for (source, licence), rows in report.left_out.items()
    )
    return _CARD.format(
        recipe=recipe,
        report=report,
        seed=seed,
        steps=len(report.losses),
        pairs=sum(report.used.values()),
        megabytes=report.bytes / 1e6,
        loss=float(np.mean(report.losses[-20:])),
        shares=", ".join(f"{name} {share:.0%}" for name, share in SHARES.items()),
        sources=sources,
        left_out=left_out or "| - | - | 0 |",
    )


_CARD = """\
---
language: zh
library_name: sentence-transformers
pipeline_tag: sentence-similarity
---

# Static word vectors for Chinese office search

{report.rows:,} rows (single characters, then the most frequent words) of {report.dimension}
dimensions, int8 with one scale per row, {megabytes:.1f} MB. A text's vector is the sum of its
words' vectors at unit length; a word that is not in the table counts as its characters; a text
without any known character gives a zero vector. Compare by cosine.

## Use

xiehui reads the files with numpy and cuts the words itself (`index/encoder.py`). Elsewhere, give
sentence-transformers 6.2 or later simplified, lower-case words with spaces between:

```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("path/to/this/folder")
vectors = model.encode(["协会 章程", "会费 怎么 交"])
```

## Training

Made by `xiehui train` (`index/training.py`) from {pairs:,} pairs of texts that belong together.

| | |
|---|---|
| Loss | symmetric cross-entropy over in-batch negatives, cosine x {recipe.scale:g} |
| Batches | {steps} of {recipe.batch:,}, each from one group of sources: {shares} |
| Words | at most {recipe.anchor_words} of an anchor, {recipe.positive_words} of a positive |
| Left out | in {recipe.thinned:.0%} of the pairs {recipe.shared:.0%} of the positive's words that \
the anchor has too; {recipe.dropped:.0%} of all words |
| Optimiser | SparseAdam, learning rate {recipe.rate:g}, {recipe.warmup} steps of warm-up, then \
in a line down to {recipe.last_rate:.0%} |
| Vocabulary | words seen {recipe.min_count} times or more, every single character; \
{recipe.max_rows:,} rows at most |
| Start | random, length by idf, seed {seed} |
| Result | mean loss of the last steps {loss:.3f}, {report.seconds:.0f} s in all |

| Source | Group | Licence | Pairs |
|---|---|---|---|
{sources}

Left out, because no licence is stated or because it is share-alike:

| Source | Licence | Pairs |
|---|---|---|
{left_out}

## Limits

Word order is not seen and negation hardly: 可以退会 and 不可以退会 are nearly the same.
Everyday words that never met office language in the pairs have no good neighbours there. Use it
beside keyword search, not instead of it.
"""
