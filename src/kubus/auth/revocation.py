"""Tokens that are taken back before they expire: by `jti`, by subject, or by the SHA-256 of the token itself.

A list is lines of JSON, one object each:

```text
{"jti": "5f2c", "iss": "https://login.example.com/", "until": 1767225600}
{"sub": "user-42", "issued_before": 1764547200}
{"sha256": "9b1c…", "until": 1767225600}
```
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from kubus.context import Claims

MOST_ENTRIES = 1_000_000

FOREVER = float("inf")


class MalformedRevocation(ValueError):
    """A line that is no revocation. Says why; holds nothing of the line."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """What takes tokens back: those whose `by` is `value`.

    Of tokens of `issuer` alone, if one is named; issued before `issued_before` alone, if that is; and up to `until`.
    Both are in seconds since 1970.
    """

    by: Literal["jti", "sub", "sha256"]
    value: str
    issuer: str | None = None
    issued_before: float | None = None
    until: float = FOREVER

    @property
    def line(self) -> str:
        """As it stands in a list."""
        told: dict[str, object] = {self.by: self.value}
        if self.issuer is not None:
            told["iss"] = self.issuer
        if self.issued_before is not None:
            told["issued_before"] = self.issued_before
        if self.until != FOREVER:
            told["until"] = self.until
        return json.dumps(told)


Text = Annotated[str, msgspec.Meta(min_length=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, lt=2**53)]


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """A line as it is written."""

    jti: Text | None = None
    sub: Text | None = None
    sha256: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")] | None = None
    iss: Text | None = None
    issued_before: Seconds | None = None
    until: Seconds | None = None


decoder = msgspec.json.Decoder(Line)


def read_revocation(line: str | bytes) -> Revocation:
    """The revocation that a line says.

    Raises:
        MalformedRevocation: it says none, or more than one.
    """
    try:
        read = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedRevocation("it is no JSON object with jti, sub or sha256") from error
    given = [(by, value) for by, value in (("jti", read.jti), ("sub", read.sub), ("sha256", read.sha256)) if value]
    if len(given) != 1:
        raise MalformedRevocation("it has to have one of jti, sub and sha256")
    ((by, value),) = given
    until = FOREVER if read.until is None else read.until
    match by:
        case "jti" | "sub":
            return Revocation(by, value, read.iss, read.issued_before, until)
        case _:
            return Revocation("sha256", value, read.iss, read.issued_before, until)


@dataclass(frozen=True, slots=True)
class Revocations:
    """A list of what was taken back, found by what it is by."""

    by: Mapping[tuple[str, str], tuple[Revocation, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def __len__(self) -> int:
        return sum(map(len, self.by.values()))

    def revoke(self, claims: Claims, hashes: Iterable[str], now: float) -> bool:
        """Whether the token with these claims and one of these hashes is taken back."""
        if not self.by:
            return False
        names = (("jti", named(claims, "jti")), ("sub", named(claims, "sub")), *(("sha256", one) for one in hashes))
        return any(takes_back(one, claims, now) for by, value in names for one in self.by.get((by, value), ()))


def named(claims: Claims, name: str) -> str:
    """A claim as a list names it: some issuers write ids as numbers, where RFC 7519 has texts. Empty for all else."""
    value = claims.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def takes_back(revocation: Revocation, claims: Claims, now: float) -> bool:
    if now >= revocation.until:
        return False
    if revocation.issuer is not None and claims.get("iss") != revocation.issuer:
        return False
    if revocation.issued_before is None:
        return True
    issued = claims.get("iat")
    # A token that does not say when it was made may be as old as any.
    return not isinstance(issued, int | float) or issued < revocation.issued_before


def listed(revocations: Iterable[Revocation], now: float) -> Revocations:
    """A list of those that have not ended.

    Raises:
        MalformedRevocation: there are too many.
    """
    found: dict[tuple[str, str], list[Revocation]] = {}
    for number, one in enumerate(revocations):
        if number >= MOST_ENTRIES:
            raise MalformedRevocation(f"there are more than {MOST_ENTRIES}")
        if now < one.until:
            found.setdefault((one.by, one.value), []).append(one)
    return Revocations(MappingProxyType({key: tuple(many) for key, many in found.items()}))
