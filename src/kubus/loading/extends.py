"""Inheritance between cubes: what a child takes over from its parent."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from kubus.loading.declarations import DeclaredCube, DeclaredMember
from kubus.loading.problems import Problems, nearest_hint

# Gets the cube, and its parent with what that inherits.
Merge = Callable[[DeclaredCube, DeclaredCube], DeclaredCube]

# The list in which a child's own come before its parent's.
FIRST_OWN = "pre_aggregations"

# A child has its own name and place, and says itself whether it extends something.
OWN = frozenset({"name", "extends"})
# What a cube is made of: the child's own hides the parent's, also when it is the other of the two.
TABLES = frozenset({"sql", "sql_table"})


def extended(
    cubes: Mapping[str, DeclaredCube], problems: Problems, merge: Merge | None = None
) -> dict[str, DeclaredCube]:
    """Every cube with what it inherits: its own keys win, members and joins are united by name.

    `merge` makes one of a cube and its parent; without it `merged` does.
    """
    merge = merge or merged
    done: dict[str, DeclaredCube] = {}
    for cube in cubes.values():
        # Up to a cube that is done or has no parent, and down again.
        line = [cube]
        while line[-1].name not in done:
            parent = parent_of(line[-1], cubes, [below.name for below in line], problems)
            if parent is None:
                done[line[-1].name] = line[-1]
            else:
                line.append(parent)
        for child in reversed(line):
            if child.name not in done:
                done[child.name] = merge(child, done[parent_name(child)])
    return {name: done[name] for name in cubes}


def merged(cube: DeclaredCube, parent: DeclaredCube) -> DeclaredCube:
    """A cube with what its parent has, or inherits itself."""
    # The alias names one cube in a statement; two cannot share it.
    hidden = {*OWN, "sql_alias"}
    if TABLES & cube.fields.keys():
        hidden |= TABLES
    inherited = {key: value for key, value in parent.fields.items() if key not in hidden and key not in cube.fields}
    origins = {key: parent.origins.get(key, parent.file) for key in inherited}
    lists: dict[str, dict[str, DeclaredMember]] = {}
    for kind in {*parent.lists, *cube.lists}:
        taken = {name: replace(member, inherited=True) for name, member in parent.lists.get(kind, {}).items()}
        own = cube.lists.get(kind, {})
        # Of pre-aggregations the first that fits is used: the child's own are tried before.
        lists[kind] = {**own, **{n: m for n, m in taken.items() if n not in own}} if kind == FIRST_OWN else taken | own
    # Policies widen what is seen: a child that adds one does not take away its parent's.
    policies = (*(replace(one, inherited=True) for one in parent.policies), *cube.policies)
    return DeclaredCube(cube.name, cube.at, cube.file, {**inherited, **cube.fields}, lists, origins, policies)


def parent_name(cube: DeclaredCube) -> str:
    return cube.fields["extends"].text.strip().removeprefix("{").removesuffix("}").strip()


def parent_of(
    cube: DeclaredCube, cubes: Mapping[str, DeclaredCube], below: list[str], problems: Problems
) -> DeclaredCube | None:
    value = cube.fields.get("extends")
    if value is None:
        return None
    if value.is_map or value.is_list:
        problems.add(
            cube.file,
            value,
            "(extends) must be the name of a cube",
            hint="A text that begins with { needs quotes",
            cube=cube.name,
        )
        return None
    name = parent_name(cube)
    if name in below:
        problems.add(cube.file, value, f"Cube '{cube.name}' extends itself by way of '{name}'", cube=cube.name)
        return None
    parent = cubes.get(name)
    if parent is None:
        hint = nearest_hint(name, cubes)
        problems.add(
            cube.file,
            value,
            f"{cube.name} extends '{name}', and there's no such cube",
            hint=hint,
            cube=cube.name,
            missing=((None, name),),
        )
    return parent
