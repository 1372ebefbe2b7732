"""`kubus format`: model files laid out alike."""

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kubus.cli.main import fail
from kubus.cli.project import project_settings
from kubus.errors import ConfigError
from kubus.writing.format_file import format_file

ENDINGS = (".yml", ".yaml")


def format_files(
    *paths: Annotated[str, Parameter(allow_leading_hyphen=True)],
    check: Annotated[bool, Parameter(negative="")] = False,
    diff: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Lay out model files: indents, gaps and empty lines. Words, comments and their order stay.

    Templates are left as they are, and so is a file whose meaning would change, which is said. Exits with status 1 if
    a file is no YAML or cannot be laid out, or with --check if one would change.

    Parameters
    ----------
    paths
        Files and folders; the project's model if none is given. `-` formats standard input to standard output.
    check
        Write nothing, and say which files would change.
    diff
        Write nothing, and print what would change.
    """
    if paths == ("-",):
        text = sys.stdin.read()
        made, problem = format_file("standard input", text)
        sys.stdout.write(text if made is None else made)
        if problem:
            fail(problem)
        return
    try:
        files = list(files_of(paths or (str(project_settings().model),)))
    except ConfigError as error:
        fail(str(error), status=2)
        return
    changed = 0
    problems: list[str] = []
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        made, problem = format_file(str(path), text)
        if problem:
            problems.append(problem)
        if made is None or made == text:
            continue
        changed += 1
        if diff:
            lines = difflib.unified_diff(
                text.splitlines(keepends=True), made.splitlines(keepends=True), str(path), str(path)
            )
            sys.stdout.writelines(lines)
        elif check:
            print(f"{path} would change")  # noqa: T201 - the output of a command
        else:
            path.write_text(made, encoding="utf-8", newline="")
            print(f"{path} is laid out")  # noqa: T201
    if not diff:
        print(f"{changed} of {len(files)} files {'would change' if check else 'changed'}")  # noqa: T201
    if problems:
        fail("\n".join(problems))
    if check and changed:
        sys.exit(1)


def files_of(paths: tuple[str, ...]) -> Iterator[Path]:
    """The model files of these paths.

    Raises:
        ConfigError: there is no such path.
    """
    for path in map(Path, paths):
        if path.is_dir():
            found = (p for p in sorted(path.rglob("*")) if p.suffix in ENDINGS and p.is_file())
            yield from (p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts))
        elif path.is_file():
            yield path
        else:
            raise ConfigError(f"There is no file or folder {path}")
