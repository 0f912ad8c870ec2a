from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.privacy import LABELS, find, mask, mask_lines

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
    "账　号：8990 0000 0005 5501 01": "账　号：〔账号〕",
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


PHONE, MAIL, QQ, WECHAT, CARD, ACCOUNT = (
    LABELS[kind] for kind in ("phone", "email", "qq", "wechat", "identity_card", "account")
)
# As a clerk types them; braces hold what must go, whole.
SPELLINGS = [
    ("电话：{0899 — 5550123}", PHONE),
    ("电话：{0899——5550123}", PHONE),
    ("电话：{0899–5550123}", PHONE),
    ("电话：{0899-555-0123}", PHONE),
    ("电话：{0899/5550123}", PHONE),
    ("电话：{【0899】5550123}", PHONE),
    ("电话：{〔0899〕5550123}", PHONE),
    ("电话：{[0899]5550123}", PHONE),
    ("电话：{（0899） 5550123}", PHONE),
    ("电话：{( 0899 )5550123}", PHONE),
    ("电话：{（０８９９）－５５５０１２３}", PHONE),
    ("电话：{0899\u200b5550123}", PHONE),
    ("电话：{0899\u20115550123}", PHONE),
    ("电话：{08995550123}", PHONE),
    ("电话：{0899-55501234}", PHONE),
    ("电话：{0899-5550123转802}", PHONE),
    ("电话：{0899-5550123-802}", PHONE),
    ("电话：{0899-5550123 分机802}", PHONE),
    ("电话：{0899-5550123转分机802}", PHONE),
    ("电话：{0899-5550123*802}", PHONE),
    ("电话：{0899-5550123/24}", PHONE),
    ("电话：{0899-5550123/5550124}", PHONE),
    ("传真：{0899-5550123}", PHONE),
    ("{+86-899-5550123}", PHONE),
    ("{0086 899 5550123}", PHONE),
    ("{+86(0)899-5550123}", PHONE),
    ("电话：{O899-5550123}", PHONE),
    ("电话：{0899-555Ol23}", PHONE),
    ("电话：{0899-\n5550123}", PHONE),
    ("电话：{0899-5550\n123}", PHONE),
    ("咨询电话 {5550123}", PHONE),
    ("咨询电话 {555-0123}", PHONE),
    ("手机（微信）：{19900000001}", PHONE),
    ("微信同号：{19900000001}", PHONE),
    ("{19900000001}（微信同号）", PHONE),
    ("{199.0000.0001}", PHONE),
    ("{199—0000—0001}", PHONE),
    ("{199 - 0000 - 0001}", PHONE),
    ("{1990 000 0001}", PHONE),
    ("{1990000 0001}", PHONE),
    ("{199\u30000000\u30000001}", PHONE),
    ("{１９９００００００１１}", PHONE),
    ("{(+86)19900000001}", PHONE),
    ("{86-19900000001}", PHONE),
    ("{008619900000001}", PHONE),
    ("{19 90 00 00 00 1}", PHONE),
    ("电话：{1 99-000 0-00 01}", PHONE),
    ("{199-0000 00-01}", PHONE),
    ("手机：{l99 0000 0001}", PHONE),
    ("手机：{199OOOO0001}", PHONE),
    ("手机：{19900\n000001}", PHONE),
    ("{199-0000-\n0001}", PHONE),
    ("手机{19900000001}苏明远", PHONE),
    ("苏明远{19900000001}.", PHONE),
    ("短号：{660123}", PHONE),
    ("{400 820 0000}转1", PHONE),
    ("邮箱：{office @ example.org}", MAIL),
    ("邮箱：{office#example.com}", MAIL),
    ("邮箱：{office＃example.com}", MAIL),
    ("邮箱：{office【at】example.org}", MAIL),
    ("邮箱：{office at example.org}", MAIL),
    ("邮箱：{office(a)example.org}", MAIL),
    ("邮箱：{office[at]example[dot]org}", MAIL),
    ("邮箱：{office﹫example.org}", MAIL),
    ("邮箱：{office@example。com}", MAIL),
    ("邮箱：{office@example .com}", MAIL),
    ("邮箱：{office@\nexample.org}", MAIL),
    ("邮箱：{12345678@QQ.COM}", MAIL),
    ("QQ邮箱：{12345678}", QQ),
    ("QQ号码：{1234 5678}", QQ),
    ("QQ群（一）：{123456789}", QQ),
    ("QQ工作群号为{123456789}", QQ),
    ("扣扣：{1234567}", QQ),
    ("Q群：{123456789}", QQ),
    ("qq{10001}", QQ),
    ("微信号：{jiangxie_2024}", WECHAT),
    ("微信号为{jiangxie2024}", WECHAT),
    ("微信 {jiangxie2024}", WECHAT),
    ("V信：{jiangxie2024}", WECHAT),
    ("v信{jiangxie2024}", WECHAT),
    ("VX：{jiangxie2024}", WECHAT),
    ("wx: {jiangxie2024}", WECHAT),
    ("WeChat: {jiangxie}", WECHAT),
    ("微信（秘书处）：{jiangxie}", WECHAT),
    ("微信：{123456}", WECHAT),
    ("身份证：{110101 19900307 123X}", CARD),
    ("身份证：{110101-19900307-123x}", CARD),
    ("身份证：{１１０１０１１９９００３０７１２３Ｘ}", CARD),
    ("身份证号码：{110101900307123}", CARD),
    ("身份证号：{1101011990\n0307123X}", CARD),
    ("{110101199003071234}", CARD),
    ("账号：{6200-0000-0000-0000-123}", ACCOUNT),
    ("卡号：{6200 0000 0000 0000}", ACCOUNT),
    ("开户行及账号：江岚银行 {8990000000055}", ACCOUNT),
    ("{6200000000000000123}", ACCOUNT),
    ("{6200 0000 0000 0000 123}", ACCOUNT),
]


@pytest.mark.parametrize(("text", "label"), SPELLINGS)
def test_every_spelling_is_replaced_whole(text: str, label: str) -> None:
    before, held, after = re.split(r"[{}]", text)
    assert mask(before + held + after) == before + label + after


# What looks like a telephone or an account and is none.
ORDINARY = [
    "江协〔2024〕2号、江协秘发〔2024〕12号",
    "江协发第20240012号",
    "二〇二四年六月二十五日，2024年06月25日14:30",
    "2024-06-25 14:30:00至2024-07-02 18:00:00",
    "2024.06.25-2024.07.02，2024/06/25",
    "联系实际开展2023-2024学年工作",
    "咨询服务2023-2024年度项目",
    "联系会员单位2023—2024年情况",
    "值班费3000-5000元",
    "联系企业投入2345678元",
    "电话费2345678.50元",
    "合计12345678元，23456789元",
    "共23,456,789元，人民币2345678元整",
    "投入2345678 元、2345678万元",
    "金额：23456789",
    "预算合计 23456789",
    "¥23456789，$2345678",
    "总支出13500000000元",
    "约13 500 000 000元",
    "面积2345678平方米、用电2345678千瓦时",
    "参与2345678人次，发放2345678份",
    "邮编610000，邮政编码 100000",
    "第二十二条第3款，第5条至第12条",
    "GB/T 9704-2012、GB 14881-2013、DB51/T 2024-2025",
    "GB/T 33190-2016，ISO 9001:2015",
    "ISBN 978-7-5000-1234-5",
    "ISBN 9787500012345",
    "CN 51-1234/G4，ISSN 1000-1234",
    "统一社会信用代码：51990000MJQ1234567",
    "统一社会信用代码 915100007092000001",
    "纳税人识别号：91510000709200000112",
    "许可证编号：23456789",
    "证书编号 20240012",
    "证书编号：23450012",
    "2021 2022 2023 2024",
    "2019 2020 2021 2022 2023年",
    "1200 1350 1420 1500",
    "15.6 17.8 19.2 20.1",
    "15.6%、17.8%、19.2%",
    "1 3 5 7 9 2 4 6 8 10 12",
    "1.3.1 1.3.2 1.3.3 1.3.4",
    "第1-3 5-7 9-11 13-15页",
    "食堂 | 1200 | 1350 | 96.5% | 35000000元",
    "序号 1 2 3 4 5 6 7 8 9 10",
    "3-5页，第120-135页",
    "比例为1:3，得分98.5，排名12/345",
    "T20240625001、V3.2.1",
    "拨打12345热线、95588、110、119",
    "QQ音乐、QQ空间",
    "QQ群已满2000人",
    "微信公众号：江岚高校后勤",
    "微信小程序已上线2024版",
    "微信Windows版、微信：见下图",
    "关注微信，回复1234",
    "四川高校@接力行，@全体成员",
    "#后勤之道#、C#语言",
    "Data at rest, format at hand",
    "http://www.example.org/art/2024/6/25/art_123_4567.html",
    "1号楼203室，3栋2单元",
    "时间：8:30-11:30，14:00-17:30",
    "（0625）、〔0012〕",
    "会议号：123 456",
    "车次G8901次，航班CA1234",
    "增长3.5%，同比增加12.34个百分点",
    "学年2023-2024，学分制2.0",
    "扣扣子，扣除2345元",
    "账号已开通，账户余额12345.67元",
    "身份证复印件2份",
    "经度104.0667，纬度30.6667",
    "电话会议于2024年6月25日召开",
    "热线开通2024年，接听23456次",
    "共有职工2345人、学生34567人、面积456789平方米",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_what_only_looks_personal_stays(text: str) -> None:
    assert mask(text) == text


def test_what_follows_a_number_stays() -> None:
    assert mask("电话：0899-5550123 2024年6月25日") == "电话：〔电话〕 2024年6月25日"
    assert mask("电话：5550123\n5.其他事项") == "电话：〔电话〕\n5.其他事项"
    assert mask("199 0000 0001 199 0000 0002") == "〔电话〕 〔电话〕"


def test_offsets_are_those_of_the_text_given() -> None:
    text = "请致电（０８９９）５５５０１２３或发邮件到 office@example.org。"
    assert [text[f.start : f.end] for f in find(text)] == [
        "（０８９９）５５５０１２３",
        "office@example.org",
    ]


@given(
    st.text(
        alphabet="0123456789０１９@.-—（）() 电话联系人QQ微信：:a账号"
        "\n元年〔〕#lO扣V信x短身份证传真转/|",
        max_size=60,
    )
)
def test_masking_twice_changes_nothing_and_leaves_no_find(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked
    assert not find(masked)


@given(
    st.lists(
        st.sampled_from(
            [
                "[at]",
                "（At）",
                "(a)",
                "@",
                "﹫",
                "#",
                " at ",
                ".com",
                "qq",
                "ＱＱ",
                "Q群",
                "扣扣",
                "微信",
                "V信",
                "ｗX",
                "weixin：",
                "wechat",
                "abcdef1",
                "短号",
                "账号",
                "电话",
                "12345",
            ]
        )
        | st.text("0a.-： ", max_size=9)
    )
)
def test_nothing_is_passed_over_for_lack_of_digits(pieces: list[str]) -> None:
    text = "".join(pieces)
    with_digits = f"{text}\n1 2 3 4 5 6 7"
    assert mask(text) == mask(with_digits).removesuffix("\n1 2 3 4 5 6 7")
    # Every cue, none of them beside anything personal.
    cues = "\n@ # at [a q 扣扣 信 话 短号 身份证 账 86 00 o l i x"
    assert mask(text) == mask(text + cues).removesuffix(cues)


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(
        ["", "电话", "联系人：张三 ", "（", "手机:", "A", "3.", "12 ", "〔电话〕", "-"]
    ),
    st.sampled_from(["", "。", "）", " 李四", "或", " 万某", "x", ".", " 12", "，2024年"]),
)
def test_no_digit_of_a_mobile_number_survives(number: str, before: str, after: str) -> None:
    assert mask(before + number + after) == before + LABELS["phone"] + after


def test_a_column_names_what_its_values_are() -> None:
    table = (
        "姓名 | QQ | 微信 | 身份证号 | 短号 | 银行账号\n"
        "苏明远 | 123456789 | sumy_1990 | 110101900307123 | 612345 | 899000000555\n"
        "陈思齐 | 10001 | 612346\n"
        "食堂 | 一楼"
    )
    assert mask(table).split("\n")[1:] == [
        "苏明远 | 〔QQ〕 | 〔微信〕 | 〔身份证号〕 | 〔电话〕 | 〔账号〕",
        "陈思齐 | 〔QQ〕 | 〔QQ〕",
        "食堂 | 一楼",
    ]
    amounts = "项目 | 金额\n食堂 | 123456789\n\n电话和收费\n食堂 | 1234"
    assert mask(amounts) == amounts
    assert mask(mask(table)) == mask(table)


def test_lines_are_masked_as_one_text_and_stay_as_many() -> None:
    lines = [
        "联系电话：19900",
        "000001，欢迎来电。",
        "",
        "姓名 | QQ",
        "苏明远 | 10001",
        "会费三千元",
    ]
    assert mask_lines(lines) == [
        "联系电话：〔电话〕", "，欢迎来电。", "", "姓名 | QQ", "苏明远 | 〔QQ〕", "会费三千元",
    ]  # fmt: skip
    assert mask_lines([]) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "江岚大学 | www.jl.edu.cn | 84760585",
            "值班电话 19900000001 元旦期间",
            "19900000001 元老师",
        ),
        *("电话①⑨⑨⓪⓪⓪⓪⓪⓪⓪①", "电话：𝟏𝟗𝟗𝟎𝟎𝟎𝟎𝟎𝟎𝟎𝟏"),
    ],
)
def test_what_was_passed_over_once_is_not_any_more(text: str) -> None:
    assert "〔电话〕" in mask(text) and not any(char.isdigit() for char in mask(text))


def test_many_numbers_take_time_in_proportion() -> None:
    text = "电话5550123 " * 20_000
    began = process_time()
    assert mask(text).count("〔电话〕") == 20_000
    assert process_time() - began < 20
