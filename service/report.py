"""What the command prints: progress while it works, and what came of it, for people."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from index.comparison import compare
from index.errors import BadRequest
from index.model import Document
from ingest.outcome import Report
from service.wording import NAMES, OUTCOMES, WARNINGS

if TYPE_CHECKING:
    from index.evaluation import Evaluation
    from index.tuner import Tried
    from index.tuning import Tuning
    from ingest.inspector import Inspected
    from service.behaviour import Verdict
    from service.keys import Key
    from service.naming import Entry

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
# As GB/T 33480 calls them.
_FIELD_NAMES = {
    "title": "标题",
    "number": "发文字号",
    "letterhead": "发文机关标志",
    "issuer": "发文单位",
    "addressees": "主送",
    "date": "成文日期",
    "period": "所属时间",
    "types": "文种",
    "copies": "抄送",
    "printed": "印发",
    "site": "来源网站",
    "format": "格式",
}
_ALWAYS_SHOWN = frozenset(("title", "number", "issuer", "date", "types", "format"))
_NAMED_FILES = 3
# Below this a field was found by the look of its line only.
_DOUBTFUL = 0.75
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False)


class _Rate(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f} 份/秒")


@contextmanager
def progress() -> Iterator[Callable[[int, int, Path], None]]:
    """A bar on the terminal's error stream; nothing when that is not a terminal."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
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
                **(file.found or {}),
            }
            for file in report.files
        ],
    }


def print_ingest(report: Report) -> None:
    """One line of counts, and a line for every file that could not be read."""
    counts = [
        f"{name} {report.count(outcome)}"
        for outcome, name in OUTCOMES.items()
        if report.count(outcome)
    ]
    _out.print("，".join(counts) or "没有找到文件", markup=False)
    for file in report.files:
        if file.outcome == "rejected":
            _out.print(f"  {file.file.name}：{file.message}（{file.reason}）", markup=False)
    doubtful: dict[str, list[str]] = {}
    for file in report.files:
        for code in file.warnings:
            doubtful.setdefault(code, []).append(file.file.name)
    for code, names in doubtful.items():
        some = "、".join(names[:_NAMED_FILES]) + ("等" if len(names) > _NAMED_FILES else "")
        _out.print(f"  {len(names)} 份（{some}）：{WARNINGS[code]}", markup=False, style="yellow")
    if report.interrupted:
        _out.print("已中断：此前读入的文件都已保存，可以检索；再运行一次即可继续", markup=False)


def print_round(done: Report | str) -> None:
    """What one round of watching a folder brought; nothing where nothing changed."""
    now = datetime.now().strftime("%m-%d %H:%M:%S")
    if isinstance(done, str):
        _out.print(f"{now} {done}", markup=False)
    elif done.changed:
        _out.print(now, end=" ", markup=False)
        print_ingest(done)


def print_round_json(done: Report | str) -> None:
    """The same as one line of JSON."""
    if not isinstance(done, str):
        _out.print(orjson.dumps(ingest_json(done)).decode(), markup=False)


def print_inspected(found: Inspected) -> None:
    """What a file was read as, or why it was not; of an archive, one member after the other."""
    if found.document is not None:
        print_document(found.document)
    elif found.error is not None:
        typer.echo(f"{found.name}：{found.error}（{found.error.reason}）", err=True)
    for number, member in enumerate(found.members, start=1):
        _out.print(f"—— 压缩包里第 {number} 份：{member.name}", markup=False, style="bold")
        print_inspected(member)


def print_document(document: Document) -> None:
    """What a file was read as."""
    sure = {evidence.field: evidence.confidence for evidence in document.evidence}
    for field, name in _FIELD_NAMES.items():
        value = getattr(document, field)
        if value or field in _ALWAYS_SHOWN:
            text = "、".join(map(str, value)) if isinstance(value, tuple) else value
            doubt = "（请核对）" if value and sure.get(field, 1.0) < _DOUBTFUL else ""
            _out.print(f"{name}：{text or '（未识别）'}{doubt}", markup=False)
    for code in document.warnings:
        _out.print(f"注意：{WARNINGS[code]}", markup=False, style="yellow")
    for paragraph in document.paragraphs:
        indent = "" if paragraph.level is None else "#" * (paragraph.level + 1) + " "
        _out.print(f"{indent}{paragraph.text}", markup=False)
    for dropped in document.dropped:
        _out.print(f"（去掉：{dropped.text[:60]} [{dropped.why}]）", markup=False, style="dim")


def print_answer(answer: Mapping[str, Any]) -> None:
    """The quote, and hits with their marked passages."""
    if answer["notice"]:
        _out.print(answer["notice"], markup=False, style="yellow")
    if answer["answer"]:
        _out.print(f"原文摘录：{answer['answer']['quote']}\n", markup=False, style="bold")
    if answer["suggestions"]:
        meant = "、".join(answer["suggestions"])
        _out.print(f"您是不是要找：{meant}", markup=False, style="yellow")
    about = "" if answer["total_is_exact"] else "约"
    _out.print(
        f"找到{about} {answer['total']} 份文件" if answer["hits"] else "没有找到", markup=False
    )
    for hit in answer["hits"]:
        _out.print(f"\n{hit['rank']}. {hit['title'] or hit['source']}", markup=False, style="bold")
        line = (hit["number"], hit["issuer"], hit["date"], "、".join(hit["types"]))
        _out.print("   " + " · ".join(part for part in line if part), markup=False, style="dim")
        for passage in hit["passages"]:
            text = Text(f"   {passage['address']}　" if passage["address"] else "   ")
            text.append(f"{passage['lead']} … " if passage["lead"] else "", "dim")
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


def print_verdicts(verdicts: Sequence[Verdict], as_json: bool) -> None:
    """How many tasks were done right, and which were not."""
    counts = {
        "tasks": len(verdicts),
        "right": sum(verdict.right for verdict in verdicts),
        "document_first": sum(verdict.document_first for verdict in verdicts),
        "passage_shown": sum(verdict.passage_shown for verdict in verdicts),
        "passage_first": sum(verdict.passage_first for verdict in verdicts),
        "quoted": sum(verdict.quoted for verdict in verdicts),
    }
    if as_json:
        rows = [{**asdict(verdict), "right": verdict.right} for verdict in verdicts]
        print_mapping({**counts, "verdicts": rows}, as_json)
        return
    _out.print(
        f"{counts['tasks']} 题，做对 {counts['right']} 题：首份文件对 {counts['document_first']}，"
        f"列出的段落里有答案 {counts['passage_shown']}，首段就是答案 {counts['passage_first']}，"
        f"摘出的就是那一句 {counts['quoted']}"
    )
    for verdict in verdicts:
        if not verdict.right:
            what = (
                f"出现了不该有的 {'、'.join(verdict.forbidden)}"
                if verdict.forbidden
                else "本应没有答案"
                if verdict.task.document is None
                else "首段不是答案"
                if verdict.document_first
                else "首份文件不对"
            )
            _out.print(f"  {verdict.task.id}  {verdict.task.query}：{what}", markup=False)


def print_tuning(tuning: Tuning, as_json: bool) -> None:
    """What a tuning was fitted from, and what it is worth."""
    if as_json:
        print_mapping(asdict(tuning), as_json)
        return
    _out.print(
        f"已采用：由 {tuning.questions} 个标注的问题拟合；在没有参加拟合的问题上，"
        f"nDCG@10 由 {tuning.before:.4f} 升到 {tuning.after:.4f}。取消用 xiehui tune --off"
    )


def print_tried(tried: Tried, as_json: bool) -> None:
    """How a tuning fitted from some questions of a set does on the others."""
    if as_json:
        print_mapping(asdict(tried), as_json)
        return
    _out.print(
        f"由 {tried.tuning.questions} 题拟合，其余 {tried.others} 题 nDCG@10 由"
        f" {tried.before:.4f} 变为 {tried.after:.4f}（{tried.after - tried.before:+.4f}）"
    )


def read_baseline(file: Path) -> dict[str, Any]:
    """A result saved with `evaluate --json`. Raises BadRequest."""
    try:
        baseline = orjson.loads(file.read_bytes())
        if set(baseline["per_query"]) and isinstance(baseline["digest"], str):
            return dict(baseline)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadRequest(f"{file} 不是用 xiehui evaluate --json 保存的结果：{error}") from error
    raise BadRequest(f"{file} 里没有逐题的结果")


def print_evaluation(done: Evaluation, baseline: Mapping[str, Any] | None, as_json: bool) -> None:
    """The figures, and what changed since the baseline."""
    values = asdict(done)
    per_query, means = values.pop("per_query"), values.pop("means")
    figures = {
        **{key: values[key] for key in ("set", "digest", "mode", "priors", "queries", "passages")},
        **{name: round(mean, 4) for name, mean in means.items()},
        **{key: round(values[key], 2) for key in ("p50_ms", "p95_ms", "index_s")},
        "peak_rss_mb": values["peak_rss_mb"],
    }
    if baseline is not None and baseline["digest"] != done.digest:
        raise BadRequest("两次结果用的评测集内容不同，不能比较")
    change = None if baseline is None else compare(baseline["per_query"], per_query)
    if as_json:
        compared = {} if change is None else {"compared": asdict(change)}
        print_mapping({**figures, **compared, "per_query": per_query}, as_json)
        return
    for key, value in figures.items():
        _out.print(f"{key:12} {value}", markup=False)
    if change is not None:
        _out.print(
            f"\n与基准相比 nDCG@10 {change.difference:+.4f} ± {change.interval:.4f}："
            f"{len(change.wins)} 题变好，{len(change.losses)} 题变差，共 {change.queries} 题"
        )
        for name, changed in (("变好", change.wins), ("变差", change.losses)):
            for key, before, now in changed[:10]:
                text = done.questions[key]
                _out.print(f"  {name} {before:.2f} → {now:.2f}  {key}  {text}", markup=False)


_VERDICTS = {"found": "已采用（自动）", "approved": "已采用", "rejected": "已停用"}


def print_aliases(entries: Sequence[Entry], as_json: bool) -> None:
    """Aliases, each with its evidence."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps([asdict(entry) for entry in entries]) + b"\n")
        return
    if not entries:
        _out.print("文件里没有给出简称", markup=False)
    for entry in entries:
        _out.print(f"{entry.short} = {entry.full}  {_VERDICTS[entry.verdict]}", markup=False)
        _out.print(f"    {entry.source}：{entry.evidence}", markup=False, style="dim")


def print_new_key(text: str, as_json: bool) -> None:
    """A key, the only time that it is shown."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps({"key": text}) + b"\n")
        return
    typer.echo("新钥匙只显示这一次，请现在就抄下或转交：\n")
    typer.echo(text)
    typer.echo("\n在网页上点“登录”填入；程序放在请求头里：Authorization: Bearer 钥匙")


def print_keys(keys: Sequence[Key], today: date, as_json: bool) -> None:
    if as_json:
        listed = [{**asdict(key), "state": key.state(today)} for key in keys]
        sys.stdout.buffer.write(orjson.dumps(listed) + b"\n")
        return
    if not keys:
        typer.echo("还没有钥匙；用 xiehui key create 做一把")
    for key in keys:
        until = f"到 {key.expires}" if key.expires else "不到期"
        typer.echo(
            f"{key.key_id}  {NAMES[key.audience]}  {key.name}  {key.created} 制作，{until}  "
            f"{_KEY_STATES[key.state(today)]}"
        )


_KEY_STATES = {"good": "有效", "expired": "已到期", "revoked": "已停用"}
