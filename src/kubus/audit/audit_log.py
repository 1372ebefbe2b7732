"""The audit log: what the API tells of each request, before its answer leaves."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from kubus.audit.account import Account, Ending, Kind, record
from kubus.audit.identity import Identities, IdentityOptions
from kubus.audit.sink import Sink, SinkError
from kubus.audit.texts import as_json, instant
from kubus.errors import NotAudited
from kubus.events import AuditCheckpoint, AuditFailed, AuditRestored, emit

# While the sink fails it is tried once in so many seconds, by those that pass.
RETRY_SECONDS = 1.0
# How often the log of the server says that the sink still fails.
ALARM_SECONDS = 60.0
# How often the log of the server is told which record is the last one.
CHECKPOINT_SECONDS = 600.0
# So many records may wait for a slow sink.
MOST_WAITING = 100_000

# Records of strangers, whom nobody vouches for: so many at once, and so many a second. The others are counted. Without
# a bound whoever reaches the server could fill its disk, and thereby stop it where the log is required.
STRANGERS = 100.0
STRANGERS_A_SECOND = 10.0

REFUSAL = "The audit log cannot be written, and without it nothing is answered"
HINT = "The log of the server says why; KUBUS_AUDIT_REQUIRED=false answers all the same, and raises an alarm"


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """`required` says that what is not recorded is not answered. `with_values` tells what queries filter by."""

    required: bool = False
    with_values: bool = False
    identity: IdentityOptions = field(default_factory=IdentityOptions)


class AuditLog:
    """Writes records to a sink. For one event loop; `clock` gives seconds since 1970."""

    def __init__(self, sink: Sink, options: AuditOptions, clock: Callable[[], float]) -> None:
        self.is_immediate = sink.is_immediate
        self.required = options.required
        self._sink = sink
        self._options = options
        self._clock = clock
        self._identities = Identities(options.identity)
        self._is_open = False
        self._failing = False
        self._failed_at = self._tried_at = self._alarmed_at = 0.0
        self._lost = 0
        self._strangers = STRANGERS
        self._strangers_at = clock()
        self._skipped = 0
        # Counted where requests come in, told where records are written: that may be another thread.
        self._counting = Lock()
        self._checked_at = clock()
        self._checked: str | None = None
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kubus-audit")

    # ── what the API calls ──

    @property
    def is_failing(self) -> bool:
        """Whether records are not written at present."""
        return self._failing

    def account(self, api: str, method: str) -> Account:
        """An empty account of a request."""
        return Account(api, method, with_values=self._options.with_values)

    def check(self) -> None:
        """Raises NotAudited where no answer may be given, because it could not be recorded."""
        if self.required and self._failing and self._clock() - self._tried_at < RETRY_SECONDS:
            raise NotAudited(REFUSAL, hint=HINT)

    def note_now(self, account: Account, request_id: str, ending: Ending, milliseconds: float) -> bool:
        """Write the record of a request at once. False says that it is not written, and has to be.

        Only for an immediate sink.
        """
        try:
            self._append([self._body("request", account, request_id, ending, milliseconds)])
        except NotAudited:
            # The long way tries again, and counts it.
            self._lost -= 1
            return False
        return True

    async def note(self, kind: Kind, account: Account, request_id: str, ending: Ending, milliseconds: float) -> None:
        """Write a record of a request; it outlives the process when this returns.

        `kind` is `begin` for an answer that is sent while it is read, and then `end` when all of it is.

        Raises:
            NotAudited: it is not written, and has to be.
        """
        if account.caller is None and self._is_too_much():
            return
        body = self._body(kind, account, request_id, ending, milliseconds)
        if self.is_immediate:
            self._append([body])
            return
        if len(self._waiting) >= MOST_WAITING:
            self._fails(SinkError(f"{MOST_WAITING} records wait to be written"), 1)
            return
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_waiting())
        # Who leaves does not take the record along.
        await asyncio.shield(written)

    def _is_too_much(self) -> bool:
        """Whether one more record of a stranger is too much; it is counted then."""
        now = self._clock()
        earned = (now - self._strangers_at) * STRANGERS_A_SECOND
        self._strangers, self._strangers_at = min(STRANGERS, self._strangers + earned), now
        if self._strangers < 1:
            with self._counting:
                self._skipped += 1
            return True
        self._strangers -= 1
        return False

    async def revive(self) -> None:
        """Try again if the sink fails."""
        if self._failing and (self._writing is None or self._writing.done()):
            with suppress(NotAudited):
                await self._in_thread(partial(self._append, []))

    def open(self) -> None:
        """Open the sink, once. Raises NotAudited if it cannot be opened and has to be."""
        if self._is_open:
            return
        try:
            self._sink.open()
        except SinkError as error:
            self._fails(error, 0)
        else:
            self._checkpoint()
        self._is_open = True

    async def start(self) -> None:
        """See `open`."""
        await self._in_thread(self.open)

    async def stop(self) -> None:
        """Write what waits, and close the sink."""
        if self._writing is not None:
            await self._writing
        await self._in_thread(self._close)
        self._thread.shutdown()

    # ── writing ──

    def _body(self, kind: Kind, account: Account, request_id: str, ending: Ending, milliseconds: float) -> bytes:
        return record(kind, account, self._identities.of(account.caller), request_id, ending, milliseconds)

    async def _in_thread(self, work: Callable[[], None]) -> None:
        if self.is_immediate:
            work()
        else:
            await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _write_waiting(self) -> None:
        """Write what waits, all of it at once, as long as there is any."""
        while self._waiting:
            batch, self._waiting = self._waiting, []
            bodies = [body for body, _ in batch]
            failed: BaseException | None = None
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._append, bodies)
            except Exception as error:
                failed = error
            for _, written in batch:
                if written.cancelled():
                    continue
                if failed is None:
                    written.set_result(None)
                else:
                    written.set_exception(failed)
                    # Whoever asked may have left.
                    written.exception()

    def _append(self, bodies: list[bytes]) -> None:
        now = self._clock()
        if self._failing:
            if now - self._tried_at < RETRY_SECONDS:
                self._lose(len(bodies))
                return
            self._tried_at = now
        records = len(bodies)
        skipped = self._skipped
        if self._failing:
            bodies = [self._lost_body(), *bodies]
        if skipped:
            bodies = [b'"kind":"skipped","records":%d' % skipped, *bodies]
        try:
            self._sink.append(bodies)
        except SinkError as error:
            self._fails(error, records)
            return
        if skipped:
            with self._counting:
                self._skipped -= skipped
        if self._failing:
            self._failing = False
            emit(AuditRestored(self._lost))
            self._lost = 0
        if now - self._checked_at >= CHECKPOINT_SECONDS:
            self._checkpoint()

    def _lost_body(self) -> bytes:
        since = as_json(instant(self._failed_at))
        return b'"kind":"lost","records":%d,"since":%b' % (self._lost, since)

    def _fails(self, error: SinkError, records: int) -> None:
        now = self._clock()
        if not self._failing:
            self._failing = True
            self._failed_at = self._tried_at = now
            self._alarmed_at = 0.0
        if now - self._alarmed_at >= ALARM_SECONDS:
            self._alarmed_at = now
            emit(AuditFailed(str(error), self._lost + records, self.required))
        self._lose(records)

    def _lose(self, records: int) -> None:
        self._lost += records
        if self.required:
            raise NotAudited(REFUSAL, hint=HINT)

    def _close(self) -> None:
        try:
            self._sink.close()
        except SinkError as error:
            emit(AuditFailed(str(error), self._lost, self.required))
            return
        self._checkpoint()

    def _checkpoint(self) -> None:
        """Tell the log of the server which record is the last one. It mostly goes where the audit log does not."""
        self._checked_at = self._clock()
        head = self._sink.head
        if head.hash != self._checked:
            self._checked = head.hash
            emit(AuditCheckpoint(head.chain, head.seq, head.hash))
