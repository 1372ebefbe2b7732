"""The one place where requests and their answers reach the audit log: before the answer leaves."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from time import perf_counter

from starlette.requests import ClientDisconnect

from kubus.api.rest.errors import error_reply
from kubus.api.rest.gate import refusal
from kubus.api.rest.incoming import Incoming, token_of
from kubus.api.rest.reply import Reply
from kubus.audit.account import Ending, Outcome, RefusedToken
from kubus.audit.audit_log import AuditLog
from kubus.context import Caller
from kubus.errors import AccessError, AuthError, KubusError, NotAudited, QueryError, Unauthenticated


class Accounts:
    """Opens an account for each request and closes it. Without an audit log all of this does nothing."""

    def __init__(self, audit: AuditLog | None) -> None:
        self.audit = audit

    @property
    def is_immediate(self) -> bool:
        """Whether an account can be closed without waiting."""
        return self.audit is None or self.audit.is_immediate

    def open(self, request: Incoming, api: str) -> None:
        """Begin the account of a request to an endpoint."""
        if self.audit is not None:
            request.account = self.audit.account(api, request.method)

    def check(self) -> None:
        """Raises NotAudited where no answer may be given, because it could not be recorded."""
        if self.audit is not None:
            self.audit.check()

    def known(self, request: Incoming, caller: Caller) -> None:
        """Note who asks."""
        if request.account is not None:
            request.account.caller = caller

    def unknown(self, request: Incoming, error: Unauthenticated | AuthError) -> None:
        """Note that nobody vouches for who asks, and what their token said of itself."""
        if request.account is None:
            return
        token = token_of(request)
        if token is None and not request.several_tokens:
            request.account.refused = RefusedToken("missing")
            return
        # What a hook says to a caller is its own matter.
        told = error if isinstance(error, Unauthenticated) else Unauthenticated(error.message, reason="check_auth")
        why = refusal(told, token, request)
        request.account.refused = RefusedToken(why.reason, why.token_hash, why.algorithm, why.key_id, why.issuer)

    def close_now(self, request: Incoming, started: float) -> bool:
        """Close the account of an answer that is at hand. False says that it may not be given."""
        account = request.account
        if account is None or self.audit is None:
            return True
        return self.audit.note_now(account, request.request_id, Ending(200, "ok"), since(started))

    async def close(self, request: Incoming, reply: Reply, error: Exception | None, started: float) -> Reply:
        """Close the account of a request: the reply to give, which is another one if this cannot be recorded.

        A reply that is sent while it is read begins and ends its account by itself.
        """
        account = request.account
        if account is None or self.audit is None:
            return reply
        ending = Ending(reply.status, outcome_of(reply, error, is_running=account.is_running), code_of(error))
        try:
            if reply.pieces is None:
                await self.audit.note("request", account, request.request_id, ending, since(started))
                return reply
            begun = Ending(reply.status, "begun")
            await self.audit.note("begin", account, request.request_id, begun, since(started))
        except NotAudited as failed:
            if reply.pieces is not None:
                await reply.pieces.aclose()
            return error_reply(failed, dev_mode=False, request_id="")
        pieces = self._ended(request, reply.pieces, reply.status, started)
        # Begun, so that closing it closes what it reads.
        await anext(pieces)
        return reply._replace(pieces=pieces)

    async def left(self, request: Incoming, started: float) -> None:
        """Close the account of a request whose client left, or that was cut off, before there was a reply."""
        if request.account is not None and self.audit is not None:
            with suppress(NotAudited):
                await self.audit.note(
                    "request", request.account, request.request_id, Ending(None, "cancelled"), since(started)
                )

    async def _ended(
        self, request: Incoming, pieces: AsyncGenerator[bytes], status: int, started: float
    ) -> AsyncGenerator[bytes]:
        """The same pieces. The account is closed before the client can know that there are no more."""
        account, audit = request.account, self.audit
        assert account is not None
        assert audit is not None
        ending = Ending(status, "cancelled")
        try:
            async with aclosing(pieces):
                yield b""
                async for piece in pieces:
                    yield piece
            ending = Ending(status, "ok")
        except KubusError as error:
            ending = Ending(status, "failed", error.code)
            raise
        except GeneratorExit:
            if request.method == "HEAD":
                ending = Ending(status, "ok")
            raise
        except Exception:
            ending = Ending(status, "failed", KubusError.code)
            raise
        finally:
            try:
                await audit.note("end", account, request.request_id, ending, since(started))
            except NotAudited:
                # An answer that was cut off says so by itself.
                if ending.outcome == "ok":
                    raise


def since(started: float) -> float:
    """Milliseconds."""
    return (perf_counter() - started) * 1000


def outcome_of(reply: Reply, error: Exception | None, *, is_running: bool) -> Outcome:
    """What became of a request that got this reply."""
    match error:
        case None:
            if is_running:
                return "running"
            return "ok" if reply.status < 400 else "refused"
        case AccessError():
            return "denied"
        case QueryError():
            return "refused"
        case ClientDisconnect():
            return "cancelled"
        case _:
            return "failed"


def code_of(error: Exception | None) -> str | None:
    """The code of an error, as docs/errors.md has it."""
    if error is None:
        return None
    return error.code if isinstance(error, KubusError) else KubusError.code
