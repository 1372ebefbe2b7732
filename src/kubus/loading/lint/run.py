"""Every rule asked of a model, and which of them count where."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kubus.errors import Problem
from kubus.loading.lint.claims import unsafe_value
from kubus.loading.lint.comments import comments
from kubus.loading.lint.cubes import two_meanings, unreachable_cube
from kubus.loading.lint.joins import ambiguous_joins, join_one_sided, join_without_key
from kubus.loading.lint.linted import Linted, Rule
from kubus.loading.lint.measures import fan_out, not_additive, not_aggregated
from kubus.loading.lint.policies import policy_without_effect
from kubus.loading.lint.rules import RULE_NAMES, RuleName
from kubus.loading.problems import Problems, nearest_hint


@dataclass(frozen=True, slots=True)
class LintWarning:
    """A rule, and what it found where."""

    rule: RuleName
    problem: Problem


RULES: Mapping[RuleName, Rule] = MappingProxyType(
    {
        "ambiguous-joins": ambiguous_joins,
        "fan-out": fan_out,
        "join-one-sided": join_one_sided,
        "join-without-key": join_without_key,
        "not-additive": not_additive,
        "not-aggregated": not_aggregated,
        "policy-without-effect": policy_without_effect,
        "two-meanings": two_meanings,
        "unreachable-cube": unreachable_cube,
        "unsafe-value": unsafe_value,
    }
)


def lint(
    linted: Linted, files: Mapping[str, str], places: Problems, off: Collection[str] = ()
) -> tuple[LintWarning, ...]:
    """What the rules find, in order of file and line, except those that are `off` or that a comment turns off.

    `files` are the model files as they are written; `places` knows what templates rendered to.
    """
    said = comments(files)
    found = [
        warning
        for warning in (*asked(linted, places, off), *misspelt(said.unknown, places, off))
        if warning.rule not in said.off.get((warning.problem.file, warning.problem.line), ())
    ]
    # One line of a template may make many members.
    once = dict.fromkeys(found)
    return tuple(sorted(once, key=lambda one: (one.problem.file, one.problem.line, one.problem.column, one.rule)))


def asked(linted: Linted, places: Problems, off: Collection[str]) -> Iterator[LintWarning]:
    for name, rule in RULES.items():
        for one in () if name in off else rule(linted):
            yield LintWarning(name, one.placed(places))


def misspelt(
    unknown: tuple[tuple[str, int, int, str], ...], places: Problems, off: Collection[str]
) -> Iterator[LintWarning]:
    for file, line, column, name in () if "unknown-rule" in off else unknown:
        message = f"There is no rule '{name}' that a comment could turn off"
        hint = nearest_hint(name, RULE_NAMES) or f"The rules are {', '.join(RULE_NAMES)}"
        yield LintWarning("unknown-rule", places.written(file, line, column, message, hint=hint))
