"""How much memory each further tenant takes that has the same model as others."""

import json
from collections.abc import Iterator

from bench.figures import Figure, sample
from bench.measures.compiling import numbers, run_python
from bench.models import SHOP
from bench.queries import shapes
from bench.stage import Stage

TENANTS = 300
# Each tenant asks so many queries of its own shapes.
QUERIES = 3

# In a process of its own: kB for each of many layers on one compiled model, each with answers and sources apart.
BESIDE = """
import gc, json, sys, tracemalloc
from kubus.execution.run import Compartment
from kubus.library import SemanticLayer
from kubus.loading.current_model import CurrentModel
count, shop, queries = int(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])

def held():
    gc.collect()
    return tracemalloc.get_traced_memory()[0] / 1024

with SemanticLayer({"shop.yml": shop}) as layer:
    model = layer.model

    def tenant(name):
        current = CurrentModel(lambda: model)
        current.reload()
        beside = layer.beside(current, Compartment(name))
        for query in queries:
            beside.sql(query, context={"tenant": name})
        return beside

    first = [tenant(f"first {n}") for n in range(50)]
    tracemalloc.start()
    before = held()
    further = [tenant(f"tenant {n}") for n in range(count)]
    print((held() - before) / count)
"""

# In a process of its own: MB with a caller, a layer and a statement of each of so many tenants held at once.
HELD = """
import sys
from types import MappingProxyType
from kubus.context import Caller, SecurityContext
from kubus.library import SemanticLayer
from kubus.tenants.tenants import Tenants
layer = SemanticLayer({"shop.yml": sys.argv[3]})
tenants = Tenants(layer)
query = layer.normal({"measures": ["orders.count", "orders.total"], "dimensions": ["orders.status"]})
kept = []
for number in range(int(sys.argv[2])):
    claims = MappingProxyType({"tenant": f"tenant-{number}", "sub": f"user-{number}", "exp": 1900000000})
    caller = Caller(SecurityContext(claims, claims), app_id=f"APP_{number}", compartment=f"APP_{number}")
    answering = tenants.at_hand(caller)
    kept.append((caller, answering, answering.prepare(query, caller)))
status = open("/proc/self/status").read()
print(int(status.split("VmRSS:")[1].split()[0]) / 1024)
"""
MODEL = """
tenant: {claim: tenant}
cubes:
  - name: orders
    sql_table: orders
    tenant: org
    measures: [{name: count, type: count}, {name: total, type: sum, sql: amount}]
    dimensions: [{name: id, sql: id, type: number, primary_key: true}, {name: status, sql: status, type: string}]
"""
HELD_TENANTS = 100_000


def tenants_held(stage: Stage) -> Iterator[Figure]:
    # Once: it takes half a minute, and hardly differs.
    taken = numbers(run_python(HELD, str(stage.folder), str(HELD_TENANTS), MODEL))[0]
    yield Figure("tenants-held", f"{HELD_TENANTS:,} at once, the whole process", "MB", sample(taken))


def further_tenants(stage: Stage) -> Iterator[Figure]:
    asked = json.dumps(shapes()[:QUERIES])
    taken = [
        numbers(run_python(BESIDE, str(stage.folder), str(TENANTS), SHOP, asked))[0] for _ in range(stage.runs)
    ]  # fmt: skip
    detail = f"{TENANTS:,} beside 50, each with {QUERIES} queries planned"
    yield Figure("tenant-memory", detail, "kB", sample(taken))
