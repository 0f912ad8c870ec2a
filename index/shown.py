"""What is shown of the documents found: the right passages, as their audience reads them, marked.

Everything is read in one transaction that asks for the audience again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice

from index.collection import Collection
from index.engine import TEXT
from index.model import Audience, Hit, Query
from index.projection import document_for, lines_for, passage_for
from index.ranker import Ranking, keyword_query
from index.records import StoredDocument, StoredPassage
from index.snippet import marks, terms_to_mark
from index.stream import Stream
from index.understanding import Understood

_PASSAGES_SHOWN = 3
# Documents whose best passages are compared at once when copies are folded.
_COMPARED_AT_ONCE = 12
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document with its best passages, and those folded under it: their best passage says
    the same, character for character. `prior` is what its authority added to the score,
    `wished` what being as the question wishes did, by wish, `tuned` what the library's tuning
    did. `superseded` is whether there is a later edition of the same rules."""

    document: StoredDocument
    score: float
    hits: tuple[Hit, ...]
    prior: float = 0.0
    wished: Mapping[str, float] = field(default_factory=dict)
    tuned: float = 0.0
    copies: tuple[StoredDocument, ...] = ()
    superseded: bool = False


def found(
    collection: Collection, query: Query, asked: Understood, order: Sequence[int], ranking: Ranking
) -> tuple[FoundDocument, ...]:
    """The documents on the page that is asked for; `order` are their ranks in `ranking`."""
    with collection.library.reading():
        return _Page(collection, query, asked, ranking).documents(order)


def listed(
    collection: Collection, document_ids: Sequence[str], audience: Audience
) -> tuple[FoundDocument, ...]:
    """Documents in this order, without passages."""
    held = _documents(collection, document_ids, audience)
    columns = collection.engine.columns
    return tuple(
        FoundDocument(held[key], 0.0, (), superseded=columns.has_later(key, audience))
        for key in document_ids
        if key in held
    )


def _documents(
    collection: Collection, ids: Iterable[str], audience: Audience
) -> dict[str, StoredDocument]:
    """Those of these documents that the audience may read, as it reads them."""
    return {
        document.document_id: document_for(audience, document)
        for document in collection.library.documents(ids)
        if audience.sees(document.audience)
    }


@dataclass(slots=True)
class _Page:
    """One page of results while it is read; `held` are passages already read, by id."""

    collection: Collection
    query: Query
    asked: Understood
    ranking: Ranking
    held: dict[int, StoredPassage] = field(default_factory=dict)

    def documents(self, order: Sequence[int]) -> tuple[FoundDocument, ...]:
        ranking, rows = self.ranking, self.ranking.columns.rows
        enough = self.query.offset + self.query.limit
        groups = (
            [[at] for at in order[:enough]] if self.asked.having else self._folded(order, enough)
        )
        groups = groups[self.query.offset :]
        ids = {at: rows[ranking.places[at]].document_id for group in groups for at in group}
        documents = _documents(self.collection, ids.values(), self.query.audience)
        chosen = {group[0]: self._chosen(group[0], ids[group[0]]) for group in groups}
        self._read(passage_id for each in chosen.values() for _, passage_id in each)
        others = (other for way in self.asked.ways for other in way.others)
        terms = (*terms_to_mark(keyword_query(self.asked.rest, self.collection.analyzer)), *others)
        shown = []
        for first, *copies in groups:
            hits = tuple(self._hit(at, i, terms) for at, i in chosen[first] if i in self.held)
            if ids[first] in documents and hits:
                shown.append(
                    FoundDocument(
                        documents[ids[first]],
                        float(ranking.scores[first]),
                        hits,
                        float(ranking.priors[first]),
                        self._wished(first),
                        float(ranking.tuned[first]),
                        tuple(documents[ids[at]] for at in copies if ids[at] in documents),
                        ranking.columns.has_later(ids[first], self.query.audience),
                    )
                )
        return tuple(shown)

    def _wished(self, rank: int) -> dict[str, float]:
        """What the document at that rank gained by being as wished for, by wish."""
        ranking = self.ranking
        place = ranking.places[rank : rank + 1]
        parts = ranking.offers.parts(ranking.columns, place, self.asked)
        return {name: float(gains[0]) for name, gains in parts.items() if gains[0]}

    def _read(self, passage_ids: Iterable[int]) -> None:
        missing = sorted(set(passage_ids) - self.held.keys())
        self.held |= {p.passage_id: p for p in self.collection.library.passages(missing)}

    def _folded(self, order: Sequence[int], enough: int) -> list[list[int]]:
        """The first `enough` documents, each with those after it whose best passage reads the
        same; of such a group the one most wished for, of highest authority and latest date comes
        first."""
        ranking = self.ranking
        last_days = ranking.columns.last_days(ranking.places)
        groups: dict[str, list[int]] = {}
        remaining = iter(order)
        while len(groups) < enough and (part := list(islice(remaining, _COMPARED_AT_ONCE))):
            best = [ranking.passages(at, 1)[0][1] for at in part]
            self._read(best)
            for at, passage_id in zip(part, best, strict=True):
                held = self.held.get(passage_id)
                read = held and passage_for(self.query.audience, held).text
                text = _NO_LETTER.sub("", read) if read else str(passage_id)
                groups.setdefault(text, []).append(at)
        for group in groups.values():
            group.sort(key=lambda at: (-ranking.priors[at] - ranking.wished[at], -last_days[at]))
        return list(islice(groups.values(), enough))

    def _chosen(self, rank: int, document_id: str) -> list[tuple[int | None, int]]:
        """(position among the candidates if it is one, passage id) of the passages to show of one
        document: what was quoted first, then the best."""
        best: list[tuple[int | None, int]] = [*self.ranking.passages(rank, _PASSAGES_SHOWN)]
        quoted = [exact.letters for exact in self.asked.having if exact.field == TEXT]
        if not quoted:
            return best
        self._read(passage_id for _, passage_id in best)
        holding = [pair for pair in best if self._holds(self.held.get(pair[1]), quoted)]
        if not holding:
            candidates = self.ranking.passages(rank, len(self.ranking.candidates.ids))
            positions = {passage_id: at for at, passage_id in candidates}
            located = self._located(document_id, quoted) or self._headed(document_id, quoted)
            holding = [(positions.get(passage_id), passage_id) for passage_id in located]
        return list(dict.fromkeys([*holding, *best]))[:_PASSAGES_SHOWN]

    def _holds(self, passage: StoredPassage | None, quoted: Sequence[str]) -> bool:
        if passage is None:
            return False
        read = passage_for(self.query.audience, passage)
        streams = [Stream(text, self.collection.analyzer) for text in (read.text, *read.path)]
        return any(part in stream.letters for part in quoted for stream in streams)

    def _headed(self, document_id: str, quoted: Sequence[str]) -> list[int]:
        """Passages under a heading that holds a quotation."""
        found = [*self.collection.library.passages_of([document_id])]
        headed = [passage for passage in found if self._holds(passage, quoted)]
        self.held |= {passage.passage_id: passage for passage in headed}
        return [passage.passage_id for passage in headed]

    def _located(self, document_id: str, quoted: Sequence[str]) -> list[int]:
        """Passages in which a quotation stands or begins, where it may run over several."""
        library = self.collection.library
        body = library.body(document_id) or {"paragraphs": ()}
        lines = [paragraph["text"] for paragraph in body["paragraphs"]]
        read = lines_for(self.query.audience, lines)
        stream = Stream("\n".join(read), self.collection.analyzer)
        starts = [0, *accumulate(len(line) + 1 for line in read)]
        held_starts = [0, *accumulate(len(line) + 1 for line in lines)]
        passages = list(library.passages_of([document_id]))
        found: list[int] = []
        for start, end in (place for part in quoted for place in islice(stream.find(part), 5)):
            first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
            # Where the public reads a line otherwise, only the line is sure.
            same = read[first] == lines[first]
            begin = held_starts[first] + (start - starts[first] if same else 0)
            stop = begin + end - start if same and first == last else held_starts[last + 1]
            for passage in passages:
                if passage.start < stop and begin < passage.end:
                    self.held[passage.passage_id] = passage
                    found.append(passage.passage_id)
        return list(dict.fromkeys(found))

    def _hit(self, at: int | None, passage_id: int, terms: Sequence[str]) -> Hit:
        """A passage as this audience reads it, with what was asked for marked."""
        passage = passage_for(self.query.audience, self.held[passage_id])
        candidates = self.ranking.candidates
        return Hit(
            passage.passage_id,
            passage.path,
            passage.address,
            passage.pages,
            passage.text,
            self._marks(passage.text, terms),
            0.0 if at is None else float(candidates.scores[at]),
            {} if at is None else candidates.why(at),
            passage.lead,
            {} if at is None else candidates.parts(at),
            self._others(passage.text),
        )

    def _others(self, text: str) -> tuple[tuple[str, str], ...]:
        """Words that stand in a text in place of those that were typed."""
        folded = self.collection.analyzer.normalise(text).text if self.asked.ways else ""
        return tuple(
            (way.word, other)
            for way in self.asked.ways
            for other in way.others
            if other in folded and way.word not in folded
        )

    def _marks(self, text: str, terms: Sequence[str]) -> tuple[tuple[int, int], ...]:
        """What was quoted, whole; of one that runs over passages, its words."""
        analyzer = self.collection.analyzer
        quoted = []
        if self.asked.having:
            stream = Stream(text, analyzer)
            quoted = [place for e in self.asked.having for place in stream.find(e.letters)]
        if self.asked.having and not quoted:
            terms = terms_to_mark(self.ranking.keywords)
        return _joined([*quoted, *marks(text, terms, analyzer)])


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans in order, those that touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)
