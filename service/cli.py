"""The `xiehui` command: the only way to start anything, and the only place that prints.

Exit codes: 0 done, 1 the work failed, 2 wrong usage.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from index.errors import BadRequest, SearchError
from index.model import Audience
from service import report
from service.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.collection import Collection
    from service.keys import Keys

app = typer.Typer(
    help="协会检索：检索协会自己的文件。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Home = Annotated[Path | None, typer.Option(help="资料库所在目录，默认 var")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
EncoderName = Annotated[str | None, typer.Option("--encoder", help="向量模型的目录或名称")]


def _command(function: Callable[..., None]) -> Callable[..., None]:
    """Turns what was raised on purpose into one line and an exit code."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except SearchError as error:
            typer.echo(f"xiehui: {error}", err=True)
            raise typer.Exit(2 if isinstance(error, BadRequest) else 1) from error
        except (OSError, sqlite3.Error) as error:  # a full disk, no permission, a locked file
            typer.echo(f"xiehui: 读写失败：{_said(error)}", err=True)
            raise typer.Exit(1) from error

    return run


def _said(error: OSError | sqlite3.Error) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}：{error.strerror}"
    return str(error)


def _print_json(value: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")


@contextmanager
def _opened(settings: Settings, **how: Any) -> Iterator[Collection]:
    from index.collection import Collection

    collection = Collection(settings.home, encoder_name=settings.encoder, **how)
    try:
        yield collection
    finally:
        collection.close()


@app.command()
@_command
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="文件或目录")],
    home: Home = None,
    audience: Annotated[
        Audience | None,
        typer.Option(help="谁能看到：staff 工作人员（新文件默认）、member 会员、public 公众"),
    ] = None,
    prune: Annotated[bool, typer.Option(help="从资料库移除这些目录下已不存在的文件")] = False,
    again: Annotated[bool, typer.Option(help="重新收入已被工作人员删除的文件")] = False,
    encoder: EncoderName = None,
    as_json: AsJson = False,
) -> None:
    """读入文件，建立索引；没有变化的文件不会重读。"""
    from index.removal import tidy
    from ingest.pipeline import ingest as run

    for path in paths:
        if not path.exists():
            raise BadRequest(f"找不到 {path}，请检查路径")
    settings = read_settings(home=home, encoder=encoder)
    with _opened(settings, create=True) as collection, report.progress() as step:
        done = run(collection, paths, audience=audience, prune=prune, again=again, progress=step)
        if done.withdrew:
            tidy(collection)
    if as_json:
        _print_json(report.ingest_json(done))
    else:
        report.print_ingest(done)
    if done.interrupted:
        raise typer.Exit(130)
    if done.nothing_could_be_read:
        raise typer.Exit(1)


@app.command()
@_command
def watch(
    folder: Annotated[Path, typer.Argument(help="要照看的目录")],
    home: Home = None,
    audience: Annotated[
        Audience | None,
        typer.Option(help="谁能看到：staff 工作人员（新文件默认）、member 会员、public 公众"),
    ] = None,
    prune: Annotated[bool, typer.Option(help="文件从目录里删掉后，也从资料库移除")] = False,
    minutes: Annotated[int, typer.Option(help="每隔几分钟把整个目录再查一遍", min=1)] = 10,
    encoder: EncoderName = None,
    as_json: AsJson = False,
) -> None:
    """一直照看一个目录：有新文件或改动就读入，按 Ctrl-C 停止。"""
    from service.caretaker import Caretaker

    if not folder.is_dir():
        raise BadRequest(f"找不到目录 {folder}，请检查路径")
    settings = read_settings(home=home, encoder=encoder)
    opened = partial(_opened, settings, create=True)
    caretaker = Caretaker(folder, opened, audience=audience, prune=prune, minutes=minutes)
    caretaker.run(report.print_round_json if as_json else report.print_round)


@app.command()
@_command
def inspect(
    file: Annotated[Path, typer.Argument(help="一个文件")],
    as_json: AsJson = False,
) -> None:
    """看一个文件会被读成什么，不写入资料库。"""
    from ingest.inspector import inspect as run

    if not file.is_file():
        raise BadRequest(f"找不到文件 {file}")
    found = run(file)
    if as_json:
        _print_json(found.json())
    else:
        report.print_inspected(found)
    if not found.is_readable:
        raise typer.Exit(1)


@app.command()
@_command
def search(
    question: Annotated[str, typer.Argument(help="要找的内容")] = "",
    home: Home = None,
    mode: Annotated[str, typer.Option(help="hybrid、keyword 或 semantic")] = "hybrid",
    audience: Annotated[Audience, typer.Option(help="以谁的身份检索")] = Audience.STAFF,
    limit: Annotated[int, typer.Option(help="文件数")] = 10,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help="筛选条件，如 type=通知，可多次给出")
    ] = None,
    explain: Annotated[bool, typer.Option(help="附上各路的名次和得分")] = False,
    encoder: EncoderName = None,
    as_json: AsJson = False,
) -> None:
    """检索。"""
    from service.desk import Desk

    params = {"q": question, "mode": mode, "limit": str(limit), "explain": "1" if explain else ""}
    for item in filters or []:
        key, equals, value = item.partition("=")
        if not equals or key in params:
            raise BadRequest(f"--filter 应写成 名称=值，如 --filter type=通知；不能是 {item}")
        params[key] = value
    settings = read_settings(home=home, encoder=encoder)
    with _opened(settings) as collection:
        answer = Desk(collection, audience, settings).search(params)
    if as_json:
        _print_json(answer)
    else:
        report.print_answer(answer)


@app.command()
@_command
def serve(
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="监听的地址，默认 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="监听的端口，默认 8000")] = None,
    encoder: EncoderName = None,
) -> None:
    """启动服务：网页和接口，按 Ctrl-C 停止。"""
    from service.server import run

    settings = read_settings(home=home, host=host, port=port, encoder=encoder)
    with _opened(settings) as collection:
        run(collection, settings)


@app.command()
@_command
def status(home: Home = None, as_json: AsJson = False) -> None:
    """资料库里有什么。"""
    from index.library import Library

    library = Library(read_settings(home=home).home)
    report.print_mapping(library.status(), as_json)


@app.command()
@_command
def settings(
    table: Annotated[bool, typer.Option("--table", help="列出全部设置的说明")] = False,
) -> None:
    """现在用的设置，各是在哪里写的。"""
    from service import reference

    if table:
        typer.echo(reference.table(), nl=False)
        return
    for name, value, origin in reference.in_force(read_settings()):
        typer.echo(f"{name} = {value}    # {origin}")


@app.command()
@_command
def verify(home: Home = None, as_json: AsJson = False) -> None:
    """检查资料库与索引是否一致；有问题时退出码为 1。"""
    from index.verification import verify as run

    with _opened(read_settings(home=home)) as collection:
        collection.refresh()
        problems = run(collection)
    if as_json:
        _print_json({"problems": problems})
    else:
        for problem in problems or ["资料库与索引一致"]:
            typer.echo(problem)
    if problems:
        raise typer.Exit(1)


@app.command()
@_command
def rebuild(home: Home = None, encoder: EncoderName = None) -> None:
    """重新建立全部索引；更换分词或向量模型之后使用。"""
    settings = read_settings(home=home, encoder=encoder)
    with _opened(settings, must_fit=False) as collection:
        collection.rebuild()
        typer.echo(f"索引已重建，现为第 {collection.generation} 代")


@app.command()
@_command
def aliases(
    approve: Annotated[
        str | None, typer.Option(help="采用一条，如 思政会=思想政治工作委员会")
    ] = None,
    reject: Annotated[str | None, typer.Option(help="停用一条，写法相同")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """文件里给出的简称，连同出处；可以采用或停用，立即生效。"""
    from service.naming import decide, known_aliases

    settings = read_settings(home=home)
    with _opened(settings) as collection:
        collection.refresh()
        for text, verdict in ((approve, True), (reject, False)):
            if text is not None:
                decide(collection, text, approve=verdict)
        report.print_aliases(known_aliases(collection), as_json)


key = typer.Typer(help="会员单位和工作人员的钥匙。", no_args_is_help=True)
app.add_typer(key, name="key")


@key.command("create")
@_command
def create_key(
    audience: Annotated[Audience, typer.Option(help="member 会员，或 staff 工作人员")],
    name: Annotated[str, typer.Option(help="给谁用，如 泊阳学院")],
    expires: Annotated[str | None, typer.Option(help="最后一天，如 2027-06-30；默认不到期")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """做一把新钥匙；只显示这一次。"""
    from index.library import Library
    from service.keys import Keys
    from service.ledger import Ledger

    settings = read_settings(home=home)
    Library(settings.home, create=True).close()
    keys = Keys(Ledger(settings.home))
    report.print_new_key(keys.create(audience, name, expires, datetime.now()), as_json)


@key.command("list")
@_command
def list_keys(home: Home = None, as_json: AsJson = False) -> None:
    """有哪些钥匙，还能不能用。"""
    report.print_keys(_keys(home).all(), date.today(), as_json)


@key.command("revoke")
@_command
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="编号，见 xiehui key list")],
    home: Home = None,
) -> None:
    """停用一把钥匙，立即生效。"""
    revoked = _keys(home).revoke(key_id, datetime.now())
    typer.echo(f"钥匙 {revoked.key_id}（{revoked.name}）已停用")


def _keys(home: Path | None) -> Keys:
    from index.library import Library
    from service.keys import Keys
    from service.ledger import Ledger

    settings = read_settings(home=home)
    Library(settings.home).close()  # says so where there is none
    return Keys(Ledger(settings.home))


@app.command()
@_command
def train(
    pairs: Annotated[Path, typer.Argument(help="训练句对，JSON 行文件，可为 .xz")],
    out: Annotated[Path, typer.Option(help="模型写到哪个目录")],
    steps: Annotated[int, typer.Option(help="训练步数")] = 560,
    as_json: AsJson = False,
) -> None:
    """用句对训练向量模型。"""
    from index.training import train as run

    with report.stages() as tell:
        done = run(pairs, out, steps=steps, progress=tell)
    report.print_mapping(
        {
            "rows": done.rows,
            "dimension": done.dimension,
            "loss": round(done.losses[-1], 4),
            "seconds": round(done.seconds, 1),
            "bytes": done.bytes,
        },
        as_json,
    )


@app.command()
@_command
def evaluate(
    folder: Annotated[Path | None, typer.Argument(help="BEIR 格式的评测集目录")] = None,
    tasks: Annotated[Path | None, typer.Option(help="任务文件，用 --home 的资料库回答")] = None,
    home: Home = None,
    mode: Annotated[str, typer.Option(help="hybrid、keyword 或 semantic")] = "hybrid",
    priors: Annotated[bool, typer.Option(help="是否计入文件的权威程度")] = True,
    compare: Annotated[Path | None, typer.Option(help="以前用 --json 保存的结果，逐题比较")] = None,
    encoder: EncoderName = None,
    as_json: AsJson = False,
) -> None:
    """用有标准答案的问题评判检索的质量和速度；评测集另建临时索引，不碰资料库。"""
    if (folder is None) == (tasks is None):
        raise BadRequest("请给出一个评测集目录，或者用 --tasks 给出任务文件")
    if folder is not None:
        from index.evaluation import evaluate as run

        baseline = None if compare is None else report.read_baseline(compare)
        with report.stages() as tell:
            done = run(folder, mode=mode, priors=priors, encoder_name=encoder, progress=tell)
        report.print_evaluation(done, baseline, as_json)
        return
    from service.behaviour import perform, read_tasks

    given = read_tasks(tasks or Path())
    settings = read_settings(home=home, encoder=encoder)
    with _opened(settings) as collection:
        verdicts = list(perform(collection, settings, given, mode=mode, priors=priors))
    report.print_verdicts(verdicts, as_json)


@app.command()
@_command
def tune(
    labels: Annotated[
        Path | None, typer.Argument(help="标注文件（JSON 行），或者 BEIR 格式的评测集目录")
    ] = None,
    home: Home = None,
    off: Annotated[bool, typer.Option("--off", help="取消调整，恢复原来的排序")] = False,
    questions: Annotated[int, typer.Option(help="评测集：随机取多少题来拟合", min=1)] = 128,
    seed: Annotated[int, typer.Option(help="评测集：随机数种子")] = 0,
    priors: Annotated[bool, typer.Option(help="评测集：是否计入文件的权威程度")] = True,
    encoder: EncoderName = None,
    as_json: AsJson = False,
) -> None:
    """按本单位标注的问题调整排序；在留出的问题上没有提高就不采用。"""
    if (labels is None) != off:
        raise BadRequest("请给出标注文件，或者用 --off 取消调整")
    if labels is not None and labels.is_dir():
        from index.tuner import tune_set

        with report.stages() as tell:
            tried = tune_set(
                labels,
                questions=questions,
                seed=seed,
                priors=priors,
                encoder_name=encoder,
                progress=tell,
            )
        report.print_tried(tried, as_json)
        return
    from index.labels import read_labels
    from index.tuner import tune as run
    from index.tuning import keep_tuning

    settings = read_settings(home=home, encoder=encoder)
    with _opened(settings) as collection:
        if labels is None:
            keep_tuning(collection.library, None)
            typer.echo("已恢复原来的排序")
            return
        collection.refresh()
        with report.stages() as tell:
            done = run(collection, read_labels(labels, collection), tell, settings.name)
    report.print_tuning(done, as_json)


def main() -> None:
    """Entry point of the installed command."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    app()
