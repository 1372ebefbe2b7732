"""What `kubus check` finds of a model: problems, which are errors, and warnings of lint rules."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kubus.errors import ModelError, Problem
from kubus.loading.compiler import Compiler
from kubus.loading.files import model_files
from kubus.loading.lint.rules import RuleName

Level = Literal["error", "warning"]

# What stands where a warning has the name of its rule.
COMPILES: Literal["model"] = "model"
# And of what differs between a model and its tables.
LIVE: Literal["live"] = "live"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of a model, what a rule found in it, or where its tables differ.

    `path` leads to its file from the folder `Findings.root`.
    """

    level: Level
    rule: RuleName | Literal["model", "live"]
    path: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that is found, in order of file and line; and how much was looked at: 0 where it does not compile.

    `root` is the folder from which paths lead to files, and `folder` the way from there to the model.
    """

    root: Path
    folder: str
    all: tuple[Finding, ...]
    cubes: int = 0
    views: int = 0
    members: int = 0

    def count(self, level: Level) -> int:
        """How many there are of a level."""
        return sum(one.level == level for one in self.all)


def findings_of(folder: Path, dialects: Mapping[str, str], off: Collection[str], root: Path) -> Findings:
    """What is found in the model in `folder`; `off` has rules that are not asked. Paths lead there from `root`.

    `dialects` has the SQL dialect of each data source by its name.

    Raises:
        ConfigError: the folder is not there.
    """
    below = way(folder, root)

    def finding(level: Level, rule: RuleName | Literal["model"], problem: Problem) -> Finding:
        return Finding(level, rule, f"{below}/{problem.file}" if below != "." else problem.file, problem)

    compiler = Compiler(dialects, folder, keeps=False)
    try:
        model = compiler.compile(model_files(folder))
    except ModelError as error:
        return Findings(root, below, tuple(finding("error", COMPILES, problem) for problem in error.problems))
    warnings = (finding("warning", one.rule, one.problem) for one in compiler.lint(model, off))
    members = sum(len(c.dimensions) + len(c.measures) + len(c.segments) for c in model.cubes.values())
    return Findings(root, below, tuple(warnings), len(model.cubes), len(model.views), members)


def way(folder: Path, root: Path) -> str:
    """The way from one folder to another, with slashes; a whole path where it would lead upwards."""
    relative = Path(os.path.relpath(folder.resolve(), root.resolve()))
    return (folder.resolve() if ".." in relative.parts else relative).as_posix()
