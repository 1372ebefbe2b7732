"""Something to ask of cubes that were just made: the first chart."""

import asyncio
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from sqlglot import exp

from kubus.authoring.open_project import OpenProject
from kubus.errors import KubusError
from kubus.generate.catalog import ask
from kubus.model.cube import Cube, Dimension
from kubus.model.member_sql import MemberSql, TableReference
from kubus.model.model import Model

Granularity = Literal["hour", "day", "month", "year"]

# Seconds that a first chart may take to learn which span of time its rows have.
PATIENCE = 3.0

# Days up to which a bucket is so wide; what spans more is shown by years.
WIDTHS: tuple[tuple[int, Granularity], ...] = ((2, "hour"), (92, "day"), (366 * 8, "month"))


class FirstQuery(msgspec.Struct, rename="camel"):
    """A query of the API, and the kind of chart that shows it: line, bar, number."""

    query: dict[str, Any]
    chart: str


async def first_query(project: OpenProject, model: Model, files: Collection[str]) -> FirstQuery | None:
    """How many rows the cube with the most joins has, over time, or else by a text; None where nothing is counted.

    Of cubes in these files.
    """
    cubes = [cube for cube in model.cubes.values() if cube.file in files and cube.public]
    for cube in sorted(cubes, key=lambda one: -len(one.joins)):
        count = next((one for one in cube.measures.values() if one.public and one.type.name == "count"), None)
        if count is None:
            continue
        for time in (one for one in cube.dimensions.values() if one.public and one.type == "time"):
            width = await bucket(project, cube, time)
            if width is not None:
                by_time = [{"dimension": time.path, "granularity": width}]
                return FirstQuery({"measures": [count.path], "timeDimensions": by_time}, "line")
        kinds = ("string", "boolean")
        texts = (one for one in cube.dimensions.values() if one.public and one.type in kinds and not one.primary_key)
        text = next(texts, None)
        if text is None:
            return FirstQuery({"measures": [count.path]}, "number")
        query = {"measures": [count.path], "dimensions": [text.path], "order": {count.path: "desc"}, "limit": 10}
        return FirstQuery(query, "bar")
    return None


async def bucket(project: OpenProject, cube: Cube, time: Dimension) -> Granularity | None:
    """How wide a bucket shows a time well: months, where that cannot be told soon. None where there is but one moment.

    Nobody's rows are shown by it.
    """
    column = column_of(cube, time)
    if column is None or not isinstance(cube.table.tree, exp.Table):
        return "month"
    span = exp.select(exp.Min(this=column), exp.Max(this=column.copy())).from_(cube.table.tree.copy())
    try:
        source = project.source(cube.data_source)
        async with asyncio.timeout(PATIENCE):
            ((first, last),) = await ask(source, span.sql(dialect=source.dialect))
    except (KubusError, TimeoutError):
        return "month"
    if first is None or first == last:
        return None
    if not isinstance(first, date) or not isinstance(last, date):
        return "month"
    days = (last - first).days
    for most, width in WIDTHS if isinstance(first, datetime) else WIDTHS[1:]:
        if days <= most:
            return width
    return "year"


def column_of(cube: Cube, time: Dimension) -> exp.Expr | None:
    """The value of a time on its table alone; None where it reads anything else."""
    if not isinstance(time.value, MemberSql) or cube.is_query:
        return None
    if any(reference != TableReference(cube.name) for reference in time.value.references):
        return None
    tree = time.value.tree.copy()
    for column in tree.find_all(exp.Column):
        column.set("table", None)
    return tree
