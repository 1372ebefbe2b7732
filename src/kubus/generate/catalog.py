"""What a database has: its tables, as they stand in its catalog."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from kubus.errors import Unsupported
from kubus.sources.source import Source
from kubus.sql.statement import Statement

# What a column's values are to a model. None of what has no place there: documents, lists, bytes.
Kind = Literal["number", "string", "time", "boolean"]

# Between the names of a key of several columns.
BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its type as the database says it, what that is to a model, and what is said of it there."""

    name: str
    type: str
    kind: Kind | None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values are a key of another table. `found` says that the data say so, and no constraint."""

    columns: tuple[str, ...]
    table: tuple[str, str]
    to: tuple[str, ...]
    found: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. `key` are the columns that tell its rows apart; empty where none are known.

    `key_found` says that the rows say so, and no constraint.
    """

    schema: str
    name: str
    columns: tuple[TableColumn, ...]
    key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str | None = None
    key_found: bool = False

    @property
    def path(self) -> tuple[str, str]:
        return (self.schema, self.name)

    def column(self, name: str) -> TableColumn | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The tables of a database in its order. `schema` is the one whose tables are found without naming it."""

    tables: tuple[Table, ...]
    schema: str


async def read_catalog(source: Source) -> Catalog:
    """The catalog of a database, without its own tables.

    Raises:
        SourceError: the database refused.
        Unsupported: it is none of which kubus knows how its catalog is read.
    """
    texts = CATALOGS.get(source.dialect)
    if texts is None:
        raise Unsupported(f"kubus does not know how tables of {source.db_type} are listed")
    ((schema,),) = await ask(source, texts.schema)
    tables: dict[tuple[str, str], Table] = {}
    for of, name, column, kind, comment, about in await ask(source, texts.columns):
        table = tables.get((of, name)) or Table(of, name, (), comment=about)
        one = TableColumn(column, kind, kind_of(kind), comment)
        tables[of, name] = replace(table, columns=(*table.columns, one))
    for of, name, what, columns, to_schema, to_table, to in await ask(source, texts.keys):
        table = tables.get((of, name))
        if table is None:
            continue
        names = tuple(columns.split(BETWEEN))
        match what:
            case "primary":
                tables[of, name] = replace(table, key=names)
            case "unique":
                tables[of, name] = replace(table, unique=(*table.unique, names))
            case _:
                key = ForeignKey(names, (to_schema, to_table), tuple(to.split(BETWEEN)))
                tables[of, name] = replace(table, foreign_keys=(*table.foreign_keys, key))
    return Catalog(tuple(tables.values()), schema)


async def ask(source: Source, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a statement that reads only."""
    return await source.python_rows(Statement(sql, (), (), source.db_type))


# Types by how their names begin, in both databases; the first that fits.
KINDS: tuple[tuple[str, Kind | None], ...] = (
    ("interval", None),
    ("timestamp", "time"),
    ("date", "time"),
    ("bool", "boolean"),
    ("tinyint", "number"),
    ("utinyint", "number"),
    ("smallint", "number"),
    ("usmallint", "number"),
    ("int", "number"),
    ("uint", "number"),
    ("bigint", "number"),
    ("ubigint", "number"),
    ("hugeint", "number"),
    ("uhugeint", "number"),
    ("decimal", "number"),
    ("numeric", "number"),
    ("real", "number"),
    ("float", "number"),
    ("double", "number"),
    ("character", "string"),
    ("varchar", "string"),
    ("text", "string"),
    ("citext", "string"),
    ("char", "string"),
    ("name", "string"),
    ("uuid", "string"),
    ("enum", "string"),
)


def kind_of(type_name: str) -> Kind | None:
    """What values of a type are to a model; None where they are nothing to group or add up by."""
    lower = type_name.lower()
    if lower.endswith("[]"):
        return None
    # `int4range` begins like a number and is none.
    if "range" in lower:
        return None
    return next((kind for start, kind in KINDS if lower.startswith(start)), None)


@dataclass(frozen=True, slots=True)
class CatalogSql:
    """The statements that read a catalog: the schema, the columns of all tables, and the keys."""

    schema: str
    columns: str
    keys: str


CATALOGS = {
    # https://duckdb.org/docs/stable/sql/meta/duckdb_table_functions
    "duckdb": CatalogSql(
        "SELECT current_schema()",
        """
        SELECT c.schema_name, c.table_name, c.column_name, c.data_type, c.comment, coalesce(t.comment, v.comment)
        FROM duckdb_columns() AS c
        LEFT JOIN duckdb_tables() AS t ON t.table_oid = c.table_oid AND t.database_oid = c.database_oid
            AND t.schema_oid = c.schema_oid
        LEFT JOIN duckdb_views() AS v ON v.view_oid = c.table_oid AND v.database_oid = c.database_oid
            AND v.schema_oid = c.schema_oid
        WHERE c.database_name = current_database() AND NOT c.internal
        ORDER BY c.schema_name, c.table_name, c.column_index
        """,
        """
        SELECT schema_name, table_name,
            CASE constraint_type WHEN 'PRIMARY KEY' THEN 'primary' WHEN 'UNIQUE' THEN 'unique' ELSE 'foreign' END,
            array_to_string(constraint_column_names, chr(31)),
            schema_name, referenced_table, array_to_string(referenced_column_names, chr(31))
        FROM duckdb_constraints()
        WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
        ORDER BY schema_name, table_name, constraint_index
        """,
    ),
    # https://www.postgresql.org/docs/current/catalogs.html
    "postgres": CatalogSql(
        "SELECT current_schema()::text",
        """
        SELECT n.nspname::text, c.relname::text, a.attname::text,
            CASE t.typtype WHEN 'e' THEN 'enum' ELSE format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL) END,
            col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class')
        FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_attribute AS a ON a.attrelid = c.oid
        JOIN pg_type AS t ON t.oid = a.atttypid
        WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
            AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
            AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
        ORDER BY n.nspname, c.relname, a.attnum
        """,
        """
        SELECT n.nspname::text, c.relname::text,
            CASE k.contype WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' ELSE 'foreign' END,
            (SELECT string_agg(a.attname::text, chr(31) ORDER BY u.place)
             FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
             JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number),
            m.nspname::text, f.relname::text,
            (SELECT string_agg(a.attname::text, chr(31) ORDER BY u.place)
             FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
             JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number)
        FROM pg_constraint AS k
        JOIN pg_class AS c ON c.oid = k.conrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN pg_class AS f ON f.oid = k.confrelid
        LEFT JOIN pg_namespace AS m ON m.oid = f.relnamespace
        WHERE k.contype IN ('p', 'u', 'f')
        ORDER BY n.nspname, c.relname, k.conname
        """,
    ),
}
