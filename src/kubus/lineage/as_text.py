"""A lineage as text: what something is made of, and what is made of it, as two trees."""

from collections.abc import Iterator, Mapping
from typing import Literal

from kubus.lineage.graph import Edge, Lineage, Node, by_end


def as_text(lineage: Lineage, *, up: bool, down: bool) -> str:
    """What the things that were asked for are made of (`up`), and what is made of them (`down`)."""
    into, out = by_end(lineage.edges)
    lines: list[str] = []
    for start in lineage.start:
        lines.append(words(lineage.nodes[start]))
        if up:
            lines += ["", "Made of", *(list(tree(start, into, "source", lineage)) or ["  nothing that is known"])]
        if down:
            lines += ["", "Used by", *(list(tree(start, out, "target", lineage)) or ["  nothing"])]
        lines.append("")
    return "\n".join(lines)


def tree(
    start: str, edges: Mapping[str, list[Edge]], end: Literal["source", "target"], lineage: Lineage
) -> Iterator[str]:
    """A line for each thing, what follows from it below it; what was told before is not told again."""
    told: set[str] = {start}

    def below(one: str, indent: str) -> Iterator[str]:
        for edge in edges.get(one, ()):
            there: str = getattr(edge, end)
            again = there in told and bool(edges.get(there))
            told.add(there)
            yield f"{indent}{words(lineage.nodes[there])} [{edge.how}]{' (see above)' if again else ''}"
            if not again:
                yield from below(there, indent + "  ")

    yield from below(start, "  ")


def words(node: Node) -> str:
    says = f" ({node.says})" if node.says else ""
    return f"{node.kind} {node.name}{says}"
