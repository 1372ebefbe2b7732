"""Formats that members may declare: presentation only.

Source: https://cube.dev/docs/reference/data-model/dimensions#format, https://d3js.org/d3-format
"""

import re
from typing import Any, cast

CLASSIC = ("imageUrl", "link", "currency", "percent", "number", "id")
NAMED = re.compile(r"(number|percent|currency|decimal|abbr|accounting)(_[0-6])?|id")
D3 = re.compile(r"(?:(?:.)?[<>=^])?[+\-( ]?[$#]?0?\d*,?(?:\.\d+)?~?[a-zA-Z%]")
TIME = re.compile(r"%[aAbBcdefgGHIjLmMnpqQsStuUVwWxXyYZ%]")


def format_problem(declared: Any, value_type: str, *, is_measure: bool) -> str | None:
    """What is wrong with a format, or None."""
    if isinstance(declared, dict):
        link = cast("dict[str, object]", declared)
        if is_measure or link.get("type") != "link" or not isinstance(link.get("label"), str):
            return "must be a name, or {type: link, label: text} on a dimension"
        return None
    if not isinstance(declared, str):
        return "must be a text"
    if value_type == "time" and not is_measure:
        return None if TIME.search(declared) else "must be a time format with at least one % directive"
    if is_measure:
        fits = declared in ("percent", "currency", "number") or NAMED.fullmatch(declared) or D3.fullmatch(declared)
        return None if fits else "must be one of [percent, currency, number], a named format or a d3-format specifier"
    if declared in CLASSIC:
        return None
    if value_type == "number" and (NAMED.fullmatch(declared) or D3.fullmatch(declared)):
        return None
    return f"must be one of [{', '.join(CLASSIC)}]"
