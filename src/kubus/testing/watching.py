"""Which tests depend on files that changed."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubus.loading.files import Stamp, model_stamps
from kubus.testing.cases import Suite


@dataclass(frozen=True, slots=True)
class Seen:
    """The stamps of all files that tests depend on: of the model and the settings, and of the tests' own."""

    model: dict[str, Stamp]
    files: dict[Path, Stamp]

    def with_files(self, paths: Iterable[Path]) -> "Seen":
        """The same, with these files as they are now."""
        now = {path: stamp_of(path) for path in paths}
        files = {**self.files, **now}
        return Seen(self.model, {path: stamp for path, stamp in files.items() if stamp is not None})


def seen(model: Path, settings: Iterable[Path], suites: Sequence[Suite], paths: Iterable[Path]) -> Seen:
    """The stamps as they are now; `paths` are test files, also those that nobody has read yet."""
    files = {*paths, *(suite.snapshots for suite in suites), *(path for suite in suites for path in suite.reads)}
    of_model = {str(path): stamp for path in settings if (stamp := stamp_of(path)) is not None}
    found = {path: stamp for path in files if (stamp := stamp_of(path)) is not None}
    return Seen({**model_stamps(model), **of_model}, found)


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None if it is not there."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - beside the scan of folders, which has the same
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def touched(before: Seen, after: Seen, suites: Sequence[Suite]) -> list[Suite]:
    """The test files whose tests have to be run again: all where the model changed, else those that read a change."""
    if before.model != after.model:
        return list(suites)
    changed = {
        path for path in before.files.keys() | after.files.keys() if before.files.get(path) != after.files.get(path)
    }
    return [suite for suite in suites if changed & {suite.path, suite.snapshots, *suite.reads}]
