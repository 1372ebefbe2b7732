"""An example's cubes as the YAML text of a data model, with the rows inside each cube's `sql`."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import yaml

from tests.properties.example import Call, CaseOf, Column, Constant, Cube, Example, Expression, Measure, Of, Value

SQL_TYPES = {
    "integer": "BIGINT",
    "decimal": "DECIMAL(12, 2)",
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "time": "TIMESTAMP",
}
MEMBER_TYPES = {"integer": "number", "decimal": "number", "string": "string", "boolean": "boolean", "time": "time"}
INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "concat": "||",
    "equal": "=",
    "less": "<",
    "at_least": ">=",
    "and": "AND",
    "or": "OR",
}


def model_text(example: Example, tables: str | None = None) -> str:
    """The data model as YAML, ready for the loader. With `tables` the rows are in tables whose names begin so."""
    declared = [declaration(cube) for cube in example.cubes]
    if tables is not None:
        for entry in declared:
            del entry["sql"]
            entry["sql_table"] = table_name(tables, entry["name"])
    return yaml.dump(
        {"cubes": declared},
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
        Dumper=yaml.CSafeDumper,
    )


def table_name(tables: str, cube: str) -> str:
    return f"{tables}{cube.lower()}"


def declaration(cube: Cube) -> dict[str, Any]:
    declared: dict[str, Any] = {"name": cube.name, "sql": table_sql(cube)}
    if cube.joins:
        declared["joins"] = [
            {
                "name": join.target,
                "relationship": join.relationship,
                "sql": " AND ".join(
                    f"{{CUBE.{own}}} = {{{join.target}.{other}}}"
                    if join.by_members
                    else f"{{CUBE}}.{own} = {{{join.target}}}.{other}"
                    for own, other in join.pairs
                ),
            }
            for join in cube.joins
        ]
    if cube.dimensions:
        declared["dimensions"] = []
    for dimension in cube.dimensions:
        entry: dict[str, Any] = {"name": dimension.name, "type": MEMBER_TYPES[dimension.kind]}
        if isinstance(dimension.value, CaseOf):
            entry["case"] = {
                "when": [
                    {"sql": sql(when, cube.name, outermost=True), "label": label}
                    for when, label in dimension.value.whens
                ]
            }
            if dimension.value.otherwise is not None:
                entry["case"]["else"] = {"label": dimension.value.otherwise}
        else:
            entry["sql"] = sql(dimension.value, cube.name, outermost=True)
        if dimension.primary_key:
            entry |= {"primary_key": True, "public": True}
        if dimension.sub_query:
            entry["sub_query"] = True
        if dimension.propagate_filters:
            entry["propagate_filters_to_sub_query"] = True
        declared["dimensions"].append(entry)
    if cube.measures:
        declared["measures"] = [measure_declaration(measure, cube) for measure in cube.measures]
    if cube.segments:
        declared["segments"] = [
            {"name": s.name, "sql": sql(s.condition, cube.name, outermost=True)} for s in cube.segments
        ]
    return declared


def measure_declaration(measure: Measure, cube: Cube) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": measure.name, "type": measure.type}
    if measure.value is not None:
        entry["sql"] = sql(measure.value, cube.name, outermost=True)
    if measure.filters:
        entry["filters"] = [{"sql": sql(condition, cube.name, outermost=True)} for condition in measure.filters]
    return entry


def sql(expression: Expression, cube: str, *, outermost: bool = False) -> str:
    """Member SQL, as people write it: without parentheses around the whole, and a lone column bare now and then."""
    match expression:
        case Column(name):
            return name if outermost and len(name) % 2 else f"{{CUBE}}.{name}"
        case Of(owner, member):
            return f"{{{member}}}" if owner == cube and len(member) % 2 else f"{{{owner}.{member}}}"
        case Constant(value):
            return literal(value)
        case Call(operator, arguments):
            parts = [sql(argument, cube) for argument in arguments]
            if operator in INFIX:
                term = f" {INFIX[operator]} ".join(parts)
            elif operator == "ratio":
                term = f"1.0 * {parts[0]} / NULLIF({parts[1]}, 0)"
            elif operator == "is_null":
                term = f"{parts[0]} IS NULL"
            elif operator == "not":
                term = f"NOT {parts[0]}"
            else:
                return f"{operator.upper()}({', '.join(parts)})"
            return term if outermost else f"({term})"


def literal(value: Value) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | Decimal():
            return str(value)
        case datetime():
            return f"'{value.replace(tzinfo=None).isoformat(sep=' ')}'"
        case str():
            return "'" + value.replace("'", "''") + "'"


def table_sql(cube: Cube) -> str:
    """The table as a query of literals: a cast for each column, so that no row is needed to know its type."""
    columns = ", ".join(f"CAST(r.{name} AS {column_type(cube, name, kind)}) AS {name}" for name, kind in cube.columns)
    rows = cube.rows or ((None,) * len(cube.columns),)
    values = ", ".join(
        "("
        + ", ".join(zoned_literal(cube, name, value) for (name, _), value in zip(cube.columns, row, strict=True))
        + ")"
        for row in rows
    )
    names = ", ".join(name for name, _ in cube.columns)
    return f"SELECT {columns} FROM (VALUES {values}) AS r({names})" + ("" if cube.rows else " WHERE 1 = 0")


def column_type(cube: Cube, name: str, kind: str) -> str:
    return "TIMESTAMPTZ" if name in cube.zoned else SQL_TYPES[kind]


def zoned_literal(cube: Cube, name: str, value: Value) -> str:
    if name in cube.zoned and isinstance(value, datetime):
        return f"'{value.replace(tzinfo=UTC).isoformat(sep=' ')}'"
    return literal(value)
