from __future__ import annotations

from pathlib import Path

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyzer import Analyzer

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=40) | st.text(
    alphabet="川东片区 後勤採購釆㈠ＡｂⅣ，。\u3000\u200b⻓⼀İ〇0１", max_size=40
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("學生公寓床上用品採購驗收規範", "学生公寓床上用品采购验收规范"),
        ("釆取適當措施", "采取适当措施"),
        ("川 东 片 区：联系人 唐  勇", "川东片区:联系人 唐勇"),
        ("美后勤之道 关于开展", "美后勤之道 关于开展"),
        ("⻓⻝⼀⾼", "长食一高"),
        ("ＡＢＣ１２３（㈠）", "abc123((一))"),
        ("零宽\u200b字符\ufeff", "零宽字符"),
    ],
)
def test_what_means_the_same_is_written_the_same(
    analyzer: Analyzer, text: str, folded: str
) -> None:
    assert analyzer.normalise(text).text == folded


@given(TEXT)
def test_folding_folded_text_changes_nothing(analyzer: Analyzer, text: str) -> None:
    folded = analyzer.normalise(text).text
    assert analyzer.normalise(folded).text == folded


def test_search_mode_keeps_the_parts_of_a_word_of_ours(analyzer: Analyzer) -> None:
    words = analyzer.words("餐饮专业委员会")
    assert {"餐饮", "专业", "委员会", "专业委员会"} <= set(words)


def test_documents_and_queries_in_either_script_have_the_same_terms(analyzer: Analyzer) -> None:
    assert analyzer.terms("會員單位繳納會費") == analyzer.terms("会员单位缴纳会费")


def test_pairs_cross_the_cuts_between_words(analyzer: Analyzer) -> None:
    assert "员单" in analyzer.terms("会员单位").grams
    assert analyzer.terms("人 人").grams == ["人人"]
    assert analyzer.terms("第1条").grams == ["第", "条"]


def test_the_fingerprint_is_stable(analyzer: Analyzer) -> None:
    assert analyzer.fingerprint == Analyzer().fingerprint


def test_words_are_cut_as_jieba_cuts_them(analyzer: Analyzer) -> None:
    ours = analyzer._jieba
    plain = jieba.Tokenizer()
    plain.FREQ, plain.total, plain.initialized = ours.FREQ, ours.total, True
    sources = sorted((Path(__file__).parents[1] / "corpus" / "sources").glob("*.txt"))
    assert len(sources) >= 40
    for file in sources:
        for line in file.read_text("utf-8").splitlines():
            assert list(ours.cut_for_search(line)) == list(plain.cut_for_search(line))
