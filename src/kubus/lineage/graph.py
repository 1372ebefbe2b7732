"""The lineage of a model as a graph: columns, members and what is declared over them, each thing once."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from kubus.errors import MemberError

Kind = Literal[
    "column",
    "constant",
    "dimension",
    "measure",
    "segment",
    "join",
    "access policy",
    "pre-aggregation",
    "view",
    "cube",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Node:
    """A thing of the model. `says` is what is known of it: its type and SQL, or of what is unknown, why."""

    id: str
    kind: Kind
    name: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """That `target` is made of `source`; `how` says by what part of its declaration."""

    source: str
    target: str
    how: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """A graph of things and what they are made of; `start` are the things that it was asked for, if any."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    start: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[Node, ...]:
        """What could not be traced, and why."""
        return tuple(node for node in self.nodes.values() if node.kind == "unknown")

    def member(self, path: str) -> str:
        """The node of a member, by its path. Raises MemberError if there is none."""
        return self._found(path, [n for n in self.nodes.values() if n.kind in ("dimension", "measure", "segment")])

    def columns(self, name: str) -> tuple[str, ...]:
        """The nodes of a column, as `table.column`; where several tables end like this, all of them.

        Raises:
            MemberError: the model reads no such column.
        """
        columns = [node for node in self.nodes.values() if node.kind == "column"]
        wanted = name.lower()
        found = tuple(n.id for n in columns if n.name.lower() == wanted or n.name.lower().endswith(f".{wanted}"))
        return found or (self._found(name, columns),)

    def _found(self, name: str, among: list[Node]) -> str:
        found = next((node.id for node in among if node.name == name), None)
        if found is None:
            kind = "column" if among and among[0].kind == "column" else "member"
            close = get_close_matches(name, [node.name for node in among], n=1, cutoff=0.6)
            hint = f"Did you mean '{close[0]}'?" if close else None
            raise MemberError(f"The data model has no {kind} '{name}'", hint=hint)
        return found

    def around(self, start: Iterable[str], *, up: bool = True, down: bool = True) -> "Lineage":
        """The part that some nodes are made of (`up`), and that is made of them (`down`)."""
        begin = tuple(start)
        sources, targets = by_end(self.edges)
        kept: dict[Edge, None] = {}
        for steps, is_wanted, end in ((sources, up, "source"), (targets, down, "target")):
            if is_wanted:
                kept.update(dict.fromkeys(reached(begin, steps, end)))
        names = dict.fromkeys((*begin, *(one for edge in kept for one in (edge.source, edge.target))))
        nodes = {name: node for name, node in self.nodes.items() if name in names}
        return Lineage(nodes, tuple(edge for edge in self.edges if edge in kept), begin)


def by_end(edges: Iterable[Edge]) -> tuple[dict[str, list[Edge]], dict[str, list[Edge]]]:
    """The edges by their target, and by their source."""
    into: dict[str, list[Edge]] = {}
    out: dict[str, list[Edge]] = {}
    for edge in edges:
        into.setdefault(edge.target, []).append(edge)
        out.setdefault(edge.source, []).append(edge)
    return into, out


def reached(start: Iterable[str], steps: Mapping[str, list[Edge]], end: str) -> Iterator[Edge]:
    waiting = deque(start)
    seen = set(waiting)
    while waiting:
        for edge in steps.get(waiting.popleft(), ()):
            yield edge
            there: str = getattr(edge, end)
            if there not in seen:
                seen.add(there)
                waiting.append(there)
