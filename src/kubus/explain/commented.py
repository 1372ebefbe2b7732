"""A statement over several lines, with the names of members as comments."""

import sqlglot
from sqlglot import exp

from kubus.explain.steps import Numbered
from kubus.explain.words import key_words
from kubus.model.cube import Measure
from kubus.model.model import Model
from kubus.plan.nodes import LeftJoin, Scan
from kubus.query.conditions import Bucket, Key
from kubus.sql.names import Names
from kubus.sql.statement import Statement


def commented(statement: Statement, numbered: Numbered, model: Model, dialect: str, longest: int) -> str:
    """The statement as it is sent, but for line breaks and comments: cubes behind tables, members behind columns."""
    tree = sqlglot.parse_one(statement.sql, read=dialect)
    members = column_names(statement, numbered, model, longest)
    tables = {node.cube.alias: node.cube.name for node in cubes_in(numbered)}
    for alias in tree.find_all(exp.Alias):
        member = members.get(alias.alias)
        if member is not None:
            alias.add_comments([f" {member} "])
    for table in tree.find_all(exp.Table, exp.Subquery):
        cube = tables.get(table.alias)
        if cube is not None:
            table.add_comments([f" cube {cube} "])
    return tree.sql(dialect=dialect, pretty=True)


def has_having(statement: Statement, dialect: str) -> bool:
    """Whether conditions on groups are in a HAVING of the outermost SELECT."""
    return sqlglot.parse_one(statement.sql, read=dialect).args.get("having") is not None


def cubes_in(numbered: Numbered) -> list[Scan | LeftJoin]:
    return [node for _, node in numbered.all() if isinstance(node, Scan | LeftJoin)]


def column_names(statement: Statement, numbered: Numbered, model: Model, longest: int) -> dict[str, str]:
    """The member behind each column name; names that could be of several are left out."""
    names: dict[str, str | None] = {}

    def note(name: str, member: str) -> None:
        names[name] = member if names.get(name, member) == member else None

    for _, node in numbered.all():
        # Names are given anew for each, so that none is numbered: what is left is the member's own.
        for key in keys_of(node):
            note(Names(model, longest).of(key), key_words(key))
        for measure in measures_of(node):
            note(Names(model, longest).of(measure), measure.path)
    for column in statement.columns:
        names[column.alias] = column.key
    return {name: member for name, member in names.items() if member is not None}


def keys_of(node: object) -> tuple[Key, ...]:
    found: tuple[Key, ...] = (*getattr(node, "keys", ()), *getattr(node, "names", ()))
    time = getattr(node, "time", None)
    return (*found, time) if isinstance(time, Bucket) else found


def measures_of(node: object) -> tuple[Measure, ...]:
    return tuple(getattr(node, "measures", ()))
