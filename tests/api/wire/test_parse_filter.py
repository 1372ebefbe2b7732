"""Filter trees from JSON."""

import sys

import pytest

from kubus.api.wire.parse_filter import parse_filters
from kubus.errors import QueryError
from kubus.model.filter import AllOf, AnyOf
from kubus.query.operators import OPERATORS
from kubus.query.query import AskedComparison

LEAF = {"member": "a.b", "operator": "equals", "values": ["x"]}


def test_values_become_text():
    (leaf,) = parse_filters([{**LEAF, "values": [5, 5.5, True, False, None, "", "x"]}])
    assert leaf == AskedComparison("a.b", "equals", ("5", "5.5", "true", "false", None, "", "x"))


def test_the_old_name_of_a_member():
    (leaf,) = parse_filters([{"dimension": "a.b", "operator": "set"}])
    assert leaf == AskedComparison("a.b", "set", (), has_values=False, named_dimension=True)


def test_trees():
    assert parse_filters([{"or": [LEAF, {"and": [LEAF, LEAF]}, {"or": []}]}, LEAF]) == (
        AnyOf((leaf := parse_filters([LEAF])[0], AllOf((leaf, leaf)), AnyOf(()))),
        leaf,
    )


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_of_the_table_is_accepted_in_its_own_case(operator):
    assert parse_filters([{**LEAF, "operator": operator}])[0].operator == operator
    with pytest.raises(QueryError):
        parse_filters([{**LEAF, "operator": operator.swapcase()}])


@pytest.mark.parametrize("value", [None, {}, "x", 1, True])
def test_filters_are_an_array(value):
    with pytest.raises(QueryError) as caught:
        parse_filters(value)
    assert caught.value.wire_text == 'Invalid query format: "filters" must be an array'


@pytest.mark.parametrize(
    "malformed",
    [
        *(None, 1, "x", [], [LEAF], {}),
        {"member": "a.b"},
        {"operator": "equals", "values": ["x"]},
        {**LEAF, "dimension": "a.b"},
        {**LEAF, "extra": 1},
        {**LEAF, "member": None},
        {**LEAF, "member": "b"},
        {**LEAF, "member": "a.b.day"},
        {**LEAF, "member": "a.b\n"},
        {**LEAF, "member": "a.ü"},
        {**LEAF, "member": 5},
        {**LEAF, "operator": "like"},
        {**LEAF, "operator": "not_equals"},
        {**LEAF, "operator": None},
        {**LEAF, "operator": ["equals"]},
        {**LEAF, "values": "x"},
        {**LEAF, "values": None},
        {**LEAF, "values": {}},
        {**LEAF, "values": [["x"]]},
        {**LEAF, "values": [{}]},
        {"or": None},
        {"or": LEAF},
        {"or": [], "and": []},
        {"or": [LEAF], **LEAF},
        {"or": [{"and": [LEAF, {**LEAF, "operator": "x"}]}]},
        {"not": [LEAF]},
    ],
)
def test_a_fault_anywhere_is_told_of_the_whole_filter(malformed):
    with pytest.raises(QueryError) as caught:
        parse_filters([LEAF, malformed])
    assert caught.value.wire_text == 'Invalid query format: "filters[1]" does not match any of the allowed types'


def nested(levels):
    tree = LEAF
    for _ in range(levels):
        tree = {"and": [tree]}
    return tree


def test_depth_has_a_limit():
    parse_filters([nested(31)])
    with pytest.raises(QueryError, match=r'"filters\[0\]" must not nest deeper than 32 levels'):
        parse_filters([nested(32)])
    with pytest.raises(QueryError, match="32 levels"):
        parse_filters([nested(100_000)])


def test_conditions_have_a_limit_together():
    parse_filters([{"or": [LEAF] * 500}] * 2)
    with pytest.raises(QueryError, match='"filters" must not have more than 1000 conditions'):
        parse_filters([*[{"or": [LEAF] * 500}] * 2, LEAF])


def test_twice_the_values_are_twice_the_work():
    calls = 0

    def count_call(*_):
        nonlocal calls
        calls += 1

    def work(size):
        nonlocal calls
        calls = 0
        values = [str(number) for number in range(size)]
        sys.setprofile(count_call)
        try:
            (leaf,) = parse_filters([{**LEAF, "values": values}])
        finally:
            sys.setprofile(None)
        assert leaf.values == tuple(values)
        return calls

    assert work(20_000) < 2.1 * work(10_000)
