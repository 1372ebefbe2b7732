"""Mistakes that people make: each gives a problem at its line, in words that say what to do."""

import textwrap

import pytest

from kubus.errors import ModelError, Problem
from kubus.loading.load import load_files

GOOD = """
cubes:
  - name: orders
    sql_table: orders
    joins:
      - name: users
        sql: "{CUBE}.user_id = {users}.id"
        relationship: many_to_one
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
      - name: status
        sql: status
        type: string
      - name: created_at
        sql: created_at
        type: time
    measures:
      - name: count
        type: count
      - name: amount
        sql: amount
        type: sum
    segments:
      - name: done
        sql: "{CUBE}.status = 'done'"
  - name: users
    sql_table: users
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
      - name: city
        sql: city
        type: string
    measures:
      - name: count
        type: count
"""


def problems(text: str, *more: str) -> tuple[Problem, ...]:
    files = {"model.yml": text, **{f"more_{i}.yml": t for i, t in enumerate(more)}}
    with pytest.raises(ModelError) as caught:
        load_files(files, {"default": "postgres"})
    return caught.value.problems


# What is written instead of what, the line of the problem, a part of its message, and of its hint.
MISTAKES = [
    ("sql_table: orders\n    joins", "sql_tabel: orders\n    joins", 4, "(sql_tabel = orders) is not allowed", "sql_table"),
    ("type: sum", "type: summ", 25, "must be one of", "sum"),
    ("type: time", "type: date", 19, "must be one of [string, number, boolean, time, geo, switch]", None),
    ("relationship: many_to_one", "relationship: many_to_many", 8, "must be one of", "cube for the pairs"),
    ("relationship: many_to_one", "relationship: many_to_on", 8, "must be one of", "many_to_one"),
    ("        relationship: many_to_one\n", "", 6, "(joins.users.relationship) is required", None),
    ("- name: users\n        sql:", "- name: user\n        sql:", 6, "Cube user doesn't exist", "users"),
    ("{users}.id", "{usrs}.id", 7, "cannot be resolved", "users"),
    ("{CUBE}.status = 'done'", "{users}.status = 'done'", 28, "references foreign cubes: users", "Make a dimension"),
    ("{CUBE}.status = 'done'", "{CUBE.statuss} = 'done'", 28, "orders.statuss cannot be resolved", "status"),
    ("{CUBE}.status = 'done'", "{CUBE.status == 'done'}", 28, "Failed to parse Python expression", "A comparison"),
    ("{CUBE}.status = 'done'", "{CUBE}.status = 'done", 28, "SQL cannot be parsed", None),
    ("{CUBE}.status = 'done'", "{CUBE}.status &gt; 1", 28, "not one statement", "| safe"),
    ("{CUBE}.status = 'done'", "CASE WHEN {CUBE}.status &lt; 1 THEN 2 END", 28, "SQL cannot be parsed", "| safe"),
    ("{CUBE}.status = 'done'", "{CUBE.status = 'done'", 28, "A { has no }", "\\{"),
    ("{CUBE}.status = 'done'", "CUBE}.status = 'done'", 28, "A } has no {", "\\}"),
    ("{CUBE}.status = 'done'", "'{CUBE.status}' = 'done'", 28, "inside a text literal", "||"),
    ("{CUBE}.status = 'done'", "{CUBE} = 'done'", 28, "stands where it cannot stand", None),
    ("{CUBE}.status = 'done'", "{count} > 1", 28, "refers to the measure", "sub_query"),
    ("        sql: amount\n        type: sum", "        type: sum", 23, "(measures.amount.sql) is required", None),
    ("sql: amount", 'sql: "{count}"', 24, "aggregated already", "type: number"),
    ("sql: amount", "sql: amount AS x", 24, "has no alias", "Leave out AS"),
    ("sql: amount", "sql: amount, id", 24, "not one SQL expression", None),
    ("sql: amount", "sql: amount FROM t", 24, "not one SQL expression", None),
    ("sql: amount", "sql: $1 + amount", 24, "no placeholders", None),
    ("sql: amount", "sql:", 24, "null is only allowed inside meta", None),
    ("sql: amount", 'sql: "  "', 24, "not allowed to be empty", None),
    ("sql: amount", "sql: [amount]", 24, "must be SQL text", None),
    ("primary_key: true\n      - name: status", 'primary_key: "yes"\n      - name: status', 13, "must be a boolean", "without quotes"),
    ("- name: status", "- name: my-status", 14, "is not allowed", "begins with a letter"),
    ("- name: status", "- title: status", 14, "name isn't defined for dimension", None),
    ("- name: done", "- name: status", 27, "status defined more than once", None),
    ("- name: created_at", "- name: status", 17, "Found duplicate dimension 'status' in cube 'orders'", None),
    ("        type: string\n      - name: created_at", "      - name: created_at", 14, "(dimensions.status.type) is required", None),
    ("segments:", "segmnts:", 26, "is not allowed", "segments"),
    ("    segments:\n      - name: done", "    segments:\n      done:", 27, "segments must be defined as array", "list of maps"),
    ("type: time", "type: time\n        granularities: [{name: fy, interval: 5 months}]", 20, "Arbitrary intervals cannot be used without origin", "Say with origin"),
    ("type: time", "type: time\n        granularities: [{name: fy, interval: 2 weeks}]", 20, "Arbitrary intervals cannot be used without origin", None),
    ("type: time", "type: time\n        granularities: [{name: fy, interval: 1 year 1 day}]", 20, "Arbitrary intervals cannot be used without origin", None),
    ("type: time", "type: time\n        granularities: [{name: fy, interval: -1 year}]", 20, "must go forward", None),
    ("type: time", "type: time\n        granularities: [{name: fy, interval: a year}]", 20, "must be such as '1 year'", None),
    ("type: time", "type: time\n        granularities: [{name: fy, offset: 1 day}]", 20, "granularities.fy.interval) is required", None),
    ("type: time", "type: time\n        granularities: [{name: fy, interval: 1 year, origin: May}]", 20, "Origin should be valid", None),
    ("type: time", "type: time\n        granularities: [{name: fy, interval: 1 year, origin: '2024-02-31'}]", 20, "Origin should be valid", None),
    ("type: time", "type: time\n        granularities: [{name: fy, interval: 1 year, origin: '2024', offset: 1 day}]", 20, "origin and offset", None),
    ("type: time", "type: time\n        granularities: [{name: month, interval: 1 year}]", 20, "predefined granularity", "another name"),
    ("type: time", "type: time\n        granularities: [{name: fy, sql: x}]", 20, "a granularity defined with 'sql' must be named after one of the predefined", None),
    ("type: time", "type: time\n        granularities: [{name: year, sql: x, interval: 1 year}]", 20, "sql and interval", None),
    ("type: time", "type: time\n        granularities: [{name: fy, intervall: 1 year}]", 20, "is not allowed", "interval"),
    ("type: time", "type: time\n        granularities: [{name: fy, interval: 1 year}, {name: fy, interval: 1 day}]", 20, "'fy' twice", None),
    ("type: time", "type: time\n        granularities: {fy: {interval: 1 year}}", 20, "must be defined as array", "list of maps"),
    ("type: string", "type: string\n        granularities: [{name: fy, interval: 1 year}]", 17, "only dimensions of type time", None),
    ("type: sum", "type: sum\n        rolling_window: {trailing: 1 fortnight}", 26, "does not match regexp", "7 day"),
    ("type: sum", "type: sum\n        rolling_window: {type: to_date}", 26, "granularity) is required", None),
    ("type: sum", "type: sum\n        rolling_window: {trailng: 1 day}", 26, "is not allowed", "trailing"),
    ("type: sum", "type: sum\n        time_shift: [{interval: 1 month, type: prior}]", 26, "needs multi_stage: true", None),
    ("type: sum", "type: rank", 25, "needs multi_stage: true", None),
    ("type: sum", "type: rank\n        multi_stage: true", 23, "orderBy) is required", "ranked by"),
    ("type: sum", "type: sum\n        multi_stage: true\n        grain: {exclud: [status]}", 27, "is not allowed", "exclude"),
    ("type: sum", "type: sum\n        multi_stage: true\n        reduce_by: [statu]", 27, "statu cannot be resolved", "status"),
    ("type: sum", "type: sum\n        multi_stage: true\n        group_by: [count]", 27, "one of the measures", None),
    ("type: sum", "type: sum\n        multi_stage: true\n        time_shift: [{interval: 1 month}]", 27, "must be one of [prior, next]", None),
    ("type: sum", "type: avg\n        multi_stage: true\n        rolling_window: {trailing: 1 day}", 27, "does not add up", "sum or max"),
    ("type: sum", "type: rank\n        multi_stage: true\n        order_by: [{sql: '{count}'}]\n        filters: [{sql: a}]", 28, "every group has a place", None),
    ("cubes:", "views: [{name: v, cubes: [{join_path: orders}]}]\ncubes:", 2, "includes) is required", "list of members"),
    ("cubes:", "views: [{name: v, cubes: [{join_path: users.orders, includes: []}]}]\ncubes:", 2, "Can't find join path", "join"),
    ("cubes:", "views: [{name: v, cubes: [{join_path: orders, includes: [statsu]}]}]\ncubes:", 2, "not defined in any cube", "status"),
    ("cubes:", "views: [{name: v, cubes: [{join_path: orders, includes: [a.b]}]}]\ncubes:", 2, "Paths aren't allowed", None),
    ("cubes:", "views: [{name: v, cubes: [{join_path: order, includes: []}]}]\ncubes:", 2, "Cube order doesn't exist", "orders"),
    ("cubes:", "views: [{name: orders}]\ncubes:", 2, "conflicting cube and view name", None),
    ("type: sum", "type: sum\n        format: roman", 26, "must be one of [percent, currency, number]", None),
    ("type: sum", "type: sum\n        drill_members: [idd]", 26, "orders.idd cannot be resolved", "id"),
    ("type: sum", "type: sum\n        filters: {sql: x}", 26, "must be defined as array", None),
    ("type: sum", "type: sum\n        filters:\n          - x = 1", 27, "filters[0].sql) is required", None),
    ("type: sum", "type: sum\n        type: avg", 26, "written twice", None),
    ('    segments:', '    pre_aggregations: [{name: x, measures: [amount, status]}]\n    segments:', 26, "names 'orders.status' among its measures, and it is none", None),
    ('    segments:', '    pre_aggregations: [{name: x, measures: [amont]}]\n    segments:', 26, 'orders.amont cannot be resolved', 'amount'),
    ('    segments:', '    pre_aggregations: [{name: x, type: roll}]\n    segments:', 26, 'must be one of [rollup, original_sql, rollup_join, rollup_lambda]', None),
    ('    segments:', '    pre_aggregations: [{name: x, type: auto_rollup}]\n    segments:', 26, 'Auto rollups supported only in Enterprise version', None),
    ('    segments:', '    pre_aggregations: [{name: x, type: rollup_join}]\n    segments:', 26, 'should reference at least one rollup', None),
    ('    segments:', '    pre_aggregations: [{name: x, type: rollup_lambda, rollups: [y]}]\n    segments:', 26, "orders.y cannot be resolved. There's no such pre-aggregation.", None),
    ('    segments:', '    pre_aggregations: [{name: x, measures: [amount], granularity: day}]\n    segments:', 26, 'granularity) needs time_dimension', None),
    ('    segments:', '    pre_aggregations: [{name: x, measures: [amount], time_dimension: created_at}]\n    segments:', 26, 'time_dimension) needs granularity', None),
    ('    segments:', '    pre_aggregations: [{name: x, time_dimension: created_at, granularity: fortnight}]\n    segments:', 26, "is not a granularity of 'orders.created_at'", None),
    ('    segments:', '    pre_aggregations: [{name: x, partition_granularity: decade}]\n    segments:', 26, 'must be one of [hour, day, week, month, quarter, year]', None),
    ('    segments:', '    pre_aggregations: [{name: x, partition_granularity: day}]\n    segments:', 26, 'partition_granularity) needs time_dimension', None),
    ('    segments:', '    pre_aggregations: [{name: x, refresh_key: {every: 1 hour, incremental: true}}]\n    segments:', 26, "non-partitioned 'orders.x'", None),
    ('    segments:', '    pre_aggregations: [{name: x, refresh_key: {evry: 1 hour}}]\n    segments:', 26, 'at least one of [every, sql, immutable]', None),
    ('    segments:', '    pre_aggregations: [{name: x, measures: [amount], dimension_references: [status]}]\n    segments:', 26, 'mixes measures with the older dimension_references', None),
    ('    segments:', '    pre_aggregations: [{name: amount, measures: [amount]}]\n    segments:', 26, 'amount defined more than once', None),
    ('    segments:', '    pre_aggregations: [{name: x, external: maybe}]\n    segments:', 26, 'must be a boolean', None),
    ('    segments:', '    pre_aggregations: [{name: x, build_range_start: now}]\n    segments:', 26, 'has to be a map with sql', None),
    ('    segments:', '    hierarchies: [{name: h}]\n    segments:', 26, 'levels) must be defined as array', None),
    ('    segments:', '    hierarchies: [{name: h, levels: [status, amount]}]\n    segments:', 26, "Please remove the 'amount' member from the 'h' hierarchy", None),
    ('    segments:', '    hierarchies: [{name: h, levels: [statu]}]\n    segments:', 26, 'orders.statu cannot be resolved', 'status'),
    ('    segments:', '    hierarchies: [{name: status, levels: [id]}]\n    segments:', 26, 'status defined more than once', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        key: idd', 17, 'orders.idd cannot be resolved', 'id'),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        key: amount', 17, 'must be a dimension of the same cube', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        mask: [1]', 17, 'must be a number, a boolean, a text, or a map with sql', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        mask: {sql: "{nothing}"}', 17, 'orders.nothing cannot be resolved', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: {name: x}', 17, 'links) must be defined as array', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: x, url: a}]', 17, 'links[0].label) is required', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: x, label: X}]', 17, 'has either url or dashboard', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: x, label: X, url: a, dashboard: b}]', 17, 'has either url or dashboard', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: x, label: X, url: a}, {name: x, label: Y, url: a}]', 17, "Duplicate link name 'x'", None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: x, label: X, url: a, primary: true}, {name: y, label: Y, url: a, primary: true}]', 17, 'Only one link can be marked as primary', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: x, label: X, url: a, target: top}]', 17, 'must be one of [blank, self]', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: x, label: X, url: "{nothing}"}]', 17, 'orders.nothing cannot be resolved', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: x, label: X, url: a, params: [{key: k}]}]', 17, 'has to be a map of key and value', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: "x y", label: X, url: a}]', 17, 'is not a name', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        links: [{name: x, label: X, url: a, colour: red}]', 17, 'colour = red) is not allowed', None),
    ('type: sum', 'type: sum\n        mask: {sql: amount}', 26, 'must be an aggregate', None),
    ('        sql: created_at\n        type: time', '        sql: created_at\n        type: time\n        time_shift: [{name: x, sql: y}]', 20, 'is for cubes with calendar: true', None),
    ('        sql: created_at\n        type: time', '        sql: created_at\n        type: time\n        field_type: text', 20, 'must be one of [string]', None),
    ('        sql: status\n        type: string', '        sql: status\n        type: string\n        field_type: string', 17, 'only dimensions of type time', None),
    ("        sql: amount\n        type: sum", "        type: number\n        case: {switch: status, when: [{value: a, sql: '{count}'}]}", 23, "no dimension of type switch", "with sql and label"),
    ('        sql: status\n        type: string', '        type: string\n        case: {switch: id, when: [{value: a, sql: b}]}', 14, "no dimension of type switch", None),
    ('        sql: status\n        type: string', '        type: string\n        case: {switch: idd, when: [{value: a, sql: b}]}', 16, "idd cannot be resolved", "id"),
    ("    segments:", "    calendar: maybe\n    segments:", 26, "must be a boolean", None),
    ("    segments:", "    data_source: other\n    segments:", 26, "The other data source is missing", None),
    ("type: sum", "type: sum\n      - {name: x, type: number, multi_stage: true, sql: 'sum({CUBE}.amount)'}", 26, "names a column, and is over what measures amount to", "refer to that"),
    ("type: sum", "type: sum\n      - {name: x, type: rank, multi_stage: true, order_by: [{sql: '{CUBE}.amount'}]}", 26, "names a column", None),
    ("    measures:\n", "      - {name: k, type: switch, values: [a]}\n    measures:\n      - {name: x, type: number, case: {switch: k, when: [{value: a, sql: 'sum({amount})'}]}}\n", 22, "aggregates, and is over one group", None),
    ("    segments:", "    refresh_key: {every: 1 month}\n    segments:", 26, "does not match", None),
    ("    segments:", "    extends: order\n    segments:", 26, "there's no such cube", "orders"),
    ("    segments:", "    sql: SELECT 1\n    segments:", 26, "either sql or sqlTable", None),
    ("    sql_table: orders\n", "", 3, "must contain at least one of [sql, sqlTable]", "sql_table"),
    ("sql_table: orders", "sql_table: a b c", 4, "cannot be parsed", None),
    ("sql_table: orders", "sql: DELETE FROM orders", 4, "has to be a SELECT", None),
    ("sql_table: orders", "sql: SELECT 1; SELECT 2", 4, "not one statement", None),
    ("cubes:", "cube:", 2, "Unexpected YAML key: cube", "cubes"),
    ("cubes:", "views: [{name: v, dimensions: [{name: x}]}]\ncubes:", 2, "defines own member 'v.x'", "has no dimensions"),
    ("    measures:\n      - name: count\n        type: count\n      - name: amount", "    measures:\n      - name: count\n        type: count\n       - name: amount", 23, "YAMLException", None),
    ("        sql: created_at\n        type: time", '        sql: "{% if x %}a{% endif %}"\n        type: time', 18, "'x' is undefined", None),
    ("primary_key: true\n      - name: status", "primary_key: false\n      - name: status", 3, "primary key for 'orders' is required", "primary_key: true"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line", "message", "hint"), MISTAKES, ids=[m[1][:60] for m in MISTAKES])
def test_a_mistake_is_told_at_its_line(before: str, after: str, line: int, message: str, hint: str | None) -> None:
    assert before in GOOD
    found = problems(GOOD.replace(before, after, 1))
    assert [(p.file, p.line) for p in found] == [("model.yml", line)], [str(p) for p in found]
    assert message in found[0].message
    assert found[0].hint is not None
    assert hint is None or hint in found[0].hint


def test_the_good_model_is_good() -> None:
    model = load_files({"model.yml": GOOD}, {"default": "postgres"})
    assert list(model.cubes) == ["orders", "users"]


def test_problems_of_all_files_come_together() -> None:
    broken = GOOD.replace("type: sum", "type: summ")
    other = "cubes:\n  - name: users\n    sql_table: users\n"
    found = problems(broken, other, "a: [", "")
    assert [(p.file, p.line) for p in found] == [("model.yml", 25), ("more_0.yml", 2), ("more_1.yml", 2)]
    assert found[1].message == "Found duplicate cube name 'users'."
    assert found[1].hint == "It is also in model.yml, line 29"


def test_a_circle_of_members_is_told() -> None:
    text = textwrap.dedent("""
        cubes:
          - name: a
            sql_table: a
            dimensions:
              - {name: x, sql: "{y} + 1", type: number}
              - {name: y, sql: "{z} + 1", type: number}
              - {name: z, sql: "{x} + 1", type: number}
    """)
    (found,) = problems(text)
    assert "a.x → a.y → a.z → a.x" in found.message


def test_text_of_the_error_is_what_clients_of_cube_read() -> None:
    with pytest.raises(ModelError) as caught:
        load_files({"m.yml": GOOD.replace("type: sum", "type: median")}, {"default": "postgres"})
    assert caught.value.wire_text.startswith("Error: Compile errors:\norders cube: (measures.amount.type = median)")


CALENDAR = """
cubes:
  - name: days
    sql_table: days
    calendar: true
    dimensions:
      - name: day
        sql: day
        type: time
        primary_key: true
        time_shift: [SHIFT]
"""


@pytest.mark.parametrize(
    ("shift", "message"),
    [
        ("{name: x}", "time_shift) has name"),
        ("{}", "time_shift) has nothing"),
        ("{name: x, sql: y, interval: 1 day, type: prior}", "time_shift) has name, sql, interval, type"),
        ("{interval: 1 day, sql: y}", "time_shift) has interval, sql"),
        ("{interval: a day, type: prior, sql: y}", "must be such as '1 year'"),
        ("{interval: 1 day, type: past, sql: y}", "must be one of [prior, next]"),
        ('{name: x, sql: "{nothing}"}', "days.nothing cannot be resolved"),
        ("{name: x, column: y}", "time_shift.column) is not allowed"),
    ],
)
def test_a_shift_of_a_calendar_has_one_of_three_shapes(shift: str, message: str) -> None:
    found = problems(CALENDAR.replace("SHIFT", shift))
    assert [p.line for p in found if message in p.message] == [11], [str(p) for p in found]


def test_the_place_is_pointed_at() -> None:
    (problem,) = problems(GOOD.replace("type: sum", "type: sume"))
    assert problem.pointed == "type: sume\n      ^"
    assert str(problem).splitlines()[1:] == ["    type: sume", "          ^", "    Did you mean 'sum'?"]
