"""What may be written at a place of a model file: keys, words, and names of cubes, members and columns."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from kubus.lsp.cursor import Cursor, cursor_at
from kubus.lsp.explaining import explained
from kubus.lsp.open_model import OpenModel
from kubus.lsp.patterns import PATTERNS
from kubus.lsp.symbols import NAME_KEYS, SQL_KEYS, Symbol
from kubus.lsp.tables import NO_CATALOGS, Catalogs, columns_in, cube_table, table_in, tables_in
from kubus.model.cube import Dimension
from kubus.model.member_sql import MemberSql

Kind = Literal["key", "word", "cube", "measure", "dimension", "segment", "column", "table", "pattern"]

KINDS: dict[str, Kind] = {"measures": "measure", "dimensions": "dimension", "segments": "segment"}
IN_BRACES = re.compile(r"\{([A-Za-z_][\w.]*)?$")
AFTER_CUBE = re.compile(r"\{\s*(CUBE|TABLE|[A-Za-z_]\w*)\s*\}\.(\w*)$")
IN_LIST = re.compile(r"^\s*(?:- +)*(\w+)\s*:\s*\[[^\]]*$")
PATH_END = re.compile(r"([A-Za-z_][\w.]*)?$")
ITEM_BEGUN = re.compile(r"\s*- +[\w.]*$")
MEMBERS_IN_VIEWS = ("includes", "excludes")
TABLE_KEYS = ("sql_table",)
# A name of SQL that begins, and stands behind no brace or dot.
BARE = re.compile(r"(?:^|[^\w.{}])\w*$")
# The line up to here is within a text between double quotes.
DOUBLE_QUOTED = re.compile(r":\s+\"(?:[^\"\\]|\\.)*$")


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be written, of what kind, in a few words, and explained."""

    text: str
    kind: Kind
    detail: str = ""
    explanation: str | None = None
    # Of a pattern the text with its places, `${1:name}`; of all others `text` is written.
    pattern: str | None = None


def choices(open_model: OpenModel, text: str, line: int, column: int, catalogs: Catalogs = NO_CATALOGS) -> list[Choice]:
    """What may be written at a line and column, counted from 0, of a model file with this text.

    `catalogs` is what is known of databases; where nothing is, columns are those that the model reads already.
    """
    lines = text.splitlines()
    cursor = cursor_at(lines, line, column)
    return list(dict.fromkeys(found(cursor, open_model, lines, line, catalogs)))


def source_wanted(open_model: OpenModel, text: str, line: int, column: int) -> str | None:
    """The data source whose tables may be written at a place; None where none may."""
    lines = text.splitlines()
    cursor = cursor_at(lines, line, column)
    cube = column_of(cursor)
    if cube is None and cursor.value_of not in TABLE_KEYS:
        return None
    table = cube_table(cube or cursor.holder or "", open_model, lines)
    return "default" if table is None else table.data_source


def column_of(cursor: Cursor) -> str | None:
    """The cube of which a column may be written: behind its name in braces, or in SQL of its own; None where none."""
    named = AFTER_CUBE.search(cursor.before)
    if named is not None:
        return cursor.holder if named[1] in ("CUBE", "TABLE") else named[1]
    is_own = (
        cursor.value_of == "sql"
        and cursor.path[-1:] not in (("cubes",), ("joins",))
        and BARE.search(cursor.before) is not None
    )
    return cursor.holder if is_own else None


def found(cursor: Cursor, open_model: OpenModel, lines: list[str], line: int, catalogs: Catalogs) -> Iterator[Choice]:
    before = cursor.before
    cube = column_of(cursor)
    if cube is not None or AFTER_CUBE.search(before) is not None:
        is_quoted = DOUBLE_QUOTED.search(before) is not None
        yield from columns(cube or "", open_model, lines, catalogs, is_quoted=is_quoted)
        return
    braces = IN_BRACES.search(before)
    if braces is not None:
        yield from references(braces[1] or "", cursor.holder, open_model, in_sql=True)
        return
    key = cursor.value_of
    listed = IN_LIST.match(before)
    last = cursor.path[-1] if cursor.path else ""
    if listed is not None:
        key = listed[1]
    elif ITEM_BEGUN.match(before) and (last in MEMBERS_IN_VIEWS or (last in NAME_KEYS and "name" not in cursor.keys)):
        key = last
    if key is None:
        yield from keys(cursor)
        if ITEM_BEGUN.match(before) and not cursor.siblings:
            for one in PATTERNS.get(last, ()):
                yield Choice(one.name, "pattern", one.means, pattern=one.text)
        return
    written = PATH_END.search(before)
    path = "" if written is None else written[1] or ""
    if key in MEMBERS_IN_VIEWS and cursor.path[:2] == ("views", "cubes"):
        cube = joined_cube(lines, line)
        yield from members(cube, open_model)
    elif key == "join_path":
        yield from ways(path, open_model)
    elif key == "extends" or (key == "name" and cursor.path[-1:] == ("joins",)):
        yield from (choice(Symbol(name), "cube", open_model) for name in open_model.members())
    elif key in NAME_KEYS:
        yield from references(path, cursor.holder, open_model, in_sql=False)
    elif key in TABLE_KEYS:
        own = cube_table(cursor.holder or "", open_model, lines)
        for name, comment in tables_in(catalogs, "default" if own is None else own.data_source):
            yield Choice(name, "table", "table", comment)
    elif key not in SQL_KEYS:
        yield from words(cursor, key)


def keys(cursor: Cursor) -> Iterator[Choice]:
    """The keys of the map that it does not have yet."""
    for name, key in cursor.keys.items():
        if name not in cursor.siblings:
            yield Choice(name, "key", "", key.means)


def words(cursor: Cursor, key: str) -> Iterator[Choice]:
    """The words of which one stands under a key."""
    known = cursor.keys.get(key)
    if known is not None:
        given = known.shape.get("enum") or known.shape.get("examples") or ()
        for word in given:
            if word is True or word is False:
                yield Choice(str(word).lower(), "word")
            elif word not in ("true", "false") and str(word) == str(word).lower():
                yield Choice(str(word), "word")


def references(path: str, holder: str | None, open_model: OpenModel, *, in_sql: bool) -> Iterator[Choice]:
    """What a reference may go on with."""
    way = path.split(".")[:-1]
    if way:
        last = way[-1]
        yield from members((holder or "") if last in ("CUBE", "TABLE") else last, open_model)
        # The way goes on to what is joined.
        yield from joined(last, open_model)
        return
    if in_sql:
        yield Choice("CUBE", "cube", "this cube")
    yield from members(holder or "", open_model)
    yield from (choice(Symbol(name), "cube", open_model) for name in open_model.members())


def members(holder: str, open_model: OpenModel) -> Iterator[Choice]:
    views = open_model.views()
    if holder in views:
        yield from (
            Choice(name, "dimension", "", explained(to[0], open_model)) for name, to in views[holder].targets.items()
        )
    for name, kind in open_model.members().get(holder, {}).items():
        if kind in KINDS:
            yield choice(Symbol(holder, name), KINDS[kind], open_model)


def choice(symbol: Symbol, kind: Kind, open_model: OpenModel) -> Choice:
    detail = f"{kind} of {symbol.holder}" if symbol.member else kind
    return Choice(symbol.member or symbol.holder, kind, detail, explained(symbol, open_model))


def joined(cube: str, open_model: OpenModel) -> Iterator[Choice]:
    graph = () if open_model.model is None else open_model.model.join_graph.joins.get(cube, ())
    yield from (choice(Symbol(join.target), "cube", open_model) for join in graph)


def ways(path: str, open_model: OpenModel) -> Iterable[Choice]:
    """How a join path may go on."""
    way = path.split(".")[:-1]
    if way:
        return joined(way[-1], open_model)
    return (choice(Symbol(name), "cube", open_model) for name in open_model.members())


def joined_cube(lines: list[str], line: int) -> str:
    """The cube of the entry of a view that a line is in."""
    for number in range(line, -1, -1):
        found = re.match(r"\s*(?:- +)?join_?[pP]ath\s*:\s*[\"'{]*([\w.]+)", lines[number])
        if found is not None:
            return found[1].rpartition(".")[2]
    return ""


def columns(
    cube: str, open_model: OpenModel, lines: list[str], catalogs: Catalogs, *, is_quoted: bool
) -> Iterator[Choice]:
    """The columns of a cube's table, as its database has them; where that is not known, those that members read.

    `is_quoted`: in a text of YAML between double quotes, where another one needs a backslash.
    """
    table = cube_table(cube, open_model, lines)
    known = None if table is None else table_in(catalogs, table)
    if table is not None and known is not None:
        for name, kind, comment in columns_in(known, open_model.dialects.get(table.data_source, "duckdb")):
            yield Choice(name.replace('"', '\\"') if is_quoted else name, "column", kind, comment)
        return
    there = None if open_model.model is None else open_model.model.cubes.get(cube)
    if there is None:
        return
    seen: set[str] = set()
    for member in (*there.dimensions.values(), *there.measures.values()):
        sql = member.value if isinstance(member, Dimension) else member.sql
        for column in sql.tree.find_all(exp.Column) if isinstance(sql, MemberSql) else ():
            if not column.name.startswith("__kubus_ref") and column.name not in seen:
                seen.add(column.name)
                yield Choice(column.name, "column", f"column of {cube}")
