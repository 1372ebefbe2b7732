"""Replies that the database has no part in, remembered by the bytes of their requests."""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from kubus.api.rest.bounded import Bounded
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.reply import Reply, json_reply, weak_etag
from kubus.context import Caller

if TYPE_CHECKING:
    from kubus.semantic_layer import SemanticLayer

# Longer request bytes are not remembered.
RAW = 64 * 1024


class RememberedReplies:
    """The replies given lately, each to the caller it was made for, until the dates in its queries become others."""

    def __init__(self, layer: "SemanticLayer", options: ApiOptions) -> None:
        self._layer = layer
        self._held: Bounded[tuple[str, bytes, int, str], tuple[Reply, float, Caller]] = Bounded(
            options.prepared_entries, options.prepared_bytes // 4
        )

    def get(self, method: str, raw: bytes, caller: Caller) -> Reply | None:
        """The reply to these bytes for this caller, if it still holds."""
        model = self._layer.model_if_any
        if model is None:
            return None
        found = self._held.get((method, raw, id(caller), model.version))
        return None if found is None or found[1] <= time.time() else found[0]

    def keep(self, method: str, raw: bytes, caller: Caller, value: object, moments: Iterable[datetime | None]) -> Reply:
        """A reply with this value as its JSON body, remembered until the first of `moments`; None is for ever."""
        parts = json_reply(value).parts
        reply = Reply(200, parts, etag=weak_etag(parts))
        until = min((moment.timestamp() for moment in moments if moment is not None), default=float("inf"))
        if len(raw) <= RAW:
            # The caller is held as well, so that its id stays its own.
            key = (method, raw, id(caller), self._layer.model.version)
            self._held.put(key, (reply, until, caller), 1000 + len(raw) + reply.length)
        return reply
