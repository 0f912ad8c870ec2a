"""Other names for the same thing: 思政会 for 思想政治工作委员会, as documents give them or as names
of committees and schools are shortened everywhere.

Mined from each document when it is indexed and kept with it: an alias is known to whoever may read
the document, and goes when that goes. Folded text in, folded text out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

# Text -> its words, each once where it stands, joined the text again.
Cut = Callable[[str], Sequence[str]]

# Aliases of one document; more is a list of names, not a text.
_MOST = 200

# Matches （以下简称“思政会”）, (下称思政会), ，简称思政会。; the name before it is looked for.
_STATED = re.compile(
    r"(?:(?P<open>[（(])|[，,])(?:以下|下)?(?:统一)?[简统合]?称(?:为|作|：|:)?[“\"「《]?"
    r"(?P<short>[\u4e00-\u9fffA-Za-z0-9]{2,12})[”\"」》]?(?(open)[)）]|(?=[。，,；;]))"
)
_BEFORE = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{3,40}$")
# Words that any document may use for itself or its parties.
_GENERIC = frozenset(
    "协会 学会 本会 我会 本协会 协会章程 学校 高校 公司 单位 会员 会员单位 甲方 乙方 "
    "丙方 双方 各方 申请人 当事人 章程 本章程 办法 本办法 条例 本条例 规定 本规定 细则 "
    "通知 意见 方案 纪要 标准 规范 活动 项目 课题 大会 会议 比赛 大赛 竞赛 培训 委员会 "
    "理事会 监事会 秘书处 常务理事会 专委会 分会 机构 中心 基金 系统 平台 工程 专家 "
    "领导小组 法律 法规 主管部门 有关部门 国家 全省 全市 本省 本市 自治区 县级 部门 ".split()
)
_KINDS = ("专业委员会", "工作委员会")
# What stands before a committee's name and does not belong to it.
_BEFORE_NAME = frozenset(
    "协会 学会 我会 本会 召开 成立 各 本 省 了 在 的 和 与 及 由 对 经 向".split()
)
_NAME_WORDS = 3
_SCHOOLS = ("大学", "学院")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """`short` for `full`; `stated` by a document, or formed by rule from the full name."""

    short: str
    full: str
    stated: bool = False

    def written(self) -> str:
        """As one term; see `alias_of`."""
        return f"{'!' * self.stated}{self.short}={self.full}"


def alias_of(term: str) -> Alias:
    """What `Alias.written` wrote."""
    short, _, full = term.removeprefix("!").partition("=")
    return Alias(short, full, stated=term.startswith("!"))


def mined(lines: Iterable[str], cut: Cut) -> tuple[Alias, ...]:
    """The aliases that the lines of a document give, in order, each once."""
    found: dict[tuple[str, str], Alias] = {}
    for line in lines:
        for alias in (*_stated(line), *formed(line, cut)):
            held = found.get((alias.short, alias.full))
            if held is None or alias.stated:
                found[alias.short, alias.full] = alias
    return tuple(sorted(found.values(), key=lambda alias: not alias.stated)[:_MOST])


def _stated(line: str) -> Iterator[Alias]:
    for match in _STATED.finditer(line) if "称" in line else ():
        before = _BEFORE.search(line[max(0, match.start() - 40) : match.start()].rstrip('”"》'))
        if before is not None and match["short"] not in _GENERIC:
            full = _whole_name(before[0], match["short"])
            if full is not None:
                yield Alias(match["short"], full, stated=True)


def _whole_name(before: str, short: str) -> str | None:
    """The end of `before` that `short` abbreviates: from the last place where it begins alike and
    holds all of its characters in order. None where it is a part of the name: that is found."""
    if short in before:
        return None
    for start in range(len(before) - len(short) - 1, -1, -1):
        if before[start] == short[0] and _holds(before[start:], short):
            return before[start:]
    return None


def _holds(name: str, short: str) -> bool:
    """Whether the characters of `short` stand in `name` in order."""
    rest = iter(name)
    return all(char in rest for char in short)


def formed(line: str, cut: Cut) -> Iterator[Alias]:
    """The usual short forms of the committees and schools named in a line."""
    if "委员会" in line:
        for kind in _KINDS:
            at = line.find(kind)
            while at >= 0:
                for name in _names(cut(line[max(0, at - 14) : at])):
                    yield from _committee(name, kind)
                at = line.find(kind, at + 1)
    if any(school in line for school in _SCHOOLS):
        words = cut(line)
        for at, word in enumerate(words):
            if word.endswith(_SCHOOLS):
                parts = filter(_is_part, (*words[max(0, at - 1) : at], word[:-2]))
                yield from _school(tuple(parts), word[-2:])


def _is_part(word: str) -> bool:
    return len(word) > 1 and word not in _BEFORE_NAME and bool(_HAN.fullmatch(word))


def _names(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The last one, two and three words, as long as they may belong to a name."""
    name: tuple[str, ...] = ()
    for word in reversed(words[-_NAME_WORDS:]):
        if not _is_part(word):
            return
        name = (word, *name)
        yield name


def _firsts(words: Sequence[str]) -> str:
    """思想政治 -> 思政, 信息化 建设 -> 信建."""
    parts = [part for word in words for part in ([word[:2], word[2:]] if len(word) > 3 else [word])]
    return "".join(part[0] for part in parts)


def _committee(words: Sequence[str], kind: str) -> Iterator[Alias]:
    """物业 + 专业委员会 -> 物专会, 物业专委会; 思想政治 + 工作委员会 -> 思政会, 思政工委."""
    name, first = "".join(words), _firsts(words)
    if kind == "专业委员会":
        shorts = [
            f"{name}专委会",
            f"{name[0]}专会",
            f"{name[0]}专委会",
            f"{first}专会",
            f"{first}专委会",
        ]
    else:
        shorts = [f"{name}工委", f"{first}会", f"{first}工委"]
    for short in dict.fromkeys(shorts):
        if len(short) > 2:
            yield Alias(short, name + kind)


def _school(words: Sequence[str], kind: str) -> Iterator[Alias]:
    """电子科技 + 大学 -> 电子科大, 电科大; 绵阳 师范 + 学院 -> 绵阳师院, 绵师院."""
    name, first = "".join(words), _firsts(words)
    if len(name) < 4 or len(first) < 2:
        return
    last = "大" if kind == "大学" else "院"
    for short in (name[:2] + first[1:] + last, first + last):
        yield Alias(short, name + kind)
