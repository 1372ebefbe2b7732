"""The prover finds what it is there for: each planted fault leaks before long."""

import pytest

from kubus.prove.prover import prove, random_pair
from tests.prove.faults import FAULTS

# So many worlds are looked through at most; most faults show in one of the first.
WORLDS = 150


@pytest.mark.parametrize("name", FAULTS)
async def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[name](monkeypatch)
    for number in range(WORLDS):
        if (await prove(random_pair(number), queries=15)).leaks:
            return
    pytest.fail(f"{name} was not found in {WORLDS} worlds")
