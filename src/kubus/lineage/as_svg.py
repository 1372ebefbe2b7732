"""A lineage as a picture: columns on the left, what is made of them to the right."""

from kubus.drawing.boxes import Arrow, Box, Tone, svg
from kubus.lineage.graph import Lineage

TONES: dict[str, Tone] = {"unknown": "warn", "column": "faint"}


def as_svg(lineage: Lineage) -> str:
    """Every thing of a lineage, those that were asked for drawn strong."""
    names = ", ".join(lineage.nodes[one].name for one in lineage.start)
    boxes = [
        Box(
            node.id,
            node.name,
            (node.kind, *((node.says,) if node.says else ())),
            "strong" if node.id in lineage.start else TONES.get(node.kind, "plain"),
        )
        for node in lineage.nodes.values()
    ]
    arrows = [Arrow(edge.source, edge.target) for edge in lineage.edges]
    told = "; ".join(
        f"{lineage.nodes[edge.target].name} is made of {lineage.nodes[edge.source].name} ({edge.how})"
        for edge in lineage.edges
    )
    return svg(f"Lineage of {names}", told or "Nothing is known", boxes, arrows)
