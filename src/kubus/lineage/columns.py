"""From which columns of which tables the columns of a cube's query come.

What sqlglot can say is said; the rest is unknown, with the reason. Nothing is guessed: a column behind `SELECT *` over
two tables could be of either.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage  # pyright: ignore[reportUnknownVariableType] - a dict without types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from kubus.model.member_sql import MemberSql, QueryReference
from kubus.model.references import MARKER


@dataclass(frozen=True, slots=True)
class OfTable:
    """A column of a table of the database."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class OfCube:
    """A column of another cube, whose query stands inside this one."""

    cube: str
    column: str


@dataclass(frozen=True, slots=True)
class NotOfAColumn:
    """A value that the SQL says itself: a constant, rows that are written out, or what a function makes."""

    what: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """What cannot be told, and why."""

    why: str


Origin = OfTable | OfCube | NotOfAColumn | Unknown


def origins(query: MemberSql, columns: Iterable[str], dialect: str) -> dict[str, tuple[Origin, ...]]:
    """Where each of these columns of a query comes from."""
    wanted = tuple(columns)
    try:
        return traced(query, wanted, dialect)
    except (SqlglotError, ValueError):
        # What cannot be traced may be another column.
        return {column: alone(query, column, dialect) for column in wanted}


def alone(query: MemberSql, column: str, dialect: str) -> tuple[Origin, ...]:
    """Where one column comes from, without a look at the others."""
    try:
        return traced(query, (column,), dialect, only=True)[column]
    except (SqlglotError, ValueError) as error:
        return (Unknown(f"the query of the cube cannot be traced: {str(error).splitlines()[0]}"),)


def traced(
    query: MemberSql, wanted: tuple[str, ...], dialect: str, *, only: bool = False
) -> dict[str, tuple[Origin, ...]]:
    """The same. `only` leaves out all other columns of the query, which may be what cannot be traced.

    Raises:
        SqlglotError, ValueError: the query cannot be traced.
    """
    tree = with_columns(query.tree.copy(), wanted)
    if only and isinstance(tree, exp.Select):
        names = {name.lower() for name in wanted}
        tree.set("expressions", [one for one in tree.expressions if one.alias_or_name.lower() in names])
    qualified = qualify(
        tree, dialect=dialect, schema={}, validate_qualify_columns=False, identify=False, quote_identifiers=False
    )
    scope = build_scope(qualified)
    assert isinstance(qualified, exp.Query)
    given = {one.alias_or_name for one in qualified.selects}
    found: dict[str, tuple[Origin, ...]] = {}
    for column in wanted:
        # A name in quotes is as it is written.
        name = exp.column(exp.to_identifier(column, quoted=column in given))
        try:
            root = lineage(name, qualified, {}, dialect=dialect, scope=scope, trim_selects=False)
            found[column] = tuple(sorted(dict.fromkeys(of_node(root, column, query)), key=repr))
        except (SqlglotError, ValueError):
            stars = any(is_star(one) for select in qualified.find_all(exp.Select) for one in select.expressions)
            why = "it comes out of `*` over several tables" if stars else f"the query of the cube gives no {column}"
            found[column] = (Unknown(why),)
    return found


def of_node(root: Node, column: str, query: MemberSql) -> Iterator[Origin]:
    """The ends of sqlglot's graph."""
    for node in root.walk():
        if node.downstream:
            continue
        match node.expression:
            case exp.Table() as table if node.name == "*":
                yield Unknown(f"`*` over several tables, {table_name(table)} among them")
            case exp.Table() as table:
                name = node.name.rpartition(".")[2].strip('"')
                cube = cube_behind(table, query)
                yield OfTable(table_name(table), name) if cube is None else OfCube(cube, name)
            case exp.Placeholder():
                if MARKER.search(node.name):
                    yield NotOfAColumn("what the query or its caller decides")
                else:
                    yield Unknown(f"{node.name.strip('.')} could be of several tables")
            case exp.Star():
                yield Unknown("`*` over several tables")
            case _ if isinstance(node.source, exp.Values | exp.UDTF):
                yield NotOfAColumn("rows that the SQL makes itself")
            case other if node.name == "*":
                yield Unknown(f"`*` over several sub-queries, {other.alias_or_name or 'one without a name'} among them")
            case other if isinstance(other, exp.Query) or other.find(exp.Column):
                yield Unknown(f"the query does not say where {column} is from")
            case other:
                yield NotOfAColumn(other.unalias().sql()[:80])


def cube_behind(table: exp.Table, query: MemberSql) -> str | None:
    """The cube whose query stands where a table does, by `{cube.sql()}`."""
    match = MARKER.fullmatch(table.name)
    reference = query.references[int(match[1])] if match else None
    return reference.cube if isinstance(reference, QueryReference) else None


def table_name(table: exp.Table) -> str:
    """`schema.table`, as it is written, without an alias."""
    return ".".join(part.name for part in table.parts) if not isinstance(table.this, exp.Func) else table.this.sql()


# ── SELECT * ──


def with_columns(tree: exp.Expr, wanted: Iterable[str]) -> exp.Expr:
    """The query with these columns instead of `*`, wherever that is of one source alone, so that they are its columns.

    A `*` that leaves something out or puts something else in its place stays as it is. So does one in a UNION, whose
    columns go by their place, which only the database knows.
    """
    # What an outer query asks of an inner one is somewhere in its text.
    asked = (column.name for column in tree.find_all(exp.Column) if not is_star(column))
    names = tuple(dict.fromkeys((*wanted, *asked)))
    by_place = {id(select) for union in tree.find_all(exp.SetOperation) for select in selects_of(union)}
    for select in list(tree.find_all(exp.Select)):
        if id(select) in by_place:
            if any(map(is_star, select.expressions)):
                raise ValueError("`*` in a UNION, whose columns go by their place")
            continue
        stars = [one for one in select.expressions if is_star(one)]
        sources = list(sources_of(select))
        if len(stars) != 1:
            continue
        star = stars[0]
        table = star.table if isinstance(star, exp.Column) else ""
        if has_changes(star) or (not table and len(sources) != 1):
            continue
        own = {one.alias_or_name.lower() for one in select.expressions if one is not star}
        of = table or sources[0]
        columns = [exp.column(name, table=of or None) for name in names if name.lower() not in own]
        rest = [one for one in select.expressions if one is not star]
        select.set("expressions", [*rest, *columns] if columns else rest)
    return tree


def selects_of(union: exp.SetOperation) -> Iterator[exp.Select]:
    """The queries that a UNION puts under one another."""
    for side in (union.this, union.expression):
        inner = side.unnest() if isinstance(side, exp.Subquery) else side
        if isinstance(inner, exp.SetOperation):
            yield from selects_of(inner)
        elif isinstance(inner, exp.Select):
            yield inner


def is_star(expression: exp.Expr) -> bool:
    return isinstance(expression, exp.Star) or (
        isinstance(expression, exp.Column) and isinstance(expression.this, exp.Star)
    )


def has_changes(star: exp.Expr) -> bool:
    """Whether a `*` leaves out or replaces columns."""
    own = star.this if isinstance(star, exp.Column) else star
    return any(own.args.get(name) for name in ("except_", "except", "replace", "rename"))


def sources_of(select: exp.Select) -> Iterator[str]:
    """The names of what stands in FROM and the joins."""
    tree = select.args.get("from_") or select.args.get("from")
    if tree is not None:
        yield tree.this.alias_or_name
    for join in select.args.get("joins") or ():
        yield join.this.alias_or_name
    for view in select.args.get("laterals") or ():
        yield view.alias_or_name


# ── what a cube's table is ──


def own_columns(table: MemberSql, columns: Iterable[str]) -> Mapping[str, tuple[Origin, ...]]:
    """The columns of a cube that is a table, which are the table's."""
    tree = table.tree
    if not isinstance(tree, exp.Table):
        return {column: (Unknown("the cube is neither a table nor a query"),) for column in columns}
    return {column: (OfTable(table_name(tree), column),) for column in columns}
