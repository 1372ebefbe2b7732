"""Declared switch dimensions, and what chooses by them: measures, and dimensions."""

from sqlglot import exp

from kubus.loading.declarations import short
from kubus.loading.stages import StageCompiler
from kubus.model.cube import Case, Switch, SwitchCase, When
from kubus.model.member_sql import MemberSql, marker

# All that a switch dimension has: it is no column.
SWITCH_KEYS = frozenset({"name", "type", "values", "title", "description", "meta", "public", "shown", "aliases"})


def compile_switch(compiler: StageCompiler) -> Switch | None:
    """The values of a dimension of type switch."""
    member = compiler.member
    for key, value in member.fields.items():
        if key not in SWITCH_KEYS:
            compiler.report(value, f"({compiler.path}.{key}) is not allowed", "A switch dimension has only values")
            return None
    values = member.fields.get("values")
    if values is None or not values.is_list or not values.data or any(v.data is None or v.is_map for v in values.data):
        compiler.report(values, f"({compiler.path}.values) must be a list of at least one text")
        return None
    texts = tuple(item.text for item in values.data)
    if len(set(texts)) != len(texts):
        compiler.report(values, f"({compiler.path}.values) has one value twice")
        return None
    return Switch(texts)


def compile_switch_case(compiler: StageCompiler) -> SwitchCase | None:
    """The calculation of a member for each value of a switch dimension; None if something is wrong with it."""
    value = compiler.member.fields["case"]
    path = f"{compiler.path}.case"
    fields = compiler.fields_of(value, path, ("switch", "when", "else"))
    if "switch" not in fields:
        compiler.report(value, f"({path}.switch) is required", "Name a dimension of type switch")
        return None
    dimension = compiler.reference(fields["switch"])
    whens: list[tuple[str, MemberSql]] = []
    for item in compiler.listed(fields["when"], f"{path}.when") if "when" in fields else []:
        branch = compiler.fields_of(item, f"{path}.when", ("value", "sql"))
        if set(branch) != {"value", "sql"}:
            compiler.report(item, f"({path}.when) has to have value and sql")
            continue
        text = branch["value"].text
        if any(text == known for known, _ in whens):
            compiler.report(branch["value"], f"({path}.when.value = {short(text)}) is there twice")
        sql = compiler.sql(branch["sql"], f"{path}.when.sql")
        if sql is not None:
            whens.append((text, sql))
        else:
            compiler.failed = True
    if not whens and not compiler.failed:
        compiler.report(value, f"({path}.when) has to be a list with at least one branch")
    otherwise: MemberSql | None = None
    if "else" in fields:
        last = compiler.fields_of(fields["else"], f"{path}.else", ("sql",))
        otherwise = compiler.sql(last["sql"], f"{path}.else.sql") if "sql" in last else None
        if otherwise is None:
            compiler.report(fields["else"], f"({path}.else.sql) is required")
    return None if compiler.failed or dimension is None else SwitchCase(dimension, tuple(whens), otherwise)


def value_chosen(case: SwitchCase) -> Case:
    """The value of a row that a switch chooses, as a searched case: the switch stands beside the row."""

    def is_it(text: str) -> MemberSql:
        switch = exp.column(exp.to_identifier(marker(0), quoted=False))
        tree = exp.EQ(this=switch, expression=exp.Literal.string(text))
        return MemberSql(f"{{{case.dimension.member}}} = {text}", tree, (case.dimension,))

    return Case(tuple(When(is_it(text), sql) for text, sql in case.whens), case.otherwise)
