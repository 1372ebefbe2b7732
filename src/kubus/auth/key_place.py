"""Where keys are fetched, and how."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where a signer publishes its keys: at `url`, or where the discovery document of `issuer` says.

    `lifetime` is how long keys are kept if the answer does not say. `least_gap` lies between two fetches that an
    unknown `kid` causes, and is the least lifetime. `stale_limit` is how long keys are used after the last fetch that
    worked. `attempts` are those of one fetch, which share `timeout`. `insecure_loopback` lets `http://` on this machine
    pass.
    """

    url: str | None = None
    issuer: str | None = None
    lifetime: timedelta = timedelta(minutes=5)
    least_gap: timedelta = timedelta(seconds=60)
    stale_limit: timedelta = timedelta(hours=24)
    timeout: timedelta = timedelta(seconds=5)
    attempts: int = 3
    insecure_loopback: bool = False

    @property
    def name(self) -> str:
        """What people know it by; for the log it is shortened further."""
        return self.url or self.issuer or ""
