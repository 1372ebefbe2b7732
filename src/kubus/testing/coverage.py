"""Which members of a model, and which branches of its access policies, tests have shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kubus.errors import BadPolicy, Forbidden, KubusError
from kubus.model.access import AccessPolicy
from kubus.model.columns import texts_of
from kubus.model.cube import Cube, Member
from kubus.model.member_sql import MemberReference
from kubus.model.model import Model
from kubus.model.view import View
from kubus.query.access import Access, behind_view, is_for
from kubus.query.authorize import is_public, named
from kubus.query.query import Query
from kubus.testing.ground import Answered, Asking

# What a policy does, each of which a test should show:
# it lets a caller through; it is not for a caller who asks; it gives rows; it masks a value; it hides a member.
Branch = Literal["allowed", "denied", "rows", "masked", "hidden"]


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """`members` has every member that callers may name, `branches` every branch of every policy as (policy, branch).

    Each is true if a test that passed shows it. Of a member it is enough that one that was asked for is made of it.
    """

    members: Mapping[str, bool]
    branches: Mapping[tuple[str, Branch], bool]

    @property
    def percent(self) -> float:
        """How much of both is covered, rounded down to tenths; 100 where there is nothing."""
        every = [*self.members.values(), *self.branches.values()]
        return 100.0 if not every else sum(every) * 1000 // len(every) / 10

    def as_json(self) -> dict[str, Any]:
        return {
            "percent": self.percent,
            "members": {
                "covered": [name for name, shown in self.members.items() if shown],
                "missing": [name for name, shown in self.members.items() if not shown],
            },
            "policies": {
                "covered": [{"policy": p, "branch": b} for (p, b), shown in self.branches.items() if shown],
                "missing": [{"policy": p, "branch": b} for (p, b), shown in self.branches.items() if not shown],
            },
        }


@dataclass(slots=True)
class Coverage:
    """What tests that passed have shown so far, of each model that answered."""

    members: set[str] = field(default_factory=set[str])
    branches: set[tuple[str, Branch]] = field(default_factory=set[tuple[str, Branch]])
    models: dict[str, Model] = field(default_factory=dict[str, Model])

    def note(self, asking: Asking, answers: tuple[Answered, ...], refused: KubusError | None) -> None:
        """Note what a test has shown: its answers, or that the caller was refused."""
        model = asking.layer.model
        self.models.setdefault(model.version, model)
        access = asking.layer.access(asking.caller)
        if refused is not None:
            for one in asking.queries:
                self._note_refusal(one.query, access, refused)
        for answered in answers:
            self._note_answer(answered, access)

    def _note_answer(self, answered: Answered, access: Access) -> None:
        authorized = answered.prepared.authorized
        masked = {one.path for one in authorized.masked}
        paths = list(named(authorized.query, access.model))
        self.members.update(paths)
        for holder in holders_of(paths, access.model, authorized.covered):
            applying = self._note_who(holder, access)
            own = [path for path in paths if path.partition(".")[0] == holder.name]
            for policy in applying:
                self.branches.add((policy.name, "allowed"))
            # A cube that no member was named of gives rows alone.
            by_rows = [sight.rows for path in own if (sight := access.sight(path)) is not None] or [applying]
            for policies in by_rows:
                if policies and all(policy.rows is not None for policy in policies):
                    self.branches.update((policy.name, "rows") for policy in policies)
            for path in own:
                member = path.partition(".")[2]
                if path in masked:
                    self.branches.update((policy.name, "masked") for policy in applying if policy.masks(member))

    def _note_refusal(self, query: Query, access: Access, refused: KubusError) -> None:
        paths = list(named(query, access.model))
        for holder in holders_of(paths, access.model, frozenset()):
            applying = self._note_who(holder, access)
            if not isinstance(refused, Forbidden):
                continue
            for path in paths:
                name, _, member = path.partition(".")
                if name == holder.name and not any(p.gives(member) or p.masks(member) for p in applying):
                    self.branches.update((policy.name, "hidden") for policy in applying)

    def _note_who(self, holder: Cube | View, access: Access) -> tuple[AccessPolicy, ...]:
        """The policies that are for the caller; of the others, that they are not."""
        applying: list[AccessPolicy] = []
        for policy in holder.policies:
            try:
                found = is_for(policy, access.caller)
            except (BadPolicy, Forbidden):
                found = False
            if found:
                applying.append(policy)
            else:
                self.branches.add((policy.name, "denied"))
        return tuple(applying)

    def report(self, model: Model | None) -> CoverageReport:
        """What is covered of a model; None stands for all that answered."""
        models = [model] if model is not None else list(self.models.values())
        members: dict[str, bool] = {}
        branches: dict[tuple[str, Branch], bool] = {}
        for one in models:
            shown = reached_from(self.members, one)
            for path in members_to_name(one):
                members[path] = members.get(path, False) or path in shown
            for holder in one.holders.values():
                for policy in holder.policies:
                    for branch in branches_of(policy, holder):
                        branches[policy.name, branch] = (policy.name, branch) in self.branches
        return CoverageReport(members, branches)


def holders_of(paths: list[str], model: Model, read: frozenset[str]) -> list[Cube | View]:
    """What the named members belong to, the cubes behind views, and the other cubes that are read."""
    found: dict[str, Cube | View] = {}
    for path in paths:
        name = path.partition(".")[0]
        found[name] = model.holders[name]
        cube = behind_view(path, model)
        if cube is not None:
            found[cube.name] = cube
    found |= {name: model.cubes[name] for name in read}
    return list(found.values())


def members_to_name(model: Model) -> Iterator[str]:
    """The members that queries may name."""
    for holder in model.holders.values():
        for member in (*holder.dimensions.values(), *holder.measures.values(), *holder.segments.values()):
            if is_public(member.path, model):
                yield member.path


def branches_of(policy: AccessPolicy, holder: Cube | View) -> Iterator[Branch]:
    """What a policy does."""
    members = (*holder.dimensions, *holder.measures, *holder.segments)
    yield "allowed"
    if policy.groups is not None or policy.conditions:
        yield "denied"
    if policy.rows is not None:
        yield "rows"
    if any(policy.masks(name) for name in members):
        yield "masked"
    if not all(policy.gives(name) or policy.masks(name) for name in members):
        yield "hidden"


def reached_from(paths: set[str], model: Model) -> set[str]:
    """These members, and all that they are made of."""
    reached: set[str] = set()
    waiting = [path for path in paths if path.partition(".")[0] in model.holders]
    while waiting:
        path = waiting.pop()
        name, _, own = path.partition(".")
        member = model.holders[name].member(own)
        if path not in reached and member is not None:
            reached.add(path)
            waiting.extend(made_of(member))
    return reached


def made_of(member: Member) -> Iterator[str]:
    """The members that the SQL of a member refers to."""
    if member.alias_of is not None:
        yield f"{member.alias_of.cube}.{member.alias_of.member}"
    for sql in texts_of(member):
        for reference in sql.references:
            if isinstance(reference, MemberReference):
                yield f"{reference.cube}.{reference.member}"
