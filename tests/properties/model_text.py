"""An example's cubes as the YAML text of a data model, with the rows inside each cube's `sql`."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import yaml

from tests.properties.example import (
    Call,
    CaseOf,
    Column,
    Constant,
    Cube,
    Dimension,
    Example,
    Expression,
    Granularity,
    Interval,
    Measure,
    Of,
    Reach,
    Stage,
    Value,
    View,
    Window,
)

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
    views = {"views": [view_declaration(view) for view in example.views]} if example.views else {}
    return yaml.dump(
        {"cubes": declared, **views},
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
        declared["dimensions"] = [dimension_declaration(dimension, cube) for dimension in cube.dimensions]
    if cube.measures:
        declared["measures"] = [measure_declaration(measure, cube) for measure in cube.measures]
    if cube.segments:
        declared["segments"] = [
            {"name": s.name, "sql": sql(s.condition, cube.name, outermost=True)} for s in cube.segments
        ]
    return declared


def dimension_declaration(dimension: Dimension, cube: Cube) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": dimension.name, "type": MEMBER_TYPES[dimension.kind]}
    if dimension.values:
        return entry | {"type": "switch", "values": list(dimension.values)}
    if isinstance(dimension.value, CaseOf):
        entry["case"] = {
            "when": [
                {"sql": sql(when, cube.name, outermost=True), "label": label} for when, label in dimension.value.whens
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
    if dimension.granularities:
        entry["granularities"] = [granularity_declaration(g) for g in dimension.granularities]
    return entry


def granularity_declaration(granularity: Granularity) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": granularity.name, "interval": interval(granularity.interval)}
    if granularity.origin is not None:
        entry["origin"] = granularity.origin
    if granularity.offset:
        entry["offset"] = interval(granularity.offset)
    return entry


def interval(pairs: Interval) -> str:
    return " ".join(f"{count} {unit}" for count, unit in pairs)


def measure_declaration(measure: Measure, cube: Cube) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": measure.name, "type": measure.type}
    if measure.value is not None:
        entry["sql"] = sql(measure.value, cube.name, outermost=True)
    if measure.filters:
        entry["filters"] = [{"sql": sql(condition, cube.name, outermost=True)} for condition in measure.filters]
    if measure.window is not None:
        entry["rolling_window"] = window_declaration(measure.window)
    if measure.stage is not None:
        entry |= {"multi_stage": True, **stage_declaration(measure.stage, cube)}
    if measure.additive is not None:
        entry["additive"] = {"dimension": measure.additive.dimension, "keep": measure.additive.keep}
        if measure.additive.by:
            entry["additive"]["by"] = list(measure.additive.by)
    if measure.choice is not None:
        entry["case"] = {
            "switch": f"{{CUBE.{measure.choice.switch}}}",
            "when": [{"value": v, "sql": sql(e, cube.name, outermost=True)} for v, e in measure.choice.whens],
        }
        if measure.choice.otherwise is not None:
            entry["case"]["else"] = {"sql": sql(measure.choice.otherwise, cube.name, outermost=True)}
    return entry


def window_declaration(window: Window) -> dict[str, Any]:
    if window.to_date is not None:
        return {"type": "to_date", "granularity": window.to_date}
    entry: dict[str, Any] = {"offset": window.offset}
    for key, reach in (("trailing", window.trailing), ("leading", window.leading)):
        if reach is not None:
            entry[key] = reach_text(reach)
    return entry


def reach_text(reach: Reach) -> str:
    return interval(reach) if isinstance(reach, tuple) else str(reach)


def stage_declaration(stage: Stage, cube: Cube) -> dict[str, Any]:
    def names(members: tuple[Of, ...]) -> list[str]:
        return [name_of(of, cube.name) for of in members]

    entry: dict[str, Any] = {}
    grain: dict[str, Any] = {}
    if stage.keep_only is not None:
        grain["group_by" if stage.older else "keep_only"] = names(stage.keep_only)
    if stage.exclude:
        grain["reduce_by" if stage.older else "exclude"] = names(stage.exclude)
    if stage.include:
        included = [name_of(of, cube.name) + (f".{g}" if g else "") for of, g in stage.include]
        grain["add_group_by" if stage.older else "include"] = included
    if grain:
        entry |= grain if stage.older else {"grain": grain}
    context: dict[str, Any] = {}
    if stage.fixed:
        context["mode"] = "fixed"
    if stage.filters_kept is not None:
        context["keep_only"] = names(stage.filters_kept)
    if stage.filters_left:
        context["exclude"] = names(stage.filters_left)
    if stage.filters:
        context["include"] = list(stage.filters)
    if context:
        entry["filter"] = context
    if stage.shift is not None:
        count, unit = stage.shift
        shift = {"interval": f"{abs(count)} {unit}", "type": "prior" if count > 0 else "next"}
        if stage.shifted is not None:
            shift["time_dimension"] = name_of(stage.shifted, cube.name)
        entry["time_shift"] = [shift]
    if stage.ranks:
        entry["order_by"] = [
            {"sql": sql(of, cube.name, outermost=True), "dir": "desc" if descending else "asc"}
            for of, descending in stage.ranks
        ]
    return entry


def name_of(of: Of, cube: str) -> str:
    """A member as lists of references name it."""
    return of.member if of.cube == cube else f"{of.cube}.{of.member}"


def view_declaration(view: View) -> dict[str, Any]:
    entries: list[dict[str, Any]] = []
    for entry in view.entries:
        declared: dict[str, Any] = {"join_path": ".".join(entry.path)}
        if entry.includes is None:
            declared["includes"] = "*"
        else:
            declared["includes"] = [
                name if name == alias else {"name": name, "alias": alias} for name, alias in entry.includes
            ]
        if entry.excludes:
            declared["excludes"] = list(entry.excludes)
        if entry.prefix:
            declared["prefix"] = True
        if entry.alias is not None:
            declared["alias"] = entry.alias
        entries.append(declared)
    declared = {"name": view.name, "cubes": entries}
    if view.default_filters:
        declared["default_filters"] = [
            {**given, **({"unless": list(unless)} if unless else {})} for given, unless in view.default_filters
        ]
    return declared


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
