"""What context variables in SQL mean: `FILTER_PARAMS`, `SECURITY_CONTEXT` and `SQL_UTILS`, bound and parsed.

What the query and its caller put in their places is only known when the query is there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from kubus.model.member_sql import MemberSql, Reference

# The steps to a claim in the security context.
ClaimPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value written in the model that is no SQL by itself: true, false, none, or an empty text."""

    value: bool | str | None


@dataclass(frozen=True, slots=True)
class Argument:
    """What the parameter of a function stands for."""

    name: str


@dataclass(frozen=True, slots=True)
class Callback:
    """A function of placeholders that gives SQL."""

    parameters: tuple[str, ...]
    body: "ContextValue"


@dataclass(frozen=True, slots=True)
class Pushed:
    """`FILTER_PARAMS.cube.member.filter(to)`: the query's condition on a member, said of `to` instead.

    Of a segment `to` is the whole condition. With a `shift` it is said only where a measure looks at the day that a
    calendar's shift of this name says; without, only where the member is not shifted.
    """

    cube: str
    member: str
    to: "MemberSql | Callback"
    shift: str | None = None


@dataclass(frozen=True, slots=True)
class PushedGroup:
    """`FILTER_GROUP(...)`: the query's conditions on several members, with what is `and` and `or` between them."""

    parts: tuple[Pushed, ...]


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """`SECURITY_CONTEXT.path.filter(to)`, or `requiredFilter` if `required`; `name` is what errors call it."""

    path: ClaimPath
    to: "MemberSql | Callback"
    required: bool
    name: str


@dataclass(frozen=True, slots=True)
class Claim:
    """`SECURITY_CONTEXT.path`: a claim as a value, or in `and`, `or` and `not` whether it is there and true."""

    path: ClaimPath


@dataclass(frozen=True, slots=True)
class InZone:
    """`SQL_UTILS.convertTz(time)`: a time in the zone of the query."""

    time: "ContextValue"


@dataclass(frozen=True, slots=True)
class UrlEncoded:
    """`SQL_UTILS.urlEncode(value)`: a value as it may stand in a URL."""

    value: "ContextValue"


@dataclass(frozen=True, slots=True)
class FirstTrue:
    """`a or b`: the first that is true, or the last."""

    parts: tuple["ContextValue", ...]


@dataclass(frozen=True, slots=True)
class FirstFalse:
    """`a and b`: the first that is false, or the last."""

    parts: tuple["ContextValue", ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """`not a`."""

    part: "ContextValue"


@dataclass(frozen=True, slots=True)
class MaskValue:
    """What is shown instead of a value, of the type that it has; None is null."""

    value: str | int | float | bool | None
    type: str


Choice = FirstTrue | FirstFalse | Opposite
Filtering = Pushed | PushedGroup | ClaimFilter
ContextValue: TypeAlias = "MemberSql | Fixed | Argument | Filtering | Claim | InZone | UrlEncoded | MaskValue | Choice"


@dataclass(frozen=True, slots=True)
class ContextReference:
    """A context variable in SQL: stands for a value or condition that the query and its caller decide."""

    value: ContextValue


PLAIN = frozenset({str, int, float, bool, type(None)})
# Types of fields that hold nothing else.
PLAIN_TYPES = (*PLAIN, str | None, bool | None, int | None, float | None, tuple[str, ...])


def everything_in(value: object) -> Iterator[object]:
    """A value of the model and all values that it is made of, each before its parts; plain ones are left out."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        yield one
        parts_of = parts_by_type(type(one))
        if parts_of is not None:
            waiting.extend(reversed(parts_of(one)))


@cache
def parts_by_type(kind: type) -> Callable[[Any], list[object]] | None:
    """What gives the parts of a value of this type; None for types that have none."""
    if is_dataclass(kind):
        # What people call a member holds no SQL, and may hold any JSON.
        names = [field.name for field in fields(kind) if field.type not in PLAIN_TYPES and field.name != "label"]
        return lambda value: [p for name in names if (p := getattr(value, name)).__class__ not in PLAIN]
    if issubclass(kind, Mapping):
        return lambda value: list(value.values())
    if issubclass(kind, tuple | list | frozenset | set):
        return list
    return None


def claims_in(value: object) -> tuple[ClaimPath, ...]:
    """The claims that any SQL in a value of the model reads, each once, in order of their names."""
    return tuple(sorted({part.path for part in everything_in(value) if isinstance(part, Claim | ClaimFilter)}))


def references_in(reference: ContextReference) -> Iterator["Reference"]:
    """What the SQL inside a context variable refers to."""
    for part in everything_in(reference):
        # Told by its field: the class of member SQL is made of the classes here.
        for inner in getattr(part, "references", ()):
            if not isinstance(inner, ContextReference):
                yield inner
