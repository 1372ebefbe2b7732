"""What values look like on the wire, in Python and in Arrow: the same from both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from kubus.errors import SourceError
from kubus.sources.source import Source
from kubus.sql.statement import Column, Statement
from tests.sources.statements import statement


def named(sql: str, *names: str) -> Statement:
    return Statement(sql, (), tuple(Column(name, f"cube.{name}", "dimension", "string") for name in names), "default")


LARGE = [2**64 - 1, 2**64, -(2**63) - 1]

# An expression that both databases have, its wire value, and its Python value.
ALIKE: list[tuple[str, Any, Any]] = [
    ("CAST(NULL AS INTEGER)", None, None),
    ("CAST(700 AS SMALLINT)", "700", 700),
    ("CAST(-5 AS INTEGER)", "-5", -5),
    ("CAST(9007199254740993 AS BIGINT)", "9007199254740993", 9007199254740993),
    ("CAST('1.10' AS NUMERIC(10, 2))", "1.10", Decimal("1.10")),
    ("CAST('0.00' AS NUMERIC(10, 2))", "0.00", Decimal("0.00")),
    (
        "CAST('12345678901234567890.123456' AS NUMERIC(38, 6))",
        "12345678901234567890.123456",
        Decimal("12345678901234567890.123456"),
    ),
    ("CAST('0.5' AS DOUBLE PRECISION)", "0.5", 0.5),
    ("CAST('0.1' AS REAL)", "0.1", pytest.approx(0.1)),
    ("CAST('2' AS DOUBLE PRECISION)", "2", 2.0),
    ("CAST('-2' AS DOUBLE PRECISION)", "-2", -2.0),
    ("CAST('16777216' AS REAL)", "16777216", 16777216.0),
    ("CAST('0.30000000000000004' AS DOUBLE PRECISION)", "0.30000000000000004", 0.30000000000000004),
    ("CAST('1e15' AS DOUBLE PRECISION)", "1000000000000000", 1e15),
    ("CAST('123456789012345678' AS DOUBLE PRECISION)", "123456789012345680", 123456789012345680.0),
    ("CAST('9.99e20' AS DOUBLE PRECISION)", "999000000000000000000", 9.99e20),
    ("CAST('1e21' AS DOUBLE PRECISION)", "1e+21", 1e21),
    ("CAST('1e-4' AS DOUBLE PRECISION)", "0.0001", 1e-4),
    ("CAST('-1.5e-5' AS DOUBLE PRECISION)", "-0.000015", -1.5e-5),
    ("CAST('1.234567890123456e-6' AS DOUBLE PRECISION)", "0.000001234567890123456", 1.234567890123456e-6),
    ("CAST('1e-7' AS DOUBLE PRECISION)", "1e-07", 1e-7),
    ("CAST('NaN' AS DOUBLE PRECISION)", "NaN", pytest.approx(float("nan"), nan_ok=True)),
    ("CAST('Infinity' AS DOUBLE PRECISION)", "Infinity", float("inf")),
    ("CAST('-Infinity' AS DOUBLE PRECISION)", "-Infinity", float("-inf")),
    ("1 = 1", True, True),
    ("1 = 2", False, False),
    ("CAST('' AS VARCHAR)", "", ""),
    ("'Smørrebrød 🥪 \"\\ ''" + "'", "Smørrebrød 🥪 \"\\ '", "Smørrebrød 🥪 \"\\ '"),
    ("DATE '2024-02-29'", "2024-02-29T00:00:00.000", date(2024, 2, 29)),
    ("TIMESTAMP '2024-01-31 10:11:12'", "2024-01-31T10:11:12.000", datetime(2024, 1, 31, 10, 11, 12)),  # noqa: DTZ001
    (
        "TIMESTAMP '2024-01-31 23:59:59.999999'",
        "2024-01-31T23:59:59.999",
        datetime(2024, 1, 31, 23, 59, 59, 999999),  # noqa: DTZ001
    ),
    ("TIMESTAMP '1960-01-01 00:00:00.0015'", "1960-01-01T00:00:00.001", datetime(1960, 1, 1, 0, 0, 0, 1500)),  # noqa: DTZ001
    (
        "TIMESTAMPTZ '2024-01-31 01:30:00.9999+02'",
        "2024-01-30T23:30:00.999",
        datetime(2024, 1, 30, 23, 30, 0, 999900, tzinfo=UTC),
    ),
    ("CAST('550e8400-e29b-41d4-a716-446655440000' AS UUID)", "550e8400-e29b-41d4-a716-446655440000", ...),
    ("TIME '10:11:12.5'", "10:11:12.5", ...),
    ("INTERVAL '1 day 2 hours'", "1 day 02:00:00", ...),
    ('CAST(\'{"a": [1, 2.5, "x", null, true]}\' AS JSON)', {"a": [1, 2.5, "x", None, True]}, ...),
    ("CAST('null' AS JSON)", None, None),
    ("ARRAY[1, 2, NULL]", [1, 2, None], [1, 2, None]),
    ("ARRAY[ARRAY[1], ARRAY[2]]", [[1], [2]], [[1], [2]]),
    ("ARRAY[CAST('1.50' AS NUMERIC(10, 2))]", [1.5], [Decimal("1.50")]),
    ("ARRAY[CAST('123456789012345678901234567890' AS NUMERIC(38, 0))]", [123456789012345678901234567890], ...),
    ("CAST('[18446744073709551615, 18446744073709551616, -9223372036854775809]' AS JSON)", LARGE, ...),
    ("ARRAY['a', NULL, 'b,\"']", ["a", None, 'b,"'], ["a", None, 'b,"']),
    ("ARRAY[1 = 1]", [True], [True]),
    ("ARRAY[DATE '2024-01-31']", ["2024-01-31T00:00:00.000"], [date(2024, 1, 31)]),
    (
        "ARRAY[TIMESTAMP '2024-01-31 10:00:00.1239', NULL]",
        ["2024-01-31T10:00:00.123", None],
        [datetime(2024, 1, 31, 10, 0, 0, 123900), None],  # noqa: DTZ001
    ),
]

DUCKDB: list[tuple[str, Any]] = [
    ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
    ("'\\x0A\\xFF'::BLOB", "0x0AFF"),
    ("{'a': 1, 'b': [true, NULL]}", {"a": 1, "b": [True, None]}),
    ("MAP {'k': 1}", {"k": 1}),
    ("union_value(n := 3)", {"n": 3}),
    ("'x'::ENUM('x', 'y')", "x"),
    ("TIMESTAMP_NS '2024-01-31 10:11:12.123999999'", "2024-01-31T10:11:12.123"),
    ("TIMESTAMP_S '2024-01-31 10:11:12'", "2024-01-31T10:11:12.000"),
    ("[TIMESTAMPTZ '2024-01-31 10:00:00+02']", ["2024-01-31T08:00:00.000"]),
]

POSTGRES: list[tuple[str, Any]] = [
    ("CAST('NaN' AS NUMERIC)", "NaN"),
    ("CAST(21.425 AS NUMERIC(30, 16))", "21.4250000000000000"),
    (r"'\x0aff'::bytea", "0x0AFF"),
    ("'{\"b\": 1.50}'::jsonb", {"b": 1.5}),
    ("'a'::\"char\"", "a"),
    ("'1.2.3.4'::inet", "1.2.3.4"),
    ("int4range(1, 5)", "[1,5)"),
    ("ARRAY[CAST('1e30' AS NUMERIC), 0.5]", [10**30, 0.5]),
]


@pytest.mark.parametrize(("expression", "wire", "python"), ALIKE)
async def test_both_databases_give_the_same(empty: Source, expression: str, wire: Any, python: Any) -> None:
    asked = statement(f"SELECT {expression} AS c0")
    rows = await empty.rows(asked)
    assert rows.names == ("c0",)
    assert rows.values[0] == (wire,)
    assert type(rows.values[0][0]) is type(wire)
    if python is not ...:
        assert (await empty.python_rows(asked)) == [(python,)]


@pytest.mark.parametrize("empty", ["duckdb"], indirect=True)
@pytest.mark.parametrize(("expression", "wire"), DUCKDB)
async def test_duckdb_types(empty: Source, expression: str, wire: Any) -> None:
    assert (await empty.rows(statement(f"SELECT {expression} AS c0"))).values == [(wire,)]


@pytest.mark.parametrize("empty", ["postgres"], indirect=True)
@pytest.mark.parametrize(("expression", "wire"), POSTGRES)
async def test_postgres_types(empty: Source, expression: str, wire: Any) -> None:
    assert (await empty.rows(statement(f"SELECT {expression} AS c0"))).values == [(wire,)]


async def test_json_is_parsed_for_python_as_well(empty: Source) -> None:
    found = await empty.python_rows(statement("""SELECT CAST('{"a": [1, null]}' AS JSON) AS c0"""))
    assert found == [({"a": [1, None]},)]


async def test_python_times_of_a_zone_are_aware_and_utc(empty: Source) -> None:
    [(moment,)] = await empty.python_rows(statement("SELECT TIMESTAMPTZ '2024-07-01 12:00:00-05' AS c0"))
    assert moment == datetime(2024, 7, 1, 17, tzinfo=UTC)
    assert moment.utcoffset().total_seconds() == 0


async def test_a_time_that_python_does_not_have_is_an_error_with_words(empty: Source) -> None:
    asked = statement("SELECT CAST('infinity' AS TIMESTAMPTZ) AS c0")
    assert (await empty.rows(asked)).values == [("infinity",)]
    with pytest.raises(SourceError, match="infinity"):
        await empty.python_rows(asked)


async def test_rows_stay_in_order(empty: Source) -> None:
    # More rows than DuckDB keeps in one piece, of types that are written anew.
    numbers = "range(300000) AS t(i)" if empty.db_type == "duckdb" else "generate_series(0, 299999) AS t(i)"
    found = await empty.rows(
        statement(f"SELECT i AS c0, (CAST(i AS BIGINT) * 7919) % 300007 AS c1 FROM {numbers} ORDER BY 2 DESC", width=2)
    )
    ordered = [int(row[1]) for row in found.values]
    assert len(ordered) == 300000
    assert ordered == sorted(ordered, reverse=True)


async def test_columns_whose_names_differ_in_case_alone(empty: Source) -> None:
    found = await empty.rows(named('SELECT 1 AS "total", 2 AS "Total"', "total", "Total"))
    assert found.values == [("1", "2")]


async def test_names_that_need_quotes(empty: Source) -> None:
    found = await empty.rows(named('SELECT 1 AS "a ""b"" ; c"', 'a "b" ; c'))
    assert found.names == ('a "b" ; c',)
    assert found.values == [("1",)]


async def test_no_rows(empty: Source) -> None:
    asked = statement("SELECT 1 AS c0 WHERE 1 = 2")
    assert list((await empty.rows(asked)).values) == []
    assert await empty.python_rows(asked) == []
    assert (await empty.arrow(asked)).num_rows == 0


async def test_parameters_are_text_that_the_database_casts(empty: Source) -> None:
    mark = ("?", "?", "?") if empty.dialect == "duckdb" else ("$1", "$2", "$3")
    sql = (
        f"SELECT CAST({mark[0]} AS INTEGER) + 1 AS c0, CAST({mark[1]} AS VARCHAR) AS c1, "
        f"CAST({mark[2]} AS TIMESTAMP) AS c2"
    )
    hard = "'; DROP TABLE x; -- $1 ? %s \\ \""
    found = await empty.rows(statement(sql, "41", hard, "2024-01-31T00:00:00.000Z", width=3))
    assert found.values == [("42", hard, "2024-01-31T00:00:00.000")]
    again = await empty.rows(statement(sql, "1", "", "2024-02-01", width=3))
    assert again.values == [("2", "", "2024-02-01T00:00:00.000")]


async def test_arrow_types_are_those_of_the_columns(empty: Source) -> None:
    names = ("i", "big", "d", "f", "b", "s", "day", "t", "tz", "list")
    columns = (
        "CAST(1 AS INTEGER) AS i, CAST(2 AS BIGINT) AS big, CAST('1.5' AS NUMERIC(10, 2)) AS d, "
        "CAST(0.5 AS DOUBLE PRECISION) AS f, 1 = 1 AS b, CAST('x' AS VARCHAR) AS s, DATE '2024-01-31' AS day, "
        "TIMESTAMP '2024-01-31 10:00:00' AS t, TIMESTAMPTZ '2024-01-31 10:00:00+00' AS tz, ARRAY[1, 2] AS list"
    )
    types = [
        pa.int32(),
        pa.int64(),
        pa.decimal128(10, 2),
        pa.float64(),
        pa.bool_(),
        pa.string(),
        pa.date32(),
        pa.timestamp("us"),
        pa.timestamp("us", tz="UTC"),
    ]
    table = await empty.arrow(named(f"SELECT {columns}", *names))
    assert table.schema.names == list(names)
    assert [field.type for field in table.schema][:-1] == types
    assert table.schema.field("list").type.value_type == pa.int32()
    assert table.column("d")[0].as_py() == Decimal("1.50")
    assert table.column("list")[0].as_py() == [1, 2]
    # Without rows there are no values to guess from.
    empty = await empty.arrow(named(f"SELECT {columns} WHERE 1 = 2", *names))
    assert [field.type for field in empty.schema][:-1] == types


@pytest.mark.parametrize("empty", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ("1.25::numeric", pa.decimal128(3, 2), Decimal("1.25")),
        ("NULL::numeric", pa.decimal128(38, 0), None),
        ("'NaN'::numeric", pa.float64(), pytest.approx(float("nan"), nan_ok=True)),
        ("'Infinity'::numeric", pa.float64(), float("inf")),
        ("repeat('9', 90)::numeric", pa.float64(), pytest.approx(1e90)),
        ("ARRAY[1.5, 2.25]", pa.list_(pa.float64()), [1.5, 2.25]),
        ("ARRAY[[1, 2], [3, NULL]]", pa.list_(pa.list_(pa.int32())), [[1, 2], [3, None]]),
        ('\'{"a": [1, "x"]}\'::jsonb', pa.string(), '{"a": [1, "x"]}'),
        ("'550e8400-e29b-41d4-a716-446655440000'::uuid", pa.string(), "550e8400-e29b-41d4-a716-446655440000"),
        ("int4range(1, 5)", pa.string(), "[1,5)"),
        (r"'\x0aff'::bytea", pa.binary(), b"\n\xff"),
    ],
)
async def test_arrow_takes_every_type_of_postgres(empty: Source, expression: str, kind: Any, value: Any) -> None:
    table = await empty.arrow(statement(f"SELECT {expression} AS c0"))
    assert table.schema.field("c0").type == kind
    assert table.column("c0")[0].as_py() == value
