"""Before the service says it is ready: can it index and find Chinese at all?

A broken dictionary, tokenizer or model shows as "no results" for every question and as no
error anywhere. So three known sentences go the whole way, in a library of their own.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from index.collection import Collection, encode_missing
from index.errors import EncoderUnavailable, SearchError
from index.model import Audience, Document, Paragraph, Passage, Query
from index.records import Source
from index.searcher import Searcher

log = logging.getLogger(__name__)

_KNOWN = {
    "会费标准": "单位会员每年应当在三月底前缴纳会费。",
    "食堂采购": "学校食堂的大宗食材实行集中采购和验收登记。",
    "宿舍报修": "學生宿舍的水電設施損壞後，由公寓管理員登記報修。",
}
_QUESTIONS = {
    "什么时候缴纳会费": "会费标准",
    "食材怎么采购": "食堂采购",
    "宿舍水电报修": "宿舍报修",
}


class SelfTestFailed(SearchError):
    code = "self_test_failed"


def run_self_test(collection: Collection) -> None:
    """Raises SelfTestFailed when a known sentence is not found in the first place."""
    modes = ["keyword"]
    try:
        collection.encoder()
        modes += ["semantic", "hybrid"]
    except EncoderUnavailable:
        pass  # keyword search alone is a service too, and its answers say so
    with tempfile.TemporaryDirectory(prefix="xiehui-self-test-") as folder:
        probe = collection.probe(Path(folder, "home"))
        _fill(probe, vectors=len(modes) > 1)
        searcher = Searcher(probe)
        for question, title in _QUESTIONS.items():
            for mode in modes:
                answer = searcher.search(Query(question, Audience.PUBLIC, mode, limit=1))
                if [found.document.title for found in answer.documents] != [title]:
                    raise SelfTestFailed(f"自检失败：{mode} 检索“{question}”找不到已知的句子")
        probe.close()


def _fill(probe: Collection, *, vectors: bool) -> None:
    library = probe.library
    with probe.writing():
        with library.transaction():
            for title, text in _KNOWN.items():
                passage = Passage(0, text, 0, len(text), (1, 1))
                document = Document("txt", (Paragraph(text),), (passage,), title=title)
                document_id = library.put_document(document, [title], title, 1)
                library.put_source(Source("", title, title, Audience.PUBLIC, document_id))
        if vectors:
            encode_missing(library, probe.encoder())
        probe.catch_up()


class Readiness:
    """Whether the self-test has passed, and if not, why."""

    def __init__(self) -> None:
        self.ready = False
        self.reason = "正在自检"

    def check(self, collection: Collection) -> None:
        try:
            run_self_test(collection)
        except Exception as error:  # whatever is wrong, the answer is "not ready", with the reason
            log.exception("self-test failed")
            self.reason = str(error) if isinstance(error, SearchError) else "自检失败，见日志"
        else:
            self.ready, self.reason = True, ""
