"""What happens while the audit log cannot be written, and afterwards."""

import asyncio
import json
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kubus.api.rest.long_reply import Truncated
from kubus.audit.audit_log import AuditOptions
from kubus.audit.chain import hashing
from kubus.audit.file_names import Lane
from kubus.audit.stream_sink import StreamSink
from kubus.audit.verify import verify_lane
from kubus.errors import NotAudited
from kubus.events import AuditFailed, AuditRestored, listen
from tests.audit.conftest import Clock, file_sink, records
from tests.audit.test_requests import COUNT

REQUIRED = AuditOptions(required=True)
REFUSAL = {"error": "The audit log cannot be written, and without it nothing is answered"}


@contextmanager
def full_disk(path, left: int = 100) -> Iterator[None]:
    """No file of this process grows by more than so many bytes beyond the size of this one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def events() -> Iterator[list[object]]:
    heard: list[object] = []
    end = listen(heard.append, {AuditFailed, AuditRestored})
    yield heard
    end()


@pytest.fixture
def full_stream() -> Iterator[StreamSink]:
    """A device that is always full."""
    with Path("/dev/full").open("wb", buffering=0) as full:
        yield StreamSink(hashing(None), Clock(), full.fileno())


def clock_of(api) -> Clock:
    return api.audit._clock


@pytest.mark.parametrize("sync", ["never", "always"])
async def test_a_full_disk_stops_answers_where_the_log_is_required(audited, events, tmp_path, sync):
    path = tmp_path / "audit.jsonl"
    async with audited(REQUIRED, sink=file_sink(path, sync=sync)) as api:
        assert (await api.load(COUNT)).status_code == 200
        with full_disk(path):
            # The answer is in memory, and stays there.
            for query in (COUNT, COUNT, {**COUNT, "limit": 1}, {"measures": ["orders.secret_sum"]}):
                answer = await api.load(query)
                assert (answer.status_code, answer.json()) == (503, REFUSAL)
            ready = await api.client.get("/readyz")
            assert (ready.status_code, ready.json()) == (500, {"health": "DOWN", "audit": "failing"})
            # Somebody who restarts servers that do not live would not help.
            assert (await api.client.get("/livez")).status_code == 200
        clock_of(api).now += 2
        assert (await api.client.get("/readyz")).json() == {"health": "HEALTH"}
        assert (await api.load(COUNT)).status_code == 200
    (failed, restored) = events
    assert failed.is_required
    assert "File too large" in failed.reason
    assert restored.lost == 4
    found = verify_lane(Lane(path), hashing(None))
    assert [f.message for f in found.findings if f.kind == "fault"] == []
    kinds = [json.loads(line)["kind"] for line in path.read_bytes().splitlines() if line.endswith(b"}")]
    # Half a record was written before the disk was full.
    assert kinds == ["opened", "request", "torn", "opened", "lost", "request", "closed"]


async def test_a_full_disk_raises_an_alarm_where_answers_go_on(audited, events):
    async with audited() as api:
        with full_disk(api.path):
            for _ in range(3):
                assert (await api.load(COUNT)).status_code == 200
            assert (await api.client.get("/readyz")).json() == {"health": "HEALTH", "audit": "failing"}
        clock_of(api).now += 2
        assert (await api.load(COUNT)).status_code == 200
        assert (await api.client.get("/readyz")).json() == {"health": "HEALTH"}
    assert [type(event) for event in events] == [AuditFailed, AuditRestored]
    assert (events[0].is_required, events[1].lost) == (False, 3)
    lost = next(json.loads(line) for line in api.path.read_bytes().splitlines() if b'"lost"' in line)
    assert lost["records"] == 3
    assert any(
        f.message.startswith("3 records were never written")
        for f in verify_lane(Lane(api.path), hashing(None)).findings
    )


async def test_the_alarm_is_raised_again_every_minute(audited, events, full_stream):
    async with audited(sink=full_stream) as api:
        for _ in range(150):
            assert (await api.load(COUNT)).status_code == 200
            clock_of(api).now += 1.5
    assert "No space left on device" in events[0].reason
    # One when it begins, one a minute, one at the end.
    assert 5 <= len(events) <= 6


async def test_a_server_that_needs_its_log_does_not_start_without(audited, full_stream):
    with pytest.raises(NotAudited):
        async with audited(REQUIRED, sink=full_stream):
            pass


async def test_a_folder_that_is_gone_and_comes_back(audited, tmp_path):
    path = tmp_path / "logs" / "audit.jsonl"
    async with audited(REQUIRED, sink=file_sink(path)) as api:
        assert (await api.load(COUNT)).status_code == 200
        shutil.rmtree(path.parent)
        path.parent.write_text("no folder any more")
        assert (await api.load(COUNT)).status_code == 503
        path.parent.unlink()
        clock_of(api).now += 2
        assert (await api.load(COUNT)).status_code == 200
    assert [record["kind"] for record in records(path)] == ["opened", "gap", "lost", "request", "closed"]
    found = [f.message for f in verify_lane(Lane(path), hashing(None)).findings if f.kind == "fault"]
    assert len(found) == 2
    assert "the beginning is missing" in found[1]


async def test_the_end_of_a_long_answer_is_not_sent_unless_it_is_recorded(audited):
    query = {"dimensions": ["numbers.n", "numbers.text"], "limit": 50000}
    async with audited(REQUIRED, layer_options={"cache_bytes": 1_000_000}) as api:
        with full_disk(api.path, 700), pytest.raises(Truncated):
            await api.load(query)
        clock_of(api).now += 2
        assert (await api.load(COUNT)).status_code == 200
    kinds = [json.loads(line)["kind"] for line in api.path.read_bytes().splitlines() if line.endswith(b"}")]
    assert kinds == ["opened", "begin", "torn", "opened", "lost", "request", "closed"]


async def test_a_record_is_there_before_its_answer(audited):
    async with audited(REQUIRED) as api:
        seen = []
        app = api.app

        async def send(message):
            seen.append((message["type"], len(api.told)))

        async def receive():
            await asyncio.sleep(3600)

        for _ in range(2):
            scope = {
                "type": "http",
                "method": "GET",
                "path": "/cubejs-api/v1/load",
                "query_string": b"query=%7B%22measures%22%3A%5B%22orders.count%22%5D%7D",
                "headers": [(b"authorization", api.client.headers["authorization"].encode())],
            }
            await app(scope, receive, send)
    assert seen == [
        ("http.response.start", 1),
        ("http.response.body", 1),
        ("http.response.start", 2),
        ("http.response.body", 2),
    ]
