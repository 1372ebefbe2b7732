"""An explanation as text: the same on every terminal, and without colours."""

from collections.abc import Iterator, Sequence

from kubus.explain.explanation import Cell, ConditionTold, CounterExample, Explanation, Joined, Step, TinyAnswer


def as_text(explanation: Explanation) -> str:
    """The whole explanation, with a heading for each part that has something to say."""
    parts = [f"{title}\n{'─' * len(title)}\n" + "\n".join(lines) for title, lines in sections(explanation) if lines]
    return "\n\n".join(parts) + "\n"


def sections(told: Explanation) -> Iterator[tuple[str, list[str]]]:
    if told.refused is not None:
        hint = [told.refused.hint] if told.refused.hint else []
        yield f"Refused ({told.refused.code})", [told.refused.message, *hint]
    if told.plan is not None:
        yield "Plan", list(tree(told.plan))
    yield "Joins", [line for one in told.joined for line in of_joins(one)]
    yield "Ambiguous", list(told.ambiguous)
    repeats = [
        line
        for one in told.repeated
        for line in (
            f"{one.measure}: rows of {one.cube} repeat by {', '.join(one.by)}",
            f"  #{one.step}: {one.says}",
        )
    ]
    yield "Repeated rows", repeats
    yield "Conditions", [line for one in told.conditions for line in of_condition(one)]
    yield "Stages and windows", [f"{one.member} ({one.kind}) {one.says}, at #{one.step}" for one in told.stages]
    if told.held is not None:
        held = told.held
        named = (
            ("Applied", held.policies),
            ("Rule", held.rules),
            ("Mask", held.masks),
            ("Tenant", held.tenants),
            ("Only", (*held.least, *held.limits)),
        )
        yield "Access", [*held.reasons, *(f"{name}: {one}" for name, many in named for one in many)]
    values = [f"-- ${number} = {value!r}" for number, value in enumerate(told.parameters, 1)]
    yield f"SQL ({told.data_source})", [told.sql, *values] if told.sql else []
    for number, example in enumerate(told.counter_examples, 1):
        yield f"Counter-example {number}", list(of_example(example))
    yield "No counter-example", [told.no_counter_example] if told.no_counter_example else []


def tree(step: Step, before: str = "", below: str = "") -> Iterator[str]:
    """A line for each step, and below it its particulars; what it reads is below it."""
    yield f"{before}#{step.number} {step.node}: {step.says}"
    for line in step.details:
        yield f"{below}{'│' if step.inputs else ' '}    {line}"
    for number, one in enumerate(step.inputs):
        is_last = number == len(step.inputs) - 1
        yield from tree(one, below + ("└─ " if is_last else "├─ "), below + ("   " if is_last else "│  "))


def of_joins(joined: Joined) -> Iterator[str]:
    at = ", ".join(f"#{number}" for number in joined.steps)
    yield f"From {joined.root} ({at}): {joined.why}"
    if joined.joins:
        needed = ", ".join(" → ".join(way) for way in joined.asked)
        yield f"  needed, in this order: {needed}"
    for join in joined.joins:
        yield f"  {join.source} → {join.target}, {join.relationship}, on {join.on}"
    for other in joined.others:
        yield f"  not {' → '.join(other.cubes)}: {other.why_not}"


def of_condition(one: ConditionTold) -> Iterator[str]:
    whose = " (access policy)" if one.of == "policy" else ""
    yield f"{one.says}{whose}"
    yield "  " + ", ".join(f"{place.clause} of #{place.step}" for place in one.places)
    if one.not_at:
        yield "  not for the rows of " + ", ".join(f"#{number}" for number in one.not_at)


def of_example(example: CounterExample) -> Iterator[str]:
    yield example.about
    for table in example.tables:
        yield ""
        yield f"{table.cube}:"
        yield from grid(table.columns, table.rows)
    names = ("One way", "The way that is taken") if example.kind == "ambiguous" else ("Careless", "Right")
    for name, one in zip(names, (example.careless, example.right), strict=True):
        yield ""
        yield f"{name}: {one.says}"
        yield from of_answer(one)
    if example.remark:
        yield ""
        yield example.remark


def of_answer(answer: TinyAnswer) -> Iterator[str]:
    if answer.columns:
        yield from grid(answer.columns, answer.rows)


def grid(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """A table in columns of equal width."""
    cells = [[*map(shown, row)] for row in rows]
    widths = [max([len(name), *(len(row[n]) for row in cells)]) for n, name in enumerate(columns)]
    for line in (columns, ["-" * width for width in widths], *cells):
        yield "  " + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
    if not rows:
        yield "  (no rows)"


def shown(value: Cell) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)
