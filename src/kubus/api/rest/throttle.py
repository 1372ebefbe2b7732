"""How often tokens may fail: so many times a minute for each address, and then the address is told to wait.

Tokens of such an address are verified as before, and good ones pass: behind one address there may be a whole office.
See docs/decisions/0032.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from time import monotonic as system_monotonic

# Of so many addresses is remembered how often they failed; of the one that failed longest ago first no more.
MOST_ADDRESSES = 10_000

# The log is told of an address once in so many seconds.
TOLD_EVERY = 60.0


@dataclass(slots=True)
class Failures:
    """Those of one address. Before `even_at` it is ahead of its share; `unsaid` are those the log was not told of."""

    even_at: float
    said_at: float = float("-inf")
    unsaid: int = 0


@dataclass(frozen=True, slots=True)
class Excess:
    """An address failed too often. `wait` is for how many seconds. `unsaid` is a number for the log, None for later."""

    wait: float
    unsaid: int | None


class Throttle:
    """Counts failures by address. `per_minute` of them pass, as many at once; 0 counts nothing."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = system_monotonic) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._monotonic = monotonic
        self._known: OrderedDict[str, Failures] = OrderedDict()

    def failed(self, address: str) -> Excess | None:
        """Note a failure; what is wrong if there were too many."""
        if not self._gap:
            return None
        now = self._monotonic()
        known = self._known.pop(address, None) or Failures(now)
        self._known[address] = known
        if len(self._known) > MOST_ADDRESSES:
            self._known.popitem(last=False)
        even_at = max(known.even_at, now) + self._gap
        excess = even_at - now - 60.0
        # A hair of a second is no excess: the sum of so many gaps is not quite a minute.
        if excess < 1e-6:
            known.even_at = even_at
            return None
        known.unsaid += 1
        if now - known.said_at < TOLD_EVERY:
            return Excess(excess, None)
        unsaid, known.unsaid, known.said_at = known.unsaid, 0, now
        return Excess(excess, unsaid)


class TrustedProxies:
    """The proxies whose `X-Forwarded-For` is believed: addresses and networks. Raises ValueError for others."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(ip_network(one, strict=False) for one in networks)

    def address(self, peer: str | None, forwarded: str | None) -> str:
        """Who sent a request that came from `peer`, as what counts their failures; empty if nobody knows.

        Of what was forwarded for, the last that is no proxy of ours: before it stands what the sender made up.
        """
        found = parsed(peer or "")
        if forwarded and found is not None and self._is_trusted(found):
            for part in reversed(forwarded.split(",")):
                named = parsed(part.strip())
                if named is None:
                    break
                found = named
                if not self._is_trusted(found):
                    break
        return counted(found)

    def _is_trusted(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._networks)


def parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address, with a port behind it or not. IPv4 that is written as IPv6 is IPv4."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def counted(address: IPv4Address | IPv6Address | None) -> str:
    """One text for all addresses that one sender has: IPv6 gives each of them 64 bits to choose from."""
    match address:
        case None:
            return ""
        case IPv6Address():
            return str(IPv6Network((address, 64), strict=False))
        case _:
            return str(address)
