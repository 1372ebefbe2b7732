"""Tests run one after the other, and what came of each."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kubus.errors import (
    AccessError,
    BadPolicy,
    BadTest,
    KubusError,
    ModelError,
    NotTranslated,
    QueryError,
    ValueRefused,
)
from kubus.testing.cases import Case, Place, Suite
from kubus.testing.coverage import Coverage
from kubus.testing.expectations import Mismatch, mismatches, refusal_mismatch
from kubus.testing.ground import Answered, Asking, Ground
from kubus.testing.snapshots import Snapshot, SnapshotChange, SnapshotFile, change_of, snapshot_name

# `failed`: something is not as expected. `wrong`: the test could not be run as it is.
Outcome = Literal["passed", "failed", "wrong"]

# What becomes of a snapshot that is new or another. True keeps what came.
Decide = Callable[[Suite, SnapshotChange], bool]


def keep_new(_: Suite, change: SnapshotChange) -> bool:
    """A snapshot that was not there is kept; one that is another is not."""
    return change.kept is None


def keep_all(_suite: Suite, _change: SnapshotChange) -> bool:
    """Whatever came is kept."""
    return True


def keep_none(_suite: Suite, _change: SnapshotChange) -> bool:
    """Nothing is kept."""
    return False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a test. `reason` says of one that could not be run why; `statements` are the SQL that was run.

    `kept` are snapshots that were taken over.
    """

    suite: str
    name: str
    place: Place
    outcome: Outcome
    seconds: float
    mismatches: tuple[Mismatch, ...] = ()
    reason: str | None = None
    statements: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(slots=True)
class Run:
    """Runs tests on a ground. `decide` says what becomes of snapshots; what is covered is noted in `coverage`."""

    ground: Ground
    decide: Decide = keep_new
    coverage: Coverage = field(default_factory=Coverage)

    async def suite(self, suite: Suite, cases: Sequence[Case], *, prune: bool = False) -> AsyncGenerator[Result]:
        """The results of some tests of a file, as they come; of a file that is wrong, one for each mistake.

        With `prune`, snapshots that no test of the file asks for are given up. Close it to end before the last.
        """
        for problem in suite.problems:
            place = Place(problem.file, problem.line, problem.column)
            yield Result(suite.name, suite.name, place, "wrong", 0.0, reason=str(problem))
        if suite.problems:
            return
        snapshots = SnapshotFile(suite.snapshots, suite.path.name)
        taken: dict[str, Snapshot] = {}
        try:
            for case in cases:
                yield await self.case(suite, case, snapshots, taken)
        finally:
            # Also where whoever runs them ends before the last.
            if taken:
                snapshots.take(taken)
        if prune:
            asked_for = (
                snapshot_name(case.name, number)
                for case in suite.cases
                for number, expected in enumerate(case.expected)
                if expected.snapshot
            )
            snapshots.take({}, only=frozenset(asked_for))

    async def case(self, suite: Suite, case: Case, snapshots: SnapshotFile, taken: dict[str, Snapshot]) -> Result:
        """The result of one test. Snapshots that are to be kept are put into `taken`."""
        began = time.perf_counter()
        asking: Asking | None = None
        answers: tuple[Answered, ...] = ()
        found: list[Mismatch] = []
        kept: list[str] = []
        reason: str | None = None
        refused: KubusError | None = None
        try:
            try:
                asking = await self.ground.asking(case)
                answers = await self.ground.ask(asking)
            except KubusError as error:
                refused = error
                found = self._of_refusal(case, error)
            else:
                found = await self._of_answers(case, asking, answers)
                for change in self._changes(case, answers, snapshots):
                    if self.decide(suite, change):
                        taken[change.name] = change.came
                        kept.append(change.name)
                    else:
                        found.append(of_change(change, case))
        except KubusError as error:
            reason = reason_of(error)
        outcome: Outcome = "wrong" if reason is not None else "failed" if found else "passed"
        if outcome == "passed" and asking is not None:
            self.coverage.note(asking, (*answers, *asking.more), refused)
        statements = tuple(answer.prepared.statement.sql for answer in answers)
        seconds = time.perf_counter() - began
        return Result(
            suite.name, case.name, case.place, outcome, seconds, tuple(found), reason, statements, tuple(kept)
        )

    def _of_refusal(self, case: Case, error: KubusError) -> list[Mismatch]:
        """What is not as expected where no answer came."""
        due = [one for one in case.expected if one.refused is not None]
        if isinstance(error, BadTest | NotTranslated | ModelError):
            raise error
        if not due:
            # What a caller of a server would be told as well; a database that fails says nothing of the model.
            if not isinstance(error, QueryError | AccessError | BadPolicy | ValueRefused):
                raise error
            return [Mismatch(f"It was refused: {type(error).__name__} (code {error.code}): {error}", case.place)]
        found = (refusal_mismatch(one.refused, error, one.place) for one in due if one.refused is not None)
        return [one for one in found if one is not None]

    async def _of_answers(self, case: Case, asking: Asking, answers: tuple[Answered, ...]) -> list[Mismatch]:
        if len(answers) != len(case.expected):
            raise BadTest(
                f"The query stands for {len(answers)} queries, and there are {len(case.expected)} expectations",
                hint="Write `expect` as a list with an entry for each",
            )
        found: list[Mismatch] = []
        for expected, answered in zip(case.expected, answers, strict=True):
            if expected.refused is not None:
                rows = "1 row" if len(answered.rows) == 1 else f"{len(answered.rows)} rows"
                found.append(Mismatch(f"A refusal is due, and {rows} came", expected.place))
            found += await mismatches(expected, answered, asking, self.ground)
        return found

    def _changes(self, case: Case, answers: tuple[Answered, ...], snapshots: SnapshotFile) -> list[SnapshotChange]:
        found: list[SnapshotChange] = []
        for number, (expected, answered) in enumerate(zip(case.expected, answers, strict=True)):
            if expected.snapshot:
                name = snapshot_name(case.name, number)
                change = change_of(name, snapshots.kept.get(name), answered, expected.tolerance)
                if change is not None:
                    found.append(change)
        return found


def of_change(change: SnapshotChange, case: Case) -> Mismatch:
    """A snapshot that is missing or another, as what is not as expected."""
    if change.kept is None:
        return Mismatch(f"There is no snapshot '{change.name}'; --update makes it", case.place)
    if change.diff is None:
        came, kept = ", ".join(change.came.columns), ", ".join(change.kept.columns)
        return Mismatch(f"The snapshot '{change.name}' has the columns {kept}, and {came} came", case.place)
    return Mismatch(
        f"The answer is not the snapshot '{change.name}' (- kept, + came); --review asks whether it should be",
        case.place,
        change.diff,
    )


def reason_of(error: KubusError) -> str:
    """Why a test could not be run."""
    match error:
        case BadTest(problem=problem) if problem is not None:
            return str(problem)
        case ModelError(problems=problems):
            return "\n".join(("The data model does not compile", *map(str, problems)))
        case BadTest() | NotTranslated():
            return str(error)
        case _:
            return f"{type(error).__name__} (code {error.code}): {error}"
