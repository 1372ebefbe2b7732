"""The shape of the YAML: which keys there are, and what may stand under them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubus.loading.problems import JOINS, PRIMARY_KEY, Problems, key_hint, nearest_hint
from kubus.loading.shapes import CUBE, DIMENSION, HIERARCHY, JOIN, MEASURE, PRE_AGGREGATION, SEGMENT
from kubus.loading.yaml_text import Yaml
from kubus.model.link import address_name
from kubus.model.names import nearest, snake_case

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# What these mean in SQL is fixed.
OWN_WORDS = frozenset({"CUBE", "TABLE"})

MEMBER_LISTS = ("dimensions", "measures", "segments")
# What shares the names of a cube with its members, and cannot be asked for.
OTHER_LISTS = ("hierarchies", "pre_aggregations")

CUBE_KEYS = frozenset(CUBE)

KEYS_OF: dict[str, frozenset[str]] = {
    "dimensions": frozenset(DIMENSION),
    "measures": frozenset(MEASURE),
    "segments": frozenset(SEGMENT),
    "joins": frozenset(JOIN),
    "hierarchies": frozenset(HIERARCHY),
    "pre_aggregations": frozenset(PRE_AGGREGATION),
}
# What one of them is called.
SINGULAR = {kind: kind[:-1] for kind in KEYS_OF} | {"hierarchies": "hierarchy"}


@dataclass(slots=True)
class DeclaredMember:
    """A member or join as written, under snake_case keys."""

    name: str
    at: Yaml
    file: str
    fields: dict[str, Yaml]
    inherited: bool = False
    # The files of what a cube takes over key by key.
    origins: Mapping[str, str] = field(default_factory=dict[str, str])

    def origin(self, at: Yaml) -> tuple[str, bool]:
        """The file that a value of this member is in, and whether it is inherited."""
        key = next((key for key, value in self.fields.items() if value is at), None)
        if key is not None and key in self.origins:
            return self.origins[key], True
        return self.file, self.inherited


@dataclass(frozen=True, slots=True)
class DeclaredPolicies:
    """The access policies of one cube or view as they are written in a file."""

    file: str
    at: Yaml
    inherited: bool = False


@dataclass(slots=True)
class DeclaredCube:
    """A cube as written, or as it is after taking over what it extends. `policies` has those of its parents first."""

    name: str
    at: Yaml
    file: str
    fields: dict[str, Yaml]
    lists: dict[str, dict[str, DeclaredMember]] = field(default_factory=dict[str, dict[str, DeclaredMember]])
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    policies: tuple[DeclaredPolicies, ...] = ()


def read_file(file: str, document: Yaml, problems: Problems) -> Iterable[DeclaredCube]:
    """The cubes of one file; the keys of views are read elsewhere."""
    if not document.is_map:
        problems.add(file, document, "A model file has to be a map with the key 'cubes'")
        return
    check_twice(file, document, problems)
    for key, value in document.items():
        at = key_place(document, key)
        name = snake_case(key)
        if name == "cubes":
            if value.data is None:
                continue
            if not value.is_list:
                problems.add(file, at, "cubes must be defined as array")
                problems.lose(None)
                continue
            for item in value.data:
                cube = read_cube(file, item, problems)
                if cube is not None:
                    yield cube
                else:
                    problems.lose(None)
        elif name not in ("views", "view_groups", "tenant"):
            problems.lose(None)
            problems.add(
                file,
                at,
                f"Unexpected YAML key: {key}. Only 'cubes', 'views', and 'view_groups' are allowed here.",
                hint=nearest_hint(key, ("cubes", "views", "view_groups")),
            )


def read_cube(file: str, item: Yaml, problems: Problems) -> DeclaredCube | None:
    name = read_name(file, item, "cube", problems, cube=None)
    if name is None:
        return None
    before = problems.noted
    fields = read_fields(file, item, CUBE_KEYS, "", problems, cube=name)
    if problems.noted > before:
        problems.lose(name)
    declared = DeclaredCube(name, item, file, fields, policies=own_policies(file, fields))
    for kind in KEYS_OF:
        members = fields.pop(kind, None)
        if members is not None:
            declared.lists[kind] = read_members(file, kind, members, name, problems)
    return declared


def own_policies(file: str, fields: dict[str, Yaml]) -> tuple[DeclaredPolicies, ...]:
    """The access policies among these keys, which are taken out."""
    written = fields.pop("access_policy", None)
    return () if written is None else (DeclaredPolicies(file, written),)


def read_members(file: str, kind: str, members: Yaml, cube: str, problems: Problems) -> dict[str, DeclaredMember]:
    if not members.is_list:
        hint = "Write a list of maps, each with a name" if members.is_map else None
        problems.add(file, members, f"{kind} must be defined as array", hint=hint, cube=cube)
        problems.lose(cube)
        return {}
    singular = SINGULAR[kind]
    found: dict[str, DeclaredMember] = {}
    for item in members.data:
        name = read_name(file, item, singular, problems, cube=cube)
        if name is None:
            problems.lose(cube)
            continue
        before = problems.noted
        fields = read_fields(file, item, KEYS_OF[kind], f"{kind}.{name}.", problems, cube=cube)
        if problems.noted > before:
            lose_member(kind, cube, name, problems)
        if name in found:
            problems.lose(cube)
            if kind == "joins":
                places = ", ".join(f"joins[{i}]" for i, j in enumerate(members.data) if j.is_map and name_of(j) == name)
                problems.add(
                    file,
                    item,
                    f"Cube '{cube}' declares {places.count('joins')} joins to '{name}' ({places}). Only one join per "
                    "pair of cubes is supported. Keep a single join, or use extends to create a child cube and join it",
                    cube=cube,
                )
            else:
                problems.add(
                    file,
                    item,
                    f"Member names must be unique within a cube. Found duplicate {singular} '{name}' in cube '{cube}'.",
                )
            continue
        found[name] = DeclaredMember(name, item, file, fields)
    return found


def lose_member(kind: str, cube: str, name: str, problems: Problems) -> None:
    """Note that something of a member, or of a join, could not be had."""
    problems.lose(cube, JOINS if kind == "joins" else name)
    if kind == "dimensions":
        problems.lose(cube, PRIMARY_KEY)


def name_of(item: Yaml) -> Any:
    value = item.data.get("name") if item.is_map else None
    return value.data if isinstance(value, Yaml) else None


def read_name(file: str, item: Yaml, kind: str, problems: Problems, cube: str | None) -> str | None:
    if not item.is_map:
        problems.add(file, item, f"a {kind} has to be a map with a name", cube=cube)
        return None
    name = name_of(item)
    if name is None:
        near = next((key for key, _ in item.items() if nearest(key, ("name",)) is not None), None)
        hint = None if near is None else f"Did you mean 'name' where '{near}' stands?"
        at = item if near is None else key_place(item, near)
        problems.add(file, at, f"name isn't defined for {kind}: {short(item.plain())}", hint=hint, cube=cube)
        return None
    if isinstance(name, str) and name in OWN_WORDS:
        problems.add(
            file,
            item.data["name"],
            f"({kind}s.{name}) is not allowed",
            hint=f"{{{name}}} in SQL means the cube that it stands in, so nothing else can have that name",
            cube=cube,
        )
        return None
    if not isinstance(name, str) or not IDENTIFIER.fullmatch(name):
        at = item.data["name"]
        where = f"{kind}s.{name}" if cube else str(name)
        problems.add(
            file,
            at,
            f"({where} = {short(name)}) is not allowed",
            hint="A name begins with a letter or _, and goes on with letters, digits and _",
            cube=cube,
        )
        return None
    return name


def read_fields(
    file: str,
    item: Yaml,
    allowed: frozenset[str],
    path: str,
    problems: Problems,
    cube: str,
) -> dict[str, Yaml]:
    """The known keys of a map, in snake_case; every other is a problem."""
    check_twice(file, item, problems)
    fields: dict[str, Yaml] = {}
    for key, value in item.items():
        name = snake_case(key)
        at = key_place(item, key)
        if name not in allowed:
            problems.add(
                file,
                at,
                f"({path}{key} = {short(value.plain())}) is not allowed",
                hint=key_hint(name, allowed),
                cube=cube,
            )
        elif name in fields:
            problems.add(file, at, f"({path}{key}) is written twice, as snake_case and as camelCase", cube=cube)
        elif value.data is None and name != "meta":
            problems.add(file, at, f"({path}{key}) is empty: null is only allowed inside meta", cube=cube)
        else:
            fields[name] = value
    return fields


def check_twice(file: str, item: Yaml, problems: Problems) -> None:
    for key in item.twice:
        problems.add(file, key, f"The key '{key.data}' is written twice in one map")


def key_place(item: Yaml, key: str) -> Yaml:
    return (item.keys or {}).get(key, item)


def short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "…"


def members_in(cube: DeclaredCube, problems: Problems) -> dict[str, str]:
    """The kind of each member, by name; of granularities by `dimension.granularity`, of pre-aggregations by `.name`,
    of a calendar's shifts by `.time_shifts.name`.

    No two members have the same name, also of different kinds, or where one is inherited.
    """
    seen: dict[str, DeclaredMember] = {}
    for kind in (*MEMBER_LISTS, *OTHER_LISTS):
        for name, member in cube.lists.get(kind, {}).items():
            other = seen.setdefault(name, member)
            if other is not member and not (other.inherited and member.inherited):
                told = other if member.inherited else member
                problems.lose(cube.name)
                problems.add(told.file, told.at, f"{name} defined more than once", cube=cube.name)
    kinds = {member: kind for kind in MEMBER_LISTS for member in cube.lists.get(kind, {})}
    for link, member in addresses_in(cube):
        if link in kinds:
            what = f"A link makes a dimension '{link}', and there is such a member already"
            problems.add(member.file, member.at, what, cube=cube.name)
        kinds[link] = "dimensions"
    kinds |= dict.fromkeys((f"{member}.{name}" for member, name in names_under(cube, "granularities")), "granularities")
    kinds |= dict.fromkeys((f".time_shifts.{name}" for _, name in names_under(cube, "time_shift")), "time_shifts")
    return kinds | dict.fromkeys((f".{name}" for name in cube.lists.get("pre_aggregations", {})), "pre_aggregations")


def addresses_in(cube: DeclaredCube) -> Iterable[tuple[str, DeclaredMember]]:
    """The dimensions that hold the addresses of links, and those that declare the links."""
    for member in cube.lists.get("dimensions", {}).values():
        declared = member.fields.get("links")
        names = [name_of(item) for item in declared.data] if declared is not None and declared.is_list else []
        for name in dict.fromkeys(name for name in names if isinstance(name, str)):
            yield address_name(member.name, name), member


def names_under(cube: DeclaredCube, key: str) -> Iterable[tuple[str, str]]:
    """The dimensions of a cube with the names of what they list under a key."""
    for member in cube.lists.get("dimensions", {}).values():
        declared = member.fields.get(key)
        for item in declared.data if declared is not None and declared.is_list else ():
            if item.is_map and "name" in item.data:
                yield member.name, item.data["name"].text.strip()
