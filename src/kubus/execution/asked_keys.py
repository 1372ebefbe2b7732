"""Refresh keys that the database is asked for: each by one statement at a time, and no more often than it says.

A value belongs to everything that was sent to have it: callers for whom the SQL differs never share one.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from kubus.errors import KubusError
from kubus.events import RefreshKeyFailed, emit
from kubus.execution.compartment import Compartment
from kubus.model.tenancy import Place
from kubus.sources.source import Rows
from kubus.sql.statement import RefreshKey, Statement

# How many values are kept; a few hundred bytes each.
KEPT = 10_000
# How many rows of a value are kept to be shown.
SHOWN = 10
# Seconds after which a key that failed is asked again, unless it holds for less.
AGAIN = 10.0

Ask = Callable[[Compartment, Statement, str], Awaitable[Rows]]
KeyId = tuple[Compartment, str, Place | None, str, tuple[str, ...], float]

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class KeyValue:
    """What a refresh key is: a hash of its rows, and the first of them, for people. It holds until a Unix time.

    `failure` says why it is not known.
    """

    digest: bytes
    shown: tuple[dict[str, object], ...]
    until: float
    failure: str = ""


class AskedKeys:
    """The values of refresh keys. `ask` runs a statement for a compartment and a request id."""

    def __init__(self, ask: Ask, clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self._values: OrderedDict[KeyId, KeyValue] = OrderedDict()
        self._asking: dict[KeyId, asyncio.Task[KeyValue]] = {}

    def held(self, compartment: Compartment, keys: Iterable[RefreshKey]) -> tuple[KeyValue, ...] | None:
        """The values of keys if all of them are known and hold now; nobody is asked."""
        values = [self._held(key_id(compartment, key)) for key in keys]
        return None if None in values else tuple(value for value in values if value is not None)

    async def values(
        self, compartment: Compartment, keys: Iterable[RefreshKey], request_id: str
    ) -> tuple[KeyValue, ...]:
        """The values of keys as they are now, or were at most as long ago as each holds."""
        return tuple(await asyncio.gather(*(self._value(compartment, key, request_id) for key in keys)))

    async def _value(self, compartment: Compartment, key: RefreshKey, request_id: str) -> KeyValue:
        name = key_id(compartment, key)
        value = self._held(name)
        if value is not None:
            return value
        task = self._asking.get(name)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._asked(name, key, request_id))
            self._asking[name] = task
            task.add_done_callback(lambda _: self._asking.pop(name, None))
        # Others may wait for it too: who leaves does not end it.
        return await asyncio.shield(task)

    def _held(self, name: KeyId) -> KeyValue | None:
        value = self._values.get(name)
        if value is None or self._clock() >= value.until:
            return None
        self._values.move_to_end(name)
        return value

    async def _asked(self, name: KeyId, key: RefreshKey, request_id: str) -> KeyValue:
        # It is as old as the question: what changes while the database answers is found the next time.
        asked_at = self._clock()
        try:
            rows = await self._ask(name[0], key.statement, request_id)
        except KubusError as error:
            emit(RefreshKeyFailed(key.cube, key.statement.data_source, error.message, request_id))
            value = KeyValue(b"", (), asked_at + min(AGAIN, key.seconds), failed_text(key, error))
        else:
            value = KeyValue(blake2b(encode(rows.values)).digest(), shown(rows), asked_at + key.seconds)
        self._values[name] = value
        self._values.move_to_end(name)
        if len(self._values) > KEPT:
            self._values.popitem(last=False)
        return value

    def close(self) -> None:
        """End what is being asked."""
        for task in list(self._asking.values()):
            task.cancel()
        self._values.clear()


def key_id(compartment: Compartment, key: RefreshKey) -> KeyId:
    statement = key.statement
    return compartment, statement.data_source, statement.place, statement.sql, statement.parameters, key.seconds


def failed_text(key: RefreshKey, error: KubusError) -> str:
    return f"The refresh_key of cube '{key.cube}' failed, so it is not known whether answers are stale: {error.message}"


def shown(rows: Rows) -> tuple[dict[str, object], ...]:
    """The first rows, their columns by name, or by number where the statement does not name all of them."""
    return tuple(
        dict(zip(rows.names if len(rows.names) == len(row) else map(str, range(1, len(row) + 1)), row, strict=True))
        for row in rows.values[:SHOWN]
    )
