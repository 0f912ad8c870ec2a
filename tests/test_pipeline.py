"""Files come, change, move and go; the library follows, and nothing is there twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.errors import BadRequest, LibraryBusy
from index.model import Audience, Query
from index.searcher import Searcher
from index.verification import verify
from ingest.pipeline import ingest
from office import Office, counts, office

__all__ = ["office"]

RULES = "第{n}号规定\n\n会员单位每年三月底前缴纳会费{n}00元，逾期不缴的由秘书处书面催缴。\n"
TRAINING = "关于举办食堂管理培训班的通知\n\n十月十八日在泊阳市报到，食宿统一安排。\n"
BUS = "校车规定\n\n校车早上七点从东门发车，晚上九点收车，周末停运一半班次。\n"
MATCH = "职工乒乓球比赛\n\n全省职工乒乓球比赛在泊阳举行，共有二十支队伍参加。\n"


def test_new_files_are_found_by_word_and_by_meaning(office: Office) -> None:
    assert counts(office.ingest()) == {"added": 2}
    assert office.find("缴纳会费", "keyword")[0] == "会费规定.txt"
    assert office.find("培训在哪里报到", "semantic")[0] == "培训通知.txt"


def test_an_unchanged_folder_writes_nothing(office: Office) -> None:
    office.ingest()

    def state() -> dict[str, tuple[int, int]]:
        files = (file for file in office.home.rglob("*") if file.is_file())
        return {
            str(f): (f.stat().st_mtime_ns, f.stat().st_size)
            for f in files
            if f.name not in {"lock", "library.sqlite3-shm", "library.sqlite3-wal"}
        }

    before = state()
    assert counts(office.ingest()) == {"unchanged": 2}
    assert state() == before


def test_a_changed_file_replaces_its_old_version_in_every_index(office: Office) -> None:
    office.ingest()
    office.write(
        "会费规定.txt", "校车规定\n\n校车早上七点从东门发车，晚上九点收车，周末停运一半班次。\n"
    )
    assert counts(office.ingest()) == {"updated": 1, "unchanged": 1}
    assert office.find("校车几点发车")[0] == "会费规定.txt"
    assert "会费规定.txt" not in office.find("逾期不缴 书面催缴", "keyword")
    with_ids = {s.document_id for s in office.open().library.sources()}
    assert len(with_ids) == 2


def test_a_renamed_file_keeps_its_identity(office: Office) -> None:
    first = office.ingest()
    identity = next(f.document_id for f in first.files if f.file.name == "会费规定.txt")
    (office.folder / "会费规定.txt").rename(office.folder / "会费管理规定.txt")
    report = office.ingest()
    assert counts(report) == {"renamed": 1, "unchanged": 1}
    assert identity in {file.document_id for file in report.files}
    assert office.find("缴纳会费")[0] == "会费管理规定.txt"


def test_identical_files_are_one_document_with_the_strictest_audience(office: Office) -> None:
    office.ingest(audience=Audience.PUBLIC)
    assert office.find("缴纳会费", audience=Audience.PUBLIC)
    copy = office.write("内部/副本.txt", RULES.format(n=5))
    assert counts(office.ingest(copy)) == {"duplicate": 1}
    assert "会费规定.txt" not in office.find("缴纳会费", audience=Audience.PUBLIC)
    assert len(office.find("缴纳会费", "keyword")) == 1
    copy.unlink()
    assert counts(office.ingest(prune=True)) == {"unchanged": 2, "removed": 1}
    assert office.find("缴纳会费", audience=Audience.PUBLIC) == ["会费规定.txt"]


def test_a_copy_that_changes_parts_from_the_document(office: Office) -> None:
    office.ingest()
    copy = office.write("副本.txt", RULES.format(n=5))
    office.ingest()
    copy.write_text(RULES.format(n=9), "utf-8")
    assert counts(office.ingest()) == {"added": 1, "unchanged": 2}
    assert set(office.find("缴纳会费", "keyword")) == {"会费规定.txt", "副本.txt"}


def test_deleting_needs_prune_and_restoring_brings_it_back(office: Office) -> None:
    office.ingest()
    file = office.folder / "会费规定.txt"
    text = file.read_text("utf-8")
    file.unlink()
    assert counts(office.ingest()) == {"unchanged": 1}
    assert "会费规定.txt" in office.find("缴纳会费")
    assert counts(office.ingest(prune=True)) == {"unchanged": 1, "removed": 1}
    assert "会费规定.txt" not in office.find("缴纳会费")
    assert len(list((office.home / "originals").iterdir())) == 1
    file.write_text(text, "utf-8")
    assert counts(office.ingest()) == {"added": 1, "unchanged": 1}
    assert office.find("缴纳会费")[0] == "会费规定.txt"


def test_prune_removes_nothing_outside_the_folders_named(office: Office) -> None:
    office.ingest()
    (office.folder / "会费规定.txt").unlink()
    report = office.ingest(office.folder / "通知", prune=True)
    assert counts(report) == {"unchanged": 1}
    assert "会费规定.txt" in office.find("缴纳会费")


def test_the_same_file_named_by_another_folder_is_not_a_copy(office: Office) -> None:
    office.ingest()
    assert counts(office.ingest(office.folder / "通知")) == {"unchanged": 1}
    both = office.ingest(office.folder, office.folder / "通知" / "培训通知.txt")
    assert counts(both) == {"unchanged": 2}


def test_a_new_file_is_for_staff_unless_said_otherwise(office: Office) -> None:
    office.ingest()
    assert office.find("缴纳会费", audience=Audience.MEMBER) == []
    assert counts(office.ingest(audience=Audience.MEMBER)) == {"updated": 2}
    assert office.find("缴纳会费", audience=Audience.MEMBER)
    assert office.find("缴纳会费", audience=Audience.PUBLIC) == []
    assert counts(office.ingest()) == {"unchanged": 2}, "a known file keeps its audience"


def test_bad_files_are_named_and_the_rest_go_on(office: Office) -> None:
    office.write("空.txt", "")
    (office.folder / "程序.pdf").write_bytes(b"MZ" + bytes(500))
    (office.folder / "坏.docx").write_bytes(b"PK\x03\x04" + bytes(300))
    (office.folder / "~$会费.docx").write_bytes(b"lock")
    report = office.ingest()
    assert counts(report) == {"added": 2, "rejected": 3}
    assert {f.file.name: f.reason for f in report.files if f.outcome == "rejected"} == {
        "空.txt": "empty_file",
        "程序.pdf": "unsupported_type",
        "坏.docx": "corrupt_zip",
    }
    assert not report.nothing_could_be_read


def test_a_file_that_breaks_keeps_its_old_version(office: Office) -> None:
    office.ingest()
    office.write("会费规定.txt", "")
    assert counts(office.ingest()) == {"rejected": 1, "unchanged": 1}
    assert "会费规定.txt" in office.find("缴纳会费")


def test_the_old_text_kept_under_another_name_stays_findable(office: Office) -> None:
    office.write("规定.txt", RULES.format(n=1))
    office.ingest()
    office.write("规定.txt", RULES.format(n=2))
    office.write("规定（旧）后.txt", RULES.format(n=1))
    report = office.ingest()
    assert report.count("rejected") == 0
    assert office.find("会费100元", "keyword")[0] == "规定（旧）后.txt"
    assert office.find("会费200元", "keyword")[0] == "规定.txt"


def test_copies_and_changes_come_out_alike_however_many_processes_read(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    offices = []
    for name in ("几个进程", "一个进程"):
        (tmp_path / name).mkdir()
        office = Office(tmp_path / name / "files", tmp_path / name / "home", analyzer)
        for n in range(60):
            office.write(f"{n:02}.txt", RULES.format(n=n // 2))
        offices.append(office)
    several, one = (
        ingest(office.open(), [office.folder], processes=processes)
        for office, processes in zip(offices, (2, 1), strict=True)
    )
    assert counts(several) == counts(one) == {"added": 30, "duplicate": 30}
    assert [f.outcome for f in several.files] == [f.outcome for f in one.files]
    first, second = ([f.document_id for f in report.files] for report in (several, one))
    assert [*map(first.index, first)] == [*map(second.index, second)]
    assert offices[0].find("会费200元") == offices[1].find("会费200元")


EDITION = (
    "关于缴纳{year}年度会费的通知\n\n各会员单位：\n\n根据本会章程和会费管理办法，现将{year}年度会费"
    "缴纳事项通知如下。\n\n普通会员单位会费两千元，理事单位五千元，常务理事单位一万元。请于{month}月底前"
    "将会费汇入本会账户，汇款时注明单位全称和“会费”字样。\n\n秘书处收到汇款后十个工作日内开具财政部门监制"
    "的社会团体会费统一票据，并寄送到各单位后勤管理部门。\n\n确有困难不能按时缴纳的单位，请提前书面说明情况，"
    "经会长办公会研究后可以缓缴。逾期不缴也不说明的，由秘书处书面催缴；连续两年不缴纳会费的，按章程视为自动退会。"
    "\n\n江岚省高等院校后勤协会\n\n{year}年3月1日\n"
)


def test_a_sidecar_names_the_audience_whoever_ingests(office: Office) -> None:
    shutil.rmtree(office.folder)
    office.folder.mkdir()
    rules = office.write("会费规定.txt", RULES.format(n=3))
    sidecar = office.write("会费规定.txt.meta.toml", 'audience = "member"\ntitle = "会费规定"\n')
    assert counts(office.ingest(audience=Audience.PUBLIC)) == {"added": 1}
    assert office.find("缴纳会费", audience=Audience.PUBLIC) == []
    assert office.find("缴纳会费", audience=Audience.MEMBER) == [rules.name]
    assert counts(office.ingest(audience=Audience.PUBLIC)) == {"unchanged": 1}
    sidecar.write_text("audience = member", "utf-8")  # what it says is no longer clear
    assert counts(office.ingest(audience=Audience.PUBLIC)) == {"updated": 1}
    assert office.find("缴纳会费", audience=Audience.MEMBER) == []
    assert office.find("缴纳会费") == [rules.name]


def test_the_report_says_what_was_made_of_each_file(office: Office) -> None:
    notice = office.write("新通知.txt", TRAINING)
    (file,) = office.ingest(notice).files
    assert file.found is not None
    assert file.found["characters"] == {"kept": len("".join(TRAINING.split("\n"))), "dropped": 0}
    assert file.found["fields"]["title"]["line"] == "关于举办食堂管理培训班的通知"
    assert file.found["fields"]["title"]["confidence"] > 0.9
    assert office.ingest(notice).files[0].found is None, "it was not read again"


def alike(office: Office, audience: Audience) -> dict[str, set[str]]:
    """File -> the files it is said to be like."""
    collection = office.open()
    try:
        library = collection.library
        names = {d.document_id: d.source for d in library.documents()}
        return {
            name: {names[other] for other, _ in library.alike(document_id, audience)}
            for document_id, name in names.items()
        }
    finally:
        collection.close()


def test_two_editions_are_two_documents_that_name_each_other(office: Office) -> None:
    office.write("今年.txt", EDITION.format(year=2025, month=6))
    office.write("去年.txt", EDITION.format(year=2024, month=5))
    office.write("去年的副本.txt", EDITION.format(year=2024, month=5))
    assert counts(office.ingest(audience=Audience.PUBLIC)) == {"added": 4, "duplicate": 1}
    none: set[str] = set()
    assert alike(office, Audience.PUBLIC) == {
        "会费规定.txt": none,
        "培训通知.txt": none,
        "今年.txt": {"去年.txt"},
        "去年.txt": {"今年.txt"},
    }
    for name in ("去年.txt", "去年的副本.txt"):
        (office.folder / name).unlink()
    assert office.ingest(prune=True).count("removed") == 2
    assert alike(office, Audience.STAFF)["今年.txt"] == none


def test_a_near_copy_for_staff_is_not_named_to_the_public(office: Office) -> None:
    office.write("通知.txt", EDITION.format(year=2025, month=6))
    office.ingest(audience=Audience.PUBLIC)
    draft = office.write("送审稿.txt", EDITION.format(year=2025, month=7))
    office.ingest(draft)
    for audience, named in ((Audience.PUBLIC, set()), (Audience.STAFF, {"送审稿.txt"})):
        assert alike(office, audience)["通知.txt"] == named
    assert alike(office, Audience.PUBLIC)["送审稿.txt"] == set()
    office.ingest(draft, audience=Audience.PUBLIC)
    assert alike(office, Audience.PUBLIC)["通知.txt"] == {"送审稿.txt"}


def test_a_file_that_changes_is_like_others_by_its_new_text(office: Office) -> None:
    office.write("今年.txt", EDITION.format(year=2025, month=6))
    office.write("去年.txt", EDITION.format(year=2024, month=5))
    office.ingest()
    office.write("今年.txt", MATCH)
    office.write("会费规定.txt", EDITION.format(year=2023, month=5))
    office.ingest()
    links = alike(office, Audience.STAFF)
    assert links["去年.txt"] == {"会费规定.txt"} and links["今年.txt"] == set()


def test_a_sidecar_is_no_document_and_its_change_is_taken_up(office: Office) -> None:
    office.ingest()
    sidecar = office.write("会费规定.txt.meta.toml", "authority = 3\n")
    assert counts(office.ingest()) == {"updated": 1, "unchanged": 1}
    assert counts(office.ingest()) == {"unchanged": 2}
    sidecar.unlink()
    assert counts(office.ingest()) == {"updated": 1, "unchanged": 1}


def test_links_are_not_followed(office: Office, tmp_path: Path) -> None:
    outside = tmp_path / "外面.txt"
    outside.write_text("不该读到的内容，在文件夹之外。\n", "utf-8")
    (office.folder / "链接.txt").symlink_to(outside)
    (office.folder / "回路").symlink_to(office.folder, target_is_directory=True)
    assert counts(office.ingest()) == {"added": 2}


def test_a_missing_path_is_a_clear_error(office: Office) -> None:
    with pytest.raises(BadRequest, match="没有这个目录"):
        office.ingest(office.folder / "没有这个目录")


def test_only_one_process_writes_at_a_time(office: Office) -> None:
    office.ingest()
    collection = office.open()
    with (
        collection.library.writing(),
        pytest.raises(LibraryBusy),
        office.open().library.writing(wait=False),
    ):
        pass


def test_ctrl_c_leaves_whole_searchable_documents(office: Office) -> None:
    for n in range(10, 40):
        office.write(f"{n}.txt", RULES.format(n=n))

    def interrupt(done: int, total: int, file: Path) -> None:
        if done == 7:
            raise KeyboardInterrupt

    report = office.ingest(progress=interrupt)
    assert report.interrupted and report.count("added") == 7
    assert len(office.find("缴纳会费", "keyword")) >= 5
    assert counts(office.ingest()) == {"added": 25, "unchanged": 7}


def test_a_reader_sees_what_another_process_ingested(office: Office) -> None:
    office.ingest()
    searcher = Searcher(collection := office.open())
    query = Query("乒乓球比赛", Audience.STAFF)
    assert "比赛.txt" not in [f.document.source for f in searcher.search(query).documents]
    office.write(
        "比赛.txt", "职工乒乓球比赛\n\n全省职工乒乓球比赛在泊阳举行，共有二十支队伍参加。\n"
    )
    office.ingest()
    assert searcher.search(query).documents[0].document.source == "比赛.txt"
    collection.close()


@pytest.mark.parametrize("delays_s", [(2.2, 2.6, 3.0)])
def test_three_kills_then_a_plain_ingest_leave_everything_once(
    office: Office, delays_s: tuple[float, ...]
) -> None:
    for n in range(100, 700):
        office.write(f"{n}.txt", RULES.format(n=n) * 20)
    command = [
        sys.executable,
        "-c",
        "from service.cli import main; main()",
        *("ingest", str(office.folder), "--home", str(office.home)),
    ]
    for delay_s in delays_s:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay_s)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    report = office.ingest()
    assert report.count("added") + report.count("unchanged") == 602
    collection = office.open()
    assert collection.library.counts()["documents"] == 602
    Searcher(collection).search(Query("会费", Audience.STAFF))
    assert verify(collection) == []
    collection.close()
