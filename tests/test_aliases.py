"""Other names: as documents give them, as the thesaurus knows them, as the office decides."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest
from typer.testing import CliRunner

from index.aliases import Alias, alias_of, formed, mined
from index.analyzer import Analyzer
from index.model import Audience
from index.suggester import Suggester
from index.thesaurus import MEANT, SAME, Thesaurus, read_own
from office import Office, office
from service.cli import app
from service.desk import Desk
from service.settings import Settings

__all__ = ["office"]
COMMITTEE = "江岚省高校后勤协会思想政治工作委员会（以下简称“思政会”）于三月召开全体会议。"


@pytest.mark.parametrize(
    ("line", "short", "full"),
    [
        (COMMITTEE, "思政会", "思想政治工作委员会"),
        (
            "本协会定名为江岚省高等院校后勤协会，简称江岚高后协。",
            "江岚高后协",
            "江岚省高等院校后勤协会",
        ),
        ("江岚省大学生资助管理中心(下称资助中心)负责发放。", "资助中心", "资助管理中心"),
    ],
)
def test_a_short_name_that_a_document_states_is_known(
    line: str, short: str, full: str, analyzer: Analyzer
) -> None:
    stated = [alias for alias in mined([line], analyzer.cut) if alias.stated]
    assert stated == [Alias(short, full, stated=True)]


@pytest.mark.parametrize(
    "line",
    [
        "江岚省高等院校后勤协会（以下简称本会）",
        "江岚省高等院校后勤协会（以下简称“协会”）",
        "《江岚民法典》（以下简称民法典）",
        "甲级单位，称先进。",
    ],
)
def test_names_for_oneself_and_parts_of_names_are_no_aliases(line: str, analyzer: Analyzer) -> None:
    assert not [alias for alias in mined([line], analyzer.cut) if alias.stated]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("物业专业委员会办过培训", "物专会"),
        ("餐饮专业委员会", "餐饮专委会"),
        ("召开思想政治工作委员会", "思政会"),
        ("电子科技大学后勤", "电子科大"),
        ("绵阳师范学院", "绵阳师院"),
    ],
)
def test_committees_and_schools_have_their_usual_short_forms(
    name: str, short: str, analyzer: Analyzer
) -> None:
    assert short in {alias.short for alias in formed(name, analyzer.cut)}


def test_an_alias_is_written_and_read_again() -> None:
    for alias in (Alias("思政会", "思想政治工作委员会", stated=True), Alias("川大", "四川大学")):
        assert alias_of(alias.written()) == alias


def thesaurus(analyzer: Analyzer, ours: str, own: str = "") -> Thesaurus:
    return Thesaurus(((SAME, ours), (SAME, own)), analyzer)


def others(held: Thesaurus, text: str, analyzer: Analyzer) -> dict[str, tuple[str, ...]]:
    boundaries, at = {0}, 0
    for word in analyzer.cut(text):
        boundaries.add(at := at + len(word))
    return {way.word: way.others for way in held.ways(text, frozenset(boundaries))}


def test_groups_hold_both_ways_and_arrows_one_way(analyzer: Analyzer) -> None:
    held = thesaurus(analyzer, "食堂 伙食 # 同义\n欠钱 => 债务 借款\n\n")
    assert others(held, "食堂和伙食", analyzer) == {"食堂": ("伙食",), "伙食": ("食堂",)}
    assert others(held, "欠钱不还", analyzer) == {"欠钱": ("债务", "借款")}
    assert not others(held, "债务", analyzer)
    assert [way.how for way in held.ways("欠钱", frozenset({0, 2}))] == [MEANT]


def test_the_offices_own_file_has_the_last_word(analyzer: Analyzer) -> None:
    held = thesaurus(analyzer, "食堂 伙食 餐饮", "- 食堂 餐饮\n校医院 医务室\nＡＢ => 甲乙")
    assert others(held, "食堂", analyzer) == {"食堂": ("伙食",)}
    assert others(held, "校医院", analyzer) == {"校医院": ("医务室",)}
    assert held.takes_back("餐饮", "食堂") and not held.takes_back("伙食", "食堂")


def test_only_whole_words_count_and_the_longest_of_them(analyzer: Analyzer) -> None:
    held = thesaurus(analyzer, "裁员 => 解除\n停水 => 停止供水\n停水通知 => 公告")
    assert not others(held, "仲裁员", analyzer)
    assert others(held, "停水通知", analyzer) == {"停水通知": ("公告",)}


def ask(home: Office, question: str, audience: Audience, **params: str) -> dict[str, Any]:
    collection = home.open()
    try:
        desk = Desk(collection, audience, Settings(home=home.home))
        return desk.search({"q": question, **params})
    finally:
        collection.close()


def found(answer: dict[str, Any]) -> dict[str, str]:
    told = answer["query"]["understood"]
    return {item["text"]: item["value"] for item in told if item["kind"] == "alias"}


@pytest.fixture
def named(office: Office) -> Office:
    """A committee with its short name: one document states it to staff, two use either name."""
    office.write("内部.txt", f"关于思政工作的通知\n\n{COMMITTEE}\n")
    office.ingest(audience=Audience.STAFF)
    public = office.folder.parent / "公开"
    public.mkdir()
    (public / "简报.txt").write_text(
        "工作简报\n\n本月思政会举办了骨干培训，参加者六十人。\n", "utf-8"
    )
    (public / "纪要.txt").write_text("会议纪要\n\n思想政治工作委员会审议了计划。\n", "utf-8")
    (public / "班车.txt").write_text("班车时刻\n\n交通班车早上七点从东门发车。\n", "utf-8")
    office.ingest(public, audience=Audience.PUBLIC)
    return office


def test_a_short_name_finds_the_full_one_and_the_other_way_round(named: Office) -> None:
    for question in ("思政会", "思想政治工作委员会"):
        answer = ask(named, question, Audience.STAFF)
        assert {hit["source"] for hit in answer["hits"]} >= {"内部.txt", "简报.txt", "纪要.txt"}
        assert question in found(answer)
    marked = next(hit for hit in answer["hits"] if hit["source"] == "简报.txt")["passages"][0]
    assert "思政会" in [marked["text"][a:b] for a, b in marked["marks"]]


def test_the_word_that_was_typed_counts_more_than_what_says_the_same(named: Office) -> None:
    assert ask(named, "思政会", Audience.PUBLIC)["hits"][0]["source"] == "简报.txt"
    question = "思想政治工作委员会"
    assert ask(named, question, Audience.PUBLIC)["hits"][0]["source"] == "纪要.txt"


def test_aliases_can_be_switched_off_and_taken_away(named: Office) -> None:
    assert not found(ask(named, "校车", Audience.PUBLIC, aliases="0"))
    answer = ask(named, "校车几点开", Audience.PUBLIC)
    assert found(answer) == {"校车": "班车"} and answer["hits"][0]["source"] == "班车.txt"
    assert not found(ask(named, "校车几点开", Audience.PUBLIC, literal="校车"))


def test_nobody_learns_a_name_from_a_document_that_is_not_theirs(named: Office) -> None:
    secret = "江岚省高校后勤协会预备监督小组（以下简称“预监组”）已经成立。"
    named.write("机密.txt", f"机密\n\n{secret}\n")
    named.ingest(audience=Audience.STAFF)
    assert found(ask(named, "预监组", Audience.STAFF)) == {"预监组": "预备监督小组"}
    assert not found(ask(named, "预监组", Audience.PUBLIC))
    (named.folder / "机密.txt").unlink()
    named.ingest(prune=True)
    assert not found(ask(named, "预监组", Audience.STAFF)), "it went with its document"


def test_a_longer_name_that_is_not_theirs_hides_no_shorter_one(named: Office) -> None:
    named.write("机密.txt", "机密\n\n思政会年度重点专项（以下简称“思政会年专”）启动。\n")
    named.ingest(audience=Audience.STAFF)
    assert found(ask(named, "思政会年专", Audience.STAFF)) == {"思政会年专": "思政会年度重点专项"}
    assert found(ask(named, "思政会年专", Audience.PUBLIC)) == {"思政会": "思想政治工作委员会"}


def test_what_has_the_other_name_is_suggested_to_who_may_know_of_it(named: Office) -> None:
    public, plan = named.folder.parent / "公开", "预备监督小组2025年工作计划"
    (public / "计划.txt").write_text(f"{plan}\n\n全年开会两次。\n", "utf-8")
    named.ingest(public, audience=Audience.PUBLIC)
    secret = "江岚省高校后勤协会预备监督小组（以下简称“预监组”）已经成立。"
    named.write("机密.txt", f"机密\n\n{secret}\n")
    named.ingest(audience=Audience.STAFF)
    with closing(named.open()) as collection:
        suggester = Suggester(collection)
        for typed in ("预监组", "预监组2025"):
            assert plan not in [one.text for one in suggester.suggest(typed, Audience.PUBLIC)]
        for typed in ("预监组", "预监组2025"):
            assert [one.text for one in suggester.suggest(typed, Audience.STAFF)] == [plan]


def test_what_stands_nowhere_is_not_looked_for(named: Office) -> None:
    assert found(ask(named, "老板", Audience.STAFF)) == {}


def test_the_office_lists_rejects_and_approves_aliases(named: Office) -> None:
    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(app, ["aliases", "--home", str(named.home), *arguments])
        return done.exit_code, done.stdout, done.stderr

    (entry,) = [e for e in json.loads(run("--json")[1]) if e["short"] == "思政会"]
    assert entry["full"] == "思想政治工作委员会" and entry["verdict"] == "found"
    assert entry["evidence"] == COMMITTEE
    pair = "思政会=思想政治工作委员会"
    assert "已停用" in run("--reject", pair)[1]
    assert not found(ask(named, "思政会", Audience.STAFF))
    assert run("--approve", pair)[0] == 0 and run("--approve", "校医院=医务室")[0] == 0
    assert found(ask(named, "思政会", Audience.STAFF)) == {"思政会": "思想政治工作委员会"}
    assert (named.home / "thesaurus.txt").read_text("utf-8").count("思政会") == 1
    for bad in ("思政会", "=", "思 政=会", "甲=乙"):
        code, _, said = run("--approve", bad)
        assert code == 2 and "简称=全称" in said


def test_a_file_of_the_office_that_cannot_be_read_stops_nothing(named: Office) -> None:
    broken = b"\xff\xfe\x00 =>\n=> x\n- \n#"
    (named.home / "thesaurus.txt").write_bytes(broken)
    assert found(ask(named, "校车几点开", Audience.PUBLIC)) == {"校车": "班车"}
    told = CliRunner().invoke(
        app, ["aliases", "--approve", "甲乙=甲某乙", "--home", str(named.home)]
    )
    assert told.exit_code != 0 and "UTF-8" in told.output
    assert (named.home / "thesaurus.txt").read_bytes() == broken, "nothing of it is lost"


def test_what_an_older_editor_wrote_is_read_and_kept(named: Office) -> None:
    (named.home / "thesaurus.txt").write_bytes("校车 通勤车\n".encode("gb18030"))
    name = "江岚省高等院校后勤协会学生公寓与校园物业管理专业委员会"
    for choice in ("--approve", "--reject"):
        done = CliRunner().invoke(
            app, ["aliases", choice, f"公寓会={name}", "--home", str(named.home)]
        )
        assert done.exit_code == 0, done.output
    own = read_own(named.home)
    assert "校车 通勤车" in own and f"- 公寓会 {name}" in own
    with closing(named.open()) as collection:
        assert collection.synonyms.thesaurus.takes_back("公寓会", name)
