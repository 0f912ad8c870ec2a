"""Characters that are mistaken for each other, and mistyped words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.lookalikes import _GROUPS, Kinship, kin, look_alikes

GROUPS = _GROUPS.split()


@pytest.mark.parametrize(
    "group",
    "己已巳 未末 日曰 土士 徽微 拔拨 候侯 帐账 辩辨辫 既即 晴睛 戊戌戍 冶治 折拆 折析 柱桂 "
    "券卷 竞竟 赢羸嬴 崇祟 刺剌 粱梁 撤撒 杨扬 坏环 贷货 壁璧 篮蓝 滥烂 密蜜 历厉 陪赔培 "
    "燥躁噪 检捡 拢扰 抚扶".split(),
)
def test_characters_that_people_exchange_are_in_the_table(group: str) -> None:
    for char in group:
        assert set(look_alikes(char)) >= set(group) - {char}


def test_the_table_is_of_folded_characters_and_says_nothing_twice(analyzer: Analyzer) -> None:
    assert len(GROUPS) > 150
    folded = analyzer.normalise(" ".join(GROUPS)).text
    assert folded.split() == GROUPS
    for group in GROUPS:
        assert len(set(group)) == len(group) > 1 and all("一" <= char <= "鿿" for char in group)
    sets = [set(group) for group in GROUPS]
    assert not [one for one in sets if sum(one <= other for other in sets) > 1]


def test_looking_alike_is_mutual_and_never_of_oneself() -> None:
    for char in set("".join(GROUPS)):
        assert look_alikes(char) and char not in look_alikes(char)
        assert all(char in look_alikes(other) for other in look_alikes(char))


@pytest.mark.parametrize("char", ["的", "a", "", "🙂", "𠮷", "会费"])
def test_most_characters_look_like_no_other(char: str) -> None:
    assert look_alikes(char) == ()


@pytest.mark.parametrize(
    ("text", "word", "kinship"),
    [
        ("会费标准", "会费标准", Kinship(0, 0, 0)),
        ("心得体汇", "心得体会", Kinship(1, 0, 0)),
        ("安微省", "安徽省", Kinship(1, 1, 0)),
        ("民单", "名单", Kinship(1, 0, 1)),
        ("帐户", "账户", Kinship(1, 0, 0)),
        ("未慧", "末会", Kinship(2, 1, 0)),
    ],
)
def test_kinship_counts_what_changed_and_how(text: str, word: str, kinship: Kinship) -> None:
    assert kin(text, word) == kinship
    assert kinship.sounds == kinship.changed - kinship.looks - kinship.fuzzy


@pytest.mark.parametrize(
    ("text", "word"),
    [("会费", "会议"), ("会", "会费"), ("a", "b"), ("会🙂", "会费"), ("会" * 500,) * 2],
)
def test_other_words_are_no_kin(text: str, word: str) -> None:
    assert kin(text, word) is None


def test_nearer_words_come_first() -> None:
    same, heard, fuzzy, seen, twice = (
        kin(text, "徽民") for text in ("徽民", "会民", "徽名", "微民", "会名")
    )
    assert None not in (same, heard, fuzzy, seen, twice)
    assert sorted(filter(None, (twice, seen, fuzzy, heard, same))) == [
        same,
        heard,
        fuzzy,
        seen,
        twice,
    ]


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_strings_are_safe_and_judged_alike_both_ways(text: str, word: str) -> None:
    assert kin(text, word) == kin(word, text)


@given(st.text("徽微会汇民名己已账帐", max_size=8))
def test_a_word_is_its_own_nearest_kin(word: str) -> None:
    assert kin(word, word) == Kinship(0, 0, 0)
    backwards = kin(word[::-1], word)
    assert backwards is None or backwards >= Kinship(0, 0, 0)
