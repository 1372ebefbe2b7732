"""Who asks: claims, groups, hooks and tenants act in a test as they act in the server."""

import pytest

from tests.testing.project import GIVEN, MODEL, Project, said

POLICIES = """
    access_policy:
      - group: clerk
        row_level:
          filters: [{member: tenant, operator: equals, values: ["{ securityContext.tenant }"]}]
        member_level: {excludes: [total, status]}
        member_masking: {includes: [status]}
      - group: boss
        conditions: [{if: "{ securityContext.active }"}]
"""

GUARDED = MODEL.replace("    segments:\n", POLICIES.lstrip("\n") + "    segments:\n")


def tests(*cases: str) -> str:
    return GIVEN + "\ntests:\n" + "".join(f"  - {case}\n" for case in cases)


def outcomes(project: Project, *cases: str) -> list[tuple[str, str]]:
    project.write("tests/a.test.yml", tests(*cases))
    return [(result.outcome, said(result)) for result in project.run()]


def test_policies_hold(project: Project) -> None:
    project.write("model/orders.yml", GUARDED)
    found = outcomes(
        project,
        "{test: rows, groups: clerk, claims: {tenant: a}, query: {measures: [orders.count]}, expect: {value: 2}}",
        "{test: no claim, groups: clerk, query: {measures: [orders.count]}, expect: {refused: {says: tenant}}}",
        "{test: masked, groups: clerk, claims: {tenant: a}, query: {dimensions: [orders.status]}, expect: {rows: [{status: null}]}}",
        "{test: hidden, groups: clerk, claims: {tenant: a}, query: {measures: [orders.total]}, expect: {refused: forbidden}}",
        "{test: all, groups: [boss], claims: {active: true}, query: {measures: [orders.count]}, expect: {value: 3}}",
        "{test: idle, groups: [boss], claims: {active: false}, query: {measures: [orders.count]}, expect: {refused: forbidden}}",
        "{test: nobody, query: {measures: [orders.count]}, expect: {refused: forbidden}}",
    )
    assert found == [("passed", "")] * 7


def test_a_policy_that_is_gone_is_found(project: Project) -> None:
    """The same tests fail on the model without its policies."""
    found = outcomes(
        project,
        "{test: rows, groups: clerk, claims: {tenant: a}, query: {measures: [orders.count]}, expect: {value: 2}}",
        "{test: hidden, groups: clerk, claims: {tenant: a}, query: {measures: [orders.total]}, expect: {refused: forbidden}}",
    )
    assert [outcome for outcome, _ in found] == ["failed", "failed"]


def test_groups_and_tenant_come_from_claims_as_settings_say(project: Project) -> None:
    project.write("model/orders.yml", GUARDED)
    project.environ |= {"KUBUS_GROUPS_CLAIM": "realm.roles"}
    found = outcomes(
        project,
        "{test: one, claims: {tenant: b, realm: {roles: [clerk]}}, query: {measures: [orders.count]}, expect: {value: 1}}",
        "{test: two, claims: {tenant: b, realm: {roles: [clerk]}}, groups: [], query: {measures: [orders.count]}, expect: refused}",
    )
    assert found == [("passed", "")] * 2


HOOKS = """
from kubus.hooks import config


@config
def extend_context(request):
    return {"securityContext": {**request["securityContext"], "tenant": request["securityContext"].get("shop")}}


@config("context_to_groups")
def groups(ctx):
    return ["clerk"]


@config
def query_rewrite(query, ctx):
    if ctx["securityContext"].get("banned"):
        raise ValueError("a bug in the hook")
    query.setdefault("filters", []).append({"member": "users.city", "operator": "equals", "values": ["Oslo"]})
    return query
"""


def test_hooks_are_called(project: Project) -> None:
    project.write("model/orders.yml", GUARDED)
    project.write("kubus.py", HOOKS)
    found = outcomes(
        project,
        "{test: both, claims: {shop: a}, query: {measures: [orders.count]}, expect: {value: 1}}",
        "{test: other, claims: {shop: c}, query: {measures: [orders.count]}, expect: {value: 0}}",
        "{test: fails, claims: {shop: a, banned: true}, query: {measures: [orders.count]}, expect: {value: 0}}",
    )
    assert found[:2] == [("passed", "")] * 2
    outcome, text = found[2]
    # The reason is for whoever writes the test; a caller would not learn it.
    assert outcome == "wrong"
    assert "ValueError: a bug in the hook" in text


def test_a_hook_that_fails_is_no_refusal(project: Project) -> None:
    project.write("kubus.py", HOOKS)
    found = outcomes(
        project, "{test: fails, claims: {banned: true}, query: {measures: [orders.count]}, expect: refused}"
    )
    assert found[0][0] == "wrong"
    named = outcomes(
        project, "{test: fails, claims: {banned: true}, query: {measures: [orders.count]}, expect: {refused: hook}}"
    )
    assert named == [("passed", "")]


def test_several_data_sources(project: Project) -> None:
    project.environ |= {
        "CUBEJS_DATASOURCES": "default,crm",
        "CUBEJS_DS_CRM_DB_TYPE": "duckdb",
    }
    project.write(
        "model/users.yml",
        """
cubes:
  - name: contacts
    sql_table: orders
    data_source: crm
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
    measures: [{name: count, type: count}, {name: half, sql: "{count} / 2", type: number}]
""",
    )
    project.write(
        "tests/a.test.yml",
        """
given:
  orders: {rows: [{id: 1}], data_source: default}
tests:
  - {test: one, query: {measures: [orders.count]}, expect: {value: 1}}
  - {test: other, query: {measures: [contacts.count]}, expect: {value: 1}}
  - test: each has its own, and its own arithmetic
    given: {main.orders: {rows: [{id: 1}, {id: 2}, {id: 3}], data_source: crm}}
    query: {measures: [contacts.half]}
    expect: {value: 1.5}
""",
    )
    one, other, last = project.run()
    assert (one.outcome, last.outcome, said(last)) == ("passed", "passed", "")
    assert "Table with name orders does not exist" in said(other)


def test_tenants_have_their_own_model(project: Project) -> None:
    project.write(
        "model/orders.yml",
        MODEL.replace(
            "sql_table: public.orders", "sql_table: \"{{ COMPILE_CONTEXT['security_context']['shop'] }}.orders\""
        ),
    )
    project.write(
        "kubus.py",
        """
from kubus.hooks import config


@config
def context_to_app_id(ctx):
    return ctx["securityContext"]["shop"]
""",
    )
    project.write(
        "tests/a.test.yml",
        """
given:
  north.orders: [{id: 1}]
  south.orders: [{id: 1}, {id: 2}]
tests:
  - {test: north, claims: {shop: north}, given: {south.orders: []}, query: {measures: [orders.count]}, expect: {value: 1}}
""",
    )
    (result,) = project.run()
    assert "No cube reads a table 'south.orders'" in said(result)
    project.write(
        "tests/a.test.yml",
        """
tests:
  - {test: north, claims: {shop: north}, given: {north.orders: [{id: 1}]}, query: {measures: [orders.count]}, expect: {value: 1}}
  - {test: south, claims: {shop: south}, given: {south.orders: []}, query: {measures: [orders.count]}, expect: {value: 0}}
""",
    )
    assert [(r.outcome, said(r)) for r in project.run()] == [("passed", "")] * 2


def test_files_of_tests_are_no_part_of_the_model(project: Project) -> None:
    project.write("model/orders.test.yml", tests("{test: one, query: {measures: [orders.count]}, expect: {value: 3}}"))
    (result,) = project.run()
    assert (result.suite, result.outcome) == ("model/orders.test.yml", "passed")


def test_a_model_folder_that_is_the_project(project: Project) -> None:
    project.environ["CUBEJS_SCHEMA_PATH"] = "."
    assert outcomes(project, "{test: one, query: {measures: [orders.count]}, expect: {value: 3}}") == [("passed", "")]


def test_catalogs_and_schemas(project: Project) -> None:
    project.write(
        "model/orders.yml",
        MODEL.replace("sql_table: public.orders", "sql_table: shop.sales.orders").replace(
            "sql_table: users", "sql: SELECT u.* FROM crm.users AS u WHERE NOT u.gone"
        ),
    )
    project.write(
        "tests/a.test.yml",
        """
given:
  shop.sales.orders: [{id: 1, user_id: 1}, {id: 2, user_id: 2}]
  crm.users: [{id: 1, city: Oslo, gone: false}, {id: 2, city: Rome, gone: true}]
tests:
  - test: one
    query: {measures: [orders.count], dimensions: [users.city]}
    expect: {rows: [[Oslo, 1], [null, 1]]}
""",
    )
    (result,) = project.run()
    assert (result.outcome, said(result)) == ("passed", "")


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_equal_rows_are_put_into_tables_once(project: Project, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from kubus.testing.stand_ins import StandIns

    filled: list[object] = []

    def counted(*arguments: object) -> object:
        filled.append(arguments)
        return original(*arguments)

    original = StandIns.sources
    monkeypatch.setattr(StandIns, "sources", counted)
    cases = [
        f"{{test: t{n}, query: {{measures: [orders.count], order: {{orders.count: {order}}}}}, expect: {{value: 3}}}}"
        for n in range(5)
    ]
    assert outcomes(project, *cases) == [("passed", "")] * 5
    assert len(filled) == 1
