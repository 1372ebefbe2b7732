"""The proof that a plan reads no rows of other tenants."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, cast

from kubus.errors import Forbidden
from kubus.plan.nodes import LeftJoin, Plan, Scan

# Where the parts of plans are; parts of the model and of the query read no rows.
PLANS = "kubus.plan."


def check_tenants(plan: Plan) -> None:
    """See that every cube of tenants is read with its condition, wherever the plan reads it.

    Raises:
        Forbidden: one is read without.
    """
    for node in readers(plan):
        if node.tenant != node.cube.tenant:
            raise Forbidden(f"'{node.cube.name}' would be read without its tenant condition")


def readers(plan: object) -> Iterator[Scan | LeftJoin]:
    """Every node that reads a cube, in whatever field of whatever node it stands."""
    if isinstance(plan, Scan | LeftJoin):
        yield plan
    if isinstance(plan, tuple):
        for part in cast("tuple[Any, ...]", plan):
            yield from readers(part)
    elif is_dataclass(plan) and type(plan).__module__.startswith(PLANS):
        for field in fields(plan):
            yield from readers(getattr(plan, field.name))
