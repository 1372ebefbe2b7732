"""Declared cubes to cubes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kubus.loading.bind import Binder, Members
from kubus.loading.cube_keys import refresh_interval, refresh_key_problem
from kubus.loading.declarations import IDENTIFIER, DeclaredCube, DeclaredMember, DeclaredPolicies, short
from kubus.loading.dimensions import compile_dimensions
from kubus.loading.hierarchies import compile_hierarchy
from kubus.loading.intervals import every_seconds
from kubus.loading.joins import compile_join
from kubus.loading.measures import compile_measure
from kubus.loading.members import CubeCompiler, line_of
from kubus.loading.policies import PolicyCompiler, member_kinds
from kubus.loading.pre_aggregations import PreAggregationCompiler
from kubus.loading.problems import Lookups, Problems, nearest_hint
from kubus.loading.segments import compile_segment
from kubus.loading.tenant_cubes import compile_tenant
from kubus.loading.yaml_text import Yaml
from kubus.model.access import AccessPolicy
from kubus.model.cube import Cube
from kubus.model.member_sql import MemberSql
from kubus.model.names import snake_case
from kubus.model.parsing import BadSql
from kubus.model.references import query_sql, select_sql, table_sql
from kubus.model.refresh_key import RefreshInterval, RefreshSql
from kubus.model.tenancy import Tenancy

NO_KEY = "counts rows, and the cube has no primary key to tell them apart"

# Seconds; longer than any process runs.
NEVER = RefreshInterval(1e12)
# Seconds for which a key that the database was asked for holds by default.
EVERY = 10.0


def compile_cube(
    declared: DeclaredCube,
    members: Members,
    dialects: Mapping[str, str],
    problems: Problems,
    tenancy: Tenancy | None = None,
) -> Cube | None:
    """The cube, or None if it has no table or its data source is not known; every problem is noted."""
    itself = DeclaredMember(declared.name, declared.at, declared.file, declared.fields, origins=declared.origins)
    source = declared.fields.get("data_source")
    data_source = "default" if source is None else source.text or short(source.plain())
    dialect = dialects.get(data_source)
    # Without it the SQL is still read, in some dialect, for what else may be wrong.
    compiler = CubeCompiler(declared, members, dialect or next(iter(dialects.values()), ""), problems)
    if dialect is None:
        compiler.report(
            itself,
            source,
            f"The {data_source} data source is missing in the declared CUBEJS_DATASOURCES.",
            nearest_hint(data_source, dialects),
        )
    alias = compiler.text(itself, "sql_alias", "cube") or snake_case(declared.name)
    if not IDENTIFIER.fullmatch(alias):
        compiler.report(itself, declared.fields["sql_alias"], f"(sql_alias = {short(alias)}) is not a name")
    table = compile_table(compiler, itself)
    label = compiler.label(itself, "cube")
    public = compiler.public(itself, True, "cube")
    compiler.boolean(itself, "rewrite_queries", False, "cube")
    compiler.boolean(itself, "calendar", False, "cube")
    refresh_key, refresh = compile_refresh_key(compiler, itself)
    tenant, is_shared = compile_tenant(compiler, itself, tenancy)
    dimensions = compile_dimensions(compiler)
    measures = compiler.all("measures", compile_measure)
    segments = compiler.all("segments", compile_segment)
    joins = compiler.all("joins", compile_join)
    hierarchies = compiler.all("hierarchies", compile_hierarchy)
    pre_aggregations = compiler.all(
        "pre_aggregations", lambda compiler, member: PreAggregationCompiler(compiler, member).compiled()
    )
    refuses_groups = None if any(one.primary_key for one in dimensions.values()) else NO_KEY
    policies = compile_policies(compiler, refuses_groups)
    min_group = compile_min_group(compiler, itself, refuses_groups)
    if table is None:
        return None
    extends = declared.fields.get("extends")
    return Cube(
        name=declared.name,
        alias=alias,
        table=table[0],
        is_query=table[1],
        data_source=data_source,
        label=label,
        public=public,
        file=declared.file,
        dimensions=MappingProxyType(dimensions),
        measures=MappingProxyType(measures),
        segments=MappingProxyType(segments),
        joins=tuple(joins.values()),
        hierarchies=MappingProxyType(hierarchies),
        pre_aggregations=tuple(pre_aggregations.values()),
        policies=policies,
        min_group=min_group,
        tenant=tenant,
        is_shared=is_shared,
        extends=None if extends is None else extends.text,
        refresh_key=refresh_key,
        refresh=refresh,
        declared_sql=declared.fields["sql"].text if "sql" in declared.fields else None,
    )


def compile_min_group(compiler: CubeCompiler, itself: DeclaredMember, refuses: str | None) -> int:
    """How many rows a group has to have to be shown; 0 for any."""
    value = itself.fields.get("min_group")
    if value is None:
        return 0
    if not isinstance(value.data, int) or isinstance(value.data, bool) or value.data < 1:
        compiler.report(itself, value, f"(min_group = {short(value.plain())}) must be a whole number above 0")
        return 0
    if refuses is not None:
        compiler.report(itself, value, f"(min_group) {refuses}")
    return value.data


def compile_policies(compiler: CubeCompiler, refuses_groups: str | None) -> tuple[AccessPolicy, ...]:
    """The access policies of a cube, its parents' first."""
    declared = compiler.cube
    if not declared.policies:
        return ()

    def report(
        written: DeclaredPolicies, at: Yaml | None, message: str, hint: str | None, missing: Lookups = ()
    ) -> None:
        compiler.problems.add(
            written.file,
            at or written.at,
            message,
            hint=hint,
            cube=declared.name,
            inherited=written.inherited,
            missing=missing,
        )

    kinds = member_kinds(compiler.members[declared.name])
    policies = PolicyCompiler(declared.name, kinds, compiler.members, report, refuses_groups=refuses_groups)
    return policies.policies(declared.policies)


def compile_table(compiler: CubeCompiler, itself: DeclaredMember) -> tuple[MemberSql, bool] | None:
    """What stands in FROM, and whether it is a query."""
    sql, table = itself.fields.get("sql"), itself.fields.get("sql_table")
    if sql is not None and table is not None:
        compiler.report(itself, sql, "You must use either sql or sqlTable within a model, but not both")
        return None
    value = sql or table
    if value is None:
        compiler.report(
            itself,
            None,
            f"(value = {itself.name}) must contain at least one of [sql, sqlTable]",
            "Write sql_table with the name of a table, or sql with a query",
        )
        return None
    if not isinstance(value.data, str) or not value.data.strip():
        compiler.report(itself, value, f"({short(value.plain())}) must be SQL text")
        return None
    try:
        if table is not None:
            return table_sql(value.data, compiler.dialect), False
        binder = Binder(itself.name, f"cube '{itself.name}'", compiler.members, "cube", dialect=compiler.dialect)
        return query_sql(value.data, compiler.dialect, binder)
    except BadSql as error:
        file, inherited = itself.origin(value)
        at = line_of(value, error.line)
        compiler.problems.add(
            file, at, error.message, hint=error.hint, cube=itself.name, inherited=inherited, missing=error.missing
        )
        return None


def compile_refresh_key(
    compiler: CubeCompiler, itself: DeclaredMember
) -> tuple[Any, RefreshInterval | RefreshSql | None]:
    """The refresh key as declared, and what it means."""
    value = itself.fields.get("refresh_key")
    if value is None:
        return None, None
    found = refresh_key_problem(value)
    if found is not None:
        file, inherited = itself.origin(value)
        at, message = found
        compiler.problems.add(file, at, message, cube=itself.name, inherited=inherited)
        return None, None
    if "sql" in value.data:
        return value.plain(), compile_refresh_sql(compiler, itself, value)
    if "immutable" in value.data:
        return value.plain(), NEVER
    return value.plain(), refresh_interval(value)


def compile_refresh_sql(compiler: CubeCompiler, itself: DeclaredMember, value: Yaml) -> RefreshSql | None:
    """The key that a query of the database gives."""
    sql = value.data["sql"]
    every = every_seconds(value.data["every"].text) if "every" in value.data else None
    owner = f"the refresh_key of cube '{itself.name}'"
    binder = Binder(itself.name, owner, compiler.members, "cube", dialect=compiler.dialect)
    try:
        query = select_sql(sql.data, compiler.dialect, binder)
    except BadSql as error:
        file, inherited = itself.origin(value)
        at = line_of(sql, error.line)
        compiler.problems.add(file, at, error.message, hint=error.hint, cube=itself.name, inherited=inherited)
        return None
    return RefreshSql(query, EVERY if every is None else every)
