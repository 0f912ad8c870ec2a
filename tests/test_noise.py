"""Noise against copying goes, and what looks like it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.model import Dropped
from ingest.html import read_html
from ingest.lines import Block
from ingest.noise import visible, without_noise
from ingest.text import read_text


def clean(*texts: str) -> tuple[list[str], list[str]]:
    blocks, dropped = without_noise([Block(text) for text in texts])
    assert {drop.why for drop in dropped} <= {"noise"}
    return [block.text for block in blocks], [drop.text for drop in dropped]


def test_pinyin_in_brackets_goes_and_real_brackets_stay() -> None:
    texts, dropped = clean(
        "为规范会(huì)费的收(shou)取，制定本办（ban4）法。",
        "经理事会(GB)研究(试行)决定，安装(APP)，防控新冠(COVID)和(covid)疫情，依第3条，甲方(an)乙",
    )
    assert texts[0] == "为规范会费的收取，制定本办法。"
    assert texts[1].count("(") == 6
    assert dropped == ["(huì)", "(shou)", "（ban4）"]


def test_the_sound_of_a_rare_name_is_no_noise() -> None:
    text = "苏翀（chōng）任会长，翀（chōng）字读如冲，仇（qiú）某任秘书长。"
    assert clean(text) == ([text], [])


def test_marks_inside_words_go_and_bullets_stay() -> None:
    texts, dropped = clean("★为规★范会费的收★取，制定★本办◆法。", "★各会员单位")
    assert texts == ["★为规范会费的收取，制定本办法。", "★各会员单位"]
    assert dropped == ["★", "◆"]


@pytest.mark.parametrize(
    "text",
    [
        "男□女□ 是□否□ 有□无□ 到□会□",
        "标★的条款不得偏离，带★号的条款为实质要求，凡标★条款须逐条应答，未标★者除外。",
        "二○二四年三月，二○二五年四月，二○二六年五月",
        "会员★理事★监事★会长★秘书长",
        "H7N9禽流感，感染H7N9病毒，防控H7N9疫情，预防H7N9传播",
        "用GB18030编码，用Win10系统，用Office365软件，用iPhone12手机",
    ],
)
def test_marks_and_codes_with_a_meaning_stay(text: str) -> None:
    assert clean(text) == ([text], [])


def test_codes_inside_words_go_whether_the_same_or_not() -> None:
    same = "为规ct7Xq9范会费的收ct7Xq9取，制定ct7Xq9本办ct7Xq9法，用Win10系统。"
    assert clean(same) == (["为规范会费的收取，制定本办法，用Win10系统。"], ["ct7Xq9"])
    other = "为规x8K2m范会费的收ct7Xq9取，制定本办a1Bq9法，防控H7N9疫情。"
    assert clean(other)[0] == ["为规范会费的收取，制定本办法，防控H7N9疫情。"]


def test_unseen_characters_go_and_bullets_of_symbol_fonts_stay() -> None:
    text, dropped = visible("会\u200b员\ue123大\u200b会\n\uf0b7 第一项\ue5e5完")
    assert text == "会员大会\n\uf0b7 第一项\u3000完"
    assert dropped == [Dropped("U+200B", "noise"), Dropped("U+E123", "noise")]


def test_cells_of_a_row_are_cleaned_with_it() -> None:
    row = Block("会\u200b费 | 一千元", kind="row", cells=("会\u200b费", "一千元"))
    assert without_noise([row])[0] == [Block("会费 | 一千元", kind="row", cells=("会费", "一千元"))]


NOISY = "为规(gui)范会(hui)费的收(shou)取，制定本办(ban)法，请各会员单位遵照执行。"


def test_texts_and_pages_are_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"会费办\u200b法\n{NOISY}", "utf-8")
    reading = read_text(path)
    assert [block.text for block in reading.blocks] == [
        "会费办法",
        "为规范会费的收取，制定本办法，请各会员单位遵照执行。",
    ]
    assert [drop.text for drop in reading.dropped][:2] == ["U+200B", "(gui)"]
    page = tmp_path / "a.html"
    page.write_text(f"<title>会费办&#8203;法</title><p>{NOISY}</p><p>{NOISY}</p>", "utf-8")
    read_back = read_html(page)
    assert read_back.title == "会费办法"
    assert all("(" not in block.text for block in read_back.blocks)
