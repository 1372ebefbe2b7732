"""Which model and which connections answer for a caller.

Callers of one compartment share connections, kept answers and running statements, and those of different ones share
none.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from kubus.config.hook_calls import HookCalls
from kubus.config.hook_context import thawed
from kubus.config.hooks import NO_HOOKS, Hooks
from kubus.context import Caller
from kubus.errors import ConfigError, ModelError
from kubus.execution.compartment import Compartment
from kubus.loading.current_model import CurrentModel
from kubus.loading.tenancy import declared_tenancy
from kubus.model.tenancy import Tenancy
from kubus.query.tenant import tenant_of
from kubus.semantic_layer import SemanticLayer
from kubus.tenants.connections import Connections
from kubus.tenants.host_calls import HostCalls
from kubus.tenants.models import Models, Texts
from kubus.tenants.once import Once
from kubus.tenants.rules import TenantRules

# What is remembered of callers and compartments beside their models; some hundred bytes each.
REMEMBERED = 10_000


class Tenants:
    """What answers for each caller.

    `layer` answers for everybody where all share one model and its connections. `texts` reads the files of the model
    folder; None where the model does not come from files, and so cannot depend on who asks.
    """

    def __init__(
        self,
        layer: SemanticLayer,
        hooks: Hooks = NO_HOOKS,
        calls: HookCalls | None = None,
        rules: TenantRules | None = None,
        texts: Callable[[], Texts] | None = None,
    ) -> None:
        self._shared = layer
        self._hooks = hooks
        self._once = Once()
        self._rules = rules or TenantRules()
        host = HostCalls(hooks, calls or HookCalls(), self._rules)
        self._models = Models(host, self._once, self._forget)
        self._connections = Connections(host, self._once, layer.runner.pools)
        self._read_texts = texts
        self._declared: Tenancy | None = None
        self._asks_who = False
        self._at_hand: dict[int, tuple[Caller, SemanticLayer]] = {}
        self._layers: OrderedDict[tuple[int, Compartment], SemanticLayer] = OrderedDict()
        if texts is not None:
            try:
                self._take(texts())
            except ModelError as error:
                raise ConfigError(f"The data model cannot be read: {error.problems[0]}") from error

    @property
    def shared(self) -> SemanticLayer:
        """What answers where all share one model; it has none where every app id has its own."""
        return self._shared

    @property
    def each_has_its_own(self) -> bool:
        """Whether the model, or where its databases are, depends on who asks."""
        hooks = self._hooks
        per_model = hooks.repository_factory or hooks.schema_version or hooks.driver_factory
        return per_model is not None or self._asks_who

    @property
    def tenancy(self) -> Tenancy | None:
        """How the data model keeps tenants apart, as far as that is the same for all."""
        model = self._shared.model_if_any
        return self._declared if model is None else model.tenancy

    def at_hand(self, caller: Caller) -> SemanticLayer | None:
        """What answers for a caller, if that is known without asking or waiting."""
        known = self._at_hand.get(id(caller))
        if known is not None:
            return known[1]
        if self.each_has_its_own:
            return None
        layer = self._layer(self._shared.current, self._connections.compartment(caller))
        if len(self._at_hand) >= REMEMBERED:
            self._at_hand.clear()
        # The caller is held, so that the id stays its own.
        self._at_hand[id(caller)] = (caller, layer)
        return layer

    async def layer(self, caller: Caller, request_id: str = "") -> SemanticLayer:
        """What answers for a caller.

        Raises:
            ModelError: the model of this caller does not compile. Others are not touched by that.
            HookError, Forbidden: a hook failed, or denied; or the caller is of no tenant, and each has a model.
        """
        found = self.at_hand(caller)
        if found is not None:
            return found
        compartment, dialects = await self._connections.of(caller, request_id)
        current = await self._models.of(caller, dialects, self._compile_context(caller), request_id)
        return self._layer(current, compartment)

    async def reload(self) -> bool:
        """Read the files of the model folder again, and let everybody have what comes of them.

        Raises:
            ConfigError: the folder cannot be read.
            ModelError: each app id has a model of its own, and files cannot be read.
        """
        if self._read_texts is not None:
            try:
                self._take(await asyncio.to_thread(self._read_texts))
            except ModelError:
                # Files that cannot be read. What compiles them tells it, and what was read last stands.
                if self.each_has_its_own:
                    raise
        if self.each_has_its_own:
            return True
        return await asyncio.to_thread(self._shared.reload)

    async def close(self) -> None:
        """Give up every connection, and what is being set up."""
        self._once.cancel()
        await self._shared.close()

    def _take(self, texts: Texts) -> None:
        self._models.take(texts)
        self._at_hand.clear()
        self._declared = declared_tenancy(texts)
        asks = any("COMPILE_CONTEXT" in text for text in texts.values())
        # Where nothing says an app id it is refused to templates, which is told as any other fault of a model.
        self._asks_who = asks and self._says_who

    def _layer(self, current: CurrentModel, compartment: Compartment) -> SemanticLayer:
        key = (id(current), compartment)
        found = self._layers.get(key)
        if found is None:
            # The layer holds its model, so that the id stays its own.
            found = self._layers[key] = self._shared.beside(current, compartment)
            if len(self._layers) > REMEMBERED:
                self._layers.popitem(last=False)
        else:
            self._layers.move_to_end(key)
        return found

    def _forget(self, model: CurrentModel) -> None:
        """Give up what answered by a model that nobody is given any more."""
        self._layers = OrderedDict((key, layer) for key, layer in self._layers.items() if layer.current is not model)

    @property
    def _says_who(self) -> bool:
        """Whether anything says who has which model: a hook, or the block of the data model."""
        return self._hooks.context_to_app_id is not None or self._declared is not None

    def _compile_context(self, caller: Caller) -> Mapping[str, Any] | None:
        """What templates may read of a caller; None where nothing says who has which model.

        Raises:
            Forbidden: the block of the data model does, and the caller is of no tenant.
        """
        if not self._says_who:
            return None
        if self._hooks.context_to_app_id is None and self._declared is not None:
            tenant_of(caller.security, self._declared)
        claims = thawed(caller.security.claims)
        return {**caller.extended, "securityContext": claims, "security_context": claims}
