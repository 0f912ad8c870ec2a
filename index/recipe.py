"""What goes into a training: the choices made, and the account given afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


DEFAULT = Recipe()


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
