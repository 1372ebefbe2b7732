"""Nothing leaks in random worlds, on DuckDB and on PostgreSQL."""

import pytest

from kubus.prove.place import Database, in_memory
from kubus.prove.prover import Proof, prove, random_trial
from tests.engines.postgres import Server
from tests.prove.on_postgres import on_postgres

# So many parts, so that they run side by side; together at least 20,000 tuples.
PARTS = 5
TUPLES = 4_000
# Few queries of many worlds.
QUERIES = 6


@pytest.mark.parametrize("part", range(PARTS - 2))
async def test_nothing_leaks(part: int) -> None:
    await nothing_leaks(part, in_memory)


@pytest.mark.parametrize("part", range(PARTS - 2, PARTS))
async def test_nothing_leaks_on_postgres(part: int, postgres: Server) -> None:
    with on_postgres(postgres.url()) as database:
        await nothing_leaks(part, database)


async def nothing_leaks(part: int, database: Database) -> None:
    proof = Proof()
    number = (part + 1) * 1_000_000
    while proof.tuples < TUPLES:
        proof.add(await prove(random_trial(number), QUERIES, database))
        number += 1
        assert not proof.leaks, proof.leaks[0]
    # What is never answered proves nothing.
    assert proof.statuses[200] > proof.tuples / 4
    assert proof.statuses[403] > proof.tuples / 100
