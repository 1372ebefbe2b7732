"""`kubus test`: does the data model answer as its tests say?"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.prompt import Prompt
from rich.text import Text

from kubus.cli.main import fail
from kubus.cli.project import project_settings
from kubus.config.settings import Settings
from kubus.errors import ConfigError, ModelError
from kubus.testing.cases import Case, Suite
from kubus.testing.chosen import FOLDER, Words, suites
from kubus.testing.coverage import CoverageReport
from kubus.testing.ground import Ground
from kubus.testing.reading import suite_files
from kubus.testing.reports import as_json, as_junit, shown_coverage, shown_result, summary
from kubus.testing.running import Decide, Result, Run, keep_all, keep_new, keep_none
from kubus.testing.snapshots import SnapshotChange
from kubus.testing.watching import Seen, seen, touched

PASSED, FAILED, WRONG = 0, 1, 2

# How often files are looked at while nothing happens.
WATCH_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for. `fail_under` is the least coverage in percent."""

    paths: tuple[Path, ...]
    words: Words | None
    decide: Decide
    fail_fast: bool
    updates: bool
    covers: bool
    fail_under: float
    verbose: bool


@dataclass(slots=True)
class Done:
    """What came of a run."""

    results: list[Result] = field(default_factory=list[Result])
    seconds: float = 0.0
    coverage: CoverageReport | None = None
    problem: ModelError | None = None


def run_tests(
    *paths: Path,
    k: Annotated[str | None, Parameter(name=("-k",))] = None,
    fail_fast: Annotated[bool, Parameter(name=("--fail-fast", "-x"), negative="")] = False,
    update: Annotated[bool, Parameter(negative="")] = False,
    review: Annotated[bool, Parameter(negative="")] = False,
    ci: Annotated[bool, Parameter(negative="")] = False,
    watch: Annotated[bool, Parameter(negative="")] = False,
    coverage: Annotated[bool, Parameter(negative="")] = False,
    fail_under: float | None = None,
    junit: Path | None = None,
    output: Annotated[Literal["text", "json"], Parameter(name="--format")] = "text",
    verbose: Annotated[bool, Parameter(name=("--verbose", "-v"), negative="")] = False,
    model: Path | None = None,
) -> None:
    """Run the tests of the data model: rows that are given, a query and who asks it, and what has to come of it.

    Tests are YAML, in files whose names end in `.test.yml`, in the folder `tests` and beside the model. One says:

        tests:
          - test: orders are counted by status
            given:
              orders: [{id: 1, status: new}, {id: 2, status: new}]
            query: {measures: [Orders.count], dimensions: [Orders.status]}
            expect:
              rows: [{status: new, count: 2}]

    Other expectations are `value`, `count`, `relations`, `refused` and `snapshot`; `claims` and `groups` say who asks,
    `now` what time it is, and `source: live` asks the database itself.

    Exits with status 0 if every test passed, 1 if one failed or too little is covered, 2 if there are no tests, or a
    test or the model is wrong.

    Parameters
    ----------
    paths
        Test files, or folders of them.
    k
        Run tests whose file or name holds these words: `-k "orders and not refused"`.
    fail_fast
        End with the first test that does not pass.
    update
        Keep every snapshot that is new or another, and give up those that no test asks for.
    review
        Show each snapshot that is new or another, and ask whether to keep it.
    ci
        Keep no snapshots: one that is missing fails.
    watch
        Stay, and run again what depends on files that change.
    coverage
        Say which members, and which branches of access policies, no test shows.
    fail_under
        Fail if less than so many percent of members and policies are covered; implies --coverage.
    junit
        Write the results to this file as JUnit XML.
    output
        How results are printed: text for people, json for programs.
    verbose
        Print tests that pass as well.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    out = Console(highlight=False, soft_wrap=True)
    if sum((update, review, ci)) > 1:
        fail("--update, --review and --ci exclude each other\n  Leave two of them out", WRONG)
    try:
        wanted = Wanted(
            paths,
            None if k is None else Words(k),
            asked_of(out) if review else keep_all if update else keep_none if ci else keep_new,
            fail_fast,
            update,
            coverage or fail_under is not None,
            fail_under or 0.0,
            verbose,
        )
        if watch:
            asyncio.run(watched(wanted, model, out))
            return
        settings = project_settings(model)
        found = suites(paths, settings.folder, settings.model)
        if not found:
            raise no_tests(settings)
        done = asyncio.run(run(settings, found, wanted, None if output == "json" else out))
        if junit is not None:
            write(junit, as_junit(done.results, done.seconds))
    except ConfigError as error:
        fail(str(error), WRONG)
        return
    if output == "json":
        json.dump(as_json(done.results, done.seconds, done.coverage), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    sys.exit(status(done, wanted))


async def run(settings: Settings, found: Sequence[Suite], wanted: Wanted, out: Console | None) -> Done:
    """Run tests, and print what comes of them as it comes."""
    done = Done()
    began = time.perf_counter()
    ground = Ground(settings)
    try:
        runs = Run(ground, wanted.decide)
        try:
            # A model that does not compile is told once, and not by every test.
            whole = ground.model
        except ModelError as error:
            done.problem = error
            tell_problems(error, settings, out)
            return done
        for suite in found:
            cases = suite.cases if wanted.words is None else wanted.words.chosen(suite)
            await run_suite(runs, suite, cases, wanted, done, out)
            if wanted.fail_fast and any(result.outcome != "passed" for result in done.results):
                break
        done.seconds = time.perf_counter() - began
        if wanted.covers:
            done.coverage = runs.coverage.report(whole)
    finally:
        await ground.close()
    if out is not None:
        if done.coverage is not None:
            out.print(shown_coverage(done.coverage))
            if done.coverage.percent < wanted.fail_under:
                out.print(Text(f"Less than {wanted.fail_under:g} % is covered", style="bold red"))
        out.print(summary(done.results, done.seconds))
    return done


async def run_suite(
    runs: Run, suite: Suite, cases: Sequence[Case], wanted: Wanted, done: Done, out: Console | None
) -> None:
    # What other tests of the file keep is not given up when only some of them run.
    prune = wanted.updates and wanted.words is None and not wanted.fail_fast
    async with aclosing(runs.suite(suite, cases, prune=prune)) as results:
        async for result in results:
            done.results.append(result)
            text = shown_result(result, verbose=wanted.verbose)
            if out is not None and text is not None:
                out.print(text)
            if wanted.fail_fast and result.outcome != "passed":
                return


def status(done: Done, wanted: Wanted) -> int:
    """The exit status."""
    outcomes = {result.outcome for result in done.results}
    if done.problem is not None or "wrong" in outcomes or not done.results:
        return WRONG
    too_little = done.coverage is not None and done.coverage.percent < wanted.fail_under
    return FAILED if "failed" in outcomes or too_little else PASSED


def tell_problems(error: ModelError, settings: Settings, out: Console | None) -> None:
    console = out or Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in error.problems:
        console.print(Text(str(problem)))
    console.print(Text(f"The data model in {settings.model} does not compile: no test was run", style="bold red"))


def no_tests(settings: Settings) -> ConfigError:
    return ConfigError(
        f"There are no tests in {settings.folder / FOLDER} or {settings.model}",
        hint="Write one into a file whose name ends in .test.yml; `kubus test --help` shows how",
    )


def asked_of(out: Console) -> Decide:
    """Asks a person about each snapshot."""

    def decide(suite: Suite, change: SnapshotChange) -> bool:
        kind = "is new" if change.kept is None else "is another"
        out.print(Text(f"\nThe snapshot '{change.name}' of {suite.name} {kind}:", style="bold"))
        if change.diff is not None:
            out.print(Text(change.diff.text()))
        else:
            out.print(Text(change.came.text()))
        try:
            return Prompt.ask("accept or skip", choices=["a", "s"], default="s", console=out) == "a"
        except EOFError:
            # Nobody is there.
            return False

    return decide


def write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error


# ── watching ──


async def watched(wanted: Wanted, model: Path | None, out: Console) -> None:
    """Run tests, and again whenever a file changes on which they depend, until interrupted.

    Raises:
        ConfigError: the settings are wrong at the beginning.
    """
    settings = project_settings(model)
    found = chosen = suites(wanted.paths, settings.folder, settings.model)
    before = stamps(settings, found, wanted)
    while True:
        if chosen:
            out.print(Text(f"\n{time.strftime('%H:%M:%S')}", style="dim"))
            await run(settings, chosen, wanted, out)
            # Snapshots that were kept are no change.
            kept = [suite.snapshots for suite in chosen]
            before = before.with_files(kept)
        while (now := stamps(settings, found, wanted)) == before:  # noqa: ASYNC110 - files tell nobody that they change
            await asyncio.sleep(WATCH_SECONDS)
        try:
            # The project's Python file is read again with them, so only where something has changed.
            settings = project_settings(model)
            found = suites(wanted.paths, settings.folder, settings.model)
            now = stamps(settings, found, wanted)
            chosen = touched(before, now, found)
        except ConfigError as error:
            # Settings that are being written, say.
            out.print(Text(str(error), style="bold red"))
            chosen = []
        before = now


def stamps(settings: Settings, found: Sequence[Suite], wanted: Wanted) -> Seen:
    places = wanted.paths or tuple(p for p in (settings.folder / FOLDER, settings.model) if p.is_dir())
    own = [settings.folder / name for name in ("kubus.py", "cube.py", ".env")]
    return seen(settings.model, own, found, suite_files(places))
