"""Statement: SQL text of one dialect, its parameters and its result columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Literal

from kubus.errors import Forbidden, QueryError
from kubus.model.granularity import MILLISECOND, end_of
from kubus.model.measure_types import ValueType
from kubus.model.tenancy import Place, PlaceKind
from kubus.query.date_range import utc_end, utc_instant
from kubus.query.shape import Slot
from kubus.sql.tenant_schema import with_schema


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the result. `key` is its name in answers: the member, with `.granularity` where there is one, whose
    periods are at least so many `seconds` long.
    """

    alias: str
    member: str
    kind: Literal["dimension", "time_dimension", "measure"]
    type: ValueType
    granularity: str | None = None
    seconds: float = 0.0

    @property
    def key(self) -> str:
        return self.member if self.granularity is None else f"{self.member}.{self.granularity}"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text, and the values for its placeholders in order. `columns` are in the order of the SELECT list.

    `place` is that of the one tenant whose rows it reads, where tenants have places of their own. `tag` is a comment
    that goes to the database in front of the text, and is no part of what the statement is.
    """

    sql: str
    parameters: tuple[str, ...]
    columns: tuple[Column, ...]
    data_source: str
    place: Place | None = None
    tag: str = field(default="", compare=False)


class Use(Enum):
    """What a value of the query becomes in a placeholder."""

    AS_IS = "as it is"
    CONTAINS = "a LIKE pattern for texts that contain it"
    STARTS_WITH = "a LIKE pattern for texts that start with it"
    ENDS_WITH = "a LIKE pattern for texts that end with it"
    FROM = "the instant at which it begins"
    UNTIL = "the instant after its last millisecond"
    TEXT_FROM = "the text that the times since it begin with, or come after"
    TEXT_UNTIL = "the same, of the instant after its last millisecond"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A placeholder: the place of the value in the query, and what becomes of it.

    Placeholders of different `copy` stay apart: a database gives each one type, by where it stands first.
    """

    slot: Slot
    use: Use
    copy: int = 0


@dataclass(frozen=True, slots=True)
class RefreshKey:
    """A statement whose rows tell whether what was read from `cube` is what is there now. They hold for so many
    seconds.
    """

    cube: str
    statement: Statement
    seconds: float


@dataclass(frozen=True, slots=True)
class StatementShape:
    """A statement without values: what all queries of one shape share. `refresh_keys` are those of the cubes that it
    reads, as far as a database knows them.

    `reads` says that it reads the place of the caller's tenant, and of which kind that is. `schema` is what stands in
    its text where the schema of the tenant goes.
    """

    sql: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    data_source: str
    timezone: str
    reads: PlaceKind | None = None
    schema: str = ""
    refresh_keys: tuple["RefreshKeyShape", ...] = ()

    def bind(self, values: Sequence[str], place: Place | None = None) -> Statement:
        """The statement for the values of one query, in the place of the tenant who asks it.

        Raises:
            Forbidden: it reads the place of a tenant, and nothing says of which.
        """
        bound = tuple(USES[p.use](value_at(p.slot, values), self.timezone) for p in self.parameters)
        if self.reads is None:
            return Statement(self.sql, bound, self.columns, self.data_source)
        if place is None or place.kind != self.reads:
            raise Forbidden("The rows of a tenant are asked for, and nothing says of which")
        sql = with_schema(self.sql, self.schema, place.name) if self.schema else self.sql
        source = place.name if place.kind == "data_source" else self.data_source
        return Statement(sql, bound, self.columns, source, place)


@dataclass(frozen=True, slots=True)
class RefreshKeyShape:
    """A refresh key without values."""

    cube: str
    statement: StatementShape
    seconds: float

    def bind(self, values: Sequence[str], place: Place | None = None) -> RefreshKey:
        """The key for the values of one query, in the place of the tenant who asks it."""
        return RefreshKey(self.cube, self.statement.bind(values, place), self.seconds)


def value_at(slot: Slot, values: Sequence[str]) -> str:
    return values[slot.number] if slot.constant is None else slot.constant


def pattern(value: str) -> str:
    """Text as a LIKE pattern that matches it alone, with backslash as the escape."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def instant_text(value: str, timezone: str, *, end: bool) -> str:
    """A wall time or date of the query's zone as a UTC instant, `YYYY-MM-DDTHH:MM:SS.mmmZ`.

    With `end`, the first instant after the value: of the day where it is a date, of the millisecond where it is a
    time. An offset in the value is honoured.

    Raises:
        QueryError: it is no date.
    """
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise QueryError(f"Can't parse date: '{value}'") from error
    whole_day = len(value) <= len("2024-01-31")
    if not end:
        instant = moment.astimezone(UTC) if moment.tzinfo else utc_instant(moment, timezone)
    elif moment.tzinfo:
        instant = (moment + MILLISECOND).astimezone(UTC)
    else:
        instant = utc_end(end_of(moment, "day") if whole_day else moment, timezone)
    return instant.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def shortest(instant: str) -> str:
    """The beginning of an instant's text that sorts before its text in any precision, and after all earlier ones'.

    `2024-01-31T10:30:00.000Z` is `2024-01-31T10:30`; at midnight the date alone, also before times with a space.
    """
    text = instant.removesuffix("Z").removesuffix(".000").removesuffix(":00").removesuffix(":00")
    return text.removesuffix("T00")


USES: dict[Use, Callable[[str, str], str]] = {
    Use.AS_IS: lambda value, _: value,
    Use.CONTAINS: lambda value, _: f"%{pattern(value)}%",
    Use.STARTS_WITH: lambda value, _: f"{pattern(value)}%",
    Use.ENDS_WITH: lambda value, _: f"%{pattern(value)}",
    Use.FROM: lambda value, timezone: instant_text(value, timezone, end=False),
    Use.UNTIL: lambda value, timezone: instant_text(value, timezone, end=True),
    Use.TEXT_FROM: lambda value, timezone: shortest(instant_text(value, timezone, end=False)),
    Use.TEXT_UNTIL: lambda value, timezone: shortest(instant_text(value, timezone, end=True)),
}
