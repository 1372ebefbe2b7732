"""Filters to conditions: names to members, values to slots."""

import json
from collections.abc import Callable, Iterator

from kubus.errors import Forbidden, QueryError
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.model import Model
from kubus.query.clock import Clock
from kubus.query.conditions import Condition, Every, OwnFilters, Some, Test
from kubus.query.needed import aliased
from kubus.query.normalize import settled_filter
from kubus.query.operators import OPERATORS
from kubus.query.shape import Slot, form_of
from kubus.query.shown import Shown, is_masked


def policy_condition(written: Filter, model: Model, numbers: Iterator[int]) -> Condition:
    """The condition of a row filter; its values have the next numbers."""
    found = resolve_filter(written, Shown(model), lambda value: Slot(next(numbers), form_of(value)))
    assert found is not None, written
    return found


def constant_filter(written: Filter, model: Model, clock: Clock) -> Condition | None:
    """A filter whose values the model gives. None for an empty group."""
    return resolve_filter(settled_filter(written, clock), Shown(model), lambda value: Slot(-1, form_of(value), value))


def resolve_filter(written: Filter, model: Shown, slot_of: Callable[[str], Slot]) -> Condition | None:
    """None for an empty group, which is no condition."""
    match written:
        case Comparison(path, name, values):
            member = model.measure_or_dimension(path)
            operator = OPERATORS[name]
            slots = tuple(slot_of(value) for value in values if value is not None)
            if operator.family == "measure_filter":
                if is_masked(member):
                    raise Forbidden(
                        f"The filters of '{path}' would tell what it is, and it is masked",
                        hint="Leave out the operator measureFilter on it",
                    )
                return OwnFilters(aliased(model.measure(path), model.model))
            if operator.family in {"compare", "date_range", "date_compare"} and not slots:
                raise QueryError(f"Operator '{name}' on '{path}' needs a value that is not null")
            return Test(member, operator, slots, with_null=None in values)
        case AllOf(parts) | AnyOf(parts):
            resolved = tuple(c for part in parts if (c := resolve_filter(part, model, slot_of)) is not None)
            if not resolved:
                return None
            return Every(resolved) if isinstance(written, AllOf) else Some(resolved)


def filter_json(written: Filter) -> str:
    """A filter as compact JSON, the way error texts quote it."""

    def plain(condition: Filter) -> object:
        match condition:
            case Comparison(member, operator, values):
                return {"member": member, "operator": operator, "values": values}
            case AllOf(parts):
                return {"and": [plain(part) for part in parts]}
            case AnyOf(parts):
                return {"or": [plain(part) for part in parts]}

    return json.dumps(plain(written), separators=(",", ":"), ensure_ascii=False)
