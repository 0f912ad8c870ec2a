"""Tasks: what people would type, and the document and sentence that should answer it.

A task file holds one JSON object a line: `id`, `audience`, `query`, `expect_doc` (a file name,
null where nothing answers), `expect_passage`; and, where it matters, `filters`, `tags`,
`must_not_docs`, `must_not_contain`. `_id` and `text` do for `id` and `query`, so the queries of
a test set can be tasks too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.analyzer import Analyzer
from index.collection import Collection
from index.errors import BadTestSet
from index.model import Audience
from service.desk import Desk
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Task:
    """`document` and `passage` are None where the right answer is none."""

    id: str
    audience: Audience
    query: str
    document: str | None
    passage: str | None
    filters: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    must_not_docs: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a task. Where nothing should answer, all four are whether nothing did: there
    may be documents to look at, but no quote.

    `quoted` is whether the quote is the sentence expected, or a part of it, or holds it.
    """

    task: Task
    document_first: bool
    passage_shown: bool
    passage_first: bool
    quoted: bool
    forbidden: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return self.document_first and self.passage_first and not self.forbidden


def read_tasks(file: Path) -> list[Task]:
    """Raises BadTestSet naming file and row."""
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadTestSet(f"{file} 读不出来：{error}") from error
    tasks: dict[str, Task] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            task = _task(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadTestSet(f"{file.name} 第 {number} 行不是任务：{error!r}") from error
        if task.id in tasks:
            raise BadTestSet(f"{file.name} 第 {number} 行：编号 {task.id} 重复")
        tasks[task.id] = task
    if not tasks:
        raise BadTestSet(f"{file.name} 里没有任务")
    return list(tasks.values())


def _task(row: Mapping[str, Any]) -> Task:
    query = row.get("query") or row["text"]
    if not query.strip() or bool(row["expect_doc"]) != bool(row["expect_passage"]):
        raise ValueError("query 不能为空；expect_doc 与 expect_passage 应同时有或同时没有")
    return Task(
        id=str(row.get("id") or row["_id"]),
        audience=Audience(row["audience"]),
        query=query,
        document=row["expect_doc"],
        passage=row["expect_passage"],
        filters={key: str(value) for key, value in (row.get("filters") or {}).items()},
        tags=tuple(row.get("tags") or ()),
        must_not_docs=tuple(row.get("must_not_docs") or ()),
        must_not_contain=tuple(row.get("must_not_contain") or ()),
    )


def perform(
    collection: Collection,
    settings: Settings,
    tasks: Iterable[Task],
    *,
    mode: str = "hybrid",
    priors: bool = True,
) -> Iterator[Verdict]:
    """Ask each task's question as its audience, through the API's own JSON."""
    for task in tasks:
        desk = Desk(collection, task.audience, settings, priors=priors)
        answer = desk.search({"q": task.query, "mode": mode, **task.filters})
        yield judge(task, answer, collection.analyzer)


def judge(task: Task, answer: Mapping[str, Any], analyzer: Analyzer) -> Verdict:
    """Compare an answer with what was expected."""
    hits: Sequence[Mapping[str, Any]] = answer["hits"]
    text = json.dumps(answer, ensure_ascii=False)
    forbidden = [word for word in task.must_not_contain if word in text]
    forbidden += [hit["source"] for hit in hits if hit["source"] in task.must_not_docs]
    if task.document is None or task.passage is None:
        none = answer["answer"] is None
        return Verdict(task, none, none, none, none, tuple(forbidden))
    wanted = _letters(task.passage, analyzer)
    holding = [
        hit["source"] == task.document and wanted in _letters(passage["text"], analyzer)
        for hit in hits[:1]
        for passage in hit["passages"]
    ]
    return Verdict(
        task,
        document_first=bool(hits) and hits[0]["source"] == task.document,
        passage_shown=any(holding),
        passage_first=holding[:1] == [True],
        quoted=_is_quoted(task, answer, wanted, analyzer),
        forbidden=tuple(forbidden),
    )


def _is_quoted(task: Task, answer: Mapping[str, Any], wanted: str, analyzer: Analyzer) -> bool:
    """Whether the quote comes from the document expected and is the sentence, of whatever cut."""
    quote = answer["answer"]
    if quote is None:
        return False
    sources = {
        hit["source"]
        for found in answer["hits"]
        if found["document_id"] == quote["document_id"]
        for hit in (found, *found["copies"])
    }
    letters = _letters(quote["quote"], analyzer)
    return task.document in sources and (wanted in letters or letters in wanted)


def _letters(text: str, analyzer: Analyzer) -> str:
    """Letters and digits alone: breaks and spaces differ between a file and its passages."""
    return "".join(filter(str.isalnum, analyzer.normalise(text).text))
