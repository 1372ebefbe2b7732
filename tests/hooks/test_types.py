"""The types of hooks, as a user's editor has them: a project's own file under pyright, right and wrong."""

import json
import subprocess
import sys
from pathlib import Path

RIGHT = """
from typing import Any

from kubus.hooks import (
    AuthError, AuthResult, DriverContext, Forbidden, ModelFile, QueryJson, RequestContext, RequestJson, config,
)


@config("check_auth")
async def check_auth(ctx: RequestJson, token: str | None) -> AuthResult:
    if token is None:
        raise AuthError("Log in at " + ctx["url"], status=401)
    return {"security_context": {"tenant": token}}


@config
def extend_context(req: RequestJson) -> dict[str, Any]:
    return {"region": req["headers"].get("x-region", "eu")}


@config("context_to_app_id")
def app_id(ctx: RequestContext) -> str:
    return "APP_" + ctx["securityContext"]["tenant"]


@config("context_to_groups")
def groups(ctx: RequestContext) -> list[str]:
    return [ctx["requestId"]]


@config("query_rewrite")
def rewrite(query: QueryJson, ctx: RequestContext) -> QueryJson:
    if not ctx["securityContext"]:
        raise Forbidden("Who are you?")
    query["filters"].append({"member": "orders.tenant", "operator": "equals", "values": ["x"]})
    return query


@config("driver_factory")
async def driver(ctx: DriverContext) -> dict[str, Any]:
    return {"type": "postgres", "database": ctx["dataSource"]}


@config("repository_factory")
def files(ctx: RequestContext) -> list[ModelFile]:
    return [{"fileName": "a.yml", "content": ""}]


config.base_path = "/analytics"
"""

# Cube's own examples have plain dicts.
CUBES = """
from kubus.hooks import config


@config("query_rewrite")
def query_rewrite(query: dict, ctx: dict) -> dict:
    return query


@config("check_auth")
def check_auth(ctx: dict, token: str) -> dict:
    return {"security_context": {}}
"""

# A line for each mistake.
WRONG = """
from kubus.hooks import AuthError, QueryJson, RequestContext, config
@config("query_rewrite")
def rewrite(query: QueryJson) -> QueryJson: return query
@config("context_to_groups")
def groups(ctx: RequestContext) -> str: return ctx["requestId"]
@config("context_to_app_id")
def app_id(ctx: RequestContext) -> str: return ctx["security_context"]
config.base_path = 7
AuthError("no", status=500)
"""


def test_an_editor_finds_the_mistakes_and_no_others(tmp_path: Path) -> None:
    for folder, text in (("right", RIGHT), ("cubes", CUBES), ("wrong", WRONG)):
        (tmp_path / folder).mkdir()
        # Its own name is the package's: the types have to be found all the same.
        (tmp_path / folder / "kubus.py").write_text(text)
    found: dict[str, set[int]] = {}
    for folder in ("right", "cubes", "wrong"):
        done = subprocess.run(
            [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "kubus.py"],
            cwd=tmp_path / folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        told = json.loads(done.stdout)["generalDiagnostics"]
        found[folder] = {one["range"]["start"]["line"] + 1 for one in told if one["severity"] == "error"}
    assert found == {"right": set(), "cubes": set(), "wrong": {3, 5, 8, 9, 10}}
