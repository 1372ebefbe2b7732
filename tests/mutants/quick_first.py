"""A plugin of pytest for runs with a mutant: the quickest tests first, and not for longer than it takes to tell.

A mutant that most tests would find is found by one of the quick ones. Tests that are left out for lack of time make
figures worse, never better: what they alone would have found counts as survived. `KUBUS_MUTANTS_SECONDS` is for how
many seconds of tests there is time.
"""

import gc
import json
import os
import resource
import signal
import time
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

STATS = Path("mutmut-stats.json")

# What a test takes before it begins.
SETUP = 0.01

# A mutant that takes so many times as long as its tests have been seen to take goes round in a circle.
PATIENCE = 5


def pytest_configure(config: pytest.Config) -> None:
    # Which tests call what is found out with all of them.
    if os.environ.get("MUTANT_UNDER_TEST", "stats") in ("stats", "list_all_tests"):
        return
    if config.option.collectonly:
        # The process of which each mutant gets a copy: what is read in it is read once.
        seconds_of_tests()
        return
    # What was there before the mutant is not looked through for garbage each time.
    gc.freeze()
    budget = float(os.environ.get("KUBUS_MUTANTS_SECONDS", "6"))
    config.args[:] = quick_first(config.args, seconds_of_tests(), budget)
    limit = int(time.process_time() + PATIENCE * (budget + 1))
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    # What waits takes no time of the processor; it ends as if it had.
    signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGXCPU))
    signal.alarm(int(4 * PATIENCE * (budget + 1)))


@cache
def seconds_of_tests() -> Mapping[str, float]:
    return json.loads(STATS.read_text())["duration_by_test"]


def quick_first(tests: Iterable[str], seconds: Mapping[str, float], budget: float) -> list[str]:
    """The tests of which all together take no longer than the budget, one of them at least."""
    chosen: list[str] = []
    for test in sorted(tests, key=lambda one: (seconds.get(one, 0.0), one)):
        # pytest does not find a test again whose name has a backslash in it.
        if "\\" in test:
            continue
        budget -= seconds.get(test, 0.0) + SETUP
        if budget < 0 and chosen:
            break
        chosen.append(test)
    return chosen
