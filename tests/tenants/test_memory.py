"""What a tenant costs: many that share one model, each asking for itself, over HTTP."""

import gc
import json
import tracemalloc

import pytest

from kubus.api.rest.callers import REMEMBERED as CALLERS
from tests.api.conftest import token
from tests.tenants.conftest import BASE, Project, Served
from tests.tenants.test_models import APP_ID, FIXED

FIRST, MANY = 300, 700
QUERY = {"query": json.dumps({"measures": ["orders.count"]})}


# The tenant is one of the block of the data model, and nobody has rows.
BLOCK = "tenant: {claim: tenant}\n" + FIXED.replace("2 AS amount", "2 AS amount, 'x' AS org").replace(
    "    measures:", "    tenant: org\n    measures:"
)


async def ask(project: Project, names: range, count: str) -> None:
    for number in names:
        headers = {"authorization": token(tenant=f"tenant-{number}")}
        answer = await project.client.get(f"{BASE}/load", params=QUERY, headers=headers)
        assert answer.json()["data"] == [{"orders.count": count}]


@pytest.mark.parametrize(("hooks", "model", "count"), [(APP_ID, FIXED, "1"), ("", BLOCK, "0")], ids=["hook", "block"])
async def test_a_tenant_costs_at_most_ten_kilobytes(served: Served, hooks: str, model: str, count: str) -> None:
    """All that is kept for a tenant: token, caller, layer, statement, answer, and its encoded bytes."""
    assert FIRST + MANY < CALLERS
    async with served(hooks, {"orders.yml": model}) as project:
        await ask(project, range(FIRST), count)
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        await ask(project, range(FIRST, FIRST + MANY), count)
        project.events.clear()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (after - before) / MANY <= 10_000, (after - before) / MANY
