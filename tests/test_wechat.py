"""Articles of WeChat accounts: kept out of sight by their page, surrounded by its buttons."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.html import read_html
from ingest.lines import Reading
from ingest.wechat import is_ornament

STORY = (
    "6月25日，东岭省高校后勤协会年会在江岚大学召开，来自全省86所高校的代表参加会议。",
    "会长回顾了一年来食堂标准化、学生公寓安全和能源管理等方面的工作。",
)


def read(tmp_path: Path, day: str, script: str = "") -> Reading:
    path = tmp_path / "a.html"
    path.write_text(
        '<html><head><meta charset=utf-8><meta property="og:site_name" content="微信公众平台">'
        f"<title></title><script>{script}</script></head><body>"
        '<h1 id="activity-name">\n东岭省高校后勤协会年会召开\n</h1>'
        '<div id="meta_content"><span>原创</span><a id="js_name">东岭高校后勤</a>'
        '<div style="display:none">功能介绍</div>'
        f'<em id="publish_time">{day}</em><em>发表于 <span>四川</span></em></div>'
        '<div id="js_content" style="visibility: hidden; opacity: 0;">'
        "<section><p>点击上方蓝字关注我们</p></section><p>"
        + "</p><p>".join(STORY)
        + "</p><p>END</p></div><div><a>阅读原文</a></div>"
        '<div class="dialog">微信扫一扫可打开此内容，<br>使用完整服务</div>'
        "<div><span>赞</span><span>，轻点两下取消赞</span><span>在看</span></div></body></html>",
        "utf-8",
    )
    return read_html(path)


def test_the_article_is_read_and_nothing_around_it(tmp_path: Path) -> None:
    reading = read(tmp_path, "2024-06-26 09:30")
    assert tuple(block.text for block in reading.blocks) == STORY
    assert reading.title == "东岭省高校后勤协会年会召开"
    assert (reading.date, reading.site) == ("2024-06-26", "东岭高校后勤")
    assert "使用完整服务" in {drop.text for drop in reading.dropped}


@pytest.mark.parametrize(
    ("script", "date"),
    [
        ("var createTime = '2024-06-26 09:30';", "2024-06-26"),
        ('var ct = "1719334800";', "2024-06-26"),  # an hour after midnight in Beijing
        ("var createTime = '2024-13-26 09:30';", None),
        ("var act = '1719334800';", None),
    ],
)
def test_a_day_that_only_a_script_knows(tmp_path: Path, script: str, date: str | None) -> None:
    assert read(tmp_path, "", script).date == date


@pytest.mark.parametrize(
    "text", ["点击上方蓝字关注我们", "长按识别二维码关注", "点个在看！", "— END —", "PART 02", "03"]
)
def test_ornaments(text: str) -> None:
    assert is_ornament(text)


@pytest.mark.parametrize(
    "text",
    ["关注民生，办好食堂", "点击率提高", "2024", "12", "扫码点餐系统上线运行情况", "一、END 项目"],
)
def test_words_of_the_text_are_no_ornaments(text: str) -> None:
    assert not is_ornament(text)


def test_small_parts_out_of_sight_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "b.html"
    prose = "".join(f"<p>{line}</p>" for line in STORY)
    path.write_text(
        f'<body><div>{prose}<p style="visibility:hidden">秘密</p></div></body>', "utf-8"
    )
    assert "秘密" not in repr(read_html(path))
