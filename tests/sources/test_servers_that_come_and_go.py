"""PostgreSQL that is away, comes back, and refuses: who asks hears it at once, and is answered as soon as it can be."""

import asyncio
from collections.abc import Iterator

import pytest

from kubus.errors import SourceError
from kubus.sources.options import PostgresOptions
from tests.engines.ports import free_port
from tests.engines.postgres import Server, running_postgres
from tests.sources.statements import statement

ONE = statement("SELECT 1 AS a")


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server that tests may stop and start."""
    with running_postgres() as server:
        yield server


async def test_nobody_listens(opened):
    port = free_port()
    source = opened(PostgresOptions(host="127.0.0.1", port=port))
    with pytest.raises(SourceError, match=f"^No connection to PostgreSQL at 127.0.0.1:{port}: Connection refused"):
        await source.check()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"database": "nowhere"}, 'database "nowhere" does not exist'),
        ({"user": "nobody"}, 'role "nobody" does not exist'),
    ],
)
async def test_nobody_is_let_in(opened, own, options, reason):
    given = {"host": own.host, "port": own.port, "user": own.user, "database": "postgres", **options}
    with pytest.raises(SourceError, match=reason):
        await opened(PostgresOptions(**given)).check()


async def test_a_server_that_begins_later_is_found(opened, own):
    source = opened(PostgresOptions(url=own.url()))
    own.stop()
    try:
        with pytest.raises(SourceError, match="No connection to PostgreSQL"):
            await source.rows(ONE)
    finally:
        own.start()
    assert (await source.rows(ONE)).values == [("1",)]


async def test_a_restart_between_two_statements_is_not_noticed(opened, own):
    source = opened(PostgresOptions(url=own.url(), max_connections=4))
    await asyncio.gather(*(source.rows(ONE) for _ in range(8)))
    own.stop()
    own.start()
    answers = await asyncio.gather(*(source.rows(ONE) for _ in range(8)))
    assert [answer.values for answer in answers] == [[("1",)]] * 8


async def test_under_load_a_restart_gives_errors_or_rows_and_then_rows(opened, own):
    source = opened(PostgresOptions(url=own.url(), max_connections=4))
    kinds: set[str] = set()
    ending = asyncio.Event()

    async def ask() -> None:
        while not ending.is_set():
            try:
                found = await source.rows(statement("SELECT count(*) AS n FROM generate_series(1, 20000)"))
            except SourceError:
                kinds.add("error")
                await asyncio.sleep(0.01)
            else:
                assert found.values == [("20000",)]
                kinds.add("rows")

    asking = [asyncio.create_task(ask()) for _ in range(16)]
    await asyncio.sleep(0.3)
    await asyncio.to_thread(own.stop)
    await asyncio.sleep(0.3)
    await asyncio.to_thread(own.start)
    await asyncio.sleep(0.3)
    ending.set()
    await asyncio.wait_for(asyncio.gather(*asking), 30)
    assert kinds == {"error", "rows"}
    # Nothing of it stays.
    answers = await asyncio.gather(*(source.rows(ONE) for _ in range(16)))
    assert len(answers) == 16


async def test_a_connection_that_an_administrator_ends_is_replaced(opened, own):
    source = opened(PostgresOptions(url=own.url(), max_connections=1))
    await source.rows(ONE)
    own.psql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kubus'")
    assert (await source.rows(ONE)).values == [("1",)]
