"""What a tenant costs: many that share one model, each asking for itself, over HTTP."""

import gc
import json
import tracemalloc

from kubus.api.rest.callers import REMEMBERED as CALLERS
from tests.api.conftest import token
from tests.tenants.conftest import BASE, Project, Served
from tests.tenants.test_models import APP_ID, FIXED

FIRST, MANY = 300, 700
QUERY = {"query": json.dumps({"measures": ["orders.count"]})}


async def ask(project: Project, names: range) -> None:
    for number in names:
        headers = {"authorization": token(tenant=f"tenant-{number}")}
        answer = await project.client.get(f"{BASE}/load", params=QUERY, headers=headers)
        assert answer.json()["data"] == [{"orders.count": "1"}]


async def test_a_tenant_costs_at_most_ten_kilobytes(served: Served) -> None:
    """All that is kept for a tenant: token, caller, layer, statement, answer, and its encoded bytes."""
    assert FIRST + MANY < CALLERS
    async with served(APP_ID, {"orders.yml": FIXED}) as project:
        await ask(project, range(FIRST))
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        await ask(project, range(FIRST, FIRST + MANY))
        project.events.clear()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (after - before) / MANY <= 10_000, (after - before) / MANY
