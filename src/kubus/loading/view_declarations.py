"""The shape of a view in YAML: which keys there are, and what may stand under them."""

from collections.abc import Iterable
from dataclasses import dataclass

from kubus.loading.declarations import DeclaredPolicies, own_policies, read_fields, read_name, short
from kubus.loading.problems import Problems
from kubus.loading.shapes import INCLUDE, VIEW, VIEW_CUBE, VIEW_GROUP
from kubus.loading.yaml_text import Yaml

VIEW_KEYS = frozenset(VIEW)
OWN_MEMBERS = ("dimensions", "measures", "segments")
ENTRY_KEYS = frozenset(VIEW_CUBE)
INCLUDE_KEYS = frozenset(INCLUDE)
GROUP_KEYS = frozenset(VIEW_GROUP)


@dataclass(frozen=True, slots=True)
class DeclaredEntry:
    """What a view takes from one cube. `includes` None stands for everything."""

    path: tuple[str, ...]
    at: Yaml
    file: str
    includes: tuple["DeclaredInclude", ...] | None
    excludes: tuple[tuple[str, Yaml], ...] | None
    prefix: bool
    alias: str | None
    split: bool

    @property
    def cube(self) -> str:
        return self.path[-1]

    @property
    def called(self) -> str:
        """The name that prefixes and split views use."""
        return self.alias or self.cube


@dataclass(frozen=True, slots=True)
class DeclaredInclude:
    """One member that is included, with what the view says otherwise of it."""

    name: str
    at: Yaml
    fields: dict[str, Yaml]


@dataclass(frozen=True, slots=True)
class DeclaredView:
    """A view as written."""

    name: str
    at: Yaml
    file: str
    fields: dict[str, Yaml]
    entries: tuple[DeclaredEntry, ...]
    policies: tuple[DeclaredPolicies, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredGroup:
    """A view group as written; `items` are names, and groups in it."""

    name: str
    at: Yaml
    file: str
    fields: dict[str, Yaml]
    items: tuple["tuple[str, Yaml] | DeclaredGroup", ...]


def read_views(file: str, value: Yaml, problems: Problems) -> Iterable[DeclaredView]:
    """The views under the key `views` of one file."""
    if value.data is None:
        return
    if not value.is_list:
        problems.add(file, value, "views must be defined as array")
        return
    for item in value.data:
        name = read_name(file, item, "view", problems, cube=None)
        if name is None:
            problems.lose(None)
            continue
        before = problems.noted
        own = [(kind, v) for key, v in item.items() if (kind := key) in OWN_MEMBERS]
        for kind, members in own:
            for member in members.data if members.is_list else ():
                inner = member.data.get("name") if member.is_map else None
                problems.add(
                    file,
                    member,
                    f"View '{name}' defines own member '{name}.{inner.plain() if inner else '?'}'. "
                    "Please move this member definition to one of the cubes.",
                    hint=f"A view only shows members of cubes: it has no {kind} of its own",
                    cube=name,
                )
        allowed = VIEW_KEYS | {kind for kind, _ in own}
        fields = read_fields(file, item, allowed, "", problems, cube=name)
        entries = fields.pop("cubes", None)
        policies = own_policies(file, fields)
        read = tuple(read_entries(file, entries, name, problems))
        if problems.noted > before:
            problems.lose(name)
        yield DeclaredView(name, item, file, fields, read, policies)


def read_entries(file: str, value: Yaml | None, view: str, problems: Problems) -> Iterable[DeclaredEntry]:
    if value is None:
        return
    if not value.is_list:
        problems.add(file, value, "cubes must be defined as array", cube=view)
        return
    for item in value.data:
        if not item.is_map:
            problems.add(file, item, "an entry of cubes has to be a map with join_path and includes", cube=view)
            continue
        fields = read_fields(file, item, ENTRY_KEYS, "cubes.", problems, cube=view)
        path = reference(fields.get("join_path"))
        if path is None:
            problems.add(file, fields.get("join_path") or item, "(cubes.join_path) is required", cube=view,
                         hint="Write the name of a cube, or the way to it: orders.users")  # fmt: skip
            continue
        if "includes" not in fields:
            problems.add(file, item, "(cubes.includes) is required", cube=view, hint='Write "*" or a list of members')
            continue
        flags = {key: flag(file, fields, key, view, problems) for key in ("prefix", "split")}
        if flags["prefix"] and flags["split"]:
            problems.add(file, fields["split"], "Using split together with prefix is not supported", cube=view)
            continue
        alias = fields.get("alias")
        yield DeclaredEntry(
            path=path,
            at=item,
            file=file,
            includes=read_includes(file, fields["includes"], view, problems),
            excludes=read_excludes(file, fields.get("excludes"), view, problems),
            prefix=flags["prefix"],
            alias=None if alias is None else alias.text,
            split=flags["split"],
        )


def flag(file: str, fields: dict[str, Yaml], key: str, view: str, problems: Problems) -> bool:
    value = fields.get(key)
    if value is None or value.data is False or value.data == "false":
        return False
    if value.data is not True and value.data != "true":
        problems.add(file, value, f"(cubes.{key} = {short(value.plain())}) must be a boolean", cube=view)
    return True


def read_includes(file: str, value: Yaml, view: str, problems: Problems) -> tuple[DeclaredInclude, ...] | None:
    if value.data == "*":
        return None
    if not value.is_list:
        problems.add(file, value, '(cubes.includes) must be "*" or a list', cube=view)
        return ()
    found: list[DeclaredInclude] = []
    for item in value.data:
        fields = read_fields(file, item, INCLUDE_KEYS, "includes.", problems, view) if item.is_map else {}
        name = fields.get("name") if item.is_map else item
        if name is None or not isinstance(name.data, str):
            problems.add(file, item, "(includes) must be names of members, or maps with a name", cube=view)
        elif "." in name.data:
            problems.add(
                file, item, f"Paths aren't allowed in cube includes but '{name.data}' provided as include member",
                hint="Write the member alone: join_path says the cube", cube=view,
            )  # fmt: skip
        else:
            found.append(DeclaredInclude(name.data, item, fields))
    return tuple(found)


def read_excludes(file: str, value: Yaml | None, view: str, problems: Problems) -> tuple[tuple[str, Yaml], ...] | None:
    """None for `"*"`, which leaves out everything."""
    if value is None:
        return ()
    if value.data == "*":
        return None
    if not value.is_list:
        problems.add(file, value, "(cubes.excludes) must be a list of names", cube=view)
        return ()
    found: list[tuple[str, Yaml]] = []
    for item in value.data:
        if not isinstance(item.data, str):
            problems.add(file, item, "(cubes.excludes) must be a list of names", cube=view)
        elif "." in item.data:
            problems.add(
                file, item, f"Paths aren't allowed in cube excludes but '{item.data}' provided as exclude member",
                hint="Write the member alone: join_path says the cube", cube=view,
            )  # fmt: skip
        else:
            found.append((item.data, item))
    return tuple(found)


def reference(value: Yaml | None) -> tuple[str, ...] | None:
    """A dotted name, with or without braces around it; None if there is none."""
    if value is None or not isinstance(value.data, str):
        return None
    text = value.data.strip().removeprefix("{").removesuffix("}").strip()
    parts = tuple(part.strip() for part in text.split("."))
    return parts if all(part.isidentifier() for part in parts) else None


# ── groups ──


def read_groups(file: str, value: Yaml, problems: Problems) -> Iterable[DeclaredGroup]:
    """The view groups under the key `view_groups` of one file."""
    if value.data is None:
        return
    if not value.is_list:
        problems.add(file, value, "view_groups must be defined as array")
        return
    for item in value.data:
        group = read_group(file, item, problems, nested=False)
        if group is not None:
            yield group


def read_group(file: str, item: Yaml, problems: Problems, *, nested: bool) -> DeclaredGroup | None:
    name = read_name(file, item, "view_group", problems, cube=None)
    if name is None:
        return None
    fields = read_fields(file, item, GROUP_KEYS, "", problems, cube=name)
    views, includes = fields.get("views"), fields.get("includes")
    if views is not None and includes is not None:
        problems.add(file, views, 'View group must use either "views" or "includes", but not both', cube=name)
    if nested and views is not None:
        problems.add(file, views, f"Nested view group '{name}' must use includes", cube=name)
    listed = includes or views
    if listed is not None and not listed.is_list:
        problems.add(file, listed, "(view_groups.includes) must be a list", cube=name)
        listed = None
    items: list[tuple[str, Yaml] | DeclaredGroup] = []
    for inner in listed.data if listed is not None else ():
        if inner.is_map:
            group = read_group(file, inner, problems, nested=True)
            if group is not None:
                items.append(group)
        elif isinstance(inner.data, str):
            items.append((inner.data.strip(), inner))
        else:
            problems.add(file, inner, "(view_groups.includes) must be names of views, or groups", cube=name)
    return DeclaredGroup(name, item, file, fields, tuple(items))
