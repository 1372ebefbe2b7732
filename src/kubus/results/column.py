"""What the columns of a query's result are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["measure", "dimension", "time"]

# The groups of an annotation in the order of columns, and what their members are.
GROUPS: tuple[tuple[str, Kind], ...] = (
    ("dimensions", "dimension"),
    ("timeDimensions", "time"),
    ("measures", "measure"),
)


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result. `key` is its name in rows: the member, with `.granularity` where there is one.

    `type` is the member's: `number`, `string`, `time`, `boolean`, `geo`. `title` has the cube's title before the
    member's own, which is `short_title`.
    """

    key: str
    kind: Kind
    type: str
    title: str
    short_title: str
    granularity: str | None = None

    @property
    def is_number(self) -> bool:
        return self.type == "number"

    @property
    def is_time(self) -> bool:
        return self.type == "time"


def result_columns(annotation: Mapping[str, Any], keys: Iterable[str]) -> tuple[ResultColumn, ...]:
    """The columns of these keys, by the annotation that goes with an answer on the wire.

    A key that the annotation does not speak of is a text of its own name.
    """
    return tuple(result_column(annotation, key) for key in keys)


def result_column(annotation: Mapping[str, Any], key: str) -> ResultColumn:
    for group, kind in GROUPS:
        entry = annotation.get(group, {}).get(key)
        if entry is None:
            continue
        granularity = entry.get("granularity")
        return ResultColumn(
            key=key,
            kind=kind,
            type=entry.get("type") or "string",
            title=entry.get("title") or key,
            short_title=entry.get("shortTitle") or key,
            granularity=granularity["name"] if granularity else None,
        )
    return ResultColumn(key, "dimension", "string", key, key)
