"""What an incident is here: a check that holds, and a fault that the check finds when it is planted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.incidents.shop import Shop

Check = Callable[[Shop], Awaitable[None]]
Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Incident:
    """A public report as a check of kubus.

    `id` names it in `docs/incidents.md`. `plant` breaks the one place that guards against it, as the reported product
    was broken; `check` has to fail then, and holds otherwise. `breaks` is what the fault raises where it fails by
    itself, and not an assertion of the check.
    """

    id: str
    plant: Plant
    check: Check
    files: dict[str, str]
    environ: dict[str, str]
    breaks: type[Exception]


ALL: list[Incident] = []


def incident(
    id: str,  # noqa: A002 - what it is
    plant: Plant,
    *,
    files: dict[str, str] | None = None,
    breaks: type[Exception] = AssertionError,
    **environ: str,
) -> Callable[[Check], Check]:
    """Decorate a check. `files` are added to the project's, and `environ` to its settings; `breaks` see `Incident`."""

    def add(check: Check) -> Check:
        ALL.append(Incident(id, plant, check, files or {}, environ, breaks))
        return check

    return add
