"""Who asked, as a record tells it."""

import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from kubus.audit.texts import as_json
from kubus.context import Caller

# How many callers' texts are kept.
KEPT = 10_000

# Of a keyed hash so many hex digits tell two values apart.
DIGITS = 32

NOBODY = b'"issuer":null,"subject":null,"app_id":null,"groups":[],"claims":{}'


@dataclass(frozen=True, slots=True)
class IdentityOptions:
    """Which claims are told, by name or by path (`org.role`), and which are told as a hash: `sub` too, if it is there.

    Hashes are keyed: without the key nobody finds a value by trying all there are.
    """

    claims: tuple[str, ...] = ()
    hashed: frozenset[str] = frozenset()
    key: bytes | None = None


class Identities:
    """The texts of callers, each made once."""

    def __init__(self, options: IdentityOptions) -> None:
        self._options = options
        self._known: OrderedDict[int, tuple[Caller, bytes]] = OrderedDict()

    def of(self, caller: Caller | None) -> bytes:
        """The inside of a JSON object."""
        if caller is None:
            return NOBODY
        # The caller is held as well, so that its id stays its own.
        known = self._known.get(id(caller))
        if known is not None:
            return known[1]
        text = self._told(caller)
        self._known[id(caller)] = (caller, text)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return text

    def _told(self, caller: Caller) -> bytes:
        security, claims = caller.security, caller.security.claims
        chosen = {name: self._shown(name, value_at(claims, name)) for name in self._options.claims}
        return b'"issuer":%b,"subject":%b,"app_id":%b,"groups":%b,"claims":%b' % (
            # A hook that vouches for callers by itself may give claims alone.
            as_json(self._shown("iss", security.issuer or claims.get("iss"))),
            as_json(self._shown("sub", security.subject or claims.get("sub"))),
            as_json(caller.app_id),
            as_json(sorted(caller.groups)),
            as_json({name: value for name, value in chosen.items() if value is not None}),
        )

    def _shown(self, name: str, value: Any) -> Any:
        value = plain(value)
        if value is None or name not in self._options.hashed:
            return value
        return f"hmac:{keyed_hash(self._options.key or b'', value)}"


def keyed_hash(key: bytes, value: Any) -> str:
    """What stands for a value: equal for equal values, and no way back without the key."""
    # Said before the value, so that no hash of a chain with the same key is one of a value.
    return hmac.digest(key, b"value:" + as_json(value), "sha256").hex()[:DIGITS]


def value_at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of that name, or else the one at that path."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, Any]", found).get(step)
    return found


def plain(value: Any) -> Any:
    """A claim as JSON; what a hook put there that is none of it, as its text."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(name): plain(part) for name, part in cast("Mapping[Any, Any]", value).items()}
        case list() | tuple():
            return [plain(part) for part in cast("list[Any]", value)]
        case _:
            return str(value)
