"""Replies without rows, remembered: for whom, for which bytes and which model, until when, and how many."""

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kubus.api.rest import remembered as room
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.meta import Meta
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.remembered import RememberedReplies
from kubus.audit.account import Account
from kubus.context import Caller, SecurityContext
from kubus.errors import Forbidden
from kubus.semantic_layer import SemanticLayer
from tests.api.conftest import make_layer, shop

__all__ = ["shop"]

RAW = b"query=%7B%7D"
ONE, OTHER = Caller(), Caller()


def request(layer: SemanticLayer, method: str = "GET", query: bytes = b"", questions: Any = None) -> Incoming:
    incoming = Incoming(method, "/cubejs-api/v1/sql", query, {})
    incoming.layer = layer
    if questions is not None:
        incoming.account = Account("sql", method)
        incoming.account.questions = questions
    return incoming


@pytest.fixture
def layer(shop: Path) -> SemanticLayer:
    return make_layer(shop)


def keep(replies: RememberedReplies, layer: SemanticLayer, value: object = 1, raw: bytes = RAW, **more: Any) -> Any:
    moments = more.pop("moments", ())
    return replies.keep(request(layer, **more), raw, ONE, value, moments)


def test_a_reply_is_given_again_to_the_same_caller_for_the_same_bytes(layer: SemanticLayer, shop: Path) -> None:
    replies = RememberedReplies(ApiOptions())
    reply = keep(replies, layer, {"a": [1]})
    assert (reply.status, b"".join(reply.parts)) == (200, b'{"a":[1]}')
    assert reply.etag is not None
    assert replies.get(request(layer), RAW, ONE) is reply
    assert replies.get(request(layer), RAW, OTHER) is None
    assert replies.get(request(layer, "POST"), RAW, ONE) is None
    assert replies.get(request(layer), RAW + b"&", ONE) is None
    model = "cubes: [{name: c, sql_table: c, measures: [{name: count, type: count}]}]"
    assert replies.get(request(make_layer(shop, model)), RAW, ONE) is None
    assert replies.get(request(make_layer(shop, compile_now=False)), RAW, ONE) is None
    # The tag says what the body is.
    assert keep(replies, layer, {"a": [1]}).etag == reply.etag != keep(replies, layer, {"a": [2]}).etag


def test_the_caller_is_held_so_that_no_other_comes_to_have_its_id(layer: SemanticLayer) -> None:
    replies = RememberedReplies(ApiOptions())
    for number in range(200):
        caller = Caller(SecurityContext({"n": number}))
        assert replies.get(request(layer), RAW, caller) is None
        replies.keep(request(layer), RAW, caller, number, ())
        del caller


def test_a_reply_holds_until_the_first_of_its_dates_moves(
    layer: SemanticLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = datetime(2030, 1, 1, tzinfo=UTC)
    for moments, ends in (
        ((), math.inf),
        ((None, None), math.inf),
        ((None, first + timedelta(days=1), first), first.timestamp()),
    ):
        replies = RememberedReplies(ApiOptions())
        reply = keep(replies, layer, moments=moments)
        for now, holds in ((min(ends, 9e9) - 0.5, True), (min(ends, 9e9), ends == math.inf)):
            monkeypatch.setattr(room.time, "time", lambda now=now: now)
            assert (replies.get(request(layer), RAW, ONE) is reply) is holds


def test_the_audit_log_is_told_the_same_again(layer: SemanticLayer) -> None:
    replies = RememberedReplies(ApiOptions())
    keep(replies, layer, questions=(b'"a":1', b'"b":2'))
    again = request(layer, questions=())
    assert replies.get(again, RAW, ONE) is not None
    assert again.account is not None
    assert again.account.questions == (b'"a":1', b'"b":2')
    keep(replies, layer)
    later = request(layer, questions=(b"x",))
    replies.get(later, RAW, ONE)
    assert later.account is not None
    assert later.account.questions == ()


def test_nothing_is_kept_where_something_is_asked_anew_each_time(layer: SemanticLayer) -> None:
    replies = RememberedReplies(ApiOptions(), keeps=False)
    assert b"".join(keep(replies, layer).parts) == b"1"
    assert replies.get(request(layer), RAW, ONE) is None


def test_what_is_long_is_not_kept(layer: SemanticLayer) -> None:
    for length, kept in ((room.RAW, True), (room.RAW + 1, False)):
        replies = RememberedReplies(ApiOptions())
        raw = RAW.ljust(length)
        keep(replies, layer, raw=raw)
        assert (replies.get(request(layer), raw, ONE) is not None) is kept


def test_what_is_kept_is_counted(layer: SemanticLayer) -> None:
    questions = (b"q" * 30, b"q" * 10)
    value = "x" * 500
    # The body with its quotes, the bytes of the request, the questions, and about a thousand for all around them.
    size = 1000 + 502 + len(RAW) + 40
    for room_for, kept in ((size, True), (size - 1, False)):
        # A quarter of the bytes is for these, and one takes an eighth of that at most.
        replies = RememberedReplies(ApiOptions(prepared_bytes=4 * 8 * room_for))
        keep(replies, layer, value, questions=questions)
        assert (replies.get(request(layer), RAW, ONE) is not None) is kept
    none = RememberedReplies(ApiOptions(prepared_entries=0))
    keep(none, layer)
    assert none.get(request(layer), RAW, ONE) is None


# ── metadata ──


async def nothing() -> Any: ...


async def test_metadata_are_made_once_for_all_who_are_shown_the_same(layer: SemanticLayer) -> None:
    meta = Meta(ApiOptions(default_scopes=frozenset({"meta"})))
    assert meta.warm(request(layer), ONE) is None
    first = await meta(request(layer), ONE, nothing, b"")
    assert {cube["name"] for cube in json.loads(b"".join(first.parts))["cubes"]} == {"orders", "users", "numbers"}
    assert first.etag is not None
    assert await meta(request(layer), OTHER, nothing, b"") is first
    views = await meta(request(layer), ONE, nothing, b"onlyViews=true")
    assert json.loads(b"".join(views.parts)) == {"cubes": []}
    assert await meta(request(layer), ONE, nothing, b"onlyViews=false") is first
    warm = meta.warm(request(layer), OTHER)
    assert warm is not None
    assert (warm.body, warm.etag) == (b"".join(first.parts), first.etag)
    # What has parameters is another matter.
    assert meta.warm(request(layer, query=b"extended"), OTHER) is None
    with pytest.raises(Forbidden, match="meta-extended"):
        await meta(request(layer), ONE, nothing, b"extended")
    allowed = Caller(scopes=frozenset({"meta", "meta-extended"}))
    extended = await meta(request(layer), allowed, nothing, b"extended=")
    assert b"sql_table" in b"".join(extended.parts) or b"status" in b"".join(extended.parts)
    assert extended is not first
    assert await meta(request(layer), allowed, nothing, b"extended=x") is extended


async def test_metadata_of_another_model_are_other_ones(layer: SemanticLayer, shop: Path) -> None:
    meta = Meta(ApiOptions())
    first = await meta(request(layer), ONE, nothing, b"")
    model = "cubes: [{name: c, sql_table: c, measures: [{name: count, type: count}]}]"
    other = make_layer(shop, model)
    assert meta.warm(request(other), ONE) is None
    assert meta.warm(request(make_layer(shop, compile_now=False)), ONE) is None
    second = await meta(request(other), ONE, nothing, b"")
    assert [cube["name"] for cube in json.loads(b"".join(second.parts))["cubes"]] == ["c"]
    assert await meta(request(layer), ONE, nothing, b"") is first


async def test_in_development_hidden_members_and_sql_are_shown(layer: SemanticLayer) -> None:
    plain, open_ = Meta(ApiOptions()), Meta(ApiOptions(dev_mode=True))
    hidden = b"orders.secret_sum"
    assert hidden not in b"".join((await plain(request(layer), ONE, nothing, b"")).parts)
    body = b"".join((await open_(request(layer), ONE, nothing, b"extended")).parts)
    assert hidden in body
