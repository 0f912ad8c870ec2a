"""A deleted document is gone: from every answer, every index, every file below the home."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
import tantivy

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience
from index.shelf import Shelf
from index.tuning import META_KEY, Tuning, keep_tuning, kept_tuning
from index.verification import verify
from ingest.pipeline import ingest
from institution import Institution, institution_in

MEMBER, STAFF, PUBLIC = Audience.MEMBER, Audience.STAFF, Audience.PUBLIC
# Stands nowhere else; of characters, letters and digits, as title, alias, heading, text and name.
MARK, LATIN = "鸑鷟堂", "zhuzhuo73519"
TEXT = (
    f"{MARK}委员会（以下简称{MARK}会）管理办法\n\n一、{MARK}的职责\n\n"
    f"{MARK}由秘书处代管，代号{LATIN}，每月十五日开放，来访者须事先登记。\n"
)


@pytest.fixture
def office(tmp_path: Path, analyzer: Analyzer) -> Iterator[Institution]:
    with institution_in(tmp_path, analyzer) as there:
        yield there


def deleted(office: Institution) -> str:
    """The id of a public document that was asked for in every way and then deleted."""
    client = office.client(STAFF)
    given = {"file": (f"{MARK}办法.txt", TEXT.encode())}
    client.post("/v1/documents", files=given, data={"audience": "public"})
    office.work()
    document = office.id_of(MARK)
    for one in (client, office.client()):
        assert one.get("/v1/search", params={"q": MARK}).json()["hits"]
        assert one.get("/v1/suggest", params={"q": MARK[:2]}).json()["suggestions"]
        assert one.get(f"/v1/documents/{document}/original").status_code == 200
    assert traces(office.home)
    assert client.delete(f"/v1/documents/{document}").status_code == 202
    assert office.client().get(f"/v1/documents/{document}").status_code == 404  # at once
    office.work()
    return document


def traces(home: Path) -> list[str]:
    """Files below the home that hold the mark, in their bytes or in their names."""
    words = [MARK.encode(), LATIN.encode(), *(MARK[at : at + 2].encode() for at in (0, 1))]
    words += [MARK.encode("utf-16-le"), MARK.encode("gb18030")]
    found = []
    for file in home.rglob("*"):
        held = file.read_bytes() if file.is_file() else b""
        if MARK in file.name or any(word in held for word in words):
            found.append(str(file.relative_to(home)))
    return found


def test_nothing_that_is_asked_finds_it(office: Institution) -> None:
    document = deleted(office)
    for audience in Audience:
        client = office.client(audience)
        for question in (MARK, f'"{MARK}"', f"{MARK}会", LATIN, "来访者须事先登记", "yuezhuotang"):
            answer = client.get("/v1/search", params={"q": question, "explain": "1"})
            found = answer.json()
            assert document not in answer.text and "办法.txt" not in answer.text
            assert MARK not in str([found["hits"], found["answer"], found["suggestions"]])
        assert client.get("/v1/suggest", params={"q": MARK[0]}).json()["suggestions"] == []
        for path in ("", "/original", "/pages/1"):
            assert client.get(f"/v1/documents/{document}{path}").status_code == 404
        sentences = client.post("/v1/verify", json={"text": TEXT[-40:]}).json()["sentences"]
        assert all(sentence["found"] is None for sentence in sentences)


def test_no_term_no_vector_no_row_and_no_byte_remains(office: Institution) -> None:
    document = deleted(office)
    office.collection.refresh()
    gc.collect()
    assert traces(office.home) == []
    library = office.collection.library
    assert verify(office.collection) == []
    held = {p.passage_id for p in library.passages_of([d.document_id for d in library.documents()])}
    assert set(office.collection.engine.vector_ids().tolist()) == held
    assert document not in {source.document_id for source in library.sources()}
    assert library.counts()["vectors"] <= len(held)
    (generation,) = (office.home / "index").iterdir()
    for index in generation.iterdir():
        if index.is_dir():
            assert not marked_terms(index), index


def marked_terms(path: Path) -> list[str]:
    """Terms of any field of a tantivy index in which a character of the mark stands."""
    index = tantivy.Index.open(str(path))
    searcher = index.searcher()
    fields = ["body_words", "body_grams", "head_words", "head_grams", "starts", "spellings"]
    fields += ["issuer", "type", "number", "document", "text", "title", "alias"]
    found = []
    for field in fields:
        try:
            terms = [term for term, _ in searcher.terms_with_prefix(field, "")]
        except ValueError:  # not a field of this one
            continue
        found += [t for t in terms if any(c in t for c in MARK) or LATIN[:5] in t]
    return found


def test_the_terms_that_are_looked_at_were_there_before(office: Institution) -> None:
    given = {"file": (f"{MARK}办法.txt", TEXT.encode())}
    office.client(STAFF).post("/v1/documents", files=given)
    office.work()
    (generation,) = (office.home / "index").iterdir()
    assert marked_terms(generation / "keywords-staff") and marked_terms(generation / "phrases")


def test_file_upload_and_pictures_of_pages_are_gone(office: Institution) -> None:
    given = {"file": (f"{MARK}办法.txt", TEXT.encode())}
    office.client(STAFF).post("/v1/documents", files=given)
    office.work()
    library, document = office.collection.library, office.id_of(MARK)
    content = next(library.documents([document])).content_hash
    scanned = office.folder / "scanned"
    scanned.mkdir()
    (scanned / "1.jpg").write_bytes(b"\xff\xd8")
    library.shelf.keep_pictures(scanned, content)
    assert office.client(STAFF).get(f"/v1/documents/{document}/pages/1").status_code == 200
    office.client(STAFF).delete(f"/v1/documents/{document}")
    office.work()
    assert not list(office.home.rglob(f"*{content}*")) and not list(office.home.glob("uploads/*"))


def test_the_memory_of_a_tuning_forgets_it(office: Institution) -> None:
    library = office.collection.library
    from index.features import NAMES

    often = {MARK: 3, office.id_of("江岚省高校后勤协会章程"): 1}
    keep_tuning(library, Tuning(NAMES, (0.0,) * len(NAMES), 0.1, often, 4, 0.4, 0.5))
    deleted(office)
    tuning = kept_tuning(library.meta(META_KEY))
    assert tuning is not None and MARK not in tuning.often and len(tuning.often) == 1


def test_a_deleted_file_that_still_lies_in_a_folder_does_not_come_back(
    office: Institution,
) -> None:
    file, document = office.folder / "files/staff/办公会纪要.txt", office.id_of("秘书长")
    office.client(STAFF).delete(f"/v1/documents/{document}")
    office.work()
    assert file.exists()  # it is the office's own
    report = ingest(office.collection, [file.parent], audience=STAFF)
    (outcome,) = report.files
    assert (outcome.outcome, outcome.reason) == ("rejected", "deleted")
    assert office.collection.library.counts()["documents"] == 3
    sidecar = file.with_name(file.name + ".meta.toml")
    sidecar.write_text("authority = 0\n", "utf-8")
    assert ingest(office.collection, [file.parent], audience=STAFF).count("rejected") == 1
    sidecar.unlink()
    again = ingest(office.collection, [file.parent], audience=STAFF, again=True)
    assert again.count("added") == 1
    assert ingest(office.collection, [file.parent]).count("unchanged") == 1


def test_scores_are_those_of_a_library_that_never_held_it(
    office: Institution, tmp_path: Path, analyzer: Analyzer
) -> None:
    def told(there: Institution) -> list[tuple[str, float]]:
        found = there.client().get("/v1/search", params={"q": "管理办法 秘书处 缴纳"}).json()
        return [(hit["source"], hit["score"]) for hit in found["hits"]]

    (tmp_path / "never").mkdir()
    with institution_in(tmp_path / "never", analyzer) as never:
        before = told(never)
    assert told(office) == before
    deleted(office)
    assert told(office) == before


def test_what_is_withdrawn_from_the_public_no_longer_counts_for_its_scores(
    office: Institution, tmp_path: Path, analyzer: Analyzer
) -> None:
    document = office.id_of("江岚省高校后勤协会章程")
    office.client(STAFF).patch(f"/v1/documents/{document}", json={"audience": "staff"})
    office.work()
    (tmp_path / "never").mkdir()
    with institution_in(tmp_path / "never", analyzer) as never:
        library = never.collection.library
        held = next(s for s in library.sources() if s.path == "章程.txt")
        with never.collection.writing(), library.transaction():
            library.delete_source(held)
        never.collection.rebuild()
        params = {"q": "会员 协会 会费", "explain": "1"}
        answers = [
            [hit["score"] for hit in one.client().get("/v1/search", params=params).json()["hits"]]
            for one in (office, never)
        ]
    assert answers[0] == answers[1] != []


def test_deleting_twice_or_what_is_not_there_is_no_accident(office: Institution) -> None:
    client, document = office.client(STAFF), office.id_of("秘书长")
    assert client.delete(f"/v1/documents/{document}").status_code == 202
    assert client.delete(f"/v1/documents/{document}").status_code == 202
    office.work()
    assert client.delete(f"/v1/documents/{document}").status_code == 404
    assert client.delete("/v1/documents/000000000000").status_code == 404


def test_pruning_and_closing_a_folder_leave_no_words_behind(
    office: Institution, analyzer: Analyzer
) -> None:
    from typer.testing import CliRunner

    from service.cli import app

    file = office.folder / "files/public/鸑鷟.txt"
    file.write_text(TEXT, "utf-8")
    command = ["ingest", str(file.parent), "--home", str(office.home), "--audience", "public"]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert traces(office.home)
    file.unlink()
    assert CliRunner().invoke(app, [*command, "--prune"]).exit_code == 0
    assert [one for one in traces(office.home) if "sqlite3" not in one] == []
    assert isinstance(office.collection, Collection)


def test_an_upload_goes_also_when_the_home_has_moved_since(tmp_path: Path) -> None:
    shelf, file = Shelf(tmp_path / "home"), tmp_path / "file"
    file.write_text(TEXT, "utf-8")
    kept = shelf.keep_upload(file, "0123456789abcdef", "办法.txt")
    shelf.drop_upload(Path("/before/uploads/0123456789abcdef/办法.txt"))
    assert not kept.parent.exists()
