"""What PostgreSQL's texts become on the wire, without Python's numbers and times on the way.

Source: https://www.postgresql.org/docs/current/datatype.html
"""

from decimal import Decimal
from typing import Any, cast

from psycopg import adapters as defaults
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import Format
from psycopg.types.string import TextLoader

# These come out right by psycopg's own loaders: true and false, nested JSON.
AS_THEY_ARE = frozenset({"bool", "json", "jsonb"})

# In an array they are JSON numbers.
NUMBERS = frozenset({"int2", "int4", "int8", "oid", "float4", "float8", "numeric"})


class TimeLoader(Loader):
    """`2024-01-31 10:11:12.9999+00` as `2024-01-31T10:11:12.999`; a date as its midnight. The session's zone is UTC."""

    def load(self, data: Buffer) -> str:
        text = str(data, "utf-8")
        if len(text) == len("2024-01-31 10:11:12") and text[10] == " ":
            return f"{text[:10]}T{text[11:]}.000"
        if len(text) == len("2024-01-31") and text[4] == "-":
            return text + "T00:00:00.000"
        day, _, time = text.partition(" ")
        if not time or "BC" in time:
            return text
        whole, _, fraction = time.removesuffix("+00").partition(".")
        return f"{day}T{whole}.{fraction[:3]:0<3}"


class FloatLoader(Loader):
    """`1e+15` as `1000000000000000`. Very large and very small numbers keep their exponent."""

    def load(self, data: Buffer) -> str:
        text = str(data, "utf-8")
        if "e" in text and -7 < int(text.partition("e")[2]) < 21:
            return format(Decimal(text), "f")
        return text


class BytesLoader(Loader):
    r"""`\x0aff` as `0x0AFF`."""

    def load(self, data: Buffer) -> str:
        return "0x" + str(data, "ascii")[2:].upper()


SPECIAL: dict[str, type[Loader]] = {
    "timestamp": TimeLoader,
    "timestamptz": TimeLoader,
    "date": TimeLoader,
    "float4": FloatLoader,
    "float8": FloatLoader,
    "bytea": BytesLoader,
}


def numbers(value: Any) -> Any:
    """The texts of an array's numbers as numbers, however deep the array is."""
    if isinstance(value, list):
        return [numbers(item) for item in cast("list[Any]", value)]
    if value is None:
        return None
    return int(value) if value.removeprefix("-").isdecimal() else float(value)


class NumbersLoader(Loader):
    """An array of numbers as JSON has them."""

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        # Not a base class: psycopg's compiled loaders are called past their subclasses.
        loader: Any = defaults.get_loader(oid, Format.TEXT)
        self._texts = loader(oid, context)

    def load(self, data: Buffer) -> Any:
        return numbers(self._texts.load(data))


WIRE_LOADERS: dict[int, type[Loader]] = {
    kind.oid: SPECIAL.get(kind.name, TextLoader) for kind in defaults.types if kind.name not in AS_THEY_ARE
} | {kind.array_oid: NumbersLoader for kind in defaults.types if kind.name in NUMBERS}


def load_for_wire(context: AdaptContext) -> None:
    """Make a connection load values as the wire carries them."""
    for oid, loader in WIRE_LOADERS.items():
        context.adapters.register_loader(oid, loader)  # pyright: ignore[reportOptionalMemberAccess]


def load_as_python(adapters: AdaptersMap) -> None:
    """Make a cursor of such a connection load Python's own values again."""
    for oid in WIRE_LOADERS:
        loader: Any = defaults.get_loader(oid, Format.TEXT)
        if loader is not None:
            adapters.register_loader(oid, loader)
