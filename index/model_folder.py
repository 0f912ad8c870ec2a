"""The folder a trained model is kept in: a valid sentence-transformers model and its card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import WhitespaceSplit

from index.analyzer import Analyzer
from index.encoder import ANALYZER_KEY, ROWS, SCALES, TABLE_FILE, WORDS_FILE
from index.recipe import GROUPS, OTHER, SHARES, Recipe, Table, TrainingReport

UNKNOWN = "[UNK]"


def quantise(table: Table) -> tuple[NDArray[np.int8], Table]:
    """(n, dim) float32 -> int8 rows and float32 scales (n,): row i is about rows[i] * scales[i].

    Costs nothing measurable: see the model card.
    """
    scales = (np.abs(table).max(axis=1) / 127).astype(np.float32)
    rows = np.rint(table / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
    return rows, scales


def save_model(out: Path, table: Table, vocabulary: Mapping[str, int]) -> None:
    """A folder that sentence-transformers loads; it is to be fed words with spaces between.

    The tokenizer is a BPE without merges: a word in the vocabulary is taken whole, any other
    falls apart into its characters, which a WordLevel tokenizer cannot do. Tensors carry the
    names of a model2vec table with a weight per row, which is how sentence-transformers takes
    int8.
    """
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(
        BPE(vocab=dict(vocabulary), merges=[], unk_token=UNKNOWN, ignore_merges=True)
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
