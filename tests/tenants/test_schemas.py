"""Every shape of query that tenants by column are tested with, in a schema of the tenant's own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kubus.library import SemanticLayer
from tests.engines.postgres import Server
from tests.tenants.test_tenancy import CASES, DATA, MODEL, rows, same


def model_of(main: str) -> str:
    """The model with a schema for each tenant, and what is everybody's in the common one."""
    text = MODEL.replace("tenant: {claim: org.id}", "tenant: {claim: org.id, schema: 'of_{tenant}'}")
    text = re.sub(r"^    tenant: (?!shared).*\n", "", text, flags=re.MULTILINE)
    return text.replace("sql_table: countries", f"sql_table: {main}.countries")


def schemas(main: str) -> str:
    made = "CREATE SCHEMA of_a; CREATE SCHEMA of_nobody;"
    for table in ("orders", "users", "items"):
        made += f"CREATE TABLE of_a.{table} AS SELECT * FROM {main}.{table} WHERE org = 'a';"
        made += f"CREATE TABLE of_nobody.{table} AS SELECT * FROM {main}.{table} WHERE FALSE;"
    return made


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def layer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SemanticLayer]:
    main = "main" if request.param == "duckdb" else "public"
    if request.param == "duckdb":
        database: str | Path = tmp_path_factory.mktemp("schemas") / "shop.duckdb"
        with duckdb.connect(str(database)) as connection:
            connection.execute(DATA)
            connection.execute(schemas(main))
    else:
        server: Server = request.getfixturevalue("postgres")
        database = server.create_database("tenancy_schemas")
        server.psql("tenancy_schemas", DATA, schemas(main))
    with SemanticLayer({"model.yml": model_of(main)}, database) as opened:
        yield opened


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[json.dumps(query)[:60] for query, _ in CASES])
def test_the_answers_are_those_of_a_column(
    layer: SemanticLayer, query: dict[str, Any], expected: list[tuple[Any, ...]]
) -> None:
    assert [tuple(map(same, row)) for row in rows(layer, query, org={"id": "a"})] == expected
    for row in rows(layer, query, org={"id": "nobody"}):
        assert "CANARY" not in str(row)
    statement = layer.sql(query, context={"org": {"id": "a"}})
    if "countries.count" not in str(query):
        assert '"of_a"' in statement.sql
    assert "schema of the tenant" not in statement.sql
