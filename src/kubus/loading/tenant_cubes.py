"""What each cube says of its tenants: a column, that its rows are everybody's, or nothing where tenants have places."""

from collections.abc import Mapping

from sqlglot import exp

from kubus.loading.declarations import DeclaredCube, DeclaredMember
from kubus.loading.members import CubeCompiler
from kubus.loading.problems import Problems
from kubus.loading.tenancy import FORM
from kubus.model.cube import Cube, value_sql
from kubus.model.member_sql import MemberSql, QueryReference, TableReference, marker
from kubus.model.refresh_key import RefreshSql
from kubus.model.tables import tables_read
from kubus.model.tenancy import OwnPlace, Tenancy

SHARED = "shared"
CUBE_FORM = "Write the column that names the tenant of a row, such as `tenant: tenant_id`, or `tenant: shared`"
DEFAULT = "default"


def compile_tenant(
    compiler: CubeCompiler, itself: DeclaredMember, tenancy: Tenancy | None
) -> tuple[MemberSql | OwnPlace | None, bool]:
    """What holds a cube's rows to a tenant, and whether the cube says that its rows are everybody's."""
    value = itself.fields.get("tenant")
    if value is None:
        return (None if tenancy is None or tenancy.kind is None else OwnPlace(tenancy.kind)), False
    if value.data == SHARED:
        return None, True
    sql = compiler.sql(itself, value, "tenant")
    if sql is not None and not all(isinstance(reference, TableReference) for reference in sql.references):
        compiler.report(itself, value, "tenant has to be SQL of the cube's own columns", CUBE_FORM)
        return None, False
    return sql, False


def the_tenancy(tenancies: Mapping[str, Tenancy], problems: Problems) -> Tenancy | None:
    """The one tenancy of a model."""
    for file in list(tenancies)[1:]:
        problems.note(file, 1, 1, f"tenant is declared twice: also in {next(iter(tenancies))}")
    return next(iter(tenancies.values()), None)


def tenants_are_told(
    tenancy: Tenancy | None,
    cubes: Mapping[str, Cube],
    declared: Mapping[str, DeclaredCube],
    dialects: Mapping[str, str],
    problems: Problems,
) -> None:
    """See that every cube says what the tenancy means for its rows, and that they can be where it says."""
    for name, cube in cubes.items():
        of = declared[name]
        if tenancy is None:
            if cube.tenant is not None:
                at = of.fields["tenant"]
                problems.add(of.file, at, "tenant has no meaning: the model names no claim", hint=FORM, cube=name)
            continue
        if cube.tenant is None and not cube.is_shared:
            problems.add(of.file, of.at, f"Cube '{name}' does not say whose its rows are", hint=CUBE_FORM, cube=name)
        for path, sql in members_sql(cube):
            if reads_tables(sql):
                problems.add(
                    of.file,
                    of.at,
                    f"'{path}' reads a table in a sub-select, where no tenant condition holds",
                    hint="Make a cube of that table, and refer to a measure of it with sub_query",
                    cube=name,
                )
        at = of.fields.get("data_source") or of.fields.get("sql") or of.fields.get("sql_table") or of.at
        for message, hint in misplaced(cube, cubes, tenancy):
            problems.add(of.file, at, message, hint=hint, cube=name)
    if tenancy is not None and tenancy.kind == "data_source" and cubes:
        first = next(iter(declared.values()))
        for message, hint in unlike(tenancy, dialects):
            problems.add(first.file, first.at, message, hint=hint)


def misplaced(cube: Cube, cubes: Mapping[str, Cube], tenancy: Tenancy) -> list[tuple[str, str]]:
    """What does not go together: where a cube's rows are, and what places tenants have."""
    is_own = isinstance(cube.tenant, OwnPlace)
    found: list[tuple[str, str]] = []
    if tenancy.kind == "schema":
        refresh = (cube.refresh.sql,) if isinstance(cube.refresh, RefreshSql) else ()
        for table in (table for sql in (cube.table, *refresh) for table in named_tables(sql)):
            if is_own and table.args.get("db"):
                text = f"Cube '{cube.name}' is in the schema of each tenant, and names a schema itself: {table.sql()}"
                found.append((text, f"Leave the schema out, or write `tenant: shared` or a column: {CUBE_FORM}"))
            elif not is_own and not table.args.get("db"):
                text = f"Cube '{cube.name}' is in no tenant's schema, and does not say in which: {table.sql()}"
                found.append((text, "Write the schema in front of the table"))
    elif tenancy.kind is not None:
        if is_own and cube.data_source != DEFAULT:
            text = f"Cube '{cube.name}' is in the {told(tenancy)} of each tenant, and names a data source itself"
            found.append((text, f"Leave data_source out, or say whose its rows are: {CUBE_FORM}"))
        elif not is_own and (cube.data_source == DEFAULT or is_a_tenants(cube.data_source, tenancy)):
            text = f"Cube '{cube.name}' is in no tenant's {told(tenancy)}, and does not say where its rows are"
            found.append((text, "Give it a data_source that is no tenant's, or leave `tenant` out"))
        for one in cube.table.references:
            other = cubes.get(one.cube) if isinstance(one, QueryReference) else None
            if other is not None and isinstance(other.tenant, OwnPlace) != is_own:
                text = f"Cube '{cube.name}' reads '{other.name}', which is not where it is itself"
                found.append((text, f"Of two such cubes, one is in the {told(tenancy)} of each tenant"))
    return found


def told(tenancy: Tenancy) -> str:
    return (tenancy.kind or "place").replace("_", " ")


def is_a_tenants(data_source: str, tenancy: Tenancy) -> bool:
    return tenancy.kind == "data_source" and tenancy.names.has(data_source)


def unlike(tenancy: Tenancy, dialects: Mapping[str, str]) -> list[tuple[str, str]]:
    """Data sources of tenants that are not there, or to which the model would have to speak otherwise."""
    listed = [name for _, name in tenancy.names.listed]
    missing = [name for name in listed if name not in dialects]
    found = [(f"The {name} data source is missing in the declared CUBEJS_DATASOURCES.", "") for name in missing]
    for name in (name for name in dialects if tenancy.names.has(name)):
        if dialects[name] != dialects.get(DEFAULT):
            text = f"The data source '{name}' of a tenant is {dialects[name]}, and 'default' is {dialects.get(DEFAULT)}"
            found.append((text, "One model speaks one dialect to all tenants"))
    return found


def named_tables(sql: MemberSql) -> list[exp.Table]:
    """The tables that SQL names, as opposed to those of other cubes."""
    queries = {marker(n) for n, one in enumerate(sql.references) if isinstance(one, QueryReference)}
    return [table for table in tables_read(sql.tree) if table.name not in queries]


def members_sql(cube: Cube) -> list[tuple[str, MemberSql]]:
    """Every SQL of a cube's members and joins, with what it is called."""
    found = [(d.path, sql) for d in cube.dimensions.values() for sql in value_sql(d.value)]
    for measure in cube.measures.values():
        found += [(measure.path, sql) for sql in (measure.sql, *measure.filters) if sql is not None]
    found += [(segment.path, segment.sql) for segment in cube.segments.values()]
    found += [(f"{cube.name}.joins.{join.target}", join.on) for join in cube.joins]
    return found


def reads_tables(sql: MemberSql) -> bool:
    return any(isinstance(table.this, exp.Identifier) for table in sql.tree.find_all(exp.Table))
