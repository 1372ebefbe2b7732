"""Replies that the database has no part in, remembered by the bytes of their requests."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kubus.api.rest.bounded import Bounded
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.reply import Reply, json_reply, weak_etag
from kubus.context import Caller

# Longer request bytes are not remembered.
RAW = 64 * 1024


@dataclass(frozen=True, slots=True)
class Remembered:
    """A reply until a Unix time, with what the audit log says of its queries. Holds its caller, so that the id of
    that stays its own.
    """

    reply: Reply
    until: float
    caller: Caller
    questions: tuple[bytes, ...]


class RememberedReplies:
    """The replies given lately, each to the caller it was made for, until the dates in its queries become others.

    With `keeps` false none is remembered: something has to be asked anew for every request.
    """

    def __init__(self, options: ApiOptions, *, keeps: bool = True) -> None:
        self._keeps = keeps
        self._held: Bounded[tuple[str, bytes, int, str], Remembered] = Bounded(
            options.prepared_entries, options.prepared_bytes // 4
        )

    def get(self, incoming: Incoming, raw: bytes, caller: Caller) -> Reply | None:
        """The reply to these bytes for this caller, if it still holds. Its account learns what is asked."""
        model = incoming.layer.model_if_any
        if model is None:
            return None
        found = self._held.get((incoming.method, raw, id(caller), model.version))
        if found is None or found.until <= time.time():
            return None
        if incoming.account is not None:
            incoming.account.questions = found.questions
        return found.reply

    def keep(
        self,
        incoming: Incoming,
        raw: bytes,
        caller: Caller,
        value: object,
        moments: Iterable[datetime | None],
    ) -> Reply:
        """A reply with this value as its JSON body, remembered until the first of `moments`; None is for ever."""
        parts = json_reply(value).parts
        reply = Reply(200, parts, etag=weak_etag(parts))
        until = min((moment.timestamp() for moment in moments if moment is not None), default=float("inf"))
        if self._keeps and len(raw) <= RAW:
            key = (incoming.method, raw, id(caller), incoming.layer.model.version)
            questions = () if incoming.account is None else incoming.account.questions
            size = 1000 + len(raw) + reply.length + sum(map(len, questions))
            self._held.put(key, Remembered(reply, until, caller, questions), size)
        return reply
