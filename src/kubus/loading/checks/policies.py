"""What must hold for access policies of a whole model: a row filter tests what a row itself says."""

from collections.abc import Iterator, Mapping

from kubus.loading.declarations import DeclaredPolicies
from kubus.loading.problems import Problems
from kubus.model.access import tests_in
from kubus.model.cube import Cube, Dimension, Member, value_sql
from kubus.model.member_sql import MemberReference
from kubus.model.view import View

Holders = Mapping[str, Cube | View]


def rows_are_told_by_themselves(
    holders: Holders, declared: Mapping[str, tuple[DeclaredPolicies, ...]], problems: Problems
) -> None:
    """No row filter tests a dimension that is computed of other rows: those are looked for with the filter itself."""
    for holder in holders.values():
        written = declared.get(holder.declared_as if isinstance(holder, View) else holder.name, ())
        paths = {test.member for one in holder.policies if one.rows is not None for test in tests_in(one.rows)}
        for path in sorted(paths):
            attached = next(attached_below(path, holders), None)
            if attached is not None and written:
                at = written[-1]
                problems.add(
                    at.file,
                    at.at,
                    f"A row filter of '{holder.name}' tests '{path}', which needs '{attached}' computed of other rows",
                    hint="Test a dimension that is made of the columns of its row",
                    cube=holder.name,
                    inherited=at.inherited,
                )


def attached_below(path: str, holders: Holders) -> Iterator[str]:
    """The dimensions that stand beside the row, of those that a dimension is made of."""
    waiting, seen = [path], set[str]()
    while waiting:
        name, _, member = waiting.pop().partition(".")
        found: Member | None = None if name not in holders else holders[name].member(member)
        if not isinstance(found, Dimension) or found.path in seen:
            continue
        seen.add(found.path)
        if found.is_attached:
            yield found.path
        for sql in value_sql(found.value):
            waiting.extend(f"{r.cube}.{r.member}" for r in sql.references if isinstance(r, MemberReference))
