"""A folder of files and the library that follows it, for tests of ingest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience, Query
from index.searcher import Searcher
from index.verification import verify
from ingest.outcome import Report
from ingest.pipeline import ingest

RULES = "第{n}号规定\n\n会员单位每年三月底前缴纳会费{n}00元，逾期不缴的由秘书处书面催缴。\n"


class Office:
    """A folder of files and the library that follows it."""

    def __init__(self, folder: Path, home: Path, analyzer: Analyzer) -> None:
        self.folder, self.home = folder, home
        self._analyzer = analyzer
        folder.mkdir()

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def open(self) -> Collection:
        return Collection(self.home, create=True, analyzer=self._analyzer)

    def ingest(self, *paths: Path, **how: object) -> Report:
        collection = self.open()
        try:
            return ingest(collection, paths or (self.folder,), **how)  # type: ignore[arg-type]
        finally:
            collection.close()

    def find(
        self, text: str, mode: str = "hybrid", audience: Audience = Audience.STAFF
    ) -> list[str]:
        collection = self.open()
        try:
            answer = Searcher(collection).search(Query(text, audience, mode))
            assert verify(collection) == []
            return [found.document.source for found in answer.documents]
        finally:
            collection.close()


def counts(report: Report) -> dict[str, int]:
    kinds = {file.outcome for file in report.files}
    return {kind: report.count(kind) for kind in kinds}


@pytest.fixture
def office(tmp_path: Path, analyzer: Analyzer) -> Iterator[Office]:
    office = Office(tmp_path / "文件", tmp_path / "home", analyzer)
    office.write("会费规定.txt", RULES.format(n=5))
    office.write(
        "通知/培训通知.txt",
        "关于举办食堂管理培训班的通知\n\n十月十八日在泊阳市报到，食宿统一安排。\n",
    )
    yield office
