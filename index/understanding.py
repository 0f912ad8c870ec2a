"""What a person means beside the words: quotations, exclusions, fields, numbers, times, places.

A question is taken apart into what must hold (quotations, exclusions, named fields), what is
wished for (a time, an issuer, a kind of document, a clause) and the text that is left to be looked
for by words and by meaning. Whatever is understood is told, and can be taken literally instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate

from index.analyzer import Analyzer
from index.engine import NAME, Exact, Scope
from index.model import Query, Wish
from index.notation import find_clauses, parse_int
from index.numberwords import Held, find_typed_numbers
from index.respelling import LOOK_ALIKE, Respelling
from index.stream import letters_of
from index.thesaurus import Way
from index.timewords import find_times, said_of

MAX_CHARS = 500
# Quotations and exclusions; more than that is a text pasted by mistake.
_MOST_OPERATORS = 20

SOUND, SHAPE = "sound", "shape"
PHRASE, EXCLUDED, TITLE, NUMBER = "phrase", "exclude", "title", "number"
ISSUER, TYPE, YEAR, TIME, CLAUSE = "issuer", "type", "year", "date", "clause"
FIELD, WAY = "field", "alias"

_REGIONS = (
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南"
    " 广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 香港 澳门 台湾"
).split()
_FIELDS = {
    TITLE: "标题 题目 题名 文件名",
    NUMBER: "文号 发文字号 发文号 字号",
    ISSUER: "发文单位 发文机关 发文部门 制定机关 单位",
    TYPE: "文种 类型 类别",
    YEAR: "年份 年度",
}
_FIELD_OF = {name: field for field, names in _FIELDS.items() for name in names.split()}
FIELD_NAMES = tuple(_FIELD_OF)
_QUOTED = (
    r'["＂](?P<{0}a>[^"＂]*)["＂]|“(?P<{0}b>[^“”]*)”|「(?P<{0}c>[^「」]*)」|『(?P<{0}d>[^『』]*)』'
)
# 标题:食堂, 发文单位："省教育厅"; not 时间：下周, which is no field of ours.
_FIELD = re.compile(
    rf"(?<![^\s，。；,;])(?P<name>{'|'.join(sorted(_FIELD_OF, key=len, reverse=True))})[:：]\s*"
    rf"(?:{_QUOTED.format('f')}|(?P<value>\S+))"
)
# -四川, －"某某"; not the dash in 2024-06.
_MINUS = re.compile(rf"(?<!\S)[-－﹣−](?:{_QUOTED.format('m')}|(?P<word>[^\s\-－\"“”]\S*))")
_QUOTE = re.compile(_QUOTED.format("q"))
_STRAIGHT = re.compile(r'["＂]')
# 不是四川的, 不要培训通知, 除了安徽以外: only of what is known to be a place or a kind of document.
_NOT = r"(?:不是|不要|不含|不包括|排除|除了|除去|除)"
_AFTER_NOT = r"(?:(?:省|市)?(?:的|以外|之外|外|那边|这边)*)"
# 我会的会费; not 我会被除名吗, where 会 is no association.
_HOME = re.compile(r"(?:我们?|本|咱们?)(?:协会|会(?![被不得有要去来]))(?![员长计议])")
# Something to look for; not signs alone.
_SAYS = re.compile(r"[^\W_]")
_MARKS = '“”「」『』"＂'
_STRIPPED = " \t\r\n\u3000，,。;；"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something understood: `text` is what was typed, `value` what it was taken for."""

    kind: str
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A question taken apart: what is left of it to look for, by `mode`, in `scope`.

    `rest` was not quoted, `quoted` was; `ways` are other words for some of it.
    """

    rest: str
    quoted: tuple[str, ...]
    mode: str
    scope: Scope
    wish: Wish = field(default_factory=Wish)
    ways: tuple[Way, ...] = ()
    findings: tuple[Finding, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that is looked for by words and meaning."""
        return " ".join(filter(None, (self.rest, *self.quoted)))

    def reworded(self, analyzer: Analyzer) -> str:
        """The text with other words in place of those that have any."""
        text = analyzer.normalise(self.text).text if self.ways else self.text
        for way in self.ways:
            text = text.replace(way.word, " ".join(way.others))
        return text

    def said(self, text: str) -> str:
        """A document's text in the words of the question, where it says the same in others. Not
        folded before: that would take longer than all the rest of reading it."""
        for way in self.ways:
            for other in way.others:
                text = text.replace(other, way.word)
        return text

    @property
    def having(self) -> tuple[Exact, ...]:
        return self.scope.having


@dataclass(frozen=True, slots=True)
class Known:
    """What can be meant, as one audience knows it: issuers, kinds of documents, 发文字号 by (year,
    serial), the name of the association whose library this is, and what to take instead of text
    that stands nowhere, unless it holds one of the names given."""

    issuers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    numbers: Held = lambda year, serial: ()
    home: str | None = None
    ways: Callable[..., Sequence[Way]] = lambda text, issuers: ()
    respell: Callable[[str, Sequence[str]], Sequence[Respelling]] = lambda text, names: ()


def understand(query: Query, known: Known, analyzer: Analyzer) -> Understood:
    """`query` taken apart; never raises, whatever was typed."""
    text, notices = query.text, []
    pasted = len(text) > MAX_CHARS or "\n" in _QUOTE.sub("", text).strip()
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS]
        notices.append(f"输入的内容太长，只按前 {MAX_CHARS} 个字查找")
    reading = _Reading(text, query, known, analyzer)
    if not pasted:  # the quotation marks of a document are no wishes
        reading.fields()
        reading.exclusions()
        reading.quotations()
    reading.numbers()
    reading.times()
    reading.respellings()
    reading.names()
    reading.clauses()
    reading.other_words()
    return replace(reading.done(), notices=(*notices, *reading.notices))


class _Reading:
    """One question while it is read: each step takes out of `text` what it understood."""

    def __init__(self, text: str, query: Query, known: Known, analyzer: Analyzer) -> None:
        self.text = text
        self.notices: list[str] = []
        self._query = query
        self._known = known
        self._analyzer = analyzer
        self._as_of = date.fromisoformat(query.as_of) if query.as_of else None
        self._literal = frozenset(query.literal)
        self._filter = query.filter
        self._quoted: list[str] = []
        self._having: list[Exact] = []
        self._lacking: list[Exact] = []
        self._wish = Wish()
        self._ways: list[Way] = []
        self._findings: list[Finding] = []

    def done(self) -> Understood:
        scope = Scope(
            self._query.audience,
            self._filter,
            tuple(dict.fromkeys(self._having)),
            tuple(dict.fromkeys(self._lacking)),
        )
        return Understood(
            " ".join(self.text.split()).strip(_STRIPPED) if _SAYS.search(self.text) else "",
            tuple(dict.fromkeys(filter(None, map(str.strip, self._quoted)))),
            self._query.mode,
            scope,
            self._wish,
            tuple(self._ways),
            tuple(dict.fromkeys(self._findings)),
        )

    def _found(self, kind: str, text: str, value: str) -> bool:
        """Tell of a finding, unless it is to be taken literally."""
        text = text.strip(_STRIPPED)
        if text in self._literal:
            return False
        self._findings.append(Finding(kind, text, value))
        return True

    def _replace(self, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str]) -> None:
        """Rewrite the text; beyond so many operators the rest goes unread, and is told of."""
        count = 0

        def once(match: re.Match[str]) -> str:
            nonlocal count
            count += 1
            return by(match) if count <= _MOST_OPERATORS else " "

        self.text = pattern.sub(once, self.text)
        if count > _MOST_OPERATORS:
            self.notices.append(f"引号、排除和指定项各只用前 {_MOST_OPERATORS} 个，其余没有采用")

    def fields(self) -> None:
        """标题:…, 文号:…, 发文单位:…"""

        def take(match: re.Match[str]) -> str:
            value = _quoted(match, "f") or match["value"] or ""
            kind = _FIELD_OF[match["name"]]
            if not value.strip() or match[0].strip(_STRIPPED) in self._literal:
                return f" {value} "
            return self._take_field(kind, match[0], value)

        self._replace(_FIELD, take)

    def _take_field(self, kind: str, typed: str, value: str) -> str:
        """What stays in the text of a named field."""
        if kind == TITLE:
            return self._take_quoted(Exact(letters_of(value, self._analyzer), NAME), typed, value)
        if kind == NUMBER:
            keys = tuple(key for key, _, _ in find_typed_numbers(value, self._known.numbers))
            if keys and self._found(NUMBER, typed, keys[0]):
                self._filter = replace(self._filter, number=self._filter.number or keys[0])
            elif not keys:
                self.notices.append(f"没有找到文号是“{value}”的文件")
                self._filter = replace(self._filter, number=self._filter.number or value)
            return " "
        if kind == YEAR:
            year = parse_int(value.rstrip("年度"))
            if year is None or not 1000 <= year <= 9999:
                return f" {value} "
            self._found(FIELD, typed, f"{year}年的文件")
            self._filter = replace(self._filter, year=self._filter.year or year)
            return " "
        self._found(FIELD, typed, f"{'发文单位' if kind == ISSUER else '文种'}为“{value}”")
        if kind == ISSUER:
            self._filter = replace(self._filter, issuer=self._filter.issuer or value)
        else:
            self._filter = replace(self._filter, type=self._filter.type or value)
        return " "

    def exclusions(self) -> None:
        """-四川, 不是四川的"""

        def take(match: re.Match[str]) -> str:
            named = match.groupdict()
            word = named.get("known") or _quoted(match, "m") or named.get("word") or ""
            letters = letters_of(word.strip(_STRIPPED), self._analyzer)
            if not letters:
                return " "
            if not self._found(EXCLUDED, match[0], word):
                self._literal |= {word}  # nor is it a place or a kind to prefer
                return f" {word} "
            # Nearly every document says 通知 somewhere: without notices means those called so.
            kind = word in self._known.types
            self._lacking.append(Exact(letters, NAME) if kind else Exact(letters))
            return " "

        self._replace(_MINUS, take)
        names = [re.escape(name) for name in {*_REGIONS, *self._known.types} if name in self.text]
        if names and re.search(_NOT, self.text):
            names.sort(key=len, reverse=True)
            self._replace(
                re.compile(rf"{_NOT}(?P<known>{'|'.join(names)}){_AFTER_NOT}(?![^\s，。？?])"), take
            )

    def quotations(self) -> None:
        """What stands between quotation marks by itself; inside a sentence they only stress."""

        def take(match: re.Match[str]) -> str:
            phrase = _quoted(match, "q") or ""
            around = self.text[: match.start()][-1:] + self.text[match.end() :][:1]
            if not around.strip(_STRIPPED + _MARKS):
                exact = Exact(letters_of(phrase, self._analyzer))
                return self._take_quoted(exact, match[0], phrase)
            return match[0]

        self._replace(_QUOTE, take)
        self.text = _STRAIGHT.sub(" ", self.text)  # left by a quotation that was not closed

    def _take_quoted(self, exact: Exact, typed: str, value: str) -> str:
        """What stays in the text of a quotation: nothing, or all of it when it is to be none."""
        kind = TITLE if exact.field == NAME else PHRASE
        if not exact.letters or not self._found(kind, typed, value):
            return f" {value} "
        self._having.append(exact)
        self._quoted.append(value)
        return " "

    def numbers(self) -> None:
        """发文字号 in any spelling, if a document has it."""
        meant: dict[tuple[int, int], list[str]] = {}
        for key, start, end in find_typed_numbers(self.text, self._known.numbers):
            meant.setdefault((start, end), []).append(key)
        typed, wished, cut = self.text, [], len(self.text)
        for (start, end), keys in sorted(meant.items(), reverse=True):
            if self._found(NUMBER, typed[start:end], "、".join(keys)):
                wished += keys
                self.text = f"{self.text[:start]} {self.text[min(end, cut) :]}"
                cut = start
        self._wish = replace(self._wish, numbers=tuple(reversed(wished)))

    def times(self) -> None:
        """The times that are named, from the first day of all to the last; what depends on today
        is taken out of the text."""
        starts, named = self._word_starts(), []
        for time in reversed(find_times(self.text, self._as_of)):
            if time.relative and time.start not in starts:
                continue  # 提前15天, 基本年费
            typed = self.text[time.start : time.end]
            if self._found(TIME, typed, said_of(time.first, time.last)):
                named.append(time)
                if time.relative:
                    before, after = self.text[: time.start], self.text[time.end :]
                    self.text = f"{before} {after.removeprefix('的')}"
        if named:
            period = min(time.first for time in named), max(time.last for time in named)
            self._wish = replace(self._wish, period=period)

    def _word_starts(self) -> frozenset[int]:
        """Where words begin in the text; everywhere, where folding moves characters."""
        folded = self._analyzer.normalise(self.text).text
        if len(folded) != len(self.text):
            return frozenset(range(len(self.text) + 1))
        return frozenset(accumulate(map(len, self._analyzer.cut(folded)), initial=0))

    def respellings(self) -> None:
        """Pinyin, first letters, homophones and look-alikes of what documents say."""
        known, text = self._known, self.text
        names = [name for name in (*known.issuers, *known.types, *_REGIONS) if name in text]
        names += [way.word for way in known.ways(text, issuers=())]
        hows: dict[str, None] = {}
        for one in reversed(known.respell(text, names)):
            kind = SHAPE if one.how == LOOK_ALIKE else SOUND
            if self._found(kind, text[one.start : one.end], one.value):
                self.text = f"{self.text[: one.start]}{one.value}{self.text[one.end :]}"
                hows[one.how] = None
        if hows:
            how, searched = "、".join(reversed(hows)), " ".join(self.text.split())
            self.notices.append(f"已按“{searched}”搜索（{how}）")

    def names(self) -> None:
        """Issuers, places and kinds of documents that the library knows."""
        known, text = self._known, self.text
        starts = self._word_starts()
        home = next((m for m in _HOME.finditer(text) if {*m.span()} <= starts), None)
        issuers: list[str] = []
        mine = known.home if known.home in known.issuers else None
        if home and mine and self._found(ISSUER, home[0], mine):
            issuers.append(mine)
            self.text = f"{text[: home.start()]} {text[home.end() :]}"
        named = [name for name in known.issuers if name in text]
        longest = [name for name in named if not any(name != o and name in o for o in named)]
        places = [
            place
            for place in _REGIONS
            if place in text
            and not any(place in name for name in longest)
            and any(place in name for name in known.issuers)
        ]
        issuers += [name for name in (*longest, *places) if self._found(ISSUER, name, name)]
        # 决定了什么, 报告过没有: what was done, not a kind of document.
        kinds = [
            kind
            for kind in known.types
            if len(kind) > 1 and re.search(f"{re.escape(kind)}(?![了过])", text)
        ]
        types = [kind for kind in kinds if self._found(TYPE, kind, kind)]
        self._wish = replace(self._wish, issuers=tuple(issuers), types=tuple(types))

    def clauses(self) -> None:
        """第十二条, as documents of several clauses number them."""
        for number, start, end in find_clauses(self.text)[:1]:
            if self._found(CLAUSE, self.text[start:end], str(number)):
                self._wish = replace(self._wish, clause=str(number.whole))
                self.text = f"{self.text[:start]}{number.whole}{self.text[end:]}"

    def other_words(self) -> None:
        """Words that say the same as some that were typed."""
        if not self._query.aliases:
            return
        asked = self._filter.issuer
        issuers = (*self._wish.issuers, *((asked,) if asked else ()))
        for way in self._known.ways(self.text, issuers=issuers):
            if self._found(WAY, way.word, "、".join(way.others)):
                self._ways.append(way)


def _quoted(match: re.Match[str], prefix: str) -> str | None:
    return next((match[prefix + kind] for kind in "abcd" if match[prefix + kind] is not None), None)
