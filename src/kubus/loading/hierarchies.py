"""Declared hierarchies to hierarchies: of a cube, and those that a view shows."""

from collections.abc import Iterable, Mapping

from kubus.loading.declarations import DeclaredMember
from kubus.loading.members import CubeCompiler
from kubus.model.hierarchy import Hierarchy


def compile_hierarchy(compiler: CubeCompiler, member: DeclaredMember) -> Hierarchy | None:
    """A hierarchy, or None if it has no levels; every problem is noted."""
    value = member.fields.get("levels")
    path = f"hierarchies.{member.name}"
    if value is None or not value.is_list:
        compiler.report(member, value, f"({path}.levels) must be defined as array")
        return None
    levels: list[str] = []
    for level in compiler.paths(member, value, f"{path}.levels"):
        cube, _, name = level.rpartition(".")
        if compiler.members[cube][name] != "dimensions":
            what = (
                f"Only dimensions can be part of a hierarchy. Please remove the '{name}' member from the "
                f"'{member.name}' hierarchy."
            )
            compiler.report(member, value, what, missing=((cube, name),))
        levels.append(level)
    title = compiler.text(member, "title", "hierarchies")
    return Hierarchy(member.name, title, compiler.public(member, True, "hierarchies"), tuple(levels))


def shown_hierarchies(
    view: str, included: Iterable[tuple[str, str, Hierarchy]], names: Mapping[tuple[str, str], str]
) -> dict[str, Hierarchy]:
    """The hierarchies of a view: name, cube and hierarchy of each that it includes, with the levels that it shows.

    `names` has the name in the view for each cube and member.
    """
    found: dict[str, Hierarchy] = {}
    for name, cube, hierarchy in included:
        paths = [tuple(level.rsplit(".", 1)) for level in hierarchy.levels]
        levels = tuple(f"{view}.{names[owner, member]}" for owner, member in paths if (owner, member) in names)
        if levels:
            found[name] = Hierarchy(name, hierarchy.title, hierarchy.public, levels, f"{cube}.{hierarchy.name}")
    return found
