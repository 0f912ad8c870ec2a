"""The script of the search box, the lines to paste, and whose pages may ask: over HTTP."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from hashlib import sha384
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.analyzer import Analyzer
from index.collection import Collection
from index.errors import BadRequest
from service.api import create_app, guarded
from service.settings import Settings, read_settings

ROOT = Path(__file__).parents[1]
FRIEND = "https://www.example.org"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("embed") / "home"
    collection = Collection(home, create=True, analyzer=analyzer)
    settings = Settings(home=home, allowed_origins=(FRIEND, "http://127.0.0.1:8001"))
    with TestClient(guarded(create_app(collection, settings))) as client:
        yield client


def leave(client: TestClient, path: str, origin: str | None, method: str = "GET") -> dict[str, str]:
    """What the answer says of who may read it."""
    given = {} if origin is None else {"Origin": origin}
    headers = client.request(method, path, headers=given, follow_redirects=False).headers
    return {name: value for name, value in headers.items() if name.startswith("access-control")}


@pytest.mark.parametrize("path", ["/v1/search?q=会费", "/v1/suggest?q=会", "/v1/search?nonsense=1"])
def test_a_listed_site_may_read_answers_and_refusals_alike(client: TestClient, path: str) -> None:
    assert leave(client, path, FRIEND) == {
        "access-control-allow-origin": FRIEND,
        "access-control-expose-headers": "Retry-After",
    }
    assert "Origin" in client.get(path).headers["vary"]


@pytest.mark.parametrize(
    "stranger",
    [
        None,
        "null",
        "https://example.org",
        "http://www.example.org",
        "https://www.example.org:8443",
        "https://www.example.org.evil.example",
        "https://www.example.org/",
        "http://testserver",
    ],
)
def test_a_stranger_learns_nothing(client: TestClient, stranger: str | None) -> None:
    assert leave(client, "/v1/search?q=会费", stranger) == {}


@pytest.mark.parametrize("path", ["/", "/v1/documents/x", "/openapi.json", "/v1/search/", "/embed"])
def test_a_listed_site_may_read_search_and_suggestions_only(client: TestClient, path: str) -> None:
    assert leave(client, path, FRIEND) == {}


def test_there_is_no_leave_for_more_than_plain_questions(client: TestClient) -> None:
    asking = {"Origin": FRIEND, "Access-Control-Request-Method": "GET"}
    asking["Access-Control-Request-Headers"] = "authorization"
    answer = client.options("/v1/search", headers=asking)
    assert answer.status_code == 405
    assert "access-control-allow-headers" not in answer.headers
    assert leave(client, "/v1/verify", FRIEND, "POST") == {}


def test_the_script_can_be_loaded_by_any_site_and_is_not_sent_twice(client: TestClient) -> None:
    answer = client.get("/widget.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    again = client.get("/widget.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    assert client.head("/widget.js").status_code == 200


def test_the_page_has_the_lines_to_paste_and_the_hash_of_this_very_script(
    client: TestClient,
) -> None:
    shown = unescape(client.get("/embed").text)
    assert '<form action="http://testserver/" method="get" role="search">' in shown
    (told,) = re.findall(r'src="http://testserver/widget.js" integrity="sha384-([^"]+)"', shown)
    assert base64.b64decode(told) == sha384(client.get("/widget.js").content).digest()


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.example.org",
        "http://127.0.0.1:8001",
        "http://[::1]:8000",
        "https://xn--fiqs8s.example",
        "http://localhost",
    ],
)
def test_an_origin_is_a_scheme_a_host_and_perhaps_a_port(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIEHUI_ALLOWED_ORIGINS", json.dumps([origin]))
    assert read_settings().allowed_origins == (origin,)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "",
        "www.example.org",
        "https://www.example.org/",
        "https://www.example.org/search",
        "https://*.example.org",
        "https://WWW.example.org",
        "https://www.example.org:443",
        "https://user@example.org",
        "ftp://www.example.org",
        "https://a.example https://b.example",
        "https://中文.example",
        "https://www.example.org\n",
    ],
)
def test_anything_else_is_refused_in_words(origin: str) -> None:
    with pytest.raises(BadRequest, match="allowed_origins 不对：每一项都要写成 https://"):
        read_settings(allowed_origins=(origin,))


def test_the_guide_names_every_attribute_colour_and_word_of_the_script() -> None:
    script = (ROOT / "service" / "web" / "widget.js").read_text("utf-8")
    guide = (ROOT / "docs" / "embed.md").read_text("utf-8")
    names = re.findall(r'(?:get|has)Attribute\("([a-z]+)"\)', script)
    names += re.findall(r"--xs-[a-z-]+", script)
    names += re.findall(r"^    (\w+):", script.partition("const LIMIT")[0], re.M)
    missing = {name for name in names if name != "action"} - set(re.findall(r"[\w-]+", guide))
    assert not missing
