"""The prover finds what it is there for: with a fault planted, a world leaks in which nothing leaks without it."""

import json

import pytest

from kubus.prove.prover import prove, random_pair
from tests.prove.faults import FAULTS
from tests.prove.find_faults import FOUND_IN, QUERIES, tells

WORLDS: dict[str, int] = json.loads(FOUND_IN.read_text())


@pytest.mark.parametrize("name", WORLDS)
async def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = WORLDS[name]
    assert not (await prove(random_pair(pair), QUERIES)).leaks
    FAULTS[name](monkeypatch)
    assert tells(await prove(random_pair(pair), QUERIES))
