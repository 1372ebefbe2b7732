"""The prover finds what it is there for: with a fault planted, a world leaks in which nothing leaks without it."""

import json

import pytest

from kubus.prove.prover import Proof, prove, random_trial
from tests.engines.postgres import Server
from tests.prove.faults import FAULTS
from tests.prove.find_faults import FOUND_IN, QUERIES, tells
from tests.prove.on_postgres import on_postgres

WORLDS: dict[str, int] = json.loads(FOUND_IN.read_text())

# Of each kind of fault one is looked for on PostgreSQL as well.
ON_POSTGRES = ("rows_are_not_filtered", "nothing_is_masked", "claims_in_sql_are_not_filtered_by")


@pytest.fixture(scope="module")
def clean() -> dict[int, Proof]:
    """What the worlds show without a fault, each looked through once."""
    return {}


@pytest.mark.parametrize("name", WORLDS)
async def test_a_planted_fault_is_found(name: str, clean: dict[int, Proof], monkeypatch: pytest.MonkeyPatch) -> None:
    number = WORLDS[name]
    if number not in clean:
        clean[number] = await prove(random_trial(number, 1), QUERIES)
    assert not clean[number].leaks
    FAULTS[name](monkeypatch)
    assert tells(await prove(random_trial(number, 1), QUERIES))


@pytest.mark.parametrize("name", ON_POSTGRES)
async def test_a_planted_fault_is_found_on_postgres(
    name: str, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    FAULTS[name](monkeypatch)
    with on_postgres(postgres.url()) as database:
        assert tells(await prove(random_trial(WORLDS[name], 1), QUERIES, database))


def test_every_fault_is_looked_for() -> None:
    assert WORLDS.keys() == FAULTS.keys()
    assert len(FAULTS) >= 25
