"""Steps of a compilation that need not be done again, because what they were made from is the same.

A step says what it works on, and is given the rest of the model through mappings that note what it reads of them. Its
result is given again as long as all of that is the very same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kubus.loading.problems import Problems

V = TypeVar("V")
R = TypeVar("R")


class Watched(Mapping[str, V], Generic[V]):
    """A mapping that notes what is read of it. `whole` says that somebody went through all of it."""

    def __init__(self, entries: Mapping[str, V]) -> None:
        self.entries = entries
        self.read: dict[str, V | None] = {}
        self.whole = False

    def __getitem__(self, name: str) -> V:
        found = self.read[name] = self.entries.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The entry, which is never None, or `default`."""
        found = self.read[name] = self.entries.get(name)
        return default if found is None else found

    def __contains__(self, name: object) -> bool:
        return self.get(str(name)) is not None

    def __iter__(self) -> Iterator[str]:
        self.whole = True
        return iter(self.entries)

    def __len__(self) -> int:
        self.whole = True
        return len(self.entries)


@dataclass(frozen=True, slots=True)
class Done(Generic[R]):
    """The result of a step: what it worked on, what it read of each mapping, and what came of it."""

    on: tuple[object, ...]
    read: tuple[dict[str, Any], ...]
    result: R


class KeptSteps(Generic[R]):
    """The results of one kind of step, by name, from one compilation to the next.

    With `keeps` false nothing is kept: a model that is compiled once has no use for what it was made from.
    """

    def __init__(self, *, keeps: bool) -> None:
        self._keeps = keeps
        self._before: dict[str, Done[R]] = {}
        self._now: dict[str, Done[R]] = {}

    def again(self, name: str, on: tuple[object, ...], *others: Mapping[str, Any]) -> R | None:
        """The result of before, if it was made from the same."""
        done = self._before.get(name)
        if done is None:
            return None
        # Asked for every cube after every change: loops, which are quicker than `all` of a generator.
        for before, now in zip(done.on, on, strict=True):
            if before is not now:
                return None
        for read, entries in zip(done.read, others, strict=True):
            for entry, value in read.items():
                if entries.get(entry) is not value:
                    return None
        self._now[name] = done
        return done.result

    def result(
        self,
        name: str,
        on: tuple[object, ...],
        others: tuple[Mapping[str, Any], ...],
        problems: Problems,
        make: Callable[..., R],
    ) -> R:
        """What `make` gives for the watched mappings, or gave before.

        A step that found a problem, or looked through all of a mapping, is done again each time.
        """
        if not self._keeps:
            return make(*others)
        found = self.again(name, on, *others)
        if found is not None:
            return found
        watched = tuple(Watched(entries) for entries in others)
        before = problems.noted
        made = make(*watched)
        if problems.noted == before and not any(one.whole for one in watched):
            self._now[name] = Done(on, tuple(one.read for one in watched), made)
        return made

    def turn(self) -> None:
        """End a compilation: what was not used in it is forgotten."""
        self._before, self._now = self._now, {}
