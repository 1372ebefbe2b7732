"""How the server is."""

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
        assert before["cache"]["answers"] == before["queue"]["running"] == 0
        assert before["cache"]["most"] == 256 * 1024 * 1024
        token = (await opened.post("/playground/token", payload={"groups": ["manager"]})).json()["token"]
        query = {"query": {"measures": ["orders.count"]}}
        await opened.client.post("/cubejs-api/v1/load", json=query, headers={"authorization": token})
        after = await health(opened)
        assert after["cache"]["answers"] == 1
        assert after["cache"]["bytes"] > 0
        assert after["queue"] == {"running": 0, "waiting": 0, "answers": 0}


async def test_the_audit_log(playground, tmp_path):
    async with playground() as opened:
        assert (await health(opened))["audit"] is None
    async with playground(KUBUS_AUDIT="file", KUBUS_AUDIT_DIR=str(tmp_path / "audit")) as opened:
        opened.assembled.audit.open()
        assert (await health(opened))["audit"] == {"failing": False, "required": False}
