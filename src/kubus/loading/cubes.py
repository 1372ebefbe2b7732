"""Declared cubes to cubes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kubus.loading.bind import Binder, Members
from kubus.loading.declarations import IDENTIFIER, DeclaredCube, DeclaredMember, short
from kubus.loading.intervals import every_seconds, is_cron
from kubus.loading.members import CubeCompiler
from kubus.loading.problems import Problems, nearest_hint
from kubus.loading.yaml_text import Yaml
from kubus.model.cube import Cube, Label
from kubus.model.member_sql import MemberSql
from kubus.model.names import snake_case
from kubus.model.references import BadSql, query_sql, table_sql
from kubus.model.titles import title_of

REFRESH_KEYS = frozenset({"every", "sql", "timezone", "immutable"})


def compile_cube(
    declared: DeclaredCube, members: Members, dialects: Mapping[str, str], problems: Problems
) -> Cube | None:
    """The cube, or None if it has no table or its data source is not known; every problem is noted."""
    itself = DeclaredMember(declared.name, declared.at, declared.file, declared.fields)
    data_source = text_of(itself, "data_source", "default", problems)
    dialect = dialects.get(data_source)
    if dialect is None:
        problems.add(
            declared.file,
            declared.fields.get("data_source") or declared.at,
            f"The {data_source} data source is missing in the declared CUBEJS_DATASOURCES.",
            hint=nearest_hint(data_source, dialects),
            cube=declared.name,
        )
        dialect = next(iter(dialects.values()), "")
    compiler = CubeCompiler(declared, members, dialect, problems)
    alias = text_of(itself, "sql_alias", snake_case(declared.name), problems)
    if not IDENTIFIER.fullmatch(alias):
        problems.add(
            declared.file,
            declared.fields["sql_alias"],
            f"(sql_alias = {short(alias)}) is not a name",
            cube=declared.name,
        )
    table = compile_table(declared, members, dialect, problems)
    label = compiler.label(itself, "cube")
    meta = declared.fields.get("meta")
    public = compiler.public(itself, True, "cube")
    compiler.boolean(itself, "rewrite_queries", False, "cube")
    refresh_key, refresh_every = compile_refresh_key(declared, problems)
    dimensions = compiler.all("dimensions", compiler.dimension)
    measures = compiler.all("measures", compiler.measure)
    segments = compiler.all("segments", compiler.segment)
    joins = compiler.all("joins", compiler.join)
    if table is None:
        return None
    extends = declared.fields.get("extends")
    return Cube(
        name=declared.name,
        alias=alias,
        table=table[0],
        is_query=table[1],
        data_source=data_source,
        label=Label(
            title=text_of(itself, "title", title_of(declared.name), problems),
            description=label.description,
            meta=None if meta is None else meta.plain(),
        ),
        public=public,
        file=declared.file,
        dimensions=MappingProxyType(dimensions),
        measures=MappingProxyType(measures),
        segments=MappingProxyType(segments),
        joins=tuple(joins.values()),
        extends=None if extends is None else str(extends.data),
        refresh_key=refresh_key,
        refresh_every=refresh_every,
        declared_sql=str(declared.fields["sql"].data) if "sql" in declared.fields else None,
    )


def text_of(member: DeclaredMember, key: str, default: str, problems: Problems) -> str:
    value = member.fields.get(key)
    if value is None:
        return default
    if not isinstance(value.data, str):
        problems.add(member.file, value, f"({key} = {short(value.plain())}) must be a string", cube=member.name)
        return default
    return value.data


def compile_table(
    declared: DeclaredCube, members: Members, dialect: str, problems: Problems
) -> tuple[MemberSql, bool] | None:
    sql, table = declared.fields.get("sql"), declared.fields.get("sql_table")
    if sql is not None and table is not None:
        problems.add(
            declared.file,
            sql,
            "You must use either sql or sqlTable within a model, but not both",
            cube=declared.name,
        )
        return None
    value = sql or table
    if value is None:
        problems.add(
            declared.file,
            declared.at,
            f"(value = {declared.name}) must contain at least one of [sql, sqlTable]",
            hint="Write sql_table with the name of a table, or sql with a query",
            cube=declared.name,
        )
        return None
    if not isinstance(value.data, str) or not value.data.strip():
        problems.add(declared.file, value, f"({short(value.plain())}) must be SQL text", cube=declared.name)
        return None
    try:
        if table is not None:
            return table_sql(value.data, dialect), False
        return query_sql(value.data, dialect, Binder(declared.name, declared.name, members, "cube"))
    except BadSql as error:
        problems.add(declared.file, value, error.message, hint=error.hint, cube=declared.name)
        return None


def compile_refresh_key(declared: DeclaredCube, problems: Problems) -> tuple[Any, float | None]:
    """The refresh key as declared, and its interval in seconds where it is one."""
    value = declared.fields.get("refresh_key")
    if value is None:
        return None, None

    def report(at: Yaml, message: str) -> None:
        problems.add(declared.file, at, message, cube=declared.name)

    if not value.is_map or not value.data:
        report(value, "(refreshKey) must be a map with at least one of [every, sql, immutable]")
        return None, None
    for key in set(value.data) - REFRESH_KEYS:
        report((value.keys or {})[key], f"(refreshKey.{key}) is not allowed")
    if "immutable" in value.data and value.data["immutable"].data is not True:
        report(value.data["immutable"], "(refreshKey.immutable) must be true")
    every = value.data.get("every")
    seconds = None
    if every is not None:
        seconds = every_seconds(str(every.data))
        if seconds is None and not is_cron(str(every.data)):
            report(every, f"(refreshKey.every = {short(every.plain())}) does not match: n second|minute|hour|day|week")
        elif seconds is None:
            report(every, "a cron text in refreshKey.every is not yet supported by this version of kubus")
    if "sql" in value.data:
        # A key that has to be asked of the database comes with the refresh worker; until then the default holds.
        return value.plain(), None
    if "immutable" in value.data:
        return value.plain(), float(10**12)
    return value.plain(), seconds
