"""The project that a Playground shows, and what answers for it."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from kubus.api.app import Api
from kubus.api.rest.incoming import Incoming
from kubus.audit.audit_log import AuditLog
from kubus.auth.keys import VerificationKey
from kubus.auth.minting import signed_token
from kubus.auth.provider import Authenticator
from kubus.auth.rules import DEV_ISSUER
from kubus.config.settings import Settings
from kubus.context import Caller
from kubus.errors import QueryError
from kubus.tenants.tenants import Tenants

if TYPE_CHECKING:
    from kubus.authoring.open_project import OpenProject

T = TypeVar("T")

DAY = 24 * 3600

# Claims that are times: numbers of seconds since 1970.
TIMES = ("exp", "iat", "nbf")


@dataclass(frozen=True)
class Project:
    """What endpoints of the Playground have: the settings, what answers, what verifies tokens, and what signs theirs.

    `nonce` is the word that pages of this start have; `began` is when that was, in seconds of the clock that only goes
    on.
    """

    settings: Settings
    api: Api
    tenants: Tenants
    authenticator: Authenticator
    signing: VerificationKey
    nonce: str
    audit: AuditLog | None = None
    began: float = field(default_factory=time.monotonic)

    @cached_property
    def authoring(self) -> "OpenProject":
        """The project as somebody works at its model. Made when that is first done."""
        from kubus.authoring.open_project import OpenProject  # brings along what editors need

        return OpenProject(self.settings, self.tenants.shared.runner.pools.source, self.tenants.reload)

    @property
    def fingerprint(self) -> str:
        """What tells this project from others on this machine."""
        return hashlib.sha256(str(self.settings.folder.resolve()).encode()).hexdigest()[:32]

    def minted(self, claims: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """A token with these claims, and all that it says. It holds for a day unless they say otherwise.

        Its issuer is the Playground, whatever the claims say: production refuses that one.

        Raises:
            QueryError: a claim is such that no server would take the token.
        """
        for name in TIMES:
            value = claims.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise QueryError(f"The claim {name} has to be a number of seconds since 1970")
        now = int(time.time())
        payload = {"iat": now, "exp": now + DAY, **claims, "iss": DEV_ISSUER}
        token = signed_token(payload, self.signing)
        most = self.settings.values["KUBUS_JWT_MAX_SIZE"]
        if len(token) > most:
            raise QueryError(
                f"The token would have {len(token)} bytes, and {most} are taken", hint="KUBUS_JWT_MAX_SIZE says so"
            )
        return token, payload

    async def caller(self, claims: Mapping[str, Any] | None, request: Incoming) -> Caller:
        """Who asks with a token of these claims, as the API itself finds it out; None asks without a token.

        Raises:
            AccessError, HookError: nobody is let in so.
        """
        headers = {name: value for name, value in request.headers.items() if not name.endswith(b"authorization")}
        if claims is not None:
            headers[b"authorization"] = self.minted(claims)[0].encode()
        return await self.api.admitted(Incoming(request.method, request.path, b"", headers))


def body_of(body: bytes, kind: type[T]) -> T:
    """The JSON of a request's body as what the endpoint expects. Raises QueryError if it is something else."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise QueryError(f"The request body is not what is expected here: {error}") from error
