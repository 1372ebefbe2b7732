"""One session of pytest for all mutants: tests are collected once, and each mutant runs in a copy of that process.

mutmut would begin a session for each mutant, which takes longer than most tests. Here a copy runs the tests first that
have found other mutants of the same function; then one case of every test, those of the changed module before those of
its room before others, the quick before the slow; then the second cases, and so on. It stops at the first that fails, or
when its time is over. What would have been found by tests for which there was no time counts as survived: figures are
too low rather than too high.
"""

import gc
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mutmut.configuration import config
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd
from mutmut.workers.isolation import ForkServerRunner

# Which test found which mutant, a line each.
FINDERS = Path("mutants/finders.txt").absolute()

# What a test takes before it begins, in seconds.
SETUP = 0.01

# A mutant that takes so many times as long as its tests have been seen to take goes round in a circle.
PATIENCE = 5


class CollectedTests(PytestRunner):
    """Runs tests that were collected before, in the process that it is in. Whatever else mutmut asks is as it was."""

    session: Any = None
    # For how many seconds of tests a mutant is looked at.
    budget = 2.0

    def warm_up(self) -> None:
        """All is collected when this is made."""

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """0 if all passed for which there was time, 1 if one failed."""
        if self.session is None:
            return super().run_tests(mutant_name=mutant_name, tests=tests)
        from _pytest.runner import runtestprotocol

        end_by(self.budget)
        items = {item.nodeid: item for item in self.session.items}
        chosen = likely_first(tests, state().duration_by_test, self.budget, mutant_name or "")
        run = [items[test] for test in chosen]
        for item, following in zip(run, [*run[1:], None], strict=True):
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
                with FINDERS.open("a") as file:
                    file.write(f"{mutant_name}\t{item.nodeid}\n")
                return 1
        return 0


class OneSession(ForkServerRunner):
    """The server of which each mutant gets a copy stands inside a session of pytest that has collected all tests."""

    def run_clean_tests(self, tests: Iterable[str]) -> int:
        """They passed when it was seen which of them call what; those that find something are asked afterwards."""
        return 0

    def run_forced_fail(self) -> int:
        """One test of a function that always fails is enough to see that mutants are met."""
        tests = next(iter(state().tests_by_mangled_function_name.values()))
        return self._exit_code_from_child(lambda runner: runner.run_tests(mutant_name=None, tests=sorted(tests)[:1]))

    def _forkserver_main(self, work_fd: int, result_fd: int) -> None:
        server = super()

        class Loop:
            def pytest_runtestloop(self, session: Any) -> bool:
                CollectedTests.session = session
                # What was there before is not looked through for garbage in each copy.
                gc.freeze()
                server._forkserver_main(work_fd, result_fd)
                os._exit(0)

        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - until the process ends
        with change_cwd("mutants"):
            CollectedTests().execute_pytest(["-q", *config().pytest_add_cli_args_test_selection], plugins=[Loop()])
        os._exit(1)


def likely_first(tests: Iterable[str], seconds: Mapping[str, float], budget: float, mutant: str) -> list[str]:
    """The tests that all together take no longer than the budget, one of them at least."""
    # `kubus.room.…module.function`
    steps = mutant.split(".")
    of_room = f"tests/{steps[1]}/" if len(steps) > 3 else "tests/"
    of_module = f"{of_room}test_{steps[-2]}.py::"
    found = Counter(test for other, test in findings() if function_of(other) == function_of(mutant))
    # How many cases of a test came before: cases are much alike, and find the same.
    turns: Counter[str] = Counter()

    def nearness(test: str) -> tuple[bool, bool, float, str]:
        return not test.startswith(of_module), not test.startswith(of_room), seconds.get(test, 0.0), test

    def order(test: str) -> tuple[int, int, tuple[bool, bool, float, str]]:
        case_of = test.partition("[")[0]
        turns[case_of] += 1
        return -found[test], turns[case_of], nearness(test)

    chosen: list[str] = []
    for test in sorted(sorted(tests, key=nearness), key=order):
        takes = seconds.get(test, 0.0) + SETUP
        if takes <= budget or not chosen:
            chosen.append(test)
            budget -= takes
    return chosen


def findings() -> list[tuple[str, str]]:
    """Which mutant was found by which test, of this run and of those before."""
    lines = FINDERS.read_text().splitlines() if FINDERS.exists() else []
    return [(mutant, test) for mutant, _, test in (line.partition("\t") for line in lines)]


def function_of(mutant: str) -> str:
    return mutant.rpartition("__mutmut_")[0]


def end_by(budget: float) -> None:
    """End this process, as mutmut ends those that take too long, when it has had more than its time."""
    limit = int(time.process_time() + PATIENCE * (budget + 1))
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    # What waits takes no time of the processor; it ends as if it had.
    signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGXCPU))
    signal.alarm(int(4 * PATIENCE * (budget + 1)))
