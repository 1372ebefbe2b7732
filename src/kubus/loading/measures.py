"""Declared measures to measures."""

from sqlglot import exp

from kubus.loading.additive import compile_additive
from kubus.loading.declarations import DeclaredMember
from kubus.loading.masks import compile_mask
from kubus.loading.members import CubeCompiler, declared_sql
from kubus.loading.stages import STAGE_KEYS
from kubus.loading.switches import compile_switch_case
from kubus.loading.windows import compile_window
from kubus.model.cube import Measure
from kubus.model.measure_types import MEASURE_TYPES, Aggregate, MeasureType
from kubus.model.member_sql import MemberReference, MemberSql, TableReference
from kubus.model.stage import Stage

# Measure types that only have a meaning over a lower stage.
MULTI_STAGE_TYPES = ("number_agg", "rank")


def compile_measure(compiler: CubeCompiler, member: DeclaredMember) -> Measure | None:
    kind = "measures"
    name = compiler.one_of(member, "type", kind, tuple(MEASURE_TYPES), ())
    measure_type = None if name is None else MEASURE_TYPES[name]
    sql = None
    switch = compile_switch_case(compiler.stages(member)) if "case" in member.fields else None
    if "case" in member.fields:
        others = [key for key in ("sql", "filters", "rolling_window", "additive") if key in member.fields]
        if others:
            what = f"(measures.{member.name}) has case and {others[0]}, which do not go together"
            compiler.report(member, member.fields[others[0]], what)
        if measure_type is None or measure_type.aggregate is not Aggregate.EXPRESSION or switch is None or others:
            if switch is not None and measure_type is not None and not others:
                what = f"measures.{member.name} of type {measure_type.name} has case, which is for calculations"
                compiler.report(member, member.fields["type"], what, "Use type: number, with measures in each branch")
            measure_type = None
    elif "sql" in member.fields or (measure_type is not None and measure_type.needs_sql):
        sql = compiler.sql(member, member.fields.get("sql"), f"measures.{member.name}.sql")
        if sql is None:
            measure_type = None
    names = (name for name, is_of in compiler.members[compiler.cube.name].items() if is_of == "granularities")
    window = compile_window(compiler.report, member, measure_type, [name.rpartition(".")[2] for name in names])
    stage = measure_stage(compiler, member, measure_type)
    additive = compile_additive(compiler.stages(member), measure_type)
    filters = compile_filters(compiler, member)
    label = compiler.label(member, kind, measure_type.value_type if measure_type else None)
    drill = drill_members(compiler, member)
    public = compiler.public(member, True, kind)
    cumulative = compiler.boolean(member, "cumulative", False, kind)
    mask = compile_mask(compiler, member, kind, measure_type.value_type if measure_type else None)
    if measure_type is None or filters is None:
        return None
    if switch is not None and not are_over_groups(compiler, member, "case", switch.texts(), chosen=True):
        return None
    if compiler.boolean(member, "multi_stage", False, kind):
        over = (() if sql is None else (sql,), filters, () if stage is None else tuple(by.sql for by in stage.order_by))
        keys = ("sql", "filters", "order_by")
        if stage is None or not all(
            are_over_groups(compiler, member, key, one) for key, one in zip(keys, over, strict=True)
        ):
            return None
    elif sql is not None and not fits(compiler, member, measure_type, sql):
        return None
    if "additive" in member.fields and additive is None:
        return None
    if filters and measure_type.aggregate is Aggregate.EXPRESSION:
        compiler.report(
            member,
            member.fields["filters"],
            f"measures.{member.name} of type {measure_type.name} has filters, which would filter an expression",
            "Put the filters on the measures that it refers to",
        )
        return None
    return Measure(
        cube=compiler.cube.name,
        name=member.name,
        type=measure_type,
        sql=sql,
        filters=filters,
        label=label,
        public=public,
        cumulative=cumulative or window is not None,
        window=window,
        stage=stage,
        additive=additive,
        switch=switch,
        mask=mask,
        drill_members=drill,
        declared_sql=declared_sql(member),
        inherited=member.inherited,
    )


def measure_stage(compiler: CubeCompiler, member: DeclaredMember, measure_type: MeasureType | None) -> Stage | None:
    """What a multi-stage measure says of its lower stage; None of any other."""
    path = f"measures.{member.name}"
    if not compiler.boolean(member, "multi_stage", False, "measures"):
        for key in STAGE_KEYS:
            if key in member.fields:
                compiler.report(member, member.fields[key], f"({path}.{key}) needs multi_stage: true")
        name = "" if measure_type is None else measure_type.name
        if name in MULTI_STAGE_TYPES:
            compiler.report(member, member.fields["type"], f"({path}.type = {name}) needs multi_stage: true")
        return None
    folds = measure_type is not None and measure_type.merge is not None
    if "rolling_window" in member.fields and measure_type is not None and not folds:
        what = (
            f"{path} of type {measure_type.name} has rolling_window and multi_stage: true, and what it has for several "
            "periods does not add up"
        )
        hint = "Give it a type that does, such as sum or max, or put the window on the measures that it refers to"
        compiler.report(member, member.fields["rolling_window"], what, hint)
        return None
    if "filters" in member.fields and measure_type is not None and measure_type.name == "rank":
        what = f"{path} of type rank has filters, and every group has a place"
        compiler.report(member, member.fields["filters"], what, "Put them on the measures that it is ranked by")
        return None
    stage = compiler.stages(member).stage()
    if stage is not None and measure_type is not None and measure_type.name == "rank" and not stage.order_by:
        compiler.report(member, None, f"({path}.orderBy) is required for type rank", "Say what the rows are ranked by")
        return None
    return stage


def are_over_groups(
    compiler: CubeCompiler, member: DeclaredMember, key: str, texts: tuple[MemberSql, ...], *, chosen: bool = False
) -> bool:
    """Whether SQL that is over what measures amount to names no column of rows; of a `chosen` one, which is over one
    group, whether it does not aggregate either.
    """
    for sql in texts:
        if any(isinstance(reference, TableReference) for reference in sql.references):
            what = "names a column, and is over what measures amount to"
        elif chosen and any(not isinstance(found.parent, exp.Window) for found in sql.tree.find_all(exp.AggFunc)):
            what = "aggregates, and is over one group"
        else:
            continue
        text = f"measures.{member.name}.{key}: '{sql.text.strip()[:60]}' {what}"
        compiler.report(member, member.fields.get(key), text, "Make a measure of it, and refer to that")
        return False
    return True


def fits(compiler: CubeCompiler, member: DeclaredMember, measure_type: MeasureType, sql: MemberSql) -> bool:
    """Whether the SQL of a measure is what its type aggregates."""
    if measure_type.aggregate is Aggregate.EXPRESSION:
        if "rolling_window" in member.fields and any(
            isinstance(r, MemberReference) and compiler.members[r.cube][r.member] == "measures" for r in sql.references
        ):
            compiler.report(
                member,
                member.fields["rolling_window"],
                f"measures.{member.name} rolls over other measures, which are aggregated already: it must have "
                "multi_stage: true defined",
                "Put the window on the measures that it refers to, or aggregate columns here",
            )
            return False
        return True
    for reference in sql.references:
        if isinstance(reference, MemberReference) and compiler.members[reference.cube][reference.member] == "measures":
            compiler.report(
                member,
                member.fields["sql"],
                f"measures.{member.name} of type {measure_type.name} refers to the measure "
                f"'{reference.cube}.{reference.member}', which is aggregated already",
                "Use type: number for a calculation over measures",
            )
            return False
    return True


def compile_filters(compiler: CubeCompiler, member: DeclaredMember) -> tuple[MemberSql, ...] | None:
    value = member.fields.get("filters")
    if value is None:
        return ()
    if not value.is_list:
        compiler.report(member, value, f"(measures.{member.name}.filters) must be defined as array")
        return None
    found: list[MemberSql] = []
    for number, item in enumerate(value.data):
        path = f"measures.{member.name}.filters[{number}].sql"
        if not item.is_map or set(item.data) != {"sql"}:
            compiler.report(member, item, f"({path}) is required")
            return None
        sql = compiler.sql(member, item.data["sql"], path)
        if sql is None:
            return None
        found.append(sql)
    return tuple(found)


def drill_members(compiler: CubeCompiler, member: DeclaredMember) -> tuple[str, ...]:
    value = member.fields.get("drill_members") or member.fields.get("drill_member_references")
    if value is None:
        return ()
    if not value.is_list:
        compiler.report(member, value, f"(measures.{member.name}.drill_members) must be defined as array")
        return ()
    return tuple(compiler.paths(member, value, f"measures.{member.name}.drill_members"))
