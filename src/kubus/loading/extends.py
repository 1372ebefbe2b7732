"""Inheritance between cubes: what a child takes over from its parent."""

from collections.abc import Mapping
from dataclasses import replace

from kubus.loading.declarations import DeclaredCube, DeclaredMember
from kubus.loading.problems import Problems, nearest_hint

# A child has its own name and place, and says itself whether it extends something.
OWN = frozenset({"name", "extends"})


def extended(cubes: Mapping[str, DeclaredCube], problems: Problems) -> dict[str, DeclaredCube]:
    """Every cube with what it inherits: its own keys win, members and joins are united by name."""
    done: dict[str, DeclaredCube] = {}
    for cube in cubes.values():
        merged(cube, cubes, done, (), problems)
    return {name: done[name] for name in cubes}


def merged(
    cube: DeclaredCube,
    cubes: Mapping[str, DeclaredCube],
    done: dict[str, DeclaredCube],
    below: tuple[str, ...],
    problems: Problems,
) -> DeclaredCube:
    if cube.name in done:
        return done[cube.name]
    parent = parent_of(cube, cubes, below, problems)
    if parent is None:
        done[cube.name] = cube
        return cube
    above = merged(parent, cubes, done, (*below, cube.name), problems)
    inherited = {key: value for key, value in above.fields.items() if key not in OWN}
    # One of the two says what the cube is made of: the child's own hides the parent's other.
    if "sql" in cube.fields or "sql_table" in cube.fields:
        inherited.pop("sql", None)
        inherited.pop("sql_table", None)
    # The alias names one cube in a statement; two cannot share it.
    inherited.pop("sql_alias", None)
    lists: dict[str, dict[str, DeclaredMember]] = {}
    for kind in {*above.lists, *cube.lists}:
        taken = {name: replace(member, inherited=True) for name, member in above.lists.get(kind, {}).items()}
        lists[kind] = {**taken, **cube.lists.get(kind, {})}
    result = DeclaredCube(cube.name, cube.at, cube.file, {**inherited, **cube.fields}, lists)
    done[cube.name] = result
    return result


def parent_of(
    cube: DeclaredCube, cubes: Mapping[str, DeclaredCube], below: tuple[str, ...], problems: Problems
) -> DeclaredCube | None:
    value = cube.fields.get("extends")
    if value is None:
        return None
    name = str(value.data).strip().removeprefix("{").removesuffix("}").strip()
    if name == cube.name or name in below:
        problems.add(cube.file, value, f"Cube '{cube.name}' extends itself by way of '{name}'", cube=cube.name)
        return None
    parent = cubes.get(name)
    if parent is None:
        hint = nearest_hint(name, cubes)
        problems.add(
            cube.file, value, f"{cube.name} extends '{name}', and there's no such cube", hint=hint, cube=cube.name
        )
    return parent
