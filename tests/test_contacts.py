"""Contacts: numbers in every spelling, names beside them, units above them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Contact
from ingest.contacts import find_contacts


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("028-55501234", "028-55501234"),
        ("（028）55501234", "028-55501234"),
        ("028—5550 1234", "028-55501234"),
        ("０２８－５５５０１２３４", "028-55501234"),
        ("199 0000 0001", "19900000001"),
        ("199-0000-0001", "19900000001"),
        ("+86 19900000001", "19900000001"),
        ("0899-5550101", "0899-5550101"),
        ("电话：55501234", "55501234"),
    ],
)
def test_phones_are_read_however_written(text: str, phone: str) -> None:
    assert [contact.phone for contact in find_contacts((f"联系人：赵某某 {text}",))] == [phone]


@pytest.mark.parametrize(
    "text",
    [
        "账号：8990 0000 0005 5501 01",
        "QQ群：155501234",
        "2031-06-25",
        "110101203001011234",
        "91510000MA0000000X",
    ],
)
def test_other_numbers_are_no_phones(text: str) -> None:
    assert find_contacts((text,)) == ()


def test_unit_and_area_come_from_the_line_above() -> None:
    lines = [
        "1.东部片区：东岭大学后勤处",
        "联系人：赵 某 028-55501234",
        "2.西 部 片 区：西岭学院总务处",
        "钱某某：19900000001",
    ]
    assert find_contacts(lines) == (
        Contact("赵某", "东岭大学后勤处", "东部片区", "028-55501234"),
        Contact("钱某某", "西岭学院总务处", "西部片区", "19900000001"),
    )


def test_the_unit_may_stand_in_the_heading() -> None:
    found = find_contacts(
        ["孙某：028-55501234", "邮箱：office@example.org"], ["（二）秘书处联系人"] * 2
    )
    assert [(c.name, c.unit, c.email) for c in found] == [
        ("孙某", "秘书处", None),
        (None, "秘书处", "office@example.org"),
    ]


def test_two_people_in_one_line_pair_in_order() -> None:
    found = find_contacts(["联系人：张某、李某某 028-55501234，19900000001"])
    assert [(c.name, c.phone) for c in found] == [
        ("张某", "028-55501234"),
        ("李某某", "19900000001"),
    ]


def test_a_name_waits_for_the_number_in_the_next_line() -> None:
    found = find_contacts(["联系人：周某某", "电话：028-55501234，手机：19900000001"])
    assert [c.name for c in found] == ["周某某", "周某某"]


def test_a_table_row_is_a_contact() -> None:
    assert find_contacts(["吴某 | 物业中心 | 19900000001"]) == (
        Contact("吴某", "物业中心", None, "19900000001"),
    )


@given(st.lists(st.text(max_size=120), max_size=6))
def test_any_lines_are_safe(lines: list[str]) -> None:
    for contact in find_contacts(lines):
        assert contact.phone or contact.email
