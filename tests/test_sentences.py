"""Passages cut into sentences: every kind of end, and nothing cut that belongs together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentences, trimmed


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in (trimmed(text, span) for span in sentences(text))]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("会费按年缴纳。逾期催缴！谁来催？", ["会费按年缴纳。", "逾期催缴！", "谁来催？"]),
        (
            "第三条 标准如下：\n（一）会长单位12000元；\n（二）理事单位5000元；",
            ["第三条 标准如下：", "（一）会长单位12000元；", "（二）理事单位5000元；"],
        ),
        ("名称 | 金额\n甲校 | 3000元", ["名称 | 金额", "甲校 | 3000元"]),
        (
            "他说：“先报名。再缴费。”随后散会。",
            ["他说：“先报名。再缴费。”", "随后散会。"],
        ),
        ("坚持“先报名。再缴费。”的做法。", ["坚持“先报名。再缴费。”的做法。"]),
        ("修订《办法；附则》和川协〔2024〕3号。", ["修订《办法；附则》和川协〔2024〕3号。"]),
        ("人员（含退休；不含临时）名单。", ["人员（含退休；不含临时）名单。"]),
        ("网址http://a.cn/b?id=3;c，费率12.5%。", ["网址http://a.cn/b?id=3;c，费率12.5%。"]),
        ("没有写完的引号“一句。两句。", ["没有写完的引号“一句。", "两句。"]),
        ("", []),
    ],
)
def test_a_text_is_cut_where_a_reader_would_stop(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@given(st.text(alphabet='会费3.;；。！？\n “”《》（）〔〕"!?', max_size=60) | st.text(max_size=60))
def test_joined_again_the_sentences_are_the_text(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)) == text
    assert all(start < end for start, end in sentences(text))
