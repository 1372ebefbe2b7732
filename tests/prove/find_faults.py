"""Which world shows which planted fault: `python -m tests.prove.find_faults` writes `found_in.json` for the tests.

Needed again when random worlds or questions change.
"""

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from kubus.prove.prover import Proof, prove, random_trial
from tests.prove.faults import FAULTS

FOUND_IN = Path(__file__).parent / "found_in.json"
QUERIES = 15


def tells(proof: Proof) -> bool:
    """Whether something of what is hidden was told; a crash is a fault too, and tells nothing."""
    return any(leak.kind != "crash" for leak in proof.leaks)


def is_found(name: str, number: int) -> bool:
    """Whether a world leaks with a fault planted, and not without it."""
    with pytest.MonkeyPatch.context() as patch:
        FAULTS[name](patch)
        shows = tells(asyncio.run(prove(random_trial(number, 1), QUERIES)))
    return shows and not asyncio.run(prove(random_trial(number, 1), QUERIES)).leaks


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--worlds", type=int, default=300)
    given = arguments.parse_args()
    found: dict[str, int] = json.loads(FOUND_IN.read_text()) if FOUND_IN.exists() else {}
    for number in range(given.first, given.first + given.worlds):
        for name in [name for name in FAULTS if name not in found]:
            if is_found(name, number):
                found[name] = number
                print(f"{name}: {number}", flush=True)
        FOUND_IN.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
        if len(found) == len(FAULTS):
            break
    print("not found:", sorted(set(FAULTS) - set(found)))


if __name__ == "__main__":
    main()
