"""The rules that `kubus check` asks, by name, with what each finds; apart from what asks them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

RuleName = Literal[
    "ambiguous-joins",
    "fan-out",
    "join-one-sided",
    "join-without-key",
    "not-additive",
    "not-aggregated",
    "policy-without-effect",
    "two-meanings",
    "unknown-rule",
    "unreachable-cube",
    "unsafe-value",
]

RULE_NAMES: tuple[RuleName, ...] = get_args(RuleName)

MEANINGS: Mapping[RuleName, str] = MappingProxyType(
    {
        "ambiguous-joins": "Two equally short ways lead from one cube to another",
        "fan-out": "A measure is made of rows of another cube that repeat its own, so that no query can have it",
        "join-one-sided": "The condition of a join reads one of the two cubes only",
        "join-without-key": "A join that is said to meet one row does not ask for the key of that row",
        "not-additive": "A sum over what does not add up, such as rates, averages or balances",
        "not-aggregated": "A calculation of a measure reads a column outside of every aggregate",
        "policy-without-effect": "An access policy changes nothing for anybody",
        "two-meanings": "One name or title stands for two different things",
        "unknown-rule": "A comment turns off a rule that there is not",
        "unreachable-cube": "A hidden cube that nothing shows, joins or reads",
        "unsafe-value": "SQL reads a claim of the caller's token as a value",
    }
)
