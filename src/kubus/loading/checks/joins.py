"""What must hold for the joins of a whole model."""

from collections.abc import Mapping

from kubus.loading.declarations import DeclaredCube
from kubus.loading.extends import parent_name
from kubus.loading.problems import PRIMARY_KEY, TOLD_KEYLESS, Problems
from kubus.model.cube import Cube
from kubus.model.join_graph import JoinGraph
from kubus.model.measure_types import Aggregate


def joined_cubes_have_primary_keys(
    cubes: Mapping[str, Cube], declared: Mapping[str, DeclaredCube], problems: Problems
) -> None:
    """A joined cube whose rows are added up or counted needs a key, or its rows could not be told apart when a join
    repeats them."""
    joined = {name for cube in cubes.values() for join in cube.joins for name in (join.source, join.target)}
    for name in joined:
        cube = cubes.get(name)
        if cube is None or cube.primary_key:
            continue
        if any(
            not m.type.repeats_harmlessly and (m.type.aggregate is not Aggregate.EXPRESSION or m.type.name == "number")
            for m in cube.measures.values()
        ):
            problems.lose(name, TOLD_KEYLESS)
            parents = (parent_name(declared[name]),) if "extends" in declared[name].fields else ()
            problems.add(
                declared[name].file,
                declared[name].at,
                f"primary key for '{name}' is required when join is defined in order to make aggregates work properly",
                hint="Mark the dimension that identifies a row with primary_key: true",
                cube=name,
                missing=((name, PRIMARY_KEY), *((one, TOLD_KEYLESS) for one in parents)),
            )


def aliases_differ_where_cubes_meet(
    cubes: Mapping[str, Cube], declared: Mapping[str, DeclaredCube], problems: Problems
) -> None:
    """Cubes that a query can join are told apart by their aliases."""
    graph = JoinGraph({name: cube.joins for name, cube in cubes.items()})
    component = graph.components(cubes)
    taken: dict[tuple[int, str], str] = {}
    for name, cube in cubes.items():
        if name not in component:
            continue
        other = taken.setdefault((component[name], cube.alias), name)
        if other != name:
            problems.add(
                declared[name].file,
                declared[name].at,
                f"'{name}' and '{other}' can be joined and have the same alias '{cube.alias}' in SQL",
                hint="Give one of them another sql_alias",
                cube=name,
            )
