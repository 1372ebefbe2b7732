"""Three rows a table on which a careless answer is wrong.

The careless answer is planned by the same planner, on a model that takes every join for one of one row to one; the
other way of an ambiguity on one whose joins are declared in another order. Both, and the right answer, are then asked
of made-up rows in a database in memory.
"""

from collections.abc import Iterator
from dataclasses import replace

from kubus.context import Caller
from kubus.errors import KubusError, MemberError, QueryError
from kubus.explain.apart import aggregates_apart
from kubus.explain.explanation import CounterExample, TinyAnswer
from kubus.explain.joins import join_words, repeated
from kubus.explain.made_up import believing, linked, made_up, preferring, with_keys
from kubus.explain.steps import Numbered
from kubus.explain.tiny import Answers, CannotRun, Found, Rows, comparisons, database_for, search
from kubus.model.ambiguity import Ambiguity, shown
from kubus.model.cube import Dimension, Measure, Segment
from kubus.model.join_graph import Join
from kubus.model.model import Model
from kubus.plan.fan_out import leaves_of
from kubus.query.needed import aliased, hints_of
from kubus.query.query import Query
from kubus.semantic_layer import Prepared, SemanticLayer
from kubus.sources.duckdb import DuckDBSource
from kubus.sources.options import DuckDBOptions


class NoExample(Exception):
    """No rows show it; the text says why."""


def counter_examples(
    model: Model, query: Query, caller: Caller, refusal: KubusError | None, *, why: bool
) -> Iterator[CounterExample]:
    """Rows that show why a query is refused, what its ambiguous joins decide, and with `why` what repeated rows do.

    Raises:
        NoExample: no rows show it.
    """
    if refusal is not None and not isinstance(refusal, QueryError):
        raise NoExample("It is refused for who asks, not for what rows would come to")
    asked = replace(query, order=(), limit=None, offset=0, total=False)
    failed: CannotRun | None = None
    for simple in (False, True):
        case = Case(made_up(model, simple=simple), asked, caller)
        try:
            found = tuple(examples_of(case, why=why)) or tuple(bare_examples(case, why=why))
        except CannotRun as error:
            failed = failed or error
            continue
        if not found:
            raise NoExample("It is not about how rows are joined" if refusal else "No rows were found that show it")
        yield from (with_remark(one, SIMPLE) for one in found) if simple else found
        return
    raise NoExample(f"The model's SQL does not run on made-up tables in DuckDB: {failed}")


def bare_examples(case: "Case", *, why: bool) -> Iterator[CounterExample]:
    """The same of a query without its conditions, if it has some."""
    try:
        bare = case.without_conditions()
    except MemberError:
        return
    if bare.query != case.query:
        yield from (with_remark(one, UNCONDITIONAL) for one in examples_of(bare, why=why))


SIMPLE = "Members are columns of their own here: their SQL does not run on made-up tables in DuckDB"
UNCONDITIONAL = "The conditions of the query are left out here"


def with_remark(example: CounterExample, remark: str) -> CounterExample:
    return replace(example, remark=f"{example.remark}. {remark}" if example.remark else remark)


class Case:
    """A query on a model that is made up."""

    def __init__(self, model: Model, query: Query, caller: Caller) -> None:
        self.model = model
        self.query = query
        self.caller = caller

    def without_conditions(self) -> "Case":
        """The same without conditions, which few rows pass, and with the joins that they need."""
        times = tuple(replace(time, date_range=None) for time in self.query.time_dimensions if time.granularity)
        hints = tuple((cube,) for cube in conditioned(self.query, self.model))
        bare = replace(
            self.query,
            filters=(),
            default_filters=(),
            segments=(),
            time_dimensions=times,
            join_hints=(*self.query.join_hints, *hints),
        )
        return Case(self.model, bare, self.caller)

    def prepared(self, model: Model | None = None, query: Query | None = None) -> Prepared | QueryError:
        """The query as it would be run on another model, or why not."""
        of = model or self.model
        layer = SemanticLayer(lambda: of, {"default": DuckDBSource("default", DuckDBOptions())}, show_hidden=True)
        try:
            return layer.prepare(query or self.query, self.caller)
        except QueryError as error:
            return error


def examples_of(case: Case, *, why: bool) -> Iterator[CounterExample]:
    right = case.prepared()
    if isinstance(right, Prepared):
        for ambiguity in right.ambiguous:
            yield from by_other_way(case, right, ambiguity)
        if why:
            yield from by_repeated_rows(case, case.model, right, ())
        return
    if isinstance(case.prepared(believing(case.model)), Prepared):
        # It can be joined and aggregated, and is refused: rows that repeat would be counted.
        split = aggregates_apart(case.model)
        apart = case.prepared(split)
        if isinstance(apart, Prepared):
            for example in by_repeated_rows(case, split, apart, ()):
                yield with_remark(example, "Right comes out with a measure of its own for each aggregate")
            return
        yield from several_values(case, with_keys(case.model))
        return
    yield from unreached(case)


def joins_of(*prepared: Prepared) -> tuple[Join, ...]:
    return tuple(dict.fromkeys(join for one in prepared for tree, _ in one.planned.trees for join in tree.joins))


def found(case: Case, model: Model, first: Prepared, second: Prepared, *, measures_only: bool = False) -> Found | None:
    """Rows on which two ways answer differently."""
    database = database_for(model, case.query, (first, second), joins_of(first, second))
    try:
        return search(database, (first.statement, second.statement), totals_differ if measures_only else differ)
    finally:
        database.close()


def differ(answers: Answers) -> bool:
    """Whether two answers differ, and not only in that one has nothing to say."""
    first, second = answers
    return bool(first) and bool(second) and first != second and any(v is not None for row in first for v in row)


def totals_differ(answers: Answers) -> bool:
    first, second = (sum(row[-1] for row in rows if isinstance(row[-1], int | float)) for rows in answers)
    return second not in (first, 0)


def answer(says: str, prepared: Prepared, rows: Rows) -> TinyAnswer:
    columns = tuple(column.key for column in prepared.statement.columns)
    return TinyAnswer(says, columns, tuple(rows), prepared.statement.sql)


def conditioned(query: Query, model: Model) -> Iterator[str]:
    """The cubes that the conditions of a query read. Raises MemberError for members that are not there."""
    tested = [test.member for written in (*query.filters, *query.default_filters) for test in comparisons(written)]
    ranges = [time.dimension for time in query.time_dimensions if time.date_range is not None]
    members: list[Dimension | Measure | Segment] = [model.measure_or_dimension(path) for path in (*tested, *ranges)]
    members += [model.segment(path) for path in query.segments]
    yield from dict.fromkeys(hint[-1] for member in members for hint in hints_of(member, model))


# ── ambiguous ──


def by_other_way(case: Case, right: Prepared, ambiguity: Ambiguity) -> Iterator[CounterExample]:
    other = case.prepared(preferring(case.model, ambiguity.other))
    if not isinstance(other, Prepared):
        return
    rows = found(case, case.model, other, right)
    if rows is None:
        return
    yield CounterExample(
        "ambiguous",
        f"Two ways from {ambiguity.taken[0]} to {ambiguity.taken[-1]} are equally short, and mean different things",
        rows.tables,
        answer(f"by {shown(ambiguity.other)}", other, rows.answers[0]),
        answer(f"by {shown(ambiguity.taken)}", right, rows.answers[1]),
        "Neither is wrong in itself: the model has to say which is meant",
    )


# ── repeated rows ──


def by_repeated_rows(case: Case, model: Model, right: Prepared, added: tuple[Join, ...]) -> Iterator[CounterExample]:
    """The right answer beside that of the same joins aggregated as they stand."""
    numbered = Numbered()
    numbered.step(right.planned.plan, right.authorized.values)
    measures = [one for one in repeated(numbered, model) if one.remedy != "harmless"]
    careless = case.prepared(believing(model))
    if not measures or not isinstance(careless, Prepared):
        return
    rows = found(case, model, careless, right)
    if rows is None:
        return
    cubes = ", ".join(dict.fromkeys(one.cube for one in measures))
    by = ", ".join(dict.fromkeys(join for one in measures for join in one.by))
    told = f"Joins repeat rows of {cubes}: {by}"
    if added:
        told = f"No join leads to all of it; with {', '.join(map(join_words, added))} declared too, rows would repeat"
    yield CounterExample(
        "unreached" if added else "repeats",
        told,
        rows.tables,
        answer("joined and aggregated as it stands", careless, rows.answers[0]),
        answer(f"each row of {cubes} once in each group", right, rows.answers[1]),
    )


def named(case: Case) -> tuple[str, ...]:
    """The cubes that the members of a query need, in its order. Raises MemberError for members that are not there."""
    query, model = case.query, case.model
    paths = (*query.measures, *query.dimensions, *(time.dimension for time in query.time_dimensions))
    members: list[Dimension | Measure | Segment] = [model.measure_or_dimension(path) for path in paths]
    members += [model.segment(path) for path in query.segments]
    return tuple(dict.fromkeys(cube for member in members for hint in hints_of(member, model) for cube in hint))


def several_values(case: Case, model: Model) -> Iterator[CounterExample]:
    """A measure that has several values for one row of its cube, since it reads cubes of which many rows meet it."""
    careless = case.prepared(believing(model))
    assert isinstance(careless, Prepared)
    for path in case.query.measures:
        for leaf in leaves_of(aliased(model.measure(path), model), model):
            key = tuple(d.path for d in model.cubes[leaf.cube].primary_key)
            # Rows are told by their key alone, and joined as the whole query joins them.
            each = replace(
                case.query, measures=(leaf.path,), dimensions=key, time_dimensions=(), filters=(), ungrouped=True
            )
            rows_of = case.prepared(believing(model), each)
            if not isinstance(rows_of, Prepared):
                continue

            def several(answers: Answers, keys: int = len(key)) -> bool:
                values: dict[tuple[object, ...], set[object]] = {}
                for row in answers[1]:
                    values.setdefault(row[:keys], set()).add(row[-1])
                return any(len(of_row) > 1 and None not in of_row for of_row in values.values())

            database = database_for(model, case.query, (careless, rows_of), joins_of(careless, rows_of))
            try:
                rows = search(database, (careless.statement, rows_of.statement), several)
            finally:
                database.close()
            if rows is not None:
                yield CounterExample(
                    "several values",
                    f"{leaf.path} reads cubes of which many rows meet one row of {leaf.cube}",
                    rows.tables,
                    answer("joined and aggregated as it stands", careless, rows.answers[0]),
                    answer(f"none: one row of {leaf.cube} has several values", rows_of, rows.answers[1]),
                )
                return


# ── not reached ──


def unreached(case: Case) -> Iterator[CounterExample]:
    """What walking joins against their direction, or joining every row with every row, would come to."""
    try:
        cubes = named(case)
    except MemberError:
        return
    if len(cubes) < 2:
        return
    model, added, related = linked(with_keys(case.model), cubes)
    careless = case.prepared(believing(model))
    if not isinstance(careless, Prepared):
        return
    if related:
        right = case.prepared(model)
        if isinstance(right, Prepared):
            yield from by_repeated_rows(case, model, right, added)
        return
    yield from unrelated(case, model, cubes)


def unrelated(case: Case, model: Model, cubes: tuple[str, ...]) -> Iterator[CounterExample]:
    """Every row with every row, beside the measures by themselves."""
    measure = next(iter(case.query.measures), None)
    if measure is None:
        return
    alone = Query(measures=(measure,), timezone=case.query.timezone, limit=None, order=())
    right = case.prepared(with_keys(case.model), alone)
    one = case.prepared(believing(model), replace(case.query, measures=(measure,)))
    if not isinstance(right, Prepared) or not isinstance(one, Prepared):
        return
    rows = found(case, model, one, right, measures_only=True)
    if rows is None:
        return
    yield CounterExample(
        "unrelated",
        f"Nothing relates {' and '.join(cubes)}",
        rows.tables,
        answer("every row with every row", one, rows.answers[0]),
        answer(f"{measure} by itself; what it is for each of the others, no row says", right, rows.answers[1]),
        "Declare a join if rows of one do belong to rows of the other",
    )
