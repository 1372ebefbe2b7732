"""`/readyz` and `/livez`: whether the server can answer. Callers are told yes or no; the log is told why."""

import asyncio
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from kubus.api.rest.reply import Reply, json_reply
from kubus.audit.audit_log import AuditLog
from kubus.auth.provider import AuthProvider
from kubus.errors import KubusError
from kubus.events import StatementFailed, emit

if TYPE_CHECKING:
    from kubus.semantic_layer import SemanticLayer

# Probes within this many seconds share one look at the database.
SHARED_FOR = 1.0

UP = {"health": "HEALTH"}
DOWN = {"health": "DOWN"}


class Health:
    """The state of the default data source, asked for at most once a second, and of the audit log."""

    def __init__(self, layer: "SemanticLayer", authenticator: AuthProvider, audit: AuditLog | None = None) -> None:
        self._layer = layer
        self._authenticator = authenticator
        self._audit = audit
        self._asked_at = float("-inf")
        self._look: asyncio.Task[bool] | None = None
        self._was_up = False

    async def ready(self) -> Reply:
        """Whether the default data source answers, tokens can be verified, and requests recorded if they have to be."""
        if not self._authenticator.is_ready:
            return json_reply({**DOWN, "tokens": "refused"}, 500)
        reply = await self._database()
        if reply.status != 200 or self._audit is None:
            return reply
        # A server that gets no requests, because it is not ready, has nothing else to try it with.
        await self._audit.revive()
        if not self._audit.is_failing:
            return reply
        if self._audit.required:
            return json_reply({**DOWN, "audit": "failing"}, 500)
        return json_reply({**UP, "audit": "failing"})

    async def _database(self) -> Reply:
        if not await self._is_up():
            return json_reply(DOWN, 500)
        # The model of before answers, while the files as they are now do not compile.
        is_stale = self._layer.model_error is not None and self._layer.model_if_any is not None
        return json_reply({**UP, "model": "stale"} if is_stale else UP)

    async def alive(self) -> Reply:
        """Whether a connection that was open before still answers; a server that never opened one is alive."""
        if not self._was_up:
            return json_reply(UP)
        return await self._database()

    async def _is_up(self) -> bool:
        if self._look is None or (self._look.done() and monotonic() - self._asked_at > SHARED_FOR):
            self._asked_at = monotonic()
            self._look = asyncio.ensure_future(self._check())
        # A probe that gives up must not end the look of the others.
        return await asyncio.shield(self._look)

    async def _check(self) -> bool:
        started = perf_counter()
        try:
            await self._layer.check()
        except KubusError as error:
            took = (perf_counter() - started) * 1000
            emit(StatementFailed("default", "look whether the database answers", error.message, took, request_id=""))
            return False
        self._was_up = True
        return True
