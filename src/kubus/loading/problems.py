"""The problems of a model, collected as they are found."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kubus.errors import ModelError, Problem
from kubus.loading.remedies import remedy
from kubus.loading.rendered import Rendered
from kubus.loading.yaml_text import Yaml
from kubus.model.names import nearest

# Characters of a line that are shown.
EXCERPT = 160


class Missing(NamedTuple):
    """A member of a cube or view that is not there, or with `holder` None a cube or view itself.

    `name` None stands for those whose names nobody knows.
    """

    holder: str | None
    name: str | None


# Where a problem looked for a name that it does not find.
Lookups = Collection[tuple[str | None, str]]


# Instead of a member's name: the joins of a cube, and what tells its rows apart.
JOINS, PRIMARY_KEY = "its joins", "its primary key"
# That a cube has no primary key is told once.
TOLD_KEYLESS = "that it has no primary key"


@dataclass(frozen=True, slots=True)
class Noted:
    """A problem, the file and line as they were read, the value that it is about, and what it does not find."""

    problem: Problem
    read: tuple[str, int]
    at: Yaml | None = None
    missing: Lookups = ()
    rendered: str | None = None


class Problems:
    """Every problem found so far. Compiling goes on after one, so that all are told at once.

    What could not be read or compiled is `lost`. A problem that only misses what is lost is a consequence of another
    problem, and is not told.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        # How many were found, also those that were found before.
        self.noted = 0
        self._found: list[Noted] = []
        self._own: set[tuple[str, int]] = set()
        self._inherited: list[Noted] = []
        self._rendered: dict[str, Rendered] = {}
        self._lost: set[Missing] = set()

    def from_template(self, file: str, rendered: Rendered) -> None:
        """Have problems with lines of what `file` rendered to told at the lines of the template that made them."""
        self._rendered[file] = rendered

    def source_line(self, file: str, line: int) -> int:
        """The line of `file` as it is written that is meant by one that is read."""
        place = self._rendered[file].place(line) if file in self._rendered else None
        return line if place is None else place.line

    def lose(self, holder: str | None, name: str | None = None) -> None:
        """Say that a member could not be had, or some member of a cube or view, or with `holder` None some cube."""
        self._lost.add(Missing(holder, name))

    def is_lost(self, holder: str | None, name: str) -> bool:
        """Whether what is missed may be what was lost."""
        return not self._lost.isdisjoint({Missing(holder, name), Missing(holder, None)})

    def add(
        self,
        file: str,
        at: Yaml | None,
        message: str,
        *,
        hint: str | None = None,
        cube: str | None = None,
        inherited: bool = False,
        missing: Lookups = (),
    ) -> None:
        """Note a problem at a place of a file. `inherited`: in a child, of what its parent declares there.

        What is wrong in the parent is told once; what is only wrong in the child is told of the child. `missing` is
        where the problem looked for a name that it does not find.
        """
        line, column = (at.line, at.column) if at is not None else (0, 0)
        file = (at.file if at is not None else "") or file
        self.noted += 1
        if not inherited:
            self._own.add((file, line))
        problem = self.placed(file, line, column, message, hint=hint, cube=cube)
        noted = Noted(problem, (file, line), at, missing, self.made(file, line))
        (self._inherited if inherited else self._found).append(noted)

    def note(
        self, file: str, line: int, column: int, message: str, *, hint: str | None = None, cube: str | None = None
    ) -> None:
        """The same, for a line and column counted from 1."""
        self.noted += 1
        problem = self.placed(file, line, column, message, hint=hint, cube=cube)
        self._found.append(Noted(problem, (file, line)))

    def made(self, file: str, line: int) -> str | None:
        """The line that a template made; None where there is no template."""
        return row_of(self._rendered[file].text, line).strip() if file in self._rendered else None

    def placed(
        self, file: str, line: int, column: int, message: str, *, hint: str | None = None, cube: str | None = None
    ) -> Problem:
        """What is said of a line of a file as it was read, at the line of the template that made it."""
        if file in self._rendered and (place := self._rendered[file].place(line)) is not None:
            made = row_of(self._rendered[file].text, line)
            if made != row_of(self._files.get(place.file, ""), place.line):
                column = 1
                if made:
                    todo = hint or remedy(message)
                    hint = (f"{todo}. " if todo else "") + f"Rendered it is: {made.strip()[:160]}"
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
        return Problem(file, line, column, message, hint or remedy(message), cube, excerpt, caret)

    def raise_any(self) -> None:
        """Raises ModelError if there are any, in order of file and line; without what follows from others."""
        noted = self._found + [one for one in self._inherited if one.read not in self._own]
        if noted:
            places = {id(one.at) for one in noted}
            told = first_of_template_lines(one for one in noted if not self.follows(one, places)) or noted
            found: dict[tuple[str, int, int, str], Problem] = {}
            for one in told:
                problem = one.problem
                found.setdefault((problem.file, problem.line, problem.column, problem.message), problem)
            raise ModelError(tuple(sorted(found.values(), key=lambda p: (p.file, p.line, p.column))))

    def follows(self, one: Noted, places: Collection[int]) -> bool:
        """Whether a problem is only there because of another: of one in the same map, or of what is lost.

        `places` are the identities of all values that there are problems with.
        """
        if any(self.is_lost(*place) for place in one.missing):
            return True
        if one.at is None or not one.at.is_map:
            return False
        inside = (*(one.at.keys or {}).values(), *(value for _, value in one.at.items()))
        return any(id(part) in places for part in inside)


def first_of_template_lines(noted: Iterable[Noted]) -> list[Noted]:
    """Of what a loop or macro makes of one line time and again, the first."""
    seen: set[tuple[str, int, str]] = set()
    told: list[Noted] = []
    for one in noted:
        if one.rendered is not None:
            made = (one.problem.file, one.problem.line, one.rendered)
            if made in seen:
                continue
            seen.add(made)
        told.append(one)
    return told


def row_of(text: str, line: int) -> str:
    """A line of a text, counted from 1; empty if there is none."""
    lines = text.splitlines()
    return lines[line - 1] if 0 < line <= len(lines) else ""


def nearest_hint(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    close = nearest(name, names)
    return None if close is None else f"Did you mean '{close}'?"


def key_hint(name: str, allowed: Collection[str]) -> str | None:
    """The key that was probably meant, or what stands here if that is soon said."""
    return nearest_hint(name, sorted(allowed)) or (f"Here stand {', '.join(allowed)}" if len(allowed) < 10 else None)
