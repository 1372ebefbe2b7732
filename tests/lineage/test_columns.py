"""From which columns the columns of a query come: what can be told, and what is said to be unknown."""

import pytest

from kubus.lineage.columns import NotOfAColumn, OfTable, Unknown, origins
from kubus.model.references import query_sql


def found(sql: str, column: str, dialect: str = "duckdb") -> list[str]:
    query, _ = query_sql(sql, dialect, lambda expression: pytest.fail(str(expression)))
    texts = []
    for origin in origins(query, (column,), dialect)[column]:
        match origin:
            case OfTable(table, name):
                texts.append(f"{table}.{name}")
            case NotOfAColumn(what):
                texts.append(f"={what}")
            case Unknown():
                texts.append("?")
            case _:
                texts.append(str(origin))
    return texts


@pytest.mark.parametrize(
    ("sql", "column", "origin"),
    [
        ("SELECT a AS b FROM s.t WHERE a > 1", "b", ["s.t.a"]),
        ("SELECT t.a + u.b AS c FROM t JOIN u ON t.id = u.id", "c", ["t.a", "u.b"]),
        ("SELECT x.y AS z FROM (SELECT v AS y FROM t) x", "z", ["t.v"]),
        ("WITH w AS (SELECT v AS y FROM t) SELECT y FROM w", "y", ["t.v"]),
        ("SELECT i FROM a UNION ALL SELECT j FROM b", "i", ["a.i", "b.j"]),
        ("SELECT *, a + b AS c FROM t WHERE a > 0", "c", ["t.a", "t.b"]),
        ("SELECT *, a + b AS c FROM t WHERE a > 0", "d", ["t.d"]),
        ("SELECT a.x AS y, b.* FROM (SELECT * FROM t) a JOIN (SELECT u FROM w) b ON a.i = b.u", "y", ["t.x"]),
        ("SELECT a.x AS y, b.* FROM (SELECT * FROM t) a JOIN (SELECT u FROM w) b ON a.i = b.u", "u", ["w.u"]),
        ("SELECT row_number() OVER (PARTITION BY k ORDER BY at) AS n FROM e", "n", ["e.at", "e.k"]),
        # No column at all.
        ("SELECT 'eur' AS currency, t.a FROM t", "currency", ["='eur'"]),
        ("SELECT count(*) AS n FROM t", "n", ["=COUNT(*)"]),
        ("SELECT * FROM (VALUES (1, 'a')) AS t (id, name) WHERE id > 0", "name", ["=rows that the SQL makes itself"]),
        # What could be of either is not guessed.
        ("SELECT * FROM a JOIN b USING (id)", "x", ["?"]),
        ("SELECT x FROM a, b", "x", ["?"]),
        ("SELECT * FROM a WHERE k UNION ALL SELECT id, x FROM b", "x", ["?"]),
        ("SELECT * EXCLUDE (z) FROM t WHERE k", "y", ["?"]),
        ("SELECT a FROM t WHERE k", "b", ["?"]),
        # One that cannot be traced says nothing of another.
        ("SELECT (SELECT max(x) FROM u WHERE u.id = t.id) AS best, t.q FROM t", "q", ["t.q"]),
    ],
)
def test_origins(sql: str, column: str, origin: list[str]) -> None:
    assert found(sql, column) == origin


def test_names_in_quotes_are_as_they_are_written() -> None:
    assert found('SELECT "Id", Amount FROM "Orders" WHERE TRUE', "Id", "postgres") == ["Orders.Id"]
    assert found('SELECT "Id", Amount FROM "Orders" WHERE TRUE', "amount", "postgres") == ["Orders.amount"]
