"""A model to its lineage."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from sqlglot import exp

from kubus.lineage.columns import NotOfAColumn, OfCube, OfTable, Unknown, origins, own_columns
from kubus.lineage.graph import Edge, Kind, Lineage, Node
from kubus.model.access import tests_in
from kubus.model.columns import members_of, named_in
from kubus.model.context import Pushed, everything_in
from kubus.model.cube import Cube, Dimension, Measure, Member, Segment
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.model import Model
from kubus.model.references import MARKER
from kubus.model.view import View

# What the parts of a member's declaration are called, where they are not called by their field.
PARTS = {"value": "sql", "sql": "sql", "filters": "filter", "additive": "non-additive over", "stage": "stage"}
LONGEST = 80


def lineage_of(model: Model, dialects: Mapping[str, str]) -> Lineage:
    """The lineage of a whole model. `dialects` has the SQL dialect of each data source by its name."""
    return Building(model, dialects).lineage()


class Building:
    """A lineage in the making."""

    def __init__(self, model: Model, dialects: Mapping[str, str]) -> None:
        self.model = model
        self.dialects = dialects
        self.nodes: dict[str, Node] = {}
        self.edges: dict[Edge, None] = {}
        # The columns of each cube that something names.
        self.named: dict[str, dict[str, None]] = {name: {} for name in model.cubes}

    def lineage(self) -> Lineage:
        for holder in self.model.holders.values():
            for member in holder_members(holder):
                self.node(member.path, kind_of(member), member.path, said_of(member, holder))
        for holder in self.model.holders.values():
            for member in holder_members(holder):
                self.member(member)
            self.declared(holder)
        for cube in self.model.cubes.values():
            self.joins(cube)
        self.columns()
        return Lineage(self.nodes, tuple(self.edges))

    def node(self, key: str, kind: Kind, name: str, says: str = "") -> str:
        self.nodes.setdefault(key, Node(key, kind, name, says))
        return key

    def edge(self, source: str, target: str, how: str) -> None:
        if source != target:
            self.edges[Edge(source, target, how)] = None

    # ── members ──

    def member(self, member: Member) -> None:
        if member.alias_of is not None:
            target = member.alias_of
            self.edge(f"{target.cube}.{target.member}", member.path, "shown by a view")
            return
        for field in fields(member):
            if field.name in ("label", "alias_of", "links"):
                continue
            how = PARTS.get(field.name, field.name.replace("_", " "))
            self.read_by(getattr(member, field.name), member.cube, member.path, how)
        if isinstance(member, Measure) and member.sql is None and member.type.name == "count":
            for key in self.model.cubes[member.cube].primary_key:
                self.edge(key.path, member.path, "counted")

    def read_by(self, value: object, cube: str, target: str, how: str) -> None:
        """The columns and members that some part of a declaration reads."""
        for part in everything_in(value):
            match part:
                case MemberSql():
                    for of, column, node in named_in(part, cube):
                        self.edge(self.named_column(of, column, node, cube), target, how)
                case MemberReference(member=name):
                    self.edge(f"{part.cube}.{name}", target, how)
                case Pushed():
                    self.edge(f"{part.cube}.{part.member}", target, "FILTER_PARAMS")
                case _:
                    pass

    def named_column(self, of: str, column: str, node: exp.Column, cube: str) -> str:
        """The node of a column that SQL of a cube names: its own, unless the SQL itself says or hides another table."""
        if MARKER.fullmatch(node.table):
            return self.column(of, column)
        if node.find_ancestor(exp.Query) is not None:
            return self.unknown(cube, column, "it stands in a sub-select of a member's SQL")
        if node.table and node.table not in (cube, self.model.cubes[cube].alias):
            return self.unknown(
                cube, f"{node.table}.{column}", f"the SQL names {node.table} itself, not by a reference"
            )
        return self.column(of, column)

    # ── what is declared over members ──

    def declared(self, holder: Cube | View) -> None:
        for policy in holder.policies:
            if policy.rows is not None:
                name = self.node(f"policy:{policy.name}", "access policy", policy.name, "row filter")
                for test in tests_in(policy.rows):
                    self.edge(test.member, name, "row filter")
        if isinstance(holder, View):
            for default in holder.default_filters:
                view = self.node(f"view:{holder.name}", "view", holder.name, "a filter that holds by default")
                for path in compared(default.filter):
                    self.edge(path, view, "default filter")
            return
        for one in holder.pre_aggregations:
            says = one.type
            key = self.node(f"pre:{holder.name}.{one.name}", "pre-aggregation", f"{holder.name}.{one.name}", says)
            for path in (*one.measures, *one.dimensions, *one.segments, *(path for path, _ in one.times)):
                self.edge(path, key, "stored")
            for rollup in one.rollups:
                source = rollup if "." in rollup else f"{holder.name}.{rollup}"
                self.node(f"pre:{source}", "pre-aggregation", source)
                self.edge(f"pre:{source}", key, "rollup")
        if holder.is_query or holder.tenant is not None:
            pushed = [part for part in everything_in(holder.table) if isinstance(part, Pushed)]
            if pushed:
                cube = self.node(f"cube:{holder.name}", "cube", holder.name, "takes conditions into its own SQL")
                for part in pushed:
                    self.edge(f"{part.cube}.{part.member}", cube, "FILTER_PARAMS")

    def joins(self, cube: Cube) -> None:
        for join in cube.joins:
            name = f"{join.source} → {join.target}"
            key = self.node(f"join:{name}", "join", name, join.relationship.value)
            self.read_by(join.on, cube.name, key, "join condition")

    # ── columns ──

    def column(self, cube: str, column: str) -> str:
        """The node of a column of a cube; where the cube is a table, of the table."""
        self.named[cube][column] = None
        of = self.model.cubes[cube]
        if of.is_query:
            says = "a column of the cube's query"
            return self.node(f"query:{cube}.{column}", "column", f"{cube}.{column}", says)
        (origin,) = own_columns(of.table, (column,))[column]
        return (
            self.table_column(of.data_source, origin.table, column)
            if isinstance(origin, OfTable)
            else self.unknown(cube, column, "the cube is neither a table nor a query")
        )

    def table_column(self, data_source: str, table: str, column: str) -> str:
        says = "a column of the database" + (f" of data source {data_source}" if data_source != "default" else "")
        return self.node(f"column:{data_source}:{table}.{column}".lower(), "column", f"{table}.{column}", says)

    def unknown(self, cube: str, column: str, why: str) -> str:
        return self.node(f"unknown:{cube}.{column}:{why}", "unknown", f"origin of {cube}.{column}", why)

    def columns(self) -> None:
        """Follow the columns of cubes that are queries to the tables that they come from."""
        done: dict[str, set[str]] = {name: set() for name in self.model.cubes}
        while True:
            open_ones = {
                name: [column for column in columns if column not in done[name]]
                for name, columns in self.named.items()
                if self.model.cubes[name].is_query
            }
            if not any(open_ones.values()):
                return
            for name, columns in open_ones.items():
                if columns:
                    done[name].update(columns)
                    self.follow(self.model.cubes[name], columns)

    def follow(self, cube: Cube, columns: list[str]) -> None:
        dialect = self.dialects.get(cube.data_source, "duckdb")
        for column, found in origins(cube.table, columns, dialect).items():
            target = f"query:{cube.name}.{column}"
            for origin in found:
                match origin:
                    case OfTable(table, name):
                        self.edge(self.table_column(cube.data_source, table, name), target, "query of the cube")
                    case OfCube(other, name):
                        self.edge(self.column(other, name), target, "query of another cube")
                    case NotOfAColumn(what):
                        source = self.node(f"{target}:{what}", "constant", what)
                        self.edge(source, target, "query of the cube")
                    case Unknown(why):
                        self.edge(self.unknown(cube.name, column, why), target, "query of the cube")


def holder_members(holder: Cube | View) -> Iterator[Member]:
    if isinstance(holder, Cube):
        yield from members_of(holder)
        return
    yield from holder.dimensions.values()
    yield from holder.measures.values()
    yield from holder.segments.values()


def kind_of(member: Member) -> Kind:
    match member:
        case Dimension():
            return "dimension"
        case Measure():
            return "measure"
        case Segment():
            return "segment"


def said_of(member: Member, holder: Cube | View) -> str:
    """The type of a member, and its SQL."""
    kind = member.type.name if isinstance(member, Measure) else member.type if isinstance(member, Dimension) else ""
    if isinstance(holder, View):
        return f"{kind} of a view".strip()
    text = " ".join((member.declared_sql or "").split())
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return ": ".join(part for part in (kind, cut) if part)


def compared(written: Filter) -> Iterator[str]:
    match written:
        case Comparison(member):
            yield member
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from compared(part)
