"""Rows that are due against rows that came: what is the same, what is missing, what came instead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kubus.errors import BadTest
from kubus.loading.problems import nearest_hint
from kubus.testing.cases import Due, Tolerance
from kubus.testing.values import bare, same

# More lines than this are no help to anyone.
MOST_LINES = 60

Sign = Literal[" ", "-", "+"]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RowDiff:
    """A table of rows, each with a sign: `-` is due and missing, `+` came and is not due, a space is as it has to be.

    A cell is None where a row that is due leaves the column out.
    """

    columns: tuple[str, ...]
    lines: tuple[tuple[Sign, tuple[str | None, ...]], ...]

    @property
    def missing(self) -> int:
        return sum(sign == "-" for sign, _ in self.lines)

    @property
    def unexpected(self) -> int:
        return sum(sign == "+" for sign, _ in self.lines)

    def text(self) -> str:
        """The table for people; columns in line, the first sign in the first place."""
        table = [("", self.columns), *self.lines]
        widths = [max(len(cells[i] or "") for _, cells in table) for i in range(len(self.columns))]
        written = [
            f"{sign or ' '} " + "  ".join((cell or "").ljust(width) for cell, width in zip(cells, widths, strict=True))
            for sign, cells in table
        ]
        if len(written) > MOST_LINES:
            written = [*written[:MOST_LINES], f"  … and {len(written) - MOST_LINES} more rows"]
        return "\n".join(line.rstrip() for line in written)


def short_names(keys: Sequence[str]) -> tuple[str, ...]:
    """Column names without what all that end alike do not need: `count` for `Orders.count` if no other ends in it."""
    ends = [key.partition(".")[2] or key for key in keys]
    return tuple(end if ends.count(end) == 1 else key for key, end in zip(keys, ends, strict=True))


def column_of(name: str, keys: Sequence[str]) -> int:
    """The place of the column that a name means: its whole name, or the end of it.

    Raises:
        BadTest: the answer has no such column, or several.
    """
    found = [i for i, key in enumerate(keys) if key == name] or [
        i for i, k in enumerate(keys) if k.endswith(f".{name}")
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadTest(f"'{name}' may be {' or '.join(keys[i] for i in found)}", hint="Write the whole name")
    names = {short: short for short in (*short_names(keys), *keys)}
    near = nearest_hint(name, names) or f"Its columns are {', '.join(short_names(keys)) or 'none'}"
    raise BadTest(f"The answer has no column '{name}'", hint=near)


def aligned(row: Mapping[str, Due] | tuple[Due, ...], keys: Sequence[str]) -> dict[int, Due]:
    """A row that is due, by place of the column. Raises BadTest if it does not go with the columns."""
    if isinstance(row, tuple):
        if len(row) != len(keys):
            raise BadTest(
                f"A row lists {len(row)} values, and the answer has {len(keys)} columns",
                hint=f"They are {', '.join(short_names(keys))}",
            )
        return dict(enumerate(row))
    places = {name: column_of(name, keys) for name in row}
    if len(set(places.values())) != len(places):
        raise BadTest(f"A row names a column twice: {', '.join(row)}", hint="Leave one out")
    return {places[name]: value for name, value in row.items()}


def difference(
    due: Sequence[dict[int, Due]], got: Sequence[Row], keys: Sequence[str], tolerance: Tolerance, *, ordered: bool
) -> RowDiff | None:
    """How rows differ from those that are due; None if they do not."""
    matched = in_order(due, got, tolerance) if ordered else in_any_order(due, got, tolerance)
    if len(matched) == len(due) == len(got):
        return None
    lines: list[tuple[Sign, tuple[str | None, ...]]] = []
    taken = set(matched.values())
    waiting = iter([i for i in range(len(got)) if i not in taken])

    def came(row: Row) -> tuple[str | None, ...]:
        return tuple(map(bare, row))

    def add(places: Iterable[int]) -> None:
        for place in places:
            lines.append(("+", came(got[place])))

    after = 0
    for number, row in enumerate(due):
        if number in matched:
            if ordered:
                add(range(after, matched[number]))
                after = matched[number] + 1
            lines.append((" ", came(got[matched[number]])))
            continue
        lines.append(("-", tuple(bare(row[i]) if i in row else None for i in range(len(keys)))))
        if not ordered:
            # Beside it what came instead, in the order of the answer.
            other = next(waiting, None)
            if other is not None:
                lines.append(("+", came(got[other])))
    rest = range(after, len(got)) if ordered else waiting
    add(rest)
    return RowDiff(short_names(keys), tuple(lines))


def passes(due: Mapping[int, Due], row: Row, tolerance: Tolerance) -> bool:
    return all(same(value, row[place], tolerance) for place, value in due.items())


def in_order(due: Sequence[dict[int, Due]], got: Sequence[Row], tolerance: Tolerance) -> dict[int, int]:
    """The longest list of rows that are due and came, in the same order."""
    if len(due) == len(got) and all(passes(d, g, tolerance) for d, g in zip(due, got, strict=True)):
        return {i: i for i in range(len(due))}
    longest = [[0] * (len(got) + 1) for _ in range(len(due) + 1)]
    fits = [[passes(d, g, tolerance) for g in got] for d in due]
    for i in reversed(range(len(due))):
        for j in reversed(range(len(got))):
            longest[i][j] = longest[i + 1][j + 1] + 1 if fits[i][j] else max(longest[i + 1][j], longest[i][j + 1])
    matched: dict[int, int] = {}
    i = j = 0
    while i < len(due) and j < len(got):
        if fits[i][j]:
            matched[i] = j
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return matched


def in_any_order(due: Sequence[dict[int, Due]], got: Sequence[Row], tolerance: Tolerance) -> dict[int, int]:
    """The most rows that are due, each with one that came and that no other has.

    A row that leaves columns out may go with several, so that taking the first for each would miss some.
    """
    options = [[j for j, row in enumerate(got) if passes(one, row, tolerance)] for one in due]
    holder: dict[int, int] = {}

    def place(number: int, seen: set[int]) -> bool:
        for j in options[number]:
            if j not in seen:
                seen.add(j)
                if j not in holder or place(holder[j], seen):
                    holder[j] = number
                    return True
        return False

    for number in range(len(due)):
        place(number, set())
    return {number: j for j, number in holder.items()}
