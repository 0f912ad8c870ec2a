"""What an audience can be taken to mean by what stands nowhere in its documents: pinyin, first
letters, homophones and look-alikes.

A question whose words all stand in the documents is never touched. What is taken instead always
stands there itself, so nothing is said of documents that the audience may not read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice

from index.analyzer import FUNCTION_WORDS, Analyzer
from index.collection import Collection
from index.encoder import StaticEncoder
from index.engine import Engine, KeywordQuery
from index.errors import EncoderUnavailable, IndexMismatch
from index.lexicon import WORD_CHARS, by_initials, by_sound, written
from index.lookalikes import Kinship, kin, look_alikes
from index.model import Audience
from index.pinyin import is_typed_sound, syllables
from index.sounds import heard, readings
from index.suggestions import Speller

PINYIN, INITIALS, HOMOPHONE, LOOK_ALIKE = "拼音", "拼音首字母", "同音字", "形近字"

# What one question may cost, in steps of some 10 us: looking a sound up takes one and three for
# each word found, judging a correction ten.
_EFFORT = 500
_LOOKUP, _FORM, _JUDGING = 1, 3, 10
_MOST_CORRECTIONS = 3
# Where more is strange the text is about something else.
_MOST_DOUBTS = 12
_CUTS = 4
_HAN_CHARS = 80
# With fewer first letters too many names are as good as any other.
_FEWEST_INITIALS = 4
_FORMS = 5
# A word that no dictionary has must stand in so many documents, or be mistyped itself.
_SEEN = 5
# Of single characters as words, in the dictionary's count: 只, 成, 应; not 汇, 费, 废.
_COMMON = 20_000

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
# Matches huifei, hui fei biaozhun, huifei in huifei标准; not PPR-9087, a@b.cn, B2, 5g.
_LATIN = re.compile(
    r"(?<![0-9a-z_.@/\\\-+&#:'’])[a-zü]{2,}(?:[ '’]+[a-zü]+)*(?![0-9a-z_@/\\\-+&#:'’]|\.[0-9a-z])"
)


@dataclass(frozen=True, slots=True)
class Respelling:
    """`text[start:end]` is taken for `value`; `how` says in what they are alike."""

    start: int
    end: int
    value: str
    how: str


class Respeller:
    """Respells what is asked of one collection. Safe to share by threads."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._spell = Speller(collection.analyzer)

    def _is_word(self, word: str) -> bool:
        """Whether the dictionary or the encoder's table has the word: between them they know what
        people write, also where no document here says it."""
        if self._collection.analyzer.knows(word):
            return True
        try:
            encoder = self._collection.encoder()
        except (EncoderUnavailable, IndexMismatch):  # who searches by meaning is told
            return False
        return isinstance(encoder, StaticEncoder) and encoder.knows(word)

    def respell(
        self, text: str, audience: Audience, *, known: Sequence[str] = (), bold: bool = False
    ) -> tuple[Respelling, ...]:
        """What to search for instead, part by part in text order; nothing for most questions.

        `known` are texts that mean something wherever they stand. With `bold` words are doubted
        that are good words and stand nowhere: for suggestions, not for searching unasked.
        """
        normal = self._collection.analyzer.normalise(text)
        lexicon = _Lexicon(self._collection.engine, audience, self._spell)
        found = list(_latin(normal.text, lexicon, bold))
        pairs = frozenset(_pairs(*known))
        doubt = _Doubt(lexicon, self._collection.analyzer, self._is_word, pairs, bold)
        for match in _HAN.finditer(normal.text[:_HAN_CHARS]):
            for start, end, value, how in doubt.corrections(match[0]):
                at = match.start()
                found.append(Respelling(at + start, at + end, value, how))
        found.sort(key=lambda one: one.start)
        return tuple(
            Respelling(*normal.span(one.start, one.end), one.value, one.how) for one in found
        )


@dataclass(slots=True)
class _Lexicon:
    """The words and names that one audience reads, as one question asks for them."""

    engine: Engine
    audience: Audience
    spell: Speller
    _effort: int = _EFFORT
    _held: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    _pairs: dict[str, bool] = field(default_factory=dict)

    def words(self, sounds: Sequence[str]) -> list[tuple[str, int]]:
        """Words that sound like these syllables or nearly so, commonest first, and how common."""
        return self._forms(by_sound(sounds))

    def name(self, initials: str) -> str | None:
        """The name, or the commonest beginning of one, with these first letters."""
        for form, _ in self._forms(by_initials(initials, whole=True)):
            return form
        size = len(initials)
        for form, _ in self._forms(by_initials(initials, whole=False)):
            if size in self.spell(form).starts:
                return form[:size]
        return None

    def lacks_words(self, words: Sequence[str]) -> frozenset[str]:
        return self.engine.missing(KeywordQuery(tuple(words), ()), self.audience)

    def lacks_pairs(self, text: str) -> list[int]:
        """Where in a text two characters stand side by side that do so in no document."""
        pairs = _pairs(text)
        if unknown := tuple(dict.fromkeys(pair for pair in pairs if pair not in self._pairs)):
            missing = self.engine.missing(KeywordQuery((), unknown), self.audience)
            self._pairs |= {pair: pair in missing for pair in unknown}
        return [at for at, pair in enumerate(pairs) if self._pairs[pair]]

    def afford(self, effort: int) -> bool:
        """Whether there is any effort left; then so much less is."""
        left, self._effort = self._effort, self._effort - effort
        return left > 0

    def _forms(self, beginning: str) -> list[tuple[str, int]]:
        found = self._held.get(beginning)
        if found is None:
            if not self.afford(_LOOKUP):
                return []
            terms = self.engine.spellings(beginning, self.audience, _FORMS)
            self.afford(_FORM * len(terms))
            found = self._held[beginning] = [(written(term), count) for term, count in terms]
        return found


def _latin(folded: str, lexicon: _Lexicon, bold: bool) -> Iterator[Respelling]:
    """Typed letters that stand nowhere as words, taken for pinyin or first letters."""
    for match in _LATIN.finditer(folded):
        words = list(re.finditer("[a-zü]+", match[0]))
        missing = lexicon.lacks_words([word[0] for word in words])
        if not missing:
            continue
        whole = _by_letters(match[0], lexicon, bold)
        if whole:
            yield Respelling(*match.span(), *whole)
            continue
        for word in words:
            if word[0] in missing and (part := _by_letters(word[0], lexicon, bold)):
                at = match.start()
                yield Respelling(at + word.start(), at + word.end(), *part)


def _by_letters(letters: str, lexicon: _Lexicon, bold: bool) -> tuple[str, str] | None:
    """What these letters are taken for, and how."""
    ways = [way for cut in syllables(letters)[:_CUTS] if (way := _by_words(cut, lexicon))]
    if ways:
        return min(ways, key=lambda way: way.cost).text, PINYIN
    if len(letters) + bold >= _FEWEST_INITIALS and letters.isalpha() and is_typed_sound(letters):
        name = lexicon.name(letters)
        return (name, INITIALS) if name else None
    return None


@dataclass(frozen=True, slots=True)
class _Way:
    """Words one after another; the least `cost` is best: few that only nearly sound so, few words,
    common words."""

    cost: tuple[int, int, float]
    text: str


def _by_words(cut: Sequence[str], lexicon: _Lexicon) -> _Way | None:
    """The best words that sound like these syllables, without one left over."""
    shortest, longest = WORD_CHARS
    best: list[_Way | None] = [_Way((0, 0, 0.0), "")]
    for end in range(1, len(cut) + 1):
        ways = []
        for start in range(max(0, end - longest), end - shortest + 1):
            before = best[start]
            if before is None:
                continue
            for word, count in lexicon.words(cut[start:end]):
                near = not all(s in readings(c) for s, c in zip(cut[start:end], word, strict=True))
                fuzzy, words, rare = before.cost
                cost = fuzzy + near, words + 1, rare - math.log(count)
                ways.append(_Way(cost, before.text + word))
        best.append(min(ways, key=lambda way: (way.cost, way.text), default=None))
    return best[-1]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """`run[start:end]` replaced by `word` leaves `odd` more pairs that stand nowhere."""

    start: int
    end: int
    word: str
    kinship: Kinship
    odd: int
    count: int

    @property
    def cost(self) -> tuple[int, Kinship, int, int, str]:
        return self.odd, self.kinship, self.start - self.end, -self.count, self.word


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters in a row: the words they were cut into, which may be wrong, and where pairs begin
    that stand `odd`, in no document."""

    text: str
    words: Sequence[str]
    odd: Sequence[int]
    wrong: Sequence[bool]

    @property
    def ends(self) -> set[int]:
        return {0, *accumulate(map(len, self.words))}

    @property
    def doubtful(self) -> list[int]:
        found = (at for at in self.odd if self.wrong[at] or self.wrong[at + 1])
        return list(islice(found, _MOST_DOUBTS))


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Finds what is mistyped in runs of Chinese characters.

    Two characters that stand side by side nowhere are a sign, unless each belongs to a longer word
    of the dictionary or is a function word: nobody put these together before, and that is all.
    What follows from that sign was weighed on 793 questions about other things than the documents
    and on words with one character exchanged (docs/quality.md).
    """

    lexicon: _Lexicon
    analyzer: Analyzer
    is_word: Callable[[str], bool]
    known: frozenset[str]
    bold: bool

    def corrections(self, text: str) -> list[tuple[int, int, str, str]]:
        """(start, end, word, how), none overlapping another."""
        found: list[tuple[int, int, str, str]] = []
        for _ in range(_MOST_CORRECTIONS):
            best = min(self._candidates(text), key=lambda one: one.cost, default=None)
            if best is None or any(a < best.end and best.start < b for a, b, _, _ in found):
                break
            how = LOOK_ALIKE if best.kinship.looks else HOMOPHONE
            found.append((best.start, best.end, best.word, how))
            text = text[: best.start] + best.word + text[best.end :]
        return found

    def _candidates(self, text: str) -> Iterator[_Candidate]:
        odd = self._odd(text)
        if not odd:
            return
        words = self.analyzer.cut(text)
        wrong = [self.bold or self._is_weak(word, char) for word in words for char in word]
        run = _Run(text, words, odd, wrong)
        if not run.doubtful:
            return
        spoken, ends = heard(text), run.ends
        for start, end in _windows(run.doubtful, len(text)):
            whole = start in ends and end in ends
            if end - start == 2 and not (whole or self.bold):
                continue
            for word, count in self.lexicon.words(spoken[start:end]):
                if count >= _SEEN or self.bold or self.is_word(word):
                    yield from self._judged(run, start, word, count)
        for at in sorted({at + step for at in run.doubtful for step in (0, 1)}):
            if wrong[at]:
                yield from self._look_alikes(run, at)

    def _odd(self, text: str) -> list[int]:
        """Where pairs begin that stand in no document."""
        return [at for at in self.lexicon.lacks_pairs(text) if text[at : at + 2] not in self.known]

    def _is_weak(self, word: str, char: str) -> bool:
        """Whether this character of a word may be wrong: it is no word that anybody knows."""
        return char not in FUNCTION_WORDS and (len(word) == 1 or not self.is_word(word))

    def _look_alikes(self, run: _Run, at: int) -> Iterator[_Candidate]:
        for char in look_alikes(run.text[at]):
            fixed = run.text[:at] + char + run.text[at + 1 :]
            first, last = max(0, at - 1), at + 2
            if len(self._odd(fixed[first:last])) >= sum(first <= odd <= at for odd in run.odd):
                continue
            if not self.lexicon.afford(_JUDGING):
                return
            ends = list(accumulate(map(len, self.analyzer.cut(fixed))))
            end = next(end for end in ends if end > at)
            start = max((before for before in ends if before <= at), default=0)
            if end - start > 1 and not self.lexicon.lacks_words([fixed[start:end]]):
                yield from self._judged(run, start, fixed[start:end], 1)

    def _judged(self, run: _Run, start: int, word: str, count: int) -> Iterator[_Candidate]:
        """The correction, if it is one: what was typed may be wrong and is near to it, it makes
        things better around it, and it is a word there."""
        end = start + len(word)
        typed = run.text[start:end]
        kinship = kin(typed, word)
        changed = [at for at in range(start, end) if run.text[at] != word[at - start]]
        if kinship is None or not changed or not all(run.wrong[at] for at in changed):
            return
        if not self.bold and (self.is_word(typed) or not self._is_near(kinship, word, run)):
            return
        if not self.lexicon.afford(_JUDGING):
            return
        fixed = run.text[:start] + word + run.text[end:]
        first, last = max(0, start - 1), end + 1
        left = len(self._odd(fixed[first:last]))
        better = sum(first <= at < last - 1 for at in run.odd) - left
        if better <= 0 or self._odd(word):
            return
        if left and not self.bold and any(self._stands_alone(run, at) for at in changed):
            return
        if {start, end} <= {*self.analyzer.word_starts(fixed), len(fixed)}:
            yield _Candidate(start, end, word, kinship, -better, count)

    def _is_near(self, kinship: Kinship, word: str, run: _Run) -> bool:
        """Whether some character stays, or all that was typed sounds just the same; of two
        characters among others one stays, and the other sounds or looks the same."""
        if len(word) == 2 < len(run.text):
            return kinship.changed == 1 and not kinship.fuzzy
        return kinship.changed < len(word) or kinship.sounds == len(word)

    def _stands_alone(self, run: _Run, at: int) -> bool:
        """Whether this character is a word of its own, and a common one."""
        return run.text[at] in run.words and self.analyzer.frequency(run.text[at]) > _COMMON


def _windows(doubtful: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Spans of the lengths of words around doubtful pairs, the shorter first."""
    shortest, longest = WORD_CHARS
    spans = {
        (start, start + length): None
        for length in range(shortest, longest + 1)
        for at in doubtful
        for start in range(max(0, at + 2 - length), min(at, size - length) + 1)
    }
    return list(spans)


def _pairs(*texts: str) -> list[str]:
    return [text[at : at + 2] for text in texts for at in range(len(text) - 1)]
