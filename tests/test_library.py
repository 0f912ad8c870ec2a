"""The home directory: ours, not ours, newer than us."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.errors import ForeignHome, LibraryError, NewerHome
from index.library import Library
from index.likeness import PERMUTATIONS, SIGNATURE_BYTES
from index.model import Audience, Document
from index.records import Source


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


def signature(differing: int = 0) -> bytes:
    """Of a text whose likeness to the one with 0 is `1 - differing / PERMUTATIONS`; the
    difference is spread, so that no band is lost by chance."""
    values = [(7, 0, 0, 0)] * (PERMUTATIONS - differing) + [(9, differing, 0, 0)] * differing
    return b"".join(map(bytes, values))


def put(
    library: Library,
    name: str,
    signature: bytes | None,
    audience: Audience = Audience.PUBLIC,
    document_id: str | None = None,
) -> str:
    with library.transaction():
        document_id = library.put_document(
            Document("txt", (), ()), [], name, 1, document_id, signature
        )
        library.put_source(Source("/文件", name, name, audience, document_id))
    return document_id


def rows(library: Library) -> tuple[int, int]:
    connection = sqlite3.connect(library.home / "library.sqlite3")
    try:
        return tuple(
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("signatures", "likeness")
        )
    finally:
        connection.close()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "home", create=True)


def test_the_most_alike_come_first_and_only_a_few(library: Library) -> None:
    this = put(library, "今年", signature())
    others = {n: put(library, f"相差{n}", signature(n)) for n in (30, 5, 60, 20, 1, 12, 8)}
    put(library, "太短", None)
    found = library.alike(this, Audience.PUBLIC)
    assert [other for other, _ in found] == [others[n] for n in (1, 5, 8, 12, 20)]
    assert [share for _, share in found] == [1 - n / PERMUTATIONS for n in (1, 5, 8, 12, 20)]
    # 60 of 128 is a likeness of 0.53.
    assert others[60] not in dict(library.alike(others[30], Audience.PUBLIC))


def test_what_is_hidden_is_neither_named_nor_in_the_way(library: Library) -> None:
    open_ = [put(library, name, signature(n)) for n, name in ((0, "通知"), (20, "去年"))]
    hidden = [put(library, f"内部{n}", signature(1), Audience.STAFF) for n in range(300)]
    for audience in (Audience.PUBLIC, Audience.MEMBER):
        assert [other for other, _ in library.alike(open_[0], audience)] == [open_[1]]
        assert library.alike(hidden[0], audience) == []
    assert set(dict(library.alike(open_[0], Audience.STAFF))) < set(hidden)


def test_deleting_and_replacing_a_document_removes_its_signature(library: Library) -> None:
    one, other = (put(library, name, signature()) for name in ("通知", "副本"))
    before = rows(library)
    assert library.alike(one, Audience.PUBLIC) == [(other, 1.0)]
    put(library, "副本", bytes(SIGNATURE_BYTES), document_id=other)
    assert rows(library) == before and library.alike(one, Audience.PUBLIC) == []
    put(library, "副本", None, document_id=other)
    assert rows(library) == (before[0] / 2, before[1] / 2)
    with library.transaction():
        library.delete_source(Source("/文件", "通知", "通知", Audience.PUBLIC, one))
    assert rows(library) == (0, 0)
    assert library.alike(one, Audience.PUBLIC) == []


def test_a_library_from_before_likeness_opens_and_names_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path / "home", create=True)
    document_id = put(library, "通知", None)
    library.close()
    with sqlite3.connect(tmp_path / "home" / "library.sqlite3") as connection:
        connection.executescript(
            "DROP TABLE decisions; DROP TABLE removed; DROP TABLE refusals;"
            " DROP TABLE likeness; DROP TABLE signatures;"
            " PRAGMA user_version = 3"
        )
    connection.close()
    library = Library(tmp_path / "home")
    assert library.alike(document_id, Audience.STAFF) == []
    put(library, "通知", signature(), document_id=document_id)
    assert library.alike(document_id, Audience.STAFF) == []
    assert library.alike(put(library, "副本", signature()), Audience.STAFF) == [(document_id, 1.0)]


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path / "home", create=True)
    with pytest.raises(RuntimeError), library.transaction():
        library.set_meta({"key": "value"})
        raise RuntimeError
    assert library.meta("key") is None


def test_many_may_open_a_new_home_at_once(tmp_path: Path) -> None:
    def documents(attempt: int) -> int:
        return Library(tmp_path / str(attempt // 8), create=True).counts()["documents"]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(documents, range(40))) == {0}
