"""The part of a passage that a list of results has room for."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.excerpt import excerpt


def flat(pieces: list[Any]) -> str:
    return "".join(f"[{p.text}]" if p.marked else p.text for p in pieces)


def test_marks_count_code_points() -> None:
    assert (
        flat(excerpt("𠮷林分会缴会费。", [[5, 7], [0, 2]])) == "[𠮷林]分会缴[会费]。"[:-3] + "费]。"
    )


def test_overlapping_and_outside_marks_are_put_right() -> None:
    assert flat(excerpt("会费标准", [[2, 9], [0, 3], [4, 4], [-3, 0]])) == "[会费标准]"


def test_long_text_is_cut_at_sentences_around_the_first_mark() -> None:
    text = "开头说明。" * 20 + "本年会费已经收齐。" + "结尾说明。" * 20
    at = text.index("会费")
    shown = flat(excerpt(text, [[at, at + 2]], room=24))
    assert shown == "…本年[会费]已经收齐。结尾说明。结尾说明。结尾说明。…"


def test_room_left_at_the_end_goes_to_the_sentences_before() -> None:
    text = "开头说明。" * 20 + "最后是会费。"
    at = text.index("会费")
    assert flat(excerpt(text, [[at, at + 2]], room=17)) == "…开头说明。开头说明。最后是[会费]。"


def test_an_endless_sentence_is_cut_at_commas() -> None:
    text = "这是很长的前文，" * 30 + "会费标准，" + "这是很长的后文，" * 30
    at = text.index("会费")
    shown = flat(excerpt(text, [[at, at + 2]], room=40))
    assert shown.startswith("…这是很长的前文，")
    assert "[会费]标准，" in shown
    assert shown.endswith("，…")


def test_a_wall_without_any_punctuation_is_cut_anyway() -> None:
    shown = flat(excerpt("前" * 400 + "会费" + "后" * 400, [[400, 402]], room=50))
    assert "[会费]" in shown
    assert len(shown) == 50 + len("……[]")


@given(
    st.text(alphabet="会费，。！\n 𠮷a", max_size=120),
    st.lists(st.tuples(st.integers(-5, 130), st.integers(-5, 130)), max_size=5),
    st.integers(1, 60),
)
def test_an_excerpt_is_part_of_the_text_and_holds_the_first_mark(
    text: str, marks: list[tuple[int, int]], room: int
) -> None:
    pieces = excerpt(text, marks, room)
    shown = "".join(p.text for p in pieces).removeprefix("…").removesuffix("…")
    assert shown in text
    assert len(shown) <= room
    inside = sorted((max(0, a), min(len(text), b)) for a, b in marks)
    inside = [(a, b) for a, b in inside if a < b]
    if inside and text[inside[0][0]].strip():
        marked = [p.text for p in pieces if p.marked]
        assert marked and marked[0][0] == text[inside[0][0]]
