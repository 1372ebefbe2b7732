"""Declared segments to segments."""

from kubus.loading.declarations import DeclaredMember
from kubus.loading.members import CubeCompiler, declared_sql
from kubus.model.cube import Segment


def compile_segment(compiler: CubeCompiler, member: DeclaredMember) -> Segment | None:
    sql = compiler.sql(member, member.fields.get("sql"), f"segments.{member.name}.sql")
    label = compiler.label(member, "segments")
    public = compiler.public(member, True, "segments")
    if sql is None:
        return None
    return Segment(compiler.cube.name, member.name, sql, label, public, declared_sql(member), member.inherited)
