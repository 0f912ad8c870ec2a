"""What the indexes need of a document's passages, made before it is committed.

Segmenting is most of the work of ingest and is done once here, for both lanes, in whichever
process has time; `indexer.catch_up` then finds the terms ready. What it does not find it
makes itself, so nothing depends on this but speed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.analyzer import Terms
from index.model import Audience, Document
from index.projection import body_text, head_text, text_for, vector_text
from index.workers import Tools


@dataclass(frozen=True, slots=True)
class Prepared:
    """`vector_keys` go with the document's passages.

    `terms` are by text; `vectors`, each `(dimension,)`, and the `texts` still to be encoded
    are by key.
    """

    vector_keys: tuple[str, ...]
    terms: Mapping[str, Terms] = field(default_factory=dict)
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def together(batch: Iterable[Prepared]) -> Prepared:
    """What a whole batch needs; `vector_keys` stay with each document."""
    terms: dict[str, Terms] = {}
    vectors: dict[str, NDArray[np.float32]] = {}
    texts: dict[str, str] = {}
    for prepared in batch:
        terms |= prepared.terms
        vectors |= prepared.vectors
        texts |= prepared.texts
    return Prepared((), terms, vectors, texts)


def prepare(tools: Tools, document: Document) -> Prepared:
    """Terms and, if `tools` has an encoder, vectors of all passages of `document`."""
    keys: list[str] = []
    terms: dict[str, Terms] = {}
    vectors: dict[str, NDArray[np.float32]] = {}
    texts: dict[str, str] = {}
    for passage in document.passages:
        head = head_text(document.title, document.number, passage.path)
        body = body_text((), passage.lead, passage.text)
        for text in (body, head):
            for audience in (Audience.STAFF, Audience.PUBLIC):
                seen = text_for(audience, text)
                if seen not in terms:
                    terms[seen] = tools.analyzer.terms(seen)
        text = vector_text(document.title, passage.path, body_text((), passage.lead, passage.text))
        key = vector_key(text)
        keys.append(key)
        if tools.encoder is None:
            texts[key] = text
        elif key not in vectors:
            vectors[key] = tools.encoder.encode_documents([text])[0]
    return Prepared(tuple(keys), terms, vectors, texts)


def vector_key(text: str) -> str:
    """The key a vector is kept under: the hash of the text it is made of."""
    return hashlib.sha256(text.encode()).hexdigest()
