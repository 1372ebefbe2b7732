"""What compiles, and is probably not meant: rules that each can be turned off. See docs/lint.md."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kubus.errors import Problem
from kubus.loading.checks.references import kind_of, members_of, sql_of
from kubus.loading.declarations import DeclaredCube
from kubus.loading.lint_rules import RuleName
from kubus.loading.yaml_text import Yaml
from kubus.model.ambiguity import REMEDY, ambiguities
from kubus.model.context import Claim, ClaimFilter, ContextReference, everything_in
from kubus.model.member_sql import MemberSql
from kubus.model.model import Model


@dataclass(frozen=True, slots=True)
class LintWarning:
    """A rule, and what it found where."""

    rule: RuleName
    problem: Problem


@dataclass(frozen=True, slots=True)
class Linted:
    """A model that compiled, and its cubes as they are declared, extended."""

    model: Model
    declared: Mapping[str, DeclaredCube]

    def found(self, cube: str, at: tuple[str, Yaml], message: str, hint: str) -> Problem:
        file, place = at
        return Problem(file, place.line, place.column, message, hint, cube)


Rule = Callable[[Linted], Iterator[Problem]]


def ambiguous_joins(linted: Linted) -> Iterator[Problem]:
    """Two equally short ways between two cubes."""
    for one in ambiguities(linted.model.join_graph):
        cube = linted.declared[one.taken[0]]
        join = cube.lists["joins"][one.taken[1]]
        yield linted.found(cube.name, (join.file, join.at), one.message, REMEDY)


def unsafe_value(linted: Linted) -> Iterator[Problem]:
    """A claim as a value in SQL, where a token without it compares with null, or shows everything."""
    hint = "SECURITY_CONTEXT.….filter('column') says what holds without the claim"
    for cube in linted.model.cubes.values():
        declared = linted.declared[cube.name]
        if any(reads_claims(sql) for sql in (cube.table,)):
            at = declared.fields.get("sql") or declared.at
            yield linted.found(
                cube.name, (declared.file, at), f"The sql of '{cube.name}' reads a claim by unsafeValue", hint
            )
        for member in members_of(cube):
            if any(map(reads_claims, sql_of(member))):
                written = declared.lists[kind_of(member)][member.name]
                place = (written.file, written.fields.get("sql") or written.at)
                yield linted.found(cube.name, place, f"'{member.path}' reads a claim by unsafeValue", hint)


def reads_claims(sql: MemberSql) -> bool:
    """Whether a claim stands in this SQL by itself, outside of the filters that are made for it."""
    return any(
        isinstance(part, Claim)
        for reference in sql.references
        if isinstance(reference, ContextReference) and not isinstance(reference.value, ClaimFilter)
        for part in everything_in(reference.value)
    )


RULES: Mapping[RuleName, Rule] = MappingProxyType({"ambiguous-joins": ambiguous_joins, "unsafe-value": unsafe_value})


def lint(model: Model, declared: Mapping[str, DeclaredCube], off: Collection[str] = ()) -> tuple[LintWarning, ...]:
    """What the rules find, except those that are `off`, in order of file and line."""
    linted = Linted(model, declared)
    found = [LintWarning(name, one) for name, rule in RULES.items() if name not in off for one in rule(linted)]
    return tuple(sorted(found, key=lambda one: (one.problem.file, one.problem.line, one.problem.column)))
