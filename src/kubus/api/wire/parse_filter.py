"""Filter trees of a query, from JSON."""

import re
from collections.abc import Iterator

from kubus.api.wire.malformed import as_array, as_object, malformed
from kubus.api.wire.number_text import number_text
from kubus.model.filter import AllOf, AnyOf, Filter, FilterValue
from kubus.query.operators import OPERATORS
from kubus.query.query import AskedComparison

MAX_DEPTH = 32
MAX_LEAVES = 1000

MEMBER = re.compile(r"[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+")
LEAF_KEYS = frozenset({"member", "dimension", "operator", "values"})


def parse_filters(value: object) -> tuple[Filter, ...]:
    """The filters of a query.

    Raises:
        QueryError: one of them is malformed, nests deeper than 32 levels, or there are more than 1000 conditions.
    """
    items = as_array(value)
    if items is None:
        raise malformed("filters", "must be an array")
    # Counts the leaves of all filters together.
    leaves = iter(range(MAX_LEAVES))
    return tuple(parse_filter(item, f"filters[{number}]", leaves) for number, item in enumerate(items))


def parse_filter(value: object, label: str, leaves: Iterator[int], depth: int = 1) -> Filter:
    """One filter. Whatever is wrong in it, `label` is all that the message names, as in Cube."""
    given = as_object(value)
    if given is None:
        raise no_match(label)
    if "or" not in given and "and" not in given:
        if next(leaves, None) is None:
            raise malformed("filters", f"must not have more than {MAX_LEAVES} conditions")
        return parse_leaf(given, label)
    parts = as_array(next(iter(given.values())))
    if len(given) > 1 or parts is None:
        raise no_match(label)
    if depth == MAX_DEPTH:
        raise malformed(label, f"must not nest deeper than {MAX_DEPTH} levels")
    parsed = tuple(parse_filter(part, label, leaves, depth + 1) for part in parts)
    return AnyOf(parsed) if "or" in given else AllOf(parsed)


def parse_leaf(given: dict[str, object], label: str) -> AskedComparison:
    operator = given.get("operator")
    member = given.get("member", given.get("dimension"))
    if (
        not given.keys() <= LEAF_KEYS
        or ("member" in given) == ("dimension" in given)
        or not isinstance(member, str)
        or not MEMBER.fullmatch(member)
        or not isinstance(operator, str)
        or operator not in OPERATORS
    ):
        raise no_match(label)
    values: tuple[FilterValue, ...] = ()
    if "values" in given:
        items = as_array(given["values"])
        if items is None:
            raise no_match(label)
        values = tuple(value_text(item, label) for item in items)
    return AskedComparison(member, operator, values, has_values="values" in given, named_dimension="dimension" in given)


def value_text(value: object, label: str) -> FilterValue:
    """A value as the text that it is compared as; null stays."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    text = number_text(value) if isinstance(value, int | float) else None
    if text is None:
        raise no_match(label)
    return text


def no_match(label: str) -> Exception:
    return malformed(label, "does not match any of the allowed types")
