"""What a context variable between braces means: `FILTER_PARAMS`, `FILTER_GROUP`, `SECURITY_CONTEXT`, `SQL_UTILS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kubus.loading.problems import nearest_hint
from kubus.model.context import (
    Argument,
    Callback,
    Claim,
    ClaimFilter,
    ContextReference,
    ContextValue,
    FirstFalse,
    FirstTrue,
    Fixed,
    InZone,
    Opposite,
    Pushed,
    PushedGroup,
    UrlEncoded,
)
from kubus.model.expressions import Both, Call, Constant, Either, FString, Items, Lambda, Name, Negated, Node
from kubus.model.member_sql import MemberSql, Reference, marker
from kubus.model.parsing import BadSql, parse_value
from kubus.model.references import Expression, check_places, with_inner

CLAIMS = ("SECURITY_CONTEXT", "security_context", "securityContext")
CLAIM_METHODS = {
    "filter": "filter",
    "requiredFilter": "required",
    "required_filter": "required",
    "unsafeValue": "value",
    "unsafe_value": "value",
}
FILTER_FORM = "Write FILTER_PARAMS.cube.member.filter('column'), or a lambda instead of the column"
SHIFT_FORM = "Write FILTER_PARAMS.cube.member.time_shifts.name.filter(lambda from_, to: f'…')"
GROUP_FORM = "Write FILTER_GROUP(FILTER_PARAMS.a.x.filter('x'), FILTER_PARAMS.a.y.filter('y'))"
CLAIM_FORM = "Write SECURITY_CONTEXT.claim.filter('column'), .requiredFilter('column') or .unsafeValue()"

# Before the names of a calendar's shifts among the names of its cube.
SHIFT = ".time_shifts."


@dataclass(frozen=True, slots=True)
class ContextBinder:
    """Binds the context variables of one SQL text.

    `name` binds what is no context variable; `members` has the members of each cube by name; `parameters` are those of
    the functions around.
    """

    dialect: str
    members: Mapping[str, Mapping[str, str]]
    name: Callable[[Expression], Reference]
    parameters: tuple[str, ...] = ()

    def reference(self, node: Node) -> ContextReference:
        """What stands between braces. Raises BadSql if it means nothing."""
        return ContextReference(self.value(node))

    # ── values ──

    def value(self, node: Node) -> ContextValue:
        match node:
            case Name(parts):
                return self.named(parts)
            case Constant(value):
                return self.constant(value)
            case FString(parts):
                return self.template(parts)
            case Call():
                return self.called(node)
            case Both(parts):
                return FirstFalse(tuple(map(self.value, parts)))
            case Either(parts):
                return FirstTrue(tuple(map(self.value, parts)))
            case Negated(part):
                return Opposite(self.value(part))
            case Lambda():
                raise BadSql("A lambda stands where a value has to be", FILTER_FORM)
            case Items():
                raise BadSql("A list stands where a value has to be", "Leave out the [ and ]")

    def named(self, parts: tuple[str, ...]) -> ContextValue:
        if len(parts) == 1 and parts[0] in self.parameters:
            return Argument(parts[0])
        if parts[0] in CLAIMS:
            if len(parts) == 1:
                raise BadSql(f"{parts[0]} is the whole security context, and no value", CLAIM_FORM)
            return Claim(parts[1:])
        if parts[0] in {"FILTER_PARAMS", "FILTER_GROUP", "SQL_UTILS"}:
            raise BadSql(f"'{'.'.join(parts)}' is no value by itself", FILTER_FORM)
        # A member of the model, as SQL of its own.
        return self.template((Name(parts),))

    def constant(self, value: str | int | float | bool | None) -> ContextValue:
        if value is None or isinstance(value, bool) or value == "":
            return Fixed(value if not isinstance(value, int | float) or isinstance(value, bool) else str(value))
        return self.sql(str(value), ())

    def template(self, parts: tuple[str | Node, ...]) -> MemberSql:
        """An f-string as SQL, parsed, with a marker for each expression in it."""
        references: list[Reference] = []
        texts: list[str] = []
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            texts.append(marker(len(references)))
            plain = isinstance(part, Name) and part.parts[0] not in (*self.parameters, *CLAIMS)
            if plain and isinstance(part, Name):
                references.append(self.name(Expression(part.parts, called=False, text=".".join(part.parts))))
            else:
                references.append(self.reference(part))
        return self.sql("".join(texts), tuple(references))

    def sql(self, text: str, references: tuple[Reference, ...]) -> MemberSql:
        tree = parse_value(text, self.dialect)
        check_places(tree, references)
        return MemberSql(text, tree, with_inner(references))

    # ── calls ──

    def called(self, node: Call) -> ContextValue:
        match node.of.parts:
            case ("FILTER_PARAMS", *path):
                return self.pushed(tuple(path), node)
            case ("FILTER_GROUP",):
                return self.group(node)
            case (name, *path) if name in CLAIMS:
                return self.claim(tuple(path), node)
            case ("SQL_UTILS", "convertTz" | "convert_tz"):
                return InZone(self.value(only_argument(node)))
            case ("SQL_UTILS", "urlEncode" | "url_encode"):
                return UrlEncoded(self.value(only_argument(node)))
            case ("SQL_UTILS", *_):
                raise BadSql(f"'{'.'.join(node.of.parts)}' is not there", "SQL_UTILS has convertTz and urlEncode")
            case parts:
                raise BadSql(f"'{'.'.join(parts)}' cannot be called inside braces")

    def pushed(self, path: tuple[str, ...], node: Call) -> Pushed:
        match path:
            case (cube, member, "filter"):
                shift = None
            case (cube, member, "time_shifts" | "timeShifts", shift, "filter"):
                pass
            case (_, _, "time_shifts" | "timeShifts", *_):
                raise BadSql(f"'{'.'.join(node.of.parts)}' is no filter", SHIFT_FORM)
            case _:
                raise BadSql(f"'{'.'.join(node.of.parts)}' is no filter", FILTER_FORM)
        there = self.members.get(cube)
        if there is None or member not in there:
            raise BadSql(
                f"{cube}.{member} cannot be resolved. There's no such member or cube.",
                nearest_hint(cube, self.members) if there is None else nearest_hint(member, there),
                missing=((cube, member), (None, cube)),
            )
        to = self.target(only_argument(node))
        if shift is not None:
            shifts = [name.removeprefix(SHIFT) for name, kind in there.items() if kind == "time_shifts"]
            if shift not in shifts:
                raise BadSql(
                    f"FILTER_PARAMS names the time shift '{shift}', which no dimension of '{cube}' declares",
                    nearest_hint(shift, shifts),
                )
            if not isinstance(to, Callback):
                raise BadSql(
                    "FILTER_PARAMS of a time shift names a column, and the calendar knows no column of the day before",
                    SHIFT_FORM,
                )
        return Pushed(cube, member, to, shift)

    def group(self, node: Call) -> PushedGroup:
        parts: list[Pushed] = []
        for argument in node.arguments:
            match argument:
                case Call(of=Name(("FILTER_PARAMS", *path))):
                    parts.append(self.pushed(tuple(path), argument))
                case _:
                    raise BadSql("FILTER_GROUP has an argument that is no FILTER_PARAMS", GROUP_FORM)
        if not parts:
            raise BadSql("FILTER_GROUP has no argument", GROUP_FORM)
        return PushedGroup(tuple(parts))

    def claim(self, path: tuple[str, ...], node: Call) -> Claim | ClaimFilter:
        if len(path) < 2 or path[-1] not in CLAIM_METHODS:
            raise BadSql(f"'{'.'.join(node.of.parts)}' is no filter on a claim", CLAIM_FORM)
        method = CLAIM_METHODS[path[-1]]
        if method == "value":
            if node.arguments:
                raise BadSql(f"'{path[-1]}' has an argument", CLAIM_FORM)
            return Claim(path[:-1])
        target = self.target(only_argument(node))
        name = target.text if isinstance(target, MemberSql) else ".".join(path[:-1])
        return ClaimFilter(path[:-1], target, method == "required", name)

    def target(self, node: Node) -> MemberSql | Callback:
        """What a filter is said of: SQL, or a function that gives the condition."""
        if isinstance(node, Lambda):
            inside = ContextBinder(self.dialect, self.members, self.name, (*self.parameters, *node.parameters))
            return Callback(node.parameters, inside.value(node.body))
        value = self.value(node)
        if not isinstance(value, MemberSql):
            raise BadSql("A filter has to name a column", "Write the column in quotes, or a lambda that gives SQL")
        return value


def only_argument(node: Call) -> Node:
    if len(node.arguments) != 1:
        raise BadSql(f"'{'.'.join(node.of.parts)}' takes one argument, and has {len(node.arguments)}", FILTER_FORM)
    return node.arguments[0]
