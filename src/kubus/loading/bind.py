"""What a name between braces refers to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kubus.loading.bind_context import ContextBinder
from kubus.loading.problems import nearest_hint
from kubus.model.granularity import UNITS
from kubus.model.member_sql import MemberReference, QueryReference, Reference, TableReference
from kubus.model.parsing import BadSql
from kubus.model.references import Expression

# The kind of each member of each cube: `dimensions`, `measures` or `segments`.
Members = Mapping[str, Mapping[str, str]]

# Where an expression stands decides which aliases it may use.
Where = Literal["member", "join", "cube"]


@dataclass(frozen=True, slots=True)
class Binder:
    """Binds the references of one member of `cube`. `join_target` is the other cube of a join.

    SQL inside context variables is read in `dialect`.
    """

    cube: str
    owner: str
    members: Members
    where: Where = "member"
    join_target: str | None = None
    dialect: str = ""

    def __call__(self, expression: Expression) -> Reference:
        if expression.node is not None:
            return ContextBinder(self.dialect, self.members, self).reference(expression.node)
        parts = list(expression.parts)
        if expression.called:
            return self.called(parts, expression)
        if self.where == "cube":
            raise BadSql(
                f"The sql of {self.owner} uses {{{expression.text}}}, which is nothing that it reads from",
                "Name columns and tables as the database has them; the query of another cube is {other_cube.sql()}",
            )
        own = self.members.get(self.cube, {})
        if parts[0] in {"CUBE", "TABLE"}:
            if len(parts) == 1:
                return TableReference(self.cube)
            return self.member((self.cube,), parts[1:], expression)
        if parts[0] in own and (len(parts) == 1 or parts[0] not in self.members):
            return self.member((self.cube,), parts, expression)
        if parts[0] in own and len(parts) == 2 and parts[1] in UNITS:
            return self.member((self.cube,), parts, expression)
        if parts[0] not in self.members:
            names = [*own, *self.members]
            raise BadSql(
                f"{self.cube}.{expression.text} cannot be resolved. There's no such member or cube.",
                nearest_hint(parts[0], names),
                missing=((self.cube, parts[0]), (None, parts[0])),
            )
        if len(parts) == 1:
            return self.alias(parts[0])
        path = [parts[0]]
        rest = parts[1:]
        # A cube goes on the path unless the cube before it has a member of that name.
        while len(rest) > 1 and rest[0] not in self.members[path[-1]] and rest[0] in self.members:
            path.append(rest.pop(0))
        return self.member(tuple(path), rest, expression)

    def called(self, parts: list[str], expression: Expression) -> Reference:
        if len(parts) == 2 and parts[1] == "sql" and (parts[0] in self.members):
            if self.where != "cube":
                raise BadSql(f"'{{{expression.text}}}' is a table, which only the sql of a cube can use")
            return QueryReference(parts[0])
        raise BadSql(
            "Failed to parse Python expression. Most likely this type of syntax isn't supported yet: "
            f"{{{expression.text}}}"
        )

    def alias(self, cube: str) -> Reference:
        if cube == self.cube or (self.where == "join" and cube == self.join_target):
            return TableReference(cube)
        if self.where == "join":
            raise BadSql(
                f"The join of '{self.cube}' to '{self.join_target}' uses a column of '{cube}'",
                f"Use columns of the two joined cubes, or a dimension: {{{cube}.…}}",
            )
        raise BadSql(
            f"Member '{self.owner}' references foreign cubes: {cube}. "
            "Please split and move this definition to corresponding cubes.",
            f"Make a dimension of it in '{cube}' and refer to that: {{{cube}.…}}",
        )

    def member(self, path: tuple[str, ...], rest: list[str], expression: Expression) -> Reference:
        there = self.members.get(path[-1], {})
        name = rest[0]
        if name not in there:
            raise BadSql(
                f"{path[-1]}.{name} cannot be resolved. There's no such member or cube.",
                nearest_hint(name, there),
                missing=((path[-1], name),),
            )
        match rest[1:]:
            case []:
                return MemberReference(path, name)
            case [granularity] if f"{name}.{granularity}" in there:
                return MemberReference(path, name, granularity)
            case [granularity] if granularity in UNITS and there[name] == "dimensions":
                return MemberReference(path, name, granularity)
            case _:
                raise BadSql(f"{expression.text} cannot be resolved: '{name}' is a member of '{path[-1]}'")
