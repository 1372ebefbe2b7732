"""One example put to the naive evaluator and to kubus, and whether they agree."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kubus.errors import KubusError, MemberError
from kubus.execution.run import Job
from kubus.semantic_layer import Prepared
from tests.properties import naive
from tests.properties.ask import Engine
from tests.properties.compare import difference, difference_in_values
from tests.properties.example import Example
from tests.properties.model_text import model_text
from tests.properties.rounds import Round
from tests.properties.tables import Refusal, Row, Tables


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` is what shrinking must keep; `sql` is empty where there is no statement."""

    kind: str
    text: str
    sql: str = ""


def fault(example: Example, engines: Iterable[Engine]) -> Fault | None:
    """What is wrong with the answer of some database; None if all are right.

    Where no join path connects the members, the right answer is a refusal that says so.

    Raises Undecided where the definition gives no answer.
    """
    query = example.query
    if not asks_for_something(query):
        return None
    model = model_text(example)
    try:
        expected = naive.answer(example)
    except naive.NoTree:
        return unrefused(model, query, engines)
    for engine in engines:
        try:
            asked = engine.prepare(model, query)
        except KubusError as error:
            return Fault(f"{engine.name}: {without_names(error)}", f"{type(error).__name__}: {error}")
        sql = engine.sql_of(asked)
        try:
            got = engine.run(asked)
        except KubusError as error:
            return Fault(f"{engine.name}: {without_names(error)}", f"{type(error).__name__}: {error}", sql)
        if wrong := difference(expected, got.rows):
            return Fault(f"{engine.name}: rows", wrong, sql)
        if query.get("total") and got.total != len(expected.rows):
            return Fault(f"{engine.name}: total", f"a total of {got.total} instead of {len(expected.rows)}", sql)
    return None


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one triple: right, refused, undecided with its reason, or how kubus's answer is wrong."""

    outcome: str
    data_set: int
    query: int

    @property
    def is_fault(self) -> bool:
        return not self.outcome.startswith(("right", "refused", "undecided"))


def judged(asked: Round, engines: Sequence[Engine], tables: Sequence[Tables], prefix: str) -> Iterator[Judged]:
    """Every triple of a round. A query that both refuse is one triple, whatever the rows."""
    text = model_text(asked.example(0, 0), prefix)
    layers = [engine.layer(text) for engine in engines]
    for database in tables:
        database.declare(asked.data[0], prefix)
    open_queries: dict[int, list[Prepared]] = {}
    for number, query in enumerate(asked.queries):
        planned: list[Prepared] = []
        refusals: list[KubusError] = []
        for engine, layer in zip(engines, layers, strict=True):
            try:
                planned.append(engine.prepare_on(layer, query))
            except KubusError as error:
                refusals.append(error)
        if not asks_for_something(query):
            yield Judged("refused" if len(refusals) == len(engines) else "not refused", 0, number)
            continue
        try:
            naive.answer(asked.example(0, number))
        except naive.NoTree:
            due = [e for e in refusals if isinstance(e, MemberError) and "Can't find join path" in str(e)]
            yield Judged("refused" if len(due) == len(engines) else "not refused", 0, number)
            continue
        except naive.Undecided as reason:
            # Perhaps with these rows alone.
            if refusals:
                yield Judged(f"undecided: {reason}", 0, number)
                continue
        if refusals:
            yield Judged(without_names(refusals[0]), 0, number)
        else:
            open_queries[number] = planned
    for data_set, cubes in enumerate(asked.data):
        expected: dict[int, naive.Answer] = {}
        for number in open_queries:
            try:
                expected[number] = naive.answer(asked.example(data_set, number))
            except naive.Undecided as reason:
                yield Judged(f"undecided: {reason}", data_set, number)
        outcomes = dict.fromkeys(expected, "right")
        for place, database in enumerate(tables):
            jobs = [open_queries[number][place].job for number in expected]
            answers = iter(
                database.ask(cubes, [s for job in jobs for s in (job.statement, job.count) if s is not None])
            )
            for number, job in zip(expected, jobs, strict=True):
                rows = next(answers)
                total = None if job.count is None else next(answers)
                if wrong := wrong_answer(expected[number], job, rows, total):
                    outcomes[number] = f"{database.name}: {wrong}"
        for number, outcome in outcomes.items():
            yield Judged(outcome, data_set, number)


def wrong_answer(
    expected: naive.Answer, job: Job, rows: list[Row] | Refusal, total: list[Row] | Refusal | None
) -> str | None:
    """The kind of fault that an answer has."""
    if isinstance(rows, Exception) or isinstance(total, Exception):
        return "an error of the database"
    if difference_in_values(expected, rows, [column.key for column in job.statement.columns]):
        return "rows"
    return "total" if total is not None and total[0][0] != len(expected.rows) else None


def kind_of(example: Example, engines: Iterable[Engine]) -> str | None:
    """How an example fails; None also where it cannot be asked, as happens to examples being made smaller."""
    try:
        found = fault(example, engines)
    except (
        naive.Undecided,
        AssertionError,
        AttributeError,
        KeyError,
        StopIteration,
        ValueError,
        TypeError,
        IndexError,
    ):
        return None
    return None if found is None else found.kind


def without_names(error: KubusError) -> str:
    """The kind of an error: its type and the beginning of its text, without what is quoted in it."""
    return f"{type(error).__name__} {QUOTED.sub('…', str(error))[:60]}"


QUOTED = re.compile(r"""(["']).*?\1|\d+""")


def unrefused(model: str, query: dict[str, object], engines: Iterable[Engine]) -> Fault | None:
    for engine in engines:
        try:
            prepared = engine.prepare(model, query)
        except MemberError as error:
            if "Can't find join path" not in str(error):
                return Fault(f"{engine.name}: refused otherwise", str(error))
        except KubusError as error:
            return Fault(f"{engine.name}: {without_names(error)}", f"{type(error).__name__}: {error}")
        else:
            return Fault(f"{engine.name}: not refused", "no join path, yet an answer", engine.sql_of(prepared))
    return None


def asks_for_something(query: dict[str, object]) -> bool:
    entries = query.get("timeDimensions", [])
    assert isinstance(entries, list)
    return bool(query.get("measures") or query.get("dimensions") or any("granularity" in e for e in entries))


def report(example: Example, found: Fault | None) -> str:
    """An example and its fault as text from which it can be run again by hand."""
    if found is None:
        return ""
    query = json.dumps(example.query, indent=1, ensure_ascii=False)
    return f"\n{found.kind}: {found.text}\n\n{query}\n\n{model_text(example)}\n{found.sql}\n\n{example!r}\n"
