"""Changes the code in small ways, one at a time, and sees whether the tests tell.

`python tests/mutants/run.py` takes all targets, `… run.py auth filters` those; `--again` asks the mutants that survived
once more, with more time; `--report` only tells what came out of it last. See README.md.
"""

import argparse
import fnmatch
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from zlib import crc32

from mutmut import __main__ as tool
from mutmut.configuration import config
from mutmut.mutation import file_mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from one_session import CollectedTests, OneSession, findings

# What is mutated, by the names that mutmut gives: who is let in; what they may see; what is kept for whom; which rows
# a filter lets through.
TARGETS: dict[str, tuple[str, ...]] = {
    "auth": ("kubus.auth.*",),
    "authorize": (
        "kubus.query.access.*",
        "kubus.query.authorize.*",
        "kubus.query.claims.*",
        "kubus.query.masks.*",
        "kubus.query.tenant.*",
    ),
    "keys": (
        "kubus.api.rest.bounded.*",
        "kubus.api.rest.callers.xǁCallersǁof__*",
        "kubus.api.rest.callers.xǁCallersǁasked__*",
        "kubus.api.rest.callers.xǁCallersǁ_same__*",
        "kubus.api.rest.callers.x_replaced__*",
        "kubus.api.rest.meta.*",
        "kubus.api.rest.prepared.xǁPreparedRequestsǁ*",
        "kubus.api.rest.remembered.*",
        "kubus.execution.cache.*",
        "kubus.execution.in_flight.*",
        "kubus.execution.run.xǁJobǁ*",
        "kubus.execution.run.xǁRunnerǁfresh__*",
        "kubus.execution.pools.*",
        "kubus.execution.run.x_tagged__*",
        "kubus.execution.run.x_way_of__*",
        "kubus.query.shape.*",
        "kubus.semantic_layer.xǁSemanticLayerǁ_guarded__*",
        "kubus.semantic_layer.xǁSemanticLayerǁ_planned__*",
        "kubus.semantic_layer.xǁSemanticLayerǁaccess__*",
        "kubus.semantic_layer.xǁSemanticLayerǁauthorized__*",
        "kubus.semantic_layer.xǁSemanticLayerǁbeside__*",
        "kubus.semantic_layer.xǁSemanticLayerǁmodel_for__*",
        "kubus.semantic_layer.xǁSemanticLayerǁprepare__*",
        "kubus.semantic_layer.xǁSemanticLayerǁvisibility__*",
    ),
    "filters": ("kubus.sql.filters.*",),
}

# Calls that are left as they are: what a type checker alone reads, and errors that are a text for people. Of a refused
# token the reason is no text, and is mutated.
UNTOUCHED = {
    "cast",
    "BadAddress",
    "BadClaim",
    "BadPolicy",
    "ConfigError",
    "FetchFailed",
    "Forbidden",
    "LimitExceeded",
    "MalformedKeySet",
    "MemberError",
    "ModelError",
    "SourceError",
    "SourceTimeout",
    "TooManyQueries",
    "Unsupported",
    "UnusableKey",
}

# For how many seconds of tests a mutant is looked at, at first, and where it survived them.
FIRST, AGAIN = 2.0, 30.0

FOUND = {"killed", "timeout", "segfault"}
NOT_TRIED = {"not checked", "skipped"}

# As mutmut marks what it is not to try, and what no test called.
LEFT_OUT, WITHOUT_TESTS = 34, 33


def main() -> None:
    asked = argparse.ArgumentParser(prog="python tests/mutants/run.py")
    asked.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all by default")
    asked.add_argument("--again", action="store_true", help="only mutants that survived, with more time")
    asked.add_argument(
        "--seconds", type=float, help=f"of tests for a mutant; {FIRST:g}, and {AGAIN:g} where it survived"
    )
    asked.add_argument("--report", action="store_true", help="run nothing")
    given = asked.parse_args()
    if unknown := set(given.targets) - TARGETS.keys():
        asked.error(f"no target {', '.join(sorted(unknown))}")
    file_mutation.NEVER_MUTATE_FUNCTION_CALLS.update(UNTOUCHED)
    tool.get_mutant_runner = one_session
    targets = given.targets or list(TARGETS)
    if not given.report:
        CollectedTests.budget = given.seconds or (AGAIN if given.again else FIRST)
        before = len(findings())
        run(targets, again=given.again)
        confirm(dict(findings()[before:]))
    for target in targets:
        report(target)


def run(targets: list[str], *, again: bool) -> None:
    """Let mutmut try the mutants of these targets that it has not tried yet; or those again that survived."""
    create = tool.create_mutants

    def created(processes: int) -> tool.MutantGenerationStats:
        found = create(processes)
        chosen = tuple(pattern for target in targets for pattern in TARGETS[target])
        for held in mutated_files():
            for name, code in held.exit_code_by_key.items():
                is_chosen = any(fnmatch.fnmatch(name, pattern) for pattern in chosen)
                if code in (None, LEFT_OUT, WITHOUT_TESTS):
                    held.exit_code_by_key[name] = None if is_chosen and not again else LEFT_OUT
                elif again and is_chosen and said(code) not in FOUND:
                    held.exit_code_by_key[name] = None
            held.save()
        return found

    pid = os.fork()
    if pid == 0:
        # mutmut takes over the streams and the import paths of its process.
        tool.create_mutants = created
        # In no order: what a run that is stopped has seen is a fair part of the whole.
        tool.estimated_worst_case_time = lambda name: float(crc32(name.encode()))
        tool.cli(["run", "--max-children", "1"], standalone_mode=True)
    _, status = os.waitpid(pid, 0)
    if status:
        sys.exit(os.waitstatus_to_exitcode(status))


def confirm(found: dict[str, str]) -> None:
    """See that the tests which found something pass without a mutant: what one of them found that fails is undone."""
    broken = (
        {test for test in set(found.values()) if not passes([test])} if not passes(set(found.values())) else set[str]()
    )
    for held in mutated_files():
        for name in held.exit_code_by_key.keys() & found.keys():
            if found[name] in broken:
                held.exit_code_by_key[name] = None
        held.save()
    for test in sorted(broken):
        print(f"fails without a mutant: {test}")


def passes(tests: Iterable[str]) -> bool:
    """Whether these tests pass as they stand. Those whose names pytest does not read back are left out."""
    chosen = sorted(test for test in tests if "\\" not in test)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *chosen]
    return not chosen or subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0


def one_session(processes: int) -> OneSession:
    """What runs mutants."""
    return OneSession(processes, CollectedTests, {}, config().debug)


def mutated_files() -> Iterator[SourceFileMutationData]:
    """What mutmut holds of each file: the exit code of each mutant, by its name."""
    for path in sorted(walk_mutatable_files()):
        held = SourceFileMutationData(path=path)
        held.load()
        yield held


def results(target: str) -> Iterator[tuple[str, str, int | None]]:
    """File, name and exit code of each mutant of a target."""
    for held in mutated_files():
        for name, code in held.exit_code_by_key.items():
            if any(fnmatch.fnmatch(name, pattern) for pattern in TARGETS[target]):
                yield str(held.path), name, code


def said(code: int | None) -> str:
    return status_by_exit_code[code]


def report(target: str) -> None:
    """Figures by file, of the mutants that were tried, and what survived."""
    files: dict[str, Counter[str]] = {}
    living: list[tuple[str, str, str]] = []
    for path, name, code in results(target):
        files.setdefault(path, Counter())[said(code)] += 1
        if said(code) not in FOUND | NOT_TRIED:
            living.append((path, name, said(code)))
    print(f"\n## {target}\n")
    print("| File | Mutants | Tried | Found | of these by time | Not found | Share found |")
    print("|---|---|---|---|---|---|---|")
    for path, counts in [*files.items(), ("all", sum(files.values(), Counter[str]()))]:
        tried = counts.total() - sum(counts[one] for one in NOT_TRIED)
        found = sum(counts[one] for one in FOUND)
        share = f"{100 * found / tried:.1f} %" if tried else "-"
        print(f"| `{path}` | {counts.total()} | {tried} | {found} | {counts['timeout']} | {tried - found} | {share} |")
    print()
    for path, name, status in living:
        lines = get_diff_for_mutant(name, path=path).splitlines()[3:]
        print(f"{name} ({status})")
        print("\n".join(f"    {line}" for line in lines if line.startswith(("+", "-"))))


if __name__ == "__main__":
    main()
