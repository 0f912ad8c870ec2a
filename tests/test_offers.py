"""What a question wishes for comes first: documents named, clauses, times, editions in force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience, Query
from index.searcher import Answer, Searcher
from ingest.pipeline import ingest
from ingest.sidecar import sidecar_of

_RULES = """江岚省高校后勤协会{name}

第一条 为了规范管理，制定本办法。

第二条 单位会员每年缴纳会费{fee}元，个人会员不缴纳会费。

第三条 逾期不缴的，由秘书处书面催缴。

江岚省高校后勤协会
{date}
"""
_NOTICE = """关于缴纳{year}年度会费的通知

各会员单位：

请于六月底前缴纳本年度会费。

江岚省高校后勤协会
{year}年3月1日
"""


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("offers")
    files = {
        "public/会费2016.txt": _RULES.format(
            name="会费管理办法（试行）", fee="一千", date="2016年5月6日"
        ),
        "public/会费2024.txt": _RULES.format(
            name="会费管理办法", fee="三千", date="2024年11月22日"
        ),
        "staff/会费2026.txt": _RULES.format(name="会费管理办法", fee="九千", date="2026年1月5日"),
        "public/通知2024.txt": _NOTICE.format(year=2024),
        "public/通知2025.txt": _NOTICE.format(year=2025),
        "public/章程.txt": _RULES.format(name="章程", fee="若干", date="2021年6月1日"),
    }
    collection = Collection(folder / "home", create=True, analyzer=analyzer)
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    for audience in (Audience.PUBLIC, Audience.STAFF):
        ingest(collection, [folder / audience], audience=audience)
    collection.refresh()
    yield Searcher(collection, home="江岚省高校后勤协会")
    collection.close()


def ask(searcher: Searcher, text: str, audience: Audience = Audience.PUBLIC) -> Answer:
    return searcher.search(Query(text, audience, as_of="2026-02-01"))


def first(answer: Answer) -> str:
    return answer.documents[0].document.source


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("会费管理办法", "会费2024.txt"),
        ("个人会员要缴会费吗", "会费2024.txt"),
        ("2016年会费多少钱", "会费2016.txt"),
        ("去年的会费通知", "通知2025.txt"),
        ("前年的会费通知", "通知2024.txt"),
        ("章程第三条", "章程.txt"),
        ("会费管理办法第二条", "会费2024.txt"),
    ],
)
def test_what_is_wished_for_comes_first(searcher: Searcher, question: str, source: str) -> None:
    assert first(ask(searcher, question)) == source


def test_the_clause_asked_for_is_the_passage_shown(searcher: Searcher) -> None:
    for clause in ("第二条", "第三条", "第 3 条", "第三条第一款"):
        hit = ask(searcher, f"章程{clause}").documents[0].hits[0]
        assert hit.address == ("第二条" if clause == "第二条" else "第三条")


def test_a_later_edition_that_one_may_not_read_pushes_nothing_down(searcher: Searcher) -> None:
    question = "会费管理办法 单位会员每年缴纳会费多少元"
    assert first(ask(searcher, question)) == "会费2024.txt"
    (held,) = [d for d in ask(searcher, question).documents if d.document.source == "会费2024.txt"]
    assert "edition" not in held.wished
    staff = ask(searcher, question, Audience.STAFF)
    assert first(staff) == "会费2026.txt"
    (held,) = [d for d in staff.documents if d.document.source == "会费2024.txt"]
    assert held.wished["edition"] < 0


def test_words_that_say_only_what_documents_should_be_list_them_newest_first(
    searcher: Searcher,
) -> None:
    answer = ask(searcher, "去年的")
    assert [found.document.source for found in answer.documents] == ["通知2025.txt"]
    assert answer.total == 1 and answer.total_is_exact
    listed = ask(searcher, "文种:通知")
    sources = [found.document.source for found in listed.documents]
    assert sources == ["通知2025.txt", "通知2024.txt"]


def test_a_title_typed_whole_with_its_signs_comes_first(tmp_path: Path, analyzer: Analyzer) -> None:
    title = "关于印发《差旅费报销细则（试行）》的通知"
    (tmp_path / "files").mkdir()
    for name, text in {
        "甲": f"{title}\n\n各部门：\n\n请遵照执行。\n",
        "乙": "报销说明\n\n差旅费报销按差旅费报销细则（试行）办理，细则由财务处解释。\n",
    }.items():
        (tmp_path / "files" / f"{name}.txt").write_text(text, "utf-8")
    with closing(Collection(tmp_path / "home", create=True, analyzer=analyzer)) as collection:
        ingest(collection, [tmp_path / "files"], audience=Audience.PUBLIC)
        searcher = Searcher(collection)
        for typed in (title, "差旅费报销细则（试行）"):
            answer = ask(searcher, typed)
            named = [each for each in answer.documents if each.wished.get("title", 0) > 0]
            assert [each.document.source for each in named] == ["甲.txt"], typed
        assert first(ask(searcher, title)) == "甲.txt"
        assert ask(searcher, title).quote is None, "it is asked for, not something in it"


def test_editions_are_told_by_what_stands_after_the_issuers_name(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    issuer = "江岚省后勤管理协会"
    titles = (f"{issuer}章程", "章程（2016年修订）", "章程", f"{issuer}章程（试行）")
    for at, title in enumerate(titles):
        file = tmp_path / f"{at}.txt"
        file.write_text(f"{title}\n\n第一条 本章程第{at}次修改。\n", "utf-8")
        sidecar_of(file).write_text(f'title = "{title}"\nissuer = "{issuer}"\n', "utf-8")
    with closing(Collection(tmp_path / "home", create=True, analyzer=analyzer)) as collection:
        ingest(collection, sorted(tmp_path.glob("*.txt")), audience=Audience.PUBLIC)
        collection.refresh()
        assert {row.edition_of for row in collection.engine.columns.rows} == {f"{issuer}/章程"}
