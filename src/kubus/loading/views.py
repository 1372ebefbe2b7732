"""Declared views to views: every member that is shown becomes a reference to the member of a cube."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from kubus.loading.bind import Members
from kubus.loading.checks.references import kind_of
from kubus.loading.dates import date_problem
from kubus.loading.declarations import DeclaredPolicies, key_place, short
from kubus.loading.folders import compile_folders
from kubus.loading.formats import format_problem
from kubus.loading.hierarchies import shown_hierarchies
from kubus.loading.members import unescaped
from kubus.loading.policies import PolicyCompiler
from kubus.loading.problems import JOINS, Lookups, Problems, key_hint, nearest_hint
from kubus.loading.shapes import DEFAULT_FILTER
from kubus.loading.view_declarations import DeclaredEntry, DeclaredInclude, DeclaredView, reference
from kubus.loading.yaml_text import Yaml
from kubus.model.cube import Cube, Dimension, Label, Measure, Member, Segment
from kubus.model.filter import Comparison
from kubus.model.hierarchy import Hierarchy
from kubus.model.join_graph import Hint, JoinGraph
from kubus.model.member_sql import MemberReference, MemberSql, marker
from kubus.model.names import snake_case
from kubus.model.titles import title_of
from kubus.model.view import DefaultFilter, View
from kubus.query.operators import OPERATORS

FILTER_KEYS = tuple(DEFAULT_FILTER)


@dataclass(slots=True)
class Shown:
    """A member as a view shows it, and where it came from."""

    name: str
    member: Member
    path: Hint
    at: Yaml
    file: str


@dataclass(frozen=True, slots=True)
class Made:
    """A view, and the place that asks for it."""

    view: View
    at: Yaml


@dataclass(slots=True)
class ViewCompiler:
    """Compiles the views of a model whose cubes are compiled; `declared` are all of its views."""

    cubes: Mapping[str, Cube]
    declared: Mapping[str, DeclaredView]
    members: Members
    graph: JoinGraph
    problems: Problems

    def views_of(self, view: DeclaredView) -> tuple["Made", ...]:
        """The view, and behind it those that its `split` makes."""
        entries = tuple(self.inherited(view, []))
        self.check_paths(view, entries)
        made = [Made(self.compile(view, tuple(e for e in entries if not e.split)), view.at)]
        apart: dict[str, list[DeclaredEntry]] = {}
        for entry in entries:
            if entry.split:
                apart.setdefault(f"{view.name}_{entry.called}", []).append(entry)
        fields = {k: v for k, v in view.fields.items() if k in ("public", "shown", "meta", "description", "min_group")}
        for name, parts in apart.items():
            one = self.compile(replace(view, name=name, fields=fields), tuple(parts), declared_as=view.name)
            made.append(Made(one, parts[0].at))
        return tuple(self.guarded(view, made))

    def report(
        self,
        view: DeclaredView,
        at: Yaml | None,
        message: str,
        hint: str | None = None,
        missing: Lookups = (),
    ) -> None:
        self.problems.add(view.file, at or view.at, message, hint=hint, cube=view.name, missing=missing)

    # ── access policies ──

    def min_group(self, view: DeclaredView) -> int:
        """How many rows of its root a group has to have to be shown; 0 for any."""
        value = view.fields.get("min_group")
        if value is None:
            return 0
        if not isinstance(value.data, int) or isinstance(value.data, bool) or value.data < 1:
            self.report(view, value, f"(min_group = {short(value.plain())}) must be a whole number above 0")
            return 0
        return value.data

    def guarded(self, view: DeclaredView, made: list["Made"]) -> Iterator["Made"]:
        """The view and those that it splits off, each with the access policies of the view and of what it extends.

        A name among members may be one of any of them; the members of row filters have to be in each.
        """
        declared = tuple(self.inherited_policies(view, []))
        anywhere = frozenset(name for one in made for name in members_by_name(one.view))

        def report(
            written: DeclaredPolicies, at: Yaml | None, message: str, hint: str | None, missing: Lookups = ()
        ) -> None:
            self.problems.add(
                written.file,
                at or written.at,
                message,
                hint=hint,
                cube=view.name,
                inherited=written.inherited,
                missing=missing,
            )

        for one in made:
            kinds = {name: kind_of(member) for name, member in members_by_name(one.view).items()}
            if not declared or not kinds:
                yield one
                continue
            compiler = PolicyCompiler(one.view.name, kinds, {}, report, anywhere)
            yield replace(one, view=replace(one.view, policies=compiler.policies(declared)))

    def inherited_policies(self, view: DeclaredView, below: list[str]) -> Iterator[DeclaredPolicies]:
        value = view.fields.get("extends")
        parent = None if value is None else self.declared.get(".".join(reference(value) or ()))
        if parent is not None and parent.name not in (*below, view.name):
            above = self.inherited_policies(parent, [*below, view.name])
            yield from (replace(one, inherited=True) for one in above)
        yield from view.policies

    # ── entries ──

    def inherited(self, view: DeclaredView, below: list[str]) -> Iterator[DeclaredEntry]:
        """The entries of what a view extends, then its own."""
        parent = self.parent(view, below)
        if parent is not None:
            yield from self.inherited(parent, [*below, view.name])
        yield from view.entries

    def parent(self, view: DeclaredView, below: list[str]) -> DeclaredView | None:
        value = view.fields.get("extends")
        if value is None:
            return None
        name = ".".join(reference(value) or ())
        parent = self.declared.get(name)
        if name == view.name or name in below:
            self.report(view, value, f"View '{view.name}' extends itself by way of '{name}'")
            return None
        if parent is None:
            hint = "A view extends a view" if name in self.cubes else nearest_hint(name, self.declared)
            self.report(view, value, f"{view.name} extends '{short(value.plain())}', and there's no such view", hint)
        return parent

    def check_paths(self, view: DeclaredView, entries: Iterable[DeclaredEntry]) -> None:
        """Every step of every path is a join, and no root reaches a cube by two ways."""
        ways: dict[tuple[str, str], Hint] = {}
        for entry in entries:
            unknown = next((cube for cube in entry.path if cube not in self.members), None)
            if unknown is not None:
                if unknown in self.declared:
                    message = (
                        f"Cannot use view '{unknown}' in join_path '{'.'.join(entry.path)}'. Only cubes are allowed"
                    )
                    self.report(view, entry.at, message)
                else:
                    hint = nearest_hint(unknown, self.members)
                    self.report(view, entry.at, f"Cube {unknown} doesn't exist", hint, ((None, unknown),))
                self.problems.lose(view.name)
                continue
            for here, there in zip(entry.path, entry.path[1:], strict=False):
                if here in self.cubes and there in self.cubes and self.graph.join(here, there) is None:
                    self.report(
                        view,
                        entry.at,
                        f"Can't find join path to join '{here}', '{there}'",
                        f"Declare a join to '{there}' in '{here}', or write the way that there is in join_path",
                        ((here, JOINS),),
                    )
            first = ways.setdefault((entry.path[0], entry.cube), entry.path)
            if first != entry.path:
                self.report(
                    view,
                    entry.at,
                    "Views can't define multiple join paths to the same cube. "
                    f"View '{view.name}' has multiple paths to "
                    f"'{entry.cube}' within root '{entry.path[0]}': '{'.'.join(first)}', '{'.'.join(entry.path)}'. "
                    "Use extends to create a child cube and reference it instead",
                )

    # ── members ──

    def compile(self, view: DeclaredView, entries: tuple[DeclaredEntry, ...], *, declared_as: str = "") -> View:
        shown: dict[str, Shown] = {}
        paths: dict[str, dict[Hint, None]] = {}
        for entry in entries:
            if entry.cube not in self.cubes:
                self.problems.lose(view.name)
                continue
            paths.setdefault(entry.cube, {})[entry.path] = None
            for one in self.shown(view, entry):
                first = shown.setdefault(one.name, one)
                if first is not one:
                    self.problems.add(
                        one.file,
                        one.at,
                        f"Included member '{one.name}' conflicts with existing member of '{view.name}'. "
                        "Please consider excluding this member or assigning it an alias.",
                        hint=f"It stands for {first.member.path} already",
                        cube=view.name,
                    )
        included: list[tuple[str, str, Hierarchy]] = []
        for entry in entries:
            if entry.cube in self.cubes:
                included += self.hierarchies(view, entry, shown, included)
        members = {name: one.member for name, one in shown.items()}
        names = {(one.member.cube, one.member.name): name for name, one in shown.items()}
        proxies = {name: proxy(view.name, name, one, names) for name, one in shown.items()}
        self.check_keys(view, members, names)
        return View(
            name=view.name,
            alias=snake_case(view.name),
            label=self.label(view),
            public=self.public(view),
            file=view.file,
            dimensions=MappingProxyType({n: m for n, m in proxies.items() if isinstance(m, Dimension)}),
            measures=MappingProxyType({n: m for n, m in proxies.items() if isinstance(m, Measure)}),
            segments=MappingProxyType({n: m for n, m in proxies.items() if isinstance(m, Segment)}),
            paths=MappingProxyType({cube: tuple(ways) for cube, ways in paths.items()}),
            hierarchies=MappingProxyType(shown_hierarchies(view.name, included, names)),
            folders=compile_folders(view, {name: one.path for name, one in shown.items()}, self),
            default_filters=tuple(self.default_filters(view, proxies)),
            min_group=self.min_group(view),
            groups=tuple(self.groups(view)),
            extends=".".join(reference(view.fields.get("extends")) or ()) or None,
            declared_as=declared_as or view.name,
        )

    def check_keys(
        self, view: DeclaredView, members: Mapping[str, Member], names: Mapping[tuple[str, str], str]
    ) -> None:
        """A label whose identity is another dimension is shown together with it."""
        for member in members.values():
            key = member.key if isinstance(member, Dimension) else None
            if key is not None and (member.cube, key) not in names:
                self.report(
                    view,
                    None,
                    f"Dimension '{member.name}' has key '{key}' but the key dimension is not included in view "
                    f"'{view.name}'",
                )

    def shown(self, view: DeclaredView, entry: DeclaredEntry) -> Iterator[Shown]:
        cube = self.cubes[entry.cube]
        there = self.members[entry.cube]
        if entry.includes is None:
            everything = (*cube.measures, *cube.dimensions, *cube.segments)
            wanted = [DeclaredInclude(name, entry.at, {}) for name in everything]
        else:
            wanted = list(entry.includes)
        left_out: set[str] = {name for name, _ in entry.excludes} if entry.excludes is not None else set(there)
        for name, at in entry.excludes or ():
            if name not in there and name not in cube.hierarchies:
                self.missing(view, entry, name, at)
        for include in wanted:
            if include.name not in there and include.name not in cube.hierarchies:
                self.missing(view, entry, include.name, include.at)
            member = cube.member(include.name)
            if member is None and include.name not in cube.hierarchies:
                self.problems.lose(view.name)
            if member is None or include.name in left_out:
                continue
            alias = include.fields.get("alias")
            name = include.name if alias is None else alias.text
            if entry.prefix:
                name = f"{entry.called}_{name}"
            if not name.isidentifier():
                self.report(view, include.at, f"(includes.alias = {short(name)}) is not a name")
                continue
            relabelled = replace(member, label=self.relabelled(view, member, name, include))
            yield Shown(name, relabelled, entry.path, include.at, entry.file)

    def hierarchies(
        self,
        view: DeclaredView,
        entry: DeclaredEntry,
        shown: dict[str, Shown],
        included: list[tuple[str, str, Hierarchy]],
    ) -> list[tuple[str, str, Hierarchy]]:
        """The hierarchies that an entry includes, by their names in the view; their levels are shown with them."""
        cube = self.cubes[entry.cube]
        if entry.includes is None:
            wanted = [DeclaredInclude(name, entry.at, {}) for name in cube.hierarchies]
        else:
            wanted = [one for one in entry.includes if one.name in cube.hierarchies]
        everything = set(cube.hierarchies) | set(self.members[entry.cube])
        left_out = everything if entry.excludes is None else {name for name, _ in entry.excludes}
        found: list[tuple[str, str, Hierarchy]] = []
        for include in wanted:
            if include.name in left_out:
                continue
            alias = include.fields.get("alias")
            name = include.name if alias is None else alias.text
            name = f"{entry.called}_{name}" if entry.prefix else name
            if name in shown or any(name == other for other, _, _ in (*included, *found)):
                self.report(
                    view,
                    include.at,
                    f"Included member '{name}' conflicts with existing member of '{view.name}'. "
                    "Please consider excluding this member or assigning it an alias.",
                )
                continue
            hierarchy = cube.hierarchies[include.name]
            title = include.fields.get("title")
            if title is not None:
                hierarchy = replace(hierarchy, title=unescaped(title.text))
            found.append((name, entry.cube, hierarchy))
            self.show_levels(view, entry, hierarchy, shown, left_out)
        return found

    def show_levels(
        self,
        view: DeclaredView,
        entry: DeclaredEntry,
        hierarchy: Hierarchy,
        shown: dict[str, Shown],
        left_out: set[str],
    ) -> None:
        """Show the levels of a hierarchy that are dimensions of the same cube, unless they are shown already."""
        there = {(one.member.cube, one.member.name) for one in shown.values()}
        for level in hierarchy.levels:
            cube, _, name = level.rpartition(".")
            if cube != entry.cube or (cube, name) in there or name in left_out:
                continue
            only = replace(entry, includes=(DeclaredInclude(name, entry.at, {}),), excludes=())
            for one in self.shown(view, only):
                shown.setdefault(one.name, one)

    def missing(self, view: DeclaredView, entry: DeclaredEntry, name: str, at: Yaml) -> None:
        self.problems.add(
            entry.file,
            at,
            f"Member '{name}' is included in '{view.name}' but not defined in any cube",
            hint=nearest_hint(name, self.members[entry.cube]) or f"'{entry.cube}' has no such member",
            cube=view.name,
            missing=((entry.cube, name),),
        )

    def relabelled(self, view: DeclaredView, member: Member, name: str, include: DeclaredInclude) -> Label:
        label = member.label
        if label.title == title_of(member.name):
            # It was derived from the name, and so is this one.
            label = replace(label, title=title_of(name))
        changes: dict[str, Any] = {}
        for key in ("title", "description"):
            if key in include.fields:
                changes[key] = unescaped(include.fields[key].text)
        if "meta" in include.fields:
            changes["meta"] = include.fields["meta"].plain()
        if "format" in include.fields:
            value = include.fields["format"]
            value_type = member.type.value_type if isinstance(member, Measure) else getattr(member, "type", "string")
            wrong = format_problem(value.plain(), value_type, is_measure=isinstance(member, Measure))
            if wrong is not None:
                self.report(view, value, f"(includes.{include.name}.format = {short(value.plain())}) {wrong}")
            changes["format"] = value.plain()
        return replace(label, **changes) if changes else label

    # ── the view itself ──

    def label(self, view: DeclaredView) -> Label:
        texts = {key: unescaped(view.fields[key].text) for key in ("title", "description") if key in view.fields}
        meta = view.fields.get("meta")
        return Label(
            title=texts.get("title") or title_of(view.name),
            description=texts.get("description"),
            meta=None if meta is None else meta.plain(),
        )

    def public(self, view: DeclaredView) -> bool:
        public = True
        for key in ("shown", "public"):
            value = view.fields.get(key)
            if value is None:
                continue
            if value.data in (True, False):
                public = value.data
            elif value.data in ("true", "false"):
                public = value.data == "true"
            else:
                self.report(view, value, f"({key} = {short(value.plain())}) must be a boolean")
        return public

    def groups(self, view: DeclaredView) -> Iterator[str]:
        for key in ("view_group", "view_groups"):
            value = view.fields.get(key)
            if value is None:
                continue
            for item in value.data if value.is_list else [value]:
                yield item.text.strip()

    def default_filters(self, view: DeclaredView, proxies: Mapping[str, Member]) -> Iterator[DefaultFilter]:
        value = view.fields.get("default_filters")
        if value is None:
            return
        if not value.is_list:
            self.report(view, value, "default_filters must be defined as array")
            return
        for item in value.data:
            found = self.default_filter(view, item, proxies)
            if found is not None:
                yield found

    def default_filter(self, view: DeclaredView, item: Yaml, proxies: Mapping[str, Member]) -> DefaultFilter | None:
        fields: dict[str, Yaml] = {snake_case(key): value for key, value in item.items()}
        for key in fields:
            if key not in FILTER_KEYS:
                hint = key_hint(key, FILTER_KEYS)
                self.report(view, key_place(item, key), f"(default_filters.{key}) is not allowed", hint)
                return None
        member = view_member(fields.get("member"), view.name)
        if member is None or isinstance(proxies.get(member), Segment) or member not in proxies:
            self.report(
                view,
                fields.get("member") or item,
                f"(default_filters.member = {short(member)}) is not a member of view '{view.name}'",
                nearest_hint(member or "", proxies),
                ((view.name, member or ""),),
            )
            return None
        name = fields["operator"].text if "operator" in fields else ""
        operator = OPERATORS.get(name)
        if operator is None or name == "measureFilter":
            self.report(
                view, fields.get("operator") or item, f"(default_filters.operator = {short(name)}) is not an operator",
                nearest_hint(name, OPERATORS.keys() - {name}),
            )  # fmt: skip
            return None
        values = fields.get("values")
        if values is not None and not values.is_list:
            self.report(view, values, "(default_filters.values) must be a list")
            return None
        if operator.needs_values and (values is None or not values.data):
            self.report(view, values or item, f"(default_filters.values) is required for the operator {name}")
            return None
        texts = tuple(filter_text(v) for v in values.data) if values is not None else ()
        wrong = date_problem(operator, texts)
        if wrong is not None:
            self.report(view, values, f"(default_filters.values) {wrong}")
            return None
        unless: list[str] = []
        given = fields.get("unless")
        for one in (given.data if given.is_list else [given]) if given is not None else ():
            released = view_member(one, view.name)
            if released is None or released not in proxies:
                message = f"(default_filters.unless = {short(released)}) is not a member of '{view.name}'"
                self.report(view, one, message, nearest_hint(released or "", proxies), ((view.name, released or ""),))
            else:
                unless.append(released)
        return DefaultFilter(Comparison(f"{view.name}.{member}", name, texts), tuple(unless))


def members_by_name(view: View) -> dict[str, Member]:
    return {**view.dimensions, **view.measures, **view.segments}


def filter_text(value: Yaml) -> str | None:
    if value.data is None:
        return None
    if isinstance(value.data, bool):
        return "true" if value.data else "false"
    return unescaped(value.text)


def view_member(value: Yaml | None, view: str) -> str | None:
    """A member of the view, named by itself or with the view before it."""
    parts = reference(value)
    match parts:
        case (name,):
            return name
        case (holder, name) if holder in (view, "CUBE", "TABLE"):
            return name
        case _:
            return None if value is None else value.text


def proxy(view: str, name: str, shown: Shown, names: Mapping[tuple[str, str], str]) -> Member:
    """The member of a view that stands for a member of a cube. Whatever is shown is public."""
    member = shown.member
    target = MemberReference(shown.path, member.name)
    sql = MemberSql(f"{{{'.'.join(shown.path)}.{member.name}}}", REFERENCE, (target,))
    match member:
        case Dimension():
            return replace(
                member, cube=view, name=name, value=sql, primary_key=False, public=True, sub_query=False, stage=None,
                propagate_filters=False, declared_sql=None, alias_of=target,
                key=None if member.key is None else names.get((member.cube, member.key)),
            )  # fmt: skip
        case Measure():
            drills = (tuple(path.rsplit(".", 1)) for path in member.drill_members)
            kept = tuple(f"{view}.{names[cube, inner]}" for cube, inner in drills if (cube, inner) in names)
            return replace(
                member, cube=view, name=name, sql=sql, filters=(), public=True, drill_members=kept, declared_sql=None,
                alias_of=target,
            )  # fmt: skip
        case Segment():
            return replace(member, cube=view, name=name, sql=sql, public=True, declared_sql=None, alias_of=target)


# Trees are shared and never changed.
REFERENCE = exp.column(exp.to_identifier(marker(0), quoted=False))
