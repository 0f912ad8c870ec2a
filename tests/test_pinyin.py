"""Typed letters: which are pinyin, how they are cut, and what southern speech confuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.pinyin import MAX_CUTS, MAX_LETTERS, SYLLABLES, blurred, is_typed_sound, syllables
from index.sounds import readings

TYPED = st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("typed", "cuts"),
    [
        ("huifei", ["hui fei"]),
        ("huifei biaozhun", ["hui fei biao zhun", "hui fei bi ao zhun"]),
        ("xian", ["xian", "xi an"]),
        ("xi'an", ["xi an"]),
        ("xi’an", ["xi an"]),
        ("xi an", ["xi an"]),
        ("fangan", ["fan gan", "fang an"]),
        ("celve", ["ce lve", "ce lv e"]),
        ("nü", ["nv"]),
        ("zhang", ["zhang"]),
        ("fzjgglbf", []),
        ("huif", []),
        ("hui4", []),
        ("会fei", []),
        ("", []),
        ("' '", []),
    ],
)
def test_letters_are_cut_into_syllables_best_first(typed: str, cuts: list[str]) -> None:
    assert [" ".join(cut) for cut in syllables(typed)] == cuts


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("huif", "hui f"),
        ("huifeib", "hui fei b"),
        ("hui fei biaozh", "hui fei biao zh"),
        ("h", "h"),
        ("xian", "xian"),
        ("xion", "xion"),
    ],
)
def test_only_the_last_syllable_may_be_unfinished(typed: str, best: str) -> None:
    assert " ".join(syllables(typed, prefix=True)[0]) == best
    assert syllables("f hui", prefix=True) == ()


def test_both_spellings_of_lve_and_nve_are_one() -> None:
    assert syllables("celue")[0] == syllables("celve")[0] == ("ce", "lve")
    assert syllables("nuedai")[0] == syllables("nvedai")[0] == ("nve", "dai")


def test_likelier_cuts_come_before_lone_vowels() -> None:
    first, second, *_ = syllables("zhongguohuojiaanquanxiehui")
    assert first == tuple("zhong guo huo jia an quan xie hui".split())
    assert second == tuple("zhong guo huo jia an qu an xie hui".split())


@given(TYPED)
def test_syllables_joined_are_the_letters_that_were_typed(spoken: list[str]) -> None:
    typed = "".join(spoken)
    if len(typed) > MAX_LETTERS:
        return
    cuts = syllables(typed)
    assert 1 <= len(cuts) <= MAX_CUTS and len(set(cuts)) == len(cuts)
    for cut in cuts:
        assert SYLLABLES.issuperset(cut)
        assert "".join(cut).replace("ve", "ue") == typed.replace("ve", "ue")


@given(TYPED)
def test_cuts_that_were_typed_are_kept(spoken: list[str]) -> None:
    for cut in syllables("'".join(spoken)):
        joined = "".join(cut)
        ends = {sum(map(len, cut[:at])) for at in range(len(cut) + 1)}
        assert joined == "".join(spoken)
        assert ends >= {sum(map(len, spoken[:at])) for at in range(len(spoken) + 1)}


@given(st.text(max_size=600) | st.text("aonghuix' ’ü", max_size=600))
def test_any_string_is_a_safe_input(text: str) -> None:
    for prefix in (False, True):
        assert len(syllables(text, prefix=prefix)) <= MAX_CUTS
    if is_typed_sound(text):
        assert 2 <= sum(map(str.isalpha, text)) <= MAX_LETTERS


@pytest.mark.parametrize("text", ["a" * 500, "xian" * 125, "a " * 250, " " * 500, "'" * 500])
def test_what_is_too_long_is_no_pinyin(text: str) -> None:
    assert syllables(text) == () and not is_typed_sound(text)


@pytest.mark.parametrize(
    "text", ["huifei biaozhun", "fzjgglbf", "xi'an", "huif", "hui fei bzh", "nü", "hf", "a" * 40]
)
def test_pinyin_and_first_letters_are_typed_sounds(text: str) -> None:
    assert is_typed_sound(text)


@pytest.mark.parametrize(
    "text", ["h", "a" * 41, "会费", "huifei会费", "2024", "hf2024", "uv", "pdf,hf", "", "🙂", "𠮷"]
)
def test_other_input_is_no_typed_sound(text: str) -> None:
    assert not is_typed_sound(text)


def test_the_table_holds_every_reading_of_common_characters_and_nothing_else() -> None:
    heard = {reading for code in range(0x3400, 0xA000) for reading in readings(chr(code))}
    assert heard == SYLLABLES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zhang", "zan"),
        ("chi", "ci"),
        ("shen", "seng"),
        ("niu", "liu"),
        ("nv", "lv"),
        ("min", "ming"),
        ("fu", "hu"),
        ("liang", "nian"),
    ],
)
def test_southern_speech_confuses(one: str, other: str) -> None:
    assert blurred(one) == blurred(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hui", "fei"),
        ("zhong", "zhou"),
        ("he", "hen"),
        ("song", "son"),
        ("zhi", "ji"),
        ("re", "le"),
    ],
)
def test_other_sounds_stay_apart(one: str, other: str) -> None:
    assert blurred(one) != blurred(other)
