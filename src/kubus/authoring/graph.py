"""How cubes meet, to be drawn: cubes, joins between them, and the ways that views take."""

import msgspec

from kubus.authoring.open_project import OpenProject
from kubus.lsp.open_model import OpenModel


class CubeNode(msgspec.Struct, rename="camel"):
    """A cube. `has_key`: whether its rows can be told apart, and so be joined. `line` 0 is unknown."""

    name: str
    title: str
    public: bool
    data_source: str
    measures: int
    dimensions: int
    has_key: bool
    file_name: str
    line: int


class JoinEdge(msgspec.Struct, rename="camel"):
    """A join, from the cube that declares it. `relationship`: one_to_one, one_to_many, many_to_one."""

    source: str
    target: str
    relationship: str
    sql: str
    file_name: str
    line: int


class ViewPaths(msgspec.Struct, rename="camel"):
    """A view, and the ways from its roots to each cube that it shows."""

    name: str
    title: str
    public: bool
    paths: list[list[str]]
    file_name: str
    line: int


class Graph(msgspec.Struct, rename="camel"):
    """All of a model. `version` None: there is none that compiles yet."""

    version: str | None
    cubes: list[CubeNode]
    joins: list[JoinEdge]
    views: list[ViewPaths]


async def graph(project: OpenProject) -> Graph:
    """The join graph of the files as they are; of before, if they are wrong now.

    Raises:
        ConfigError: the folder cannot be read.
    """
    return await project.saved(drawn)


def drawn(open_model: OpenModel) -> Graph:
    model = open_model.model
    if model is None:
        return Graph(None, [], [], [])

    def line(holder: str, member: str | None = None) -> int:
        found = open_model.place(holder, member)
        return 0 if found is None else found.line

    cubes = [
        CubeNode(
            cube.name,
            cube.label.title,
            cube.public,
            cube.data_source,
            len(cube.measures),
            len(cube.dimensions),
            bool(cube.primary_key),
            cube.file,
            line(cube.name),
        )
        for cube in model.cubes.values()
    ]
    joins: list[JoinEdge] = []
    for cube in model.cubes.values():
        for join in cube.joins:
            found = open_model.place(cube.name, join.target)
            file, at = (cube.file, 0) if found is None else (found.file, found.line)
            joins.append(JoinEdge(cube.name, join.target, join.relationship.value, join.declared_sql, file, at))
    views = [
        ViewPaths(
            view.name,
            view.label.title,
            view.public,
            [list(path) for paths in view.paths.values() for path in paths],
            view.file,
            line(view.declared_as or view.name),
        )
        for view in model.views.values()
    ]
    return Graph(model.version, cubes, joins, views)
