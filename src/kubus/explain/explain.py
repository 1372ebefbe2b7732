"""A query explained: by the plan that would be run, made by the spine itself."""

from collections.abc import Mapping
from datetime import datetime

from kubus.context import Caller
from kubus.dialects.registry import dialect
from kubus.errors import KubusError, ModelError
from kubus.explain.commented import commented, has_having
from kubus.explain.conditions import conditions, stages
from kubus.explain.counter_example import NoExample, counter_examples
from kubus.explain.explanation import CounterExample, Explanation, Refused, Step
from kubus.explain.held import held
from kubus.explain.joins import joined, repeated
from kubus.explain.steps import Numbered
from kubus.query.query import Query
from kubus.semantic_layer import Prepared, SemanticLayer


def explained(
    layer: SemanticLayer,
    query: Query,
    caller: Caller,
    dialects: Mapping[str, str],
    *,
    why: bool = False,
    now: datetime | None = None,
    trusted: frozenset[str] = frozenset(),
) -> Explanation:
    """Why a query is answered as it is, or is refused. Nothing is asked of its databases.

    `dialects` has the SQL dialect of each data source by its name; `trusted` are members that only conditions of the
    host's own code test. A query that is refused, or whose joins are
    ambiguous, gets counter-examples; with `why`, one whose rows are repeated by joins too.

    Raises:
        ModelError: the model does not compile.
    """
    try:
        prepared = layer.prepare(query, caller, now, trusted=trusted)
        prepared.authorized.check_visible()
    except ModelError:
        raise
    except KubusError as error:
        examples, none = shown(layer, query, caller, error, why=why)
        refused = Refused(error.code, error.message, error.hint)
        dimensions = (*query.dimensions, *(time.dimension for time in query.time_dimensions))
        return Explanation(
            query.measures, dimensions, refused=refused, counter_examples=examples, no_counter_example=none
        )
    return of_plan(layer, prepared, caller, dialects, why=why)


def of_plan(
    layer: SemanticLayer, prepared: Prepared, caller: Caller, dialects: Mapping[str, str], *, why: bool
) -> Explanation:
    planned, statement, model = prepared.planned, prepared.statement, layer.model
    numbered = Numbered()
    values = prepared.authorized.values
    plan: Step = numbered.step(planned.plan, values)
    spoken = dialects[statement.data_source]
    examples: tuple[CounterExample, ...] = ()
    none = ""
    doubtful = tuple(repeated(numbered, model))
    if prepared.ambiguous or (why and doubtful):
        examples, none = shown(layer, prepared.query, caller, None, why=why)
    return Explanation(
        measures=prepared.query.measures,
        dimensions=tuple(column.key for column in statement.columns if column.kind != "measure"),
        plan=plan,
        joined=joined(numbered, model, planned.trees),
        repeated=doubtful,
        conditions=conditions(numbered, values, has_having=has_having(statement, spoken)),
        stages=tuple(stages(numbered)),
        held=held(prepared.authorized, numbered),
        ambiguous=tuple(one.message for one in prepared.ambiguous),
        sql=commented(statement, numbered, model, spoken, dialect(spoken).max_identifier),
        parameters=statement.parameters,
        data_source=statement.data_source,
        counter_examples=examples,
        no_counter_example=none,
    )


def shown(
    layer: SemanticLayer, query: Query, caller: Caller, refusal: KubusError | None, *, why: bool
) -> tuple[tuple[CounterExample, ...], str]:
    """The counter-examples, or why there are none."""
    try:
        return tuple(counter_examples(layer.model, query, caller, refusal, why=why)), ""
    except NoExample as error:
        return (), str(error)
