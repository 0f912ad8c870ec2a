"""In-process search at several sizes: modes, filters, long questions, deep pages; beside peers.

    python tests/bench/search.py [--sizes 10000,50000,147966] [--peers]

Peers are given the same passages, segmented by our analyzer, and the same vectors, and are asked
the same questions in the same run; they need the extra `bench`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import material
import numpy as np

from index.collection import Collection
from index.model import Audience, Filter, Query
from index.searcher import Searcher
from index.sounds import heard
from index.suggester import Suggester


def ask(searcher: Searcher, **how: object) -> Callable[[str], object]:
    return lambda text: searcher.search(Query(text, Audience.PUBLIC, **how))  # type: ignore[arg-type]


def ours(collection: Collection) -> tuple[float, float]:
    """Prints our table; returns the p95 of hybrid search in ms: whole answers, and ids only."""
    searcher = Searcher(collection)
    collection.refresh()
    texts = material.questions()
    long = ["，".join(texts[at : at + 16])[:480] for at in range(0, 160, 4)]
    quotations = [f'"{span}"' for span in material.spans(collection, 2, 12)]
    spoken = [heard(span) for span in material.spans(collection, 3, 6)]
    pinyin = ["".join(syllables) for syllables in spoken]
    letters = ["".join(syllable[0] for syllable in syllables) for syllables in spoken]
    mistyped = [text[:2] + text[3:5] + text[2] + text[5:] for text in texts]
    hybrid = material.timed(ask(searcher), texts)
    print(material.line("hybrid", hybrid))
    bare = material.timed(
        lambda text: searcher.ranked_documents(Query(text, Audience.PUBLIC), 10), texts
    )
    print(material.line("hybrid, ids only", bare))
    for name, how, given in (
        ("keyword", {"mode": "keyword"}, texts),
        ("semantic", {"mode": "semantic"}, texts),
        ("hybrid, filter 10 %", {"filter": Filter(issuer="第十家")}, texts),
        ("hybrid, filter 1 %", {"filter": Filter(issuer="第百家")}, texts),
        ("hybrid, questions of 480 characters", {}, long),
        ("quotations of 2 to 12 characters", {}, quotations),
        ("pinyin", {}, pinyin),
        ("first letters of pinyin", {}, letters),
        ("characters out of order", {}, mistyped),
        ("hybrid, no other words", {"aliases": False}, texts),
        ("hybrid, offset 200", {"offset": 200}, texts),
        ("hybrid, limit 100", {"limit": 100}, texts),
    ):
        print(material.line(name, material.timed(ask(searcher, **how), given)))
    suggester = Suggester(collection)
    typed = sorted({text[:n] for text in texts[:100] for n in (1, 2, 4)})
    print(
        material.line(
            "suggest", material.timed(lambda text: suggester.suggest(text, Audience.PUBLIC), typed)
        )
    )
    print("memory: {} MB now, {} MB at most".format(*material.rss_mb()))
    return float(np.percentile(hybrid, 95)), float(np.percentile(bare, 95))


def beside_peers(collection: Collection, whole_ms: float, ids_ms: float) -> None:
    """Prints how much longer the peers take; they return ids only, ours come with the text, marks
    and counts, so both of ours are compared."""
    import peers

    analyzer, encoder = collection.analyzer, collection.encoder()
    ids = collection.engine.columns.passage_ids.tolist()
    held = collection.library.passages(ids)
    words = [" ".join(analyzer.words(passage.text)) for passage in held]
    vectors = np.stack([v for _, v in collection.library.vectors(ids, encoder.identity)])
    asked = {text: encoder.encode_queries([text])[0] for text in material.questions()}
    for make in (peers.Txtai, peers.LanceDb):
        peer = make()
        try:
            peer.build(ids, words, vectors.astype(np.float32))
            times_ms = material.timed(
                lambda text, peer=peer: peer.search(
                    " ".join(analyzer.words(text)), asked[text], 10
                ),
                list(asked),
            )
        finally:
            peer.close()
        theirs = float(np.percentile(times_ms, 95))
        print(
            material.line(f"{peer.name}, hybrid, ids only", times_ms)
            + f"  p95 is {theirs / ids_ms:.2f} x our ids only, {theirs / whole_ms:.2f} x our whole"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,50000,147966")
    parser.add_argument("--peers", action="store_true")
    given = parser.parse_args()
    print(material.machine())
    for size in map(int, given.sizes.split(",")):
        collection = material.home(size)
        print(f"\n{size:,} passages")
        whole_ms, ids_ms = ours(collection)
        if given.peers:
            beside_peers(collection, whole_ms, ids_ms)
        collection.close()


if __name__ == "__main__":
    main()
