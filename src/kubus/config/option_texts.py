"""Options from Python as the texts of settings."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast


def nested(where: str, value: object, names: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """The settings that the keys of an option stand for."""
    if not isinstance(value, Mapping):
        faults.append(f"{where} has to be a dict, and is {value!r}")
        return {}
    found: dict[str, str] = {}
    for key, part in cast("Mapping[str, Any]", value).items():
        if key not in names:
            faults.append(f"{where}.{key} is not supported; there are {', '.join(sorted(names))}")
        elif callable(part):
            faults.append(f"{where}.{key} is a function, which comes with a later version")
        elif part is not None:
            found[names[key]] = text_of(part)
    return found


def text_of(value: Any) -> str:
    """A value as it would stand in the environment."""
    match value:
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return ",".join(map(str, cast("list[object]", value)))
        case timedelta():
            return f"{value.total_seconds():g}s"
        case _:
            return str(value)
