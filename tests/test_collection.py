"""A home made by another version asks for a rebuild, and a rebuild is enough."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.analyzer import Analyzer
from index.collection import INDEX_FORMAT, Collection
from index.errors import IndexMismatch
from index.model import Audience, Query
from index.searcher import Searcher
from index.suggester import Suggester
from index.verification import verify
from service.cli import app

# One for each earlier layout of the indexes, each with the same two documents.
OLD = sorted((Path(__file__).parent / "homes").glob("format-*.tar.xz"))


@pytest.fixture(params=OLD, ids=lambda file: str(file.name))
def old_home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path / "home", filter="data")
    return tmp_path / "home"


def test_every_earlier_format_is_kept_to_test_with() -> None:
    assert [file.name for file in OLD] == [
        f"format-{number}.tar.xz" for number in range(1, int(INDEX_FORMAT))
    ]


def test_an_index_of_another_format_names_rebuild_and_rebuild_is_enough(
    old_home: Path, analyzer: Analyzer
) -> None:
    with pytest.raises(IndexMismatch, match="xiehui rebuild"):
        Collection(old_home, analyzer=analyzer)
    with pytest.raises(IndexMismatch, match="xiehui rebuild"):
        Collection(old_home, create=True, analyzer=analyzer)
    Collection(old_home, must_fit=False, analyzer=analyzer).rebuild()
    collection = Collection(old_home, analyzer=analyzer)
    (found, *_) = Searcher(collection).search(Query("会费多少钱", Audience.PUBLIC)).documents
    assert found.document.title == "会费管理办法"
    (suggestion,) = Suggester(collection).suggest("会费", Audience.PUBLIC)
    assert suggestion.document_id == found.document.document_id
    assert verify(collection) == []


def test_the_command_says_what_to_run_in_one_line(old_home: Path) -> None:
    done = CliRunner().invoke(app, ["search", "会费", "--home", str(old_home)])
    assert done.exit_code == 1
    assert len(done.stderr.strip().splitlines()) == 1 and "xiehui rebuild" in done.stderr
    assert CliRunner().invoke(app, ["rebuild", "--home", str(old_home)]).exit_code == 0
    assert CliRunner().invoke(app, ["search", "会费", "--home", str(old_home)]).exit_code == 0
