"""Plain text: encodings, and the three layouts of line breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest.encoding import decode
from ingest.text import Layout, layout_of, read_text, rows_of

SAMPLE = "各会员单位：为了规范会费的收取，经理事会研究决定，现将有关事项通知如下。\n"
TRADITIONAL = "各會員單位：為了規範會費的收取，經理事會研究決定，現將有關事項通知如下。\n"


def read(tmp_path: Path, data: bytes | str) -> list[str]:
    path = tmp_path / "a.txt"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return [block.text for block in read_text(path).blocks]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_simplified_text_is_read_in_every_encoding(encoding: str) -> None:
    assert decode(SAMPLE.encode(encoding)).text == SAMPLE


def test_big5_is_told_from_gb18030() -> None:
    assert decode(TRADITIONAL.encode("big5")).text == TRADITIONAL
    assert decode("协会".encode("gb18030")).text == "协会"


def test_utf8_cut_inside_a_character_is_still_utf8() -> None:
    decoded = decode(SAMPLE.strip().encode()[:-1])
    assert decoded.encoding == "utf-8" and decoded.errors == 0


def test_a_wrong_declaration_is_not_believed() -> None:
    assert decode(SAMPLE.encode("gb18030"), "utf-8").text == SAMPLE
    assert decode(SAMPLE.encode(), "gb2312").text == SAMPLE


def test_controls_and_bookmarks_are_stripped(tmp_path: Path) -> None:
    assert read(tmp_path, "会\x00员\x07大会\r\n[bookmark: _GoBack]第二行") == ["会员大会", "第二行"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [(" \r\n\t\u3000\n".encode(), "no_text"), (bytes(range(256)) * 40, "unsupported_type")],
)
def test_nothing_and_noise_are_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, data)
    assert caught.value.reason == reason


WRAPPED = """
关于召开大会的通知

各会员单位：

    经研究决定召开会员大会，审议工作报告并选举新一届理

事会，请各单位安排好工作，按照要求选派代表参加会议，不

得无故缺席，现将有关事项通知如下。

    一、会议时间定于六月上旬，具体日期由秘书处另行通知
各单位，请保持联系方式畅通。

    二、会议地点另行通知
"""


def test_hard_wrapped_text_ignores_blank_lines(tmp_path: Path) -> None:
    assert layout_of(rows_of(WRAPPED)[0]) is Layout.WRAPPED
    paragraphs = read(tmp_path, WRAPPED)
    assert len(paragraphs) == 5
    assert paragraphs[2].startswith("经研究") and paragraphs[2].endswith("如下。")
    assert paragraphs[3].endswith("畅通。")


def test_one_paragraph_a_line_is_left_alone(tmp_path: Path) -> None:
    lines = ["标题", SAMPLE.strip() * 4, "一、短标题", SAMPLE.strip(), "落款"]
    assert layout_of(rows_of("\n".join(lines))[0]) is Layout.LINES
    assert read(tmp_path, "\n".join(lines)) == lines


def test_a_sentence_cut_by_a_blank_line_is_mended(tmp_path: Path) -> None:
    cut = "本次比赛共有来自两家协会会员单位的七所高校，以及各企业选拔出三十五位"
    parts = ["标题在此", cut, "选手参加本次赛事。", "二、其他", "正文在这里。"]
    assert read(tmp_path, "\n\n".join(parts)) == [
        "标题在此",
        cut + "选手参加本次赛事。",
        "二、其他",
        "正文在这里。",
    ]


def test_a_long_title_is_not_taken_for_a_cut_sentence(tmp_path: Path) -> None:
    title = "某某省高等院校后勤协会关于开展二〇二四年度会员单位服务质量评价工作的通知"
    parts = [title, "各会员单位：", SAMPLE.strip(), "特此通知。"]
    assert read(tmp_path, "\n\n".join(parts))[0] == title


def test_page_numbers_go_only_when_they_prove_themselves(tmp_path: Path) -> None:
    pages = "\f".join(f"第{number}节的内容。\n{number}" for number in (1, 2, 3))
    path = tmp_path / "a.txt"
    path.write_text(pages)
    reading = read_text(path)
    assert [drop.text for drop in reading.dropped] == ["1", "2", "3"]
    assert [block.page for block in reading.blocks] == [1, 2, 3]
    path.write_text("数量\n2\n单位\n3")
    assert [block.text for block in read_text(path).blocks] == ["数量", "2", "单位", "3"]


def test_a_number_between_dashes_is_a_page_number_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("关于开会的通知\n- 1 -\n各单位：\n—2—\n- 3\n4")
    reading = read_text(path)
    assert [block.text for block in reading.blocks] == ["关于开会的通知", "各单位：", "- 3", "4"]
    assert [(d.text, d.why) for d in reading.dropped] == [
        ("- 1 -", "page_number"),
        ("—2—", "page_number"),
    ]


SHORT_LINES = "\n".join([f"栏目{n}" for n in range(20)])
CUT_LINES = """经研究决定召开会员大会，审议工作报告并选举新一届理事会，请
各单位安排好工作，按照要求选派代表参加会议，不得无故缺席，并
按时报送名单。
会议时间定于六月上旬，具体日期由秘书处另行通知各单位，请保持
联系方式畅通。会议地点在东岭宾馆，参加会议的代表请提前一天报
到，费用自理。"""


def test_wrapped_text_among_many_short_lines_is_still_joined(tmp_path: Path) -> None:
    text = f"{SHORT_LINES}\n{CUT_LINES}"
    assert layout_of(rows_of(text)[0]) is Layout.WRAPPED
    assert read(tmp_path, text)[20:] == [
        "经研究决定召开会员大会，审议工作报告并选举新一届理事会，请各单位安排好工作，"
        "按照要求选派代表参加会议，不得无故缺席，并按时报送名单。",
        "会议时间定于六月上旬，具体日期由秘书处另行通知各单位，请保持联系方式畅通。"
        "会议地点在东岭宾馆，参加会议的代表请提前一天报到，费用自理。",
    ]


def test_wide_lines_that_end_their_sentences_are_not_wrapped() -> None:
    ended = "\n".join([SAMPLE.strip()] * 5)
    assert layout_of(rows_of(f"{SHORT_LINES}\n{ended}")[0]) is Layout.LINES


def test_the_longest_names_of_a_list_are_not_wrapped_text() -> None:
    names = [f"东岭省{place}高等教育后勤服务发展有限责任公司" for place in "东南西北中"]
    assert layout_of(rows_of(f"{SHORT_LINES}\n" + "\n".join(names))[0]) is Layout.LINES


UNCLEAR = """本会的收入，包括会费、捐赠，以及
政府资助，还有利息，均须
入账，不得挪用。"""


def test_a_layout_that_cannot_be_told_is_a_warning_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(UNCLEAR, "utf-8")
    reading = read_text(path)
    assert reading.warnings == ("layout_unclear",)
    assert [block.text for block in reading.blocks] == UNCLEAR.split("\n")


@pytest.mark.parametrize(
    "text",
    [
        WRAPPED,
        f"{SHORT_LINES}\n{CUT_LINES}",
        "关于开会的通知\n各会员单位：\n现定于五月开会，请参加。\n苏明远，会长\n江协\n2024年5月1日",
        "名单\n苏明远，男\n林一，女\n一、总则，附则\n二、其他",
    ],
)
def test_ordinary_texts_have_no_warning(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    assert read_text(path).warnings == ()


def test_a_blank_line_parts_a_wide_title_from_the_addressee(tmp_path: Path) -> None:
    wrapped = "各会员单位要按照理事会的安排认真做好各项准备工作并于月底前报送材料逾期"
    lines = [
        "关于举办全省高校学生公寓管理人员专题培训班的通知",
        "",
        "各会员单位：",
        *(wrapped[:28] for _ in range(5)),
        "视为放弃。",
    ]
    assert read(tmp_path, "\n".join(lines))[:2] == [lines[0], lines[2]]


def test_the_date_under_a_name_as_wide_stays_apart(tmp_path: Path) -> None:
    lines = (
        "东岭省设计竞赛章程第九届",
        "东岭省设计竞赛组织委员会",
        "二〇三一年十二月二十一日",
        "第一条 竞赛每年一届",
    )
    path = tmp_path / "a.txt"
    path.write_text("\n".join(lines * 2), "utf-8")
    assert any(block.text.startswith("二〇三一年") for block in read_text(path).blocks)


def test_the_labelled_lines_of_minutes_stay_apart(tmp_path: Path) -> None:
    lines = (
        "安排讨论会会议记录",
        "会议时间：11月17日14:00",
        "会议地点：活动中心201室",
        "主持人：陈思远某某",
    )
    path = tmp_path / "a.txt"
    path.write_text("\n".join(lines + ("会议讨论了招新工作，",) * 4), "utf-8")
    assert [block.text for block in read_text(path).blocks][:4] == list(lines)
