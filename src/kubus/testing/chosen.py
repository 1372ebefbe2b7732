"""Which tests are meant: the files of a project, and the words of `-k`."""

import re
from collections.abc import Sequence
from pathlib import Path

from kubus.errors import ConfigError
from kubus.testing.cases import Case, Suite
from kubus.testing.reading import read_suite, suite_files

# Where tests of a project are, when nobody says; those beside the model count as well.
FOLDER = "tests"

TOKEN = re.compile(r"\s*(\(|\)|[^\s()]+)")


def suites(paths: Sequence[Path], folder: Path, model: Path) -> list[Suite]:
    """The test files at these paths, or all of the project in `folder`, whose model is in `model`.

    Raises:
        ConfigError: a path is not there, or is no test file.
    """
    places = list(paths) or [place for place in (folder / FOLDER, model) if place.is_dir()]
    return [read_suite(path, name_of(path, folder)) for path in suite_files(places)]


def name_of(path: Path, folder: Path) -> str:
    """A file as reports call it: by its place below the project, if it is there."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return str(path)


class Words:
    """An expression of `-k`: words that the name or file of a test holds, with `and`, `or`, `not` and parentheses.

    Words beside each other all have to be there. Case does not matter.

    Raises:
        ConfigError: it is no such expression.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = TOKEN.findall(text)
        # Said before any test is run.
        self.fit("")

    def chosen(self, suite: Suite) -> tuple[Case, ...]:
        """The tests of a file that are meant."""
        return tuple(case for case in suite.cases if self.fit(f"{suite.name} {case.name}"))

    def fit(self, name: str) -> bool:
        """Whether a name is meant."""
        found, rest = self._any(self._tokens, name.lower())
        if rest:
            raise self._wrong()
        return found

    def _any(self, tokens: list[str], name: str) -> tuple[bool, list[str]]:
        found, rest = self._all(tokens, name)
        while rest and rest[0].lower() == "or":
            other, rest = self._all(rest[1:], name)
            found = found or other
        return found, rest

    def _all(self, tokens: list[str], name: str) -> tuple[bool, list[str]]:
        found, rest = self._one(tokens, name)
        while rest and rest[0].lower() != "or" and rest[0] != ")":
            other, rest = self._one(rest[1:] if rest[0].lower() == "and" else rest, name)
            found = found and other
        return found, rest

    def _one(self, tokens: list[str], name: str) -> tuple[bool, list[str]]:
        if not tokens or tokens[0] == ")" or tokens[0].lower() in {"and", "or"}:
            raise self._wrong()
        first, rest = tokens[0], tokens[1:]
        if first.lower() == "not":
            found, rest = self._one(rest, name)
            return not found, rest
        if first != "(":
            return first.lower() in name, rest
        found, rest = self._any(rest, name)
        if not rest or rest[0] != ")":
            raise self._wrong()
        return found, rest[1:]

    def _wrong(self) -> ConfigError:
        return ConfigError(
            f"-k '{self._text}' cannot be read", hint="Write words, with and, or, not and parentheses between them"
        )
