"""Declared dimensions to dimensions."""

from dataclasses import replace
from typing import Literal, cast

from kubus.loading.calendars import compile_calendar_shifts
from kubus.loading.cases import compile_case
from kubus.loading.declarations import DeclaredMember, short
from kubus.loading.granularities import compile_granularities
from kubus.loading.links import address, compile_links
from kubus.loading.masks import compile_mask
from kubus.loading.members import CubeCompiler, declared_sql
from kubus.loading.switches import compile_switch
from kubus.model.cube import Dimension, DimensionValue, Geo
from kubus.model.link import address_name
from kubus.model.measure_types import VALUE_TYPES, ValueType
from kubus.model.member_sql import MemberSql
from kubus.model.stage import Stage


def compile_dimensions(compiler: CubeCompiler) -> dict[str, Dimension]:
    """Every dimension, and behind it the addresses that its links lead to."""
    found: dict[str, Dimension] = {}
    for name, dimension in compiler.all("dimensions", compile_dimension).items():
        links = compile_links(compiler, compiler.cube.lists["dimensions"][name])
        found[name] = replace(dimension, links=tuple(one.link for one in links)) if links else dimension
        found |= {address_name(name, one.link.name): address(one, dimension) for one in links}
    return found


def compile_dimension(compiler: CubeCompiler, member: DeclaredMember) -> Dimension | None:
    kind = "dimensions"
    name = compiler.one_of(member, "type", kind, (*VALUE_TYPES, "switch"), ())
    is_switch = name == "switch"
    value_type: ValueType | None = "string" if is_switch else cast("ValueType | None", name)
    if "values" in member.fields and not is_switch:
        compiler.report(member, member.fields["values"], f"(dimensions.{member.name}.values) is for type switch")
    primary_key = compiler.boolean(member, "primary_key", False, kind)
    sub_query = compiler.boolean(member, "sub_query", False, kind)
    value = (
        compile_switch(compiler.stages(member, kind)) if is_switch else dimension_value(compiler, member, value_type)
    )
    stage = dimension_stage(compiler, member)
    label = compiler.label(member, kind, value_type)
    granularities = compile_granularities(member, compiler.report, lambda at, path: compiler.sql(member, at, path))
    is_calendar = "calendar" in compiler.cube.fields and compiler.cube.fields["calendar"].data in (True, "true")
    shifts = compile_calendar_shifts(
        member, compiler.report, lambda at, path: compiler.sql(member, at, path), is_calendar=is_calendar
    )
    is_text = compile_field_type(compiler, member, value_type)
    order = member.fields.get("order")
    if order is not None and order.data not in ("asc", "desc"):
        compiler.report(
            member, order, f"(dimensions.{member.name}.order = {short(order.plain())}) must be one of [asc, desc]"
        )
    public = compiler.public(member, not primary_key, kind)
    propagate = compiler.boolean(member, "propagate_filters_to_sub_query", False, kind)
    suggest = compiler.boolean(member, "suggest_filter_values", True, kind)
    key = compile_key(compiler, member)
    mask = compile_mask(compiler, member, kind, value_type)
    if value_type is None or value is None:
        return None
    return Dimension(
        cube=compiler.cube.name,
        name=member.name,
        type=value_type,
        value=value,
        label=label,
        primary_key=primary_key,
        public=public,
        sub_query=sub_query,
        stage=stage,
        granularities=granularities,
        calendar_shifts=shifts,
        is_text=is_text,
        propagate_filters=propagate,
        suggest_filter_values=suggest,
        order=cast("Literal['asc', 'desc'] | None", None if order is None else order.data),
        key=key,
        mask=mask,
        declared_sql=declared_sql(member),
        inherited=member.inherited,
    )


def compile_field_type(compiler: CubeCompiler, member: DeclaredMember, value_type: ValueType | None) -> bool:
    """Whether the column of a time holds text."""
    value = member.fields.get("field_type")
    if value is None:
        return False
    path = f"dimensions.{member.name}.fieldType"
    if value.data != "string":
        compiler.report(member, value, f"({path} = {short(value.plain())}) must be one of [string]")
    elif value_type not in ("time", None):
        compiler.report(member, value, f"({path}) is not allowed: only dimensions of type time have a field type")
    return True


def compile_key(compiler: CubeCompiler, member: DeclaredMember) -> str | None:
    """The dimension of this cube that tells rows with the same label apart."""
    value = member.fields.get("key")
    if value is None:
        return None
    path = compiler.path(member, value, f"dimensions.{member.name}.key")
    if path is None:
        return None
    cube, _, name = path.rpartition(".")
    there = compiler.cube.lists.get("dimensions", {}).get(name)
    if cube != compiler.cube.name or there is None:
        compiler.report(member, value, f"(dimensions.{member.name}.key = {path}) must be a dimension of the same cube")
        return None
    if "key" in there.fields:
        compiler.report(member, value, f"(dimensions.{member.name}.key = {path}) has a key itself")
        return None
    return name


def dimension_stage(compiler: CubeCompiler, member: DeclaredMember) -> Stage | None:
    """At what grain the measures of a multi-stage dimension are computed; None of any other."""
    path = f"dimensions.{member.name}"
    if not compiler.boolean(member, "multi_stage", False, "dimensions"):
        for key in ("add_group_by", "filter"):
            if key in member.fields:
                compiler.report(member, member.fields[key], f"({path}.{key}) needs multi_stage: true")
        return None
    if "sub_query" in member.fields or "case" in member.fields:
        compiler.report(member, None, f"({path}) of multi_stage: true has sql, and neither sub_query nor case")
        return None
    return compiler.stages(member, "dimensions").stage()


def dimension_value(
    compiler: CubeCompiler, member: DeclaredMember, value_type: ValueType | None
) -> DimensionValue | None:
    path = f"dimensions.{member.name}"
    forms = [key for key in ("sql", "case", "latitude") if key in member.fields]
    if "longitude" in member.fields and "latitude" not in forms:
        forms.append("latitude")
    if len(forms) != 1 or (value_type == "geo" and forms == ["case"]):
        wanted = "latitude and longitude" if value_type == "geo" else "sql or case"
        message = f"({path}.sql) is required" if not forms else f"({path}) has more than one of sql, case, latitude"
        compiler.report(member, None, message, f"A dimension of this type has {wanted}")
        return None
    match forms[0]:
        case "sql":
            if value_type == "geo":
                compiler.report(
                    member, member.fields["sql"], f"({path}.latitude) is required: a geo dimension has no sql"
                )
                return None
            return compiler.sql(member, member.fields["sql"], f"{path}.sql")
        case "case":
            return compile_case(compiler, member, member.fields["case"], f"{path}.case")
        case _:
            if value_type not in ("geo", None):
                compiler.report(member, None, f"({path}) has latitude and longitude, which are for type geo")
                return None
            parts: list[MemberSql | None] = []
            for key in ("latitude", "longitude"):
                part = member.fields.get(key)
                if part is None or not part.is_map or set(part.data) != {"sql"}:
                    compiler.report(member, part, f"({path}.{key}.sql) is required")
                    parts.append(None)
                else:
                    parts.append(compiler.sql(member, part.data["sql"], f"{path}.{key}.sql"))
            latitude, longitude = parts
            return None if latitude is None or longitude is None else Geo(latitude, longitude)
