"""What must hold for the references between members of a whole model, checked cube by cube."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kubus.loading.declarations import DeclaredCube
from kubus.loading.problems import JOINS, PRIMARY_KEY, TOLD_KEYLESS, Lookups, Problems
from kubus.model.cube import Cube, Dimension, Measure, Member, Segment, Switch, value_sql
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


def kind_of(member: Member) -> str:
    """Under which key a cube declares this member."""
    return "dimensions" if isinstance(member, Dimension) else "measures" if isinstance(member, Measure) else "segments"


def references_of(member: Member) -> Iterator[MemberReference]:
    for sql in sql_of(member):
        for reference in sql.references:
            if isinstance(reference, MemberReference):
                yield reference


def members_of(cube: Cube) -> Iterator[Member]:
    yield from cube.dimensions.values()
    yield from cube.measures.values()
    yield from cube.segments.values()


@dataclass(slots=True)
class ReferenceChecks:
    """The checks. `graph` has the joins of all cubes; `done` the members from which no way leads back."""

    cubes: Mapping[str, Cube]
    graph: JoinGraph
    declared: Mapping[str, DeclaredCube]
    problems: Problems
    done: set[str]

    def check(self, cube: Cube) -> None:
        """Note every problem with the references of this cube's members."""
        for member in members_of(cube):
            references = tuple(references_of(member))
            self.chooses_by_a_switch(member, references)
            if references or isinstance(member, Dimension):
                self.rows_refer_to_rows(member, references, cube)
                self.paths_are_joined(member, references)
                self.ends(member, ())

    def found(self, reference: MemberReference) -> Member | None:
        cube = self.cubes.get(reference.cube)
        return None if cube is None else cube.member(reference.member)

    def report(self, member: Member, message: str, hint: str | None = None, missing: Lookups = ()) -> None:
        written = self.declared[member.cube].lists[kind_of(member)][member.name]
        at = written.fields.get("sql") or written.at
        file, inherited = written.origin(at)
        # Without a key that could not be read, a member may be another than it is meant to be.
        places = ((member.cube, member.name), *missing)
        self.problems.add(file, at, message, hint=hint, cube=member.cube, inherited=inherited, missing=places)

    def rows_refer_to_rows(self, member: Member, references: tuple[MemberReference, ...], cube: Cube) -> None:
        """A row's value is made of rows' values; a measure of it only by way of a sub-query dimension."""
        if any(self.found(r) is None for r in references):
            # It did not compile, which is told already.
            return
        measures = [r for r in references if isinstance(self.found(r), Measure)]
        if isinstance(member, Dimension) and member.sub_query:
            self.check_sub_query(member, references, measures, cube)
        elif isinstance(member, Dimension) and member.stage is not None:
            if not measures:
                why = f"'{member.path}' has multi_stage: true and refers to no measure"
                self.report(member, why, "Leave multi_stage out, or refer to a measure")
        elif not isinstance(member, Measure) and measures:
            self.report(
                member,
                f"'{member.path}' is a value of a row and refers to the measure "
                f"'{measures[0].cube}.{measures[0].member}', which has none for a row",
                "For a measure of another cube set sub_query: true",
            )
        elif isinstance(member, Measure) and member.stage is None:
            in_filters = [
                r
                for sql in member.filters
                for r in sql.references
                if isinstance(r, MemberReference) and isinstance(self.found(r), Measure)
            ]
            if in_filters:
                name = f"{in_filters[0].cube}.{in_filters[0].member}"
                self.report(member, f"A filter of '{member.path}' refers to the measure '{name}'")

    def check_sub_query(
        self, member: Dimension, references: tuple[MemberReference, ...], measures: list[MemberReference], cube: Cube
    ) -> None:
        plain = isinstance(member.value, MemberSql) and member.value.text.strip().startswith("{")
        if len(references) != 1 or len(measures) != 1 or not plain or measures[0].cube == member.cube:
            self.report(
                member,
                f"'{member.path}' is a sub-query dimension, so its sql has to be one measure of another cube",
                'Such as sql: "{other_cube.measure}"',
            )
            return
        if not cube.primary_key:
            self.report(
                member,
                f"'{member.path}' is a sub-query dimension, and '{cube.name}' has no primary key to compute it by",
                "Mark the dimension that identifies a row with primary_key: true",
                ((cube.name, PRIMARY_KEY), (cube.name, TOLD_KEYLESS)),
            )
        there = measures[0].cube
        if self.graph.path(cube.name, there) is None and self.graph.path(there, cube.name) is None:
            missing = ((cube.name, JOINS), (there, JOINS))
            self.report(member, f"Can't find join path to join '{cube.name}', '{there}'", missing=missing)

    def chooses_by_a_switch(self, member: Member, references: tuple[MemberReference, ...]) -> None:
        """What a case chooses by is a dimension of type switch."""
        if isinstance(member, Measure):
            by = None if member.switch is None else member.switch.dimension
        else:
            declared = self.declared[member.cube].lists[kind_of(member)].get(member.name)
            case = None if declared is None else declared.fields.get("case")
            by = references[0] if case is not None and case.is_map and "switch" in case.data else None
        target = None if by is None else self.found(by)
        if isinstance(target, Dimension) and not isinstance(target.value, Switch):
            hint = f"It has conditions: write when with sql and label, or make '{target.path}' one of type switch"
            self.report(
                member, f"'{member.path}' chooses by '{target.path}', which is no dimension of type switch", hint
            )

    def paths_are_joined(self, member: Member, references: tuple[MemberReference, ...]) -> None:
        """Each cube on a written path is joined to the next; granularities stand on times."""
        for reference in references:
            for here, there in zip(reference.path, reference.path[1:], strict=False):
                if self.graph.join(here, there) is None:
                    what = f"'{here}' has no join to '{there}', as '{member.path}' asks"
                    self.report(member, what, f"Declare a join to '{there}' in '{here}'", ((here, JOINS),))
            target = self.found(reference)
            if reference.granularity is not None and not (isinstance(target, Dimension) and target.type == "time"):
                name = f"{reference.cube}.{reference.member}"
                self.report(member, f"'{name}' is no time, so it has no {reference.granularity}")

    def ends(self, member: Member, way: tuple[str, ...]) -> None:
        """Following the references of a member ends somewhere."""
        if member.path in self.done:
            return
        if member.path in way:
            circle = " → ".join((*way[way.index(member.path) :], member.path))
            self.report(member, f"'{member.path}' refers to itself: {circle}")
            return
        for reference in references_of(member):
            target = self.found(reference)
            if target is not None:
                self.ends(target, (*way, member.path))
        self.done.add(member.path)
