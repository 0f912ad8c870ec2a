"""A small association with documents for each audience, a key for each, and its service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from fastapi.testclient import TestClient
from starlette.types import ASGIApp

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience
from ingest.pipeline import ingest
from service.api import create_app, guarded
from service.keys import Keys
from service.ledger import Ledger
from service.porter import work_off
from service.settings import Settings

TEXTS = {
    "public/会费通知.txt": "关于缴纳2025年度会费的通知\n\n请于3月31日前缴纳会费，联系人王芳，"
    "电话0899-5550123。\n\n江岚省高校后勤协会\n\n2025年1月6日\n",
    "public/章程.txt": "江岚省高校后勤协会章程\n\n第一条 本会由高校后勤单位自愿组成。\n"
    "第二条 会员代表大会每五年换届一次。\n",
    "member/采购通知.txt": "关于大宗食材联合采购报量的通知\n\n请会员单位于10月底前报送面粉采购"
    "数量，报量表发到秘书处邮箱。\n\n江岚省高校后勤协会\n\n2025年9月1日\n",
    "staff/办公会纪要.txt": "秘书长办公会议纪要\n\n会议同意聘任顾某某为副秘书长，"
    "任期内月补贴八百元。\n\n2025年9月9日\n",
}


class Institution:
    """Its library at `home`, one key for each audience that needs one, and clients by audience."""

    def __init__(self, folder: Path, analyzer: Analyzer) -> None:
        self.folder, self.home = folder, folder / "home"
        self.settings = Settings(home=self.home, name="江岚省高校后勤协会", rate_per_minute=0)
        self.collection = Collection(self.home, create=True, analyzer=analyzer)
        for name, text in TEXTS.items():
            file = folder / "files" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        for audience in Audience:
            files = [folder / "files" / str(audience)]
            ingest(self.collection, files, audience=audience, processes=1)
        self._apps: dict[tuple[tuple[str, object], ...], ASGIApp] = {}
        self.keys = Keys(Ledger(self.home))
        self.key = {
            audience: self.keys.create(audience, f"{audience}的", None, datetime.now())
            for audience in (Audience.MEMBER, Audience.STAFF)
        }

    def app(self, **settings: object) -> ASGIApp:
        """The service with these settings, put together once."""
        key = tuple(sorted(settings.items()))
        if key not in self._apps:
            changed = self.settings.model_copy(update=settings)
            self._apps[key] = guarded(create_app(self.collection, changed))
        return self._apps[key]

    def client(self, audience: Audience = Audience.PUBLIC, **settings: object) -> TestClient:
        """A program of this audience."""
        headers = {}
        if audience in self.key:
            headers["Authorization"] = f"Bearer {self.key[audience]}"
        app = self.app(**settings)
        return TestClient(app, headers=headers, raise_server_exceptions=False)

    def browser(self, audience: Audience) -> TestClient:
        """Somebody who has signed in at the page."""
        client = TestClient(self.app(), raise_server_exceptions=False)
        signed = client.post("/login", data={"key": self.key[audience]}, follow_redirects=False)
        assert signed.status_code == 303, signed.text
        return client

    def work(self) -> None:
        """Do what is queued, as the porter does."""
        work_off(self.settings)

    def id_of(self, title: str) -> str:
        """A document by the beginning of its title."""
        found = self.collection.library.documents()
        return next(one.document_id for one in found if (one.title or "").startswith(title))


@contextmanager
def institution_in(folder: Path, analyzer: Analyzer) -> Iterator[Institution]:
    there = Institution(folder, analyzer)
    try:
        yield there
    finally:
        there.collection.close()
