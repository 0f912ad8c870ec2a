"""The sentence that answers, word for word: chosen among those of the passages shown first.

Nothing is put into other words and no figure is worked out: a quote is a stretch of the text of a
passage as its reader may see it, with the place where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add

import numpy as np
from numpy.typing import NDArray

from index.analyzer import Analyzer
from index.encoder import StaticEncoder
from index.engine import KeywordQuery
from index.model import Hit
from index.sentences import Span, sentences, trimmed
from index.shown import FoundDocument
from index.wanted import wanted

# Documents whose shown passages are looked at: 49 of 113 answers of our own stand in the first,
# 62 in the first two, 69 in the first three, 71 in the first ten.
DOCUMENTS = 3
# A longer sentence is a list or a table that lost its breaks, and quotes nothing in particular.
MOST_CHARS = 300
_LEAST_LETTERS = 4

Features = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quote:
    """`text` is `[start:end]` of the passage as shown; `fit` is how well it answers."""

    text: str
    document_id: str
    passage_id: int
    start: int
    end: int
    pages: tuple[int, int]
    address: str
    fit: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as sentences are held against it: its terms, what each weighs, their vectors."""

    text: str
    terms: Sequence[str]
    weights: NDArray[np.float64]  # (terms,), sums to 1
    words: int  # so many of the terms are words
    vectors: NDArray[np.float32]  # (words, dimension), zero where unknown


def asked_of(
    text: str, keywords: KeywordQuery, idf: Mapping[str, float], encoder: StaticEncoder | None
) -> Asked:
    terms, weights = [], []
    for _, stream, weight in keywords.streams():
        terms += stream
        weights += [weight * idf[term] for term in stream]
    total = sum(weights) or 1.0
    vectors = (
        np.zeros((len(keywords.words), 0), np.float32)
        if encoder is None
        else encoder.word_vectors(keywords.words)
    )
    return Asked(text, terms, np.array(weights) / total, len(keywords.words), vectors)


@dataclass(frozen=True, slots=True)
class _Sentence:
    document: int
    passage: int
    hit: Hit
    span: Span


def features(
    asked: Asked,
    documents: Sequence[FoundDocument],
    analyzer: Analyzer,
    encoder: StaticEncoder | None,
) -> tuple[list[_Sentence], Features]:
    found: list[_Sentence] = []
    rows: list[list[float]] = []
    kinds = wanted(asked.text)
    best = documents[0].hits[0].score if documents and documents[0].hits else 0.0
    for at, document in enumerate(documents[:DOCUMENTS]):
        head = analyzer.normalise(document.document.title or "").text
        for nth, hit in enumerate(document.hits):
            above = head + "\n" + analyzer.normalise("\n".join([*hit.path, hit.address, hit.lead])).text
            in_head = np.array([term in above for term in asked.terms], float)
            spans = sentences(hit.text)
            normal = [analyzer.normalise(hit.text[a:b]).text for a, b in spans]
            inside = np.array([[term in text for term in asked.terms] for text in normal], float)
            soft = _soft(asked, normal, encoder) if encoder is not None else np.zeros((len(spans), asked.words))
            w = asked.weights
            for i, (span, text) in enumerate(zip(spans, normal, strict=True)):
                letters = sum(map(str.isalnum, text))
                a, b = trimmed(hit.text, span)
                if letters < _LEAST_LETTERS or b - a > MOST_CHARS:
                    continue
                own = inside[i]
                prev = inside[i - 1] if i else np.zeros(len(own))
                nxt = inside[i + 1] if i + 1 < len(spans) else np.zeros(len(own))
                sw = np.maximum(own[: asked.words], soft[i])
                ww = w[: asked.words] / max(1e-9, w[: asked.words].sum())
                given = [bool(kind.given.search(hit.text[a:b])) for kind in kinds]
                ended = hit.text[a:b][-1] in "。！？；;!?”" 
                rows.append([
                    own @ w,
                    np.maximum(own, in_head) @ w - own @ w,
                    np.maximum(np.maximum(own, in_head), prev) @ w - np.maximum(own, in_head) @ w,
                    np.maximum(np.maximum(own, prev), nxt) @ w - np.maximum(own, prev) @ w,
                    sw @ ww - own[: asked.words] @ ww,
                    float(all(given)) if kinds else 0.5,
                    float(at), float(at > 0), float(nth), float(nth > 0),
                    hit.score - best,
                    document.score - documents[0].score,
                    min(letters, 15) / 15,
                    max(0, letters - 40) / 100,
                    float(ended),
                    float(hit.text[a:b].endswith(("：", ":"))),
                    min(i, 6) / 6,
                ])
                found.append(_Sentence(at, nth, hit, (a, b)))
    return found, np.array(rows)


def _soft(asked: Asked, texts: Sequence[str], encoder: StaticEncoder) -> NDArray[np.float32]:
    """(texts, words): how near the nearest pair of characters of a text is to each word."""
    near = np.zeros((len(texts), asked.words), np.float32)
    for i, text in enumerate(texts):
        pairs = list({*map(add, text, text[1:])})
        vectors = encoder.word_vectors(pairs)
        if len(vectors):
            near[i] = (vectors @ asked.vectors.T).max(axis=0)
    return np.where(near > 0.35, near, 0)
