"""Other words for those of a question, as far as they stand in what an audience may read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.aliases import Alias, formed
from index.analyzer import Analyzer
from index.embedded import EmbeddedEngine
from index.errors import BadRequest
from index.model import Audience
from index.projection import text_for
from index.stream import letters_of
from index.thesaurus import (
    ALIAS,
    FILE_NAME,
    Thesaurus,
    Way,
    open_thesaurus,
    own_text,
    read_own,
)

# An alias is no shorter; one of this length or more is known even where words part otherwise.
_CLEAR = 3
FOUND, APPROVED, REJECTED = "found", "approved", "rejected"


@dataclass(frozen=True, slots=True)
class Known:
    """An alias, a document that gives it, and what the office has decided about it."""

    alias: Alias
    document_id: str
    verdict: str


@dataclass(frozen=True, slots=True)
class _Names:
    """The aliases of one state of the exact lane, by either of their names."""

    seq: int
    by_name: dict[str, list[Alias]]
    longest: int


class Synonyms:
    """Thesaurus and aliases of one library. The office's own file is read again when it changes,
    the aliases when documents do."""

    def __init__(self, home: Path, analyzer: Analyzer) -> None:
        self._file = home / FILE_NAME
        self._analyzer = analyzer
        self._stamp: tuple[int, int] | None = None
        self._thesaurus: Thesaurus | None = None
        self._names = _Names(-1, {}, 0)

    @property
    def thesaurus(self) -> Thesaurus:
        """Ours, with the office's own on top."""
        try:
            stat = self._file.stat()
            stamp = stat.st_mtime_ns, stat.st_size
        except OSError:
            stamp = None
        if self._thesaurus is None or stamp != self._stamp:
            self._stamp = stamp
            self._thesaurus = open_thesaurus(read_own(self._file.parent), self._analyzer)
        return self._thesaurus

    def ways(
        self, text: str, engine: EmbeddedEngine, audience: Audience, issuers: Sequence[str] = ()
    ) -> list[Way]:
        """Other words for those of `text` that stand in this audience's documents; of an alias
        with several meanings the one that `issuers` use, if one of them uses it."""
        folded = self._analyzer.normalise(text).text
        words = self._analyzer.cut(folded)
        boundaries = frozenset(accumulate(map(len, words), initial=0))
        found: dict[str, Way] = {}
        for way in (
            *self._aliases(folded, boundaries, engine, audience, issuers),
            *self.thesaurus.ways(folded, boundaries),
        ):
            held = found.get(way.word)
            others = tuple(
                other
                for other in way.others
                if other not in folded
                and not self.thesaurus.takes_back(way.word, other)
                and engine.stands(letters_of(other, self._analyzer), audience)
            )
            if others and held is not None:
                others = tuple(dict.fromkeys((*held.others, *others)))
            if others:
                found[way.word] = replace(held or way, others=others)
        # A word within a longer one has had its say.
        return [
            way for way in found.values() if not any(way.word in w for w in found if w != way.word)
        ]

    def mined(self, engine: EmbeddedEngine, audience: Audience) -> list[Known]:
        """Every alias that documents of this audience state, and of those formed by rule the ones
        whose short form stands somewhere; stated ones first."""
        known, columns = [], engine.columns
        seen: set[tuple[str, str]] = set()
        for alias in sorted(set(engine.aliases()), key=lambda alias: (not alias.stated, alias)):
            if (alias.short, alias.full) in seen:
                continue
            places = engine.giving(alias, audience, columns)
            if len(places) and (alias.stated or engine.stands(alias.short, audience)):
                seen.add((alias.short, alias.full))
                document = columns.rows[int(places[0])].document_id
                known.append(Known(alias, document, self._verdict(alias)))
        return known

    def _verdict(self, alias: Alias) -> str:
        thesaurus = self.thesaurus
        if thesaurus.takes_back(alias.short, alias.full):
            return REJECTED
        return APPROVED if thesaurus.has(alias.short, alias.full) else FOUND

    def decide(self, short: str, full: str, *, approve: bool) -> None:
        """Write the office's decision into its own file; it holds from the next question on.
        Raises BadRequest when the file cannot be read, and leaves it as it is."""
        try:
            own = own_text(self._file.parent)
        except (OSError, UnicodeDecodeError) as error:
            raise BadRequest(f"{self._file} 读不出来，请另存为 UTF-8 后再试：{error}") from error
        line = f"{short} {full}"
        kept = [
            held
            for held in own.splitlines()
            if held.strip().removeprefix("- ").split() != [short, full]
        ]
        text = "\n".join([*kept, line if approve else f"- {line}"]) + "\n"
        fresh = self._file.with_suffix(".new")
        fresh.write_text(text, "utf-8")
        fresh.replace(self._file)

    def _aliases(
        self,
        folded: str,
        boundaries: frozenset[int],
        engine: EmbeddedEngine,
        audience: Audience,
        issuers: Sequence[str],
    ) -> Iterator[Way]:
        """By aliases that documents give, and by the usual short forms of names that were typed."""
        names, columns = self._known(engine), engine.columns
        give = partial(engine.giving, audience=audience, columns=columns)
        at = 0
        while at < len(folded):
            word, given = self._named(folded, at, boundaries, names, give)
            at += len(word) or 1
            own = [
                (alias, places)
                for alias, places in given
                if any(
                    part in text_for(audience, columns.rows[place].issuer or "")
                    for place in places
                    for part in issuers
                )
            ]
            others = (a.full if a.short == word else a.short for a, _ in own or given)
            if word:
                yield Way(word, tuple(dict.fromkeys(others)), ALIAS)
        for alias in formed(folded, self._analyzer.cut):
            yield Way(alias.full, (alias.short,), ALIAS)

    def _known(self, engine: EmbeddedEngine) -> _Names:
        if self._names.seq != (seq := engine.exact_seq):
            by_name: dict[str, list[Alias]] = {}
            for alias in engine.aliases():
                by_name.setdefault(alias.short, []).append(alias)
                by_name.setdefault(alias.full, []).append(alias)
            self._names = _Names(seq, by_name, max(map(len, by_name), default=0))
        return self._names

    @staticmethod
    def _named(
        folded: str,
        start: int,
        boundaries: frozenset[int],
        names: _Names,
        give: Callable[[Alias], NDArray[np.int64]],
    ) -> tuple[str, list[tuple[Alias, NDArray[np.int64]]]]:
        """The longest name that begins at `start` and has an alias that is given, with where; a
        longer one that only others may know is none."""
        for end in range(min(len(folded), start + names.longest), start + 1, -1):
            word, clear = folded[start:end], end - start >= _CLEAR or {start, end} <= boundaries
            if clear and word in names.by_name:
                given = [(alias, give(alias)) for alias in names.by_name[word]]
                given = [(alias, places) for alias, places in given if len(places)]
                if given:
                    return word, given
        return "", []
