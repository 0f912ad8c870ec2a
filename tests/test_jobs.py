"""Files that come in through the service, documents changed and deleted there, start to end."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.model import Audience
from index.verification import verify
from ingest.pipeline import ingest
from institution import Institution, institution_in
from service.jobs import MOST_QUEUED, Jobs
from service.ledger import Ledger

MEMBER, STAFF, PUBLIC = Audience.MEMBER, Audience.STAFF, Audience.PUBLIC
RULES = "印章管理规定\n\n第一条 用印须经秘书长批准。\n第二条 空白信笺不得加盖印章。\n".encode()


@pytest.fixture
def office(tmp_path: Path, analyzer: Analyzer) -> Iterator[Institution]:
    with institution_in(tmp_path, analyzer) as there:
        yield there


def hits(office: Institution, question: str, audience: Audience) -> list[str]:
    answer = office.client(audience).get("/v1/search", params={"q": question})
    return [hit["source"] for hit in answer.json()["hits"]]


def test_an_uploaded_file_is_found_by_those_it_is_for(office: Institution) -> None:
    client = office.client(STAFF)
    given = {"file": ("印章管理规定.txt", RULES)}
    accepted = client.post("/v1/documents", files=given, data={"audience": "member"})
    assert accepted.status_code == 202
    job = accepted.json()
    assert (job["state"], job["name"], job["audience"]) == ("queued", "印章管理规定.txt", "member")
    where = f"/v1/jobs/{job['job_id']}"
    assert accepted.headers["location"] == f"../..{where}" or where in accepted.headers["location"]
    assert client.get(where).json()["state"] == "queued"
    office.work()
    done = client.get(where).json()
    assert done["state"] == "done"
    (row,) = done["documents"]
    assert (row["name"], row["outcome"]) == ("印章管理规定.txt", "added")
    assert client.get(f"/v1/documents/{row['document_id']}").json()["title"] == "印章管理规定"
    for audience, seen in ((STAFF, True), (MEMBER, True), (PUBLIC, False)):
        assert ("印章管理规定.txt" in hits(office, "空白信笺", audience)) is seen
    assert not list(office.home.glob("uploads/.*"))


def test_an_uploaded_file_is_the_staffs_unless_said_otherwise(office: Institution) -> None:
    office.client(STAFF).post("/v1/documents", files={"file": ("规定.txt", RULES)})
    office.work()
    assert hits(office, "空白信笺", STAFF)[0] == "规定.txt"
    assert "规定.txt" not in hits(office, "空白信笺", MEMBER)


def test_a_file_that_cannot_be_read_says_why_and_is_not_kept(office: Institution) -> None:
    client = office.client(STAFF)
    files = {"空.txt": b"", "坏.pdf": b"%PDF-1.7\nnothing", "程序.exe": b"MZ\x90\x00" * 40}
    jobs = {
        name: client.post("/v1/documents", files={"file": (name, data)}).json()["job_id"]
        for name, data in files.items()
    }
    office.work()
    for name, job_id in jobs.items():
        job = client.get(f"/v1/jobs/{job_id}").json()
        (row,) = job["documents"]
        assert job["state"] == "failed" and row["name"] == name
        assert row["reason"] and row["message"]
    assert [file for file in office.home.glob("uploads/**/*") if file.is_file()] == []
    assert office.collection.library.refusals() == []


@pytest.mark.parametrize("name", [".隐藏.txt", "~$通知.docx", "通知.docx.meta.toml"])
def test_what_is_no_document_is_not_taken_up_and_says_so(office: Institution, name: str) -> None:
    client = office.client(STAFF)
    job = client.post("/v1/documents", files={"file": (name, RULES)}).json()
    office.work()
    done = client.get(f"/v1/jobs/{job['job_id']}").json()
    assert done["state"] == "failed" and "没有收入" in done["documents"][0]["message"]
    assert not list(office.home.glob("uploads/*"))


def test_the_files_in_an_archive_are_documents_of_one_job(office: Institution) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("规定.txt", RULES)
        archive.writestr("空.txt", b"")
    given = {"file": ("打包.zip", packed.getvalue())}
    job = office.client(STAFF).post("/v1/documents", files=given).json()
    office.work()
    done = office.client(STAFF).get(f"/v1/jobs/{job['job_id']}").json()
    assert {row["outcome"] for row in done["documents"]} == {"added", "rejected"}
    assert done["state"] == "done"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\规定.txt", "规定.txt"),
        ("/abs/规定.txt", "规定.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("\u202etxt.exe", "txt.exe"),
        ("..", "未命名"),
        ("." * 300, "未命名"),
        ("规" * 300 + ".txt", "规" * 115 + "….txt"),
        ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
    ],
)
def test_a_name_is_a_label_and_never_a_path(office: Institution, name: str, kept: str) -> None:
    head = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
        + name.replace("\\", "\\\\").replace("\r", "%0D").replace("\n", "%0A").encode()
        + b'"\r\nContent-Type: text/plain\r\n\r\n'
    )
    answer = office.client(STAFF).post(
        "/v1/documents",
        content=head + RULES + b"\r\n--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    if answer.status_code == 400:  # the parser of forms would not have it
        assert "\x00" in name
        return
    label = answer.json()["name"]
    assert label == kept or (name.startswith("a\r") and "/" not in label)
    files = [file for file in (office.home / "uploads").rglob("*") if file.is_file()]
    assert len(files) == 1 and files[0].parents[1] == office.home / "uploads"


@pytest.mark.parametrize(
    ("files", "data"),
    [
        ({}, {}),
        ({}, {"file": "只是文字"}),
        ({"other": ("a.txt", RULES)}, {}),
        ({"file": ("a.txt", RULES)}, {"audience": "everybody"}),
        ({"file": ("a.txt", RULES)}, {"title": "题目"}),
    ],
)
def test_what_is_no_upload_is_refused(
    office: Institution, files: dict[str, tuple[str, bytes]], data: dict[str, str]
) -> None:
    answer = office.client(STAFF).post("/v1/documents", files=files, data=data)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert not Jobs(Ledger(office.home)).waiting()


def test_a_body_that_is_no_form_is_refused(office: Institution) -> None:
    client = office.client(STAFF)
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/json"):
        answer = client.post("/v1/documents", content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 400 and answer.json()["error"]["message"]


def test_two_hundred_uploads_wait_and_all_are_read(office: Institution) -> None:
    client = office.client(STAFF)
    for number in range(200):
        text = f"第{number}号通知\n\n请各单位于{number}日前报送材料。\n".encode()
        given = {"file": (f"通知{number}.txt", text)}
        assert client.post("/v1/documents", files=given).status_code == 202
    office.work()
    assert office.collection.library.counts()["documents"] == 204
    office.collection.refresh()
    assert verify(office.collection) == []


def test_beyond_a_limit_nothing_more_is_queued(office: Institution) -> None:
    jobs = Jobs(Ledger(office.home))
    for _ in range(MOST_QUEUED):
        jobs.add("ingest", datetime.now())
    answer = office.client(STAFF).post("/v1/documents", files={"file": ("a.txt", RULES)})
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert not list(office.home.glob("uploads/*"))


def test_a_job_whose_process_died_is_tried_once_more_and_then_given_up(
    office: Institution,
) -> None:
    jobs = Jobs(Ledger(office.home))
    first, second = (jobs.add("ingest", datetime.now(), name) for name in ("一", "二"))
    assert [job.name for job in jobs.take()] == ["一", "二"]
    jobs.resume(datetime.now())
    assert [job.name for job in jobs.take()] == ["一"]  # alone: it may be the one
    jobs.resume(datetime.now())
    assert jobs.get(first.job_id).state == "failed" and "中断" in str(jobs.get(first.job_id))
    assert [job.name for job in jobs.take()] == ["二"]
    assert jobs.get(second.job_id).state == "running"


def test_a_deletion_is_never_given_up(office: Institution) -> None:
    jobs, document = Jobs(Ledger(office.home)), office.id_of("秘书长")
    office.client(STAFF).delete(f"/v1/documents/{document}")
    for _ in range(4):  # the process died, or the service was stopped
        assert jobs.take()
        jobs.resume(datetime.now())
    office.work()
    assert office.client(STAFF).get(f"/v1/documents/{document}").status_code == 404


def test_what_was_interrupted_on_purpose_counts_as_not_begun(office: Institution) -> None:
    jobs = Jobs(Ledger(office.home))
    one = jobs.add("ingest", datetime.now(), "一")
    for _ in range(4):
        assert jobs.take()
        jobs.put_back()
    assert jobs.get(one.job_id).state == "queued" and jobs.get(one.job_id).attempts == 0


def test_a_closed_document_stays_closed_whatever_happens_to_its_file(office: Institution) -> None:
    folder, document = office.folder / "files" / "public", office.id_of("关于缴纳")
    file, elsewhere = folder / "会费通知.txt", office.folder / "会费通知.txt"
    (folder / "副本.txt").write_bytes(file.read_bytes())
    ingest(office.collection, [folder], audience=PUBLIC)
    office.client(STAFF).patch(f"/v1/documents/{document}", json={"audience": "staff"})

    def is_closed() -> bool:
        return "缴纳" not in str(office.client().get("/v1/search", params={"year": 2025}).json())

    file.rename(elsewhere)
    ingest(office.collection, [folder], audience=PUBLIC, prune=True)
    elsewhere.rename(file)
    ingest(office.collection, [folder], audience=PUBLIC)
    assert is_closed()
    (folder / "副本.txt").write_text(file.read_text("utf-8").replace("3月", "4月"), "utf-8")
    ingest(office.collection, [folder], audience=PUBLIC)  # the copy parts from the document
    assert office.collection.library.counts()["documents"] == 5 and is_closed()


def test_a_document_is_opened_for_what_stands_in_it_now(office: Institution) -> None:
    folder, document = office.folder / "files" / "staff", office.id_of("秘书长")
    office.client(STAFF).patch(f"/v1/documents/{document}", json={"audience": "public"})
    ingest(office.collection, [folder])
    assert office.client().get(f"/v1/documents/{document}").status_code == 200
    (folder / "办公会纪要.txt").write_text("秘书长办公会议纪要\n\n给予某某处分。\n", "utf-8")
    assert ingest(office.collection, [folder]).withdrew
    assert office.client().get(f"/v1/documents/{document}").status_code == 404
    assert office.client(STAFF).get(f"/v1/documents/{document}").status_code == 200


def test_a_document_that_is_being_deleted_is_not_opened_again(office: Institution) -> None:
    client, document = office.client(STAFF), office.id_of("秘书长")
    client.delete(f"/v1/documents/{document}")
    answer = client.patch(f"/v1/documents/{document}", json={"audience": "public"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


def test_what_is_closed_by_a_sidecar_or_a_copy_counts_as_withdrawn(office: Institution) -> None:
    folder = office.folder / "files" / "public"
    (folder / "会费通知.txt.meta.toml").write_text('audience = "staff"\n', "utf-8")
    assert ingest(office.collection, [folder]).withdrew
    copy = office.folder / "files" / "staff" / "章程.txt"
    copy.write_bytes((folder / "章程.txt").read_bytes())
    assert ingest(office.collection, [copy]).withdrew
    assert hits(office, "会费 会员", PUBLIC) == []


def test_while_another_process_writes_what_was_withdrawn_is_not_counted(
    office: Institution,
) -> None:
    document = office.id_of("关于缴纳")
    with office.collection.library.writing():
        office.client(STAFF).patch(f"/v1/documents/{document}", json={"audience": "staff"})
        for mode in ("hybrid", "keyword", "semantic"):
            params = {"q": "缴纳会费", "mode": mode}
            answer = office.client().get("/v1/search", params=params).json()
            found = {hit["document_id"] for hit in answer["hits"]}
            told = sum(count["count"] for count in answer["facets"]["type"])
            assert document not in found and answer["total"] == len(found) >= told


def test_uploads_that_nothing_was_read_from_are_swept(office: Institution) -> None:
    client, uploads = office.client(STAFF), office.home / "uploads"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("规定.txt", RULES)
    given = {"file": ("打包.zip", packed.getvalue())}
    job = client.post("/v1/documents", files=given).json()
    office.work()
    for left in (".half/file", "dead/规定.txt"):
        (uploads / left).parent.mkdir()
        (uploads / left).write_bytes(RULES)
    library, hour = office.collection.library, 3700
    library.shelf.sweep_uploads(library.sources(), [], time.time())
    assert (uploads / "dead" / "规定.txt").exists()  # it may be on its way
    library.shelf.sweep_uploads(library.sources(), [], time.time() + hour)
    kept = [file for file in uploads.rglob("*") if file.is_file()]
    assert kept == [uploads / job["job_id"] / "打包.zip"]
    client.delete(f"/v1/documents/{office.id_of('印章')}")
    office.work()
    assert not list(uploads.glob("*"))


def test_a_job_nobody_has_is_not_found(office: Institution) -> None:
    answer = office.client(STAFF).get("/v1/jobs/0000")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_who_may_see_a_document_is_changed_at_once_and_for_good(office: Institution) -> None:
    client, document = office.client(STAFF), office.id_of("关于缴纳")
    changed = client.patch(f"/v1/documents/{document}", json={"audience": "staff"})
    assert changed.json()["access"]["audience"] == "staff" and changed.json()["access"]["decided"]
    assert office.client().get(f"/v1/documents/{document}").status_code == 404
    assert "会费通知.txt" not in hits(office, "缴纳会费", PUBLIC)
    # The nightly run that takes up the public folder does not undo it.
    ingest(office.collection, [office.folder / "files" / "public"], audience=PUBLIC)
    assert "会费通知.txt" not in hits(office, "缴纳会费", PUBLIC)
    assert "会费通知.txt" in hits(office, "缴纳会费", STAFF)
    client.patch(f"/v1/documents/{document}", json={"audience": None})
    assert "会费通知.txt" in hits(office, "缴纳会费", PUBLIC)
    office.collection.refresh()
    assert verify(office.collection) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"staff",
        b'{"audience": "all"}',
        b'{"audience": 1}',
        b'{"title": "x"}',
        b'{"release_original": "yes"}',
        b'{"release_original": null}',
    ],
)
def test_a_change_that_cannot_be_understood_changes_nothing(
    office: Institution, body: bytes
) -> None:
    document = office.id_of("关于缴纳")
    answer = office.client(STAFF).patch(f"/v1/documents/{document}", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert office.client().get(f"/v1/documents/{document}").status_code == 200


def test_at_the_page_files_are_brought_in_and_documents_managed(office: Institution) -> None:
    browser, document = office.browser(STAFF), office.id_of("秘书长")
    page = browser.get(f"/documents/{document}").text
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', page)[1]  # type: ignore[index]
    files = [("files", ("甲.txt", RULES)), ("files", ("乙.txt", RULES + b"2"))]
    data = {"csrf": csrf, "audience": "public"}
    listed = browser.post("/files", data=data, files=files)
    assert listed.status_code == 200 and "甲.txt" in listed.text and "等待" in listed.text
    office.work()
    assert "完成" in browser.get("/files").text
    assert set(hits(office, "空白信笺", PUBLIC)) >= {"甲.txt", "乙.txt"} or hits(
        office, "空白信笺", PUBLIC
    )
    data = {"csrf": csrf, "audience": "member", "released": "1"}
    assert browser.post(f"/documents/{document}/manage", data=data).status_code == 200
    assert office.client(MEMBER).get(f"/v1/documents/{document}").status_code == 200
    assert browser.post(f"/documents/{document}/delete", data={"csrf": csrf}).status_code == 200
    office.work()
    assert browser.get(f"/documents/{document}").status_code == 404
    assert "删除" in browser.get("/files").text
