"""Title, number, issuer, date, years and types, each from its own place only."""

from __future__ import annotations

import pytest

from ingest.cue import title_types
from ingest.lines import Block, Reading
from ingest.metadata import Metadata, read_metadata
from ingest.structure import build_structure

_BODY = (
    "根据东教发〔2030〕5号文件和2030年3月1日会议的要求，"
    "各会员单位要认真做好这项工作，按时报送材料。"
)


def _read(*texts: str | Block, title: str | None = None, date: str | None = None) -> Metadata:
    blocks = tuple(text if isinstance(text, Block) else Block(text) for text in texts)
    reading = Reading("txt", blocks, title=title, date=date)
    return read_metadata(build_structure(reading), reading)


def test_a_red_head_notice_gives_every_field() -> None:
    metadata = _read(
        "东 岭 省 后 勤 协 会",
        "东后协〔2031〕 7 号",
        "东岭省后勤协会安全委员会关于开展",
        "食堂安全检查的通知",
        "各会员单位：",
        _BODY,
        "东岭省后勤协会安全委员会",
        "2031 年 6 月 25 日",
    )
    assert metadata == Metadata(
        title="东岭省后勤协会安全委员会关于开展食堂安全检查的通知",
        number="东后协〔2031〕7号",
        letterhead="东岭省后勤协会",
        issuer="东岭省后勤协会安全委员会",
        date="2031-06-25",
        years=(2031,),
        types=("通知",),
    )


def test_what_the_text_cites_is_not_the_documents_own() -> None:
    metadata = _read("关于报送材料的通知", _BODY, _BODY)
    assert (metadata.number, metadata.date, metadata.issuer) == (None, None, None)


def test_a_summary_without_a_date_keeps_its_years() -> None:
    metadata = _read("东岭省后勤协会", "2030年工作总结和2031年工作要点", _BODY)
    assert metadata.title == "东岭省后勤协会2030年工作总结和2031年工作要点"
    assert (metadata.years, metadata.types) == ((2030, 2031), ("总结", "要点"))
    assert (metadata.issuer, metadata.date) == ("东岭省后勤协会", None)


def test_a_web_page_gives_its_own_title_and_date() -> None:
    metadata = _read("宿舍管理心得体会", _BODY, title="宿舍管理心得体会", date="2031-05-06")
    assert (metadata.title, metadata.date) == ("宿舍管理心得体会", "2031-05-06")
    assert metadata.types == ("心得体会",)


def test_news_is_told_by_its_first_sentence() -> None:
    metadata = _read(
        "6月3日上午，东岭大学后勤保障部在报告厅召开安全工作会议，全体班组长参加。" * 2, _BODY
    )
    assert (metadata.title, metadata.date) == (None, None)
    assert metadata.types == ("新闻",)
    assert metadata.issuer == "东岭大学后勤保障部"


def test_a_regulation_is_dated_by_its_adoption() -> None:
    metadata = _read(
        "东岭协会章程", "（2031年3月2日第二次会员大会通过）", "第一条 本会名称为东岭协会。"
    )
    assert (metadata.date, metadata.types) == ("2031-03-02", ("章程",))
    assert metadata.issuer == "东岭协会"


@pytest.mark.parametrize("seal", ["（章）", "（盖章）", "(公章)"])
def test_the_place_of_a_seal_is_not_part_of_the_issuer(seal: str) -> None:
    metadata = _read("关于报送材料的通知", _BODY, f"东岭省后勤协会{seal}", "2031年6月25日")
    assert metadata.issuer == "东岭省后勤协会"


def test_a_body_named_by_its_session_gives_way_to_a_whole_name() -> None:
    signed = (_BODY, "第六届理事会", "2031年6月25日")
    assert _read("东岭省后勤协会2030年工作总结", *signed).issuer == "东岭省后勤协会"
    assert _read("关于报送材料的通知", *signed).issuer == "第六届理事会"


def test_the_day_of_printing_is_not_the_date() -> None:
    metadata = _read("关于停水的通知", _BODY, "东岭协会秘书处 2031年6月25日印发")
    assert metadata.date is None


def test_a_title_glued_to_its_addressee_is_parted() -> None:
    metadata = _read("东岭协会关于开展检查有关事宜的通知各高校后勤处，各有关单位：", _BODY)
    assert metadata.title == "东岭协会关于开展检查有关事宜的通知"


def test_a_running_head_names_what_a_picture_cover_hides() -> None:
    from index.model import Dropped

    reading = Reading(
        "pdf",
        (Block("前 言", centred=True), Block(_BODY)),
        dropped=(Dropped("东岭大学2031学生手册", "running_head"),),
    )
    assert read_metadata(build_structure(reading), reading).title == "东岭大学2031学生手册"


@pytest.mark.parametrize(
    ("title", "types"),
    [
        ("东岭协会会费管理办法（试行）", ("办法",)),
        ("关于印发《东岭协会章程》的通知", ("通知",)),
        ("第三次理事会会议纪要", ("纪要",)),
        ("考勤规定", ("规定",)),
        ("教学方法", ()),
        ("喜报", ()),
        ("采购与验收规范", ("规范",)),
        ("会议记录", ("纪要",)),
        ("關於開會的通知", ("通知",)),
    ],
)
def test_types_come_from_the_end_of_the_title(title: str, types: tuple[str, ...]) -> None:
    assert title_types(title) == types
