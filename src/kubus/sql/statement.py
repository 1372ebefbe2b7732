"""Statement: SQL text of one dialect, its parameters and its result columns."""

from dataclasses import dataclass
from typing import Literal

from kubus.model.measure_types import ValueType


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the result. `key` is its name in answers: the member, with `.granularity` where there is one."""

    alias: str
    member: str
    kind: Literal["dimension", "time_dimension", "measure"]
    type: ValueType
    granularity: str | None = None

    @property
    def key(self) -> str:
        return self.member if self.granularity is None else f"{self.member}.{self.granularity}"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text, and the values for its placeholders in order. `columns` are in the order of the SELECT list."""

    sql: str
    parameters: tuple[str, ...]
    columns: tuple[Column, ...]
    data_source: str
