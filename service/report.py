"""What the command prints: progress while it works, and what came of it, for people."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from index.model import Document
from ingest.pipeline import OUTCOMES, Report

_OUTCOME_NAMES = dict(
    zip(OUTCOMES, ("新增", "更新", "未变", "重复", "改名", "移除", "未能读入"), strict=True)
)
_STATUS_NAMES = {
    "home": "资料库",
    "documents": "文件",
    "passages": "段落",
    "sources": "来源文件",
    "vectors": "向量",
    "public": "公众可见",
    "member": "会员可见",
    "staff": "工作人员可见",
    "generation": "索引代次",
    "seq": "变更序号",
    "encoder": "向量模型",
    "rows": "句对",
    "dimension": "维数",
    "loss": "损失",
    "seconds": "用时（秒）",
    "bytes": "模型大小（字节）",
}
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False)


@contextmanager
def progress() -> Iterator[Callable[[int, int, Path], None]]:
    """A bar on the terminal's error stream; nothing when that is not a terminal."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=_err,
        transient=True,
        disable=not _err.is_terminal,
    )
    with bar:
        task = bar.add_task("读入", total=None)

        def step(done: int, total: int, file: Path) -> None:
            bar.update(task, completed=done, total=total, description=escape(file.name[:40]))

        yield step


@contextmanager
def stages() -> Iterator[Callable[[str, int, int], None]]:
    """The same for work in named stages."""
    bar = Progress(console=_err, transient=True, disable=not _err.is_terminal)
    with bar:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(escape(stage), total=of)
            bar.update(tasks[stage], completed=done, total=of)

        yield tell


def ingest_json(report: Report) -> dict[str, Any]:
    """The report of `ingest --json`."""
    return {
        "counts": {outcome: report.count(outcome) for outcome in OUTCOMES},
        "interrupted": report.interrupted,
        "files": [
            {
                "file": str(file.file),
                "outcome": file.outcome,
                "document_id": file.document_id,
                "reason": file.reason,
                "message": file.message,
                "warnings": list(file.warnings),
            }
            for file in report.files
        ],
    }


def print_ingest(report: Report) -> None:
    """One line of counts, and a line for every file that could not be read."""
    counts = [
        f"{name} {report.count(outcome)}"
        for outcome, name in _OUTCOME_NAMES.items()
        if report.count(outcome)
    ]
    _out.print("，".join(counts) or "没有找到文件", markup=False)
    for file in report.files:
        if file.outcome == "rejected":
            _out.print(f"  {file.file.name}：{file.message}（{file.reason}）", markup=False)
    if report.interrupted:
        _out.print("已中断：此前读入的文件都已保存，可以检索；再运行一次即可继续", markup=False)


def print_document(document: Document) -> None:
    """What a file was read as."""
    fields = {
        "标题": document.title,
        "发文字号": document.number,
        "发文单位": document.issuer,
        "成文日期": document.date,
        "文种": "、".join(document.types) or None,
        "格式": document.format,
    }
    for name, value in fields.items():
        _out.print(f"{name}：{value or '（未识别）'}", markup=False)
    for paragraph in document.paragraphs:
        indent = "" if paragraph.level is None else "#" * (paragraph.level + 1) + " "
        _out.print(f"{indent}{paragraph.text}", markup=False)
    for dropped in document.dropped:
        _out.print(f"（去掉：{dropped.text[:60]} [{dropped.why}]）", markup=False, style="dim")


def print_answer(answer: Mapping[str, Any]) -> None:
    """Hits with their marked passages."""
    if answer["notice"]:
        _out.print(answer["notice"], markup=False, style="yellow")
    about = "" if answer["total_is_exact"] else "约 "
    _out.print(
        f"找到{about} {answer['total']} 份文件" if answer["hits"] else "没有找到", markup=False
    )
    for hit in answer["hits"]:
        _out.print(f"\n{hit['rank']}. {hit['title'] or hit['source']}", markup=False, style="bold")
        line = (hit["number"], hit["issuer"], hit["date"], "、".join(hit["types"]))
        _out.print("   " + " · ".join(part for part in line if part), markup=False, style="dim")
        for passage in hit["passages"]:
            text = Text(f"   {passage['address']}　" if passage["address"] else "   ")
            shown = Text(passage["text"])
            for start, end in passage["marks"]:
                shown.stylize("bold red", start, end)
            _out.print(text + shown)


def print_mapping(values: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(values, option=orjson.OPT_INDENT_2) + b"\n")
        return
    for key, value in values.items():
        _out.print(f"{_STATUS_NAMES.get(key, key)}：{value}", markup=False)
