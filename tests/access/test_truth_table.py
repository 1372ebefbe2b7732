"""The tables of docs/access.md are what kubus does: each row is read from the page and asked of the algebra."""

from itertools import product
from pathlib import Path

import pytest

from kubus.model.access import AccessPolicy, MemberSet, RowTest
from kubus.query.access import sight

PAGE = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
ALL = frozenset(product((False, True), repeat=2))
ROWS = {
    "all": ALL,
    "A": frozenset(row for row in ALL if row[0]),
    "B": frozenset(row for row in ALL if row[1]),
    "A or B": frozenset(row for row in ALL if row[0] or row[1]),
    "A and B": frozenset(row for row in ALL if row[0] and row[1]),
    "(A or B) and B": frozenset(row for row in ALL if row[1]),
}


def table(heading: str) -> list[list[str]]:
    lines = PAGE[PAGE.index(f"| {heading}") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def policy(text: str) -> AccessPolicy:
    """`whole where A` as a policy about the member `m`."""
    what, _, where = text.partition(" where ")
    rows = RowTest(f"t.{where}", "equals") if where else None
    match what:
        case "whole":
            return AccessPolicy(text, None, members=MemberSet(frozenset({"m"})), rows=rows)
        case "masked":
            nothing = MemberSet(frozenset())
            return AccessPolicy(text, None, members=nothing, masked=MemberSet(frozenset({"m"})), rows=rows)
        case "other":
            return AccessPolicy(text, None, members=MemberSet(frozenset({"n"})), rows=rows)
        case _:
            raise AssertionError(text)


def passing(policies: tuple[AccessPolicy, ...] | None) -> frozenset[tuple[bool, ...]]:
    """The rows that pass the row filter of one of these policies; None is every row."""
    if policies is None:
        return ALL
    return frozenset(row for one in policies for row in ROWS[filter_of(one)])


def filter_of(one: AccessPolicy) -> str:
    return "all" if one.rows is None else one.rows.member.removeprefix("t.")  # type: ignore[union-attr]


def policies_of(text: str) -> tuple[AccessPolicy, ...]:
    return () if text == "none" else tuple(policy(part.strip()) for part in text.split(";"))


@pytest.mark.parametrize(("written", "rows", "value"), table("Policies that are for the caller"))
def test_how_policies_show_a_member(written: str, rows: str, value: str) -> None:
    policies = policies_of(written)
    for order in (policies, policies[::-1]):
        seen = sight(order, "m")
        if rows == "refused":
            assert seen is None
            continue
        assert seen is not None
        assert passing(seen.rows) == ROWS[rows]
        whole = passing(seen.whole_in) & ROWS[rows]
        if value == "whole":
            assert whole == ROWS[rows]
        elif value == "masked":
            assert whole == frozenset()
        else:
            assert whole == ROWS[value.removeprefix("whole where ")] & ROWS[rows]


@pytest.mark.parametrize(("first", "second", "both"), table("First member"))
def test_how_members_narrow(first: str, second: str, both: str) -> None:
    due = None if "refused" in (first, second) else ROWS[first] & ROWS[second]
    assert due == (None if both == "refused" else ROWS[both])


def test_the_tables_are_read() -> None:
    assert len(table("Policies that are for the caller")) == 16
    assert len(table("First member")) == 6
