"""Whether what came of a query is what a test expects."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from kubus.errors import AccessError, BadTest, KubusError, NotTranslated, QueryError
from kubus.model.cube import Measure
from kubus.query.authorize import compared
from kubus.testing.cases import Expected, Place, Refusal, Tolerance, ValueDue
from kubus.testing.ground import Answered, Asking, Ground
from kubus.testing.relations import Evaluation, Part, Relation, Unknown
from kubus.testing.row_diff import Row, RowDiff, aligned, column_of, difference, short_names
from kubus.testing.values import bare, is_number, same

# How many rows are named for which a relation does not hold.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What is not as expected, in a sentence; of rows also which."""

    message: str
    place: Place
    diff: RowDiff | None = None


async def mismatches(expected: Expected, answered: Answered, asking: Asking, ground: Ground) -> list[Mismatch]:
    """What of an answer is not as expected; snapshots are looked at elsewhere.

    Raises:
        BadTest: the answer has not the shape that the test takes it to have.
    """
    found: list[Mismatch] = []
    if expected.rows is not None:
        ordered = expected.rows.is_ordered
        due = [aligned(row, answered.keys) for row in expected.rows.rows]
        is_ordered = bool(answered.prepared.query.order) if ordered is None else ordered
        diff = difference(due, answered.rows, answered.keys, expected.tolerance, ordered=is_ordered)
        if diff is not None:
            found.append(Mismatch(said_of(diff, len(due), len(answered.rows)), expected.place, diff))
    if expected.value is not None:
        found += value_mismatches(expected.value, answered, expected)
    if expected.count is not None and len(answered.rows) != expected.count:
        found.append(Mismatch(f"{counted(expected.count)} due, and {counted(len(answered.rows))} came", expected.place))
    if expected.total is not None:
        if answered.total is None:
            raise BadTest("The query asks for no total", hint="Put `total: true` into the query")
        if answered.total != expected.total:
            found.append(Mismatch(f"A total of {expected.total} is due, and {answered.total} came", expected.place))
    for relation, place in expected.relations:
        found += await relation_mismatches(relation, place, expected.tolerance, answered, asking, ground)
    return found


def counted(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def said_of(diff: RowDiff, due: int, got: int) -> str:
    if due == got and diff.missing == diff.unexpected == 0:
        return "The rows came in another order"
    return f"{counted(due)} due, and {counted(got)} came (- due, + came)"


def value_mismatches(due: ValueDue, answered: Answered, expected: Expected) -> list[Mismatch]:
    if len(answered.columns) != 1:
        raise BadTest(
            f"`value` is that of one column, and the answer has {len(answered.columns)}",
            hint="Ask for one measure, or expect rows",
        )
    if len(answered.rows) != 1:
        return [Mismatch(f"One value is due, and {counted(len(answered.rows))} came", expected.place)]
    got = answered.rows[0][0]
    if same(due.value, got, expected.tolerance):
        return []
    return [Mismatch(f"{answered.keys[0]} is {bare(got)}, and {bare(due.value)} is due", expected.place)]


# ── refusals ──


def refusal_mismatch(due: Refusal, error: KubusError, place: Place) -> Mismatch | None:
    """What of a refusal is not as expected. Raises the error if it says that the test itself could not be run."""
    if isinstance(error, BadTest | NotTranslated):
        raise error
    is_named = due.code is not None or due.error is not None
    if not is_named and not isinstance(error, QueryError | AccessError):
        # A database that is not there, or a hook with a bug, refuses everybody: that is meant only where it is said.
        raise error
    told = f"{type(error).__name__} (code {error.code}, status {error.status}): {error}"
    if due.code is not None and due.code != error.code:
        return Mismatch(f"An error with the code {due.code} is due, and this came: {told}", place)
    if due.error is not None and due.error not in {one.__name__ for one in type(error).__mro__}:
        return Mismatch(f"The error {due.error} is due, and this came: {told}", place)
    if due.status is not None and due.status != error.status:
        return Mismatch(f"The status {due.status} is due, and this came: {told}", place)
    if due.says is not None and due.says not in f"{error}\n{error.wire_text}":
        return Mismatch(f"An error that says '{due.says}' is due, and this came: {told}", place)
    return None


# ── relations ──


async def relation_mismatches(
    relation: Relation, place: Place, tolerance: Tolerance, answered: Answered, asking: Asking, ground: Ground
) -> list[Mismatch]:
    if not answered.rows:
        return [Mismatch(f"There is no row for which '{relation.text}' could hold", place)]
    columns = {name: column_of(name, answered.keys) for name in relation.names}
    parts = [await parts_by_row(part, answered, asking, ground) for part in relation.parts]

    def slack(left: Fraction, right: Fraction) -> Fraction:
        return max(Fraction(tolerance.absolute), Fraction(tolerance.relative) * max(abs(left), abs(right)))

    broken: list[Row] = []
    reasons: dict[str, None] = {}
    for row in answered.rows:
        values = {name: row[column] for name, column in columns.items()}
        values |= {f"kubus_part_{number}": of_row(row) for number, of_row in enumerate(parts)}
        try:
            if Evaluation(values, slack).holds(relation):
                continue
        except Unknown as error:
            reasons[str(error)] = None
        shown = ", ".join(f"{name} = {bare(value)}" for name, value in named(values, relation).items())
        broken.append(row)
        if len(broken) <= MOST_NAMED:
            reasons[f"{where(row, answered)}{shown}"] = None
    if not broken:
        return []
    of = "" if len(answered.rows) == 1 else f" for {len(broken)} of {len(answered.rows)} rows"
    lines = "\n".join(f"  {reason}" for reason in reasons)
    return [Mismatch(f"'{relation.text}' does not hold{of}:\n{lines}", place)]


def named(values: dict[str, Any], relation: Relation) -> dict[str, Any]:
    """The values of a row under the names that the relation has for them."""
    found = {name: values[name] for name in relation.names}
    for number, part in enumerate(relation.parts):
        found[f"{part.aggregate}({part.measure} by {', '.join(part.by)})"] = values[f"kubus_part_{number}"]
    return found


def where(row: Row, answered: Answered) -> str:
    """The grouping keys of a row."""
    names = short_names(answered.keys)
    keys = [
        f"{name} {bare(value)}"
        for name, value, column in zip(names, row, answered.columns, strict=True)
        if column.kind != "measure"
    ]
    return f"{', '.join(keys)}: " if keys else ""


async def parts_by_row(part: Part, answered: Answered, asking: Asking, ground: Ground) -> Callable[[Row], Any]:
    """What gives a part for a row of the answer: the same query by more dimensions, put together again."""
    query = asking.case.query
    if not isinstance(query, dict) or len(asking.queries) != 1 or answered.prepared.query.ungrouped:
        raise BadTest(f"`{part.aggregate}(… by …)` takes one query of groups", hint="Ask one grouped query")
    given = cast("dict[str, Any]", query)
    model = asking.layer.model
    for path in (path for condition in answered.prepared.query.filters for path in compared(condition)):
        if isinstance(model.measure_or_dimension(path), Measure):
            raise BadTest(
                f"A filter on the measure '{path}' would act on the parts, and not on the whole",
                hint="Leave out the filter, or the relation",
            )
    measure = whole_name(part.measure, answered)
    cube = measure.partition(".")[0]
    by = [name if "." in name else f"{cube}.{name}" for name in part.by]
    kept = {key: value for key, value in given.items() if key not in {"order", "limit", "offset", "total"}}
    # All parts are wanted, however many there are.
    kept |= {"measures": [measure], "dimensions": [*given.get("dimensions", ()), *by], "limit": ground.most_rows}
    try:
        finer = await ground.more(kept, asking)
    except QueryError as error:
        raise BadTest(f"'{part.measure}' cannot be asked by {', '.join(part.by)}: {error}") from error
    if len(finer.rows) == ground.most_rows:
        raise BadTest(f"'{part.measure}' by {', '.join(part.by)} has more rows than a query may ask for")
    keys = [finer.keys.index(c.key) for c in answered.columns if c.kind != "measure"]
    value = finer.keys.index(measure)
    groups: dict[Row, list[Any]] = {}
    for row in finer.rows:
        groups.setdefault(tuple(row[i] for i in keys), []).append(row[value])
    own = [i for i, column in enumerate(answered.columns) if column.kind != "measure"]

    def of_row(row: Row) -> Any:
        found = [one for one in groups.get(tuple(row[i] for i in own), ()) if one is not None]
        return aggregated(part.aggregate, found)

    return of_row


def whole_name(name: str, answered: Answered) -> str:
    """The path of a measure that a relation names: whole, one of the answer, or one of the cube of those."""
    if "." in name:
        return name
    measures = [c.member for c in answered.columns if c.kind == "measure"]
    found = [path for path in measures if path.partition(".")[2] == name]
    cubes = dict.fromkeys(path.partition(".")[0] for path in measures)
    if len(found) == 1:
        return found[0]
    if len(cubes) == 1:
        return f"{next(iter(cubes))}.{name}"
    raise BadTest(f"'{name}' may be a measure of {' or '.join(cubes) or 'any cube'}", hint="Write the whole name")


def aggregated(aggregate: str, values: list[Any]) -> Any:
    if aggregate == "count":
        return len(values)
    if not values:
        return None
    if not all(map(is_number, values)):
        raise BadTest(f"`{aggregate}(… by …)` takes numbers, and the measure has others")
    exact = [Fraction(value) for value in values]
    match aggregate:
        case "sum":
            return sum(exact)
        case "avg":
            return sum(exact) / len(exact)
        case "min":
            return min(exact)
        case _:
            return max(exact)
