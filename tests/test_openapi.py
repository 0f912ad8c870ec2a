"""The API is what its description says: live answers are checked against it by schemathesis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from index.analyzer import Analyzer
from index.errors import (
    BadRequest,
    Conflict,
    EncoderUnavailable,
    LibraryError,
    NotFound,
    Refused,
    SearchError,
)
from index.model import Audience
from institution import Institution, institution_in
from service.description import CODES
from service.receiving import TooSlow

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[Institution]:
    with institution_in(tmp_path_factory.mktemp("openapi"), analyzer) as there:
        yield there


@pytest.mark.parametrize("audience", list(Audience))
def test_what_is_answered_is_what_is_described(office: Institution, audience: Audience) -> None:
    described = schemathesis.openapi.from_asgi("/openapi.json", office.app())
    for operation in described.get_all_operations():
        conforms(office, operation.ok(), audience)


def conforms(office: Institution, operation: schemathesis.APIOperation, audience: Audience) -> None:
    """Answers to whatever may be asked there are of the shapes that are described."""
    headers = {}
    if audience in office.key:
        headers["Authorization"] = f"Bearer {office.key[audience]}"

    @settings(
        max_examples=12, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck]
    )
    @given(case=operation.as_strategy())
    def holds(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    holds()


@pytest.mark.parametrize("audience", list(Audience))
def test_a_document_that_is_there_is_answered_as_described(
    office: Institution, audience: Audience
) -> None:
    described = schemathesis.openapi.from_asgi("/openapi.json", office.app())
    document = office.id_of("关于缴纳" if audience is Audience.PUBLIC else "关于大宗")
    headers = {}
    if audience in office.key:
        headers["Authorization"] = f"Bearer {office.key[audience]}"
    for path in ("/v1/documents/{document_id}", "/v1/documents/{document_id}/original"):
        case = described[path]["GET"].Case(path_parameters={"document_id": document})
        case.call_and_validate(headers=headers, checks=CHECKS)
    for question in ("会费什么时候交", "采购数量", "换届"):
        case = described["/v1/search"]["GET"].Case(query={"q": question, "explain": "1"})
        case.call_and_validate(headers=headers, checks=CHECKS)


def test_every_address_for_programs_is_described_with_an_example(office: Institution) -> None:
    told = office.client().get("/openapi.json").json()
    paths = {
        (method, path): operation
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
    }
    assert {path for _, path in paths} == {
        *("/v1/search", "/v1/suggest", "/v1/verify", "/v1/documents", "/v1/jobs/{job_id}"),
        *("/v1/documents/{document_id}", "/v1/documents/{document_id}/original"),
        *("/v1/documents/{document_id}/pages/{page}", "/healthz", "/readyz", "/metrics"),
    }
    for where, operation in paths.items():
        assert operation["summary"], where
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "path" or "example" in parameter, (where, parameter)


def test_every_code_of_a_failure_is_described() -> None:
    codes = {
        "http_error",
        "internal_error",
        "not_ready",
        "key_missing",
        "key_expired",
        "key_revoked",
    }
    kinds: list[type[SearchError]] = [
        Conflict,
        BadRequest,
        NotFound,
        TooSlow,
        EncoderUnavailable,
        LibraryError,
    ]
    for kind in [*kinds, *Refused.__subclasses__(), *LibraryError.__subclasses__()]:
        codes.add(kind.code)
    assert codes == CODES.keys()


def test_every_failure_has_one_shape(office: Institution) -> None:
    client = office.client()
    answers = [
        client.get("/v1/search"),
        client.get("/v1/nothing"),
        client.get("/v1/documents/000000000000"),
        client.delete("/v1/search"),
        client.post("/v1/documents"),
        client.post("/v1/verify", content=b"{"),
        client.get("/v1/search", params={"q": "会费", "limit": "0"}),
        client.get("/v1/documents/x/pages/99999999999999999999"),
    ]
    for answer in answers:
        assert 400 <= answer.status_code < 500
        told = answer.json()
        assert set(told) == {"error"} and set(told["error"]) == {"code", "message"}
        assert told["error"]["code"] and told["error"]["message"]
