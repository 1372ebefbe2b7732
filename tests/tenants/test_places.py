"""Tenants with a schema, a database or a data source each, on DuckDB and PostgreSQL.

What is no tenant's to read is poisoned: the tables of others, and those of the same names where a database would look
next.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from kubus.errors import Forbidden, KubusError, ModelError, Unsupported
from kubus.execution.cache import AnswerKey
from kubus.execution.pools import Pools
from kubus.library import SemanticLayer
from kubus.loading.load import load_files
from kubus.plan.tenants import check_tenants, readers
from kubus.sql.tenant_schema import with_schema
from tests.engines.postgres import Server
from tests.tenants.conftest import Served

TENANTS = {"acme": 3, "bolt": 30, "cave": 300}
POISON = 10**9

MODEL = """
tenant: {claim: org, %s}
cubes:
  - name: orders
    sql_table: orders
    joins:
      - {name: users, sql: "{CUBE}.user_id = {users.id}", relationship: many_to_one}
    measures:
      - {name: count, type: count}
      - {name: total, type: sum, sql: amount}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: per_user, sql: "{users.spent}", type: number, sub_query: true}
  - name: users
    sql: >
      WITH users AS (SELECT * FROM users), spent AS (SELECT user_id, SUM(amount) AS spent FROM orders GROUP BY 1)
      SELECT users.*, spent.spent FROM users LEFT JOIN spent ON spent.user_id = users.id
    measures:
      - {name: spent, sql: spent, type: sum}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: name, sql: name, type: string}
  - name: large
    sql: "SELECT * FROM {orders.sql()} o WHERE o.amount > 1"
    measures: [{name: count, type: count}]
"""
ALL = {
    "measures": ["orders.count", "orders.total"],
    "dimensions": ["users.name", "orders.per_user"],
    "total": True,
}


def rows_sql(schema: str, name: str, amount: int) -> str:
    at = f"{schema}." if schema else ""
    return (
        f"CREATE TABLE {at}orders (id INTEGER, user_id INTEGER, amount INTEGER);"
        f"INSERT INTO {at}orders VALUES (1, 1, {amount}), (2, 1, {amount});"
        f"CREATE TABLE {at}users (id INTEGER, name TEXT); INSERT INTO {at}users VALUES (1, '{name}');"
    )


def schemas_sql(main: str) -> str:
    made = [f"CREATE SCHEMA t_{name}; {rows_sql(f't_{name}', name, amount)}" for name, amount in TENANTS.items()]
    # One that has no tables of its own, and the schema that databases look into next.
    return (
        rows_sql(main, "CANARY", POISON)
        + "CREATE SCHEMA t_bare; CREATE SCHEMA t_; CREATE SCHEMA other;"
        + "".join(made)
    )


@dataclass(frozen=True)
class Kind:
    """A way of keeping tenants apart on one engine: the block's entry, and the databases of a layer."""

    name: str
    entry: str
    database: Any
    environ: dict[str, str] = field(default_factory=dict[str, str])


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def kinds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kind]:
    pattern = {"schema": "'t_{tenant}'", "database": "'t_{tenant}'", "data_source": "'t_{tenant}'"}
    if request.param == "duckdb":
        folder = tmp_path_factory.mktemp("places")
        with closing(duckdb.connect(str(folder / "schemas.duckdb"))) as connection:
            connection.execute(schemas_sql("main"))
        for name, amount in {**TENANTS, "": POISON}.items():
            file = folder / (f"t_{name}.duckdb" if name else "shared.duckdb")
            with closing(duckdb.connect(str(file))) as connection:
                connection.execute(rows_sql("", name or "CANARY", amount))
        schemas: Any = folder / "schemas.duckdb"
        shared: Any = folder / "shared.duckdb"
        sources: dict[str, Any] = {f"t_{name}": folder / f"t_{name}.duckdb" for name in TENANTS}
        environ = {"CUBEJS_DB_TYPE": "duckdb"}
        places = {"schema": {"CUBEJS_DB_DUCKDB_DATABASE_PATH": str(schemas)}}
        places["database"] = {"CUBEJS_DB_DUCKDB_DATABASE_PATH": str(shared)}
    else:
        server: Server = request.getfixturevalue("postgres")
        schemas = server.create_database("places_schemas")
        server.psql("places_schemas", schemas_sql("public"))
        shared = server.create_database("places_shared")
        server.psql("places_shared", rows_sql("", "CANARY", POISON))
        sources = {}
        for name, amount in TENANTS.items():
            sources[f"t_{name}"] = server.create_database(f"t_{name}")
            server.psql(f"t_{name}", rows_sql("", name, amount))
        environ = {"CUBEJS_DB_TYPE": "postgres"}
        places = {"schema": {"CUBEJS_DB_URL": schemas}, "database": {"CUBEJS_DB_URL": shared}}
    several = {"default": shared, **sources}
    return {
        "schema": Kind("schema", f"schema: {pattern['schema']}", schemas, {**environ, **places["schema"]}),
        "database": Kind("database", f"database: {pattern['database']}", shared, {**environ, **places["database"]}),
        "data_source": Kind("data_source", f"data_source: {pattern['data_source']}", several),
    }


@pytest.fixture(params=["schema", "database", "data_source"])
def kind(request: pytest.FixtureRequest, kinds: dict[str, Kind]) -> Kind:
    return kinds[request.param]


@pytest.fixture
def layer(kind: Kind) -> Iterator[SemanticLayer]:
    with SemanticLayer({"model.yml": MODEL % kind.entry}, kind.database) as opened:
        yield opened


def asked(layer: SemanticLayer, tenant: Any, query: dict[str, Any] = ALL) -> list[tuple[Any, ...]]:
    return [tuple(map(plain, row.values())) for row in layer.query(query, context={"org": tenant})]


def plain(value: Any) -> Any:
    return value if isinstance(value, str) or value is None else int(value)


def test_a_tenant_reads_their_own_place(layer: SemanticLayer) -> None:
    for _ in range(2):
        for name, amount in TENANTS.items():
            assert asked(layer, name) == [(name, 2 * amount, 2, 2 * amount)]
            assert asked(layer, name, {"measures": ["large.count"]}) == [(2,)]


STRANGERS: tuple[Any, ...] = (
    "gone", "Acme", "ACME", "", " ", "acme ", None, True, ["acme"], 'acme"', "acme; x", "../acme", "a/b", ".", "%", "ä",
    "x" * 62, "public", "main", "shared", "default", "t_acme", "acme\n", "acme\0",
)  # fmt: skip


def test_who_has_no_place_is_refused(layer: SemanticLayer, kind: Kind) -> None:
    for tenant in STRANGERS:
        with pytest.raises(KubusError) as caught:
            asked(layer, tenant)
        told = str(caught.value)
        assert "CANARY" not in told
        if kind.name != "data_source":
            assert isinstance(caught.value, Forbidden), told
            assert "t_" not in told


def test_others_are_not_told_from_each_other(layer: SemanticLayer) -> None:
    """One plan for all, and no answer of another."""
    one, two = (layer.asked(ALL, {"org": name}) for name in ("acme", "bolt"))
    assert one.job.key != two.job.key
    assert len(layer._shapes) == 1
    assert one.statement.place is not None
    assert two.statement.place is not None
    assert one.statement.place.name == "t_acme"


def test_a_table_that_a_schema_lacks_is_not_another(kinds: dict[str, Kind]) -> None:
    """DuckDB looks into `main` next, and PostgreSQL into whatever the search path says."""
    kind = kinds["schema"]
    with SemanticLayer({"model.yml": MODEL % kind.entry}, kind.database) as layer:
        for query in (
            ALL,
            {"measures": ["orders.count"]},
            {"measures": ["large.count"]},
            {"dimensions": ["users.name"]},
        ):
            with pytest.raises(KubusError) as caught:
                asked(layer, "bare", query)
            assert "CANARY" not in str(caught.value)


def test_a_list_says_it_name_by_name(kinds: dict[str, Kind]) -> None:
    for name in ("schema", "database", "data_source"):
        entry = f"{name}: {{acme: t_bolt, 7: t_acme}}"
        with SemanticLayer({"model.yml": MODEL % entry}, kinds[name].database) as layer:
            assert asked(layer, "acme") == [("bolt", 60, 2, 60)]
            assert asked(layer, 7) == [("acme", 6, 2, 6)]
            with pytest.raises(Forbidden, match="There is no data for the tenant"):
                asked(layer, "bolt")


async def test_over_http_at_once_cold_and_warm(kinds: dict[str, Kind], served: Served) -> None:
    for name in ("schema", "database"):
        kind = kinds[name]
        async with served("", {"model.yml": MODEL % kind.entry}, **kind.environ) as project:
            query = {"measures": ["orders.total"]}
            for _ in range(2):
                names = [list(TENANTS)[n % 3] for n in range(30)]
                rows = await asyncio.gather(*(project.asked(query=query, org=name) for name in names))
                assert [r.json()["data"] for r in rows] == [[{"orders.total": str(2 * TENANTS[n])}] for n in names]
                for stranger in ("gone", "Acme", "x; DROP SCHEMA public"):
                    answer = await project.asked(query=query, org=stranger)
                    assert answer.status_code == 403
                    assert "t_" not in answer.text
                assert (await project.asked(query=query)).status_code == 403
            sql = (await project.asked(query=query, org="acme", path="sql")).text
            assert ("t_acme" in sql) == (name == "schema")
            assert "t_bolt" not in sql


async def test_as_many_databases_stay_connected_as_the_setting_says(
    kinds: dict[str, Kind], served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubus.execution.pools.IDLE_SECONDS", 0.0)
    kind = kinds["database"]
    async with served("", {"model.yml": MODEL % kind.entry}, KUBUS_TENANT_POOLS="1", **kind.environ) as project:
        for number in range(6):
            name = list(TENANTS)[number % 3]
            query = {"measures": ["orders.total"], "limit": number + 1}
            assert await project.row(query=query, org=name) == (str(2 * TENANTS[name]),)
            assert len(project.app._layer.runner.pools._databases) == 1


async def test_a_hook_does_not_say_it_too(kinds: dict[str, Kind], served: Served) -> None:
    hook = "from kubus import config\nconfig.driver_factory = lambda ctx: {'type': '%s'}"
    kind = kinds["database"]
    hooks = hook % kind.environ["CUBEJS_DB_TYPE"]
    async with served(hooks, {"model.yml": MODEL % kind.entry}, **kind.environ) as project:
        answer = await project.asked(org="acme", query={"measures": ["orders.total"]})
        assert answer.status_code == 403
        assert "driver_factory" in answer.json()["error"]


async def test_refresh_keys_are_asked_in_the_place_of_the_tenant(kinds: dict[str, Kind], served: Served) -> None:
    model = (MODEL % "{}").replace(
        "sql_table: orders\n", "sql_table: orders\n    refresh_key: {sql: SELECT SUM(amount) FROM orders}\n"
    )
    for name in ("schema", "database"):
        kind = kinds[name]
        async with served("", {"model.yml": model.replace("{}", kind.entry)}, **kind.environ) as project:
            for tenant, amount in TENANTS.items():
                assert await project.row(query={"measures": ["orders.total"]}, org=tenant) == (str(2 * amount),)
            keys = project.app._layer.runner._keys._values.values()
            assert sorted(str(value.shown) for value in keys) == sorted(
                str(({"1": str(2 * amount)},)) for amount in TENANTS.values()
            ) or [list(value.shown[0].values()) for value in keys] == [[str(2 * amount)] for amount in TENANTS.values()]


# ── planted faults ──


def the_database_of_the_settings(patch: pytest.MonkeyPatch) -> None:
    async def of(self: Pools, statement: Any, compartment: Any = None) -> Any:
        return self.source(statement.data_source)

    patch.setattr(Pools, "of", of)


def names_of_a_with_are_given_everywhere(patch: pytest.MonkeyPatch) -> None:
    def is_given(table: exp.Table) -> bool:
        return any(query.alias == table.name for one in table.root().find_all(exp.With) for query in one.expressions)

    patch.setattr("kubus.model.tables.is_given", is_given)


def the_schema_of_the_first(patch: pytest.MonkeyPatch) -> None:
    first: dict[str, str] = {}
    patch.setattr(
        "kubus.sql.statement.with_schema",
        lambda text, mark, name: with_schema(text, mark, first.setdefault(text, name)),
    )


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("database", the_database_of_the_settings),
        ("schema", names_of_a_with_are_given_everywhere),
        ("schema", the_schema_of_the_first),
    ],
)
def test_a_planted_fault_is_found(
    kinds: dict[str, Kind], name: str, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    with SemanticLayer({"model.yml": MODEL % kinds[name].entry}, kinds[name].database) as layer:
        with pytest.raises((AssertionError, Forbidden)):
            test_a_tenant_reads_their_own_place(layer)


async def test_a_key_without_the_tenant_is_found(
    kinds: dict[str, Kind], served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = AnswerKey.__init__
    # Without the compartment, the data source and the place.
    monkeypatch.setattr(AnswerKey, "__init__", lambda self, *parts: made(self, *parts[3:]))
    with pytest.raises(AssertionError):
        await test_over_http_at_once_cold_and_warm({**kinds, "schema": kinds["database"]}, served)


def test_without_the_proof_of_statements_a_table_without_a_schema_is_seen(kinds: dict[str, Kind]) -> None:
    """Take the schema from each table, one at a time: the statement is refused."""
    from kubus.sql import tenant_schema

    kind = kinds["schema"]
    put = tenant_schema.put_schema
    for spared in range(3):
        seen = 0

        def forgets(tree: Any, spared: int = spared) -> None:
            nonlocal seen
            for table in list(tenant_schema.tables_read(tree)):
                if not table.args.get("db"):
                    if seen != spared:
                        put(table)
                    seen += 1

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kubus.sql.scope.put_schema", forgets)
            with SemanticLayer({"model.yml": MODEL % kind.entry}, kind.database) as layer:
                with pytest.raises(Forbidden, match="without the schema of your tenant"):
                    asked(layer, "acme", {"measures": ["orders.total"], "dimensions": ["users.name"]})
        assert seen == 3


def test_a_plan_that_forgets_the_place_is_refused(layer: SemanticLayer) -> None:
    from datetime import UTC, datetime

    from kubus.plan.build import build
    from kubus.query.clock import Clock
    from kubus.query.resolve import resolve
    from tests.tenants.test_tenancy import without

    prepared = layer.asked(ALL, {"org": "acme"})
    plan = build(resolve(prepared.authorized, layer.model, Clock(datetime.now(UTC), "UTC")), layer.model)
    check_tenants(plan)
    nodes = list(readers(plan))
    assert len(nodes) > 2
    for node in nodes:
        with pytest.raises(Forbidden, match="without its tenant condition"):
            check_tenants(without(plan, node))


def test_a_statement_without_a_place_is_refused(layer: SemanticLayer) -> None:
    layer.asked(ALL, {"org": "acme"})
    (planned,) = layer._shapes.values()
    with pytest.raises(Forbidden, match="nothing says of which"):
        planned.statement.bind(("acme",) * 9)


# ── what a model may not say ──

SCHEMA = "schema: 't_{tenant}'"
OWN = "data_source: 't_{tenant}'"


@pytest.mark.parametrize(
    ("entry", "old", "new", "message"),
    [
        ("schema: '{tenant}'", "", "", "is no name with {tenant} and more in it"),
        ("schema: tenants", "", "", "is no name with {tenant} and more in it"),
        ("schema: 't_{tenant}_{tenant}'", "", "", "is no name with {tenant} and more in it"),
        ("schema: 't \"{tenant}'", "", "", "is no name with {tenant} and more in it"),
        ("database: '../{tenant}'", "", "", "is no name with {tenant} and more in it"),
        ("schema: {a: x, b: X}", "", "", "two tenants have 'x'"),
        ("schema: {a: 'x y'}", "", "", "is not a name"),
        ("schema: {a: 7}", "", "", "is not a name"),
        ("schema: {}", "", "", "names no tenant"),
        ("schema: [a]", "", "", "names no tenant"),
        (f"{SCHEMA}, database: 'd_{{tenant}}'", "", "", "says both schema and database"),
        (SCHEMA, "sql_table: orders", "sql_table: public.orders", "names a schema itself: public.orders"),
        (SCHEMA, "FROM users)", "FROM public.users)", "names a schema itself"),
        (SCHEMA, "sql_table: orders", "sql_table: orders\n    tenant: shared", "does not say in which: orders"),
        (SCHEMA, "sql_table: orders", "sql_table: orders\n    tenant: user_id", "does not say in which: orders"),
        (OWN, "sql_table: orders", "sql_table: orders\n    data_source: t_acme", "names a data source itself"),
        (OWN, "sql_table: orders", "sql_table: orders\n    tenant: shared", "does not say where its rows are"),
        (OWN, "sql_table: orders", "sql_table: orders\n    tenant: shared\n    data_source: t_acme", "does not say where"),
        (OWN, "sql_table: orders", "sql_table: orders\n    tenant: shared\n    data_source: other", "not where it is itself"),
        ("data_source: {a: nowhere}", "", "", "The nowhere data source is missing"),
        ("data_source: {a: postgres}", "", "", "is postgres, and 'default' is duckdb"),
    ],
)  # fmt: skip
def test_mistakes(entry: str, old: str, new: str, message: str) -> None:
    assert old in MODEL
    dialects = {"default": "duckdb", "t_acme": "duckdb", "other": "duckdb", "postgres": "postgres"}
    with pytest.raises(ModelError) as caught:
        load_files({"model.yml": (MODEL % entry).replace(old, new, 1)}, dialects)
    assert message in str(caught.value)


def test_the_mark_is_no_text_of_a_model(kinds: dict[str, Kind]) -> None:
    kind = kinds["schema"]
    model = (MODEL % kind.entry).replace("sql: amount", "sql: \"CASE WHEN 'schema of the tenant' = 'x' THEN 1 END\"")
    with SemanticLayer({"model.yml": model}, kind.database) as layer:
        with pytest.raises(Unsupported, match="stand for something else"):
            asked(layer, "acme", {"measures": ["orders.total"]})


def test_what_is_common_stands_beside(kinds: dict[str, Kind]) -> None:
    """Tables of all with a column, and everybody's, in a model of schemas."""
    kind = kinds["schema"]
    main = "public" if isinstance(kind.database, str) else "main"
    more = f"""
  - name: commons
    sql_table: {main}.users
    tenant: name
    measures: [{{name: count, type: count}}]
  - name: lands
    sql: "SELECT 1 AS id FROM {main}.users"
    tenant: shared
    measures: [{{name: count, type: count}}]
"""
    with SemanticLayer({"model.yml": MODEL % kind.entry + more}, kind.database) as layer:
        assert asked(layer, "acme", {"measures": ["commons.count"]}) == [(0,)]
        assert asked(layer, "acme", {"measures": ["lands.count"]}) == [(1,)]
        assert (
            json.dumps(layer.asked({"measures": ["commons.count"]}, {"org": "acme"}).statement.parameters) == '["acme"]'
        )


def test_the_prover_says_that_it_makes_one_place_for_all() -> None:
    from kubus.errors import ConfigError
    from kubus.prove.own_world import drawn

    with pytest.raises(ConfigError, match="Each tenant has a schema"):
        drawn(load_files({"model.yml": MODEL % SCHEMA}, {"default": "duckdb"}))
