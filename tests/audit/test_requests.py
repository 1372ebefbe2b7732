"""What a record says of a request, on every API."""

import asyncio
import json
import re

import pytest

from kubus.audit.audit_log import AuditOptions
from kubus.audit.identity import IdentityOptions
from tests.api.conftest import token
from tests.audit.conftest import file_sink, records

COUNT = {"measures": ["orders.count"], "dimensions": ["orders.status"]}
FILTERED = {
    "measures": ["orders.count"],
    "dimensions": ["users.country"],
    "segments": ["orders.done"],
    "timeDimensions": [
        {"dimension": "orders.created_at", "granularity": "month", "dateRange": ["2024-01-01", "2024-12-31"]}
    ],
    "filters": [
        {"or": [{"member": "orders.status", "operator": "equals", "values": ["a value that nobody else has"]}]}
    ],
}


def by_month(cube):
    time = {"dimension": f"{cube}.created_at", "granularity": "month"}
    return {"measures": [f"{cube}.count"], "timeDimensions": [time]}


async def test_a_query_that_is_answered(audited):
    async with audited(AuditOptions(identity=IdentityOptions(claims=("role", "absent")))) as api:
        answer = await api.load(COUNT, **{"x-request-id": "r-1"})
        assert len(answer.json()["data"]) == 3
    (told,) = api.told
    assert re.fullmatch(r"2026-11-18T\d\d:\d\d:\d\d\.\d{6}Z", told["time"])
    assert told["duration_ms"] > 0
    kept = {name: told[name] for name in told if name not in ("time", "duration_ms", "chain", "prev", "hash")}
    assert kept == {
        "version": 1,
        "seq": 2,
        "kind": "request",
        "request_id": "r-1",
        "api": "load",
        "method": "GET",
        "issuer": "https://id",
        "subject": "anna",
        "app_id": "STANDALONE",
        "groups": [],
        "claims": {"role": "admin"},
        "queries": [
            {
                "members": ["orders.count", "orders.status"],
                "filtered": [],
                "policies": [],
                "masked": [],
                "rows": 3,
                "cache": "miss",
            }
        ],
        "status": 200,
        "outcome": "ok",
        "error": None,
    }


async def test_members_that_rows_are_filtered_by_are_told_and_values_are_not(audited):
    async with audited() as api:
        await api.load(FILTERED)
    (query,) = api.told[0]["queries"]
    assert query["members"] == ["orders.count", "users.country", "orders.created_at.month"]
    assert query["filtered"] == ["orders.done", "orders.created_at", "orders.status"]
    assert "a value that nobody else has" not in api.path.read_text()


async def test_values_are_told_where_that_is_wanted(audited):
    async with audited(AuditOptions(with_values=True)) as api:
        await api.load(FILTERED)
    (query,) = api.told[0]["queries"]
    assert query["filters"] == FILTERED["filters"]
    assert query["date_ranges"] == {"orders.created_at": ["2024-01-01T00:00:00.000", "2024-12-31T23:59:59.999"]}


async def test_how_an_answer_was_come_by(audited):
    async with audited() as api:
        for cache in ("stale-if-slow", "stale-if-slow", "no-cache"):
            await api.client.get("/cubejs-api/v1/load", params={"query": json.dumps(COUNT), "cache": cache})
        # The same answer for bytes that are others.
        await api.load({**COUNT, "timezone": "UTC"})
    assert [told["queries"][0]["cache"] for told in api.told] == ["miss", "warm", "miss", "hit"]
    assert {told["queries"][0]["rows"] for told in api.told} == {3}


async def test_who_waited_for_the_same_statement(audited):
    slow = {
        "dimensions": ["numbers.n", "numbers.text"],
        "filters": [{"member": "numbers.n", "operator": "lt", "values": ["40000"]}],
    }
    async with audited() as api:
        await asyncio.gather(*(api.load({**slow, "limit": 5, "order": {"numbers.n": way}}) for way in ("asc", "asc")))
    assert sorted(told["queries"][0]["cache"] for told in api.told) == ["joined", "miss"]


async def test_every_query_of_a_comparison(audited):
    compared = {
        "measures": ["orders.count"],
        "timeDimensions": [
            {
                "dimension": "orders.created_at",
                "granularity": "month",
                "compareDateRange": [["2024-01-01", "2024-01-31"], ["2024-02-01", "2024-02-29"]],
            }
        ],
    }
    async with audited() as api:
        params = {"query": json.dumps(compared), "queryType": "multi"}
        await api.client.get("/cubejs-api/v1/load", params=params)
        await api.client.get(
            "/cubejs-api/v1/load",
            params={"query": json.dumps([by_month("orders"), by_month("users")]), "queryType": "multi"},
        )
    first, second = api.told
    assert [query["rows"] for query in first["queries"]] == [1, 1]
    told = [(query["members"], query["rows"]) for query in second["queries"]]
    assert told == [
        (["orders.count", "orders.created_at.month"], 2),
        (["users.count", "users.created_at.month"], 2),
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("api_name", ["load", "subscribe", "sql", "dry-run"])
async def test_every_api_tells_what_is_asked_the_first_time_and_again(audited, api_name, method):
    url = f"/cubejs-api/v1/{api_name}"
    async with audited() as api:
        for _ in range(2):
            if method == "GET":
                answer = await api.client.get(url, params={"query": json.dumps(COUNT)})
            else:
                answer = await api.client.post(url, json={"query": COUNT})
            assert answer.status_code == 200
    assert len(api.told) == 2
    for told in api.told:
        assert (told["api"], told["method"], told["outcome"], told["subject"]) == (api_name, method, "ok", "anna")
        assert told["queries"][0]["members"] == ["orders.count", "orders.status"]


async def test_metadata_and_what_is_not_there(audited):
    async with audited() as api:
        for _ in range(2):
            assert (await api.client.get("/cubejs-api/v1/meta")).status_code == 200
        assert (await api.client.post("/cubejs-api/v1/cubesql")).status_code == 501
        assert (await api.client.delete("/cubejs-api/v1/running-query/7")).status_code == 501
    told = [(one["api"], one["outcome"], one["status"]) for one in api.told]
    assert told == [
        ("meta", "ok", 200),
        ("meta", "ok", 200),
        ("cubesql", "refused", 501),
        ("running-query", "refused", 501),
    ]


async def test_what_is_no_request_for_data_is_not_told(audited):
    async with audited() as api:
        for path in ("/", "/readyz", "/livez", "/cubejs-api/openapi.json", "/nowhere"):
            await api.client.get(path)
        await api.client.options("/cubejs-api/v1/load")
    assert api.told == []


async def test_a_client_that_has_the_body(audited):
    async with audited() as api:
        etag = (await api.load(COUNT)).headers["etag"]
        assert (await api.load(COUNT, **{"if-none-match": etag})).status_code == 304
    assert [(told["status"], told["outcome"]) for told in api.told] == [(200, "ok"), (304, "ok")]


async def test_failed_authentication_tells_why_and_never_the_token(audited):
    stranger = token("another secret of more than thirty-two bytes", iss="https://elsewhere")
    async with audited() as api:
        assert (await api.load(COUNT, authorization=stranger)).status_code == 403
        del api.client.headers["authorization"]
        assert (await api.load(COUNT)).status_code == 403
    wrong, missing = api.told
    assert (wrong["outcome"], wrong["error"], wrong["status"]) == ("denied", "unauthenticated", 403)
    assert (wrong["subject"], wrong["issuer"], wrong["app_id"]) == (None, None, None)
    assert wrong["token"]["reason"] == "signature"
    assert wrong["token"]["alg"] == "HS256"
    assert len(wrong["token"]["hash"]) == 12
    assert missing["token"] == {"reason": "missing", "hash": "", "alg": "", "kid": "", "iss": ""}
    text = api.path.read_text()
    assert not any(part in text for part in stranger.split("."))


async def test_strangers_do_not_fill_the_disk(audited, tmp_path):
    async with audited() as api:
        known = api.client.headers.pop("authorization")
        for _ in range(150):
            assert (await api.load(COUNT)).status_code == 403
        assert len(api.told) == 100
        # Who is known is recorded all the same.
        assert (await api.load(COUNT, authorization=known)).status_code == 200
        api.audit._clock.now += 1
        for _ in range(15):
            await api.load(COUNT)
        api.audit._clock.now += 1
        await api.load(COUNT, authorization=known)
    told = records(api.path)
    assert [(one["kind"], one.get("records")) for one in told if one["kind"] == "skipped"] == [
        ("skipped", 50),
        ("skipped", 5),
    ]
    assert sum(one["kind"] == "request" for one in told) == 100 + 1 + 10 + 1


async def test_a_denied_query_tells_what_was_asked(audited):
    async with audited() as api:
        assert (await api.load({"measures": ["orders.secret_sum"]})).status_code == 403
        assert (await api.load({"measures": ["orders.nothing"]})).status_code == 400
        assert (await api.load("no query")).status_code == 400
        assert (await api.load({"dimensions": ["numbers.broken"]})).status_code == 400
    told = [(one["outcome"], one["error"], [query["members"] for query in one["queries"]]) for one in api.told]
    assert told == [
        ("denied", "forbidden", [["orders.secret_sum"]]),
        ("refused", "member", [["orders.nothing"]]),
        ("refused", "query", []),
        ("failed", "source_value", [["numbers.broken"]]),
    ]
    assert api.told[0]["queries"][0]["rows"] is None


async def test_a_missing_scope_is_denied(audited):
    async with audited(default_scopes=frozenset({"meta"})) as api:
        assert (await api.load(COUNT)).status_code == 403
    assert (api.told[0]["outcome"], api.told[0]["error"], api.told[0]["subject"]) == ("denied", "forbidden", "anna")


async def test_who_is_told_to_ask_again(audited):
    async with audited(layer_options={"continue_wait": 0.05}) as api:
        answer = await api.load({"dimensions": ["numbers.slow"], "limit": 1})
        assert answer.json()["error"] == "Continue wait"
    assert (api.told[0]["outcome"], api.told[0]["queries"][0]["rows"]) == ("running", None)


async def test_who_leaves(audited):
    async with audited() as api:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await api.load({"dimensions": ["numbers.slow"], "limit": 1})
    assert (api.told[0]["outcome"], api.told[0]["status"]) == ("cancelled", None)


async def test_a_long_answer_begins_and_ends(audited):
    everything = {"dimensions": ["numbers.n", "numbers.text"], "limit": 50000}
    async with audited(layer_options={"cache_bytes": 1_000_000}) as api:
        answer = await api.load(everything)
        assert len(answer.json()["data"]) == 50000
        assert (
            await api.client.head("/cubejs-api/v1/load", params={"query": json.dumps(everything)})
        ).status_code == 200
    begin, end, begin_head, end_head = api.told
    assert [begin["kind"], end["kind"]] == ["begin", "end"]
    assert (begin["outcome"], begin["queries"][0]["rows"]) == ("begun", None)
    assert (end["outcome"], end["queries"][0]["rows"], end["queries"][0]["cache"]) == ("ok", 50000, "miss")
    assert begin["request_id"] == end["request_id"]
    assert (begin_head["method"], end_head["outcome"]) == ("HEAD", "ok")


async def test_identity_is_hashed_with_the_key_where_that_is_wanted(audited):
    options = AuditOptions(identity=IdentityOptions(("email", "org.unit"), frozenset({"sub", "email"}), b"k" * 32))
    async with audited(options) as api:
        mine = token(sub="anna", email="anna@example.com", org={"unit": "north", "more": 1})
        await api.load(COUNT, authorization=mine)
        await api.load(COUNT, authorization=token(sub="ben", email="anna@example.com"))
    one, other = api.told
    assert re.fullmatch(r"hmac:[0-9a-f]{32}", one["subject"])
    assert one["subject"] != other["subject"]
    assert one["claims"]["email"] == other["claims"]["email"]
    assert one["claims"]["org.unit"] == "north"
    text = api.path.read_text()
    assert "anna" not in text
    assert "more" not in text


async def test_strange_claims_and_request_ids_make_no_line_of_their_own(audited):
    options = AuditOptions(identity=IdentityOptions(("role",)))
    async with audited(options) as api:
        await api.load(COUNT, authorization=token(sub='a"\n{"kind":"request"}é', role={"deep": [1, None, True]}))
        await api.load(COUNT, **{"x-request-id": 'x","hash":"0\\'})
    assert len(records(api.path)) == 4
    assert api.told[0]["subject"] == 'a"\n{"kind":"request"}é'
    assert api.told[0]["claims"]["role"] == {"deep": [1, None, True]}
    assert api.told[1]["request_id"] == 'x","hash":"0\\'


async def test_with_fsync_before_each_answer(audited, tmp_path):
    async with audited(sink=file_sink(tmp_path / "audit.jsonl", sync="always")) as api:
        answers = await asyncio.gather(*(api.load({**COUNT, "limit": limit}) for limit in range(1, 20)))
        assert {answer.status_code for answer in answers} == {200}
        assert len(api.told) == 19
        assert (await api.load({**COUNT, "limit": 1})).status_code == 200
        assert api.told[-1]["queries"][0]["cache"] == "hit" or api.told[-1]["queries"][0]["cache"] == "warm"
