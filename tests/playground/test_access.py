"""Who sees what, and why."""

import time

MATRIX = "/playground/access/matrix"
WHY = "/playground/access/why"
CALLERS = [
    {"name": "Manager", "claims": {"groups": ["manager"]}},
    {"name": "Clerk", "claims": {"groups": ["clerk"], "city": "Oslo", "sub": "ann"}},
    {"name": "Stranger", "claims": {}},
]


async def shown(opened, callers, **more):
    answer = await opened.post(MATRIX, callers=callers, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def cells(found, path):
    [member] = [one for holder in found["holders"] for one in holder["members"] if one["path"] == path]
    return member["cells"]


async def why(opened, path, caller):
    answer = await opened.post(WHY, caller=caller, of=path)
    assert answer.status_code == 200, answer.text
    return answer.json()["lines"]


async def test_each_caller_sees_what_the_policies_give(playground):
    async with playground() as opened:
        found = await shown(opened, CALLERS)
        assert cells(found, "orders.count") == ["full", "filtered", "hidden"]
        assert cells(found, "orders.total") == ["full", "hidden", "hidden"]
        assert cells(found, "orders.status") == ["full", "masked", "hidden"]
        assert cells(found, "orders.done") == ["full", "hidden", "hidden"]
        paths = [one["path"] for one in found["holders"][0]["members"]]
        assert "orders.note" not in paths, "it is not public"
        lines = await why(opened, "orders.status", CALLERS[1])
        assert lines[0] == "orders.status: masked, rows of orders[1]"
        of_policies = [
            "Cube orders:",
            "  orders[0] is for manager: not this caller",
            "  orders[1] is for clerk: not this caller",
        ]
        assert await why(opened, "orders", CALLERS[2]) == of_policies
        assert found["apart"] is True
        assert {one["type"] for one in found["holders"][0]["members"]} == {"measure", "dimension", "segment"}


async def test_it_is_what_the_api_gives_them(playground):
    """The cells are compared with answers: what is hidden is refused, what is given is answered."""
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        found = await shown(opened, CALLERS)
        for column, caller in enumerate(CALLERS):
            token = (await opened.post("/playground/token", payload=caller["claims"])).json()["token"]
            for member in found["holders"][0]["members"]:
                kind = {"measure": "measures", "dimension": "dimensions", "segment": "segments"}[member["type"]]
                query = {kind: [member["path"]]}
                if kind == "segments":
                    query["measures"] = ["orders.count"]
                answer = await opened.client.post(
                    "/cubejs-api/v1/load", json={"query": query}, headers={"authorization": token}
                )
                sight = member["cells"][column]
                assert (answer.status_code == 200) is (sight != "hidden"), (caller, member["path"], answer.text)
                if sight == "masked":
                    assert [row[member["path"]] for row in answer.json()["data"]] == ["…"]


async def test_a_claim_that_row_filters_read_and_nobody_gave(playground):
    callers = [{"name": "Clerk of nowhere", "claims": {"groups": ["clerk"]}}]
    async with playground() as opened:
        found = await shown(opened, callers)
        assert cells(found, "orders.count") == ["?"]
        assert cells(found, "orders.total") == ["hidden"]
        lines = await why(opened, "orders.count", callers[0])
        assert lines[-1] == "Queries that name it are refused: Access policy value is missing: city"
        token = (await opened.post("/playground/token", payload=callers[0]["claims"])).json()["token"]
        query = {"query": {"measures": ["orders.count"]}}
        answer = await opened.client.post("/cubejs-api/v1/load", json=query, headers={"authorization": token})
        assert "Access policy value is missing: city" in answer.json()["error"]


async def test_it_says_whom_the_server_takes_them_for(playground):
    async with playground() as opened:
        _, clerk, stranger = (await shown(opened, CALLERS))["callers"]
        assert clerk["groups"] == ["clerk"]
        assert clerk["claims"]["sub"] == "ann"
        assert clerk["claims"]["iss"] == "kubus-dev"
        assert stranger["groups"] == []


async def test_groups_of_the_host_hold(playground):
    hooks = """
from kubus import config

@config("context_to_groups")
def context_to_groups(ctx):
    return ["manager"] if ctx["securityContext"].get("sub") == "ann" else []
"""
    async with playground(hooks=hooks) as opened:
        found = await shown(opened, CALLERS)
        assert cells(found, "orders.total") == ["hidden", "full", "hidden"]


async def test_who_is_not_let_in_has_no_cells(playground):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        found = await shown(opened, [{"name": "Nobody", "claims": None}, CALLERS[0]])
        nobody, manager = found["callers"]
        assert nobody == {"name": "Nobody", "refused": "Authorization header isn't set"}
        assert manager["refused"] is None
        assert cells(found, "orders.count") == [None, "full"]
        assert await why(opened, "orders.count", {"name": "Nobody"}) == ["Not let in: Authorization header isn't set"]


async def test_callers_of_different_models(playground):
    model = """
cubes:
  - name: {{ COMPILE_CONTEXT.securityContext.tenant }}_orders
    sql: SELECT 1 AS id
    measures: [{name: count, type: count}]
  - name: shared
    sql: SELECT 1 AS id
    measures: [{name: count, type: count}]
"""
    hooks = """
from kubus import config

@config("context_to_app_id")
def context_to_app_id(ctx):
    return ctx["securityContext"].get("tenant", "none")
"""
    async with playground(model=model, hooks=hooks) as opened:
        callers = [{"name": name, "claims": {"tenant": name}} for name in ("north", "south")]
        found = await shown(opened, callers)
        assert [holder["name"] for holder in found["holders"]] == ["north_orders", "shared", "south_orders"]
        assert cells(found, "north_orders.count") == ["full", "hidden"]
        assert await why(opened, "north_orders.count", callers[1]) == ["It is not in the data model of this caller"]
        assert await why(opened, "north_orders", callers[1]) == ["It is not in the data model of this caller"]
        assert found["callers"][0]["appId"] == "north"


async def test_views_are_held_to_their_cubes_too(playground):
    model = """
cubes:
  - name: orders
    sql: SELECT 1 AS id
    measures: [{name: count, type: count}]
    access_policy: [{group: manager}]
views:
  - name: sales
    cubes: [{join_path: orders, includes: [count]}]
    access_policy: [{group: "*"}]
"""
    async with playground(model=model) as opened:
        found = await shown(opened, CALLERS)
        assert cells(found, "sales.count") == ["full", "hidden", "hidden"]
        lines = await why(opened, "sales.count", CALLERS[1])
        assert [line for line in lines if "not this caller" in line]


async def test_who_is_of_no_tenant(playground):
    """Every query of theirs is refused, whatever policies give, and each cell says so."""
    model = """
tenant: {claim: org}
cubes:
  - name: orders
    sql: SELECT 1 AS id, 'x' AS org
    tenant: "{CUBE}.org"
    measures: [{name: count, type: count}]
"""
    callers = [{"name": "Of x", "claims": {"org": "x"}}, {"name": "Of none", "claims": {}}]
    async with playground(model=model) as opened:
        found = await shown(opened, callers)
        assert cells(found, "orders.count") == ["full", "?"]
        assert (await why(opened, "orders.count", callers[1]))[-1].startswith(
            "Queries that name it are refused: Your token names no tenant"
        )
        assert found["apart"] is True


async def test_a_model_that_keeps_nothing_from_anybody(playground):
    model = """
cubes:
  - name: orders
    sql: SELECT 1 AS id
    measures: [{name: count, type: count}]
    access_policy: [{group: "*"}]
  - name: lands
    sql: SELECT 1 AS id
    measures: [{name: count, type: count}]
"""
    async with playground(model=model) as opened:
        found = await shown(opened, CALLERS)
        assert (found["apart"], found["members"]) == (False, 2)
    async with playground(model=model, KUBUS_DEFAULT_ACCESS="deny") as opened:
        assert (await shown(opened, CALLERS))["apart"] is True, "lands is closed"


async def test_only_some_of_the_members(playground):
    async with playground() as opened:
        found = await shown(opened, CALLERS[:1] * 2, different=True)
        assert (found["holders"], found["members"], found["fitting"]) == ([], 6, 0)
        found = await shown(opened, CALLERS, different=True)
        assert found["fitting"] == 6
        found = await shown(opened, CALLERS, words="Orders  stat")
        assert [one["path"] for one in found["holders"][0]["members"]] == ["orders.status"]
        assert (found["members"], found["fitting"]) == (6, 1)


async def test_large_models_are_answered_quickly_and_in_part(playground):
    """A thousand cubes of twenty members, and five callers."""
    members = "".join(f"\n      - {{name: d{n}, sql: d{n}, type: string}}" for n in range(19))
    cube = """
  - name: c{n}
    sql_table: t{n}
    dimensions:{members}
    measures: [{{name: count, type: count}}]
    access_policy:
      - group: manager
      - group: clerk
        member_level: {{excludes: [d1]}}
        row_level: {{filters: [{{member: d0, operator: equals, values: ["{{ securityContext.city }}"]}}]}}
"""
    model = "cubes:" + "".join(cube.format(n=n, members=members) for n in range(1000))
    callers = [CALLERS[0], CALLERS[1], CALLERS[2], CALLERS[1], {"name": "No city", "claims": {"groups": ["clerk"]}}]
    async with playground(model=model) as opened:
        await shown(opened, callers, words="c1.count")
        began = time.process_time()
        answer = await opened.post(MATRIX, callers=callers)
        took = time.process_time() - began
        found = answer.json()
        assert (found["members"], found["fitting"]) == (20_000, 20_000)
        assert sum(len(holder["members"]) for holder in found["holders"]) == 5000
        assert len(answer.content) < 1_000_000
        print(f"20,000 members for five callers: {took:.2f} s of work, {len(answer.content):,} bytes")
        assert took < 3
        assert cells(found, "c7.d1") == ["full", "hidden", "hidden", "hidden", "hidden"]
        assert cells(found, "c7.d2") == ["full", "filtered", "hidden", "filtered", "?"]


async def test_how_many(playground):
    async with playground() as opened:
        for callers in ([], [CALLERS[0]] * 13):
            answer = await opened.post(MATRIX, callers=callers)
            assert (answer.status_code, "side by side" in answer.json()["error"]) == (400, True)
        assert len((await shown(opened, [CALLERS[0]] * 12))["callers"]) == 12
