"""What members stand for, and which cubes they need in the join tree."""

from collections.abc import Iterator
from dataclasses import replace

from kubus.model.cube import Cube, Dimension, Masked, Measure, Member, Segment, value_sql
from kubus.model.join_graph import Hint
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.model import Model
from kubus.query.conditions import Condition, Every, InWindows, IsSet, Some, Test, Within, members_tested
from kubus.query.shown import condition_of


def aliased(measure: Measure, model: Model) -> Measure:
    """The measure of a cube that a view's measure stands for; any other is itself."""
    if measure.alias_of is None:
        return measure
    target = referenced(measure.alias_of, model)
    assert isinstance(target, Measure), measure.path
    return target


def unviewed(condition: Condition, model: Model) -> Condition:
    """A condition on the members that those of views stand for, by whatever way leads to them."""
    match condition:
        case Test(Dimension() as dimension):
            return replace(condition, member=behind(dimension, model))
        case Within(dimension) | IsSet(dimension):
            return replace(condition, dimension=behind(dimension, model))
        case InWindows(inner):
            return replace(condition, range=replace(inner, dimension=behind(inner.dimension, model)))
        case Segment(alias_of=MemberReference() as target):
            return model.segment(f"{target.cube}.{target.member}")
        case Every(parts) | Some(parts):
            return type(condition)(tuple(unviewed(part, model) for part in parts))
        case _:
            return condition


def behind(dimension: Dimension, model: Model) -> Dimension:
    """The dimension of a cube that a view's dimension stands for, shifted as that is; any other is itself."""
    target = dimension.alias_of
    if target is None:
        return dimension
    own = model.dimension(f"{target.cube}.{target.member}")
    return replace(own, shifts=dimension.shifts)


def target_of(member: Member) -> tuple[str, str]:
    """Cube and name of a member; of a member of a view those of what it stands for."""
    if member.alias_of is not None:
        return member.alias_of.cube, member.alias_of.member
    return member.cube, member.name


def hints_of(
    member: Dimension | Measure | Segment, model: Model, roots: frozenset[str] = frozenset()
) -> Iterator[Hint]:
    """The cubes that a member needs in the join tree, its own first; a path where its SQL writes one.

    A sub-query dimension needs only its own cube: what it refers to is computed apart. A member of a view needs the
    way that the view declares; of several ways the one from one of `roots`.
    """
    if isinstance(member, Dimension) and isinstance(member.value, Masked):
        # As if it were seen, so that a mask changes no row; and what the mask reads.
        yield from hints_of(member.value.real, model, roots)
        own = (target_of(member)[0],)
        for inner in read_by_mask(member, model):
            yield from (hint for hint in hints_of(inner, model, roots) if hint != own)
        return
    if member.alias_of is not None:
        ways = model.views[member.cube].paths[member.alias_of.cube]
        yield next((way for way in ways if way[0] in roots), member.alias_of.path)
        # The way says where the cube is reached from; by itself it would be a root of its own.
        own = (member.alias_of.cube,)
        yield from (hint for hint in hints_of(referenced(member.alias_of, model), model) if hint != own)
        return
    yield (member.cube,)
    if isinstance(member, Dimension) and member.stage is not None:
        # Its value is found by what its measures are grouped by.
        for reference in member.stage.grain.include:
            yield reference.path
            yield from hints_of(referenced(reference, model), model)
    for sql in sql_of(member):
        for reference in sql.references:
            if isinstance(reference, MemberReference):
                if reference.cube != member.cube:
                    yield reference.path
                yield from hints_of(referenced(reference, model), model)


def read_by_mask(member: Member, model: Model) -> Iterator[Dimension | Measure | Segment]:
    """The members that the mask of a dimension reads, and the dimension itself where some rows show it."""
    if not isinstance(member, Dimension) or not isinstance(member.value, Masked):
        return
    mask, unless = member.value.mask, member.value.unless
    for reference in mask.references if isinstance(mask, MemberSql) else ():
        if isinstance(reference, MemberReference):
            yield referenced(reference, model)
    if unless is not None:
        yield member.value.real
        yield from members_tested(condition_of(unless))


def sql_of(member: Dimension | Measure | Segment) -> Iterator[MemberSql]:
    """Every SQL text whose references count for the row of a member."""
    match member:
        case Measure(sql=sql, filters=filters):
            if sql is not None:
                yield sql
            yield from filters
            if member.switch is not None:
                yield from member.switch.texts()
        case Segment(sql=sql):
            yield sql
        case Dimension():
            if not member.is_attached:
                yield from value_sql(member.value)


def referenced(reference: MemberReference, model: Model) -> Dimension | Measure | Segment:
    """The member that a reference names; the compiler made sure that it is there."""
    cube: Cube = model.cubes[reference.cube]
    member = cube.member(reference.member)
    assert member is not None, reference
    return member
