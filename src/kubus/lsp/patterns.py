"""Whole parts of a model to begin with: what is between `${` and `}` is gone through and written over.

Editors of code and the Playground's read them alike.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Pattern(NamedTuple):
    """A part of a model: what it is called, what it is for, and its text."""

    name: str
    means: str
    text: str


def pattern(name: str, means: str, *keys: str) -> Pattern:
    """An item of a list with these keys, below each other."""
    return Pattern(name, means, "\n  ".join(keys))


COUNT = pattern("count measure", "How many rows", "name: ${1:count}", "type: count")
SUM = pattern("sum measure", "Values, added up", "name: ${1:total}", "sql: ${2:column}", "type: sum")
DISTINCT = pattern(
    "distinct measure", "How many different values", "name: ${1:buyers}", "sql: ${2:column}", "type: count_distinct"
)
RATIO = pattern(
    "ratio measure",
    "A measure as a share of another",
    "name: ${1:share}",
    'sql: "1.0 * {${2:part}} / NULLIF({${3:whole}}, 0)"',
    "type: number",
    "format: percent",
)
FILTERED = pattern(
    "filtered measure",
    "A measure of some rows",
    "name: ${1:completed}",
    "type: count",
    "filters:",
    "  - sql: \"{CUBE}.${2:status} = '${3:completed}'\"",
)
KEY = pattern(
    "key dimension", "What tells rows apart", "name: ${1:id}", "sql: ${2:id}", "type: number", "primary_key: true"
)
TEXT = pattern("text dimension", "A word of each row", "name: ${1:status}", "sql: ${2:column}", "type: string")
TIME = pattern("time dimension", "When it was", "name: ${1:created_at}", "sql: ${2:column}", "type: time")
JOIN = pattern(
    "join to one",
    "Many rows meet one of another cube",
    "name: ${1:other}",
    "relationship: many_to_one",
    'sql: "{CUBE}.${2:other_id} = {${1:other}.id}"',
)
SEGMENT = pattern("segment", "Some rows, by a name", "name: ${1:recent}", 'sql: "{CUBE}.${2:column} > ${3:0}"')

# By the list whose item is begun.
PATTERNS: Mapping[str, tuple[Pattern, ...]] = MappingProxyType(
    {
        "measures": (COUNT, SUM, DISTINCT, RATIO, FILTERED),
        "dimensions": (KEY, TEXT, TIME),
        "joins": (JOIN,),
        "segments": (SEGMENT,),
    }
)
