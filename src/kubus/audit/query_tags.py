"""What statements tell a database of who asks, for its own accounts of what ran: a comment in front of their text.

In front, because PostgreSQL shows the first 1024 bytes of what runs. The comment is no part of any key of a cache:
equal statements of two callers run once, under the tag of who asked first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from kubus.audit.identity import keyed_hash
from kubus.context import Caller

TENANT, USER, REQUEST = "tenant", "user", "request"
NAMES = (TENANT, USER, REQUEST)

# Longer values are cut.
LONGEST = 128


@dataclass(frozen=True, slots=True)
class QueryTags:
    """The things that are told: the tenant, the user as a keyed hash of issuer and subject, the id of the request."""

    told: frozenset[str] = frozenset()
    key: bytes = field(default=b"", repr=False)

    def of(self, caller: Caller, request_id: str, more: Mapping[str, str] | None = None) -> str:
        """The comment for a statement of this caller, empty if nothing is told. `more` is what the host adds."""
        said: dict[str, str] = {}
        if TENANT in self.told:
            said[TENANT] = caller.app_id
        if USER in self.told and caller.security.subject:
            # Of both, because two issuers may know two people by one name.
            said[USER] = keyed_hash(self.key, [caller.security.issuer, caller.security.subject])
        if REQUEST in self.told:
            said[REQUEST] = request_id
        return comment({**(more or {}), **said})


NO_TAGS = QueryTags()


def comment(said: Mapping[str, str]) -> str:
    """`/* kubus: {"tenant":"…"} */`, which ends where it should whatever is in it."""
    if not said:
        return ""
    cut = {str(name)[:LONGEST]: str(value)[:LONGEST] for name, value in said.items()}
    # Control characters and all that is not ASCII are escaped by JSON; without a star nothing begins or ends a comment.
    text = json.dumps(cut, separators=(",", ":")).replace("*", "\\u002a")
    return f"/* kubus: {text} */ "
