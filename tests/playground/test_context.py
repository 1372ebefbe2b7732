"""What the page learns of where it is."""

from tests.playground.conftest import MODEL


async def test_it_has_the_fields_of_cube_and_ours(playground):
    async with playground(CUBEJS_DATASOURCES="default,other", CUBEJS_DS_OTHER_DB_TYPE="duckdb") as opened:
        here = (await opened.client.get("/playground/context")).json()
        assert {
            "cubejsToken", "basePath", "anonymousId", "coreServerVersion", "dockerVersion", "projectFingerprint",
            "shouldStartConnectionWizardFlow", "livePreview", "isDocker", "telemetry", "identifier", "previewFeatures",
        } <= set(here)  # fmt: skip
        assert here["basePath"] == "/cubejs-api"
        assert here["telemetry"] is False
        assert here["projectName"] == "project"
        assert here["dialects"] == {"default": "duckdb", "other": "duckdb"}
        assert here["devAuth"] is False
        assert here["modelError"] == 0


async def test_it_tells_when_the_model_changes(playground):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        before = (await opened.client.get("/playground/context")).json()
        assert before["devAuth"] is True
        file = opened.folder / "model" / "orders.yml"
        file.write_text(MODEL.replace("name: total", "name: sum"))
        await opened.assembled.tenants.reload()
        after = (await opened.client.get("/playground/context")).json()
        assert after["modelVersion"] != before["modelVersion"]
        file.write_text(MODEL.replace("type: sum", "type: product"))
        await opened.assembled.tenants.reload()
        broken = (await opened.client.get("/playground/context")).json()
        assert (broken["modelVersion"], broken["modelError"]) == (after["modelVersion"], 1)
        # Whoever shows the files looks again, though no other model answers and the number of problems is the same.
        file.write_text(MODEL.replace("type: sum", "type: products"))
        await opened.assembled.tenants.reload()
        wrong = (await opened.client.get("/playground/context")).json()
        assert (wrong["modelVersion"], wrong["modelError"]) == (broken["modelVersion"], 1)
        versions = [one["filesVersion"] for one in (before, after, broken, wrong)]
        assert len(set(versions)) == 4
        assert (await opened.client.get("/playground/context")).json()["filesVersion"] == versions[-1]


async def test_where_each_tenant_has_a_model_there_is_none_to_tell(playground):
    hooks = """
from kubus import config

@config("context_to_app_id")
def context_to_app_id(ctx):
    return "a"

@config("schema_version")
def schema_version(ctx):
    return "1"
"""
    async with playground(hooks=hooks) as opened:
        assert (await opened.client.get("/playground/context")).json()["modelVersion"] is None
