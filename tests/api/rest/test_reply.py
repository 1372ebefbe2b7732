"""How replies are sent."""

import pytest

from kubus.api.rest.reply import LONG, Reply, json_reply, matches, send_reply, settled, weak_etag


async def sent(reply, method="GET", if_none_match=None):
    messages = []

    async def send(message):
        messages.append(message)

    await send_reply(send, method, settled(method, if_none_match, reply))
    start, *rest = messages
    assert start["type"] == "http.response.start"
    assert [m.get("more_body", False) for m in rest] == [True] * (len(rest) - 1) + [False]
    return start["status"], dict(start["headers"]), b"".join(m["body"] for m in rest), len(rest)


async def test_a_reply_has_its_length_type_and_etag():
    status, headers, body, _ = await sent(json_reply({"a": 1}, 400))
    assert (status, body) == (400, b'{"a":1}')
    assert headers[b"content-type"] == b"application/json; charset=utf-8"
    assert headers[b"content-length"] == b"7"
    assert headers[b"etag"].startswith(b'W/"7-')
    assert b"cache-control" not in headers


async def test_head_has_the_headers_and_no_body():
    _, get_headers, _, _ = await sent(json_reply({"a": 1}))
    status, headers, body, _ = await sent(json_reply({"a": 1}), "HEAD")
    assert (status, headers, body) == (200, get_headers, b"")


async def test_a_body_that_the_client_has_is_not_sent():
    reply = json_reply({"a": 1})
    etag = weak_etag(reply.parts)
    for held in (etag, etag.removeprefix(b"W/"), b"*", b'"x", ' + etag):
        status, headers, body, _ = await sent(reply, "GET", held)
        assert (status, body) == (304, b"")
        assert headers[b"etag"] == etag
        assert b"content-type" not in headers
    assert (await sent(reply, "GET", b'W/"0-0"'))[0] == 200
    assert (await sent(reply, "POST", etag))[0] == 200
    assert (await sent(json_reply({"error": "x"}, 400), "GET", b"*"))[0] == 400


async def test_long_bodies_are_sent_in_pieces():
    body = bytes(range(256)) * (LONG // 100)
    reply = Reply(200, (b"[", body, b"]"))
    status, headers, whole, pieces = await sent(reply)
    assert (status, whole) == (200, b"[" + body + b"]")
    assert int(headers[b"content-length"]) == len(body) + 2
    assert pieces > 3


def test_etags_tell_bodies_apart_however_they_are_cut():
    assert weak_etag([b"ab", b"c"]) == weak_etag([b"abc"])
    assert weak_etag([b"abc"]) != weak_etag([b"abd"])


@pytest.mark.parametrize(
    ("header", "fits"), [(b"*", True), (b'W/"1"', True), (b'"1"', True), (b'"2"', False), (b"", False)]
)
def test_if_none_match(header, fits):
    assert matches(header, b'W/"1"') is fits
