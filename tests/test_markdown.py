"""Markdown's marks become style; what is not Markdown stays as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.model import Dropped
from ingest.lines import Block, Reading
from ingest.markdown import is_markdown, read_markdown
from ingest.text import read_text

BYLAW = """---
title: "江岚省高等院校后勤协会章程"
date: 2024-05-01
tags:
  - 章程
---
<!-- 草稿，勿外传 -->
<div align="center">

# 江岚省高等院校后勤协会章程 #

</div>

##一、总则
**第一条** 本会名称为[江岚省高等院校后勤协会](https://example.org/a_(b))，简称“江协”，是由江岚
省内高等院校后勤部门自愿结成的社会团体。

**重要提示：**

- 会员*应当*按时缴费
* 会员参加活动，
  不得缺席
1. 单位会员
2. 个人会员

----
"""


def lines(text: str) -> list[str]:
    return [block.text for block in read_markdown(text).blocks]


def read(tmp_path: Path, name: str, text: str) -> Reading:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return read_text(path)


def test_a_bylaw_reads_as_it_would_be_shown(tmp_path: Path) -> None:
    reading = read(tmp_path, "章程.md", BYLAW)
    assert reading.blocks == (
        Block("江岚省高等院校后勤协会章程", outline=1),
        Block("一、总则", outline=2),
        Block(
            "第一条 本会名称为江岚省高等院校后勤协会，简称“江协”，是由江岚省内高等院校后勤部门"
            "自愿结成的社会团体。"
        ),
        Block("重要提示：", bold=True),
        Block("会员应当按时缴费"),
        Block("会员参加活动，不得缺席"),
        Block("1. 单位会员"),
        Block("2. 个人会员"),
    )
    assert (reading.title, reading.date) == ("江岚省高等院校后勤协会章程", "2024-05-01")
    assert [drop.why for drop in reading.dropped] == ["front_matter", "comment"]
    assert (reading.format, reading.warnings) == ("txt", ())


def test_tables_become_rows_with_all_their_cells() -> None:
    text = "| 类别 | **会费** |\n|:---|---:|\n| 单位\\|团体 | 1000 |\n| 个人 | |\n表后的话"
    assert read_markdown(text).blocks == [
        Block("类别 | 会费", kind="row", cells=("类别", "会费"), header=True),
        Block("单位|团体 | 1000", kind="row", cells=("单位|团体", "1000")),
        Block("个人", kind="row", cells=("个人", "")),
        Block("表后的话"),
    ]


def test_words_that_are_not_text_are_kept_as_dropped() -> None:
    marked = read_markdown("![会徽](logo.png)会员~~必须~~参加\n\n```yaml\n# 不是标题\n```\n")
    assert [block.text for block in marked.blocks] == ["会员参加", "# 不是标题"]
    assert marked.dropped == [
        Dropped("会徽", "image"),
        Dropped("必须", "struck"),
        Dropped("yaml", "code_fence"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "*注：以上为准",
        "#话题 不是标题",
        "# 1",
        "3*4*5 和 a_b_c",
        "日期：____年__月",
        "〔2024〕5号（试行）",
        "<单位名称>",
        "--",
        "a | b",
    ],
)
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert lines(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\*必填\* 项用 `git` 提交", "*必填* 项用 git 提交"),
        ("见<https://example.org/a>", "见https://example.org/a"),
        ("<u>本会</u>&nbsp;会员[^1]", "本会 会员[^1]"),
        ("> 引用的话", "引用的话"),
        ("***务必***到会", "务必到会"),
        ("见[公约][1]\n\n[1]: https://example.org", "见公约"),
    ],
)
def test_marks_inside_a_line_go(text: str, expected: str) -> None:
    assert lines(text) == [expected]


def test_lines_of_one_paragraph_join_and_short_ones_do_not() -> None:
    assert lines("联系人：苏明远\n电话：0899-0000000") == ["联系人：苏明远", "电话：0899-0000000"]
    assert lines("江岚省高等院校后勤协会思想政治工作委员会\n2024年5月1日")[1] == "2024年5月1日"
    assert lines("第一行  \n第二行<br>第三行") == ["第一行", "第二行", "第三行"]
    assert read_markdown("附则\n----\n正文").blocks[0] == Block("附则", outline=2)


def test_a_text_of_any_name_may_be_markdown(tmp_path: Path) -> None:
    text = "# 章程\n\n## 总则\n\n正文在此。\n\n## 附则\n\n正文在此，完。\n"
    assert is_markdown(text)
    outlines = [block.outline for block in read(tmp_path, "a.txt", text).blocks]
    assert outlines == [1, 2, None, 2, None]


@pytest.mark.parametrize(
    "text",
    [
        "# 1\n正文在此。\n# 2\n正文在此。\n# 3\n正文在此。",
        "#甲\n正文\n#乙\n正文\n#丙\n正文",
        "# 端口\nport = 1\n# 地址\n# 默认本机\n# 可改",
        "关于开会的通知\n*注：须到会\n# 甲组",
    ],
)
def test_other_texts_are_not_markdown(tmp_path: Path, text: str) -> None:
    assert not is_markdown(text)
    assert [block.text for block in read(tmp_path, "a.txt", text).blocks] == text.split("\n")


@pytest.mark.parametrize(
    "piece", ["**甲", "[甲](", "`", "![", "<!--", "# ", "|-", "_甲", "~~甲", "> "]
)
def test_hostile_lines_are_read_in_time(piece: str) -> None:
    read_markdown(piece * 20_000)
    read_markdown((piece + "\n") * 1_000)


def test_a_decorative_line_of_tildes_opens_no_code() -> None:
    text = "# 守则\n\n~~~~ 温馨提示 请自带水杯 ~~~~\n\n## 二、时间\n\n每周三。"
    assert any("请自带水杯" in line for line in lines(text))
    assert [block.text for block in read_markdown(text).blocks if block.outline] == [
        "守则",
        "二、时间",
    ]
