"""Statement to Answer, or StillRunning: joined, cached, timed and cancelled."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Literal, TypeVar

from kubus.errors import KubusError
from kubus.events import StatementFailed, StatementFinished, emit
from kubus.execution.answer import Answer, Asking, Batch, LongAnswer, StillRunning
from kubus.execution.asked_keys import AskedKeys, KeyValue
from kubus.execution.cache import AnswerCache, AnswerKey, Kept, size_of
from kubus.execution.compartment import NO_COMPARTMENT, Compartment
from kubus.execution.pools import Pools
from kubus.execution.refresh_key import fresh_span
from kubus.execution.turns import Turns
from kubus.model.refresh_key import RefreshInterval
from kubus.query.query import CacheMode
from kubus.sources.source import Rows, Source
from kubus.sql.statement import RefreshKey, Statement

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """What there is to run: a statement, and one that counts its rows where a total was asked for.

    `refresh_intervals` and `refresh_keys` are those of the cubes that it reads: how long its answer may be kept.
    `compartment` says whose connections are asked. `in_batches` says that an answer too large to be kept comes as a
    LongAnswer. `key` is what is sent to the database, and how long the answer may be kept.
    """

    statement: Statement
    count: Statement | None
    refresh_intervals: tuple[RefreshInterval, ...]
    compartment: Compartment = NO_COMPARTMENT
    refresh_keys: tuple[RefreshKey, ...] = ()
    in_batches: bool = False
    key: AnswerKey = field(init=False)

    def __post_init__(self) -> None:
        count = self.count
        total = None if count is None else (count.sql, count.parameters)
        asked = (self.statement.data_source, self.statement.place, self.statement.sql, self.statement.parameters, total)
        key = AnswerKey(self.compartment, *asked, self.refresh_intervals, self.refresh_keys)
        object.__setattr__(self, "key", key)


@dataclass(slots=True)
class Running:
    """A job that is running, and how many requests wait for it now."""

    task: asyncio.Task[Answer | LongAnswer]
    started: float
    waiting: int = 0


def tagged(job: Job, tag: str) -> Job:
    """The same job, whose statements tell the database this. Its key is the same: an answer is not that of a tag."""
    if not tag:
        return job
    count = None if job.count is None else replace(job.count, tag=tag)
    keys = tuple(replace(key, statement=replace(key.statement, tag=tag)) for key in job.refresh_keys)
    return replace(job, statement=replace(job.statement, tag=tag), count=count, refresh_keys=keys)


# How a job comes to its answer: by its statement, whatever is kept; or, where refresh keys are asked for, by them
# first, and if one of them is not known by its statement, or by what is kept.
Way = Literal["run", "check", "check or keep"]
RunningKey = tuple[AnswerKey, bool, Way]


def way_of(job: Job, mode: CacheMode) -> Way:
    if not job.refresh_keys or mode == "no-cache":
        return "run"
    return "check" if mode == "must-revalidate" else "check or keep"


# How many seconds an answer is kept, whatever its refresh keys say; and where one of them is not known.
EXPIRY = 24 * 3600.0
EXPIRY_IN_DOUBT = 6 * 3600.0

# How many seconds a long answer waits for somebody to read it: who was told to ask again does so at once.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Keeping:
    """The kept answers: how many, about how many bytes they take, and how many they may take.

    `given_up` counts those that made room for others, `too_large` those that were not kept for their size.
    """

    answers: int
    bytes: int
    most: int
    given_up: int
    too_large: int


@dataclass(frozen=True, slots=True)
class Queue:
    """Statements that run and that wait for their turn, and the answers that are made of them."""

    running: int
    waiting: int
    answers: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a runner keeps and does at one moment."""

    cache: Keeping
    queue: Queue


class Runner:
    """Runs jobs: equal ones once, and keeps their answers until they are stale.

    `continue_wait` is how many seconds a request waits before it is told to ask again; `orphaned` how many a job runs
    on without anybody asking.
    """

    def __init__(
        self,
        sources: Mapping[str, Source] | Pools,
        *,
        turns: Turns | None = None,
        cache_bytes: int = 256 * 1024 * 1024,
        continue_wait: float = 10.0,
        orphaned: float = 120.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._pools = sources if isinstance(sources, Pools) else Pools(sources)
        self._turns = turns or Turns()
        self._cache = AnswerCache(cache_bytes)
        self._running: dict[RunningKey, Running] = {}
        self._keys = AskedKeys(self._ask, clock)
        self._continue_wait = continue_wait
        self._orphaned = orphaned
        self._clock = clock

    @property
    def pools(self) -> Pools:
        """Whose connections statements run on."""
        return self._pools

    @property
    def standing(self) -> "Standing":
        """What is kept, runs and waits at this moment."""
        cache, turns = self._cache, self._turns
        return Standing(
            Keeping(cache.answers, cache.size, cache.most, cache.given_up, cache.too_large),
            Queue(turns.running, turns.waiting, len(self._running)),
        )

    async def ask(self, job: Job, work: Callable[[Source, Statement], Awaitable[T]]) -> T:
        """What `work` has of the source of a job, in its turn. It is not shared with others, and not kept.

        Raises:
            Forbidden: the place of the caller's tenant is not there.
            SourceError: the database refused or failed.
        """
        source = await self._pools.of(job.statement, job.compartment)
        try:
            async with self._asking(job.compartment, job.statement, source):
                return await work(source, job.statement)
        except KubusError:
            await self._pools.check_place(job.statement, job.compartment)
            raise

    def fresh(self, job: Job, mode: CacheMode) -> Answer | None:
        """An answer that may be given without asking anybody."""
        if mode == "no-cache":
            return None
        kept = self._cache.get(job.key)
        if kept is None:
            return None
        return kept.answer if kept.since <= self._clock() < kept.until else None

    async def run(self, job: Job, mode: CacheMode, asking: Asking) -> Answer | LongAnswer | StillRunning:
        """Wait for an answer of the freshness that `mode` asks for. How it was come by is noted in `asking`.

        A request that is cancelled while it waits alone takes its job with it. Requests that wait for the same job
        share its answer, except a long one: the first has it, and the next asks the database again.
        """
        while True:
            answer = await self._run(job, mode, asking)
            if not isinstance(answer, LongAnswer):
                return answer
            if answer.take():
                self._running.pop((job.key, True, way_of(job, mode)), None)
                return answer

    async def _run(self, job: Job, mode: CacheMode, asking: Asking) -> Answer | LongAnswer | StillRunning:
        answer = self.fresh(job, mode)
        if answer is not None:
            asking.came_by = "hit"
            return answer
        kept = self._kept(job)
        key = (job.key, job.in_batches, way_of(job, mode))
        running = self._running.get(key)
        asking.came_by = "miss" if running is None else "joined"
        running = running or self._start(job, key, asking)
        if mode == "stale-while-revalidate" and kept is not None:
            asking.came_by = "stale"
            return kept.answer
        running.waiting += 1
        try:
            done, _ = await asyncio.wait({running.task}, timeout=self._continue_wait)
        except asyncio.CancelledError:
            running.waiting -= 1
            if not running.waiting:
                self._end(key, running)
            raise
        running.waiting -= 1
        if done:
            answer = running.task.result()
            if kept is not None and answer is kept.answer:
                asking.came_by = "hit"
            elif isinstance(answer, Answer) and answer.slow:
                asking.came_by = "stale"
            return answer
        asyncio.get_running_loop().call_later(self._orphaned, self._give_up, key, running)
        if mode == "stale-if-slow" and kept is not None:
            asking.came_by = "stale"
            return as_slow(kept.answer)
        return StillRunning("Executing query", self._clock() - running.started)

    def _kept(self, job: Job) -> Kept | None:
        """What is kept, fresh or not."""
        kept = self._cache.get(job.key)
        if kept is None or self._clock() - kept.answer.refreshed_at.timestamp() < EXPIRY:
            return kept
        self._cache.drop(job.key)
        return None

    def _start(self, job: Job, key: RunningKey, asking: Asking) -> Running:
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._answer(tagged(job, asking.tag), key[2], asking.request_id))
        running = self._running[key] = Running(task, self._clock())

        def ended(task: asyncio.Task[Answer | LongAnswer]) -> None:
            # Everybody may have left before a failure: then nobody is to be told of it.
            answer = None if task.cancelled() or task.exception() is not None else task.result()
            if isinstance(answer, LongAnswer):
                drop = partial(self._drop, key, running, answer)
                answer.forget = loop.call_later(PATIENCE, lambda: loop.create_task(drop()))
            elif self._running.get(key) is running:
                del self._running[key]

        task.add_done_callback(ended)
        return running

    async def _drop(self, key: RunningKey, running: Running, answer: LongAnswer) -> None:
        """End a long answer that nobody has taken."""
        if answer.take():
            if self._running.get(key) is running:
                del self._running[key]
            await answer.close()

    def give_up(self, job: Job) -> None:
        """End a job, unless somebody waits for it."""
        for key, running in list(self._running.items()):
            if key[:2] == (job.key, job.in_batches):
                self._give_up(key, running)

    def _give_up(self, key: RunningKey, running: Running) -> None:
        """End a job that nobody has asked for again."""
        if not running.waiting and self._running.get(key) is running:
            self._end(key, running)

    def _end(self, key: RunningKey, running: Running) -> None:
        """Cancel a job. Until its database has let go it is there no more: who asks from now on begins anew."""
        if self._running.get(key) is running:
            del self._running[key]
        running.task.cancel()

    async def _answer(self, job: Job, way: Way, request_id: str) -> Answer | LongAnswer:
        """What is kept, if refresh keys say that it is what the database has; else what its statement gives."""
        # The keys first: rows that change afterwards change them too.
        span = fresh_span(job.refresh_intervals, self._clock())
        if way == "run":
            values = self._keys.held(job.compartment, job.refresh_keys) or ()
        else:
            values = await self._keys.values(job.compartment, job.refresh_keys, request_id)
            found = self._checked(job, way, span, values)
            if found is not None:
                return found
        return await self._execute(job, span, values, request_id)

    def _checked(self, job: Job, way: Way, span: tuple[float, float], values: tuple[KeyValue, ...]) -> Answer | None:
        """What is kept, if it may be given as the refresh keys are now. None says that it may not."""
        kept = self._kept(job)
        if kept is None or kept.since != span[0]:
            return None
        if all(value.digest for value in values):
            if digests(values) != digests(kept.answer.refresh_keys):
                return None
            self._cache.renew(job.key, until(kept.answer, span, values))
            return kept.answer
        in_doubt = self._clock() - kept.answer.refreshed_at.timestamp()
        if way == "check or keep" and in_doubt < EXPIRY_IN_DOUBT:
            return as_slow(kept.answer, values)
        return None

    async def _execute(
        self, job: Job, span: tuple[float, float], values: tuple[KeyValue, ...], request_id: str
    ) -> Answer | LongAnswer:
        source = await self._pools.of(job.statement, job.compartment)
        began = time.perf_counter()
        rest: AsyncGenerator[Batch] | None = None
        if job.in_batches:
            # The total first: a long answer would wait for it with a connection in its hands.
            counted = None if job.count is None else await self._rows(job.compartment, source, job.count, request_id)
            total = None if counted is None else int(counted.values[0][0])
            rows, rest = await self._begun(job, source, request_id)
        elif job.count is None:
            rows, total = await self._rows(job.compartment, source, job.statement, request_id), None
        else:
            try:
                async with asyncio.TaskGroup() as group:
                    answered = group.create_task(self._rows(job.compartment, source, job.statement, request_id))
                    counted = group.create_task(self._rows(job.compartment, source, job.count, request_id))
            except ExceptionGroup as failed:
                # What the database says of the one it says of the other; callers know errors, and no groups of them.
                raise failed.exceptions[0] from failed
            rows, total = answered.result(), int(counted.result().values[0][0])
        answer = Answer(
            rows,
            datetime.fromtimestamp(self._clock(), UTC),
            total,
            job.statement.data_source,
            source.db_type,
            database_ms=(time.perf_counter() - began) * 1000,
            refresh_keys=values,
        )
        if rest is not None:
            return LongAnswer(answer, rest)
        # Where keys are not known the answer is kept, but not fresh: the next one to ask asks for them.
        known = len(values) == len(job.refresh_keys) and all(value.digest for value in values)
        self._cache.put(job.key, answer, (span[0], until(answer, span, values) if known else float("-inf")))
        return answer

    async def _begun(self, job: Job, source: Source, request_id: str) -> tuple[Rows, AsyncGenerator[Batch] | None]:
        """The first rows, as many as are kept, and the rest; None for no rest."""
        names = tuple(column.alias for column in job.statement.columns)
        first: Batch = []
        size = 0
        batches = self._batches(job, source, request_id)
        try:
            async for batch in batches:
                first += batch
                size += size_of(batch)
                if size > self._cache.largest:
                    return Rows(names, first), batches
        except BaseException:
            await batches.aclose()
            raise
        return Rows(names, first), None

    async def _batches(self, job: Job, source: Source, request_id: str) -> AsyncGenerator[Batch]:
        statement = job.statement
        began = time.perf_counter()
        count = 0
        try:
            async with self._asking(job.compartment, statement, source), aclosing(source.batches(statement)) as batches:
                async for batch in batches:
                    count += len(batch)
                    yield batch
        except KubusError as error:
            took = (time.perf_counter() - began) * 1000
            emit(StatementFailed(statement.data_source, statement.sql, error.message, took, request_id))
            await self._pools.check_place(statement, job.compartment)
            raise
        took = (time.perf_counter() - began) * 1000
        emit(StatementFinished(statement.data_source, statement.sql, count, took, request_id))

    async def _ask(self, compartment: Compartment, statement: Statement, request_id: str) -> Rows:
        source = await self._pools.of(statement, compartment)
        return await self._rows(compartment, source, statement, request_id)

    async def _rows(self, compartment: Compartment, source: Source, statement: Statement, request_id: str) -> Rows:
        began = time.perf_counter()
        try:
            async with self._asking(compartment, statement, source):
                rows = await source.rows(statement)
        except KubusError as error:
            took = (time.perf_counter() - began) * 1000
            emit(StatementFailed(statement.data_source, statement.sql, error.message, took, request_id))
            await self._pools.check_place(statement, compartment)
            raise
        took = (time.perf_counter() - began) * 1000
        emit(StatementFinished(statement.data_source, statement.sql, len(rows.values), took, request_id))
        return rows

    @asynccontextmanager
    async def _asking(self, compartment: Compartment, statement: Statement, source: Source) -> AsyncGenerator[None]:
        """A turn at a source, which is not given up meanwhile."""
        with self._pools.in_use(source):
            if compartment.is_one_of_many and self._pools.is_shared(statement, compartment):
                async with self._turns.of(source, compartment):
                    yield
            else:
                yield

    async def close(self) -> None:
        """End what runs, and give up every source."""
        self._keys.close()
        for key, running in list(self._running.items()):
            if running.task.done() and not running.task.cancelled() and running.task.exception() is None:
                answer = running.task.result()
                if isinstance(answer, LongAnswer):
                    await self._drop(key, running, answer)
            running.task.cancel()
        self._cache.clear()
        await self._pools.close()


def as_slow(old: Answer, values: tuple[KeyValue, ...] | None = None) -> Answer:
    """An older answer, which says that it is one. `values` are the refresh keys as they are now."""
    return Answer(
        old.rows,
        old.refreshed_at,
        old.total,
        old.data_source,
        old.db_type,
        slow=True,
        refresh_keys=old.refresh_keys if values is None else values,
    )


def digests(values: tuple[KeyValue, ...]) -> list[bytes]:
    return [value.digest for value in values]


def until(answer: Answer, span: tuple[float, float], values: tuple[KeyValue, ...]) -> float:
    """Until which Unix time an answer is fresh: as long as every refresh key holds."""
    return min(span[1], answer.refreshed_at.timestamp() + EXPIRY, *(value.until for value in values))
