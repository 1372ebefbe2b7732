"""Who vouches for a caller: the protocol, and the one that verifies tokens and remembers them."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Protocol, cast

from kubus.auth.jwt import JwtRules, Refused, verified_claims
from kubus.context import Claims, SecurityContext

# What is remembered of verified tokens: so many of them, and so many bytes of token.
REMEMBERED = 10_000
REMEMBERED_BYTES = 16 * 1024 * 1024


class AuthProvider(Protocol):
    """Turns a token into the context of who asks."""

    def verify(self, token: str) -> SecurityContext:
        """The context that the token vouches for. Raises Unauthenticated if it does not verify."""
        ...

    def recognize(self, token: str) -> SecurityContext | None:
        """The context of a token that verified before and still holds. None says nothing about the token."""
        ...


@dataclass(frozen=True, slots=True)
class Remembered:
    """A verified token: its context, until when it holds, in seconds since 1970, and how long it was."""

    context: SecurityContext
    until: float
    size: int


class Authenticator:
    """Verifies tokens by fixed rules. A token that verified is remembered, and its expiry looked at each time.

    `now` gives seconds since 1970.
    """

    def __init__(self, rules: JwtRules, now: Callable[[], float] = time.time) -> None:
        self._rules = rules
        self._now = now
        self._remembered: OrderedDict[bytes, Remembered] = OrderedDict()
        self._remembered_bytes = 0
        self._skew = rules.clock_skew.total_seconds()

    def recognize(self, token: str) -> SecurityContext | None:
        """See `AuthProvider`."""
        if len(token) > self._rules.max_size:
            return None
        known = self._remembered.get(digest(token))
        return known.context if known is not None and self._now() < known.until else None

    def verify(self, token: str) -> SecurityContext:
        """See `AuthProvider`.

        Raises:
            Refused: the token does not verify. The message is the same for every reason.
        """
        if len(token) > self._rules.max_size:
            raise Refused("too_large")
        key = digest(token)
        known = self._remembered.get(key)
        now = self._now()
        if known is not None:
            if now < known.until:
                return known.context
            del self._remembered[key]
            self._remembered_bytes -= known.size
            raise Refused("expired")
        claims = verified_claims(token, self._rules, now)
        context = security_context(claims, self._rules)
        expires = claims.get("exp")
        until = float("inf") if expires is None else expires + self._skew
        self._remembered[key] = Remembered(context, until, len(token))
        self._remembered_bytes += len(token)
        while len(self._remembered) > REMEMBERED or self._remembered_bytes > REMEMBERED_BYTES:
            _, oldest = self._remembered.popitem(last=False)
            self._remembered_bytes -= oldest.size
        return context


def digest(token: str) -> bytes:
    """What stands for a token, so that memory holds none."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def security_context(claims: Mapping[str, Any], rules: JwtRules) -> SecurityContext:
    """What hooks, policies and models read: the payload, with the namespaced claim and the old claim `u` laid over it.

    With `raw_context`, as upstream: the payload alone.
    """
    raw: Claims = MappingProxyType(dict(claims))
    if rules.raw_context:
        return SecurityContext(raw, raw, claims_for_sql(claims, rules))
    seen = dict(claims)
    inner = seen.get(rules.claims_namespace) if rules.claims_namespace else None
    if isinstance(inner, dict):
        seen.update(cast("dict[str, Any]", inner))
    old = seen.pop("u", None)
    if isinstance(old, dict):
        seen.update(cast("dict[str, Any]", old))
    elif old is not None:
        seen["u"] = old
    # Without a namespace SQL reads what all others read.
    apart = claims_for_sql(claims, rules) if rules.claims_namespace else None
    return SecurityContext(MappingProxyType(seen), raw, apart)


def claims_for_sql(claims: Mapping[str, Any], rules: JwtRules) -> Any:
    """What `SECURITY_CONTEXT` is in SQL, as upstream: the namespaced claim alone, or the payload overlaid with `u`.

    A namespaced claim that is no object is kept as it is, so that SQL that reads it is refused.
    """
    if rules.claims_namespace:
        inner = claims.get(rules.claims_namespace, {})
        return MappingProxyType(cast("dict[str, Any]", inner)) if isinstance(inner, dict) else str(inner)
    old = claims.get("u")
    if not isinstance(old, dict):
        return MappingProxyType(dict(claims))
    rest = {name: value for name, value in claims.items() if name != "u"}
    return MappingProxyType({**rest, **cast("dict[str, Any]", old)})
