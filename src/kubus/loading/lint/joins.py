"""Rules about joins: which way is taken, and whether a join meets the rows that it says."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from kubus.loading.lint.linted import Found, Linted
from kubus.model.ambiguity import REMEDY, ambiguities
from kubus.model.cube import Cube, Dimension, value_sql
from kubus.model.join_graph import Join, Relationship
from kubus.model.member_sql import MemberReference, MemberSql, TableReference
from kubus.model.model import Model
from kubus.model.references import MARKER


@dataclass(frozen=True, slots=True)
class Read:
    """A column of a cube, or a dimension if `is_member`; `cube` is None where a column stands without one."""

    cube: str | None
    name: str
    is_member: bool = False


def ambiguous_joins(linted: Linted) -> Iterator[Found]:
    """Two equally short ways between two cubes."""
    for one in ambiguities(linted.model.join_graph):
        cube = linted.cubes[one.taken[0]]
        join = cube.lists["joins"][one.taken[1]]
        yield Found(cube.name, join.file, join.at, one.message, REMEDY)


def join_one_sided(linted: Linted) -> Iterator[Found]:
    """Joins that do not say which rows meet which."""
    for join in joins_of(linted.model):
        missing = not_read(join)
        if missing is not None:
            what = f"The join of '{join.source}' to '{join.target}' reads nothing of '{missing}'"
            hint = f"Every row then meets every row that passes: compare a column of '{missing}' as well"
            yield from linted.at_join(join, what, hint)


def join_without_key(linted: Linted) -> Iterator[Found]:
    """Joins that are said to meet one row, and do not compare the key of that row."""
    for join in joins_of(linted.model):
        if not_read(join) is not None:
            continue
        cubes = [linted.model.cubes[name] for name in met_once(join)]
        if any(is_met_by_key(join, cube, linted.model) for cube in cubes):
            continue
        cube = cubes[0]
        says = f"The join of '{join.source}' to '{join.target}' is {join.relationship.value}"
        if not cube.primary_key:
            what = f"{says}, and '{cube.name}' has no primary key by which one row of it is met"
            hint = f"Mark the dimension that identifies a row of '{cube.name}' with primary_key: true"
        else:
            key = ", ".join(f"'{dimension.name}'" for dimension in cube.primary_key)
            what = f"{says}, and does not compare the primary key of '{cube.name}', {key}"
            hint = f"Where several rows of '{cube.name}' are met, totals count rows twice: join by the key"
        yield from linted.at_join(join, what, hint)


def joins_of(model: Model) -> Iterator[Join]:
    for cube in model.cubes.values():
        yield from cube.joins


def met_once(join: Join) -> tuple[str, ...]:
    """The cubes of which a row of the other meets one at the most; of two it is enough that one is right."""
    match join.relationship:
        case Relationship.MANY_TO_ONE:
            return (join.target,)
        case Relationship.ONE_TO_MANY:
            return (join.source,)
        case Relationship.ONE_TO_ONE:
            return (join.target, join.source)


def not_read(join: Join) -> str | None:
    """The cube of which a join's condition reads nothing; None too where a column may be of either."""
    read = {reference.cube for reference in join.on.references if isinstance(reference, MemberReference)}
    read |= {reference.cube for reference in join.on.references if isinstance(reference, TableReference)}
    if any(one.cube is None for one in reads(join.on.tree, join.on)):
        return None
    return next((cube for cube in (join.target, join.source) if cube not in read), None)


def is_met_by_key(join: Join, cube: Cube, model: Model) -> bool:
    """Whether the condition holds every part of a cube's primary key equal to something."""
    compared: set[str] = set()
    for part in parts_of(join.on.tree):
        if isinstance(part, exp.EQ | exp.NullSafeEQ):
            for side in (part.this, part.expression):
                read = list(reads(side, join.on))
                if all(one.cube in (cube.name, None) for one in read):
                    compared.update(name for one in read for name in columns_of(one, model))
    keys = [columns_below(key, model) for key in cube.primary_key]
    return bool(keys) and all(key and key <= compared for key in keys)


def parts_of(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions that all have to hold."""
    if isinstance(tree, exp.Paren):
        yield from parts_of(tree.this)
    elif isinstance(tree, exp.And):
        yield from parts_of(tree.this)
        yield from parts_of(tree.expression)
    else:
        yield tree


def reads(tree: exp.Expr, sql: MemberSql) -> Iterator[Read]:
    """What a part of member SQL reads of rows."""
    for column in tree.find_all(exp.Column):
        marked = MARKER.fullmatch(column.name) or MARKER.fullmatch(column.table)
        match sql.references[int(marked[1])] if marked is not None else None:
            case MemberReference() as member:
                yield Read(member.cube, member.member, is_member=True)
            case TableReference(cube):
                yield Read(cube, column.name.lower())
            case None if not column.table:
                yield Read(None, column.name.lower())
            case _:
                pass


def columns_of(read: Read, model: Model) -> frozenset[str]:
    """The columns that are read, in lower case."""
    if not read.is_member:
        return frozenset({read.name})
    dimension = None if read.cube is None else model.cubes[read.cube].dimensions.get(read.name)
    return frozenset() if dimension is None else columns_below(dimension, model)


def columns_below(dimension: Dimension, model: Model) -> frozenset[str]:
    """The columns that a dimension is made of, in lower case. Dimensions that refer to themselves do not compile."""
    found = (columns_of(read, model) for sql in value_sql(dimension.value) for read in reads(sql.tree, sql))
    return frozenset[str]().union(*found)
