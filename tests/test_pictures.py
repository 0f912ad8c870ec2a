"""Pictures of scanned pages: kept with their document, and shown only to who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.errors import NotFound
from index.model import Audience
from index.projection import shows_pictures
from index.shelf import Shelf
from office import Office, office
from service.api import create_app
from service.desk import Desk
from service.settings import Settings

__all__ = ["office"]

JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def scans(office: Office, tmp_path: Path) -> Iterator[Office]:
    """Two public documents, one with a telephone number, and one of the staff, each of two pages
    with pictures."""
    office.write("内部.txt", "常务副会长人选的考察意见只供内部掌握。")
    office.ingest()
    office.write("公开.txt", "会员单位每年三月底前缴纳会费。")
    office.write("电话.txt", "会费事宜请联系秘书处，电话0899-5550999。")
    office.ingest(office.folder / "公开.txt", audience=Audience.PUBLIC)
    office.ingest(office.folder / "电话.txt", audience=Audience.PUBLIC)
    collection = office.open()
    for held in collection.library.documents():
        folder = tmp_path / held.document_id
        folder.mkdir()
        for page in (1, 2):
            (folder / f"{page}.jpg").write_bytes(JPEG)
        collection.library.shelf.keep_pictures(folder, held.content_hash)
    collection.close()
    yield office


def _ids(office: Office) -> dict[str, str]:
    collection = office.open()
    try:
        return {held.source: held.document_id for held in collection.library.documents()}
    finally:
        collection.close()


def test_the_public_sees_pictures_only_where_nothing_is_masked(scans: Office) -> None:
    ids = _ids(scans)
    collection = scans.open()
    client = TestClient(create_app(collection, Settings(home=scans.home)))
    public = f"/v1/documents/{ids['公开.txt']}"
    assert client.get(public).json()["pictures"] == [1, 2]
    picture = client.get(f"{public}/pages/2")
    assert picture.content == JPEG and picture.headers["content-type"] == "image/jpeg"
    masked = f"/v1/documents/{ids['电话.txt']}"
    assert client.get(masked).json()["pictures"] == []
    unseen = [f"{masked}/pages/1", f"/v1/documents/{ids['内部.txt']}/pages/1", f"{public}/pages/3"]
    for address in [*unseen, f"{public}/pages/-1", f"{public}/pages/x", "/v1/documents/z/pages/1"]:
        answer = client.get(address)
        assert answer.status_code == 404
        assert set(answer.json()["error"]) == {"code", "message"}
    collection.close()


def test_staff_see_them_all(scans: Office) -> None:
    ids = _ids(scans)
    collection = scans.open()
    staff = Desk(collection, Audience.STAFF, Settings(home=scans.home))
    for name in ("公开.txt", "电话.txt", "内部.txt"):
        assert staff.document(ids[name])["pictures"] == [1, 2]
        assert staff.picture(ids[name], 1) == JPEG
    with pytest.raises(NotFound):
        staff.picture(ids["内部.txt"], 9)
    collection.close()


def test_pictures_go_with_their_document(scans: Office) -> None:
    for name in ("电话.txt", "内部.txt"):
        (scans.folder / name).unlink()
    before = len(list(scans.home.glob("pictures/*")))
    scans.ingest(prune=True)
    assert len(list(scans.home.glob("pictures/*"))) == before - 2


def test_only_pictures_are_taken_over(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "home")
    folder = tmp_path / "from"
    folder.mkdir()
    (folder / "1.jpg").write_bytes(JPEG)
    (folder / "notes.jpg").write_bytes(JPEG)
    (folder / "2.jpg").symlink_to("/etc/passwd")
    shelf.keep_pictures(folder, "hash")
    assert shelf.pictures("hash") == [1]
    assert shelf.picture("hash", 2) is None


def test_what_may_be_misread_is_no_proof_that_nothing_is_personal() -> None:
    body = {"warnings": [], "paragraphs": [{"text": "会费通知"}], "dropped": []}
    assert shows_pictures(Audience.PUBLIC, body)
    for worse in (
        {"warnings": ["low_ocr_confidence"]},
        {"paragraphs": [{"text": "电话0899-5550999"}]},
        {"dropped": [{"text": "13800138000"}]},
    ):
        assert not shows_pictures(Audience.PUBLIC, body | worse)
        assert shows_pictures(Audience.MEMBER, body | worse)
