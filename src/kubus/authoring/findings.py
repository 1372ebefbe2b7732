"""What is found in a model, file by file."""

import msgspec

from kubus.authoring.open_project import OpenProject
from kubus.errors import QueryError
from kubus.lsp.open_model import Diagnosis, OpenModel


class FoundAt(msgspec.Struct, rename="camel"):
    """A problem or warning. `line` and `column` count from 1; 0 is unknown. `rule` is None of what does not compile."""

    level: str
    file_name: str
    line: int
    column: int
    message: str
    hint: str | None
    rule: str | None
    cube: str | None
    excerpt: str | None


class CheckRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A text in the place of a file, and the model `without` some; of neither, the files as they are."""

    file_name: str | None = None
    content: str | None = None
    without: list[str] = []


class Checked(msgspec.Struct, rename="camel"):
    """Everything that is found. `compiles`: whether a model comes of it."""

    findings: list[FoundAt]
    compiles: bool


async def check(project: OpenProject, asked: CheckRequest) -> Checked:
    """What is wrong with the model, and what is probably not meant. Nothing is written.

    Raises:
        QueryError: there is a text and no name of a file.
        ConfigError: the folder cannot be read.
    """
    if asked.content is None:
        return await (project.typed(checked, {}, asked.without) if asked.without else project.saved(checked))
    if asked.file_name is None:
        raise QueryError("There is a text, and no fileName that says whose")
    return await project.typed(checked, {asked.file_name: asked.content}, asked.without)


def checked(model: OpenModel) -> Checked:
    return Checked([found_at(one) for one in model.findings()], model.compiles)


def found_at(one: Diagnosis) -> FoundAt:
    problem = one.problem
    return FoundAt(
        "error" if one.rule is None else "warning",
        problem.file,
        problem.line,
        problem.column,
        problem.message,
        problem.hint,
        one.rule,
        problem.cube,
        problem.excerpt,
    )
