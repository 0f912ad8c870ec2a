"""What filters, facets and audiences need of every document, in memory, column by column."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.library import Library
from index.model import Audience, Filter, Wish
from index.notation import date_span, find_clauses, number_key, parse_number
from index.projection import document_for, text_for
from index.records import StoredDocument, key_of

_BITMAPS_KEPT = 64
# What a year that a document is about counts beside the one that it is dated in.
_SPOKEN_OF = 0.7
# What the months before a period count: its notices are of then.
_ANNOUNCED, _ANNOUNCED_MONTHS = 0.85, 3


@dataclass(frozen=True, slots=True)
class Row:
    """One document and the range of its passage ids, `[first, first + count)`; `work` is what it
    is one clause of, where its title says so."""

    document_id: str
    audience: int
    types: tuple[str, ...]
    issuer: str | None
    years: tuple[int, ...]
    first_day: int
    last_day: int
    number_key: str | None
    authority: int | None
    first: int
    count: int
    work: str | None = None
    edition_of: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Wished:
    """How far each document is as wished for, 0 to 1, every array (n,)."""

    number: NDArray[np.float64]
    issuer: NDArray[np.float64]
    type: NDArray[np.float64]
    period: NDArray[np.float64]

    def fully(self, wish: Wish) -> NDArray[np.bool_]:
        """Which documents are all that is wished for, dated in the time that is named."""
        each = (
            (wish.numbers, self.number),
            (wish.issuers, self.issuer),
            (wish.types, self.type),
            (wish.period, self.period),
        )
        full = np.ones(len(self.number), bool)
        for wished, held in each:
            if wished:
                full &= held == 1
        return full


class Values:
    """The values of one field of every document, by number, so that counting and comparing
    them needs no loop over documents. A document may have none or several."""

    def __init__(self, of_each: Iterable[Sequence[str] | Sequence[int]]) -> None:
        numbers: dict[str | int, int] = {}
        held = [[numbers.setdefault(value, len(numbers)) for value in values] for values in of_each]
        self.names = list(numbers)
        self._counts = np.array([len(values) for values in held], np.int64)
        self._starts = np.cumsum(self._counts) - self._counts
        self._numbers = np.array([number for values in held for number in values], np.int64)

    def count(self, places: NDArray[np.int64]) -> list[tuple[str | int, int]]:
        """How many of the documents at `places` have each value."""
        counts = self._counts[places]
        ends = np.cumsum(counts)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
        numbers = self._numbers[np.repeat(self._starts[places], counts) + within]
        found = np.bincount(numbers, minlength=len(self.names))
        return [(self.names[at], int(found[at])) for at in np.flatnonzero(found).tolist()]

    def having(self, wanted: Callable[[str | int], bool]) -> NDArray[np.bool_]:
        """For each document, whether one of its values is wanted."""
        good = np.array([wanted(name) for name in self.names], bool)
        documents = np.repeat(np.arange(len(self._counts)), self._counts)
        chosen = np.zeros(len(self._counts), bool)
        chosen[documents[good[self._numbers]]] = True
        return chosen


class Columns:
    """The rows of all documents, sorted by first passage, as after change `seq` of the library;
    replaced whole when anything changed."""

    def __init__(self, rows: Iterable[Row] = (), seq: int = 0) -> None:
        self.seq = seq
        self.rows = sorted(rows, key=lambda row: row.first)
        self._firsts = self._integers("first")
        self._counts = self._integers("count")
        self._audiences = self._integers("audience")
        self._first_days = self._integers("first_day")
        self._last_days = self._integers("last_day")
        keys = np.array([key_of(row.document_id) for row in self.rows], np.uint64)
        self._by_key = np.argsort(keys)
        self._keys = keys[self._by_key]
        self._authorities = np.array([row.authority or 0 for row in self.rows], np.int8)
        self._works = _numbered(row.work or f"\0{row.document_id}" for row in self.rows)
        self._types = Values(row.types for row in self.rows)
        self._years = Values(row.years for row in self.rows)
        self._issuers = Values((row.issuer,) if row.issuer else () for row in self.rows)
        self._numbers = Values((row.number_key,) if row.number_key else () for row in self.rows)
        self._names: dict[Audience, dict[str, tuple[str, ...]]] = {}
        self._followed: dict[Audience, NDArray[np.int64]] = {}
        self._numbered: dict[Audience, dict[tuple[int | None, str], set[str]]] = {}
        self._bitmaps: dict[tuple[Audience, Filter], NDArray[np.uint8] | None] = {}

    def _integers(self, name: str) -> NDArray[np.int64]:
        return np.array([getattr(row, name) for row in self.rows], np.int64)

    @property
    def passage_ids(self) -> NDArray[np.int64]:
        """Every passage of the library, ascending."""
        if not self.rows:
            return np.empty(0, dtype=np.int64)
        ends = np.cumsum(self._counts)
        within = np.arange(ends[-1]) - np.repeat(ends - self._counts, self._counts)
        return np.asarray(np.repeat(self._firsts, self._counts) + within, dtype=np.int64)

    def places(self, passage_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each passage where its document stands in `rows`, -1 when it has none."""
        at = np.searchsorted(self._firsts, passage_ids, side="right") - 1
        if not self.rows:
            return at
        return np.where(passage_ids < self._firsts[at] + self._counts[at], at, -1)

    def seen(self, passage_ids: NDArray[np.int64], audience: Audience) -> NDArray[np.bool_]:
        """Whether this audience may read each passage now, (n,)."""
        places = self.places(passage_ids)
        held = places >= 0
        if self.rows:
            held &= self._audiences[places] <= audience.rank
        return np.asarray(held, np.bool_)

    def wished(self, places: NDArray[np.int64], wish: Wish, audience: Audience) -> Wished:
        """How far the documents at these places are as a question wishes, 0 to 1 each."""

        def told(wanted: Sequence[str], has: Callable[[Row], bool]) -> NDArray[np.float64]:
            if not wanted:
                return np.zeros(len(places))
            return np.array([has(self.rows[place]) for place in places.tolist()], np.float64)

        return Wished(
            told(wish.numbers, lambda row: row.number_key in wish.numbers),
            told(
                wish.issuers,
                lambda row: any(part in shown(row.issuer or "", audience) for part in wish.issuers),
            ),
            told(wish.types, lambda row: any(shown(t, audience) in wish.types for t in row.types)),
            self._in_period(places, wish.period),
        )

    def _in_period(
        self, places: NDArray[np.int64], period: tuple[int, int] | None
    ) -> NDArray[np.float64]:
        """1 for a document dated in the period; less for one of shortly before, as what announces
        it is, and less again for one that speaks of such a year."""
        if period is None:
            return np.zeros(len(places))
        first, last = period
        first_days, last_days = self._first_days[places], self._last_days[places]
        dated = (first_days > 0) & (first_days <= last) & (last_days >= first)
        months = np.where(last_days > 0, _month(np.array(first)) - _month(last_days), 0)
        announced = (months > 0) & (months <= _ANNOUNCED_MONTHS)
        years = range(first // 10000, last // 10000 + 1)
        spoken_of = self._years.having(years.__contains__)[places]
        return np.select([dated, announced, spoken_of], [1.0, _ANNOUNCED, _SPOKEN_OF])

    def firsts(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first passage of each of the documents at these places."""
        return self._firsts[places]

    def superseded(
        self, places: NDArray[np.int64], audience: Audience, day: int | None = None
    ) -> NDArray[np.bool_]:
        """Whether a later edition of the same rules, which this audience may read, was there on
        that day; without one, whether there is one now."""
        held = self._followed.get(audience)
        if held is None:
            held = self._followed[audience] = self._next_editions(audience)
        followed = held[places]
        return (followed > 0) & (True if day is None else followed <= day)

    def has_later(self, document_id: str, audience: Audience) -> bool:
        """Whether there is a later edition of this document now, which this audience may read."""
        key = np.uint64(key_of(document_id))
        at = int(np.searchsorted(self._keys, key))
        known = at < len(self._keys) and bool(self._keys[at] == key)
        return known and bool(self.superseded(self._by_key[at : at + 1], audience)[0])

    def _next_editions(self, audience: Audience) -> NDArray[np.int64]:
        """The day of the next edition of each document, 0 where there is none."""
        editions: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(self.rows):
            if row.edition_of is not None and row.audience <= audience.rank and row.last_day:
                editions[row.edition_of].append(place)
        followed = np.zeros(len(self.rows), np.int64)
        for places in editions.values():
            days = np.append(np.unique(self._last_days[places]), 0)
            followed[places] = days[np.searchsorted(days[:-1], self._last_days[places]) + 1]
        return followed

    def works(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """A number for the work that each of the documents at these places is or is a clause of:
        equal for clauses of one work."""
        return self._works[places]

    def key(self, place: int) -> str:
        """A name for that work that is the same after a restart."""
        row = self.rows[place]
        return row.work or row.document_id

    def lengths(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many passages each of the documents at these places has."""
        return self._counts[places]

    def authorities(self, places: NDArray[np.int64]) -> NDArray[np.int8]:
        """The authority of the documents at these places, 0 where it is not known."""
        return self._authorities[places]

    def last_days(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The last day, as 20240630, that their dates may mean; 0 for the undated."""
        return self._last_days[places]

    def allowed(self, audience: Audience, filter_: Filter) -> NDArray[np.uint8] | None:
        """Packed little-endian bitmap over passage ids of what this audience's filter lets in;
        None when that is everything."""
        key = (audience, filter_)
        if key in (kept := self._bitmaps):
            return kept[key]
        bitmap = self.bitmap(self.chosen(audience, filter_))
        if len(kept) >= _BITMAPS_KEPT:
            kept = {}
        self._bitmaps = {**kept, key: bitmap}  # never changed in place: threads share it
        return bitmap

    def bitmap(self, chosen: NDArray[np.bool_]) -> NDArray[np.uint8] | None:
        """The same for documents told one by one, `(n,)`."""
        if chosen.all():
            return None
        bits = np.zeros(int(self._firsts[-1] + self._counts[-1]), bool)
        bits[self.passage_ids[np.repeat(chosen, self._counts)]] = True
        return np.packbits(bits, bitorder="little")

    def chosen(self, audience: Audience, filter_: Filter) -> NDArray[np.bool_]:
        """Whether each document is this audience's and passes; the keyword lane asks tantivy
        the same question."""
        chosen = self._audiences <= audience.rank
        if filter_.type is not None:
            chosen &= self._types.having(lambda name: shown(str(name), audience) == filter_.type)
        if filter_.issuer is not None:
            names = set(self.issuers(audience, filter_.issuer))
            chosen &= self._issuers.having(lambda name: shown(str(name), audience) in names)
        if filter_.year is not None:
            chosen &= self._years.having(lambda year: year == filter_.year)
        if filter_.number is not None:
            wanted = number_key(filter_.number)
            chosen &= self._numbers.having(lambda key: key == wanted)
        if filter_.date_from is not None or filter_.date_to is not None:
            first = date_span(filter_.date_from)[0] if filter_.date_from else 0
            last = date_span(filter_.date_to)[1] if filter_.date_to else 99991231
            chosen &= (self._first_days > 0) & (self._last_days >= first)
            chosen &= self._first_days <= last
        return chosen

    def issuers(self, audience: Audience, part: str) -> list[str]:
        """Stored issuer names, as this audience reads them, that contain `part`."""
        return sorted(name for name in self.issuer_names(audience) if part in name)

    def issuer_names(self, audience: Audience) -> tuple[str, ...]:
        """Every issuer this audience reads of, by how many of its documents, then by name."""
        return self._known(audience)["issuer"]

    def types(self, audience: Audience) -> tuple[str, ...]:
        """Every kind of document this audience reads of."""
        return self._known(audience)["type"]

    def _known(self, audience: Audience) -> dict[str, tuple[str, ...]]:
        """The values of each field that this audience reads, commonest first."""
        known = self._names.get(audience)
        if known is None:
            seen = np.flatnonzero(self._audiences <= audience.rank)
            known = self._names[audience] = {
                name: tuple(str(item["value"]) for item in counted)
                for name, counted in self.facets(seen, audience).items()
            }
        return known

    def numbers(self, audience: Audience, year: int | None, serial: str) -> list[str]:
        """Keys of 发文字号 of this year and serial that documents of this audience have."""
        known = self._numbered.get(audience)
        if known is None:
            known = {}
            for row in self.rows:
                if row.audience <= audience.rank and (number := parse_number(row.number_key or "")):
                    known.setdefault((number.year, number.serial), set()).add(number.key)
            self._numbered[audience] = known  # whole: another thread may look at once
        return sorted(known.get((year, serial), ()))

    def listing(self, audience: Audience, filter_: Filter) -> NDArray[np.int64]:
        """Places of the documents a filter lets in, newest first, undated last."""
        return self.newest_first(np.flatnonzero(self.chosen(audience, filter_)))

    def newest_first(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places by the last day of their documents, undated last, ties as given."""
        return places[np.argsort(-self._last_days[places], kind="stable")]

    def among(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Whether each document is one of those with these keys."""
        among = np.zeros(len(self.rows), bool)
        if len(self.rows):
            at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            among[self._by_key[at[self._keys[at] == keys]]] = True
        return among

    def facets(
        self, places: NDArray[np.int64], audience: Audience
    ) -> dict[str, list[dict[str, object]]]:
        """How many of these documents have each type, issuer and year; commonest first."""
        found: dict[str, list[dict[str, object]]] = {}
        for name, values in (
            ("type", self._types),
            ("issuer", self._issuers),
            ("year", self._years),
        ):
            counted: Counter[str | int] = Counter()
            for value, count in values.count(places):
                counted[shown(value, audience) if isinstance(value, str) else value] += count
            found[name] = [
                {"value": value, "count": count}
                for value, count in sorted(
                    counted.items(), key=lambda item: (-item[1], str(item[0]))
                )
            ]
        return found


def shown(value: str, audience: Audience) -> str:
    """A type or an issuer as this audience reads it."""
    return text_for(audience, value)


def read_columns(library: Library, before: Columns | None = None) -> Columns:
    """Columns of all documents, from one read transaction; what did not change since `before`
    is taken from there."""
    with library.reading():
        seq = library.seq()
        if before is None or before.seq == 0:
            kept: list[Row] = []
            changed = None
        else:
            changed = library.changed_since(before.seq)
            gone = set(changed)
            kept = [row for row in before.rows if row.document_id not in gone]
        ranges = {key: (first, count) for key, first, count in library.passage_ranges(changed)}
        fresh = (
            _row(document, *ranges[document.document_id])
            for document in library.documents(changed)
            if document.document_id in ranges
        )
        return Columns([*kept, *fresh], seq)


def _row(document: StoredDocument, first: int, count: int) -> Row:
    # Whatever joins documents or is looked up is as the public reads it: 章程 of a masked number
    # must not tell that two numbers are the same.
    read = document_for(Audience.PUBLIC, document)
    first_day, last_day = date_span(document.date) if document.date else (0, 0)
    return Row(
        document.document_id,
        document.audience.rank,
        document.types,
        document.issuer,
        document.years,
        first_day,
        last_day,
        read.number_key,
        document.authority,
        first,
        count,
        work_of(read.title or ""),
        edition_of(read),
    )


# Rules that are issued again under the same name: 章程, 会费管理办法（试行）, 2016年版章程.
_RULES = ("章程", "办法", "规定", "规则", "细则", "制度", "条例", "规范", "标准", "公约")
_EDITION = re.compile(
    r"[（(][^（）()]{0,20}[）)]|[0-9〇零一二三四五六七八九十]{2,4}年?(?:度|版)?|试行|暂行|修订|修正|管理"
)


def edition_of(document: StoredDocument) -> str | None:
    """What all editions of the same rules have in common: their issuer and their name without
    years and 试行; None for what is no rules."""
    name = (document.title or "").removeprefix(document.issuer or "")
    name = _EDITION.sub("", name)
    return sys.intern(f"{document.issuer}/{name}") if name.endswith(_RULES) else None


def work_of(title: str) -> str | None:
    """The work of which the document of this title is one clause: 会费管理办法 第七条 is one of
    会费管理办法; 关于第七条的说明 is none of anything."""
    clauses = find_clauses(title.rstrip())
    if not clauses or clauses[-1][2] != len(title.rstrip()):
        return None
    return sys.intern(title[: clauses[-1][1]].strip()) or None


def _numbered(names: Iterable[str]) -> NDArray[np.int64]:
    """The same number for the same name."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


def _month(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Months from the beginning of time to that of each day: of 20240630, to June 2024."""
    return days // 10000 * 12 + days // 100 % 100
