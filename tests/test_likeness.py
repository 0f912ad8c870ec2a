"""Signatures of texts: the estimate is right, the same everywhere, and pairs are found by bands."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from index.analyzer import Analyzer
from index.likeness import MIN_CHARS, SIGNATURE_BYTES, bands_of, likeness, signature_of

NOTICE = (
    "关于召开{year}年年会的通知\n各会员单位：\n经第五届理事会研究，定于{year}年11月{day}日在泊阳市召开"
    "年会。现将有关事项通知如下。\n一、会议内容\n听取理事会工作报告，审议会费收支情况，交流学生食堂、"
    "公寓和能源管理的做法，表彰年度优秀单位。\n二、参会人员\n各会员单位后勤负责人一名，工作人员一名；"
    "特邀从事后勤研究的专家若干名。\n三、报到与食宿\n请于会议前一日下午到泊阳宾馆报到，食宿由会务组统一"
    "安排，费用自理。\n四、报名办法\n请各单位填写报名回执，于会议前两周发至秘书处邮箱，逾期不再安排住宿。\n"
    "联系人：苏明远，电话：{phone}\n江岚省高等院校后勤协会\n{year}年10月8日"
)
THIS_YEAR = NOTICE.format(year=2025, day=12, phone="0899-5550123")
LAST_YEAR = NOTICE.format(year=2024, day=15, phone="0899-5550123")


def signed(analyzer: Analyzer, text: str) -> bytes:
    signature = signature_of(analyzer, text)
    assert signature is not None and len(signature) == SIGNATURE_BYTES
    return signature


def shared(one: str, other: str) -> float:
    """Jaccard of the five-character pieces, counted."""
    pieces, others = ({t[at : at + 5] for at in range(len(t) - 4)} for t in (one, other))
    return len(pieces & others) / len(pieces | others)


def invented(chance: random.Random, size: int) -> list[str]:
    return [chr(chance.randrange(0x4E00, 0x5600)) for _ in range(size)]


def test_the_estimate_is_the_share_of_pieces_in_common(analyzer: Analyzer) -> None:
    chance = random.Random(5)
    errors = []
    for trial in range(60):
        one = invented(chance, 600)
        other = one[: 600 - 10 * trial] + invented(chance, 10 * trial)
        texts = ["".join(analyzer.normalise("".join(text)).text) for text in (one, other)]
        estimate = likeness(*(signed(analyzer, text) for text in texts))
        errors.append(estimate - shared(*texts))
    assert abs(sum(errors) / len(errors)) < 0.015, "leans to one side"
    assert (sum(error**2 for error in errors) / len(errors)) ** 0.5 < 0.05


def test_last_years_notice_is_alike_and_another_paper_is_not(analyzer: Analyzer) -> None:
    this, last = signed(analyzer, THIS_YEAR), signed(analyzer, LAST_YEAR)
    assert 0.8 < likeness(this, last) < 1
    assert set(bands_of(this)) & set(bands_of(last))
    bus = "校车早上七点从东门发车，晚上九点收车。" + "".join(invented(random.Random(1), 300))
    assert likeness(this, signed(analyzer, bus)) < 0.1
    assert not set(bands_of(this)) & set(bands_of(signed(analyzer, bus)))


@pytest.mark.parametrize(
    "other",
    [
        THIS_YEAR.replace("\n", "\n\n　　"),
        THIS_YEAR.replace("，", ",").replace("：", " : ").replace("。", ""),
        THIS_YEAR.replace("关于", "關於").replace("会议", "會議").replace("报到", "報到"),
        THIS_YEAR.replace("0899-5550123", "199-0000-0123"),
    ],
    ids=["white space", "punctuation", "script", "telephone"],
)
def test_what_carries_no_meaning_changes_nothing(analyzer: Analyzer, other: str) -> None:
    assert other != THIS_YEAR
    assert signature_of(analyzer, other) == signature_of(analyzer, THIS_YEAR)


def test_a_text_too_short_to_judge_has_no_signature(analyzer: Analyzer) -> None:
    text = "".join(invented(random.Random(2), MIN_CHARS))
    assert signature_of(analyzer, "") is None
    assert signature_of(analyzer, text[1:] + "，。 \n" * 50) is None
    assert signature_of(analyzer, text) is not None


def test_a_long_text_is_judged_to_its_end(analyzer: Analyzer) -> None:
    text = "".join(invented(random.Random(3), 20_000))
    half = likeness(signed(analyzer, text), signed(analyzer, text[:10_000]))
    assert 0.35 < half < 0.65


def test_any_characters_are_safe(analyzer: Analyzer) -> None:
    signed(analyzer, "𠮷\ud800Ⅷａ" * 200)


def test_every_process_and_machine_makes_the_same_signature(analyzer: Analyzer) -> None:
    code = (
        "from index.analyzer import Analyzer\n"
        "from index.likeness import bands_of, signature_of\n"
        f"signature = signature_of(Analyzer(), {'会费标准由会员代表大会表决通过' * 20!r})\n"
        "print(signature.hex()[:24], bands_of(signature)[:1])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # If this fails, libraries made before hold signatures that new ones cannot be compared with.
    assert done.stdout.split() == ["1a7ee31a0c15c1010841a312", "[2070245884670061238]"]
