"""What the guides and the files for servers say is so: commands, settings, messages, addresses."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from configparser import RawConfigParser
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from ingest.limits import MAX_FILE_BYTES
from service import reference
from service.cli import app
from service.receiving import MOST_UPLOAD_BYTES
from service.settings import CONFIG_FILE, Settings, read_settings

ROOT = Path(__file__).parents[1]
DOCS, DEPLOY = ROOT / "docs", ROOT / "docs" / "deploy"
GUIDES = (DOCS / "operate.md", DOCS / "settings.md", DEPLOY / "README.md", ROOT / "README.md")
UNITS = sorted(DEPLOY.glob("*.service"))


class Unit(RawConfigParser):
    """A unit of systemd, whose keys keep their case and may stand without a value."""

    def __init__(self, file: Path) -> None:
        super().__init__(delimiters="=", comment_prefixes="#", strict=True, interpolation=None)
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read(file, "utf-8")


def blocks(file: Path, language: str) -> Iterator[str]:
    """Fenced code in this language."""
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", file.read_text("utf-8"), re.M | re.S):
        if found[1] == language:
            yield found[2]


def commands(text: str) -> Iterator[list[str]]:
    """What follows `xiehui` on each line that runs it."""
    for line in text.splitlines():
        found = re.search(
            r"(?:\.venv/bin/xiehui|run --rm xiehui|^ExecStart=\S+xiehui)\s+(.*)", line
        )
        if found:
            yield shlex.split(re.split(r" {3}|\s#", found[1])[0])


def check_command(words: list[str]) -> None:
    """Raises UsageError unless the command is there and takes these options and arguments."""
    command: Any = typer.main.get_group(app)
    while hasattr(command, "commands"):
        name, words = words[0], words[1:]
        assert name in command.commands, name
        command = command.commands[name]
    command.make_context(name, list(words))


@pytest.mark.parametrize("file", [*GUIDES, *UNITS], ids=lambda file: file.name)
def test_every_command_that_is_told_is_there(file: Path) -> None:
    text = file.read_text("utf-8")
    told = list(commands(text if file in UNITS else "\n".join(blocks(file, ""))))
    assert told
    for words in told:
        check_command(words)


def test_a_command_that_is_not_there_would_be_noticed() -> None:
    for line in ("ingst x", "ingest x --audience everyone", "ingest --prunes x", "key revoke"):
        with pytest.raises(Exception, match=r"ingst|everyone|--prunes|key_id"):
            check_command(shlex.split(line))


def test_the_reference_of_settings_is_what_the_code_says() -> None:
    """Otherwise write there what `xiehui settings --table` prints."""
    written = (DOCS / "settings.md").read_text("utf-8")
    assert written.endswith(reference.table())
    shown = CliRunner().invoke(app, ["settings", "--table"])
    assert shown.output == reference.table()


def test_settings_in_force_name_their_origin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    CONFIG_FILE.write_text('name = "某协会"\nport = 8001\n', "utf-8")
    for name in Settings.model_fields:
        monkeypatch.delenv(f"XIEHUI_{name.upper()}", raising=False)
    monkeypatch.setenv("XIEHUI_PORT", "8002")
    found = {name: rest for name, *rest in reference.in_force(read_settings())}
    assert found.keys() == Settings.model_fields.keys()
    assert found["name"] == ['"某协会"', "xiehui.toml"]
    assert found["port"] == ["8002", "环境变量 XIEHUI_PORT"]
    assert found["host"] == ['"127.0.0.1"', "默认"]
    assert "port = 8002" in CliRunner().invoke(app, ["settings"]).output
    CONFIG_FILE.write_text('nmae = "某协会"\n', "utf-8")
    assert "没有这项设置" in CliRunner().invoke(app, ["settings"]).output


@pytest.mark.parametrize("file", GUIDES, ids=lambda file: file.name)
def test_every_example_of_settings_is_taken(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for example in blocks(file, "toml"):
        if "authority" not in example:  # that one is of a document
            CONFIG_FILE.write_text(example, "utf-8")
            read_settings()


def test_every_variable_that_is_named_is_a_setting() -> None:
    known = {f"XIEHUI_{name.upper()}" for name in Settings.model_fields}
    for file in (*GUIDES, *DEPLOY.iterdir()):
        named = set(re.findall(r"\bXIEHUI_[A-Z_]*[A-Z]", file.read_text("utf-8")))
        assert named <= known, file.name


def test_every_message_in_the_table_of_troubles_is_one_of_ours() -> None:
    said = " ".join(
        node.value
        for folder in ("index", "ingest", "service")
        for file in (ROOT / folder).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    guide = (DOCS / "operate.md").read_text("utf-8")
    section = guide[guide.index("## 十一") : guide.index("## 十二")]
    rows = re.findall(r"^\| ([^|]+) \| ", section, re.M)[1:]
    assert len(rows) > 15
    theirs = ("No space left on device", "Permission denied", "database or disk is full")
    ours = ("查不到刚放的文件", "登录以后还是没有登录", "答得不对、摘的话不对")
    for row in rows:
        for part in re.split(r"[…；]", row):
            part = part.strip().removeprefix("读写失败：").removeprefix(str(CONFIG_FILE)).strip()
            assert not part or part in (*theirs, *ours) or part in said, part


def test_what_the_guides_link_to_is_there() -> None:
    for file in (*GUIDES, DOCS / "embed.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text("utf-8")):
            assert (file.parent / target).exists(), f"{file.name}: {target}"


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_the_unit_lets_the_reader_shut_itself_off(file: Path) -> None:
    service = Unit(file)["Service"]
    assert set(service["RestrictNamespaces"].split()) >= {"user", "pid", "net"}
    assert service["NoNewPrivileges"] == "yes" and service["ProtectSystem"] == "strict"
    assert service["WorkingDirectory"] == service["ReadWritePaths"]
    assert service["OOMPolicy"] == "continue"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_knows_every_line_of_the_units(tmp_path: Path) -> None:
    program = tmp_path / "xiehui"
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    for file in UNITS:
        text = file.read_text("utf-8").replace("/opt/xiehui/.venv/bin/xiehui", str(program))
        (tmp_path / file.name).write_text(text, "utf-8")
    told = ["systemd-analyze", "verify", *(str(tmp_path / file.name) for file in UNITS)]
    done = subprocess.run(told, capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "xiehui" in line]
    assert not ours, done.stderr


def test_compose_believes_nginx_and_nobody_else() -> None:
    yaml = pytest.importorskip("yaml")
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    service, nginx = compose["services"]["xiehui"], compose["services"]["nginx"]
    trusted = service["environment"]["XIEHUI_TRUSTED_PROXIES"]
    assert nginx["networks"]["inside"]["ipv4_address"] == trusted
    inside = compose["networks"]["inside"]
    assert ip_address(trusted) in ip_network(inside["ipam"]["config"][0]["subnet"])
    assert inside["internal"] and service["networks"] == ["inside"] and "ports" not in service
    assert service["read_only"] and (DEPLOY / service["build"]["context"]).resolve() == ROOT
    assert (ROOT / service["build"]["dockerfile"]).is_file()
    rate = Settings.model_fields["rate_per_minute"].default
    assert service["environment"]["XIEHUI_RATE_PER_MINUTE"].endswith(f":-{rate}}}")


def test_the_image_holds_what_it_needs_and_nothing_else() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    copied = {
        word for line in re.findall(r"^COPY (.*)$", dockerfile, re.M) for word in line.split()[:-1]
    }
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {line[1:] for line in kept if line.startswith("!")} == copied
    assert "*" in kept
    makefile = (ROOT / "Makefile").read_text("utf-8")
    torch = re.search(r"^TORCH\s+:= (\S+)$", makefile, re.M)
    assert torch and f'ARG TORCH="{torch[1]}"' in dockerfile
    assert dockerfile.index("USER xiehui") < dockerfile.index("ENTRYPOINT")


def test_nginx_keeps_no_record_of_who_asked_what() -> None:
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    kept = re.search(r"log_format xiehui '([^']*)'", text)
    assert kept
    written = set(re.findall(r"\$\w+", kept[1]))
    forbidden = {"$remote_addr", "$request", "$request_uri", "$args", "$query_string"}
    assert not written & (forbidden | {"$http_referer", "$http_x_forwarded_for", "$http_cookie"})
    for line in re.findall(r"^\s*(access_log|error_log)\s+(.*);$", text, re.M):
        assert line[1] == "off" or line[1].endswith((" xiehui", " emerg")), line
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    most = re.search(r"client_max_body_size (\d+)k;", text)
    assert most and int(most[1]) * 1024 == MOST_UPLOAD_BYTES
    assert f"最多 {MAX_FILE_BYTES // 1024 // 1024} MB" in text


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_takes_the_example(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    certificate = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    told = [*certificate.split(), "-keyout", f"{tmp_path}/key.pem", "-out", f"{tmp_path}/c.pem"]
    subprocess.run(told, capture_output=True, check=True)
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for named, here in (
        ("/etc/nginx/tls/fullchain.pem", str(tmp_path / "c.pem")),
        ("/etc/nginx/tls/privkey.pem", str(tmp_path / "key.pem")),
        ("/var/log/nginx/", f"{tmp_path}/"),
        ("listen 80;", "listen 127.0.0.1:18780;"),
        ("listen 443 ssl;", "listen 127.0.0.1:18781 ssl;"),
    ):
        assert named in text
        text = text.replace(named, here)
    (tmp_path / "xiehui.conf").write_text(text, "utf-8")
    paths = "".join(
        f"{name}_temp_path {tmp_path}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log;\nevents {{}}\n"
        f"http {{ {paths} include {tmp_path}/xiehui.conf; }}\n",
        "utf-8",
    )
    done = subprocess.run(["nginx", "-t", "-c", str(whole)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
