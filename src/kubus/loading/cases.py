"""Declared cases: a dimension that is the label of the first condition that holds, or what a switch chooses."""

from kubus.loading.declarations import DeclaredMember, key_place
from kubus.loading.members import CubeCompiler, unescaped
from kubus.loading.problems import key_hint
from kubus.loading.switches import compile_switch_case, value_chosen
from kubus.loading.yaml_text import Yaml
from kubus.model.cube import Case, When
from kubus.model.member_sql import MemberSql

BRANCH_KEYS = ("sql", "label")


def compile_case(compiler: CubeCompiler, member: DeclaredMember, value: Yaml, path: str) -> Case | None:
    if value.is_map and "switch" in value.data:
        by_switch = compile_switch_case(compiler.stages(member, "dimensions"))
        return None if by_switch is None else value_chosen(by_switch)
    if not value.is_map or not set(value.data) <= {"when", "else"}:
        extra = sorted(set(value.data) - {"when", "else"}) if value.is_map else []
        compiler.report(
            member, value, f"({path}) has to be a map of when and else" + (f", not {extra[0]}" if extra else "")
        )
        return None
    branches = value.data.get("when")
    if branches is None or not branches.is_list or not branches.data:
        compiler.report(member, value, f"({path}.when) has to be a list with at least one branch")
        return None
    whens: list[When] = []
    for number, branch in enumerate(branches.data):
        at = f"{path}.when[{number}]"
        if not branch.is_map or set(branch.data) != {"sql", "label"}:
            other = next((key for key, _ in branch.items() if key not in BRANCH_KEYS), None)
            if other is not None:
                what, hint = f"({at}.{other}) is not allowed", key_hint(other, BRANCH_KEYS)
                compiler.report(member, key_place(branch, other), what, hint)
            else:
                missing = [k for k in BRANCH_KEYS if not branch.is_map or k not in branch.data]
                compiler.report(member, branch, f"({at}.{missing[0]}) is required")
            continue
        condition = compiler.sql(member, branch.data["sql"], f"{at}.sql")
        label = case_label(compiler, member, branch.data["label"], f"{at}.label")
        if condition is not None and label is not None:
            whens.append(When(condition, label))
    otherwise: str | MemberSql | None = None
    last = value.data.get("else")
    if last is not None:
        if not last.is_map or set(last.data) != {"label"}:
            compiler.report(member, last, f"({path}.else.label) is required")
        else:
            otherwise = case_label(compiler, member, last.data["label"], f"{path}.else.label")
    return Case(tuple(whens), otherwise) if len(whens) == len(branches.data) else None


def case_label(compiler: CubeCompiler, member: DeclaredMember, value: Yaml, path: str) -> str | MemberSql | None:
    if value.is_map:
        if set(value.data) != {"sql"}:
            compiler.report(member, value, f"({path}) has to be a text, or a map with sql")
            return None
        return compiler.sql(member, value.data["sql"], f"{path}.sql")
    if value.data is None or value.is_list:
        compiler.report(member, value, f"({path}) has to be a text, or a map with sql")
        return None
    return unescaped(value.text)
