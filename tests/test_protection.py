"""What one client may cost: requests in a while, bytes of a body, time to send it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from index.analyzer import Analyzer
from index.errors import TooMany
from index.model import Audience
from institution import Institution, institution_in
from service import connection, receiving
from service.connection import Connection
from service.receiving import MOST_BYTES, MOST_UPLOAD_BYTES
from service.throttle import Throttle, renew

FORM = {"Content-Type": "multipart/form-data; boundary=x"}
MEMBER, STAFF = Audience.MEMBER, Audience.STAFF


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[Institution]:
    with institution_in(tmp_path_factory.mktemp("protection"), analyzer) as there:
        yield there


def allowed(throttle: Throttle, address: str, times: list[float]) -> int:
    count = 0
    for now in times:
        try:
            throttle.take(address, now)
        except TooMany:
            continue
        count += 1
    return count


def test_a_burst_is_let_through_and_then_the_rate(tmp_path: Path) -> None:
    throttle = Throttle(tmp_path, per_minute=60, burst=5)
    assert allowed(throttle, "192.0.2.1", [1000.0] * 20) == 5
    with pytest.raises(TooMany) as refused:
        throttle.take("192.0.2.1", 1000.0)
    assert refused.value.retry_after == 1
    assert allowed(throttle, "192.0.2.1", [1000.0 + second for second in range(1, 11)]) == 10


@given(st.lists(st.floats(0, 100), max_size=60).map(sorted), st.integers(1, 600), st.integers(1, 9))
def test_never_more_than_the_burst_and_the_rate_together(
    times: list[float], per_minute: int, burst: int
) -> None:
    _renewed.mkdir(exist_ok=True)
    renew(_renewed)
    throttle = Throttle(_renewed, per_minute, burst)
    most = burst + 100 * per_minute / 60 + 1
    assert allowed(throttle, "192.0.2.1", times) <= most


@pytest.fixture(scope="module", autouse=True)
def renewed(tmp_path_factory: pytest.TempPathFactory) -> None:
    global _renewed
    _renewed = tmp_path_factory.mktemp("throttle")


def test_processes_count_together_and_clients_apart(tmp_path: Path) -> None:
    one, other = Throttle(tmp_path, 60, 4), Throttle(tmp_path, 60, 4)
    total = allowed(one, "192.0.2.1", [0.0] * 3) + allowed(other, "192.0.2.1", [0.0] * 3)
    assert total == 4
    assert allowed(other, "192.0.2.2", [0.0] * 9) == 4
    network = [allowed(one, f"2001:db8::{number:x}", [0.0] * 2) for number in range(1, 4)]
    assert sum(network) == 4  # one client has a whole network of addresses
    assert allowed(one, "::ffff:192.0.2.1", [0.0]) == 0


def test_no_address_can_be_read_from_what_is_kept(tmp_path: Path) -> None:
    Throttle(tmp_path, 60, 4).take("192.0.2.77", time.time())
    held = (tmp_path / "throttle").read_bytes()
    renew(tmp_path)
    assert b"192.0.2" not in held and socket.inet_aton("192.0.2.77") not in held
    assert (tmp_path / "throttle").read_bytes()[:32] != held[:32]


def test_the_public_is_told_to_wait_and_those_with_a_key_are_not(office: Institution) -> None:
    renew(office.home)
    limits = {"rate_per_minute": 60, "rate_burst": 3}
    public, member = office.client(**limits), office.client(MEMBER, **limits)
    answers = [public.get("/v1/search", params={"q": "会费"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert int(refused.headers["retry-after"]) >= 1
    page = public.get("/", params={"q": "会费"})
    assert page.status_code == 429 and "稍等" in page.text and "retry-after" in page.headers
    assert all(member.get("/v1/search?q=会费").status_code == 200 for _ in range(10))
    # Whoever looks after the machine is never locked out.
    assert public.get("/healthz").status_code == 200
    renew(office.home)


def test_guessing_keys_is_slow(office: Institution) -> None:
    renew(office.home)
    client = office.client(rate_per_minute=60, rate_burst=30)
    statuses = [client.post("/login", data={"key": f"xh_{n:08x}_x"}).status_code for n in range(6)]
    assert statuses == [401, 401, 401, 429, 429, 429]
    renew(office.home)


def test_a_body_that_is_too_large_is_refused_by_its_length_or_by_counting(
    office: Institution,
) -> None:
    client = office.client(STAFF)
    for path, most in (("/v1/verify", MOST_BYTES), ("/login", MOST_BYTES)):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        declared = client.post(path, content=b"x" * (most + 1), headers=form)
        assert declared.status_code == 413
        counted = client.post(path, content=iter([b"x" * 10_000] * 8), headers=form)
        assert counted.status_code == 413
        assert counted.json()["error"]["code"] == "too_large" if path != "/login" else True
    headers = {"Content-Length": "1" + "0" * 30, "Content-Type": "text/plain"}
    assert client.post("/v1/verify", content=b"x", headers=headers).status_code == 413


def test_somebody_at_the_page_is_told_in_a_page(office: Institution) -> None:
    browser = office.browser(STAFF)
    answer = browser.post("/files", content=iter([b"x" * (1 << 20)] * 101), headers=FORM)
    assert answer.status_code == 413 and "<h1>文件太大了</h1>" in answer.text
    assert "100 MB" in answer.text


def test_an_upload_of_a_gigabyte_costs_nothing(office: Institution) -> None:
    sent = 0

    def gigabyte() -> Iterator[bytes]:
        nonlocal sent
        head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        yield head.encode()
        for _ in range(1024):
            sent += 1
            yield b"x" * (1024 * 1024)

    kind = FORM
    declared = {**kind, "Content-Length": str(1 << 30)}
    client = office.client(STAFF)
    assert client.post("/v1/documents", content=b"", headers=declared).status_code == 413
    answer = client.post("/v1/documents", content=gigabyte(), headers=kind)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert "100 MB" in answer.json()["error"]["message"]
    assert not list((office.home / "uploads").glob("*"))
    assert MOST_UPLOAD_BYTES < 101 * 1024 * 1024


@contextmanager
def served(office: Institution) -> Iterator[int]:
    """The port at which the application is served as `xiehui serve` does."""
    config = uvicorn.Config(
        office.app(),
        http=Connection,
        ws="none",
        log_level="error",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)


def until_closed(port: int, begin: bytes, drop: bytes, every_s: float) -> tuple[float, bytes]:
    """(seconds until the server closes a connection on which one byte comes now and then, what
    it said)."""
    began, said = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port)) as sent:
        sent.sendall(begin)
        sent.settimeout(every_s)
        while time.monotonic() - began < 20:
            try:
                part = sent.recv(4096)
                said += part
                if not part:
                    break
            except TimeoutError:
                try:
                    sent.sendall(drop)
                except OSError:
                    break
            except OSError:
                break
    return time.monotonic() - began, said


def test_headers_that_trickle_in_are_not_waited_for(
    office: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEADERS_WITHIN_S", 1.0)
    with served(office) as port:
        for begin, drop in ((b"", b""), (b"G", b"E"), (b"GET / HTTP/1.1\r\nA: ", b"a")):
            seconds, said = until_closed(port, begin, drop, 0.2)
            assert 0.5 < seconds < 5 and b"200" not in said, begin
        # A second request on a connection is watched like the first.
        whole = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        seconds, said = until_closed(port, whole + b"GET /he", b"a", 0.2)
        assert b"200 OK" in said and seconds < 5


def test_a_body_that_trickles_in_is_not_waited_for(
    office: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "_SILENCE_S", 0.6)
    monkeypatch.setattr(receiving, "_GRACE_S", 1.0)
    head = b"POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n{"
    with served(office) as port:
        for drop in (b"", b" "):  # silence, and a byte now and then
            seconds, said = until_closed(port, head, drop, 0.2)
            assert seconds < 6 and b" 408 " in said, (drop, said)
            assert b"too_slow" in said


def test_whoever_may_not_upload_need_not_send(office: Institution) -> None:
    head = b"POST /v1/documents HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
    with served(office) as port:
        seconds, said = until_closed(port, head, b"x", 0.3)
    assert b" 401 " in said and b"connection: close" in said.lower() and seconds < 5


def test_others_are_answered_while_many_hang(office: Institution) -> None:
    with served(office) as port:
        hanging = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
        try:
            for each in hanging:
                each.sendall(b"GET / HTTP/1.1\r\nX: ")
            client = TestClient(office.app())
            assert client.get("/healthz").status_code == 200
            with socket.create_connection(("127.0.0.1", port), timeout=5) as asked:
                asked.sendall(b"GET /v1/search?q=1 HTTP/1.1\r\nHost: a\r\n\r\n")
                assert asked.recv(100).startswith(b"HTTP/1.1 200")
        finally:
            for each in hanging:
                each.close()


def test_a_long_address_makes_no_long_page(office: Institution) -> None:
    client = office.client()
    words = "|".join(f"{number:03}" for number in range(1000))
    for path in ("/v1/search", "/"):
        answer = client.get(path, params={"q": "会费", "literal": words})
        assert answer.status_code == 400 and len(answer.content) < 20_000
    assert len(client.get("/", params={"q": "会" * 4_000, "type": "通" * 2_000}).content) < 400_000


def test_every_answer_has_the_headers_that_protect(office: Institution) -> None:
    client, document = office.client(), office.id_of("关于缴纳")
    paths = ["/", "/?q=会费", f"/documents/{document}", "/v1/search?q=会费", "/无", "/login"]
    paths += [f"/v1/documents/{document}", "/v1/jobs/1", "/files", "/docs", "/widget.js"]
    for path in paths:
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"] or path == "/docs", path
        assert headers["referrer-policy"] == "same-origin", path
