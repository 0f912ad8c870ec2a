"""A test set as a BEIR folder: passages, queries, and which passages answer which query.

    corpus.jsonl   {"_id", "title", "text"}; may carry authority, date, issuer, types
    queries.jsonl  {"_id", "text"}
    qrels.tsv      query-id, corpus-id, score, under a header line

Each may be compressed as .gz or .xz. Whatever does not fit is an error that names file and row.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import BadTestSet
from index.model import AUTHORITIES
from index.notation import parse_date

# A passage is some hundred characters; one longer than this is a book pasted by mistake.
MAX_CHARS = 100_000
_OPENERS: dict[str, Any] = {"": open, ".gz": gzip.open, ".xz": lzma.open}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the corpus: a document of one passage."""

    id: str
    title: str
    text: str
    authority: int | None = None
    date: str | None = None
    issuer: str | None = None
    types: tuple[str, ...] = ()


class Judgements:
    """A BEIR folder, checked while it is read. Raises BadTestSet.

    `queries` are texts by id; `qrels` are grades by query and passage.
    """

    def __init__(self, folder: Path) -> None:
        self.name = folder.resolve().name
        self._corpus = _file(folder, "corpus.jsonl")
        self._queries = _file(folder, "queries.jsonl")
        self._qrels = _file(folder, "qrels.tsv")
        self.queries = {
            key: _string(row, "text", where, required=True)
            for key, row, where in _rows(self._queries)
        }
        self.qrels: dict[str, dict[str, int]] = {}
        for query, passage, grade, where in self._judged():
            if query not in self.queries:
                raise BadTestSet(f"{where}：{self._queries.name} 里没有编号 {query}")
            if self.qrels.setdefault(query, {}).setdefault(passage, grade) != grade:
                raise BadTestSet(f"{where}：{query} 和 {passage} 前面已有不同的评分")
        if not any(grade > 0 for judged in self.qrels.values() for grade in judged.values()):
            raise BadTestSet(f"{self._qrels.name} 里没有一条大于 0 的评分")

    def passages(self) -> Iterator[Row]:
        """The corpus, row by row; at its end, judged passages that were not there are an error."""
        missing: dict[str, str] = {}
        for _, passage, _, where in self._judged():
            missing.setdefault(passage, where)
        for key, row, where in _rows(self._corpus):
            missing.pop(key, None)
            yield _row(key, row, where)
        for passage, where in missing.items():
            raise BadTestSet(f"{where}：{self._corpus.name} 里没有编号 {passage}")

    def digest(self) -> str:
        """16 hex digits over what the three files say, compressed or not."""
        total = hashlib.sha256()
        for file in (self._corpus, self._queries, self._qrels):
            for _, line in _lines(file):
                total.update(line.encode())
        return total.hexdigest()[:16]

    def _judged(self) -> Iterator[tuple[str, str, int, str]]:
        """(query, passage, grade, where) of each line under the header."""
        for number, line in _lines(self._qrels):
            cells = line.rstrip("\r\n").split("\t")
            if number == 1 and cells[-1] == "score":
                continue
            where = f"{self._qrels.name} 第 {number} 行"
            if len(cells) != 3 or not cells[2].isdecimal():
                raise BadTestSet(f"{where}：应是用制表符隔开的问题编号、段落编号和评分")
            yield cells[0], cells[1], int(cells[2]), where


def _file(folder: Path, name: str) -> Path:
    for ending in _OPENERS:
        if (file := folder / f"{name}{ending}").is_file():
            return file
    raise BadTestSet(f"{folder} 里没有 {name}（也可以是 {name}.gz 或 {name}.xz）")


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers from 1."""
    number = 0
    try:
        with _OPENERS[file.suffix if file.suffix in _OPENERS else ""](
            file, "rt", encoding="utf-8-sig"
        ) as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line
    except (EOFError, OSError, UnicodeDecodeError, lzma.LZMAError) as error:
        raise BadTestSet(f"{file.name} 第 {number + 1} 行起读不出来：{error}") from error


def _rows(file: Path) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(id, row, where) of each line, ids told apart."""
    seen: dict[str, int] = {}
    for number, line in _lines(file):
        where = f"{file.name} 第 {number} 行"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadTestSet(f"{where}：不是 JSON") from error
        if not isinstance(row, dict):
            raise BadTestSet(f"{where}：应是一个 JSON 对象")
        key = _string(row, "_id", where, required=True)
        if key in seen:
            raise BadTestSet(f"{where}：编号 {key} 与第 {seen[key]} 行重复")
        seen[key] = number
        yield key, row, where
    if not seen:
        raise BadTestSet(f"{file.name} 是空的")


def _string(row: dict[str, Any], name: str, where: str, *, required: bool = False) -> str:
    value = row.get(name) or ""
    if not isinstance(value, str):
        raise BadTestSet(f"{where}：{name} 应是文字")
    if required and not value.strip():
        raise BadTestSet(f"{where}：{name} 是空的")
    if len(value) > MAX_CHARS:
        raise BadTestSet(f"{where}：{name} 有 {len(value)} 个字，最多 {MAX_CHARS} 个")
    return value


def _row(key: str, row: dict[str, Any], where: str) -> Row:
    """A row of the corpus; one that has nothing but a title is that title."""
    title = _string(row, "title", where)
    text = _string(row, "text", where)
    if not (title + text).strip():
        raise BadTestSet(f"{where}：text 是空的")
    authority, types = row.get("authority"), row.get("types") or []
    if authority is not None and authority not in AUTHORITIES:
        raise BadTestSet(f"{where}：authority 应是 0 到 {AUTHORITIES[-1]} 的整数")
    if not isinstance(types, list) or not all(isinstance(kind, str) for kind in types):
        raise BadTestSet(f"{where}：types 应是文字的列表")
    date = parse_date(_string(row, "date", where))
    issuer = _string(row, "issuer", where) or None
    return Row(key, title, text if text.strip() else title, authority, date, issuer, tuple(types))
