"""The problems of a model, collected as they are found."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from kubus.errors import ModelError, Problem
from kubus.loading.rendered import Rendered
from kubus.loading.yaml_text import Yaml

# Characters of a line that are shown.
EXCERPT = 160


class Problems:
    """Every problem found so far. Compiling goes on after one, so that all are told at once."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        # How many were found, also those that were found before.
        self.noted = 0
        self._found: dict[tuple[str, int, int, str], Problem] = {}
        self._own: set[tuple[str, int]] = set()
        self._inherited: list[tuple[str, int, int, str, str | None, str | None]] = []
        self._rendered: dict[str, Rendered] = {}

    def from_template(self, file: str, rendered: Rendered) -> None:
        """Have problems with lines of what `file` rendered to told at the lines of the template that made them."""
        self._rendered[file] = rendered

    def source_line(self, file: str, line: int) -> int:
        """The line of `file` as it is written that is meant by one that is read."""
        place = self._rendered[file].place(line) if file in self._rendered else None
        return line if place is None else place.line

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
        file = (at.file if at is not None else "") or file
        if not inherited:
            self._own.add((file, line))
            self.note(file, line, column, message, hint=hint, cube=cube)
        else:
            self.noted += 1
            self._inherited.append((file, line, column, message, hint, cube))

    def note(
        self, file: str, line: int, column: int, message: str, *, hint: str | None = None, cube: str | None = None
    ) -> None:
        """The same, for a line and column counted from 1."""
        self.noted += 1
        problem = self.placed(file, line, column, message, hint=hint, cube=cube)
        self._found.setdefault((problem.file, problem.line, problem.column, message), problem)

    def placed(
        self, file: str, line: int, column: int, message: str, *, hint: str | None = None, cube: str | None = None
    ) -> Problem:
        """What is said of a line of a file as it was read, at the line of the template that made it."""
        if file in self._rendered and (place := self._rendered[file].place(line)) is not None:
            made = row_of(self._rendered[file].text, line)
            if made != row_of(self._files.get(place.file, ""), place.line):
                column = 1
                if made:
                    hint = (f"{hint}. " if hint else "") + f"Rendered it is: {made.strip()[:160]}"
            file, line = place.file, place.line
        return self.written(file, line, column, message, hint=hint, cube=cube)

    def written(
        self, file: str, line: int, column: int, message: str, *, hint: str | None = None, cube: str | None = None
    ) -> Problem:
        """The same of a line of a file as it is written, with the line itself."""
        row = row_of(self._files.get(file, ""), line)
        excerpt = row.strip()[:EXCERPT] or None
        at = column - 1 - (len(row) - len(row.lstrip()))
        caret = at if excerpt is not None and 0 <= at < len(excerpt) else None
        return Problem(file, line, column, message, hint, cube, excerpt, caret)

    def raise_any(self) -> None:
        """Raises ModelError if there are any, in order of file and line."""
        for file, line, column, message, hint, cube in self._inherited:
            if (file, line) not in self._own:
                self.note(file, line, column, message, hint=hint, cube=cube)
        if self._found:
            raise ModelError(tuple(sorted(self._found.values(), key=lambda p: (p.file, p.line, p.column))))


def row_of(text: str, line: int) -> str:
    """A line of a text, counted from 1; empty if there is none."""
    lines = text.splitlines()
    return lines[line - 1] if 0 < line <= len(lines) else ""


def nearest_hint(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'?" if close else None
