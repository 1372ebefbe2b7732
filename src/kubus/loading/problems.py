"""The problems of a model, collected as they are found."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from kubus.errors import ModelError, Problem
from kubus.loading.yaml_text import Yaml


class Problems:
    """Every problem found so far. Compiling goes on after one, so that all are told at once."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._found: dict[tuple[str, int, int, str], Problem] = {}
        self._own: set[tuple[str, int]] = set()
        self._inherited: list[tuple[str, int, int, str, str | None, str | None]] = []

    def add(
        self,
        file: str,
        at: Yaml | None,
        message: str,
        *,
        hint: str | None = None,
        cube: str | None = None,
        inherited: bool = False,
    ) -> None:
        """Note a problem at a place of a file. `inherited`: in a child, of what its parent declares there.

        What is wrong in the parent is told once; what is only wrong in the child is told of the child.
        """
        line, column = (at.line, at.column) if at is not None else (0, 0)
        if not inherited:
            self._own.add((file, line))
            self.note(file, line, column, message, hint=hint, cube=cube)
        else:
            self._inherited.append((file, line, column, message, hint, cube))

    def note(
        self, file: str, line: int, column: int, message: str, *, hint: str | None = None, cube: str | None = None
    ) -> None:
        """The same, for a line and column counted from 1."""
        lines = self._files.get(file, "").splitlines()
        excerpt = lines[line - 1].strip()[:160] if 0 < line <= len(lines) else None
        problem = Problem(file, line, column, message, hint, cube, excerpt)
        self._found.setdefault((file, line, column, message), problem)

    def raise_any(self) -> None:
        """Raises ModelError if there are any, in order of file and line."""
        for file, line, column, message, hint, cube in self._inherited:
            if (file, line) not in self._own:
                self.note(file, line, column, message, hint=hint, cube=cube)
        if self._found:
            raise ModelError(tuple(sorted(self._found.values(), key=lambda p: (p.file, p.line, p.column))))


def nearest_hint(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'?" if close else None
