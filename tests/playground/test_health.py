"""How the server is."""

import asyncio
import json

from tests.playground.conftest import MODEL


async def health(opened):
    answer = await opened.client.get("/playground/health")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_sources_are_asked(playground):
    settings = {
        "CUBEJS_DATASOURCES": "default,gone",
        "CUBEJS_DS_GONE_DB_TYPE": "duckdb",
        "CUBEJS_DS_GONE_DB_DUCKDB_DATABASE_PATH": "not-there/x.duckdb",
    }
    async with playground(**settings) as opened:
        default, gone = (await health(opened))["sources"]
        assert (default["name"], default["type"], default["answers"], default["error"]) == (
            "default",
            "duckdb",
            True,
            None,
        )
        assert default["milliseconds"] >= 0
        assert (gone["name"], gone["answers"]) == ("gone", False)
        assert "not-there" in gone["error"]


async def test_the_model_and_what_is_wrong_with_it(playground):
    async with playground() as opened:
        told = (await health(opened))["model"]
        assert (told["cubes"], told["views"], told["files"], told["errors"]) == (1, 0, 1, [])
        (opened.folder / "model" / "orders.yml").write_text(MODEL.replace("type: sum", "type: product"))
        await opened.assembled.tenants.reload()
        broken = (await health(opened))["model"]
        assert broken["version"] == told["version"]
        [problem] = broken["errors"]
        assert (problem["file"], problem["line"] > 1) == ("orders.yml", True)
        assert "product" in problem["message"]


async def test_what_is_kept_and_runs(playground):
    async with playground() as opened:
        before = await health(opened)
        assert before["answered"] == {"hit": 0, "miss": 0, "joined": 0, "stale": 0}
        assert before["cache"]["answers"] == before["queue"]["running"] == 0
        assert before["cache"]["most"] == 256 * 1024 * 1024
        token = (await opened.post("/playground/token", payload={"groups": ["manager"]})).json()["token"]
        query = {"query": {"measures": ["orders.count"]}}
        await opened.client.post("/cubejs-api/v1/load", json=query, headers={"authorization": token})
        after = await health(opened)
        assert after["cache"]["answers"] == 1
        assert after["cache"]["bytes"] > 0
        assert after["queue"] == {"running": 0, "waiting": 0, "answers": 0}
        assert after["answered"] == {"hit": 0, "miss": 1, "joined": 0, "stale": 0}
        # Each request counts once, whichever way its answer comes.
        for _ in range(2):
            await opened.client.post("/cubejs-api/v1/load", json=query, headers={"authorization": token})
        get = f"/cubejs-api/v1/load?query={json.dumps(query['query'])}"
        for _ in range(2):
            await opened.client.get(get, headers={"authorization": token})
        anew = {**query, "cache": "no-cache"}
        await opened.client.post("/cubejs-api/v1/load", json=anew, headers={"authorization": token})
        assert (await health(opened))["answered"] == {"hit": 4, "miss": 2, "joined": 0, "stale": 0}


async def test_answers_that_make_room_for_others(playground):
    async with playground(KUBUS_CACHE_SIZE="40000") as opened:
        token = (await opened.post("/playground/token", payload={"groups": ["manager"]})).json()["token"]
        for number in range(1, 30):
            query = {"query": {"dimensions": ["orders.id"], "limit": number}}
            await opened.client.post("/cubejs-api/v1/load", json=query, headers={"authorization": token})
        cache = (await health(opened))["cache"]
        assert cache["given_up"] > 0
        assert cache["answers"] + cache["given_up"] + cache["too_large"] == 29


async def test_what_tokens_are_verified_by(playground, tmp_path):
    async with playground() as opened:
        told = (await health(opened))["tokens"]
        assert (told["keys"], told["revocations"]) == ([], None)
    revoked = tmp_path / "revoked.jsonl"
    revoked.write_text('{"jti": "5f2c"}\n')
    # Nobody listens there.
    settings = {
        "CUBEJS_JWK_URL": "http://127.0.0.1:9/keys",
        "CUBEJS_JWT_ALGS": "RS256",
        "KUBUS_REVOCATION": str(revoked),
    }
    async with playground(**settings) as opened:
        for _ in range(100):
            told = (await health(opened))["tokens"]
            if told["keys"][0]["failure"] and told["revocations"]["read"] is not None:
                break
            await asyncio.sleep(0.05)
        [keys] = told["keys"]
        assert (keys["place"], keys["keys"], keys["fetched"], keys["is_stale"]) == (
            "http://127.0.0.1:9/keys",
            0,
            None,
            True,
        )
        assert keys["failure"]
        assert told["revocations"]["entries"] == 1
        assert told["revocations"]["is_known"] is True
        assert told["revocations"]["failure"] is None


async def test_the_audit_log(playground, tmp_path):
    async with playground() as opened:
        assert (await health(opened))["audit"] is None
    async with playground(KUBUS_AUDIT="file", KUBUS_AUDIT_DIR=str(tmp_path / "audit")) as opened:
        opened.assembled.audit.open()
        assert (await health(opened))["audit"] == {"failing": False, "required": False}
