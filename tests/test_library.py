"""The home directory: ours, not ours, newer than us."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from index.errors import ForeignHome, LibraryError, NewerHome
from index.library import Library


def test_a_missing_home_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="xiehui ingest"):
        Library(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_directory_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "照片.jpg").write_bytes(b"x")
    with pytest.raises(ForeignHome):
        Library(tmp_path, create=True)
    assert [f.name for f in tmp_path.iterdir()] == ["照片.jpg"]


@pytest.mark.parametrize("content", [b"not a database at all" * 100, None])
def test_another_programs_database_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "library.sqlite3"
    if content is None:
        with sqlite3.connect(file) as other:
            other.execute("CREATE TABLE theirs (x)")
        other.close()
    else:
        file.write_bytes(content)
    before = file.read_bytes()
    with pytest.raises(ForeignHome):
        Library(tmp_path)
    assert file.read_bytes()[100:] == before[100:]


def test_a_newer_home_asks_for_an_upgrade(tmp_path: Path) -> None:
    Library(tmp_path / "home", create=True).close()
    with sqlite3.connect(tmp_path / "home" / "library.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerHome, match="升级"):
        Library(tmp_path / "home")


def test_a_file_where_the_home_should_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(LibraryError):
        Library(tmp_path / "home", create=True)


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path / "home", create=True)
    with pytest.raises(RuntimeError), library.transaction():
        library.set_meta({"key": "value"})
        raise RuntimeError
    assert library.meta("key") is None
