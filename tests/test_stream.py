"""What was quoted is found wherever it stands, and found again in the text as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.stream import SPACE, Stream, letters_of


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("社会稳定看高校，高校稳定看后勤", "社会稳定看高校,高校稳定看后勤"),
        ("在坚定文化自信中\n 实现文\u3000化自强", "在坚定文化自信中实现文化自强"),
        ("川后发〔2024〕2 号", "川后发[2024]2号"),
        ("“口袋党员”", '"口袋党员"'),
        ("学生——家长", "学生—家长"),
        ("等等……", "等等..."),
        ("學生公寓", "学生公寓"),
        ("釆取措施", "采取措施"),
        ("Web  服务 API", "web服务api"),
    ],
)
def test_forms_of_the_same_text_are_the_same_letters(
    text: str, same: str, analyzer: Analyzer
) -> None:
    assert letters_of(text, analyzer) == letters_of(same, analyzer)


@pytest.mark.parametrize(
    ("text", "other"), [("公民、法人", "公民，法人"), ("hello world", "helloworld"), ("1 2", "12")]
)
def test_what_says_something_else_stays_different(
    text: str, other: str, analyzer: Analyzer
) -> None:
    assert letters_of(text, analyzer) != letters_of(other, analyzer)


def test_places_are_offsets_into_the_text_itself(analyzer: Analyzer) -> None:
    text = "第一条  為了\n規範 hello   world——會費，會 費。"
    stream = Stream(text, analyzer)
    assert [text[a:b] for a, b in stream.find("为了规范")] == ["為了\n規範"]
    assert [text[a:b] for a, b in stream.find("会费")] == ["會費", "會 費"]
    assert [text[a:b] for a, b in stream.find(f"o{SPACE}w")] == ["o   w"]
    assert [text[a:b] for a, b in stream.find("d-会")] == ["d——會"]
    assert list(stream.find("")) == []


_TEXT = st.text(st.sampled_from("会费學生ab1 \n\t—….，、“《〔\u200b①㈠Ⅳﬁ\u0301𠮷😀"), max_size=60)


@given(_TEXT, st.data())
def test_every_span_is_found_where_it_was_taken(
    analyzer: Analyzer, text: str, data: st.DataObject
) -> None:
    stream = Stream(text, analyzer)
    letters = stream.letters
    if not letters:
        return
    start = data.draw(st.integers(0, len(letters) - 1))
    end = data.draw(st.integers(start + 1, len(letters)))
    part = letters[start:end]
    places = list(stream.find(part))
    assert len(places) >= letters.count(part) >= 1
    for a, b in places:
        assert 0 <= a < b <= len(text)
        assert part in letters_of(text[a:b], analyzer) or len(part.strip(SPACE)) < len(part)
    assert places == sorted(places)
