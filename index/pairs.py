"""Training pairs: which of them may be used, read and cut into words within bounded memory."""

from __future__ import annotations

import json
import lzma
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.analyzer import Analyzer
from index.errors import BadRequest
from index.recipe import GROUPS, OTHER, SHARES, Ids, Progress, Recipe
from index.workers import Tools, Workers

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
class Ragged:
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

    def replace(self, table: Ragged, limit: int | None = None) -> Ragged:
        """Each id as the ids that `table` lists for it, the first `limit` of each list."""
        values, lengths = [], []
        for first in range(0, len(self), _LISTS):
            starts = self.starts[first : first + _LISTS + 1]
            inner = table.take(self.values[starts[0] : starts[-1]])
            part = Ragged(inner.values, inner.starts[starts - starts[0]])
            if limit is not None:
                place = np.arange(len(part.values)) - part.starts[part.owners()]
                part = part.keep(place < limit)
            values.append(part.values)
            lengths.append(np.diff(part.starts))
        ends = np.cumsum(np.concatenate(lengths))
        return Ragged(np.concatenate(values), np.concatenate([[0], ends]))

    def owners(self) -> NDArray[np.int64]:
        """For each id the number of its list."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def keep(self, chosen: NDArray[np.bool_]) -> Ragged:
        """The same lists with only the chosen ids."""
        before = np.concatenate([[0], np.cumsum(chosen)]).astype(np.int64)
        return Ragged(self.values[chosen], before[self.starts])


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs as lists of sentences; `groups[i]` is a number into SHARES."""

    anchors: Ragged
    positives: Ragged
    groups: NDArray[np.int8]
    sentences: list[str]
    used: Counter[tuple[str, str]]
    left_out: Counter[tuple[str, str]]


def is_usable(licence: str | None) -> bool:
    """True when a licence is stated and does not bind what is derived from the text to itself."""
    stated = (licence or "").strip().lower()
    return stated not in _UNSTATED and not _SHARE_ALIKE.search(stated)


def read_pairs(path: Path, recipe: Recipe, tell: Progress) -> Pairs:
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
    anchors, positives = (Ragged.of(side) for side in sides)
    return Pairs(anchors, positives, np.array(groups), list(number), used, left_out)


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


def cut_sentences(
    sentences: Sequence[str], workers: int, tell: Progress
) -> tuple[Ragged, list[str]]:
    """Words of each sentence as numbers into the list of distinct words, by first occurrence."""
    chunks = [sentences[at : at + _CHUNK] for at in range(0, len(sentences), _CHUNK)]
    number: dict[str, int] = {}

    def numbered(cut: Iterable[list[str]]) -> Iterator[list[int]]:
        for done, lines in enumerate(cut, 1):
            for line in lines:
                yield [number.setdefault(word, len(number)) for word in line.split()]
            tell("cut", min(done * _CHUNK, len(sentences)), len(sentences))

    with Workers(Analyzer(), None, workers, here=1) as pool:
        lists = Ragged.of(numbered(cut for _, cut in pool.map(_cut_chunk, chunks)))
    return lists, list(number)


def _cut_chunk(tools: Tools, sentences: Sequence[str]) -> list[str]:
    """Each sentence's words with a space between."""
    return [" ".join(tools.analyzer.words(sentence)) for sentence in sentences]
