"""What every definition has: its keys, read from its annotations; and the place in a model file where it was made."""

import sys
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from difflib import get_close_matches
from functools import cache
from types import CodeType
from typing import Annotated, Any, ClassVar, Literal, Self, Union, cast, get_args, get_origin, get_type_hints

from kubus.errors import MemberError

# Of a field: the key that it is in YAML, where Python has that word for itself.
KEY = "key"
# Of a field: it names what it holds, so that an object stands for its name.
NAMES = {"names": True}


@dataclass(frozen=True, slots=True)
class Made:
    """The call in a model file that made a definition: the file, and the instruction of its code that was run.

    `run` tells one run of the files from the next.
    """

    run: int
    file: str
    code: CodeType
    instruction: int


@dataclass(slots=True)
class Making:
    """What is made while the Python files of a model are run.

    `files` are the model files by the path that their code has. `whole` are the cubes, views and the like that were
    made, in order, and `sources` those of which others were derived. `run` is the number of the run.
    """

    files: Mapping[str, str]
    run: int = 0
    whole: list["Definition"] = field(default_factory=list["Definition"])
    sources: list["Definition"] = field(default_factory=list["Definition"])


# The run of model files that this thread is in, if it is in one.
MAKING: ContextVar[Making | None] = ContextVar("MAKING", default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """A piece of a data model as a Python object. Its fields are the keys that it has in YAML; None is not given."""

    # Whether it stands for itself in a model file, and not only inside of another definition.
    is_whole: ClassVar[bool] = False

    _made: Made | None = field(default=None, init=False, repr=False, compare=False)
    # Comments above it in its file under "", and above its fields.
    _comments: Mapping[str, tuple[str, ...]] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A class that derives from one with slots does not get the defaults of these by itself.
        object.__setattr__(self, "_made", None)
        object.__setattr__(self, "_comments", None)
        for key in keys_of(type(self)):
            value = getattr(self, key.field)
            if value is None:
                continue
            plain = settled(value, names=key.names)
            if plain is not value:
                object.__setattr__(self, key.field, plain)
        making = MAKING.get()
        if making is None:
            return
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage] - there is no other way to a caller
        while frame is not None:
            file = making.files.get(frame.f_code.co_filename)
            if file is not None:
                object.__setattr__(self, "_made", Made(making.run, file, frame.f_code, frame.f_lasti))
                break
            frame = frame.f_back
        if self.is_whole:
            making.whole.append(self)

    @property
    def made(self) -> Made | None:
        """Where it was made; None outside of model files."""
        return self._made

    @property
    def comments(self) -> Mapping[str, tuple[str, ...]]:
        """The comments of its file that speak of it, under "", and of its fields. Each is a line without `#`."""
        return self._comments or {}

    def changed(self, **fields: Any) -> Self:
        """The same with other values in these fields: `orders.changed(name="old_orders", sql_table="old.orders")`.

        Raises:
            TypeError: there is no such field.
        """
        making = MAKING.get()
        if making is not None and self.is_whole:
            making.sources.append(self)
        return replace(self, **fields)


def settled(value: object, *, names: bool) -> object:
    """A value as it is kept: lists as tuples, and where a name is wanted, the name."""
    if isinstance(value, list | tuple):
        return tuple(settled(item, names=names) for item in cast("Sequence[object]", value))
    if names and isinstance(value, Definition):
        return getattr(value, "name", value)
    return value


def put_comments(one: Definition, field: str, lines: Sequence[str]) -> None:
    """Let a definition have these comments above a field, or with "" above itself, behind those that it has there."""
    object.__setattr__(one, "_comments", {**one.comments, field: (*one.comments.get(field, ()), *lines)})


class MemberName(str):
    """The name of a member with its cube before it, `orders.count`. `.sql` is the same as SQL refers to it."""

    __slots__ = ()

    @property
    def sql(self) -> str:
        """`{orders.count}`, to be put into SQL."""
        return f"{{{self}}}"


def member_name(cube: str, kind: str, name: str, known: Sequence[str], *, extends: bool) -> MemberName:
    """The name of a member of a cube. What a cube `extends` may have more members than it knows here.

    Raises:
        MemberError: the cube has no such member.
    """
    if name not in known and not extends:
        close = get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"Did you mean '{close[0]}'?" if close else None
        raise MemberError(f"Cube '{cube}' has no {kind} '{name}'", hint=hint)
    return MemberName(f"{cube}.{name}")


# ── keys ──


@dataclass(frozen=True, slots=True)
class Key:
    """A field of a definition: the key that it is in YAML, and what may stand there.

    `nested` are definitions, by themselves or in a list; `words` the texts of a closed set; `scalars` the types of
    plain values; `free` says that anything may stand there. `is_positional`: it needs no name in Python.
    """

    field: str
    key: str
    names: bool
    nested: tuple[type[Definition], ...]
    words: tuple[str, ...]
    scalars: frozenset[type]
    free: bool
    is_positional: bool
    is_required: bool
    default: object


@cache
def keys_of(kind: type[Definition]) -> tuple[Key, ...]:
    """The keys of a definition, in the order in which they are written. A class that derives from one has no more."""
    ours = next(one for one in kind.__mro__ if one.__module__.startswith(__package__ or "kubus.define"))
    hints = get_type_hints(ours, include_extras=True)
    return tuple(
        key_of(one, hints[one.name]) for one in fields(cast("type[Definition]", ours)) if not one.name.startswith("_")
    )


def key_of(one: "Field[Any]", hint: Any) -> Key:
    parts = list(leaves(hint))
    words = tuple(word for part in parts if get_origin(part) is Literal for word in get_args(part))
    types = [part for part in parts if isinstance(part, type)]
    nested = tuple(part for part in types if issubclass(part, Definition))
    return Key(
        field=one.name,
        key=one.metadata.get(KEY, one.name),
        names="names" in one.metadata,
        nested=() if "names" in one.metadata else nested,
        words=words,
        scalars=frozenset(part for part in types if part in (str, int, float, bool)),
        free=object in types or Mapping in types,
        is_positional=not one.kw_only,
        is_required=one.default is MISSING,
        default=None if one.default is MISSING else one.default,
    )


def leaves(hint: Any) -> list[Any]:
    """The types in a union, in lists and in what they are annotated with."""
    origin = get_origin(hint)
    if origin is None or origin is Literal:
        return [hint]
    if origin is Annotated:
        return leaves(get_args(hint)[0])
    if origin is Union or isinstance(hint, UNION) or issubclass(origin, Sequence):
        return [leaf for argument in get_args(hint) for leaf in leaves(argument)]
    return [origin]


UNION = type(int | None)
