"""The names of the rules that `kubus check` asks; apart from the rules, which need much more than their names."""

from typing import Literal, get_args

RuleName = Literal["ambiguous-joins", "unsafe-value"]

RULE_NAMES: tuple[RuleName, ...] = get_args(RuleName)
