"""Who sees what, and why."""

MATRIX = "/playground/access/matrix"
CALLERS = [
    {"name": "Manager", "claims": {"groups": ["manager"]}},
    {"name": "Clerk", "claims": {"groups": ["clerk"], "city": "Oslo", "sub": "ann"}},
    {"name": "Stranger", "claims": {}},
]


async def shown(opened, callers):
    answer = await opened.post(MATRIX, callers=callers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def cells(found, path):
    [member] = [one for holder in found["holders"] for one in holder["members"] if one["path"] == path]
    return [cell and cell["sight"] for cell in member["cells"]]


def why(found, path, column):
    [member] = [one for holder in found["holders"] for one in holder["members"] if one["path"] == path]
    return member["cells"][column]["why"]


async def test_each_caller_sees_what_the_policies_give(playground):
    async with playground() as opened:
        found = await shown(opened, CALLERS)
        assert cells(found, "orders.count") == ["full", "filtered", "hidden"]
        assert cells(found, "orders.total") == ["full", "hidden", "hidden"]
        assert cells(found, "orders.status") == ["full", "masked", "hidden"]
        assert cells(found, "orders.done") == ["full", "hidden", "hidden"]
        paths = [one["path"] for one in found["holders"][0]["members"]]
        assert "orders.note" not in paths, "it is not public"
        assert (
            why(found, "orders.status", 1) == ["orders.status: masked, rows of orders.clerk"]
            or "masked" in why(found, "orders.status", 1)[0]
        )
        assert found["holders"][0]["why"][2][1:] == [
            line for line in found["holders"][0]["why"][2][1:] if "not this caller" in line
        ]
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
                sight = member["cells"][column]["sight"]
                assert (answer.status_code == 200) is (sight != "hidden"), (caller, member["path"], answer.text)
                if sight == "masked":
                    assert [row[member["path"]] for row in answer.json()["data"]] == ["…"]


async def test_a_claim_that_row_filters_read_and_nobody_gave(playground):
    callers = [{"name": "Clerk of nowhere", "claims": {"groups": ["clerk"]}}]
    async with playground() as opened:
        found = await shown(opened, callers)
        assert cells(found, "orders.count") == ["?"]
        assert cells(found, "orders.total") == ["hidden"]
        assert why(found, "orders.count", 0)[-1].endswith("refused: Access policy value is missing: city")
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
        assert found["holders"][0]["why"][0] is None


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
        assert why(found, "north_orders.count", 1) == ["It is not in the data model of this caller"]
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
        assert [line for line in why(found, "sales.count", 1) if "not this caller" in line]


async def test_how_many(playground):
    async with playground() as opened:
        for callers in ([], [CALLERS[0]] * 13):
            answer = await opened.post(MATRIX, callers=callers)
            assert (answer.status_code, "side by side" in answer.json()["error"]) == (400, True)
        assert len((await shown(opened, [CALLERS[0]] * 12))["callers"]) == 12
