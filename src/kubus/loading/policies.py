"""Declared access policies to access policies, of cubes and views alike."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kubus.loading.dates import date_problem
from kubus.loading.declarations import MEMBER_LISTS, DeclaredPolicies, short
from kubus.loading.policy_values import policy_expression, policy_text
from kubus.loading.problems import Lookups, key_hint, nearest_hint
from kubus.loading.shapes import ACCESS_POLICY, LIMITS, MEMBER_SET, ROW_LEVEL, ROW_TEST
from kubus.loading.yaml_text import Yaml
from kubus.model.access import (
    NO_LIMITS,
    AccessPolicy,
    AllTests,
    AnyTest,
    Constant,
    Limits,
    ListOf,
    MemberSet,
    PolicyValue,
    RowFilter,
    RowTest,
)
from kubus.model.names import snake_case
from kubus.model.parsing import BadSql
from kubus.query.operators import OPERATORS

POLICY_KEYS = frozenset(ACCESS_POLICY)
SET_KEYS = frozenset(MEMBER_SET)
ROW_KEYS = frozenset(ROW_LEVEL)
LIMIT_KEYS = frozenset(LIMITS)
TEST_KEYS = frozenset(ROW_TEST)
EVERYONE = "*"

# Which operator keeps the rows that begin, or end, with a moment.
WINDOW = {"not_before": "afterOrOnDate", "not_after": "beforeOrOnDate"}


# Notes a problem: the declared list it is in, the place, what is wrong, and how to mend it.
Report = Callable[[DeclaredPolicies, Yaml | None, str, str | None, Lookups], None]


@dataclass(slots=True)
class PolicyCompiler:
    """Compiles the policies of one cube or view.

    `kinds` are its members by name, each with its kind: `dimensions`, `measures` or `segments`. `others` are those of
    the cubes that a row filter may name besides; a view has none. `elsewhere` are names that are no mistake, though
    this view does not have them: those of the views that are split off beside it. `refuses_groups` says why small
    groups cannot be left out, if they cannot.
    """

    holder: str
    kinds: Mapping[str, str]
    others: Mapping[str, Mapping[str, str]]
    report: Report
    elsewhere: frozenset[str] = frozenset()
    refuses_groups: str | None = None

    def policies(self, declared: tuple[DeclaredPolicies, ...]) -> tuple[AccessPolicy, ...]:
        """Every policy without a problem, those of parents first."""
        found: list[AccessPolicy] = []
        number = 0
        for written in declared:
            if not written.at.is_list:
                hint = "Write a list of policies, each with a group"
                self.report(written, written.at, "(access_policy) must be defined as array", hint, ())
                continue
            if not written.at.data:
                hint = "Leave it out, or write a policy: an empty list would say that nobody sees anything"
                self.report(written, written.at, "(access_policy) is an empty list", hint, ())
            for place, item in enumerate(written.at.data):
                policy = OnePolicy(self, written, f"accessPolicy[{place}]", f"{self.holder}[{number}]").compiled(item)
                number += 1
                if policy is not None:
                    found.append(policy)
        return tuple(found)


def member_kinds(names: Mapping[str, str]) -> dict[str, str]:
    """Of everything that has a name in a cube, the members that a policy can be about."""
    return {name: kind for name, kind in names.items() if kind in MEMBER_LISTS}


@dataclass(slots=True)
class OnePolicy:
    """Compiles one policy. `path` is what its keys are called in messages."""

    of: PolicyCompiler
    written: DeclaredPolicies
    path: str
    name: str

    def report(self, at: Yaml | None, message: str, hint: str | None = None, missing: Lookups = ()) -> None:
        self.of.report(self.written, at, message, hint, missing)

    def compiled(self, item: Yaml) -> AccessPolicy | None:
        fields = self.fields(item, POLICY_KEYS, self.path)
        if fields is None:
            return None
        groups = self.groups(item, fields)
        conditions = tuple(self.conditions(fields.get("conditions")))
        members = self.members(fields.get("member_level"), "memberLevel")
        masked = self.members(fields.get("member_masking"), "memberMasking")
        if "member_masking" in fields and "member_level" not in fields:
            self.report(
                fields["member_masking"],
                f"{self.of.holder}: {self.path} defines memberMasking without memberLevel. "
                "memberLevel is required when memberMasking is used",
                "Say with member_level which members are given whole; `includes: []` gives none",
            )
        rows = self.rows(fields.get("row_level"))
        least = self.whole_number(fields.get("min_group"), f"{self.path}.minGroup") or 0
        if least and self.of.refuses_groups is not None:
            self.report(fields["min_group"], f"({self.path}.minGroup) {self.of.refuses_groups}")
        limits = self.limits(fields.get("limits"))
        return AccessPolicy(self.name, groups, conditions, members, masked, rows, least, limits)

    def whole_number(self, value: Yaml | None, path: str) -> int | None:
        if value is None:
            return None
        if not isinstance(value.data, int) or isinstance(value.data, bool) or value.data < 1:
            self.report(value, f"({path} = {short(value.plain())}) must be a whole number above 0")
            return None
        return value.data

    def limits(self, value: Yaml | None) -> Limits:
        if value is None:
            return NO_LIMITS
        fields = self.fields(value, LIMIT_KEYS, f"{self.path}.limits")
        if fields is None:
            return NO_LIMITS
        if not fields:
            self.report(value, f"({self.path}.limits) is empty", "Write rows, seconds or running")
        found = {key: self.whole_number(at, f"{self.path}.limits.{key}") for key, at in fields.items()}
        return Limits(found.get("rows"), found.get("seconds"), found.get("running"))

    def fields(self, item: Yaml, allowed: frozenset[str], path: str) -> dict[str, Yaml] | None:
        """The known keys of a map, in snake_case; None if it is no map."""
        if not item.is_map:
            self.report(item, f"({path}) must be a map with some of {', '.join(sorted(allowed))}")
            return None
        for twice in item.twice:
            self.report(twice, f"({path}.{twice.data}) is written twice")
        fields: dict[str, Yaml] = {}
        for key, value in item.items():
            name = snake_case(key)
            at = (item.keys or {}).get(key, value)
            if name == "role" and "group" in allowed:
                hint = "Roles became groups: write group, and give callers groups with context_to_groups"
                self.report(at, f'"{path}.role" is not allowed', hint)
            elif name not in allowed:
                self.report(at, f'"{path}.{key}" is not allowed', key_hint(name, allowed))
            elif name in fields:
                self.report(at, f"({path}.{key}) is written twice, as snake_case and as camelCase")
            elif value.data is None:
                self.report(at, f"({path}.{key}) is empty: null is only allowed inside meta")
            else:
                fields[name] = value
        return fields

    # ── for whom ──

    def groups(self, item: Yaml, fields: Mapping[str, Yaml]) -> frozenset[str] | None:
        one, several = fields.get("group"), fields.get("groups")
        if one is not None and several is not None:
            self.report(several, f"({self.path}) must have group or groups, but not both", "Put all into groups")
            return frozenset()
        given = one or several
        if given is None:
            if not any(snake_case(key) in ("role", "group", "groups") for key, _ in item.items()):
                hint = f'Write group: with the name of one, or group: "{EVERYONE}" for everyone'
                self.report(item, f"({self.path}) must have group or groups", hint)
            return frozenset()
        if one is not None and one.is_list:
            self.report(one, f"({self.path}.group) must be the name of one group", "Write groups: for a list")
            return frozenset()
        items: list[Yaml] = given.data if given.is_list else [given]
        if not items:
            self.report(given, f"({self.path}.groups) is an empty list, so the policy would be for nobody")
        names: set[str] = set()
        for name in items:
            if not isinstance(name.data, str) or not name.data.strip():
                self.report(name, f"({self.path}.groups = {short(name.plain())}) must be the name of a group")
            elif "{" in name.data:
                self.report(name, f"({self.path}.groups = {short(name.data)}) cannot hold an expression",
                            "A group is a name; what depends on claims goes into conditions")  # fmt: skip
            else:
                names.add(name.data.strip())
        return None if EVERYONE in names else frozenset(names)

    def conditions(self, value: Yaml | None) -> Iterator[PolicyValue]:
        if value is None:
            return
        if not value.is_list or not value.data:
            self.report(value, f"({self.path}.conditions) must be a list", 'Write - if: "{ security_context.claim }"')
            return
        for number, item in enumerate(value.data):
            path = f"{self.path}.conditions[{number}]"
            fields = self.fields(item, frozenset({"if"}), path)
            if fields is None:
                continue
            condition = fields.get("if")
            if condition is None:
                self.report(item, f"({path}.if) is required")
            elif isinstance(condition.data, bool):
                yield Constant(condition.data)
            else:
                found = self.condition(condition, f"{path}.if")
                if found is not None:
                    yield found

    def condition(self, value: Yaml, path: str) -> PolicyValue | None:
        text = self.text(value, path)
        if text is None:
            return None
        stripped = text.strip()
        if stripped.startswith("{") and stripped.endswith("}"):
            stripped = stripped[1:-1]
        return self.read(value, lambda: policy_expression(stripped))

    def text(self, value: Yaml, path: str) -> str | None:
        if not isinstance(value.data, str):
            hint = "A text that begins with { needs quotes" if value.is_map else None
            self.report(value, f"({path} = {short(value.plain())}) must be an expression over the security context",
                        hint)  # fmt: skip
            return None
        return value.data

    def read(self, value: Yaml, parse: Callable[[], PolicyValue]) -> PolicyValue | None:
        try:
            return parse()
        except BadSql as error:
            self.report(value, error.message, error.hint)
            return None

    # ── members ──

    def members(self, value: Yaml | None, key: str) -> MemberSet | None:
        if value is None:
            return None
        path = f"{self.path}.{key}"
        fields = self.fields(value, SET_KEYS, path)
        if fields is None:
            return MemberSet(frozenset())
        if not fields:
            hint = 'Write includes: "*" for every member, or a list of names'
            self.report(value, f"({path}) is empty, which would give every member", hint)
            return MemberSet(frozenset())
        includes = self.names(fields.get("includes"), f"{path}.includes")
        excludes = self.names(fields.get("excludes"), f"{path}.excludes") if "excludes" in fields else frozenset[str]()
        return MemberSet(includes, excludes)

    def names(self, value: Yaml | None, path: str) -> frozenset[str] | None:
        """The names in a list; None for `"*"`, and for nothing."""
        if value is None or value.data == EVERYONE:
            return None
        if not value.is_list:
            self.report(value, f'({path}) must be "*" or a list of names of members')
            return frozenset()
        names: set[str] = set()
        for item in value.data:
            if not isinstance(item.data, str):
                self.report(item, f"({path} = {short(item.plain())}) must be the name of a member")
                continue
            name = item.data.strip()
            if name == EVERYONE:
                self.report(item, f'({path}) has "*" in a list', f'Write {path.rpartition(".")[2]}: "*"')
            elif "." in name:
                hint = f"Write the member alone: a policy of '{self.of.holder}' is about its own members"
                self.report(item, f"Paths aren't allowed in the access policy but '{name}' provided as {path}", hint)
            elif name not in self.of.kinds and name not in self.of.elsewhere:
                hint = nearest_hint(name, self.of.kinds)
                message = f"({path}) names '{name}', and '{self.of.holder}' has no such member"
                self.report(item, message, hint, ((self.of.holder, name),))
            else:
                names.add(name)
        return frozenset(names)

    # ── rows ──

    def rows(self, value: Yaml | None) -> RowFilter | None:
        if value is None:
            return None
        path = f"{self.path}.rowLevel"
        fields = self.fields(value, ROW_KEYS, path)
        if fields is None:
            return None
        if not fields:
            self.report(value, f"({path}) is empty", "Write filters, or allow_all: true")
            return None
        everything = fields.get("allow_all")
        if everything is not None:
            if everything.data is not True:
                hint = "Leave allow_all out, and write filters that say which rows"
                self.report(everything, f"({path}.allowAll = {short(everything.plain())}) must be true", hint)
            if len(fields) > 1:
                hint = "allow_all gives every row; leave it out where filters say which"
                self.report(everything, f"({path}) must have filters or allowAll, but not both", hint)
            return None
        parts = [*self.filters(fields.get("filters"), f"{path}.filters"), *self.window(value, fields, path)]
        if not parts:
            # A problem is noted already; nothing is given away by what is left.
            return None
        return parts[0] if len(parts) == 1 else AllTests(tuple(parts))

    def filters(self, value: Yaml | None, path: str) -> Iterator[RowFilter]:
        if value is None:
            return
        if not value.is_list or not value.data:
            self.report(value, f"({path}) must be a list of filters", "Write - member, operator and values of each")
            return
        for number, item in enumerate(value.data):
            found = self.filter(item, f"{path}[{number}]")
            if found is not None:
                yield found

    def filter(self, item: Yaml, path: str) -> RowFilter | None:
        keys = {snake_case(key) for key, _ in item.items()} & {"and", "or"}
        if not keys:
            return self.test(item, path)
        fields = self.fields(item, frozenset({"and", "or"}), path)
        if fields is None or len(fields) != 1:
            self.report(item, f"({path}) must have either and or or, and nothing else")
            return None
        ((kind, inner),) = fields.items()
        parts = tuple(self.filters(inner, f"{path}.{kind}"))
        if not parts:
            return None
        return AllTests(parts) if kind == "and" else AnyTest(parts)

    def test(self, item: Yaml, path: str) -> RowTest | None:
        fields = self.fields(item, TEST_KEYS, path)
        if fields is None:
            return None
        member = self.member(fields.get("member"), item, f"{path}.member")
        written = fields.get("operator")
        if written is None:
            self.report(item, f"({path}.operator) is required", "Write operator: equals, or another of the API's")
            return None
        operator = OPERATORS.get(written.text)
        if operator is None or operator.name == "measureFilter":
            hint = nearest_hint(written.text, OPERATORS)
            self.report(written, f"({path}.operator = {short(written.plain())}) is not an operator", hint)
            return None
        values = tuple(self.values(fields.get("values"), f"{path}.values"))
        if operator.needs_values and not values:
            at = fields.get("values") or item
            if at is not item and (at.data or not at.is_list):
                # What is wrong with each of them is told.
                return None
            self.report(at, f"({path}.values) is required for the operator {operator.name}")
            return None
        self.check_dates(fields.get("values"), operator.name, values, path)
        return None if member is None else RowTest(member, operator.name, values)

    def check_dates(self, at: Yaml | None, operator: str, values: tuple[PolicyValue, ...], path: str) -> None:
        if all(isinstance(value, Constant) for value in values):
            texts = tuple(None if v.value is None else str(v.value) for v in values if isinstance(v, Constant))
            wrong = date_problem(OPERATORS[operator], texts)
            if wrong is not None:
                self.report(at, f"({path}.values) {wrong}")

    def values(self, value: Yaml | None, path: str) -> Iterator[PolicyValue]:
        if value is None:
            return
        if value.is_map:
            self.report(value, f"({path}) must be a list", "A text that begins with { needs quotes")
            return
        for item in value.data if value.is_list else [value]:
            found = self.value(item, path)
            if found is not None:
                yield found

    def value(self, item: Yaml, path: str) -> PolicyValue | None:
        if item.is_list:
            return ListOf(tuple(self.values(item, path)))
        if item.is_map:
            self.report(item, f"({path}) must hold values", "A text that begins with { needs quotes")
            return None
        if item.data is None or isinstance(item.data, bool):
            return Constant(item.data)
        # Numbers and dates as they are written.
        return self.read(item, lambda: policy_text(item.text))

    def window(self, at: Yaml, fields: Mapping[str, Yaml], path: str) -> Iterator[RowTest]:
        """The rows from `not_before` to `not_after` of a time dimension, both included."""
        bounds = [key for key in WINDOW if key in fields]
        time = fields.get("time_dimension")
        if not bounds:
            if time is not None:
                self.report(time, f"({path}.timeDimension) has no not_before and no not_after")
            return
        if time is None:
            hint = "Name the dimension that says when a row is"
            self.report(fields[bounds[0]], f"({path}.timeDimension) is required with {bounds[0]}", hint)
            return
        member = self.member(time, at, f"{path}.timeDimension")
        for key in bounds:
            given = fields[key]
            if given.is_list or given.is_map:
                self.report(given, f"({path}.{key}) must be one date", "A text that begins with { needs quotes")
                continue
            value = self.value(given, f"{path}.{key}")
            if value is not None and member is not None:
                self.check_dates(given, WINDOW[key], (value,), f"{path}.{key}")
                yield RowTest(member, WINDOW[key], (value,))

    def member(self, value: Yaml | None, item: Yaml, path: str) -> str | None:
        """The path of the dimension that is tested: of the cube or view itself, or of another cube."""
        if value is None:
            self.report(item, f"({path}) is required")
            return None
        if not isinstance(value.data, str):
            hint = "A text that begins with { needs quotes" if value.is_map else None
            self.report(value, f"({path} = {short(value.plain())}) must be the name of a dimension", hint)
            return None
        written = value.data.strip().removeprefix("{").removesuffix("}").strip()
        holder, _, name = written.rpartition(".")
        holder = holder.rpartition(".")[2]
        if holder in ("", "CUBE", "TABLE", self.of.holder):
            holder, kinds = self.of.holder, self.of.kinds
        else:
            kinds = self.of.others.get(holder, {})
        kind = kinds.get(name)
        if kind is None:
            hint = nearest_hint(name, kinds or self.of.kinds)
            message = f"{written} cannot be resolved. There's no such member or cube."
            self.report(value, message, hint, ((holder, name), (None, holder)))
            return None
        if kind != "dimensions":
            hint = "A row is told by its dimensions: name one of them"
            message = f"({path}) names '{name}' of {kind}, and a row filter tests dimensions"
            self.report(value, message, hint, ((holder, name),))
            return None
        return f"{holder}.{name}"
