"""Masks: what stands for a value that a caller may not see."""

import re
from typing import Any

from sqlglot import exp

from kubus.loading.declarations import DeclaredMember, short
from kubus.loading.members import CubeCompiler
from kubus.model.cube import Mask
from kubus.model.member_sql import MemberReference
from kubus.query.date_range import iso_moment

NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,20})?")


def compile_mask(compiler: CubeCompiler, member: DeclaredMember, kind: str, value_type: str | None) -> Mask:
    """The mask of a member whose values are of this type; None if there is none, or a problem."""
    value = member.fields.get("mask")
    if value is None:
        return None
    path = f"{kind}.{member.name}.mask"
    if value.is_map and set(value.data) == {"sql"}:
        sql = compiler.sql(member, value.data["sql"], f"{path}.sql")
        if sql is None or kind == "dimensions":
            return sql
        over_measures = any(
            isinstance(r, MemberReference) and compiler.members[r.cube][r.member] == "measures" for r in sql.references
        )
        if not over_measures and sql.tree.find(exp.AggFunc) is None and sql.tree.find(exp.Column) is not None:
            hint = "A measure is one value for many rows, and so is its mask"
            compiler.report(member, value.data["sql"], f"({path}.sql) must be an aggregate", hint)
            return None
        return sql
    plain: Any = value.data
    if not isinstance(plain, str | int | float | bool):
        what = f"({path} = {short(value.plain())}) must be a number, a boolean, a text, or a map with sql"
        compiler.report(member, value, what)
        return None
    text = str(plain).lower() if isinstance(plain, bool) else value.text
    if value_type is not None and not fits(text, value_type):
        what = f"({path} = {short(plain)}) must be a value of type {value_type}"
        compiler.report(member, value, what, "It stands among the values of the member; for another write sql")
        return None
    return value.text if isinstance(plain, float) else plain


def fits(text: str, value_type: str) -> bool:
    """Whether a database can read a mask as a value of a type."""
    match value_type:
        case "number":
            return NUMBER.fullmatch(text) is not None
        case "boolean":
            return text in ("true", "false")
        case "time":
            return iso_moment(text) is not None
        case _:
            return True
