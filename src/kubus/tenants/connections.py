"""Connections of compartments that have their own, where `driver_factory` says where they lead."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kubus.config.driver_options import driver_options, place_of
from kubus.context import Caller
from kubus.errors import ConfigError, HookError
from kubus.events import HookFailed, SettingWarning, emit
from kubus.execution.compartment import Compartment
from kubus.execution.pools import Pools
from kubus.sources.options import SourceOptions
from kubus.sources.registry import dialect_of, make_source
from kubus.tenants.host_calls import HostCalls, who_is
from kubus.tenants.models import Dialects
from kubus.tenants.once import Once

# Of how many callers it is known that a compartment's databases are theirs.
REMEMBERED = 10_000

# A compartment whose connections nobody asked for so many seconds may lose them to another.
IDLE_SECONDS = 30.0


@dataclass(slots=True)
class Furnished:
    """The places of a compartment's databases, their dialects, and when they were asked for last."""

    options: Mapping[str, SourceOptions]
    dialects: Dialects
    used: float = 0.0


class Connections:
    """Which compartment a caller is in, and where its connections lead."""

    def __init__(self, host: HostCalls, once: Once, pools: Pools) -> None:
        self._host = host
        self._once = once
        self._pools = pools
        self._furnished: OrderedDict[str, Furnished] = OrderedDict()
        self._known_places: OrderedDict[object, None] = OrderedDict()

    async def of(self, caller: Caller, request_id: str) -> tuple[Compartment, Dialects]:
        """The compartment of a caller, with connections of its own where a hook says where they lead."""
        if self._host.hooks.driver_factory is None:
            dialects = tuple(sorted((name, dialect_of(options)) for name, options in self._host.rules.sources.items()))
            return self.compartment(caller), dialects
        name = caller.compartment
        known = self._furnished.get(name)
        # Asked for each caller: whose database it is may hang on more than the app id, and nobody is given another's.
        place = (name, caller.app_id, who_is(caller))
        if known is None or place not in self._known_places or not self._pools.is_furnished(name):
            known = await self._once.of(("place", *place), lambda: self._open(caller, request_id))
            self._known_places[place] = None
            if len(self._known_places) > REMEMBERED:
                self._known_places.popitem(last=False)
        known.used = time.monotonic()
        self._furnished.move_to_end(name)
        return Compartment(name, furnished=True), known.dialects

    def compartment(self, caller: Caller) -> Compartment:
        """The compartment of a caller where all share the connections of the settings."""
        name = caller.compartment
        return Compartment(name, is_one_of_many=name != self._host.rules.app_id)

    async def _open(self, caller: Caller, request_id: str) -> Furnished:
        """Ask where the databases of a compartment are, and connect it. All its callers have to have the same."""
        name = caller.compartment
        options: dict[str, SourceOptions] = {}
        for source, base in self._host.rules.sources.items():
            options[source] = await self._host.asked(
                "driver_factory",
                caller,
                request_id,
                lambda value, base=base: driver_options(value, base, self._host.rules.folder),
                more={"dataSource": source},
            )
        known = self._furnished.get(name)
        if known is not None and self._pools.is_furnished(name):
            if {s: place_of(o) for s, o in known.options.items()} != {s: place_of(o) for s, o in options.items()}:
                raise self._one_for_two(caller)
        else:
            try:
                sources = {source: make_source(source, one) for source, one in options.items()}
            except ConfigError as error:
                # It names files and hosts, which are for the log.
                emit(HookFailed("driver_factory", request_id, str(error)))
                raise HookError("Internal server error") from error
            dialects = tuple(sorted((source, one.dialect) for source, one in sources.items()))
            known = self._furnished[name] = Furnished(MappingProxyType(options), dialects)
            self._pools.furnish(name, sources)
            known.used = time.monotonic()
            await self._make_room()
        return known

    def _one_for_two(self, caller: Caller) -> HookError:
        """The error for two callers of one compartment whose databases are not the same."""
        emit(
            SettingWarning(
                "driver_factory",
                f"leads callers of the compartment '{caller.compartment}', among them of the app id '{caller.app_id}', "
                "to different databases: they would read each other's data, so they are refused. What decides about "
                "the database has to be in context_to_app_id, or in context_to_orchestrator_id",
            )
        )
        return HookError("Internal server error")

    async def _make_room(self) -> None:
        """Give up connections that were not asked for longest, and that nobody uses."""
        for name in list(self._furnished):
            if len(self._furnished) <= self._host.rules.pools_kept:
                return
            if time.monotonic() - self._furnished[name].used < IDLE_SECONDS:
                return
            if await self._pools.clear_out(name):
                del self._furnished[name]
