from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.ranker import keyword_query
from index.snippet import marks, terms_to_mark


def marked(analyzer: Analyzer, question: str, text: str) -> list[str]:
    query = keyword_query(question, analyzer)
    return [text[a:b] for a, b in marks(text, terms_to_mark(query), analyzer)]


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("会费标准", "会费标准为每年三千元，会费由秘书处收取。", ["会费标准", "会费"]),
        ("宿舍空调", "學生宿舍的空調用電單獨計量", ["宿舍", "空調"]),
        ("唐勇", "联系人：唐  勇 在岗", ["唐  勇"]),
        ("采取措施", "釆取適當的措施", ["釆取", "措施"]),
        ("第3条", "第13条和第3条", ["第", "条", "第3条"]),
        ("ABC标准", "ａｂｃ 标准与 abcd 标准", ["ａｂｃ", "标准", "标准"]),
        ("量子", "会费标准", []),
        ("。，", "会费。", []),
    ],
)
def test_marks_are_the_original_characters_that_answer(
    analyzer: Analyzer, question: str, text: str, found: list[str]
) -> None:
    assert marked(analyzer, question, text) == found


@given(
    st.text(alphabet="会费标准學校ａb1３ 釆㈠，〇", max_size=12),
    st.text(alphabet="会费标准學校ａb1３ 釆㈠，〇\u200b", max_size=40),
)
def test_marks_are_ordered_apart_and_inside_the_text(
    analyzer: Analyzer, question: str, text: str
) -> None:
    query = keyword_query(question, analyzer)
    spans = marks(text, terms_to_mark(query), analyzer)
    words = [word for word in query.words if len(word) > 1] or query.words
    assert spans == marks(text, (*words, *query.grams), analyzer)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges)) and all(0 <= edge <= len(text) for edge in edges)
