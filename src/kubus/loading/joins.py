"""Declared joins to joins."""

from kubus.loading.declarations import DeclaredMember, short
from kubus.loading.members import CubeCompiler, declared_sql
from kubus.loading.problems import nearest_hint
from kubus.model.join_graph import Join, Relationship
from kubus.model.names import snake_case

RELATIONSHIPS = {
    "many_to_one": Relationship.MANY_TO_ONE,
    "belongs_to": Relationship.MANY_TO_ONE,
    "one_to_many": Relationship.ONE_TO_MANY,
    "has_many": Relationship.ONE_TO_MANY,
    "one_to_one": Relationship.ONE_TO_ONE,
    "has_one": Relationship.ONE_TO_ONE,
}


def compile_join(compiler: CubeCompiler, member: DeclaredMember) -> Join | None:
    path = f"joins.{member.name}"
    target = member.name
    value = member.fields.get("relationship")
    name = None if value is None else snake_case(str(value.data))
    if name not in RELATIONSHIPS:
        what = (
            "is required" if value is None else f"= {short(value.plain())}) must be one of [{', '.join(RELATIONSHIPS)}]"
        )
        message = f"({path}.relationship) {what}" if value is None else f"({path}.relationship {what}"
        hint = None if value is None else nearest_hint(str(name), RELATIONSHIPS)
        if name == "many_to_many":
            hint = "Put a cube for the pairs between them, with a many_to_one join to each"
        compiler.report(member, value, message, hint)
    if target not in compiler.members:
        hint = nearest_hint(target, compiler.members)
        compiler.report(member, None, f"Cube {target} doesn't exist", hint, ((None, target),))
        return None
    if target == compiler.cube.name:
        compiler.report(
            member, None, f"Cube '{target}' is joined to itself", "Make a child cube with extends and join that"
        )
        return None
    on = compiler.sql(member, member.fields.get("sql"), f"{path}.sql", "join", target)
    if on is None or name not in RELATIONSHIPS:
        return None
    return Join(compiler.cube.name, target, RELATIONSHIPS[name], on, declared_sql(member) or "")
