"""The invariant: what an audience is answered over the full library is what it would be answered
over a library that never held anything else. Over every address, for generated libraries.

Documents have the same ids in both, as libraries of one secret fed the same files do; passages
are named by their document and place. `took_ms`, `generation`, tags made of the whole and the time
when a file was taken up are left out.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience
from ingest.pipeline import ingest
from service.api import create_app, guarded
from service.keys import Keys
from service.ledger import Ledger
from service.settings import Settings

MEMBER, STAFF, PUBLIC = Audience.MEMBER, Audience.STAFF, Audience.PUBLIC
BODIES = ("膳食工作委员会", "公寓管理专业委员会", "鸑鷟办公室")
SUBJECTS = ("会费缴纳", "食材采购", "宿舍空调", "换届选举")
KINDS = ("通知", "办法", "会议纪要", "总结")
PLACES = ("泊阳", "江岚", "云溪")
PHONES = ("13800138000", "0899-5550123", "someone@example.org")


@dataclass(frozen=True)
class Paper:
    audience: Audience
    name: str
    text: str


@st.composite
def papers(draw: st.DrawFn) -> list[Paper]:
    """Some documents of every audience, alike enough to matter to one another."""
    made = []
    count = draw(st.integers(4, 7))
    audiences = [*Audience, *(draw(st.sampled_from([*Audience])) for _ in range(count - 3))]
    for number, audience in enumerate(draw(st.permutations(audiences))):
        body, subject = draw(st.sampled_from(BODIES)), draw(st.sampled_from(SUBJECTS))
        kind, place = draw(st.sampled_from(KINDS)), draw(st.sampled_from(PLACES))
        year, phone = draw(st.integers(2019, 2026)), draw(st.sampled_from(("", *PHONES)))
        alias = f"（以下简称{place}{body[:2]}会）" if draw(st.booleans()) else ""
        reference = f"江协{place[0]}〔{year}〕{number + 1}号\n\n" if draw(st.booleans()) else ""
        text = (
            f"{reference}关于{place}{subject}的{kind}\n\n{place}{body}{alias}研究了{subject}事项。\n"
            f"第一条 {subject}由{body}负责，每年{number + 1}月办理。\n"
            f"第二条 有疑问请联系{place}秘书处。{phone and f'电话{phone}。'}\n\n"
            f"{place}省后勤协会\n\n{year}年{number + 1}月{draw(st.integers(1, 28))}日\n"
        )
        made.append(Paper(audience, f"{number}-{place}{subject}.txt", text))
    return made


class Held:
    """A library of some of the papers, asked by one audience."""

    def __init__(
        self, folder: Path, made: list[Paper], audience: Audience, tools: Analyzer
    ) -> None:
        self._folder = folder
        self.collection = Collection(folder / "home", create=True, analyzer=tools)
        library = self.collection.library
        with library.transaction():
            library.set_meta({"secret": "the same"})
        for paper in made:
            file = folder / "files" / paper.name
            file.parent.mkdir(exist_ok=True)
            file.write_text(paper.text, "utf-8")
            ingest(self.collection, [file], audience=paper.audience, processes=1)
        asked = Settings(home=folder / "home", name="江岚省后勤协会", rate_per_minute=0)
        key = None
        if audience is not PUBLIC:
            key = Keys(Ledger(folder / "home")).create(audience, "某单位", None, datetime.now())
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        app = guarded(create_app(self.collection, asked))
        self.client = TestClient(app, headers=headers, raise_server_exceptions=False)
        self._places: dict[int, str] = {}
        ids = sorted(document.document_id for document in library.documents())
        for passage in library.passages_of(ids):
            self._places[passage.passage_id] = f"{passage.document_id}#{passage.ordinal}"

    def told(self, method: str, path: str, **request: Any) -> Any:
        """An answer with all that it consists of."""
        answer = self.client.request(method, path, **request)
        kind = answer.headers.get("content-type", "")
        unlike = ("etag", "content-length", "last-modified")
        headers = {key: value for key, value in answer.headers.items() if key not in unlike}
        if kind == "application/json":
            return answer.status_code, headers, self._named(answer.json())
        text = re.sub(r"passage=(\d+)", lambda m: self._places.get(int(m[1]), m[0]), answer.text)
        return answer.status_code, headers, text

    def _named(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._named(one) for one in value]
        if isinstance(value, dict):
            return {
                key: self._place(one) if key == "passage_id" else self._named(one)
                for key, one in value.items()
                if key not in ("took_ms", "generation")
            }
        return value

    def _place(self, passage: Any) -> Any:
        """A passage's name; in the API's description it is no number."""
        return self._places.get(passage, passage) if isinstance(passage, int) else passage


@contextmanager
def two(made: list[Paper], audience: Audience, tools: Analyzer) -> Iterator[tuple[Held, Held]]:
    """The full library, and one of what this audience may see."""
    with tempfile.TemporaryDirectory() as folder:
        theirs = [paper for paper in made if audience.sees(paper.audience)]
        for name in ("full", "theirs"):
            Path(folder, name).mkdir()
        full = Held(Path(folder, "full"), made, audience, tools)
        only = Held(Path(folder, "theirs"), theirs, audience, tools)
        try:
            yield full, only
        finally:
            full.collection.close()
            only.collection.close()


def questions(made: list[Paper]) -> list[str]:
    """What might bring something of any document to light."""
    asked = {*BODIES, *SUBJECTS, *PLACES, "泊阳膳食会", "shicai", "huifei", "鸑鷟", "5550123"}
    for paper in made:
        lines = [line for line in paper.text.splitlines() if line]
        asked |= {
            lines[0],
            lines[1],
            f'"{lines[-3][:12]}"',
            lines[-1],
            paper.name[2:8] + "什么时候办",
        }
    return sorted(asked)


def addresses(made: list[Paper], ids: list[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every address there is, with what may be asked there."""
    for at, question in enumerate(questions(made)):
        more = ({"explain": "1"}, {"sort": "date"}, {"mode": "keyword"}, {"mode": "semantic"})
        extra = more[at % 4] | ({"aliases": "0"} if at % 3 == 0 else {})
        yield "GET", "/v1/search", {"params": {"q": question, "as_of": "2026-01-05", **extra}}
        yield "GET", "/", {"params": {"q": question, "as_of": "2026-01-05"}}
        for end in (1, 2):
            yield "GET", "/v1/suggest", {"params": {"q": question[:end]}}
    for key, values in (("type", KINDS), ("year", ("2019", "2024")), ("issuer", PLACES)):
        for value in values:
            yield "GET", "/v1/search", {"params": {key: value}}
            yield "GET", "/", {"params": {key: value, "q": "办理"}}
    for document in ids:
        for path in ("", "/original", "/pages/1"):
            yield "GET", f"/v1/documents/{document}{path}", {}
        yield "GET", f"/documents/{document}", {}
        yield "GET", f"/documents/{document}", {"params": {"original": "1"}}
        for method in ("PATCH", "DELETE"):
            yield method, f"/v1/documents/{document}", {"json": {"audience": "public"}}
    for paper in made:
        yield "POST", "/v1/verify", {"json": {"text": paper.text[-60:]}}
    for path in ("/", "/login", "/docs", "/openapi.json", "/healthz", "/files", "/metrics"):
        yield "GET", path, {}
    for path in ("/v1/jobs/1", "/v1/search?limit=0", "/v1/search", "/v1/nothing", "/documents/x"):
        yield "GET", path, {}
    yield "POST", "/v1/documents", {"files": {"file": ("a.txt", b"abc")}}


@pytest.mark.parametrize("audience", [PUBLIC, MEMBER])
def test_the_full_library_tells_an_audience_nothing_more_and_nothing_less(
    audience: Audience, analyzer: Analyzer
) -> None:
    # A failing library is found again at once: making it smaller would take many minutes.
    @settings(
        max_examples=3,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(papers())
    def holds(made: list[Paper]) -> None:
        with two(made, audience, analyzer) as (full, only):
            ids = sorted(one.document_id for one in full.collection.library.documents())
            for method, path, request in addresses(made, ids):
                told, wanted = (one.told(method, path, **request) for one in (full, only))
                assert told == wanted, (method, path, request)

    holds()


def test_the_staff_see_all(analyzer: Analyzer, tmp_path: Path) -> None:
    made = [Paper(a, f"{a}.txt", f"关于{a}会费缴纳的通知\n\n请按时缴纳会费。\n") for a in Audience]
    held = Held(tmp_path, made, STAFF, analyzer)
    _, _, answer = held.told("GET", "/v1/search", params={"q": "会费缴纳"})
    shown = [hit["source"] for hit in answer["hits"]]
    copies = [copy["source"] for hit in answer["hits"] for copy in hit["copies"]]
    assert {*shown, *copies} == {paper.name for paper in made}
    held.collection.close()
