from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.privacy import LABELS, find, mask

PERSONAL = {
    "联系人：王小 0899-5550123": "联系人：王小 〔电话〕",
    "（０８９９）５５５０１２３４": "〔电话〕",
    "电话：5550123、5550124": "电话：〔电话〕",
    "0899—5550 1234转802": "〔电话〕",
    "手机 199 0000 0001": "手机 〔电话〕",
    "199-0000-0001": "〔电话〕",
    "+86 19900000001": "〔电话〕",
    "张三19900000001李四19900000002": "张三〔电话〕李四〔电话〕",
    "+86-899-55501234": "〔电话〕",
    "86 899 5550 1234": "〔电话〕",
    "手机:1 9 9 0 0 0 0 0 0 0 1": "手机:〔电话〕",
    "身份证：110101199003071 23X": "身份证：〔身份证号〕",
    "热线400-820-0000": "热线〔电话〕",
    "邮箱：office@example.org": "邮箱：〔邮箱〕",
    "ｏｆｆｉｃｅ＠ｅｘａｍｐｌｅ．ｏｒｇ": "〔邮箱〕",
    "office(at)example.org": "〔邮箱〕",
    "office[AT]example.org": "〔邮箱〕",
    "office（ａｔ）example.org": "〔邮箱〕",
    "QQ：10001": "QQ：〔QQ〕",
    "ｑｑ：10001": "ｑｑ：〔QQ〕",
    "QQ群：123456789": "QQ群：〔QQ〕",
    "微信：abc_12345": "微信：〔微信〕",
    "身份证号 11010119900307123X": "身份证号 〔身份证号〕",
    "账号：6200 0000 0000 0000 123": "账号：〔账号〕",
    "后勤处 | 王小 | 55501234": "后勤处 | 王小 | 〔电话〕",
}
HARMLESS = [
    "江协〔2024〕2号，2024年6月25日，20240625",
    "2023-2024学年共35000000元，占96%，1200余人",
    "四川高校博物馆（校史馆）@接力行",
    "第3-5页，邮编610000，3000-5000元",
    "微信公众号已开通",
    "统一社会信用代码51990000MJQ1234567",
    "共1 2 3 4 5项",
]


@pytest.mark.parametrize(("text", "masked"), PERSONAL.items())
def test_personal_data_is_replaced_whole(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_offsets_are_those_of_the_text_given() -> None:
    text = "请致电（０８９９）５５５０１２３或发邮件到 office@example.org。"
    assert [text[f.start : f.end] for f in find(text)] == [
        "（０８９９）５５５０１２３",
        "office@example.org",
    ]


@given(st.text(alphabet="0123456789０１９@.-—（）() 电话联系人QQ微信：:a账号\n元年", max_size=60))
def test_masking_twice_changes_nothing_and_leaves_no_find(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked
    assert not find(masked)


@given(
    st.lists(
        st.sampled_from(["[at]", "（At）", "@", "qq", "ＱＱ", "微信", "账号", "电话"])
        | st.text("0a.-： ", max_size=9)
    )
)
def test_nothing_is_passed_over_for_lack_of_digits(pieces: list[str]) -> None:
    text = "".join(pieces)
    with_digits = f"{text}\n1 2 3 4 5 6 7"
    assert mask(text) == mask(with_digits).removesuffix("\n1 2 3 4 5 6 7")


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "电话", "联系人：张三 ", "（", "手机:"]),
    st.sampled_from(["", "。", "）", " 李四", "或"]),
)
def test_no_digit_of_a_mobile_number_survives(number: str, before: str, after: str) -> None:
    assert mask(before + number + after) == before + LABELS["phone"] + after
