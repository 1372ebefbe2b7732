"""The models of the bench, as kubus reads them and as the older Cube does.

Cube 0.31 wants `sql` instead of `sql_table` and other names for relationships and some types.
"""

import re
from pathlib import Path

SHOP = (Path(__file__).parent / "model" / "shop.yml").read_text()

# Rows that a database makes without a table, in the SQL of PostgreSQL and of DuckDB.
NUMBERS = """
cubes:
  - name: numbers
    sql: >
      SELECT g AS id, 'name ' || g AS name, g % 97 AS kind, g * 1.5 AS amount FROM generate_series(1, 1000000) AS t(g)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, shown: true}
      - {name: name, sql: name, type: string}
      - {name: kind, sql: kind, type: number}
      - {name: amount, sql: amount, type: number}
"""

OLDER = {"many_to_one": "belongsTo", "one_to_many": "hasMany", "count_distinct": "countDistinct"}


def older_yaml(text: str) -> str:
    """The same model in the YAML of Cube 0.31."""
    text = re.sub(r"sql_table: (\w+)", r"sql: SELECT * FROM \1", text)
    for new, old in OLDER.items():
        text = text.replace(new, old)
    return text


def yaml_cubes(count: int) -> dict[str, str]:
    """Models of `count` cubes of 20 members, by file name, a cube a file. They join in a tree."""
    return {f"cube_{n}.yml": yaml_cube(n) for n in range(count)}


def yaml_cube(number: int) -> str:
    lines = ["cubes:", f"  - name: cube_{number}", "    sql_table: orders"]
    if number:
        parent = f"cube_{(number - 1) // 2}"
        lines += ["    joins:", f"      - name: {parent}", f'        sql: "{{CUBE}}.user_id = {{{parent}}}.id"']
        lines += ["        relationship: many_to_one"]
    lines += ["    dimensions:"]
    for name, sql, kind in dimensions(number):
        lines += [f"      - name: {name}", f'        sql: "{sql}"', f"        type: {kind}"]
        lines += ["        primary_key: true"] if name == "id" else []
    lines += ["    measures:"]
    for name, sql, kind in measures():
        lines += [f"      - name: {name}", f"        type: {kind}", *([f'        sql: "{sql}"'] if sql else [])]
    return "\n".join(lines) + "\n"


def javascript_cubes(count: int) -> dict[str, str]:
    """The same in JavaScript, which Cube compiles faster."""
    return {f"cube_{n}.js": javascript_cube(n) for n in range(count)}


def javascript_cube(number: int) -> str:
    def member(name: str, sql: str, kind: str, more: str = "") -> str:
        told = sql.replace("{", "${")
        return f"    {name}: {{ {f'sql: `{told}`, ' if sql else ''}type: `{kind}`{more} }},"

    lines = [f"cube(`cube_{number}`, {{", "  sql: `SELECT * FROM orders`,", "  joins: {"]
    if number:
        parent = f"cube_{(number - 1) // 2}"
        lines += [f"    {parent}: {{ sql: `${{CUBE}}.user_id = ${{{parent}}}.id`, relationship: `belongsTo` }},"]
    lines += ["  },", "  dimensions: {"]
    lines += [member(*given, ", primaryKey: true" if given[0] == "id" else "") for given in dimensions(number)]
    lines += ["  },", "  measures: {"]
    lines += [member(*given) for given in measures()]
    return "\n".join([*lines, "  },", "});"]) + "\n"


def dimensions(number: int) -> list[tuple[str, str, str]]:
    """Name, SQL and type of ten dimensions."""
    made = [(f"text_{n}", f"{{CUBE}}.status || '{number}-{n}'", "string") for n in range(6)]
    return [("id", "id", "number"), *made, ("status", "status", "string"), ("amount", "amount", "number"),
            ("created_at", "created_at", "time")]  # fmt: skip


def measures() -> list[tuple[str, str, str]]:
    """Name, SQL and type of ten measures."""
    made = [(f"sum_{n}", f"{{CUBE}}.amount * {n + 1}", "sum") for n in range(6)]
    return [("count", "", "count"), *made, ("average", "amount", "avg"), ("largest", "amount", "max"),
            ("ratio", "{sum_0} / NULLIF({count}, 0)", "number")]  # fmt: skip
