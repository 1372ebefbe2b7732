"""`/readyz` and `/livez`: whether the server can answer. Nothing is told but yes or no."""

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from kubus.api.rest.reply import Reply, json_reply
from kubus.errors import KubusError

if TYPE_CHECKING:
    from kubus.semantic_layer import SemanticLayer

# Probes within this many seconds share one look at the database.
SHARED_FOR = 1.0

UP = {"health": "HEALTH"}
DOWN = {"health": "DOWN"}


class Health:
    """The state of the default data source, asked for at most once a second."""

    def __init__(self, layer: "SemanticLayer") -> None:
        self._layer = layer
        self._asked_at = float("-inf")
        self._look: asyncio.Task[bool] | None = None
        self._was_up = False

    async def ready(self) -> Reply:
        """Whether the default data source answers."""
        return json_reply(UP) if await self._is_up() else json_reply(DOWN, 500)

    async def alive(self) -> Reply:
        """Whether a connection that was open before still answers; a server that never opened one is alive."""
        if not self._was_up:
            return json_reply(UP)
        return await self.ready()

    async def _is_up(self) -> bool:
        if self._look is None or (self._look.done() and monotonic() - self._asked_at > SHARED_FOR):
            self._asked_at = monotonic()
            self._look = asyncio.ensure_future(self._check())
        # A probe that gives up must not end the look of the others.
        return await asyncio.shield(self._look)

    async def _check(self) -> bool:
        try:
            await self._layer.check()
        except KubusError:
            return False
        self._was_up = True
        return True
