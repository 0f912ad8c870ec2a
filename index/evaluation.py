"""How good and how fast search is on a set of judged queries.

The set's passages become an ordinary library in a temporary directory, each row one document of
one passage. A ranking pass takes the best hundred of every judged query, whatever their score;
a latency pass then asks the ordinary searcher for ten answers with snippets, one at a time.
"""

from __future__ import annotations

import hashlib
import os
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from index.collection import Collection, encode
from index.errors import BadRequest
from index.indexer import TEST_ROW
from index.measures import ndcg, recall, reciprocal_rank
from index.model import Audience, Document, Paragraph, Passage, Query
from index.preparation import Prepared, prepare, together
from index.records import Source
from index.searcher import MAX_QUERY_CHARS, MODES, Searcher
from index.testset import Judgements, Row
from index.workers import Tools, Workers

DEPTH = 100
MEASURES: Mapping[str, Callable[[Mapping[str, int], Sequence[str]], float]] = {
    "ndcg@10": lambda judged, ranked: ndcg(judged, ranked, 10),
    "rr@10": lambda judged, ranked: reciprocal_rank(judged, ranked, 10),
    "r@10": lambda judged, ranked: recall(judged, ranked, 10),
    "r@100": lambda judged, ranked: recall(judged, ranked, DEPTH),
}
_ROWS_PER_TASK = 100
_ROWS_PER_COMMIT = 2_000

# Told what is being done, how much of it is done, and of how much (0 when not known).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of one run; `per_query` holds every measure of every judged query, `questions`
    their texts."""

    set: str
    digest: str
    mode: str
    priors: bool
    queries: int
    passages: int
    means: Mapping[str, float]
    per_query: Mapping[str, Mapping[str, float]]
    questions: Mapping[str, str]
    p50_ms: float
    p95_ms: float
    index_s: float
    peak_rss_mb: int


def evaluate(
    folder: Path,
    *,
    mode: str = "hybrid",
    priors: bool = True,
    encoder_name: str | None = None,
    timed: bool = True,
    progress: Progress = lambda stage, done, of: None,
) -> Evaluation:
    """Judge search on the BEIR folder `folder`; without `priors`, metadata of rows is ignored.
    Without `timed` there is no latency pass, and its figures are 0.

    Raises BadTestSet, EncoderUnavailable, BadRequest for an unknown mode.
    """
    if mode not in MODES:
        raise BadRequest(f"mode 只能是 {'、'.join(MODES)}")
    judgements = Judgements(folder)
    with TemporaryDirectory(prefix="xiehui-evaluate-") as directory:
        began = perf_counter()
        collection = Collection(Path(directory, "home"), encoder_name=encoder_name, create=True)
        try:
            row_ids = fill(collection, judgements.passages(), progress)
            collection.refresh()
            index_s = perf_counter() - began
            per_query = _rank(collection, judgements, row_ids, mode, priors, progress)
            texts = [judgements.queries[key] for key in per_query] if timed else []
            times_ms = _time(collection, texts, mode, priors, progress)
        finally:
            collection.close()
    return Evaluation(
        set=judgements.name,
        digest=judgements.digest(),
        mode=mode,
        priors=priors,
        queries=len(per_query),
        passages=len(row_ids),
        means={name: fmean(of_one[name] for of_one in per_query.values()) for name in MEASURES},
        per_query=per_query,
        questions={key: judgements.queries[key] for key in per_query},
        p50_ms=float(np.percentile(times_ms, 50)) if times_ms else 0.0,
        p95_ms=float(np.percentile(times_ms, 95)) if times_ms else 0.0,
        index_s=index_s,
        peak_rss_mb=peak_rss_mb(os.cpu_count() or 1),
    )


def _rank(
    collection: Collection,
    judgements: Judgements,
    row_ids: Mapping[str, str],
    mode: str,
    priors: bool,
    progress: Progress,
) -> dict[str, dict[str, float]]:
    """The ranking pass: every measure of every judged query."""
    searcher = Searcher(collection, priors=priors)
    asked = [key for key in judgements.queries if key in judgements.qrels]
    per_query = {}
    for done, key in enumerate(asked, start=1):
        found = searcher.ranked_documents(_query(judgements.queries[key], mode), DEPTH)
        ranked = [row_ids[document_id] for document_id in found]
        judged = judgements.qrels[key]
        per_query[key] = {name: measure(judged, ranked) for name, measure in MEASURES.items()}
        progress("rank", done, len(asked))
    return per_query


def _time(
    collection: Collection, texts: Sequence[str], mode: str, priors: bool, progress: Progress
) -> list[float]:
    """The latency pass: milliseconds of each question, one at a time, ten documents shown."""
    searcher = Searcher(collection, priors=priors)
    times_ms = []
    for done, text in enumerate(texts, start=1):
        began = perf_counter()
        searcher.search(_query(text, mode))
        times_ms.append((perf_counter() - began) * 1000)
        progress("time", done, len(texts))
    return times_ms


def _query(text: str, mode: str) -> Query:
    return Query(text[:MAX_QUERY_CHARS], Audience.STAFF, mode)


def fill(
    collection: Collection,
    rows: Iterable[Row],
    progress: Progress = lambda stage, done, of: None,
    audience: Audience = Audience.STAFF,
) -> dict[str, str]:
    """Put rows into an empty collection; returns row ids by document id."""
    row_ids: dict[str, str] = {}
    encoder = collection.encoder()
    with collection.writing(), Workers(collection.analyzer, encoder, here=4) as workers:
        waiting: list[tuple[Row, Document, Prepared]] = []
        for _, part in workers.map(_prepare, _parts(rows)):
            waiting += part
            if len(waiting) >= _ROWS_PER_COMMIT:
                row_ids |= _commit(collection, waiting, audience)
                waiting = []
            progress("index", len(row_ids) + len(waiting), 0)
        row_ids |= _commit(collection, waiting, audience)
    return row_ids


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while part := list(islice(rows, _ROWS_PER_TASK)):
        yield part


def _prepare(tools: Tools, rows: Sequence[Row]) -> list[tuple[Row, Document, Prepared]]:
    documents = [_document(row) for row in rows]
    return [
        (row, document, prepare(tools, document))
        for row, document in zip(rows, documents, strict=True)
    ]


def _document(row: Row) -> Document:
    return Document(
        format=TEST_ROW,
        paragraphs=(Paragraph(row.text),),
        passages=(Passage(0, row.text, 0, len(row.text), (1, 1)),),
        title=row.title or None,
        issuer=row.issuer,
        date=row.date,
        types=row.types,
        authority=row.authority,
    )


def _commit(
    collection: Collection,
    batch: Sequence[tuple[Row, Document, Prepared]],
    audience: Audience,
) -> dict[str, str]:
    """The batch into the library and its keyword lane; row ids by document id."""
    library, encoder = collection.library, collection.encoder()
    ready = together(prepared for *_, prepared in batch)
    vectors = {**ready.vectors, **encode(encoder, dict(ready.texts))}
    row_ids: dict[str, str] = {}
    with library.transaction():
        library.put_vectors(encoder.identity, vectors)
        for row, document, prepared in batch:
            # A document's content is told apart by its row: equal texts are still two documents.
            content = hashlib.sha256(row.id.encode()).hexdigest()
            document_id = library.put_document(document, prepared.vector_keys, content, 0)
            library.put_source(Source("/", row.id, content, audience, document_id))
            row_ids[document_id] = row.id
    collection.catch_up(ready.terms)
    return row_ids


def peak_rss_mb(processes: int) -> int:
    """The most memory this process has held, and `processes` workers as large as the largest."""
    unit = 1024 if sys.platform == "linux" else 1
    own, largest = (
        resource.getrusage(who).ru_maxrss * unit
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return (own + processes * largest) // 2**20
