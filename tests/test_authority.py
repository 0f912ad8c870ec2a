"""How much weight a document's source has, and what the office says beside the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.authority import authority, is_third_party
from ingest.reader import read
from ingest.sidecar import sidecar_of

PUBLIC = Path(__file__).parents[1] / "corpus" / "documents" / "public"
RULES = "会费管理办法\n\n第一条 会员单位每年三月底前缴纳会费。\n\n第二条 逾期不缴的由秘书处催缴。\n"


@pytest.mark.parametrize(
    ("types", "number", "site", "level"),
    [
        (("章程",), None, None, 0),
        (("通知",), "江岚高后协〔2025〕3号", None, 0),
        (("纪要",), None, None, 0),
        ((), "江岚高后协〔2025〕3号", None, 0),
        (("总结",), None, None, 1),
        (("新闻",), None, "协会秘书处", 1),
        ((), None, None, 1),
        (("通知",), None, "后勤信息港", 3),
    ],
)
def test_authority_follows_from_the_fields(
    types: tuple[str, ...], number: str | None, site: str | None, level: int
) -> None:
    assert authority(types, number, site, None) == authority(types, number, None, site) == level


@pytest.mark.parametrize("name", ["后勤信息港", "工作范文网", "教育在线", "某某文库", "新浪网"])
def test_a_medium_is_a_third_party(name: str) -> None:
    assert is_third_party(name)


@pytest.mark.parametrize(
    "name", ["江岚省高等院校后勤协会", "某某协会网", "省教育厅网站", "江岚大学后勤保障部", "秘书处"]
)
def test_a_body_with_its_own_site_is_none(name: str) -> None:
    assert not is_third_party(name)


def test_the_portals_copy_weighs_less_than_the_notice_it_copied() -> None:
    levels = {file.name: read(file).authority for file in PUBLIC.iterdir() if "培训" in file.name}
    (copy,) = [name for name in levels if "名额仅160人" in name]
    assert levels.pop(copy) == 3 and set(levels.values()) == {0}


def test_a_sidecar_overrides_what_was_read(tmp_path: Path) -> None:
    file = tmp_path / "办法.txt"
    file.write_text(RULES, "utf-8")
    assert read(file).authority == 0
    sidecar_of(file).write_text("authority = 3\n", "utf-8")
    assert read(file).authority == 3 and read(file).warnings == ()
