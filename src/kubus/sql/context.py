"""Context variables as SQL: the query's conditions pushed down, the caller's claims, times in the query's zone."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from kubus.errors import BadClaim, Forbidden, Unsupported
from kubus.model.context import (
    Argument,
    Callback,
    Claim,
    ClaimFilter,
    ContextValue,
    FirstFalse,
    FirstTrue,
    Fixed,
    InZone,
    MaskValue,
    Opposite,
    Pushed,
    PushedGroup,
    UrlEncoded,
)
from kubus.model.cube import Dimension, Measure, Member, Segment
from kubus.model.member_sql import MemberReference, MemberSql, marker
from kubus.model.model import Model
from kubus.plan.nodes import RowFilter
from kubus.query.claims import CallerClaims, ClaimShape
from kubus.query.conditions import Condition, Every, Shifted, Some, Test, Within, members_tested
from kubus.query.needed import hints_of, referenced, target_of
from kubus.query.shown import condition_of, is_masked
from kubus.sql.filters import moment, predicate, typed
from kubus.sql.scope import Arguments, Expand, Scope, term
from kubus.sql.statement import Use

# By the path of the member whose condition is pushed down.
Targets = Mapping[str, tuple[Pushed, ...]]


@dataclass(frozen=True, slots=True)
class Context:
    """What one row plan knows of the query and its caller.

    `filters` are those that its rows pass; None where rows of several plans meet, and so no conditions hold for all.
    """

    claims: CallerClaims
    filters: tuple[RowFilter, ...] | None

    @property
    def shifted(self) -> tuple[Shifted, ...]:
        return tuple(shift for one in self.filters or () for shift in one.shifted)

    def trees(self, value: ContextValue, scope: Scope, expand: Expand, arguments: Arguments) -> list[exp.Expr]:
        """A context variable as SQL: one expression, or those of a list."""
        scope = scope.with_own_placeholders()
        match chosen(value, self.claims):
            case MemberSql() as sql:
                return [scope.bind(sql, expand, arguments)]
            case Argument(name):
                return [tree.copy() for tree in arguments[name]]
            case Fixed(fixed):
                return [constant(fixed)]
            case Pushed() as pushed:
                return [self.pushed((pushed,), scope, expand, arguments)]
            case PushedGroup(parts):
                return [self.pushed(parts, scope, expand, arguments)]
            case ClaimFilter() as claim:
                return [self.claim_filter(claim, scope, expand, arguments)]
            case Claim(path):
                shape = usable(self.claims.at(path))
                return placeholders(shape, scope) or [exp.Null()]
            case InZone(time):
                return [scope.dialect.local(self.one(time, scope, expand, arguments), scope.timezone)]
            case UrlEncoded(inner):
                return [scope.dialect.url_encoded(term(self.one(inner, scope, expand, arguments)))]
            case MaskValue(shown, kind):
                return [scope.mask(shown, kind)]
            case FirstTrue() | FirstFalse() | Opposite():
                raise AssertionError("a choice is made before")

    def test(self, condition: object, scope: Scope) -> exp.Expr:
        """Whether a row shows what is masked in others."""

        def value_of(member: Dimension | Measure) -> exp.Expr:
            assert isinstance(member, Dimension), member.path
            return scope.dimension(member)

        return predicate(condition_of(condition), scope, value_of)

    def one(self, value: ContextValue, scope: Scope, expand: Expand, arguments: Arguments) -> exp.Expr:
        trees = self.trees(value, scope, expand, arguments)
        if len(trees) != 1:
            raise BadClaim("A list stands where the data model expects one value")
        return trees[0]

    def is_of_tenant(self, tenant: MemberSql, scope: Scope) -> exp.Expr:
        """See `ContextSql`.

        Raises:
            Forbidden: nothing says which tenant the caller is of.
        """
        slot = self.claims.tenant
        if slot is None:
            raise Forbidden("A cube of tenants is read, and nothing says of which tenant you are")
        scope = scope.with_own_placeholders()
        value = scope.dialect.compared_with_texts(term(scope.bind(tenant, scope.rows_of)), [slot.form])
        return exp.EQ(this=term(value), expression=scope.placeholders.add(slot, Use.AS_IS))

    # ── FILTER_PARAMS ──

    def pushed(self, parts: tuple[Pushed, ...], scope: Scope, expand: Expand, arguments: Arguments) -> exp.Expr:
        """The conditions on these members and no others, said of what the model says instead."""
        if self.filters is None:
            raise Unsupported(
                f"'{parts[0].cube}.{parts[0].member}' is read by FILTER_PARAMS in an expression over several groups",
                hint="Use FILTER_PARAMS in the sql of a cube, of a dimension, or of the measures below",
            )
        targets: dict[str, tuple[Pushed, ...]] = {}
        for part in parts:
            path = origin(part.cube, part.member, scope.model)
            targets[path] = (*targets.get(path, ()), part)
        # What policies say holds for rows as they are, and is not pushed to where they are looked at otherwise.
        filters = [one for one in self.filters if not (one.is_guard and self.shifted)]
        conditions = tuple(condition for one in filters for condition in one.conditions)
        usable = [c for c in conjuncts(conditions) if self.is_about(c, targets, scope)]
        trees = [self.said_of(condition, targets, scope, expand, arguments) for condition in usable]
        return exp.and_(*map(term, trees)) if trees else truth()

    def said_of(
        self, condition: Condition, targets: Targets, scope: Scope, expand: Expand, arguments: Arguments
    ) -> exp.Expr:
        match condition:
            case Every(parts):
                return exp.and_(*(term(self.said_of(p, targets, scope, expand, arguments)) for p in parts))
            case Some(parts):
                return exp.or_(*(term(self.said_of(p, targets, scope, expand, arguments)) for p in parts))
            case Test(member) | Within(member):
                target = self.target(member, targets, scope)
                assert target is not None, member.path
                if isinstance(target, Callback):
                    values = values_of(condition, scope)
                    # A function that takes more, or fewer of several equal ones, cannot say the condition.
                    fits = len(target.parameters) <= len(values) and (
                        isinstance(condition, Within) or is_range(condition) or len(target.parameters) == len(values)
                    )
                    return self.called(target, values, scope, expand, arguments) if fits and values else truth()
                value = scope.bind(target, expand, arguments)
                return predicate(condition, scope, lambda _: value.copy())
            case Segment():
                target = self.target(condition, targets, scope)
                assert target is not None, condition.path
                if isinstance(target, Callback):
                    fits = not target.parameters
                    return self.called(target, [], scope, expand, arguments) if fits else truth()
                return scope.bind(target, expand, arguments)
            case _:
                raise AssertionError("such a condition is not about a member alone")

    def is_about(self, condition: Condition, targets: Targets, scope: Scope) -> bool:
        """Whether a condition can be said of the targets alone, and of rows before they are joined.

        A joined cube that loses a row leaves nulls in its place, which the condition outside must not let through.
        """
        members = list(members_tested(condition))
        return (
            bool(members)
            and all(isinstance(leaf, Test | Within | Segment) for leaf in leaves_of(condition))
            and all(self.target(member, targets, scope) is not None for member in members)
            and not (scope.may_be_missing and lets_null_through(condition))
        )

    def target(self, member: Member, targets: Targets, scope: Scope) -> MemberSql | Callback | None:
        """What a condition on a member is said of.

        A time that is moved, and all that is joined by way of a calendar that looks at another day, is tested as it is
        then: only what the model says of that shift is said of the rows that are looked at.
        """
        if isinstance(member, Measure) or is_masked(member):
            # What is said of a mask must not be asked of the value behind it.
            return None
        names = {shift.name for shift in self.shifted if concerns(shift, member, scope.model)}
        parts = targets.get(origin(member.cube, member.name, scope.model), ())
        return next((part.to for part in parts if names == ({part.shift} if part.shift else set())), None)

    def called(
        self, function: Callback, values: list[exp.Expr], scope: Scope, expand: Expand, arguments: Arguments
    ) -> exp.Expr:
        given = {name: [value] for name, value in zip(function.parameters, values, strict=False)}
        return self.one(function.body, scope, expand, {**arguments, **given})

    # ── SECURITY_CONTEXT ──

    def claim_filter(self, claim: ClaimFilter, scope: Scope, expand: Expand, arguments: Arguments) -> exp.Expr:
        shape = usable(self.claims.at(claim.path))
        if shape.kind == "missing" or (claim.required and shape.is_empty_text):
            if claim.required or self.claims.missing == "deny":
                raise BadClaim(f"Filter for {claim.name} is required")
            return truth()
        if shape.kind == "many" and not shape.slots:
            return exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(0))
        values = placeholders(shape, scope)
        if isinstance(claim.to, Callback):
            return self.one(claim.to.body, scope, expand, {**arguments, **claim_arguments(claim.to, values, shape)})
        forms = [slot.form for slot in shape.slots]
        value = term(scope.dialect.compared_with_texts(term(scope.bind(claim.to, expand, arguments)), forms))
        if shape.kind == "one":
            return exp.EQ(this=value, expression=values[0])
        return exp.In(this=value, expressions=values)


# ── choices ──


def chosen(value: ContextValue, claims: CallerClaims) -> ContextValue:
    """What `and`, `or` and `not` come to."""
    match value:
        case FirstTrue(parts):
            options = [chosen(part, claims) for part in parts]
            return next((option for option in options if is_true(option, claims)), options[-1])
        case FirstFalse(parts):
            options = [chosen(part, claims) for part in parts]
            return next((option for option in options if not is_true(option, claims)), options[-1])
        case Opposite(part):
            return Fixed(not is_true(chosen(part, claims), claims))
        case _:
            return value


def is_true(value: ContextValue, claims: CallerClaims) -> bool:
    match value:
        case Fixed(fixed):
            return bool(fixed)
        case Claim(path):
            return claims.at(path).is_true
        case _:
            return True


def constant(value: bool | str | None) -> exp.Expr:
    if value == "":
        raise Unsupported(
            "A context variable of the data model comes to an empty text, which is no SQL",
            hint="Write a condition that is always true, such as '1 = 1'",
        )
    return exp.Null() if value is None else exp.true() if value else exp.false()


def truth() -> exp.Expr:
    return exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(1))


# ── conditions ──


def conjuncts(conditions: tuple[Condition, ...]) -> list[Condition]:
    """The conditions that all hold, those of nested `and` groups one by one."""
    found: list[Condition] = []
    for condition in conditions:
        found.extend(conjuncts(condition.parts) if isinstance(condition, Every) else (condition,))
    return found


def concerns(shift: Shifted, member: Dimension | Segment, model: Model) -> bool:
    """Whether what is shifted decides about the value of a member."""
    if shift.member is not None:
        return (shift.cube, shift.member) == target_of(member)
    return any(shift.cube in hint for hint in hints_of(member, model))


def leaves_of(condition: Condition) -> list[Condition]:
    match condition:
        case Every(parts) | Some(parts):
            return [leaf for part in parts for leaf in leaves_of(part)]
        case _:
            return [condition]


def lets_null_through(condition: Condition) -> bool:
    """Whether a row without the member may pass. Of a segment nobody knows."""
    match condition:
        case Every(parts):
            return all(map(lets_null_through, parts))
        case Some(parts):
            return any(map(lets_null_through, parts))
        case Within():
            return False
        case Test(_, operator, slots, with_null):
            match operator.family:
                case "compare" | "date_range" | "date_compare":
                    return False
                case "set":
                    return operator.negated
                case _:
                    return not operator.negated if not slots else operator.negated != with_null
        case _:
            return True


def is_range(condition: Condition) -> bool:
    return isinstance(condition, Test) and condition.operator.family == "date_range"


def values_of(condition: Test | Within, scope: Scope) -> list[exp.Expr]:
    """The placeholders that a function gets: one for each of several equal values, the two ends of a range.

    None for other conditions, which the function would take for equality.
    """
    match condition:
        case Within(member, start, end):
            return [moment(member, start, Use.FROM, scope), moment(member, end, Use.UNTIL, scope)]
        case Test(member, operator, slots, with_null) if not operator.negated:
            if operator.family == "equals" and not with_null:
                return [typed(condition, slot, scope) for slot in slots]
            if operator.family == "date_range":
                return [moment(member, slots[0], Use.FROM, scope), moment(member, slots[:2][-1], Use.UNTIL, scope)]
            return []
        case _:
            return []


def origin(cube: str, name: str, model: Model) -> str:
    """The path of the member that a member is only another name for, as those of views are; else its own."""
    member: Dimension | Measure | Segment | None = model.holders[cube].member(name)
    while True:
        assert member is not None, f"{cube}.{name}"
        match member:
            case Dimension(value=MemberSql() as sql, is_attached=False) | Segment(sql=sql):
                named = only_reference(sql)
            case _:
                named = None
        if named is None:
            return member.path
        member = referenced(named, model)


def only_reference(sql: MemberSql) -> MemberReference | None:
    """The member that is all there is in some SQL."""
    match sql.tree, sql.references:
        case exp.Column(this=exp.Identifier() as name), (MemberReference(granularity=None) as reference,):
            return reference if name.name == marker(0) and not sql.tree.args.get("table") else None
        case _:
            return None


# ── claims ──


def usable(shape: ClaimShape) -> ClaimShape:
    if shape.kind == "unusable":
        raise BadClaim(
            f"The claim '{shape.name}' of the security context is no text, number, boolean or list of them",
            hint="The data model reads it in its SQL, which needs one of those",
        )
    return shape


def placeholders(shape: ClaimShape, scope: Scope) -> list[exp.Expr]:
    return [scope.placeholders.add(slot, Use.AS_IS) for slot in shape.slots]


def claim_arguments(function: Callback, values: list[exp.Expr], shape: ClaimShape) -> dict[str, list[exp.Expr]]:
    """What the function of a claim gets: one parameter gets all values, several get one each."""
    if len(function.parameters) == 1:
        return {function.parameters[0]: values}
    if len(function.parameters) != len(values):
        raise BadClaim(
            f"The claim '{shape.name}' of the security context has {len(values)} values, "
            f"and the data model takes {len(function.parameters)}"
        )
    return {name: [value] for name, value in zip(function.parameters, values, strict=True)}
