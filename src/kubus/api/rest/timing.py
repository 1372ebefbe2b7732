"""The header `Server-Timing`: where the time of a request went.

Source: https://www.w3.org/TR/server-timing/
"""

from dataclasses import dataclass

from kubus.api.rest.reply import Header


@dataclass(slots=True)
class Phases:
    """Seconds in each phase of a request."""

    auth: float = 0.0
    plan: float = 0.0
    queue: float = 0.0
    database: float = 0.0
    encode: float = 0.0

    @property
    def header(self) -> Header:
        """The header; its durations are in milliseconds."""
        text = b"auth;dur=%.3f, plan;dur=%.3f, queue;dur=%.3f, database;dur=%.3f, encode;dur=%.3f" % (
            self.auth * 1000,
            self.plan * 1000,
            self.queue * 1000,
            self.database * 1000,
            self.encode * 1000,
        )
        return (b"server-timing", text)
