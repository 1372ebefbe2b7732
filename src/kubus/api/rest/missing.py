"""Endpoints of the API that this version does not have: callers are let in or refused as ever, and told so."""

from dataclasses import dataclass

from starlette.types import Receive

from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply, json_reply
from kubus.context import Caller


@dataclass(frozen=True, slots=True)
class Missing:
    """A known endpoint that is not there. `removed` says that no newer version will have it either."""

    methods: frozenset[str]
    scope: str
    removed: bool = False

    async def call(self, incoming: Incoming, caller: Caller, receive: Receive, raw: bytes) -> Reply:  # noqa: ARG002 - every endpoint is called so
        """What a caller who may ask is told."""
        if self.removed:
            return json_reply({"error": f"{incoming.path} is no longer part of the API"}, 404)
        return json_reply({"error": f"{incoming.path} is not available in this version of kubus"}, 501)


POST = frozenset({"POST"})
READ = frozenset({"GET", "HEAD"})
READ_OR_POST = READ | POST

# By path below the base path, in lower case.
MISSING: dict[str, Missing] = {
    "/v1/cubesql": Missing(POST, "data"),
    "/v1/convert-query": Missing(POST, "sql"),
    "/v1/graphql-to-json": Missing(POST, "graphql"),
    "/graphql": Missing(READ_OR_POST, "graphql"),
    "/v1/pre-aggregations/jobs": Missing(POST, "jobs"),
    "/v1/pre-aggregations/can-use": Missing(POST, "meta"),
    # Followed by the id of a request.
    "/v1/running-query": Missing(frozenset({"DELETE"}), "data"),
    "/v1/run-scheduled-refresh": Missing(READ, "jobs", removed=True),
}
