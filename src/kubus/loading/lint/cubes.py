"""Rules about cubes as a whole: whether anything leads to them, and whether their names mean one thing."""

import re
from collections import deque
from collections.abc import Iterable, Iterator

from kubus.loading.checks.references import members_of
from kubus.loading.lint.linted import Found, Linted
from kubus.model.access import tests_in
from kubus.model.context import everything_in
from kubus.model.cube import Cube, Dimension, Measure, Member
from kubus.model.member_sql import MemberReference, QueryReference, TableReference
from kubus.model.pre_aggregation import PreAggregation

SPACES = re.compile(r"\s+")
# A cube before a member: `{CUBE}.` or `{CUBE.`.
QUALIFIED = re.compile(r"\{\s*(\w+)\s*\}\.|(?<=\{)(\w+)\.")


def unreachable_cube(linted: Linted) -> Iterator[Found]:
    """Hidden cubes that no view, join, child or SQL leads to."""
    model = linted.model
    reached = {cube.name for cube in model.cubes.values() if cube.public}
    for view in model.views.values():
        reached |= {cube for ways in view.paths.values() for way in ways for cube in way}
    waiting = deque(sorted(reached))
    while waiting and len(reached) < len(model.cubes):
        for name in led_to(model.cubes[waiting.popleft()]):
            if name in model.cubes and name not in reached:
                reached.add(name)
                waiting.append(name)
    for cube in model.cubes.values():
        if cube.name not in reached:
            what = f"The cube '{cube.name}' is hidden, and nothing shows it, joins it or reads it"
            yield from linted.at_cube(cube, what, "Show it in a view, or take it out")


def led_to(cube: Cube) -> Iterator[str]:
    """The cubes that a cube needs."""
    if cube.extends is not None:
        yield cube.extends
    for join in cube.joins:
        yield join.target
    for part in everything_in(cube):
        match part:
            case MemberReference(path):
                yield from path
            case QueryReference(other) | TableReference(other):
                yield other
            case PreAggregation():
                yield from (path.partition(".")[0] for path in part.rollups)
            case _:
                pass
    for policy in cube.policies:
        for test in () if policy.rows is None else tests_in(policy.rows):
            yield test.member.partition(".")[0]


def two_meanings(linted: Linted) -> Iterator[Found]:
    """One name for two measures of one table, or two types of dimension; one title for two members."""
    yield from names_of_tables(linted)
    for cube in linted.model.cubes.values():
        for one, other in titled_alike(cube.measures.values(), cube.dimensions.values()):
            what = f"'{one.path}' and '{other.path}' have the same title, '{one.label.title}'"
            yield from linted.at_member(one, what, "Give one of them a title that tells them apart", "title")


def names_of_tables(linted: Linted) -> Iterator[Found]:
    """Members of cubes over one table, or of a cube and the one that it extends, that differ under one name."""
    model = linted.model
    first: dict[str, dict[str, Member]] = {}
    for cube in model.cubes.values():
        earlier = first.setdefault(SPACES.sub(" ", cube.table.text.strip().lower()), {})
        parent = None if cube.extends is None else model.cubes[cube.extends]
        for member in members_of(cube):
            same = (parent and parent.member(member.name)) or earlier.setdefault(member.name, member)
            if same is not member and not member.inherited and differ(member, same):
                what = f"'{same.path}' is {described(same)} of the same table, and '{member.path}' {described(member)}"
                yield from linted.at_member(member, what, "Give one of them a name that tells them apart")


def differ(one: Member, other: Member) -> bool:
    """Whether two members of one name mean two things."""
    match one, other:
        case Measure(), Measure():
            same = (
                one.type == other.type
                and bool(one.stage) == bool(other.stage)
                and bool(one.window) == bool(other.window)
            )
            return not same or texts(one) != texts(other)
        case Dimension(), Dimension():
            return one.type != other.type
        case _:
            return type(one) is not type(other)


def texts(measure: Measure) -> tuple[str, ...]:
    """The SQL of a measure with its own cube left out."""
    own = ("CUBE", "TABLE", measure.cube)

    def left(found: re.Match[str]) -> str:
        return "" if (found[1] or found[2]) in own else found[0]

    written = (*(() if measure.sql is None else (measure.sql,)), *measure.filters)
    return tuple(SPACES.sub(" ", QUALIFIED.sub(left, sql.text).strip()) for sql in written)


def described(member: Member) -> str:
    match member:
        case Measure():
            of = "" if member.sql is None else f" of {SPACES.sub(' ', member.sql.text.strip())[:60]}"
            filtered = ", filtered" if member.filters else ""
            return f"a {member.type.name}{of}{filtered}"
        case Dimension():
            return f"a dimension of type {member.type}"
        case _:
            return "a segment"


def titled_alike(*kinds: Iterable[Measure | Dimension]) -> Iterator[tuple[Measure | Dimension, Measure | Dimension]]:
    """Public members of one kind with the same title, each with the first of that title."""
    for kind in kinds:
        first: dict[str, Measure | Dimension] = {}
        for member in kind:
            if member.public and not (isinstance(member, Dimension) and member.synthetic):
                other = first.setdefault(member.label.title.strip().lower(), member)
                if other is not member:
                    yield member, other
