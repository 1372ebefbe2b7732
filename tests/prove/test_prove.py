"""Nothing leaks, in random worlds and in those of models that people wrote."""

import pytest

from kubus.prove.prover import Proof, prove, random_pair

# So many parts, so that they run side by side; together at least 20,000 tuples.
PARTS = 10
TUPLES = 2_000


@pytest.mark.parametrize("part", range(PARTS))
async def test_nothing_leaks(part: int) -> None:
    proof = Proof()
    number = part * 10_000
    while proof.tuples < TUPLES:
        proof.add(await prove(random_pair(number)))
        number += 1
        assert not proof.leaks, proof.leaks[0]
    # What is never answered proves nothing.
    assert proof.statuses[200] > proof.tuples / 3
    assert proof.statuses[403] > proof.tuples / 50
