"""Development mode and hooks: what is off, and what never is. Source: auth-and-security 5."""

import pytest

from tests.api.conftest import token
from tests.hooks.conftest import Opened
from tests.hooks.test_callers import MODEL, counted, load

CHECK = """
from kubus.hooks import AuthError, config

@config
def check_auth(ctx, token):
    if token != "done":
        raise AuthError("Not in")
    return {"security_context": {"status": "done"}}
"""
SCOPES = "from kubus.hooks import config\n@config\ndef context_to_api_scopes(claims, scopes):\n    return claims.get('scopes', ['meta'])"
REWRITE = """
from kubus.hooks import config

@config
def query_rewrite(query, ctx):
    query["filters"].append({"member": "orders.id", "operator": "equals", "values": [ctx["securityContext"].get("n", 9)]})
    return query
"""


@pytest.mark.parametrize("dev_mode", [True, False])
async def test_a_check_of_the_host_is_never_skipped(hooked: Opened, dev_mode: bool) -> None:
    async with hooked(CHECK, MODEL, dev_mode=dev_mode) as client:
        assert counted(await load(client, authorization="done")) == 2
        del client.headers["authorization"]
        for headers in ({}, {"authorization": "wrong"}, {"authorization": token()}):
            answer = await load(client, **headers)
            assert (answer.status_code, answer.json()["error"]) == (403, "Not in")


@pytest.mark.parametrize(("dev_mode", "without", "wrong"), [(True, 200, 200), (False, 403, 403)])
async def test_the_built_in_check_is_off_in_development(
    hooked: Opened, dev_mode: bool, without: int, wrong: int
) -> None:
    async with hooked("", MODEL, dev_mode=dev_mode) as client:
        # A right token is used in both.
        assert counted(await load(client, authorization=token(status="done"))) == 2
        assert (await load(client, authorization="wrong")).status_code == wrong
        del client.headers["authorization"]
        assert (await load(client)).status_code == without


@pytest.mark.parametrize("dev_mode", [True, False])
async def test_scopes_and_rewriting_are_never_skipped(hooked: Opened, dev_mode: bool) -> None:
    async with hooked(SCOPES, MODEL, dev_mode=dev_mode) as client:
        assert (await load(client)).json()["error"] == "API scope is missing: data"
        assert (await load(client, authorization=token(scopes=["data"]))).status_code == 200
    async with hooked(REWRITE, MODEL, dev_mode=dev_mode) as client:
        assert counted(await load(client)) == 0
        assert counted(await load(client, authorization=token(n=1))) == 1
    async with hooked(REWRITE, MODEL, dev_mode=True) as client:
        del client.headers["authorization"]
        assert counted(await load(client)) == 0
