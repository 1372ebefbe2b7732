"""Makes a failing example smaller while it fails in the same way, for people to read."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.properties.example import (
    Call,
    CaseOf,
    Column,
    Constant,
    Cube,
    Example,
    Expression,
    Measure,
    Of,
    Stage,
    View,
)


def smallest(example: Example, failure: Callable[[Example], str | None], most: int = 3_000) -> Example:
    """The example with everything taken away that the failure does not need.

    `failure` names how an example fails, None if it does not; an example that cannot be asked at all does not.
    At most `most` examples are tried.
    """
    wanted = failure(example)
    assert wanted is not None, "the example does not fail"
    tried = 0
    changed = True
    while changed:
        changed = False
        for smaller in reductions(example):
            tried += 1
            if tried > most:
                return example
            if is_sound(smaller) and failure(smaller) == wanted:
                example, changed = smaller, True
                break
    return example


def is_sound(example: Example) -> bool:
    """Whether every column and member that the cubes' members and joins name is there."""
    by_name = {cube.name: cube for cube in example.cubes}

    def names(expression: Expression, cube: Cube) -> bool:
        match expression:
            case Column(name):
                return any(name == column for column, _ in cube.columns)
            case Of(owner, member):
                of = by_name.get(owner)
                return of is not None and bool(of.dimension(member) or of.measure(member) or of.segment(member))
            case Constant():
                return True
            case Call(_, arguments):
                return all(names(argument, cube) for argument in arguments)

    for cube in example.cubes:
        parts: list[Expression] = [s.condition for s in cube.segments]
        for dimension in cube.dimensions:
            case = dimension.value
            parts += [when for when, _ in case.whens] if isinstance(case, CaseOf) else [case]
        for measure in cube.measures:
            parts += [*measure.filters, *([] if measure.value is None else [measure.value])]
        if not all(names(part, cube) for part in parts):
            return False
        for join in cube.joins:
            other = by_name.get(join.target)
            if other is None or not all(
                names(Column(a), cube)
                and names(Column(b), other)
                and (not join.by_members or (names(Of(cube.name, a), cube) and names(Of(other.name, b), other)))
                for a, b in join.pairs
            ):
                return False
    return True


def reductions(example: Example) -> Iterator[Example]:
    """Every example that lacks one thing of this one; large things first."""
    for index in range(len(example.cubes)):
        yield replace(example, cubes=without(example.cubes, index))
    for query in smaller_queries(example.query):
        yield replace(example, query=query)
    for index, view in enumerate(example.views):
        yield replace(example, views=without(example.views, index))
        for smaller in smaller_views(view):
            yield replace(example, views=(*example.views[:index], smaller, *example.views[index + 1 :]))
    for index, cube in enumerate(example.cubes):
        for smaller in smaller_cubes(cube):
            yield replace(example, cubes=(*example.cubes[:index], smaller, *example.cubes[index + 1 :]))


def without(items: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    return (*items[:index], *items[index + 1 :])


def smaller_queries(query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in query:
        yield {k: v for k, v in query.items() if k != key}
    for key in ("measures", "dimensions", "segments", "timeDimensions"):
        for index in range(len(query.get(key, []))):
            yield query | {key: [*query[key][:index], *query[key][index + 1 :]]}
    order = query.get("order")
    if isinstance(order, dict):
        yield query | {"order": [list(pair) for pair in order.items()]}
    elif order:
        for index in range(len(order)):
            yield query | {"order": [*order[:index], *order[index + 1 :]]}
    for index, entry in enumerate(query.get("timeDimensions", [])):
        for key in ("granularity", "dateRange"):
            if key in entry and len(entry) > 2:
                smaller = {k: v for k, v in entry.items() if k != key}
                yield query | {"timeDimensions": replaced(query["timeDimensions"], index, smaller)}
    for filters in smaller_filters(query.get("filters", [])):
        yield query | {"filters": filters}


def replaced(items: list[Any], index: int, item: Any) -> list[Any]:
    return [*items[:index], item, *items[index + 1 :]]


def smaller_filters(filters: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for index, tested in enumerate(filters):
        yield [*filters[:index], *filters[index + 1 :]]
        group = next((key for key in ("and", "or") if key in tested), None)
        if group is None:
            values = tested.get("values", [])
            if len(values) > 1 and "Range" not in tested["operator"]:
                for place in range(len(values)):
                    yield replaced(filters, index, tested | {"values": [*values[:place], *values[place + 1 :]]})
            continue
        yield [*filters[:index], *tested[group], *filters[index + 1 :]]
        for parts in smaller_filters(tested[group]):
            yield replaced(filters, index, {group: parts})


def smaller_views(view: View) -> Iterator[View]:
    for index, entry in enumerate(view.entries):
        yield replace(view, entries=without(view.entries, index))
        for place in range(len(entry.includes or ())):
            fewer = replace(entry, includes=without(entry.includes or (), place))
            yield replace(view, entries=(*view.entries[:index], fewer, *view.entries[index + 1 :]))
    for index in range(len(view.default_filters)):
        yield replace(view, default_filters=without(view.default_filters, index))


def smaller_apart(measure: Measure) -> Iterator[Measure]:
    """The measure with less of a lower stage, or of what it is kept by."""
    if measure.additive is not None and measure.additive.by:
        yield replace(measure, additive=replace(measure.additive, by=()))
    if measure.stage is not None:
        plain = Stage()
        for name in ("keep_only", "exclude", "include", "filters_kept", "filters_left", "filters", "shift", "shifted"):
            if getattr(measure.stage, name) != getattr(plain, name):
                yield replace(measure, stage=replace(measure.stage, **{name: getattr(plain, name)}))
        for name in ("exclude", "include", "filters_left", "filters", "ranks"):
            items = getattr(measure.stage, name)
            for index in range(len(items) if len(items) > 1 else 0):
                yield replace(measure, stage=replace(measure.stage, **{name: without(items, index)}))


def smaller_cubes(cube: Cube) -> Iterator[Cube]:
    half = len(cube.rows) // 2
    if half > 1:
        yield replace(cube, rows=cube.rows[:half])
        yield replace(cube, rows=cube.rows[half:])
    for index in range(len(cube.rows)):
        yield replace(cube, rows=without(cube.rows, index))
    for name in ("measures", "dimensions", "segments", "joins"):
        items = getattr(cube, name)
        for index in range(len(items)):
            yield replace(cube, **{name: without(items, index)})
    if cube.zoned:
        yield replace(cube, zoned=frozenset())
    for index, (name, _) in enumerate(cube.columns):
        yield replace(
            cube,
            columns=without(cube.columns, index),
            rows=tuple(without(row, index) for row in cube.rows),
            zoned=cube.zoned - {name},
        )
    for index, join in enumerate(cube.joins):
        if join.by_members:
            plain = replace(join, by_members=False)
            yield replace(cube, joins=(*cube.joins[:index], plain, *cube.joins[index + 1 :]))
    for index, measure in enumerate(cube.measures):
        smaller_measures = [replace(measure, filters=without(measure.filters, n)) for n in range(len(measure.filters))]
        for place, condition in enumerate(measure.filters):
            smaller_measures += [
                replace(measure, filters=(*measure.filters[:place], smaller, *measure.filters[place + 1 :]))
                for smaller in smaller_expressions(condition)
            ]
        if measure.value is not None:
            smaller_measures += [replace(measure, value=smaller) for smaller in smaller_expressions(measure.value)]
        smaller_measures += smaller_apart(measure)
        for smaller in smaller_measures:
            yield replace(cube, measures=(*cube.measures[:index], smaller, *cube.measures[index + 1 :]))
    for index, dimension in enumerate(cube.dimensions):
        for place in range(len(dimension.granularities)):
            smaller = replace(dimension, granularities=without(dimension.granularities, place))
            yield replace(cube, dimensions=(*cube.dimensions[:index], smaller, *cube.dimensions[index + 1 :]))
        values: list[Expression | CaseOf] = []
        if isinstance(dimension.value, CaseOf):
            whens = dimension.value.whens
            values += [replace(dimension.value, whens=without(whens, n)) for n in range(len(whens)) if len(whens) > 1]
        else:
            values += smaller_expressions(dimension.value)
        for value in values:
            smaller = replace(dimension, value=value)
            yield replace(cube, dimensions=(*cube.dimensions[:index], smaller, *cube.dimensions[index + 1 :]))
    for index, row in enumerate(cube.rows):
        for place, value in enumerate(row):
            if value is not None and cube.columns[place][0] not in ("id", "line"):
                emptied = (*row[:place], None, *row[place + 1 :])
                yield replace(cube, rows=(*cube.rows[:index], emptied, *cube.rows[index + 1 :]))


def smaller_expressions(expression: Expression) -> Iterator[Expression]:
    """The arguments of an operation in its place, and the operation with smaller arguments."""
    if isinstance(expression, Call):
        if expression.operator in ("and", "or", "not", "add", "subtract", "multiply", "concat", "coalesce", "lower"):
            yield from expression.arguments
        for index, argument in enumerate(expression.arguments):
            for smaller in smaller_expressions(argument):
                arguments = (*expression.arguments[:index], smaller, *expression.arguments[index + 1 :])
                yield replace(expression, arguments=arguments)
