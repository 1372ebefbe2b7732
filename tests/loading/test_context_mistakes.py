"""Mistakes in context variables: each gives a problem at its line, in words that say what to do."""

import pytest

from kubus.errors import ModelError
from kubus.loading.load import load_files

MODEL = """
cubes:
  - name: orders
    sql: |
      SELECT *
      FROM orders
      WHERE 1 = 1
      AND <SQL>
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: created_at, sql: created_at, type: time}
    measures:
      - {name: count, type: count}
  - name: days
    sql_table: days
    calendar: true
    dimensions:
      - {name: day, sql: day, type: time, primary_key: true, time_shift: [{name: year_ago, sql: "{CUBE}.year_ago"}]}
"""

MISTAKES = [
    ("{FILTER_PARAMS.orders.statu.filter('x')}", "orders.statu cannot be resolved", "'status'"),
    ("{FILTER_PARAMS.ordres.status.filter('x')}", "ordres.status cannot be resolved", "'orders'"),
    ("{FILTER_PARAMS.orders.status}", "no value by itself", "FILTER_PARAMS.cube.member.filter"),
    ("{FILTER_PARAMS.orders.status.filer('x')}", "is no filter", "FILTER_PARAMS.cube.member.filter"),
    ("{FILTER_PARAMS.orders.status.filter()}", "takes one argument, and has 0", "FILTER_PARAMS"),
    ("{FILTER_PARAMS.orders.status.filter('x', 'y')}", "takes one argument, and has 2", "FILTER_PARAMS"),
    ("{FILTER_PARAMS.orders.status.filter('a, b')}", "not one SQL expression", None),
    ("{FILTER_PARAMS.orders.status.filter('a = (')}", "SQL cannot be parsed", None),
    ("{FILTER_PARAMS.orders.status.filter('')}", "has to name a column", "in quotes"),
    ("{FILTER_PARAMS.orders.status.filter(None)}", "has to name a column", "in quotes"),
    ("{FILTER_PARAMS.orders.status.filter(['x'])}", "A list stands", "Leave out"),
    ("{FILTER_PARAMS.orders.status.filter('x' if 1 else 'y')}", "Failed to parse Python", "conditional"),
    ("{FILTER_PARAMS.orders.status.filter('x' + 'y')}", "Failed to parse Python", "Arithmetic"),
    ("{FILTER_PARAMS.orders.status.filter(c[0])}", "Failed to parse Python", "subscript"),
    ("{FILTER_PARAMS.orders.status.filter(*c)}", "Failed to parse Python", "starred"),
    ("{FILTER_PARAMS.orders.status.filter([c for c in d])}", "Failed to parse Python", "comprehension"),
    ("{FILTER_PARAMS.orders.status.filter(lambda *x: 'y')}", "Failed to parse Python", "plain parameters"),
    ("{FILTER_PARAMS.orders.status.filter(lambda x='': 'y')}", "Failed to parse Python", "plain parameters"),
    ("{FILTER_PARAMS.orders.status.filter(lambda x: lambda y: 'y')}", "A lambda stands", None),
    ("{FILTER_PARAMS.orders.status.filter(lambda x: f'y = {x!r}')}", "Failed to parse Python", "format"),
    ("{FILTER_PARAMS.orders.status.filter(lambda x: f'y = {x:>5}')}", "Failed to parse Python", "format"),
    ("{FILTER_PARAMS.orders.status.filter(lambda x: f'y = {CUBE}.z')}", "nothing that it reads from", None),
    ("{FILTER_PARAMS.orders.status.filter(lambda x: f\"y = '{x}'\")}", "stands where it cannot stand", None),
    ("{FILTER_PARAMS.orders.status.filter(lambda x: f'y = a{x}')}", "stands where it cannot stand", None),
    ("{FILTER_PARAMS.orders.status.filter(lambda x: f'y AS {x}')}", "alias", None),
    (
        "{FILTER_PARAMS.orders.created_at.time_shifts.a.filter(lambda a, b: 'x')}",
        "no dimension of 'orders' declares",
        None,
    ),
    (
        "{FILTER_PARAMS.days.day.time_shifts.yearago.filter(lambda a, b: 'x')}",
        "no dimension of 'days' declares",
        "year_ago",
    ),
    ("{FILTER_PARAMS.days.day.time_shifts.year_ago.filter('x')}", "names a column", "lambda"),
    (
        "{FILTER_PARAMS.days.day.time_shifts.filter(lambda a, b: 'x')}",
        "is no filter",
        ".time_shifts.name.filter(lambda",
    ),
    ("{FILTER_PARAMS.days.dya.time_shifts.year_ago.filter(lambda a, b: 'x')}", "days.dya cannot be resolved", "'day'"),
    ("{FILTER_GROUP('x')}", "no FILTER_PARAMS", "FILTER_GROUP(FILTER_PARAMS.a.x.filter('x')"),
    ("{FILTER_GROUP()}", "has no argument", "FILTER_GROUP(FILTER_PARAMS.a.x.filter('x')"),
    ("{SECURITY_CONTEXT}", "whole security context", "SECURITY_CONTEXT.claim"),
    ("{SECURITY_CONTEXT.filter('y')}", "no filter on a claim", "SECURITY_CONTEXT.claim"),
    ("{SECURITY_CONTEXT.x.filtr('y')}", "no filter on a claim", ".filter('column')"),
    ("{SECURITY_CONTEXT.x.unsafeValue('y')}", "has an argument", "unsafeValue()"),
    ("{SECURITY_CONTEXT.x.filter(y=1)}", "Failed to parse Python", "keyword"),
    ("{SECURITY_CONTEXT['x'].filter('y')}", "Failed to parse Python", "name with dots"),
    ("{SECURITY_CONTEXT.x.unsafeValue() == 'admin'}", "Failed to parse Python", "comparison"),
    ("x = '{SECURITY_CONTEXT.x}'", "inside a text literal", "||"),
    ("x = 1 {SECURITY_CONTEXT.x and 'AND 1 = 0'}", "SQL cannot be parsed", None),
    ("x IN (SELECT y FROM {SECURITY_CONTEXT.x})", "stands where it cannot stand", None),
    ("x = y.{SECURITY_CONTEXT.x}", "stands where it cannot stand", None),
    ("{USER_CONTEXT.x.filter('y')}", "USER_CONTEXT", "Use SECURITY_CONTEXT"),
    ("{COMPILE_CONTEXT.x}", "not yet supported", None),
    ("{SQL_UTILS.convertZone('x')}", "is not there", "convertTz"),
    ("{SQL_UTILS.convertTz()}", "takes one argument", None),
    ("{open('x')}", "Failed to parse Python expression", "Inside braces"),
    ("{f'x'}", "Failed to parse Python expression", "Inside braces"),
    ("{it's}", "Failed to parse Python expression", "Inside braces"),
    ("{__import__('os').system('x')}", "Failed to parse Python expression", None),
    ("{FILTER_PARAMS.orders.status.filter('x')", "A { has no }", "\\{"),
    ("{FILTER_PARAMS.orders.status.filter(f'{x}')", "Failed to parse Python", None),
]


@pytest.mark.parametrize(("written", "message", "hint"), MISTAKES, ids=[written for written, _, _ in MISTAKES])
def test_a_mistake_is_told_at_its_line(written: str, message: str, hint: str | None) -> None:
    with pytest.raises(ModelError) as caught:
        load_files({"m.yml": MODEL.replace("<SQL>", written)}, {"default": "postgres"})
    (problem,) = caught.value.problems
    assert message in problem.message
    assert hint is None or hint in (problem.hint or "")
    assert problem.line == 8


def test_a_mistake_between_braces_is_told_at_its_line() -> None:
    with pytest.raises(ModelError) as caught:
        load_files({"m.yml": MODEL.replace("<SQL>", "{FILTER_PARAMS.orders.x.filter('x')}")}, {"default": "postgres"})
    assert [problem.line for problem in caught.value.problems] == [8]


def test_a_member_that_reads_itself_by_a_context_variable_is_told() -> None:
    text = MODEL.replace("<SQL>", "1 = 1").replace(
        "sql: status", 'sql: "{FILTER_PARAMS.orders.status.filter(CUBE.status)}"'
    )
    with pytest.raises(ModelError, match=r"orders\.status"):
        load_files({"m.yml": text}, {"default": "postgres"})


def test_no_context_variable_in_the_name_of_a_table() -> None:
    text = 'cubes: [{name: a, sql_table: "{SECURITY_CONTEXT.schema.unsafeValue()}.a"}]'
    with pytest.raises(ModelError, match="sql_table holds a reference"):
        load_files({"m.yml": text}, {"default": "postgres"})
