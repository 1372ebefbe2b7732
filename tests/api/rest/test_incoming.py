"""What is read of a request before a handler sees it."""

import pytest

from kubus.api.rest.incoming import (
    Incoming,
    body_parameters,
    incoming,
    read_body,
    token_of,
    url_parameters,
)
from kubus.errors import QueryError, TooLarge


def request_with(**headers: str) -> Incoming:
    pairs = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return incoming({"method": "GET", "query_string": b"", "headers": pairs}, "/")


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("abc", "abc"),
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER abc", "abc"),
        (" abc", "abc"),
        ("Bearer abc more", "abc"),
        ("Bearer", "Bearer"),
        ("Bearer  abc", None),
        ("Basic abc", None),
        ("Token abc", None),
        ("", None),
        ("  ", None),
    ],
)
def test_token_is_bare_or_behind_bearer(header, token):
    assert token_of(request_with(authorization=header)) == token


def test_the_older_header_comes_first_unless_it_is_empty():
    assert token_of(request_with(authorization="new", x_cube_authorization="old")) == "old"
    assert token_of(request_with(authorization="new", x_cube_authorization="")) == "new"
    assert token_of(request_with()) is None


def test_request_id_is_given_or_made_and_stays_the_same():
    assert request_with(x_request_id="mine", traceparent="other").request_id == "mine"
    assert request_with(traceparent="other").request_id == "other"
    fresh = request_with()
    assert fresh.request_id.endswith("-span-1")
    assert fresh.request_id == fresh.request_id
    assert fresh.request_id != request_with().request_id


@pytest.mark.parametrize(
    ("query_string", "parameters"),
    [
        (b"", {}),
        (b"query=%7B%22a%22%3A1%7D&cache=no-cache", {"query": '{"a":1}', "cache": "no-cache"}),
        (b"query=a+b%2Bc", {"query": "a b+c"}),
        (b"extended", {"extended": ""}),
        (b"query=1&query=2", {"query": "1"}),
        (b"query[measures][]=a.b&query[measures][]=a.c", {"query": {"measures": ["a.b", "a.c"]}}),
        (
            b"query[filters][0][member]=a.b&query[filters][0][values][]=x",
            {"query": {"filters": [{"member": "a.b", "values": ["x"]}]}},
        ),
        (b"query%5Bmeasures%5D%5B0%5D=a.b", {"query": {"measures": ["a.b"]}}),
        (b"query=plain&query[a]=1", {"query": "plain"}),
        (b"[a]=1", {"[a]": "1"}),
    ],
)
def test_parameters_of_a_url(query_string, parameters):
    assert url_parameters(query_string) == parameters


@pytest.mark.parametrize("query_string", [b"&".join([b"a=1"] * 1001), b"a" + b"[b]" * 21 + b"=1"])
def test_a_url_with_too_much_is_refused(query_string):
    with pytest.raises(QueryError):
        url_parameters(query_string)


@pytest.mark.parametrize(
    "query_string", [b"%", b"%E0%A4%A", b"\xff\xfe=\xff", b"a[=1", b"a]=1", b"a[[]]=1", b"=", b"&&"]
)
def test_an_odd_url_is_read_somehow(query_string):
    assert isinstance(url_parameters(query_string), dict)


def test_parameters_of_a_body():
    assert body_parameters(b'{"query": {"measures": []}}') == {"query": {"measures": []}}
    assert body_parameters(b"") == {}
    assert body_parameters(b"[1]") == {}


@pytest.mark.parametrize("body", [b"{bad", b'"text"', b"7", b"\xff", b"{" * 100_000, b'{"a":' * 100_000])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(QueryError):
        body_parameters(body)


def receiving(*chunks: bytes):
    messages = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1}
        for number, chunk in enumerate(chunks)
    ]

    async def receive():
        return messages.pop(0)

    return receive


async def test_a_body_is_read_whole_up_to_the_limit():
    assert await read_body(request_with(), receiving(b"ab", b"cd"), 4) == b"abcd"
    with pytest.raises(TooLarge):
        await read_body(request_with(), receiving(b"ab", b"cd"), 3)


async def test_a_body_that_says_it_is_too_long_is_not_read():
    async def receive():
        raise AssertionError("nothing is read")

    with pytest.raises(TooLarge):
        await read_body(request_with(content_length="4"), receive, 3)


@pytest.mark.parametrize(
    ("content_type", "is_json"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("application/jsonp", False),
    ],
)
def test_only_declared_json_is_json(content_type, is_json):
    assert request_with(content_type=content_type).is_json is is_json
