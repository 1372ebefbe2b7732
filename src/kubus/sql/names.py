"""The names of columns and tables in statements."""

import hashlib

from kubus.model.cube import Dimension, Measure
from kubus.model.model import Model
from kubus.model.names import snake_case
from kubus.query.conditions import Bucket, Key


class Names:
    """Aliases, each given to one thing only: names that would meet are numbered, long ones shortened.

    A database that cuts long names would otherwise take two of them for one.
    """

    def __init__(self, model: Model, longest: int) -> None:
        self._model = model
        self._longest = longest
        self._given: dict[str, object] = {}

    def of(self, column: Key | Measure) -> str:
        """`cube__member`, or `cube__member_granularity`; the same for the same column."""
        match column:
            case Bucket(dimension, granularity):
                return self._unique(f"{self._member(dimension)}_{snake_case(granularity)}", column)
            case Dimension() | Measure():
                return self._unique(self._member(column), column)

    def table(self, name: str) -> str:
        """The alias of a sub-query; a new one each time."""
        return self._unique(name, object())

    def _member(self, member: Dimension | Measure) -> str:
        return f"{self._model.holders[member.cube].alias}__{snake_case(member.name)}"

    def _unique(self, name: str, owner: object) -> str:
        if len(name.encode()) > self._longest:
            digest = hashlib.sha256(name.encode()).hexdigest()[:8]
            name = name.encode()[: self._longest - 9].decode(errors="ignore") + "_" + digest
        number, alias = 1, name
        while (known := self._given.setdefault(alias, owner)) is not owner and known != owner:
            number += 1
            alias = f"{name[: self._longest - 4]}_{number}"
        return alias
