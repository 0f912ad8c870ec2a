"""The API over HTTP, with the real application over a library made from our own corpus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience
from ingest.pipeline import ingest
from service.api import create_app
from service.headers import SecurityHeaders
from service.settings import Settings
from service.wire import PARAMETERS, SUGGEST_PARAMETERS

CORPUS = Path(__file__).parents[1] / "corpus" / "documents" / "public"
PORTAL = (
    "关于缴纳{year}年度会费的通知\n\n各会员单位：\n\n根据本会章程，现将{year}年度会费缴纳事项通知如下。"
    "请于{year}年6月30日前将会费汇入本会账户，汇款时注明单位全称；票据由秘书处在收到汇款后十个工作日内寄出。"
    "\n\n确有困难不能按时缴纳的单位，请书面说明情况，经会长办公会研究后可以缓缴；逾期不缴也不说明的，由秘书处"
    "书面催缴，连续两年不缴纳会费的，按章程视为自动退会。\n\n特困院校和新入会单位的减免办法另行通知，请各片区"
    "联络员做好解释和催办工作，并把本片区缴纳情况按月报秘书处备查。\n\n江岚省高等院校后勤协会\n\n"
    "{year}年3月1日\n"
)
SECRET = "内部谈话要点\n\n常务副会长人选的考察意见只供会长办公会内部掌握，联系电话0899-5550999。\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("api")
    (folder / "secret").mkdir()
    (folder / "secret" / "内部谈话要点.txt").write_text(SECRET, "utf-8")
    (folder / "portal").mkdir()
    for year in (2018, 2019):
        (folder / "portal" / f"{year}.txt").write_text(PORTAL.format(year=year), "utf-8")
    draft = PORTAL.format(year=2017).replace("\n", "（联系电话0899-5550998）\n", 1)
    (folder / "portal" / "电话在标题.txt").write_text(draft, "utf-8")
    (folder / "secret" / "会费通知送审稿.txt").write_text(PORTAL.format(year=2020), "utf-8")
    collection = Collection(folder / "home", create=True, analyzer=analyzer)
    ingest(collection, [CORPUS, folder / "portal"], audience=Audience.PUBLIC)
    ingest(collection, [folder / "secret"])
    app = SecurityHeaders(create_app(collection, Settings(home=folder / "home")))
    with TestClient(app, raise_server_exceptions=False) as client:
        for _ in range(100):
            if client.get("/readyz").status_code == 200:
                break
            time.sleep(0.1)
        yield client


def test_it_is_ready_after_finding_known_sentences(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}
    assert client.get("/healthz").json() == {"status": "ok"}


def test_reasons_in_words_add_up_to_the_score(client: TestClient) -> None:
    for question in ("宿舍空调收费", "去年的会费通知", "章程第三条", '"会费"', "会费管理办法"):
        params = {"q": question, "explain": 1, "as_of": "2026-01-05"}
        for hit in client.get("/v1/search", params=params).json()["hits"]:
            told = hit["why"]["reasons"]
            assert sum(reason["score"] for reason in told) == pytest.approx(hit["score"], abs=1e-5)
            assert all(reason["text"] for reason in told)


def test_what_was_understood_is_told_and_can_be_taken_literally(client: TestClient) -> None:
    params = {"q": '"会费" -食堂 去年', "as_of": "2026-01-05"}
    told = client.get("/v1/search", params=params).json()["query"]["understood"]
    assert {(item["kind"], item["text"], item["value"]) for item in told} == {
        ("phrase", '"会费"', "会费"),
        ("exclude", "-食堂", "食堂"),
        ("date", "去年", "2025年"),
    }
    literally = {**params, "literal": "|".join(item["text"] for item in told)}
    again = client.get("/v1/search", params=literally).json()
    assert again["query"]["understood"] == [] and again["hits"]


def test_a_whole_document_typed_as_a_question_is_cut_and_says_so(client: TestClient) -> None:
    answer = client.get("/v1/search", params={"q": "会费应当按时缴纳。" * 200}).json()
    assert "500" in answer["notice"] and answer["hits"]
    for empty in ('""', "-", '" "', "。。", "-- --"):
        answer = client.get("/v1/search", params={"q": empty}).json()
        assert answer["hits"] == [] and answer["notice"]


def test_the_answer_has_the_documented_shape(client: TestClient) -> None:
    answer = client.get("/v1/search", params={"q": "会费标准是多少", "explain": 1}).json()
    assert set(answer) == {
        *("query", "total", "total_is_exact", "took_ms", "generation"),
        *("notice", "suggestions", "answer", "certainty", "hits", "facets"),
    }
    hit = answer["hits"][0]
    assert set(hit) == {
        *("rank", "document_id", "title", "number", "issuer", "date", "types"),
        *("source", "url", "score", "superseded", "copies", "why", "passages"),
    }
    assert set(hit["why"]) == {
        *("best_passage", "evidence", "wished", "authority", "tuned", "reasons"),
    }
    assert hit["score"] == pytest.approx(
        hit["why"]["best_passage"]
        + hit["why"]["evidence"]
        + hit["why"]["wished"]
        + hit["why"]["authority"]["score"],
        abs=1e-5,
    )
    passage = hit["passages"][0]
    assert set(passage) == {
        *("passage_id", "address", "page", "lead", "text", "marks", "score", "why"),
    }
    assert set(passage["why"]) == {"keyword", "semantic", "coverage", "closeness"}
    assert all(passage["text"][a:b] for a, b in passage["marks"])
    assert answer["notice"] is None and answer["total"] >= len(answer["hits"]) > 0


def test_over_http_only_what_is_public_is_served(client: TestClient) -> None:
    for question in ("常务副会长人选考察意见", "内部谈话要点", "5550999"):
        answer = client.get("/v1/search", params={"q": question}).json()
        hits = str(answer["hits"])
        assert "考察意见" not in hits and "内部谈话" not in hits and "5550999" not in hits
    total = client.get("/v1/search", params={"year": 2024}).json()
    assert all(hit["source"] != "内部谈话要点.txt" for hit in total["hits"])


def test_a_document_is_read_whole_and_its_passages_point_into_it(client: TestClient) -> None:
    hit = client.get("/v1/search", params={"q": "会费管理办法"}).json()["hits"][0]
    document = client.get(f"/v1/documents/{hit['document_id']}").json()
    text = "\n".join(paragraph["text"] for paragraph in document["paragraphs"])
    spans = {p["passage_id"]: text[p["start"] : p["end"]] for p in document["passages"]}
    for passage in hit["passages"]:
        assert spans[passage["passage_id"]] == passage["text"]
    ids = {paragraph["id"] for paragraph in document["paragraphs"]}
    assert {section["id"] for section in document["sections"]} <= ids


def test_a_document_names_those_alike_as_the_public_may_see_them(client: TestClient) -> None:
    hits = client.get("/v1/search", params={"q": "2018年度会费 连续两年 自动退会"}).json()["hits"]
    ids = {hit["source"]: hit["document_id"] for hit in hits} | {
        copy["source"]: copy["document_id"] for hit in hits for copy in hit["copies"]
    }
    document = client.get(f"/v1/documents/{ids['2018.txt']}").json()
    assert {other["document_id"] for other in document["alike"]} == {
        ids["2019.txt"],
        ids["电话在标题.txt"],
    }
    for other in document["alike"]:
        assert set(other) == {"document_id", "title", "number", "date", "likeness"}
        assert 0.7 <= other["likeness"] <= 1
    assert "5550998" not in str(document) and "〔电话〕" in str(document["alike"])
    page = client.get(f"/documents/{ids['2018.txt']}").text
    assert "内容相近的文件" in page and "2019年3月1日" in page and "2020年" not in page
    alone = client.get("/v1/search", params={"q": "章程"}).json()["hits"][0]["document_id"]
    assert client.get(f"/v1/documents/{alone}").json()["alike"] == []


def test_no_telephone_is_in_any_public_answer(client: TestClient) -> None:
    listing = client.get("/v1/search", params={"issuer": "协会", "limit": 100}).json()
    assert len(listing["hits"]) >= 5
    for hit in listing["hits"]:
        for address in (f"/v1/documents/{hit['document_id']}", f"/documents/{hit['document_id']}"):
            body = client.get(address).text
            assert "0899-" not in body and "@example.org" not in body
    assert "〔电话〕" in client.get("/v1/search", params={"q": "联系电话"}).text


def test_suggestions_have_the_documented_shape(client: TestClient) -> None:
    answer = client.get("/v1/suggest", params={"q": " 会费 ", "limit": 3}).json()
    assert set(answer) == {"query", "suggestions"} and answer["query"] == "会费"
    assert 0 < len(answer["suggestions"]) <= 3
    for found in answer["suggestions"]:
        assert set(found) == {"text", "kind", "document_id"} and "会费" in found["text"]
        assert client.get(f"/v1/documents/{found['document_id']}").status_code == 200
    issuers = client.get("/v1/suggest", params={"q": "江岚省高等院校后勤协会", "limit": 20}).json()
    assert {(item["kind"], item["document_id"]) for item in issuers["suggestions"]} >= {
        ("issuer", None)
    }
    for nothing in ("/v1/suggest", "/v1/suggest?q=", "/v1/suggest?q=%20"):
        assert client.get(nothing).json() == {"query": "", "suggestions": []}


def test_nothing_secret_is_suggested_over_http(client: TestClient) -> None:
    for typed in ("内部", "谈话", "内部谈话要点", "0899", "5550999"):
        assert client.get("/v1/suggest", params={"q": typed}).json()["suggestions"] == []


BAD = [
    "/v1/search",
    "/v1/search?q=",
    "/v1/search?q=%20%E3%80%80",
    "/v1/search?q=会费&as_of=2024-13-01",
    "/v1/search?q=去年&as_of=2024-06",
    "/v1/search?q=x&colour=red",
    "/v1/search?q=x&date_from=2024-13-01",
    "/v1/search?q=x&date_to=yesterday",
    "/v1/search?q=x&date_from=2024-02-30",
    "/v1/search?q=x&mode=magic",
    "/v1/search?q=x&sort=magic",
    "/v1/search?q=x&limit=0",
    "/v1/search?q=x&limit=10000",
    "/v1/search?q=x&limit=ten",
    "/v1/search?q=x&offset=-1",
    "/v1/search?q=x&year=24",
    "/v1/search?q=x&number=%E4%B8%8D%E6%98%AF%E6%96%87%E5%8F%B7",
    "/v1/search?q=x&q=y",
    "/v1/suggest?q=" + "x" * 501,
    "/v1/suggest?q=x&limit=0",
    "/v1/suggest?q=x&limit=21",
    "/v1/suggest?q=x&limit=ten",
    "/v1/suggest?q=x&mode=keyword",
    "/v1/suggest?q=x&q=y",
]


@pytest.mark.parametrize("address", BAD, ids=lambda address: address[:40])
def test_bad_requests_say_what_is_allowed_in_the_one_error_shape(
    client: TestClient, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    (error,) = answer.json().values()
    assert set(error) == {"code", "message"} and error["message"]
    assert "Traceback" not in answer.text


STRANGE = ["%ff%fe", "%E5%AD", "%00", "%EF%BF%BD", "。，！？", "%F0%9F%98%80"]


@pytest.mark.parametrize("query", STRANGE)
def test_strange_characters_are_an_empty_answer(client: TestClient, query: str) -> None:
    answer = client.get(f"/v1/search?q={query}")
    assert answer.status_code == 200 and answer.json()["hits"] == []
    assert client.get(f"/v1/suggest?q={query}").json()["suggestions"] == []
    assert client.get(f"/?q={query}").status_code == 200


def test_what_is_not_there_is_a_404_in_the_same_shape(client: TestClient) -> None:
    for address in ("/v1/documents/nothing", "/v1/nothing"):
        answer = client.get(address)
        assert answer.status_code == 404 and set(answer.json()["error"]) == {"code", "message"}
    page = client.get("/nothing")
    assert page.status_code == 404 and "text/html" in page.headers["content-type"]


def test_every_response_carries_security_headers(client: TestClient) -> None:
    for address in ("/", "/v1/search?q=x", "/docs", "/nothing", "/healthz"):
        headers = client.get(address).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_every_parameter_is_documented_and_only_those(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, known in (("/v1/search", PARAMETERS), ("/v1/suggest", SUGGEST_PARAMETERS)):
        described = {item["name"]: item for item in paths[path]["get"]["parameters"]}
        assert set(described) == set(known)
        assert all(item["description"] for item in described.values())


def test_the_api_describes_itself_locally(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200 and "://" not in page.text.replace("http://www.w3.org", "")
    paths = client.get("/openapi.json").json()["paths"]
    assert "/v1/search" in paths
    shown = paths["/v1/suggest"]["get"]["responses"]["200"]["content"]["application/json"]
    assert set(shown["example"]) == {"query", "suggestions"}


def test_an_answer_quotes_a_passage_that_is_shown(client: TestClient) -> None:
    params = {"q": "新秘书长是谁，得了多少票", "explain": "1"}
    answer = client.get("/v1/search", params=params).json()
    quote = answer["answer"]
    shown = {
        (hit["document_id"], passage["passage_id"]): passage
        for hit in answer["hits"]
        for passage in hit["passages"]
    }
    passage = shown[quote["document_id"], quote["passage_id"]]
    assert "陆文澍" in quote["quote"] and "56票" in quote["quote"]
    assert passage["text"][quote["start"] : quote["end"]] == quote["quote"]
    assert (passage["page"], passage["address"]) == (quote["page"], quote["address"])
    assert 0.5 < answer["certainty"] <= 1


def test_where_nothing_answers_the_notice_says_so(client: TestClient) -> None:
    answer = client.get("/v1/search", params={"q": "305室的无线网密码是多少"}).json()
    assert answer["answer"] is None and answer["hits"]
    assert "仅供参考" in answer["notice"] and "certainty" not in answer


def test_what_is_pasted_is_checked(client: TestClient) -> None:
    text = "会议以无记名投票方式选举陆文澍为第五届理事会秘书长，同意65票，弃权1票。"
    answer = client.post("/v1/verify", json={"text": f"{text}本馆藏有恐龙化石标本三千件。"})
    near, absent = answer.json()["sentences"]
    (difference,) = near["differences"]
    assert (near["verdict"], difference["name"]) == ("near", "数字不同")
    start, end = difference["found"]
    assert near["found"]["quote"][start:end] == "56" and near["text"] == text
    assert near["found"]["source"] == "第五届理事会第四次会议纪要.pdf"
    assert (absent["verdict"], absent["found"]) == ("absent", None)
    exact = client.post("/v1/verify", json={"text": near["found"]["quote"]}).json()
    assert [sentence["verdict"] for sentence in exact["sentences"]] == ["exact"]


def test_the_public_learns_nothing_secret_by_pasting_it(client: TestClient) -> None:
    secret = SECRET.strip().splitlines()[-1]
    answer = client.post("/v1/verify", json={"text": secret}).json()
    assert {sentence["verdict"] for sentence in answer["sentences"]} == {"absent"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"text": 1}', b'{"text": ""}', b'{"text": "a", "b": 1}', b'"\xff"']
    + [b'{"text": "' + b"a" * size + b'"}' for size in (2_001, 100_000)],
)
def test_what_cannot_be_checked_is_refused_in_words(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/verify", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_request" and answer.json()["error"]["message"]
