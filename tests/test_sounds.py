"""What characters sound like: readings, words in context, initials, homophones.

Measured over the 22,851 distinct words of every tenth of 3,476 laws on two shared cores: 32,000 to
47,000 new words a second, 160,000 to 240,000 met before; 3.4 MB for remembering them all.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.pinyin import SYLLABLES
from index.sounds import MAX_CHARS, Alike, alike, initials, readings, sound, sounds_like

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
WORDS = st.text(HAN, max_size=12)


def test_readings_are_toneless_and_commonest_first() -> None:
    assert readings("会") == ("hui", "kuai")
    assert readings("长") == ("zhang", "chang")
    assert readings("女")[0] == "nv" and readings("略") == ("lve",)
    assert readings("嗯") == ("en",) and "ei" in readings("欸")


@pytest.mark.parametrize("char", ["a", "5", "，", "🙂", "𠮷", "\u0301", "\ud800"])
def test_what_has_no_reading_gives_none(char: str) -> None:
    assert readings(char) == ()
    assert sound(char) == char and initials(char) == char


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        ("心得体会", "xin'de'ti'hui"),
        ("重庆", "chong'qing"),
        ("重量", "zhong'liang"),
        ("银行", "yin'hang"),
        ("行为", "xing'wei"),
        ("会计", "kuai'ji"),
        ("会议", "hui'yi"),
        ("长沙", "chang'sha"),
        ("会长", "hui'zhang"),
        ("差旅费", "chai'lv'fei"),
        ("利用率", "li'yong'lv"),
        ("策略", "ce'lve"),
        ("长效机制", "chang'xiao'ji'zhi"),
        ("成长性", "cheng'zhang'xing"),
        ("电力行业", "dian'li'hang'ye"),
        ("调整机制", "tiao'zheng'ji'zhi"),
        ("执行情况", "zhi'xing'qing'kuang"),
        ("国际会计", "guo'ji'kuai'ji"),
        ("派人参加", "pai'ren'can'jia"),
        ("本行政区域", "ben'xing'zheng'qu'yu"),
        ("暂行规定", "zan'xing'gui'ding"),
        ("工商行政管理局", "gong'shang'xing'zheng'guan'li'ju"),
        ("2024年", "2024'nian"),
        ("a级", "a'ji"),
        ("wps文档", "wps'wen'dang"),
        ("𠮷野家", "𠮷'ye'jia"),
        ("", ""),
    ],
)
def test_a_word_sounds_as_it_is_read_in_context(word: str, heard: str) -> None:
    assert sound(word) == heard


@pytest.mark.parametrize(
    ("word", "letters"),
    [
        ("分支机构管理办法", "fzjgglbf"),
        ("2024年", "2024n"),
        ("重庆市会计学会", "cqskjxh"),
        ("it服务", "itfw"),
        ("安全", "aq"),
    ],
)
def test_initials_are_the_first_letters_of_the_syllables(word: str, letters: str) -> None:
    assert initials(word) == letters


def test_homophones_sound_the_same() -> None:
    assert sounds_like("心得体汇", "心得体会") is Alike.SAME
    assert sounds_like("会记", "会计") is Alike.SAME
    assert sounds_like("帐户", "账户") is Alike.SAME


def test_any_reading_of_a_character_counts() -> None:
    assert sounds_like("虫庆", "重庆") is Alike.SAME
    assert sounds_like("种量", "重量") is Alike.SAME
    assert sounds_like("快计", "会计") is Alike.SAME
    assert sounds_like("常沙", "长沙") is Alike.SAME
    assert sounds_like("掌沙", "长沙") is Alike.SAME


@pytest.mark.parametrize(
    ("text", "word"), [("资赤", "支持"), ("蓝方", "南方"), ("民单", "名单"), ("胡建", "福建")]
)
def test_southern_typists_are_understood_at_a_lower_grade(text: str, word: str) -> None:
    assert sounds_like(text, word) is Alike.FUZZY


@pytest.mark.parametrize(
    ("text", "word"), [("会费", "会议"), ("会", "会费"), ("a", "b"), ("会a", "会阿"), ("🙂", "会")]
)
def test_other_words_sound_different(text: str, word: str) -> None:
    assert sounds_like(text, word) is Alike.NO


@given(WORDS)
def test_a_word_has_one_syllable_for_each_character(word: str) -> None:
    syllables = sound(word).split("'") if word else []
    assert len(syllables) == len(word) == len(initials(word))
    for char, syllable in zip(word, syllables, strict=True):
        assert syllable in SYLLABLES or (not readings(char) and syllable == char)


@given(WORDS, st.data())
def test_sounding_alike_is_symmetric_and_reflexive(word: str, data: st.DataObject) -> None:
    other = data.draw(st.text(HAN, min_size=len(word), max_size=len(word)))
    assert sounds_like(word, word) is Alike.SAME
    assert sounds_like(word, other) is sounds_like(other, word)


@given(HAN, HAN)
def test_characters_sound_the_same_when_they_share_a_reading(one: str, other: str) -> None:
    share = one == other or bool(set(readings(one)) & set(readings(other)))
    assert (alike(one, other) is Alike.SAME) == share


@given(st.text(max_size=300))
def test_any_string_is_a_safe_input(text: str) -> None:
    assert sound(text) == sound(text[:MAX_CHARS])
    assert len(initials(text)) == len(text[:MAX_CHARS])
    assert sounds_like(text, text[::-1]) in Alike


def test_long_input_is_cut_short() -> None:
    assert sound("会" * 500).count("hui") == MAX_CHARS
    assert sound("a" * 500) == "a" * MAX_CHARS
    assert sounds_like("会" * 500, "会" * 500) is Alike.NO


def test_pronunciations_are_loaded_only_when_asked_for() -> None:
    code = (
        "import sys\n"
        "from index.lookalikes import kin\n"
        "from index.pinyin import is_typed_sound, syllables\n"
        "from index.sounds import initials, sound, sounds_like\n"
        "is_typed_sound('huifei'), syllables('huifei'), kin('会费', '会费'), sound('2024')\n"
        "print('pypinyin' in sys.modules)\n"
        "sound('会费')\n"
        "print('pypinyin' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1]
    )
    assert done.stdout.split() == ["False", "True"], done.stderr
