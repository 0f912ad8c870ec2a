"""Who is let in, as what, and what a key may not do."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.errors import BadRequest, KeyRefused, NotFound
from index.model import Audience
from institution import Institution, institution_in
from service.door import COOKIE
from service.keys import KEY, Keys
from service.ledger import Ledger

NOW = datetime(2026, 1, 5, 9, 30)
MEMBER, STAFF, PUBLIC = Audience.MEMBER, Audience.STAFF, Audience.PUBLIC


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[Institution]:
    with institution_in(tmp_path_factory.mktemp("door"), analyzer) as there:
        yield there


@pytest.fixture
def keys(tmp_path: object) -> Keys:
    return Keys(Ledger(tmp_path))  # type: ignore[arg-type]


def sources(client: TestClient, **headers: str) -> set[str]:
    """The files in which the word of every document of `institution` stands."""
    answer = client.get("/v1/search", params={"year": "2025"}, headers=headers)
    assert answer.status_code == 200, answer.text
    return {hit["source"] for hit in answer.json()["hits"]}


def test_each_audience_sees_its_own_and_what_those_below_see(office: Institution) -> None:
    seen = {audience: sources(office.client(audience)) for audience in Audience}
    assert seen[PUBLIC] == {"会费通知.txt"}
    assert seen[MEMBER] == {"会费通知.txt", "采购通知.txt"}
    assert seen[STAFF] == {"会费通知.txt", "采购通知.txt", "办公会纪要.txt"}


def test_a_key_is_stored_only_as_a_hash_and_shown_once(office: Institution) -> None:
    for file in office.home.glob("service.sqlite3*"):
        held = file.read_bytes()
        for key in office.key.values():
            assert key.encode() not in held and KEY.fullmatch(key)[2].encode() not in held  # type: ignore[index]


def test_a_key_says_whose_it_is_until_when_and_can_be_taken_back(keys: Keys) -> None:
    text = keys.create(MEMBER, "泊阳学院", "2026-01-31", NOW)
    key = keys.shown(text, date(2026, 1, 31))
    assert (key.audience, key.name, key.state(date(2026, 1, 31))) == (MEMBER, "泊阳学院", "good")
    with pytest.raises(KeyRefused, match="2026-01-31") as expired:
        keys.shown(text, date(2026, 2, 1))
    assert expired.value.code == "key_expired"
    keys.revoke(key.key_id, NOW)
    with pytest.raises(KeyRefused) as revoked:
        keys.shown(text, date(2026, 1, 5))
    assert revoked.value.code == "key_revoked"
    assert keys.all()[0].revoked == "2026-01-05 09:30"


@pytest.mark.parametrize(
    ("audience", "name", "expires"),
    [
        (PUBLIC, "公众", None),
        (MEMBER, "", None),
        (MEMBER, " \n ", None),
        (MEMBER, "名" * 61, None),
        (MEMBER, "泊阳学院", "2026-01-04"),
        (MEMBER, "泊阳学院", "明年"),
        (MEMBER, "泊阳学院", "20270630"),
        (MEMBER, "泊阳学院", "2026-02-30"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    keys: Keys, audience: Audience, name: str, expires: str | None
) -> None:
    with pytest.raises(BadRequest):
        keys.create(audience, name, expires, NOW)
    assert keys.all() == []


def test_a_key_nobody_has_cannot_be_revoked(keys: Keys) -> None:
    with pytest.raises(NotFound):
        keys.revoke("00000000", NOW)


@given(st.text(max_size=80))
def test_what_is_no_key_opens_nothing(text: str) -> None:
    assert _ANY.all()
    with pytest.raises(KeyRefused):
        _ANY.shown(text, NOW.date())


@given(st.data())
def test_a_key_with_one_character_changed_opens_nothing(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(_TEXT) - 1))
    other = data.draw(st.sampled_from("0a_-Zf ").filter(lambda c: c != _TEXT[at]))
    with pytest.raises(KeyRefused):
        _ANY.shown(_TEXT[:at] + other + _TEXT[at + 1 :], NOW.date())


@pytest.fixture(scope="module", autouse=True)
def any_key(tmp_path_factory: pytest.TempPathFactory) -> None:
    global _ANY, _TEXT
    _ANY = Keys(Ledger(tmp_path_factory.mktemp("keys")))
    _TEXT = _ANY.create(STAFF, "秘书处", None, NOW)


def test_a_wrong_key_is_refused_and_not_taken_for_the_public(office: Institution) -> None:
    client = office.client()
    wrong = ["", "x", "xh_", office.key[STAFF][:-1], office.key[STAFF] + "a", "钥匙", "k" * 100_000]
    for key in wrong:
        header = f"Bearer {key}".encode()
        answer = client.get("/v1/search", params={"q": "会费"}, headers={"Authorization": header})
        assert answer.status_code == 401, key[:40]
        assert answer.json()["error"]["code"] == "key_unknown"
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    for header in (f"Basic {office.key[STAFF]}", office.key[STAFF]):
        answer = client.get("/v1/search", params={"q": "会费"}, headers={"Authorization": header})
        assert answer.status_code == 401


def test_expired_and_revoked_keys_say_so_over_http(office: Institution) -> None:
    long_ago = datetime.now() - timedelta(days=30)
    expired = office.keys.create(MEMBER, "到期", str(long_ago.date() + timedelta(days=1)), long_ago)
    revoked = office.keys.create(MEMBER, "停用", None, datetime.now())
    office.keys.revoke(KEY.fullmatch(revoked)[1], datetime.now())  # type: ignore[index]
    for text, code in ((expired, "key_expired"), (revoked, "key_revoked")):
        headers = {"Authorization": f"Bearer {text}"}
        answer = office.client().get("/v1/search", params={"q": "会费"}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)


def test_a_key_in_the_address_is_refused_everywhere(office: Institution) -> None:
    key, document = office.key[STAFF], office.id_of("秘书长")
    client = office.client()
    for path in ("/v1/search", "/v1/suggest", f"/v1/documents/{document}", "/", "/files"):
        for params in ({"key": "x"}, {"access_token": "x"}, {"Token": "x"}, {"q": f"会费 {key}"}):
            answer = client.get(path, params=params)
            assert answer.status_code == 400, (path, params)


def test_somebody_who_signs_in_sees_theirs_and_after_signing_out_the_publics(
    office: Institution,
) -> None:
    browser = office.browser(MEMBER)
    assert "联合采购" in browser.get("/", params={"q": "面粉采购"}).text
    page = browser.get("/").text
    assert "会员单位" in page and "退出" in page
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', page)[1]  # type: ignore[index]
    assert browser.post("/logout", data={"csrf": csrf}).status_code == 200
    assert COOKIE not in browser.cookies
    assert "联合采购" not in browser.get("/", params={"q": "面粉采购"}).text


def test_the_cookie_is_for_this_service_only_and_for_no_script(office: Institution) -> None:
    for address, secure in (("http://testserver", False), ("https://testserver", True)):
        client = TestClient(office.app(), base_url=address)
        answer = client.post("/login", data={"key": office.key[STAFF]}, follow_redirects=False)
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie and "path=/;" in cookie
        assert ("secure" in cookie) is secure
    under = office.client(base_url="https://example.org/jiansuo")
    for host, path in (("example.org", "/jiansuo/"), ("127.0.0.1:8000", "/")):
        key = {"key": office.key[STAFF]}
        answer = under.post("/login", data=key, headers={"Host": host}, follow_redirects=False)
        assert f"path={path};" in answer.headers["set-cookie"].lower()


def test_the_public_gets_no_cookie(office: Institution) -> None:
    client, document = office.client(), office.id_of("江岚省高校后勤协会章程")
    for path in ("/", "/?q=会费", f"/documents/{document}", "/login", "/v1/search?q=会费", "/无"):
        assert "set-cookie" not in client.get(path).headers


def test_a_wrong_key_at_the_page_is_told_there_and_a_stale_cookie_is_taken_away(
    office: Institution,
) -> None:
    client = office.client()
    answer = client.post("/login", data={"key": "xh_不对"})
    assert answer.status_code == 401 and "钥匙不对" in answer.text
    text = office.keys.create(MEMBER, "将停用", None, datetime.now())
    client.post("/login", data={"key": text})
    office.keys.revoke(KEY.fullmatch(text)[1], datetime.now())  # type: ignore[index]
    answer = client.get("/", params={"q": "会费"})
    assert answer.status_code == 401 and "停用" in answer.text and "登录" in answer.text
    assert client.get("/", params={"q": "会费"}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "went"),
    [
        ("files", "./files"),
        ("documents/3f2a9c0b7d1e?passage=12", "./documents/3f2a9c0b7d1e?passage=12"),
        ("?q=会费", "./?q=%E4%BC%9A%E8%B4%B9"),
        ("", "./"),
        ("https://example.org/", "./"),
        ("//example.org", "./"),
        ("javascript:alert(1)", "./"),
        ("\r\nSet-Cookie: a=b", "./"),
        ("../../other", "./"),
    ],
)
def test_after_signing_in_one_goes_on_to_our_pages_only(
    office: Institution, asked: str, went: str
) -> None:
    data = {"key": office.key[STAFF], "next": asked}
    answer = office.client().post("/login", data=data, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, went)


def test_forms_of_other_sites_do_nothing(office: Institution) -> None:
    browser, document = office.browser(STAFF), office.id_of("秘书长")
    page = browser.get(f"/documents/{document}").text
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', page)[1]  # type: ignore[index]
    attempts = [
        ({}, {}),
        ({"csrf": "0" * 64}, {}),
        ({"csrf": "钥"}, {}),
        ({"csrf": csrf}, {"Origin": "https://example.org"}),
        ({"csrf": csrf}, {"Origin": "null"}),
        ({"csrf": csrf}, {"Origin": "http://["}),
        ({"csrf": csrf}, {"Sec-Fetch-Site": "cross-site"}),
    ]
    for path in ("/files", "/logout", f"/documents/{document}/manage"):
        for data, headers in attempts:
            answer = browser.post(path, data={"audience": "public", **data}, headers=headers)
            assert answer.status_code == 400, (path, data, headers)
    strange = {"Origin": "https://example.org"}
    key = {"key": office.key[STAFF]}
    assert office.client().post("/login", data=key, headers=strange).status_code == 400
    assert browser.get("/files").status_code == 200  # still signed in
    assert office.client().get(f"/v1/documents/{document}").status_code == 404


def test_a_cookie_changes_nothing_over_the_api(office: Institution) -> None:
    browser, document = office.browser(STAFF), office.id_of("秘书长")
    file = {"file": ("a.txt", b"abc")}
    for answer in (
        browser.delete(f"/v1/documents/{document}"),
        browser.patch(f"/v1/documents/{document}", json={"audience": "public"}),
        browser.post("/v1/documents", files=file),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "key_missing")


def test_only_the_staff_do_what_the_staff_do(office: Institution) -> None:
    document = office.id_of("关于缴纳")
    for audience, status in ((PUBLIC, 401), (MEMBER, 403)):
        client = office.client(audience)
        answers = (
            client.post("/v1/documents", files={"file": ("a.txt", b"abc")}),
            client.patch(f"/v1/documents/{document}", json={"audience": "staff"}),
            client.delete(f"/v1/documents/{document}"),
            client.get("/v1/jobs/0"),
            client.get("/metrics"),
        )
        assert [answer.status_code for answer in answers] == [status] * 5
    member = office.browser(MEMBER)
    assert member.get("/files").status_code == 403
    assert office.client().get("/files").status_code == 403


def test_caches_keep_the_publics_answers_and_no_others(office: Institution) -> None:
    for path in ("/v1/search?q=会费", "/v1/suggest?q=会", "/", "/?q=会费"):
        public = office.client().get(path)
        assert public.headers["cache-control"] == "no-cache"
        assert public.headers["vary"].startswith("Authorization, Cookie")
        tag = public.headers["etag"]
        same = office.client().get(path, headers={"If-None-Match": tag})
        assert (same.status_code, same.content) == (304, b"")
        member = office.client(MEMBER).get(path, headers={"If-None-Match": tag})
        assert member.headers["cache-control"] == "private, no-store"


def test_logs_name_no_question_no_key_and_no_document(
    office: Institution, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client, document = office.client(STAFF), office.id_of("秘书长")
    client.get("/v1/search", params={"q": "顾某某的补贴"})
    client.get(f"/v1/documents/{document}")
    client.get("/v1/search", params={"q": "顾某某", "limit": "千"})
    client.get("/metrics")
    ours = [r for r in caplog.records if r.name.split(".")[0] in ("index", "ingest", "service")]
    said = "\n".join(record.getMessage() for record in ours)
    assert not any(word in said for word in ("顾某某", office.key[STAFF], "补贴"))
    told = client.get("/metrics").text
    assert "xiehui_requests_total" in told and "顾" not in told and document not in told
