"""The `tenant:` block of a model, and what each cube says of its rows."""

from collections.abc import Mapping

from sqlglot import exp

from kubus.loading.declarations import IDENTIFIER, DeclaredCube, DeclaredMember, short
from kubus.loading.members import CubeCompiler
from kubus.loading.problems import Problems
from kubus.loading.yaml_text import Yaml
from kubus.model.cube import Cube, value_sql
from kubus.model.member_sql import MemberSql, TableReference
from kubus.model.tenancy import Tenancy

SHARED = "shared"
FORM = "Write `tenant: {claim: organization.id}`, the way to the claim that names a caller's tenant"
CUBE_FORM = "Write the column that names the tenant of a row, such as `tenant: tenant_id`, or `tenant: shared`"


def read_tenancy(file: str, value: Yaml, problems: Problems) -> Tenancy | None:
    """The block of a file; None and a problem if it is none."""
    claim = value.data.get("claim") if value.is_map else None
    if not value.is_map or not isinstance(claim, Yaml) or not isinstance(claim.data, str):
        problems.add(file, value, f"(tenant = {short(value.plain())}) is not allowed", hint=FORM)
        return None
    unknown = [key for key, _ in value.items() if key != "claim"]
    path = tuple(claim.data.split("."))
    if unknown or not all(IDENTIFIER.fullmatch(step) for step in path):
        problems.add(file, value, f"(tenant = {short(value.plain())}) is not allowed", hint=FORM)
        return None
    return Tenancy(path)


def compile_tenant(compiler: CubeCompiler, itself: DeclaredMember) -> tuple[MemberSql | None, bool]:
    """The SQL that names the tenant of a row, and whether the cube says that its rows are everybody's."""
    value = itself.fields.get("tenant")
    if value is None:
        return None, False
    if value.data == SHARED:
        return None, True
    sql = compiler.sql(itself, value, "tenant")
    if sql is not None and not all(isinstance(reference, TableReference) for reference in sql.references):
        compiler.report(itself, value, "tenant has to be SQL of the cube's own columns", CUBE_FORM)
        return None, False
    return sql, False


def tenants_are_told(
    tenancies: Mapping[str, Tenancy],
    cubes: Mapping[str, Cube],
    declared: Mapping[str, DeclaredCube],
    problems: Problems,
) -> Tenancy | None:
    """The one tenancy of a model, of which every cube says what it means for its rows."""
    for file in list(tenancies)[1:]:
        problems.note(file, 1, 1, f"tenant is declared twice: also in {next(iter(tenancies))}")
    tenancy = next(iter(tenancies.values()), None)
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
    return tenancy


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
