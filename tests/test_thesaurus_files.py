"""The two word lists that people maintain by hand keep the form that their reader relies on."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from pathlib import Path

import index

FOLDER = Path(index.__file__).parent
EVERYDAY = FOLDER / "everyday.txt"
THESAURUS = FOLDER / "thesaurus.txt"
# Matches 欠钱 and ppt; not 钱, and not 租赁、借用, where a mark would never be met in a word.
WORD = re.compile(r"[\u4e00-\u9fffa-z]{2,}")


def lines(path: Path) -> list[str]:
    """The lines that hold words: no comments, no empty lines."""
    return [line for line in path.read_text("utf-8").split("\n") if line and line[0] != "#"]


def entries() -> list[tuple[list[str], list[str]]]:
    """Everyday words and the official words they lead to, line by line."""
    return [
        (said.split(" "), official.split(" "))
        for said, official in (line.split(" => ") for line in lines(EVERYDAY))
    ]


def groups() -> list[list[str]]:
    """The words of the thesaurus, a group a line."""
    return [line.split(" ") for line in lines(THESAURUS)]


def repeated(words: list[str]) -> list[str]:
    """The words that stand more than once."""
    return [word for word, times in Counter(words).items() if times > 1]


def headings(path: Path) -> list[str]:
    """The comment over each group of lines; empty for a group that has none."""
    blocks = path.read_text("utf-8").split("\n\n")[1:]
    firsts = [block.partition("\n")[0] for block in blocks]
    return [line[2:] if line.startswith("# ") else "" for line in firsts]


def test_every_line_stands_under_a_heading_of_its_own_field() -> None:
    for path in (EVERYDAY, THESAURUS):
        names = headings(path)
        assert len(names) >= 8
        assert all(names)
        assert not repeated(names)
        # What stands before the first field explains the file and holds no word.
        assert all(line[0] == "#" for line in path.read_text("utf-8").split("\n\n")[0].split("\n"))


def test_the_lists_are_long_enough_to_be_of_use() -> None:
    assert len(entries()) >= 400
    assert len(groups()) >= 120


def test_an_everyday_word_leads_to_one_to_three_official_words() -> None:
    assert [said for said, official in entries() if not 1 <= len(official) <= 3] == []
    assert [said for said, official in entries() if repeated(official)] == []


def test_no_everyday_word_stands_twice_on_the_left() -> None:
    assert repeated(list(chain.from_iterable(said for said, _ in entries()))) == []


def test_no_everyday_word_leads_to_itself() -> None:
    assert [said for said, official in entries() if set(said) & set(official)] == []


def test_a_group_of_the_thesaurus_has_two_to_six_words() -> None:
    assert [group for group in groups() if not 2 <= len(group) <= 6] == []


def test_no_word_stands_in_two_groups_of_the_thesaurus() -> None:
    assert repeated(list(chain.from_iterable(groups()))) == []


def test_no_everyday_word_is_also_in_the_thesaurus() -> None:
    said = set(chain.from_iterable(said for said, _ in entries()))
    assert sorted(said & set(chain.from_iterable(groups()))) == []


def test_every_word_has_two_characters_or_more_and_no_mark() -> None:
    words = chain(*chain.from_iterable(entries()), *groups())
    assert [word for word in words if not WORD.fullmatch(word)] == []
