"""Mistakes in access policies: each is told at its line, in words that say what to do."""

import pytest

from kubus.errors import ModelError, Problem
from kubus.loading.load import load_files

MODEL = """
cubes:
  - name: orders
    sql_table: orders
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: at, sql: at, type: time}
      - {name: spent, sql: "{users.count}", type: number, sub_query: true}
    joins:
      - {name: users, sql: "{CUBE}.user_id = {users.id}", relationship: many_to_one}
    measures:
      - {name: count, type: count}
    segments:
      - {name: new, sql: "{CUBE}.status = 'new'"}
    access_policy:
      - POLICY
  - name: users
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
    measures:
      - {name: count, type: count}
views:
  - name: sales
    cubes: [{join_path: orders, includes: [count, status]}]
"""
LINE = MODEL.splitlines().index("      - POLICY") + 1


def problems(policy: str) -> tuple[Problem, ...]:
    with pytest.raises(ModelError) as caught:
        load_files({"model.yml": MODEL.replace("POLICY", policy)}, {"default": "postgres"})
    return caught.value.problems


# fmt: off
MISTAKES = [
    ("{role: admin}", '"accessPolicy[0].role" is not allowed', "groups"),
    ("{group: a, groups: [b]}", "group or groups, but not both", "groups"),
    ("{conditions: [{if: true}]}", "must have group or groups", '"*"'),
    ("{groups: []}", "is an empty list", None),
    ("{group: [a]}", "must be the name of one group", "groups"),
    ('{group: "{ security_context.role }"}', "cannot hold an expression", "conditions"),
    ("{group: a, memberlevel: {includes: [count]}}", '"accessPolicy[0].memberlevel" is not allowed', "member_level"),
    ("{group: a, member_level: {}}", "is empty, which would give every member", "includes"),
    ("{group: a, member_level: {includes: [coun]}}", "'orders' has no such member", "count"),
    ("{group: a, member_level: {includes: [orders.count]}}", "Paths aren't allowed", "alone"),
    ("{group: a, member_level: {includes: ['*']}}", 'has "*" in a list', 'includes: "*"'),
    ("{group: a, member_level: {includes: count}}", 'must be "*" or a list', None),
    ("{group: a, member_masking: {includes: '*'}}", "defines memberMasking without memberLevel", "member_level"),
    ("{group: a, row_level: {}}", "is empty", "allow_all"),
    ("{group: a, row_level: {allow_all: false}}", "must be true", "filters"),
    ("{group: a, row_level: {allow_all: true, filters: [{member: status, operator: set}]}}", "but not both", None),
    ("{group: a, row_level: {filters: []}}", "must be a list of filters", None),
    ("{group: a, row_level: {filters: [{or: []}]}}", "must be a list of filters", None),
    ("{group: a, row_level: {filters: [{or: [{member: status, operator: set}], and: []}]}}", "either and or or", None),
    ("{group: a, row_level: {filters: [{member: stats, operator: set}]}}", "stats cannot be resolved", "status"),
    ("{group: a, row_level: {filters: [{member: count, operator: gt, values: [1]}]}}", "tests dimensions", "dimensions"),
    ("{group: a, row_level: {filters: [{member: new, operator: set}]}}", "tests dimensions", None),
    ("{group: a, row_level: {filters: [{member: spent, operator: gt, values: [1]}]}}", "computed of other rows", "columns"),
    ("{group: a, row_level: {filters: [{member: status, operator: equal, values: [1]}]}}", "is not an operator", "equals"),
    ("{group: a, row_level: {filters: [{member: status, operator: equals}]}}", "is required for the operator", None),
    ("{group: a, row_level: {filters: [{member: status, operator: equals, values: {x: 1}}]}}", "must be a list", "quotes"),
    ("{group: a, row_level: {filters: [{member: at, operator: afterDate, values: [soonish]}]}}", "Can't parse date", None),
    ('{group: a, row_level: {filters: [{member: status, operator: equals, values: ["{ status }"]}]}}',
     "Cube references are not allowed when evaluating RLS conditions or filters. Found: status in status", "caller"),
    ('{group: a, row_level: {filters: [{member: status, operator: equals, values: ["{ security_context }"]}]}}',
     "no value", "claim"),
    ('{group: a, row_level: {filters: [{member: status, operator: equals, values: ["{ security_context.x"]}]}}',
     "A { has no }", None),
    ("{group: a, row_level: {not_before: today}}", "timeDimension) is required", "when a row is"),
    ("{group: a, row_level: {time_dimension: at}}", "no not_before and no not_after", None),
    ("{group: a, row_level: {time_dimension: at, not_before: soonish}}", "Can't parse date", None),
    ("{group: a, conditions: []}", "must be a list", "if"),
    ('{group: a, conditions: [{if: "{ orders.status }"}]}', "Cube references are not allowed", None),
    ("{group: a, conditions: [{if: \"{ security_context.role == 'x' }\"}]}", "Failed to parse Python", "comparison"),
    ("{group: a, conditions: [{if: { security_context.x }}]}", "must be an expression", "quotes"),
    ("{group: a, min_group: 0}", "whole number above 0", None),
    ("{group: a, min_group: few}", "whole number above 0", None),
    ("{group: a, limits: {}}", "is empty", "rows"),
    ("{group: a, limits: {row: 5}}", "is not allowed", "rows"),
    ("{group: a, limits: {seconds: -1}}", "whole number above 0", None),
    ("text", "must be a map", None),
]
# fmt: on


@pytest.mark.parametrize(("policy", "message", "hint"), MISTAKES, ids=[policy for policy, _, _ in MISTAKES])
def test_a_mistake_is_told_at_its_line(policy: str, message: str, hint: str | None) -> None:
    found = [one for one in problems(policy) if message in one.message]
    assert found, [one.message for one in problems(policy)]
    assert found[0].line in (LINE, LINE - 1)
    assert hint is None or hint.lower() in (found[0].hint or "").lower()


def test_an_empty_list_is_refused() -> None:
    text = MODEL.replace("    access_policy:\n      - POLICY\n", "    access_policy: []\n")
    with pytest.raises(ModelError, match="empty list"):
        load_files({"model.yml": text}, {"default": "postgres"})


@pytest.mark.parametrize(
    ("member", "mask"), [("status", "x"), ("id", "-1.50"), ("id", "0"), ("at", "1970-01-01"), ("count", "0")]
)
def test_masks_that_fit(member: str, mask: str) -> None:
    load_files({"model.yml": with_mask(member, mask)}, {"default": "postgres"})


@pytest.mark.parametrize(("member", "mask"), [("id", "x"), ("at", "never"), ("count", "true"), ("count", "none yet")])
def test_masks_that_do_not(member: str, mask: str) -> None:
    with pytest.raises(ModelError, match="must be a value of type"):
        load_files({"model.yml": with_mask(member, mask)}, {"default": "postgres"})


def with_mask(member: str, mask: str) -> str:
    return MODEL.replace("POLICY", "{group: a}").replace(f"{{name: {member},", f"{{mask: {mask}, name: {member},", 1)


CHILD = """
cubes:
  - name: late
    extends: orders
    access_policy:
      - {group: late}
views:
  - name: more
    extends: sales
    cubes: [{join_path: orders, includes: [new]}]
    access_policy: [{group: more}]
  - name: apart
    cubes: [{join_path: orders, includes: [count, status], split: true}]
    access_policy: [{group: apart, member_level: {includes: [count]}}]
"""


def test_policies_are_inherited_parents_first() -> None:
    text = MODEL.replace("POLICY", "{group: early}").replace(
        "includes: [count, status]}]", "includes: [count, status]}]\n    access_policy: [{group: seen}]"
    )
    model = load_files({"model.yml": text, "child.yml": CHILD}, {"default": "postgres"})

    def groups(name: str) -> list[list[str]]:
        return [sorted(policy.groups or ()) for policy in model.holders[name].policies]

    assert groups("late") == [["early"], ["late"]]
    assert groups("more") == [["seen"], ["more"]]
    assert groups("apart_orders") == [["apart"]]
    assert [policy.name for policy in model.holders["late"].policies] == ["late[0]", "late[1]"]
