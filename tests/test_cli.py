"""The command: exit codes, one-line errors, JSON."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app

runner = CliRunner()


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    text = "会费规定\n\n会员单位每年三月底前缴纳会费三千元，逾期不缴的由秘书处书面催缴。\n"
    (folder / "会费.txt").write_text(text, "utf-8")
    return folder


def test_ingest_reports_and_search_answers(office: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    done = runner.invoke(app, ["ingest", str(office), "--home", home])
    assert done.exit_code == 0 and "新增 1" in done.output
    found = runner.invoke(app, ["search", "什么时候缴会费", "--home", home, "--json"])
    assert json.loads(found.output)["hits"][0]["source"] == "会费.txt"
    shown = runner.invoke(app, ["search", "什么时候缴会费", "--home", home])
    assert "三月底前缴纳会费" in shown.output
    public = runner.invoke(
        app, ["search", "缴会费", "--home", home, "--json", "--audience", "public"]
    )
    assert json.loads(public.output)["hits"] == []
    for command in ("status", "verify"):
        assert runner.invoke(app, [command, "--home", home, "--json"]).exit_code == 0
    assert runner.invoke(app, ["rebuild", "--home", home]).exit_code == 0


def test_when_nothing_could_be_read_the_exit_code_says_so(tmp_path: Path) -> None:
    (tmp_path / "空.txt").touch()
    done = runner.invoke(app, ["ingest", str(tmp_path / "空.txt"), "--home", str(tmp_path / "h")])
    assert done.exit_code == 1 and "空.txt" in done.output and "empty_file" in done.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ingest", "没有这个目录"], 2),
        (["inspect", "没有这个文件"], 2),
        (["search", "会费"], 1),
        (["serve"], 1),
        (["status"], 1),
        (["search", "会费", "--filter", "颜色=红"], 2),
        (["search", "会费", "--filter", "红"], 2),
    ],
)
def test_wrong_usage_is_one_line_and_an_exit_code(
    tmp_path: Path, office: Path, arguments: list[str], code: int
) -> None:
    home = tmp_path / "home"
    if "--filter" in arguments:
        runner.invoke(app, ["ingest", str(office), "--home", str(home)])
    where = [] if arguments[0] == "inspect" else ["--home", str(home)]
    done = runner.invoke(app, [*arguments, *where])
    assert done.exit_code == code
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_inspect_shows_what_ingest_makes_of_a_file(office: Path) -> None:
    done = runner.invoke(app, ["inspect", str(office / "会费.txt"), "--json"])
    seen = json.loads(done.output)
    assert seen["status"] == "ok" and seen["format"] == "txt" and len(seen["passages"]) == 1
    (office / "空.txt").touch()
    bad = runner.invoke(app, ["inspect", str(office / "空.txt"), "--json"])
    assert bad.exit_code == 1 and json.loads(bad.output)["reason"] == "empty_file"


def test_settings_come_from_file_then_environment_then_flags(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "xiehui.toml").write_text('home = "from-file"\n', "utf-8")
    assert runner.invoke(app, ["ingest", str(office)]).exit_code == 0
    monkeypatch.setenv("XIEHUI_HOME", "from-environment")
    assert runner.invoke(app, ["ingest", str(office)]).exit_code == 0
    assert runner.invoke(app, ["ingest", str(office), "--home", "from-flag"]).exit_code == 0
    for name in ("from-file", "from-environment", "from-flag"):
        assert (tmp_path / name / "library.sqlite3").exists()
    (tmp_path / "xiehui.toml").write_text('colour = "red"\n', "utf-8")
    done = runner.invoke(app, ["ingest", str(office)])
    assert done.exit_code == 2 and "colour" in done.stderr


def test_the_installed_command_is_there() -> None:
    assert Path(sys.executable).with_name("xiehui").exists()


def test_inspect_shows_all_that_an_archive_holds(tmp_path: Path) -> None:
    file = tmp_path / "打包.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("通知.txt", "关于召开年会的通知\n\n各会员单位：定于6月召开年会。\n")
        archive.writestr("程序.exe", b"MZ\x90\x00\x03" + bytes(99))
    found = json.loads(runner.invoke(app, ["inspect", str(file), "--json"]).stdout)
    assert (found["status"], found["format"]) == ("ok", "zip")
    assert found["members"] == ["通知.txt", "程序.exe"]
    assert [d["title"] for d in found["documents"]] == ["关于召开年会的通知", None]
    assert found["documents"][1]["reason"] == "unsupported_type"
    shown = runner.invoke(app, ["inspect", str(file)])
    assert shown.exit_code == 0
    assert "压缩包里第 1 份：通知.txt" in shown.stdout and "Windows 可执行程序" in shown.output
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("程序.exe", b"MZ\x90\x00\x03" + bytes(99))
    bad = runner.invoke(app, ["inspect", str(file), "--json"])
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["reason"] == "unsupported_type"
