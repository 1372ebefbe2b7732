"""Conditions of queries leave the indexes of PostgreSQL of use."""

from typing import Any

import psycopg
import pytest

from kubus.library import SemanticLayer
from tests.engines.postgres import Server

MODEL = """
cubes:
  - name: keyed
    sql_table: keyed
    dimensions:
      - {name: id, type: number, sql: id, primary_key: true, public: true}
      - {name: big, type: number, sql: big}
      - {name: at, type: time, sql: at}
    measures: [{name: count, type: count}]
"""

TABLE = """
CREATE TABLE keyed AS
SELECT g AS id, CAST(g AS BIGINT) AS big, TIMESTAMP '2024-01-01' + g * INTERVAL '1 minute' AS at
FROM generate_series(1, 20000) AS t(g);
ALTER TABLE keyed ADD PRIMARY KEY (id);
CREATE INDEX ON keyed (big);
CREATE INDEX ON keyed (at);
ANALYZE keyed;
"""


@pytest.fixture(scope="module")
def keyed(postgres: Server) -> str:
    """The URL of a database with a table whose columns all have an index."""
    url = postgres.create_database("keyed")
    postgres.psql("keyed", TABLE)
    return url


@pytest.mark.parametrize(
    "condition",
    [
        {"member": "keyed.id", "operator": "equals", "values": ["7"]},
        {"member": "keyed.id", "operator": "equals", "values": ["7", "8", "9"]},
        {"member": "keyed.big", "operator": "equals", "values": ["7"]},
        {"member": "keyed.big", "operator": "lt", "values": ["-100"]},
        {"member": "keyed.at", "operator": "inDateRange", "values": ["2024-01-02", "2024-01-02"]},
    ],
)
def test_a_condition_is_answered_by_an_index(keyed, tmp_path, condition):
    (tmp_path / "keyed.yml").write_text(MODEL)
    with SemanticLayer(tmp_path, keyed) as layer:
        statement: Any = layer.sql({"measures": ["keyed.count"], "filters": [condition]})
    with psycopg.connect(keyed) as connection:
        explain = psycopg.RawCursor(connection).execute(f"EXPLAIN {statement.sql}", statement.parameters)
        plan = "\n".join(row[0] for row in explain.fetchall())
    assert "Index" in plan, plan
    assert "Seq Scan" not in plan, plan
