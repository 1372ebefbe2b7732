"""The one place that lets a query through."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from kubus.context import Caller
from kubus.errors import Forbidden, LimitExceeded, MemberError
from kubus.model.access import NO_LIMITS, AccessPolicy, Limits
from kubus.model.cube import NO_MEMBERS, Cube, Measure
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.model import Model
from kubus.query.access import Access, DefaultAccess, Sight, behind_view, strictest
from kubus.query.clock import Clock
from kubus.query.masks import DefaultMasks, is_implied, sees_its_rows
from kubus.query.query import Query
from kubus.query.shape import filter_shape, filter_values, shape_of, values_of


@dataclass(frozen=True, slots=True)
class RowRule:
    """Which rows policies give: of `cube` wherever a plan reads it, or, with None, of all that the query reads.

    `filter` None is no row at all.
    """

    cube: str | None
    filter: Filter | None


@dataclass(frozen=True, slots=True)
class MaskedMember:
    """A member that the query names and whose value is masked, except in rows that pass `unless`."""

    path: str
    unless: Filter | None = None


class AuthorizedShape(NamedTuple):
    """All of an authorized query that decides its SQL."""

    query: Query
    rules: tuple[RowRule, ...]
    masked: tuple[MaskedMember, ...]
    least: tuple[tuple[str, int], ...] = ()
    most_rows: int | None = None


@dataclass(frozen=True, slots=True)
class AuthorizedQuery:
    """A query that answers only what its caller may see.

    What policies put to it stands apart from what was asked, so that nothing that changes the query takes it away:
    `rules` say which rows there are, `masked` which values are masked. `covered` are the cubes whose policies are in
    `rules`. `hidden` are the selected members that are not public: the query can be explained, and its rows are not
    given. `applied` are the policies that were for the caller, by name. `least` says of cubes how many of their rows
    a group has to have to be shown. `limits` are those of this query; its queries in flight are counted with those of
    the same `roles`, which are the policies that give what it names.
    """

    query: Query
    access: Access = field(compare=False)
    rules: tuple[RowRule, ...] = ()
    masked: tuple[MaskedMember, ...] = ()
    covered: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()
    applied: tuple[str, ...] = ()
    least: tuple[tuple[str, int], ...] = ()
    limits: Limits = NO_LIMITS
    roles: tuple[str, ...] = ()

    @property
    def shape(self) -> AuthorizedShape:
        """What is left without any value, and without the caller: equal for all queries that share a plan."""
        return AuthorizedShape(
            shape_of(self.query),
            tuple(RowRule(rule.cube, shape_or_none(rule.filter)) for rule in self.rules),
            tuple(MaskedMember(one.path, shape_or_none(one.unless)) for one in self.masked),
            self.least,
            self.limits.rows,
        )

    @property
    def values(self) -> tuple[str, ...]:
        """Every value, by slot number: those of the query, then those of the rules and of what is not masked."""
        return (*values_of(self.query), *self._rule_values, *values_in(one.unless for one in self.masked))

    @property
    def first_mask_slot(self) -> int:
        """The number of the first value of what is not masked."""
        return len(values_of(self.query)) + len(self._rule_values)

    @property
    def _rule_values(self) -> tuple[str, ...]:
        return values_in(rule.filter for rule in self.rules)

    def check_rows(self, count: int) -> None:
        """Raises LimitExceeded if an answer has more rows than this caller may have."""
        most = self.limits.rows
        if most is not None and count > most:
            raise LimitExceeded(
                f"The answer has more than {most} rows, which is the most that your access policy lets through",
                hint="Ask for less, or for parts with `limit` and `offset`",
            )

    def check_visible(self) -> None:
        """Raises Forbidden if a selected member is not public."""
        if self.hidden:
            raise hidden_member(self.hidden[0])

    def reading(self, cubes: Iterable[str]) -> "AuthorizedQuery":
        """The same for a plan that reads these cubes as well, though no member of them is named.

        Raises:
            Forbidden: a cube has policies, and none of them is for the caller.
        """
        found = self
        for name in cubes:
            if name in found.covered:
                continue
            cube = found.access.model.cubes[name]
            applying = found.access.applying(cube)
            least = found.access.min_group(cube)
            if cube.policies and not applying:
                # Its name is nothing that the caller has named.
                raise Forbidden(
                    "The answer needs rows of a cube of which no access policy is for you",
                    hint="A measure, a dimension or a join of the query reads that cube",
                )
            found = replace(
                found,
                rules=(*found.rules, *rule_of(name, applying, found.access)),
                covered=found.covered | {name},
                applied=tuple(dict.fromkeys((*found.applied, *(policy.name for policy in applying)))),
                least=(*found.least, *(((name, least),) if least else ())),
            )
        return found


def authorize(
    query: Query,
    model: Model,
    caller: Caller,
    clock: Clock,
    *,
    default: DefaultAccess = "allow",
    show_hidden: bool = False,
    masks: DefaultMasks = NO_MEMBERS,
    trusted: frozenset[str] = frozenset(),
) -> AuthorizedQuery:
    """Let `query` through, held to the members, rows and values that its caller may see.

    `show_hidden` makes every member public, as development mode does; policies hold all the same. `masks` are shown
    where a masked member declares none. `trusted` are
    members that only conditions of the host's own code test: those may be hidden from the caller, unless the query
    also selects them. Members that do not exist are left for `resolve` to refuse, since which error comes first is
    part of the API.

    Raises:
        Forbidden: a member is not for this caller, or a policy reads a claim that they do not have.
        BadPolicy: a condition of a policy is neither true nor false.
    """
    access = Access(model, caller, clock, default, masks)
    hidden = () if show_hidden else tuple(path for path in selected(query) if not is_public(path, model))
    authorized = AuthorizedQuery(query, access, hidden=hidden)
    if not model.guarded and default == "allow":
        return authorized
    return held(authorized, trusted - frozenset(selected(query)))


def held(authorized: AuthorizedQuery, trusted: frozenset[str]) -> AuthorizedQuery:
    """The query with what the policies of everything that it names say of it, but for what is `trusted`."""
    access = authorized.access
    seen: dict[str, Sight] = {}
    for path in named(authorized.query, access.model):
        if path in trusted:
            continue
        sight = access.sight(path)
        if sight is None:
            raise hidden_member(path)
        seen[path] = sight
    rules: dict[RowRule, None] = {}
    least: dict[str, int] = {}
    limits: list[Limits] = []
    roles: dict[str, None] = {}
    covered: dict[str, None] = {}
    applied: dict[str, None] = {}
    for path, sight in seen.items():
        holder = access.model.holders[path.partition(".")[0]]
        applied.update(dict.fromkeys(policy.name for policy in access.applying(holder)))
        of = holder.name if isinstance(holder, Cube) else None
        rules.update(dict.fromkeys(rule_of(of, sight.rows, access)))
        member = path.partition(".")[2]
        limits.append(access.limits(holder, member))
        roles.update(
            dict.fromkeys(one.name for one in access.applying(holder) if one.gives(member) or one.masks(member))
        )
        for counted in (of,) if of is not None else roots_of(path, access.model):
            least[counted] = max(least.get(counted, 0), access.min_group(holder, member))
        if of is not None:
            covered[of] = None
        cube = behind_view(path, access.model)
        if cube is not None:
            least[cube.name] = max(least.get(cube.name, 0), access.min_group(cube))
        if cube is not None and cube.name not in covered and cube.policies:
            # The view says which members are seen; which rows there are the cube says as well.
            applying = access.applying(cube)
            if not applying:
                raise hidden_member(path)
            applied.update(dict.fromkeys(policy.name for policy in applying))
            rules.update(dict.fromkeys(rule_of(cube.name, applying, access)))
    # A cube that is named by a view and by itself is held to both.
    viewed = {cube.name for path in seen if (cube := behind_view(path, access.model)) is not None}
    return replace(
        authorized,
        rules=tuple(rules),
        masked=tuple(masked(seen, authorized.query, access)),
        covered=frozenset(covered) | viewed,
        applied=tuple(applied),
        least=tuple((name, rows) for name, rows in sorted(least.items()) if rows),
        limits=Limits(
            strictest(one.rows for one in limits),
            strictest(one.seconds for one in limits),
            strictest(one.running for one in limits),
        ),
        roles=tuple(sorted(roles)),
    )


def roots_of(path: str, model: Model) -> tuple[str, ...]:
    """The cubes that a member of a view is reached from: whose rows the view counts."""
    name, _, member = path.partition(".")
    view = model.views[name]
    found = view.member(member)
    if found is None or found.alias_of is None:
        return ()
    return tuple(dict.fromkeys(way[0] for way in view.paths[found.alias_of.cube]))


def rule_of(cube: str | None, policies: tuple[AccessPolicy, ...] | None, access: Access) -> Iterator[RowRule]:
    """The rule that a row passes the filter of one of the policies; nothing where that is no restriction."""
    if not policies:
        return
    found = access.row_filter(policies)
    if found is not True:
        yield RowRule(cube, None if found is False else found)


def masked(seen: dict[str, Sight], query: Query, access: Access) -> Iterator[MaskedMember]:
    """The members whose values are masked."""
    hidden = {path for path, sight in seen.items() if sight.whole_in is not None}
    for path in (path for path in seen if path in hidden):
        policies = seen[path].whole_in
        unless = access.row_filter(policies) if policies else False
        if unless is True:
            continue
        if unless is False:
            yield MaskedMember(path)
            continue
        member = access.model.measure_or_dimension(path)
        in_its_rows = not isinstance(member, Measure) or sees_its_rows(member, access.model)
        if not (in_its_rows and is_implied(unless, member, query.filters, access.model, hidden)):
            yield MaskedMember(path, unless)


def hidden_member(path: str) -> Forbidden:
    """The refusal of a member that the caller may not see, in the words that clients know."""
    return Forbidden(
        f"Error: You requested hidden member: '{path}'. Please make it visible using `public: true`. "
        "Please note primaryKey fields are `public: false` by default: "
        "https://cube.dev/docs/schema/reference/joins#setting-a-primary-key."
    )


def named(query: Query, model: Model) -> Iterator[str]:
    """The paths of all members that a query names and the model has, each once: selected, filtered or ordered by.

    Filters that a view puts to every query on it name their members for the view's author.
    """
    paths = (
        *query.measures,
        *query.dimensions,
        *(time.dimension for time in query.time_dimensions),
        *query.segments,
        *(path for condition in query.filters for path in compared(condition)),
        *(".".join(order.member.split(".")[:2]) for order in query.order or ()),
    )
    for path in dict.fromkeys(paths):
        try:
            holder = model.holder(path.partition(".")[0], path)
        except MemberError:
            continue
        if holder.member(path.partition(".")[2]) is not None:
            yield path


def compared(condition: Filter) -> Iterator[str]:
    match condition:
        case Comparison(member):
            yield member
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from compared(part)


def values_in(filters: Iterable[Filter | None]) -> tuple[str, ...]:
    return tuple(value for one in filters if one is not None for value in filter_values(one))


def shape_or_none(condition: Filter | None) -> Filter | None:
    return None if condition is None else filter_shape(condition)


def selected(query: Query) -> Iterator[str]:
    """The members that become columns of the answer."""
    yield from query.measures
    yield from query.dimensions
    yield from (t.dimension for t in query.time_dimensions if t.granularity is not None)


def is_public(path: str, model: Model) -> bool:
    name, _, member = path.partition(".")
    try:
        cube = model.holder(name, path)
    except MemberError:
        return True
    found = cube.member(member)
    return found is None or (cube.public and found.public)
