"""What must hold for the references between members of a whole model."""

from collections.abc import Iterator, Mapping

from kubus.loading.declarations import DeclaredCube
from kubus.loading.problems import Problems
from kubus.model.cube import Cube, Dimension, Measure, Member, Segment, value_sql
from kubus.model.join_graph import JoinGraph
from kubus.model.member_sql import MemberReference, MemberSql


def sql_of(member: Member) -> Iterator[MemberSql]:
    """Every SQL text of a member."""
    match member:
        case Measure(sql=sql, filters=filters):
            if sql is not None:
                yield sql
            yield from filters
            if member.switch is not None:
                yield from member.switch.texts()
        case Segment(sql=sql):
            yield sql
        case Dimension(value=value):
            yield from value_sql(value)


def references_of(member: Member) -> Iterator[MemberReference]:
    for sql in sql_of(member):
        for reference in sql.references:
            if isinstance(reference, MemberReference):
                yield reference


def members_of(cube: Cube) -> Iterator[Member]:
    yield from cube.dimensions.values()
    yield from cube.measures.values()
    yield from cube.segments.values()


def found(reference: MemberReference, cubes: Mapping[str, Cube]) -> Member | None:
    cube = cubes.get(reference.cube)
    return None if cube is None else cube.member(reference.member)


def report(
    member: Member, declared: Mapping[str, DeclaredCube], problems: Problems, message: str, hint: str | None
) -> None:
    cube = declared[member.cube]
    kind = "dimensions" if isinstance(member, Dimension) else "measures" if isinstance(member, Measure) else "segments"
    written = cube.lists[kind][member.name]
    at = written.fields.get("sql") or written.at
    problems.add(written.file, at, message, hint=hint, cube=member.cube)


def rows_refer_to_rows(cubes: Mapping[str, Cube], declared: Mapping[str, DeclaredCube], problems: Problems) -> None:
    """A row's value is made of rows' values; a measure of it only by way of a sub-query dimension."""
    for cube in cubes.values():
        for member in members_of(cube):
            references = list(references_of(member))
            measures = [r for r in references if isinstance(found(r, cubes), Measure)]
            if isinstance(member, Dimension) and member.sub_query:
                check_sub_query(member, references, measures, cube, cubes, declared, problems)
            elif isinstance(member, Dimension) and member.stage is not None:
                if not measures:
                    why = f"'{member.path}' has multi_stage: true and refers to no measure"
                    report(member, declared, problems, why, "Leave multi_stage out, or refer to a measure")
            elif not isinstance(member, Measure) and measures:
                report(
                    member,
                    declared,
                    problems,
                    f"'{member.path}' is a value of a row and refers to the measure "
                    f"'{measures[0].cube}.{measures[0].member}', which has none for a row",
                    "For a measure of another cube set sub_query: true",
                )
            elif isinstance(member, Measure):
                in_filters = [
                    r
                    for sql in member.filters
                    for r in sql.references
                    if isinstance(r, MemberReference) and isinstance(found(r, cubes), Measure)
                ]
                if in_filters:
                    name = f"{in_filters[0].cube}.{in_filters[0].member}"
                    report(
                        member, declared, problems, f"A filter of '{member.path}' refers to the measure '{name}'", None
                    )


def check_sub_query(
    member: Dimension,
    references: list[MemberReference],
    measures: list[MemberReference],
    cube: Cube,
    cubes: Mapping[str, Cube],
    declared: Mapping[str, DeclaredCube],
    problems: Problems,
) -> None:
    plain = isinstance(member.value, MemberSql) and member.value.text.strip().startswith("{")
    if len(references) != 1 or len(measures) != 1 or not plain or measures[0].cube == member.cube:
        report(
            member,
            declared,
            problems,
            f"'{member.path}' is a sub-query dimension, so its sql has to be one measure of another cube",
            'Such as sql: "{other_cube.measure}"',
        )
        return
    if not cube.primary_key:
        report(
            member,
            declared,
            problems,
            f"'{member.path}' is a sub-query dimension, and '{cube.name}' has no primary key to compute it by",
            "Mark the dimension that identifies a row with primary_key: true",
        )
    graph = JoinGraph({name: c.joins for name, c in cubes.items()})
    if graph.path(cube.name, measures[0].cube) is None and graph.path(measures[0].cube, cube.name) is None:
        report(member, declared, problems, f"Can't find join path to join '{cube.name}', '{measures[0].cube}'", None)


def nothing_refers_to_itself(
    cubes: Mapping[str, Cube], declared: Mapping[str, DeclaredCube], problems: Problems
) -> None:
    """Following the references of a member ends somewhere."""
    done: set[str] = set()
    for cube in cubes.values():
        for member in members_of(cube):
            walk(member, (), done, cubes, declared, problems)


def walk(
    member: Member,
    way: tuple[str, ...],
    done: set[str],
    cubes: Mapping[str, Cube],
    declared: Mapping[str, DeclaredCube],
    problems: Problems,
) -> None:
    if member.path in done:
        return
    if member.path in way:
        circle = " → ".join((*way[way.index(member.path) :], member.path))
        report(member, declared, problems, f"'{member.path}' refers to itself: {circle}", None)
        return
    for reference in references_of(member):
        target = found(reference, cubes)
        if target is not None:
            walk(target, (*way, member.path), done, cubes, declared, problems)
    done.add(member.path)


def paths_are_joined(cubes: Mapping[str, Cube], declared: Mapping[str, DeclaredCube], problems: Problems) -> None:
    """Each cube on a written path is joined to the next; granularities stand on times."""
    for cube in cubes.values():
        targets = {name: {join.target for join in c.joins} for name, c in cubes.items()}
        for member in members_of(cube):
            for reference in references_of(member):
                for here, there in zip(reference.path, reference.path[1:], strict=False):
                    if there not in targets.get(here, set()):
                        report(
                            member,
                            declared,
                            problems,
                            f"'{here}' has no join to '{there}', as '{member.path}' asks",
                            None,
                        )
                target = found(reference, cubes)
                if reference.granularity is not None and not (isinstance(target, Dimension) and target.type == "time"):
                    name = f"{reference.cube}.{reference.member}"
                    report(
                        member, declared, problems, f"'{name}' is no time, so it has no {reference.granularity}", None
                    )
