"""The description of the API is true: requests made from it get answers that it describes."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kubus.api.app import ApiOptions, make_app
from kubus.api.rest.openapi import description
from tests.api.conftest import authenticator, make_layer, token

DESCRIPTION = "/cubejs-api/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
]


@pytest.fixture(scope="module")
def base_url(shop) -> Iterator[str]:
    """A server of its own thread: schemathesis asks without an event loop."""
    listener = socket.create_server(("127.0.0.1", 0))
    layer = make_layer(shop)
    app = make_app(layer, authenticator(), ApiOptions(max_limit=1000), on_stop=layer.close)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def described(base_url):
    return schemathesis.openapi.from_url(base_url + DESCRIPTION)


OPERATIONS = [
    (path, method)
    for path, operations in description(ApiOptions())["paths"].items()
    for method in operations
    # The page for people is HTML, about which a schema says nothing.
    if path != "/"
]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_answers_are_as_described(described, path, method):
    operation = described[path][method]
    # All that metadata could refuse is a parameter that it does not know, and those are ignored.
    checks = [check for check in CHECKS if check is not negative_data_rejection or not path.endswith("/meta")]

    @given(case=st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def answer_is_as_described(case):
        answer = case.call(headers={"Authorization": token()})
        # What is no HTTP at all is refused before it comes to the application.
        if answer.text != "Invalid HTTP request received.":
            case.validate_response(answer, headers={"Authorization": token()}, checks=checks)

    answer_is_as_described()


def test_answers_to_real_queries_are_as_described(base_url, described):
    queries = {
        "count": {"measures": ["orders.count"], "total": True},
        "compact": {"dimensions": ["orders.status"], "responseFormat": "compact"},
        "columnar": {"dimensions": ["orders.status"], "responseFormat": "columnar"},
        "by month": {
            "measures": ["orders.count"],
            "timeDimensions": [{"dimension": "orders.created_at", "granularity": "month", "dateRange": "last year"}],
            "order": [["orders.count", "desc"]],
            "filters": [{"or": [{"member": "orders.status", "operator": "set"}]}],
            "timezone": "Europe/Berlin",
        },
    }
    headers = {"Authorization": token()}
    for path in ("/load", "/subscribe", "/sql", "/dry-run"):
        operation = described[f"/cubejs-api/v1{path}"]["POST"]
        for query in queries.values():
            for extra in ({}, {"queryType": "multi"}):
                answer = httpx.post(f"{base_url}/cubejs-api/v1{path}", json={"query": query, **extra}, headers=headers)
                assert answer.status_code == 200
                operation.validate_response(answer)
    answer = httpx.get(f"{base_url}/cubejs-api/v1/meta", headers=headers)
    described["/cubejs-api/v1/meta"]["GET"].validate_response(answer)


def test_the_description_needs_no_token_and_names_the_base_path(base_url):
    body = httpx.get(base_url + DESCRIPTION).json()
    assert body["openapi"].startswith("3.1")
    assert body["paths"]["/cubejs-api/v1/load"]["get"]["security"] == [{"token": []}]
    assert "/other/v1/load" in description(ApiOptions(base_path="/other"))["paths"]
