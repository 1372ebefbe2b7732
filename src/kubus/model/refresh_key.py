"""How long an answer from a cube stays fresh: what its refresh key is."""

from dataclasses import dataclass

from kubus.model.member_sql import MemberSql


@dataclass(frozen=True, slots=True)
class RefreshInterval:
    """A key that changes with the clock: equal spans of so many seconds, counted from 1970 on the wall of a zone, and
    `offset` seconds later.
    """

    seconds: float
    offset: float = 0.0
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class RefreshSql:
    """A key that the database knows: what this query gives, which is asked every so many seconds at most."""

    sql: MemberSql
    seconds: float
