"""What a test file says, once it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from kubus.context import NO_CLAIMS, Claims
from kubus.errors import Problem
from kubus.testing.relations import Relation

# A value as a test says it: whole numbers and decimals are exact, times are texts.
Due = Any

ValueKind = Literal["null", "boolean", "integer", "decimal", "text", "json"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a test file something stands; lines and columns count from 1."""

    file: str
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True)
class Given:
    """A value of a row that is given: its text, as the database is to read it, and what it looks like."""

    text: str | None
    kind: ValueKind


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are given for a table of the model.

    `name` is what the model calls it, with schema and catalog where it says them. `types` are those of the columns that
    say theirs, in the words of the model's database. `data_source` None stands for those whose cubes read the table.
    `places` has the place of each row. Two tables are equal when they hold the same, wherever that is written.
    """

    name: str
    columns: tuple[str, ...]
    types: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Given, ...], ...]
    data_source: str | None
    is_listed: bool
    place: Place = field(compare=False)
    places: tuple[Place, ...] = field(compare=False, default=())
    named: tuple[tuple[str, Place], ...] = field(compare=False, default=())


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be from what is due: by so much, or by that share of what is due."""

    absolute: Decimal = Decimal(0)
    relative: Decimal = Decimal(0)


EXACT = Tolerance()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error has to be: of this class or code, with this status, and with this text in it. None is anything."""

    code: str | None = None
    error: str | None = None
    status: int | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True)
class RowsDue:
    """Rows that an answer has to have: each a map by names, in which columns may be left out, or all of its values.

    `is_ordered` None leaves it to the query: its order counts if it asks for one.
    """

    rows: tuple[Mapping[str, Due] | tuple[Due, ...], ...]
    is_ordered: bool | None = None


@dataclass(frozen=True, slots=True)
class ValueDue:
    """The one value of an answer of one row and one measure."""

    value: Due


@dataclass(frozen=True, slots=True)
class Expected:
    """What has to come of one query. None is nothing that is said.

    Each of `relations` stands with its place.
    """

    place: Place
    rows: RowsDue | None = None
    value: ValueDue | None = None
    count: int | None = None
    total: int | None = None
    relations: tuple[tuple[Relation, Place], ...] = ()
    refused: Refusal | None = None
    snapshot: bool = False
    tolerance: Tolerance = EXACT


@dataclass(frozen=True, slots=True)
class Case:
    """One test. `expected` has one entry for each query that the JSON query stands for, mostly one.

    `given` are the tables that hold rows; None asks the live source. `groups` None leaves them to claims and hooks.
    """

    name: str
    place: Place
    query: Any
    expected: tuple[Expected, ...]
    given: tuple[Table, ...] | None = ()
    claims: Claims = field(default_factory=lambda: NO_CLAIMS)
    groups: frozenset[str] | None = None
    now: datetime | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one file. `reads` are the other files that it names. `problems` say why it cannot be run."""

    path: Path
    name: str
    cases: tuple[Case, ...] = ()
    reads: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def snapshots(self) -> Path:
        """Where the snapshots of these tests are kept."""
        return self.path.with_name(self.path.name.rsplit(".test.", 1)[0] + ".snapshots")
