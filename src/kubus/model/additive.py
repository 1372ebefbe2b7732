"""Semi-additive measures: balances and stock levels, which add up over everything but time."""

from dataclasses import dataclass
from typing import Literal, get_args

from kubus.model.member_sql import MemberReference

# What stands for all times of a group: the value at the last or first of them, or the least, greatest or mean value.
Keep = Literal["last", "first", "min", "max", "avg"]

KEEPS: tuple[Keep, ...] = get_args(Keep)


@dataclass(frozen=True, slots=True)
class SemiAdditive:
    """The measure is computed for each value of `dimension`, and one value is kept of those in a group.

    With `by`, one is kept for each of these as well, and they are added up: the last known stock of every warehouse,
    whenever each reported last.
    """

    dimension: MemberReference
    keep: Keep
    by: tuple[MemberReference, ...] = ()
