"""What PostgreSQL's texts become on the wire, without Python's numbers and times on the way.

Source: https://www.postgresql.org/docs/current/datatype.html
"""

from typing import Any

from psycopg import adapters as defaults
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import Format
from psycopg.types.string import TextLoader

# These come out right by psycopg's own loaders: true and false, nested JSON.
AS_THEY_ARE = frozenset({"bool", "json", "jsonb"})


class TimeLoader(Loader):
    """`2024-01-31 10:11:12.9999+00` as `2024-01-31T10:11:12.999`; a date as its midnight. The session's zone is UTC."""

    def load(self, data: Buffer) -> str:
        text = bytes(data).decode()
        if len(text) == len("2024-01-31") and text[4] == "-":
            return text + "T00:00:00.000"
        day, _, time = text.partition(" ")
        if not time or "BC" in time:
            return text
        whole, _, fraction = time.removesuffix("+00").partition(".")
        return f"{day}T{whole}.{fraction[:3]:0<3}"


class BytesLoader(Loader):
    r"""`\x0aff` as `0x0AFF`."""

    def load(self, data: Buffer) -> str:
        return "0x" + bytes(data)[2:].decode().upper()


SPECIAL: dict[str, type[Loader]] = {
    "timestamp": TimeLoader,
    "timestamptz": TimeLoader,
    "date": TimeLoader,
    "bytea": BytesLoader,
}

WIRE_LOADERS: dict[int, type[Loader]] = {
    kind.oid: SPECIAL.get(kind.name, TextLoader) for kind in defaults.types if kind.name not in AS_THEY_ARE
}


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
