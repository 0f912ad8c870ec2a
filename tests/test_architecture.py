"""The house keeps its rules: who may import whom, what loads when, what must be documented."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from service.cli import app

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {"index": {"index"}, "ingest": {"index", "ingest"}, "service": set()}
MAY_IMPORT["service"] = {"index", "ingest", "service"}
FILES = sorted(file for name in MAY_IMPORT for file in (ROOT / name).rglob("*.py"))


def imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: imports are absolute"
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_go_downward_only(file: Path) -> None:
    ours = imported(file) & {"index", "ingest", "service", "corpus", "tests"}
    assert ours <= MAY_IMPORT[file.relative_to(ROOT).parts[0]]


def test_a_server_that_answers_loads_no_torch_and_no_file_readers() -> None:
    heavy = ("torch", "sentence_transformers", "transformers", "pdfplumber", "trafilatura")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "import service.server, service.desk\n"
        "from index.collection import Collection\n"
        "import tempfile\n"
        "home = Path(tempfile.mkdtemp()) / 'home'\n"
        "collection = Collection(home, create=True)\n"
        "from index.model import Audience, Query\n"
        "from index.searcher import Searcher\n"
        "Searcher(collection).search(Query('会费', Audience.PUBLIC))\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_every_command_is_in_the_readme() -> None:  # every setting: test_deploy.py
    readme = (ROOT / "README.md").read_text("utf-8")
    group = typer.main.get_group(app)
    for name in group.commands:
        assert f"`xiehui {name}" in readme, f"command {name}"


def test_every_reason_for_refusing_a_file_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for file in (ROOT / "ingest").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "UnreadableDocument"
                and isinstance(node.args[0], ast.Constant)
            ):
                assert f"`{node.args[0].value}`" in readme, f"{file.name}: {node.args[0].value}"


def test_the_architecture_names_every_module() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for file in FILES:
        if file.name != "__init__.py":
            assert f"`{file.stem}`" in text, f"{file.relative_to(ROOT)} is not on the map"


def test_nothing_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, cwd=ROOT, check=True)
    for name in listed.stdout.decode().split("\0"):
        file = ROOT / name
        if name and file.suffix in {".py", ".md", ".toml", ".html", ".txt"} and file.is_file():
            text = file.read_text("utf-8", "ignore")
            for word in ("/home/" + "user", "/work" + "/main", "pypi" + ".org", "pytorch" + ".org"):
                assert word not in text, f"{name}: {word}"


def test_every_warning_is_given_somewhere_documented_and_said_in_chinese() -> None:
    from service.wording import WARNINGS

    documented = (ROOT / "docs" / "reading.md").read_text("utf-8")
    sources = [file.read_text("utf-8") for file in (ROOT / "ingest").glob("*.py")]
    for code in WARNINGS:
        assert f"| `{code}` |" in documented, code
        assert any(f'"{code}"' in source for source in sources), code
    given = re.compile(r'(?:warnings?\b[^\n]{0,60}|found\.append)\(\(?"([a-z]+(?:_[a-z]+)+)"')
    codes = {code for source in sources for code in given.findall(source)}
    assert len(codes) >= 8 and codes <= WARNINGS.keys()
