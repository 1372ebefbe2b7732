"""Rolling measures: a window around each period of the query's time dimension.

Source: query-semantics 8.1 and 9.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from kubus.errors import MemberError, Unsupported
from kubus.model.cube import Dimension, Measure
from kubus.model.granularity import UNITS, Unit
from kubus.model.join_graph import JoinTree
from kubus.model.model import Model
from kubus.model.window import Window, common_unit
from kubus.plan.apart import rolls_below, rows_below
from kubus.plan.fan_out import check_key, check_references
from kubus.plan.nodes import GroupPlan, Roll, RollRows, RowPlan, Spine
from kubus.query.conditions import Bucket, Condition, InWindows, Within
from kubus.query.needed import aliased, hints_of
from kubus.query.resolve import ResolvedQuery


@dataclass(frozen=True, slots=True)
class Builders:
    """What plans the rows and groups that a window is laid over."""

    unrolled: Callable[[ResolvedQuery, tuple[Measure, ...], Model], GroupPlan]
    rows: Callable[
        [ResolvedQuery, tuple[Measure, ...] | list[Measure], tuple[Condition, ...], Model], tuple[RowPlan, JoinTree]
    ]


def build_window(
    query: ResolvedQuery, window: Window, measures: tuple[Measure, ...], model: Model, build: Builders
) -> Iterable[GroupPlan]:
    """Measures that see the same window around each period.

    Without a time dimension they are plain; with a range but no granularity there is one window, that of the range.
    """
    for measure in measures:
        for inner in rolls_below(measure, model) if measure.stage is not None else ():
            raise Unsupported(
                f"'{measure.path}' rolls over '{inner.path}', which rolls itself",
                hint="Roll over the measures that it is made of",
            )
    buckets = tuple(dict.fromkeys(key for key in query.keys if isinstance(key, Bucket)))
    ranges = tuple(c for c in query.row_conditions if isinstance(c, Within))
    driving = {bucket.dimension for bucket in buckets} or {within.dimension for within in ranges}
    if not driving:
        return (build.unrolled(query, measures, model),)
    own = tuple(within for within in ranges if within.dimension in driving)
    if len(driving) > 1 or len(buckets) > 1 or len(own) > 1:
        raise MemberError(
            "Rolling window requires one time dimension and equal date ranges",
            hint=f"'{measures[0].path}' rolls over time, and the query has several times or granularities",
        )
    granularity = buckets[0].granularity if buckets else None
    conditions = tuple(
        InWindows(condition, window, granularity) if isinstance(condition, Within) and condition in own else condition
        for condition in query.row_conditions
    )
    widened = replace(query, row_conditions=conditions)
    if not buckets:
        return (build.unrolled(widened, measures, model),)
    return build_rolling(widened, buckets[0], own[0] if own else None, window, measures, model, build)


def build_rolling(
    query: ResolvedQuery,
    bucket: Bucket,
    within: Within | None,
    window: Window,
    measures: tuple[Measure, ...],
    model: Model,
    build: Builders,
) -> Iterable[GroupPlan]:
    """A window for each period. What folds is grouped by the finest unit that matters before it is rolled."""
    time = Bucket(bucket.dimension, finest_unit(bucket, window))
    keys = tuple(time if key == bucket else key for key in query.keys)
    folded: list[Measure] = []
    apart: dict[str | None, list[Measure]] = {}
    for measure in measures:
        if measure.stage is not None:
            folded.append(measure)
            continue
        _, tree = build.rows(query, (measure,), query.row_conditions, model)
        leaf = aliased(measure, model)
        times = {hint[-1] for hint in hints_of(bucket.dimension, model)}
        if not leaf.is_expression and leaf.type.merge is not None and not tree.multiplies(leaf.cube, by=times):
            folded.append(measure)
            continue
        check_references(leaf, tree, model)
        repeated = tree.multiplies(leaf.cube) and not leaf.type.repeats_harmlessly
        if repeated:
            check_key(leaf, model)
        apart.setdefault(leaf.cube if repeated else None, []).append(measure)
    if folded:
        groups = build.unrolled(replace(query, keys=keys), tuple(folded), model)
        below = [leaf for m in folded for leaf in ((m,) if m.stage is None else rows_below(m, model))]
        rows, _ = build.rows(query, below, query.row_conditions, model)
        spine = Spine(bucket, within, None if within is not None else rows)
        yield Roll(groups, spine, time, query.keys, tuple(folded), window)
    for cube, rolled in apart.items():
        rows, _ = build.rows(query, rolled, query.row_conditions, model)
        spine = Spine(bucket, within, None if within is not None else rows)
        once = None if cube is None else model.cubes[cube]
        yield RollRows(rows, spine, time, query.keys, tuple(rolled), window, once)


def finest_unit(bucket: Bucket, window: Window) -> str:
    """The granularity that rows are cut to before they are matched with windows: no window cuts a period of it."""
    if not window.units and window.to_date is None:
        return bucket.granularity
    names = (bucket.granularity, *(() if window.to_date is None else (window.to_date,)))
    borders: list[Unit] = [unit for name in names for unit in border_units(bucket.dimension, name)]
    return common_unit((*borders, *window.units))


def border_units(dimension: Dimension, granularity: str) -> tuple[Unit, ...]:
    """Units at whose borders all periods of a granularity begin."""
    for custom in dimension.granularities:
        if custom.name == granularity:
            return custom.units
    return tuple[Unit, ...](unit for unit in UNITS if unit == granularity)
