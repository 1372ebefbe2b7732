"""What a template may use up: steps, characters and time, so that none can hang or fill the process.

Jinja has no loop without an end, but loops in loops, macros that call themselves and texts that double are enough.
"""

import re
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from itertools import islice
from typing import Any, cast

from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Undefined

# Of one compilation: passes through loops and calls; characters that are put together, kept or not.
MAX_STEPS = 1_000_000
MAX_CHARACTERS = 50_000_000
# Of one compilation, without the time that Python functions of the model take.
MAX_SECONDS = 30.0
# Of one file, as written and as rendered, and of any text on the way.
MAX_SOURCE = 1_000_000
MAX_TEXT = 10_000_000
# Widths, counts and exponents; nothing that a model says comes near.
MAX_COUNT = 10_000
MAX_ITEMS = 1_000_000

# Filters and methods of text that make as much as a number says.
COUNTED_FILTERS = ("batch", "center", "indent", "round", "slice", "tojson", "truncate", "wordwrap")
COUNTED_METHODS = frozenset({"center", "expandtabs", "ljust", "rjust", "zfill"})

# A width in a format: `%9999999d`, `%*d`.
WIDE = re.compile(r"%[^%a-zA-Z]*(\*|\d{5})")

# A width in a format of braces, or one that a value says: `{:9999999}`, `{:{}}`.
WIDE_FIELD = re.compile(r"\{[^{}]*:[^{}]*(\d{5}|\{)")


class TooMuch(TemplateRuntimeError):
    """A template goes beyond what it may use up."""


@dataclass(slots=True)
class Budget:
    """What the templates of one compilation have left. `deadline` is a point of `time.monotonic`."""

    deadline: float
    steps: int = MAX_STEPS
    characters: int = MAX_CHARACTERS

    def spend(self, characters: int = 0) -> None:
        """Take one step that writes so many characters. Raises TooMuch if there are none left."""
        self.steps -= 1
        self.characters -= characters
        if self.steps < 0:
            raise TooMuch(f"takes more than {MAX_STEPS} steps of loops and calls")
        if self.characters < 0:
            raise TooMuch(f"puts together more than {MAX_CHARACTERS} characters")
        if time.monotonic() > self.deadline:
            raise TooMuch(f"takes longer than {MAX_SECONDS:.0f} seconds")

    @contextmanager
    def paused(self) -> Generator[None]:
        """Let time pass that is not the template's own."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.deadline += time.monotonic() - began

    def counted(self, items: Iterable[Any], characters: int) -> Iterator[Any]:
        """The items of a loop whose body writes so many characters each time, with a step for each."""
        for item in items:
            self.spend(characters)
            yield item


def budget() -> Budget:
    """A whole one, from now on."""
    return Budget(time.monotonic() + MAX_SECONDS)


def sized(value: Any) -> Any:
    """The value itself. Raises TooMuch if it is longer than any text or list on the way may be."""
    length = length_of(value)
    if length > MAX_TEXT and isinstance(value, str | bytes):
        raise TooMuch(f"makes a text of more than {MAX_TEXT} characters")
    if length > MAX_ITEMS and not isinstance(value, str | bytes):
        raise TooMuch(f"makes a list of more than {MAX_ITEMS} items")
    return value


def listed(value: Any) -> Any:
    """What a Python function gave; of an iterator, which may have no end, the list of its items."""
    if isinstance(value, Iterator):
        items: list[Any] = list(islice(cast("Iterator[Any]", value), MAX_ITEMS + 1))
        return sized(items)
    return value


def check_operation(operator: str, left: Any, right: Any) -> None:
    """Refuse arithmetic that would make something huge at one stroke. Raises TooMuch."""
    if isinstance(left, Undefined) or isinstance(right, Undefined):
        return
    match operator:
        case "**":
            too_much = magnitude(right) > 1000 or magnitude(left) > 10**100
        case "*":
            length = max(length_of(left), length_of(right))
            times = right if length == length_of(left) else left
            too_much = magnitude(times) * length > MAX_TEXT or bits(left) + bits(right) > MAX_COUNT
        case "+":
            too_much = length_of(left) + length_of(right) > MAX_TEXT
        case _:  # "%"
            too_much = isinstance(left, str) and WIDE.search(left) is not None
    if too_much:
        raise TooMuch(f"makes something too large with {operator}")


def check_method(text: str, name: str, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    """Refuse a method of text that would make a huge one at one stroke. Raises TooMuch."""
    if name in COUNTED_METHODS:
        check_counts(arguments, named)
    elif name == "replace" and len(arguments) > 1:
        check_length(text.count(str(arguments[0])) * length_of(arguments[1]))
    elif name == "join" and arguments:
        check_joined(arguments[0], text)
    elif name == "translate":
        raise TooMuch("calls translate, which templates cannot; use replace")


def check_format(text: str) -> None:
    """Refuse a format of braces that would make a huge text at one stroke. Raises TooMuch."""
    if WIDE_FIELD.search(text):
        raise TooMuch("formats with a width that is too large, or that a value says")


def check_counts(arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    for value in (*arguments, *named.values()):
        if magnitude(value) > MAX_COUNT:
            raise TooMuch(f"asks for a width or count of more than {MAX_COUNT}")


def check_joined(items: Any, separator: str) -> None:
    if isinstance(items, list | tuple):
        parts = cast("list[Any]", items)
        check_length(sum(map(length_of, parts)) + len(parts) * len(separator))


def check_length(length: int) -> None:
    if length > MAX_TEXT:
        raise TooMuch(f"makes a text of more than {MAX_TEXT} characters")


def magnitude(value: Any) -> float:
    return abs(value) if isinstance(value, int | float) else 0


def bits(value: Any) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def length_of(value: Any) -> int:
    return len(cast("str", value)) if isinstance(value, str | bytes | list | tuple) else 0


def bounded_filters(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Jinja's own filters, those that could make something huge at one stroke with a look before."""
    bounded = dict(filters)
    for name in COUNTED_FILTERS:
        bounded[name] = with_look(filters[name], lambda _, arguments, named: check_counts(arguments, named))
    bounded["replace"] = with_look(filters["replace"], look_at_replace)
    bounded["join"] = with_look(filters["join"], look_at_join)
    bounded["format"] = with_look(filters["format"], look_at_format)
    return bounded


Look = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], None]


def with_look(function: Callable[..., Any], look: Look) -> Callable[..., Any]:
    """The filter, with a look at its value and arguments before. It may be given Jinja's context first."""
    first = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def looked(*arguments: Any, **named: Any) -> Any:
        look(arguments[first], arguments[first + 1 :], named)
        return function(*arguments, **named)

    return looked


def look_at_replace(text: Any, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    old = arguments[0] if arguments else named.get("old", "")
    new = arguments[1] if len(arguments) > 1 else named.get("new", "")
    check_length(str(text).count(str(old)) * length_of(new))


def look_at_join(items: Any, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    check_joined(items, str(arguments[0] if arguments else named.get("d", "")))


def look_at_format(text: Any, _arguments: tuple[Any, ...], _named: Mapping[str, Any]) -> None:
    check_operation("%", str(text), None)
