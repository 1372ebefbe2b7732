"""One example put to the naive evaluator and to kubus, and whether they agree."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kubus.errors import KubusError, MemberError
from tests.properties import naive
from tests.properties.ask import Engine
from tests.properties.compare import difference
from tests.properties.example import Example
from tests.properties.model_text import model_text


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


def kind_of(example: Example, engines: Iterable[Engine]) -> str | None:
    """How an example fails; None also where it cannot be asked, as happens to examples being made smaller."""
    try:
        found = fault(example, engines)
    except (naive.Undecided, AssertionError, KeyError, StopIteration, ValueError, TypeError, IndexError):
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
