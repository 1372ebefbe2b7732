"""Masked members: what stands for the value of a dimension or measure that a caller may not see, or not in every row.

A mask is put where a query names the member, so that filters, order, groups and periods act on what is shown. What
other members and policies read is the value itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlglot import exp

from kubus.model.context import ContextReference, MaskValue
from kubus.model.cube import Dimension, Mask, Masked, MaskedMeasure, Measure, Member
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.measure_types import Aggregate, MeasureType, ValueType
from kubus.model.member_sql import MemberReference, MemberSql, marker
from kubus.model.model import Model
from kubus.query.operators import OPERATORS

# What stands for values of a type where the member declares no mask; null where a type is not there.
DefaultMasks = Mapping[str, str]

MARKED = exp.column(exp.to_identifier(marker(0), quoted=False))


def masked_dimension(dimension: Dimension, unless: object | None, defaults: DefaultMasks) -> Dimension:
    """The dimension as its mask, except in rows that pass `unless`."""
    value = Masked(dimension, mask_of(dimension, dimension.type, defaults), unless)
    return replace(dimension, value=value, sub_query=False, stage=None)


def masked_measure(
    measure: Measure, unless: object | None, defaults: DefaultMasks, *, ungrouped: bool, seen_in_groups: bool
) -> Measure:
    """The measure as its mask. With `seen_in_groups`, groups that pass `unless` show its value."""
    hidden = whole_mask(measure, defaults, ungrouped=ungrouped)
    if unless is None or not seen_in_groups or ungrouped:
        return hidden
    return replace(measure, masked=MaskedMeasure(measure, hidden, unless))


def whole_mask(measure: Measure, defaults: DefaultMasks, *, ungrouped: bool) -> Measure:
    """The mask of a measure, as a measure.

    A row has no value of an aggregate, so that a mask in SQL is null in an ungrouped query.
    """
    kind = measure.type.value_type
    mask = mask_of(measure, kind, defaults)
    if isinstance(mask, MemberSql) and not ungrouped:
        sql = mask
    else:
        value = MaskValue(None if isinstance(mask, MemberSql) else mask, kind)
        tree: exp.Expr = MARKED.copy()
        if not ungrouped:
            # One value for each group, also for one without rows.
            always = exp.GTE(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(0))
            tree = exp.Case().when(always, tree)
        sql = MemberSql("", tree, (ContextReference(value),))
    kept = MeasureType("mask", measure.type.wire_name, Aggregate.EXPRESSION, kind, merge=None, repeats_harmlessly=True)
    return replace(measure, type=kept, sql=sql, filters=(), window=None, stage=None, additive=None, switch=None)


def mask_of(member: Dimension | Measure, kind: ValueType, defaults: DefaultMasks) -> Mask:
    return member.mask if member.mask is not None else defaults.get(kind)


def sees_its_rows(measure: Measure, model: Model) -> bool:
    """Whether a measure is made of the rows of its group alone, at every stage."""
    if any(way is not None for way in (measure.window, measure.stage, measure.additive, measure.switch)):
        return False
    for reference in measure.sql.references if measure.is_expression and measure.sql is not None else ():
        if isinstance(reference, MemberReference):
            inner = model.cubes[reference.cube].member(reference.member)
            if isinstance(inner, Measure) and not sees_its_rows(inner, model):
                return False
    return True


# ── what filters of the client say already ──


def is_implied(unless: Filter, member: Member, filters: tuple[Filter, ...], model: Model, masked: set[str]) -> bool:
    """Whether the client's own filters let no row through that does not pass `unless`, so that nothing is masked.

    Only tests of the cube of the masked member count: those hold wherever its rows are read. A filter on what is
    masked itself says nothing about values.
    """
    said = {one for one in conjuncts(filters) if one.member not in masked}

    def holds(part: Filter) -> bool:
        match part:
            case Comparison():
                return cube_of(part.member, model) == origin(member) and any(covers(part, one) for one in said)
            case AllOf(parts):
                return all(map(holds, parts))
            case AnyOf(parts):
                return any(map(holds, parts))

    return holds(unless)


def conjuncts(filters: tuple[Filter, ...]) -> Iterator[Comparison]:
    for one in filters:
        if isinstance(one, Comparison):
            yield Comparison(one.member, one.operator, one.values)
        elif isinstance(one, AllOf):
            yield from conjuncts(one.parts)


def covers(wide: Comparison, narrow: Comparison) -> bool:
    """Whether every row that passes one comparison passes the other."""
    if wide == narrow:
        return True
    if wide.member != narrow.member or not narrow.values:
        return False
    families = {OPERATORS[wide.operator].family, OPERATORS[narrow.operator].family}
    is_positive = not OPERATORS[wide.operator].negated and not OPERATORS[narrow.operator].negated
    return families == {"equals"} and is_positive and set(narrow.values) <= set(wide.values)


def cube_of(path: str, model: Model) -> str:
    name, _, member = path.partition(".")
    found = model.holders[name].member(member)
    return name if found is None else origin(found)


def origin(member: Member) -> str:
    """The cube of a member; of one of a view that of what it stands for."""
    return member.cube if member.alias_of is None else member.alias_of.cube
