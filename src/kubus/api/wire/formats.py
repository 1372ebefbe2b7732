"""How members are shown: the formats of the model as metadata carries them.

Presentation only; no value is changed by a format. Specifiers are those of d3-format and d3-time-format.
Source: https://d3js.org/d3-format, https://cube.dev/docs/reference/data-model/dimensions#format
"""

import re
from typing import Any

from kubus.model.cube import Label
from kubus.model.measure_types import ValueType

Json = Any

# Handed on as they are: every client knows them.
CLASSIC = frozenset({"percent", "currency", "number", "imageUrl", "link", "id"})

# The d3 specifier of a named format, without and with a fixed number of decimals.
SPECIFIERS: dict[str, tuple[str, str]] = {
    "number": (",.2~f", ",.{}f"),
    "decimal": (",.2~f", ",.{}f"),
    "percent": (".2~%", ".{}%"),
    "currency": ("$,.2~f", "$,.{}f"),
    "abbr": (".2~s", ".{}s"),
    "accounting": ("(,.2~f", "(,.{}f"),
}
ID_SPECIFIER = ".0f"

NAMED = re.compile(r"(number|decimal|percent|currency|abbr|accounting)(?:_([0-6]))?")


def wire_format(label: Label, value_type: ValueType) -> Json | None:
    """The `format` of a member in metadata and annotations; None if it has none.

    Classic words and objects stay as declared. A named numeric format and a d3 specifier become `custom-numeric`, a
    format of times becomes `custom-time`.
    """
    declared = label.format
    if not isinstance(declared, str):
        return declared
    if value_type == "time":
        return {"type": "custom-time", "value": declared}
    if declared in CLASSIC:
        return declared
    specifier = named_specifier(declared)
    if specifier is not None:
        return {"type": "custom-numeric", "value": specifier, "alias": declared}
    return {"type": "custom-numeric", "value": declared}


def format_description(label: Label, value_type: ValueType) -> dict[str, str] | None:
    """Name and d3 specifier by which to print a number; None for members that are no numbers."""
    if value_type != "number":
        return None
    declared = label.format
    match declared:
        case "id":
            described = {"name": "id", "specifier": ID_SPECIFIER}
        case str() if (specifier := named_specifier(declared)) is not None:
            described = {"name": declared, "specifier": specifier}
        case str() if declared not in CLASSIC:
            described = {"name": "custom", "specifier": declared}
        case _:
            described = {"name": "number", "specifier": SPECIFIERS["number"][0]}
    if label.currency is not None:
        described["currency"] = label.currency
    return described


def named_specifier(name: str) -> str | None:
    """The d3 specifier behind `percent_1`, `abbr` and the like; None if it is no such name."""
    found = NAMED.fullmatch(name)
    if found is None:
        return None
    loose, fixed = SPECIFIERS[found[1]]
    return loose if found[2] is None else fixed.format(found[2])
