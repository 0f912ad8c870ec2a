"""An office's labelled questions: what was asked, and the passage that answers it.

A file of JSON objects, one a line: `text` (or `query`), `audience` (staff when left out), and the
answer as `passage_id`, or as `expect_doc`, a file name, and `expect_passage`, a sentence of it.
Rows whose answer is null have none and teach nothing. What does not fit the library is an error
that names the row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.collection import Collection
from index.errors import BadTestSet
from index.model import Audience
from index.projection import body_text
from index.stream import letters_of


@dataclass(frozen=True, slots=True)
class Label:
    """A question and the passages that answer it."""

    question: str
    audience: Audience
    passages: frozenset[int]


def read_labels(file: Path, collection: Collection) -> list[Label]:
    """Raises BadTestSet."""
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadTestSet(f"{file} 读不出来：{error}") from error
    finder = _Finder(collection)
    labels = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{file.name} 第 {number} 行"
        try:
            row = json.loads(line)
            question = row.get("query") or row["text"]
            audience = Audience(row.get("audience") or Audience.STAFF)
            wanted = row.get("passage_id"), row.get("expect_doc"), row.get("expect_passage")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadTestSet(f"{where}：不是标注的问题：{error!r}") from error
        if not isinstance(question, str) or not question.strip():
            raise BadTestSet(f"{where}：问题是空的")
        if any(wanted):
            labels.append(Label(question, audience, finder.passages(*wanted, where)))
    return labels


class _Finder:
    """Finds the passages that rows name."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._documents: dict[str, set[str]] = {}
        for source in collection.library.sources():
            name = source.path.rpartition("/")[2]
            self._documents.setdefault(name, set()).add(source.document_id)
        self._letters: dict[str, Mapping[int, str]] = {}

    def passages(self, passage_id: Any, document: Any, sentence: Any, where: str) -> frozenset[int]:
        if passage_id is not None:
            if not isinstance(passage_id, int) or not [
                *self._collection.library.passages([passage_id])
            ]:
                raise BadTestSet(f"{where}：资料库里没有编号为 {passage_id} 的段落")
            return frozenset([passage_id])
        if not isinstance(document, str) or document not in self._documents:
            raise BadTestSet(f"{where}：资料库里没有文件 {document}")
        wanted = self._only_letters(sentence) if isinstance(sentence, str) else ""
        held = self._of(document)
        found = [passage_id for passage_id, text in held.items() if wanted and wanted in text]
        # A sentence that was divided: the passages that are parts of it.
        found = found or [i for i, text in held.items() if wanted and text and text in wanted]
        if not found:
            raise BadTestSet(f"{where}：{document} 里找不到“{sentence}”这句话")
        return frozenset(found)

    def _of(self, name: str) -> Mapping[int, str]:
        """The letters of every passage of the files of that name."""
        if name not in self._letters:
            self._letters[name] = {
                passage.passage_id: self._only_letters(body_text((), passage.lead, passage.text))
                for passage in self._collection.library.passages_of(sorted(self._documents[name]))
            }
        return self._letters[name]

    def _only_letters(self, text: str) -> str:
        return "".join(filter(str.isalnum, letters_of(text, self._collection.analyzer)))
