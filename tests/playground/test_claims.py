"""Which claims a project reads, and what for."""

from kubus.playground.claims import claims_in_python

HOOKS = """
from kubus import config

@config("context_to_groups")
def context_to_groups(ctx):
    context = ctx["securityContext"]
    return ctx["securityContext"]["realm"].get("roles", []) + [ctx["securityContext"].get("team", "")]
"""

MODEL = """
tenant: {claim: org.id}
cubes:
  - name: orders
    sql: >
      SELECT 1 AS id, 'x' AS org, 'Oslo' AS city WHERE {SECURITY_CONTEXT.plan.filter('city')}
    tenant: "{CUBE}.org"
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
    measures: [{name: count, type: count}]
    access_policy:
      - group: manager
        conditions: [{if: "{ securityContext.is_manager }"}]
      - groups: [clerk, temp]
        row_level:
          filters: [{member: city, operator: equals, values: ["{ securityContext.city }"]}]
"""


async def read(opened):
    answer = await opened.client.get("/playground/access/claims")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return {".".join(one["path"]): one["readBy"] for one in told["claims"]}, told


async def test_what_reads_which_claim(playground):
    async with playground(model=MODEL, hooks=HOOKS) as opened:
        claims, told = await read(opened)
        assert claims["org.id"] == ["the tenant"]
        assert claims["is_manager"] == ["conditions of orders"]
        assert claims["city"] == ["rows of orders"]
        assert claims["plan"] == ["SQL of the data model"]
        assert claims["groups"] == ["KUBUS_GROUPS_CLAIM"]
        assert claims["sub"] == ["KUBUS_SUBJECT_CLAIM"]
        assert claims["realm.roles"] == claims["team"] == ["kubus.py"]
        assert told["groups"] == ["clerk", "manager", "temp"]
        assert told["groupsClaim"] == ["groups"]


async def test_a_model_that_does_not_compile_tells_what_is_known_besides(playground):
    async with playground(model="cubes: [{name: 1", hooks=HOOKS) as opened:
        claims, told = await read(opened)
        assert "team" in claims
        assert told["groups"] == []


def test_claims_in_python():
    source = """
a = ctx["securityContext"]["org"]["id"]
b = ctx.get("security_context").get("city", "")
c = context.securityContext["plan"]
d = ctx["securityContext"]
e = ctx["other"]["x"]
f = securityContext["direct"]
g = ctx["securityContext"][name]
"""
    assert sorted(claims_in_python(source)) == [("city",), ("direct",), ("org", "id"), ("plan",)]
    assert list(claims_in_python("def (")) == []
