"""What kind of thing a question asks for, and which sentences have one."""

from __future__ import annotations

import pytest

from index.wanted import wanted


@pytest.mark.parametrize(
    ("question", "has", "has_not"),
    [
        ("会费一年多少钱", "理事单位5000元。", "会费按年缴纳。"),
        ("要交几份合同", "合同首页和验收证明，不少于三份；", "提交合同首页和验收证明，共30页；"),
        ("得了多少票", "同意56票，弃权1票。", "共有56人参加。"),
        ("什么时候截止", "请于2025年6月30日前报送。", "请及时报送。"),
        ("货款几天内要付", "验收合格后45日内付款。", "验收合格后及时付款。"),
        ("比赛第几名", "最终获得甲组季军。", "派队参加了比赛。"),
        ("找谁签字", "由秘书长签字。", "应当签字。"),
        ("在哪里报到", "报到地点：泊阳宾馆一楼大厅。", "请按时报到。"),
        ("联系电话", "电话：〔电话〕。", "请来电咨询。"),
        ("什么是口袋党员", "所称口袋党员，是指组织关系装在口袋里的党员。", "口袋党员较多。"),
        ("会费能不能打折", "可以减半缴纳。", "会费标准如下。"),
        ("为什么写检讨", "因违规支出，作书面检查。", "作书面检查。"),
    ],
)
def test_an_answer_has_the_kind_of_thing_that_was_asked_for(
    question: str, has: str, has_not: str
) -> None:
    kinds = wanted(question)
    assert kinds
    assert all(kind.given.search(has) for kind in kinds)
    assert not all(kind.given.search(has_not) for kind in kinds)


def test_a_subject_alone_asks_for_no_kind_of_thing() -> None:
    assert wanted("会费管理办法") == ()
    assert wanted("") == ()
