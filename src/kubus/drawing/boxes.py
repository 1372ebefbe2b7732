"""Boxes in columns, with lines between them, as one SVG that stands for itself: no script, no font, nothing fetched.

Colours follow what the reader's system prefers, light or dark. Text has one width a letter, so that a box is as wide
as its longest line without asking a browser.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

# The widest of the usual fonts of one width.
LETTER, LINE, PAD = 7.9, 17, 10
BETWEEN_COLUMNS, BETWEEN_BOXES, MARGIN = 64, 18, 16
# Longer lines are cut; the whole of them is in the box's own title.
LONGEST = 64

Tone = Literal["plain", "strong", "warn", "faint"]

STYLE = """
svg{color-scheme:light dark;font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.back{fill:#fff}.box{fill:#f6f8fa;stroke:#8c959f}.strong .box{fill:#ddf4ff;stroke:#0969da}
.warn .box{fill:#fff8c5;stroke:#9a6700}.faint .box{fill:#fff;stroke-dasharray:4 3}
text{fill:#1f2328}.more{fill:#59636e}.line{fill:none;stroke:#8c959f;stroke-width:1.4}.head{fill:#8c959f}
@media (prefers-color-scheme:dark){.back{fill:#0d1117}.box{fill:#161b22;stroke:#6e7681}
.strong .box{fill:#121d2f;stroke:#4493f8}.warn .box{fill:#272115;stroke:#d29922}.faint .box{fill:#0d1117}
text{fill:#f0f6fc}.more{fill:#9198a1}.line{stroke:#6e7681}.head{fill:#6e7681}}
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A box: what is drawn strong, then further lines. `tone` says what kind it is."""

    id: str
    title: str
    lines: tuple[str, ...] = ()
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from one box to another, with a word on it."""

    source: str
    target: str
    label: str = ""


def svg(title: str, description: str, boxes: Sequence[Box], arrows: Sequence[Arrow]) -> str:
    """The picture. `title` and `description` are what is read to those who do not see it."""
    known = {box.id: box for box in boxes}
    lines = [arrow for arrow in dict.fromkeys(arrows) if arrow.source in known and arrow.target in known]
    columns = placed(boxes, lines)
    sizes = {box.id: size_of(box) for box in boxes}
    places: dict[str, tuple[float, float]] = {}
    x = float(MARGIN)
    heights = [sum(sizes[one][1] + BETWEEN_BOXES for one in column) - BETWEEN_BOXES for column in columns]
    tallest = max(heights, default=0)
    for column, height in zip(columns, heights, strict=True):
        y = MARGIN + (tallest - height) / 2
        for one in column:
            places[one] = (x, y)
            y += sizes[one][1] + BETWEEN_BOXES
        x += max(sizes[one][0] for one in column) + BETWEEN_COLUMNS
    width, height = max(x - BETWEEN_COLUMNS, MARGIN) + MARGIN, tallest + 2 * MARGIN
    drawn = [line_of(arrow, places, sizes) for arrow in lines] + [box_of(box, places, sizes) for box in boxes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" aria-labelledby="title description">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="description">{escape(description)}</desc>\n'
        f"<style>{STYLE}</style>\n"
        '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
        '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>\n'
        f'<rect class="back" width="100%" height="100%"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def placed(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> list[list[str]]:
    """The boxes of each column from left to right: each right of all that lead to it, near what it is joined to."""
    after: dict[str, list[str]] = {box.id: [] for box in boxes}
    before: dict[str, list[str]] = {box.id: [] for box in boxes}
    for arrow in arrows:
        after[arrow.source].append(arrow.target)
        before[arrow.target].append(arrow.source)
    column = longest_ways(after, before)
    columns: list[list[str]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for box in boxes:
        columns[column[box.id]].append(box.id)
    # A few sweeps to and fro put most boxes beside what they are joined to.
    for sweep in range(6):
        to_right = sweep % 2 == 0
        order = {one: number for inside in columns for number, one in enumerate(inside)}
        for inside in columns[1:] if to_right else reversed(columns[:-1]):
            inside.sort(key=lambda one, near=before if to_right else after: mean(near[one], order))
            order.update({one: number for number, one in enumerate(inside)})
    return columns


def mean(near: Sequence[str], order: Mapping[str, int]) -> float:
    return sum(order[one] for one in near) / len(near) if near else 0.0


def longest_ways(after: Mapping[str, Sequence[str]], before: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """For each box how many others lead to it in a row. What stands in a circle is put where it is first met."""
    waiting = deque(one for one in after if not before[one])
    left = {one: len(before[one]) for one in after}
    column = dict.fromkeys(waiting, 0)
    remaining = dict.fromkeys(after)
    while remaining:
        if not waiting:
            first = next(iter(remaining))
            waiting.append(first)
            column.setdefault(first, 0)
        here = waiting.popleft()
        if here not in remaining:
            continue
        del remaining[here]
        for there in after[here]:
            if there in remaining:
                column[there] = max(column.get(there, 0), column[here] + 1)
                left[there] -= 1
                if left[there] <= 0:
                    waiting.append(there)
    return column


def size_of(box: Box) -> tuple[float, float]:
    longest = max(len(cut(line)) for line in (box.title, *box.lines))
    return longest * LETTER + 2 * PAD, (1 + len(box.lines)) * LINE + 2 * PAD - 4


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def box_of(box: Box, places: Mapping[str, tuple[float, float]], sizes: Mapping[str, tuple[float, float]]) -> str:
    (x, y), (width, height) = places[box.id], sizes[box.id]
    rows = [f'<text x="{x + PAD:.1f}" y="{y + PAD + 10:.1f}" font-weight="600">{escape(cut(box.title))}</text>']
    rows += [
        f'<text class="more" x="{x + PAD:.1f}" y="{y + PAD + 10 + LINE * number:.1f}">{escape(cut(line))}</text>'
        for number, line in enumerate(box.lines, 1)
    ]
    whole = escape("\n".join((box.title, *box.lines)))
    return (
        f'<g class="{box.tone}"><title>{whole}</title><rect class="box" x="{x:.1f}" y="{y:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="5"/>{"".join(rows)}</g>'
    )


def line_of(arrow: Arrow, places: Mapping[str, tuple[float, float]], sizes: Mapping[str, tuple[float, float]]) -> str:
    (x1, y1), (w1, h1) = places[arrow.source], sizes[arrow.source]
    (x2, y2), (_, h2) = places[arrow.target], sizes[arrow.target]
    start, end = (x1 + w1, y1 + h1 / 2), (x2 - 1, y2 + h2 / 2)
    bend = max(24.0, (end[0] - start[0]) / 2)
    path = (
        f'<path class="line" marker-end="url(#head)" d="M{start[0]:.1f} {start[1]:.1f}'
        f'C{start[0] + bend:.1f} {start[1]:.1f} {end[0] - bend:.1f} {end[1]:.1f} {end[0]:.1f} {end[1]:.1f}"/>'
    )
    if not arrow.label:
        return path
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2 - 5
    return path + f'<text class="more" text-anchor="middle" x="{x:.1f}" y="{y:.1f}">{escape(arrow.label)}</text>'
