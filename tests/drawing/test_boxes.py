"""Pictures that stand for themselves: nothing overlaps, lines go to the right, and what is written fits."""

from xml.etree import ElementTree

from kubus.drawing.boxes import LETTER, PAD, Arrow, Box, svg

SPACE = "{http://www.w3.org/2000/svg}"
BOXES = [
    Box("a", "a < b & c", ("the first",)),
    Box(
        "b",
        "b",
        ("a line that is so long that it has to be cut somewhere, since nobody reads such a wide box",),
        "warn",
    ),
    Box("c", "c", ("x", "y")),
    Box("d", "d"),
    # A circle, which lineage never has, is drawn all the same.
    Box("e", "e"),
    Box("f", "f"),
]
ARROWS = [Arrow("a", "c"), Arrow("b", "c"), Arrow("c", "d", "so"), Arrow("a", "d"), Arrow("e", "f"), Arrow("f", "e")]


def rectangles(picture: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    found = [r for r in picture.iter(f"{SPACE}rect") if r.get("class") == "box"]
    return [tuple(float(r.get(name, "")) for name in ("x", "y", "width", "height")) for r in found]  # type: ignore[misc]


def test_boxes_stand_apart_and_hold_their_text() -> None:
    picture = ElementTree.fromstring(svg("title", "description", BOXES, ARROWS))
    boxes = rectangles(picture)
    assert len(boxes) == len(BOXES)
    for number, (x, y, width, height) in enumerate(boxes):
        for x2, y2, width2, height2 in boxes[number + 1 :]:
            assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y
    for group in picture.iter(f"{SPACE}g"):
        (rectangle,) = (one for one in group if one.tag == f"{SPACE}rect")
        for text in group.iter(f"{SPACE}text"):
            assert len(text.text or "") * LETTER + 2 * PAD <= float(rectangle.get("width", "")) + 0.1


def test_lines_go_to_the_right() -> None:
    boxes = dict(zip("abcdef", rectangles(ElementTree.fromstring(svg("t", "d", BOXES, ARROWS))), strict=True))
    for arrow in ARROWS[:5]:
        assert boxes[arrow.source][0] + boxes[arrow.source][2] < boxes[arrow.target][0]


def test_what_is_read_to_those_who_do_not_see_it() -> None:
    picture = ElementTree.fromstring(svg("a < b", "c & d", BOXES, ARROWS))
    assert (picture.findtext(f"{SPACE}title"), picture.findtext(f"{SPACE}desc")) == ("a < b", "c & d")
    assert picture.get("role") == "img"
    # The whole of a line that is cut is in its box's own title.
    assert any("such a wide box" in (title.text or "") for title in picture.iter(f"{SPACE}title"))


def test_nothing_at_all() -> None:
    ElementTree.fromstring(svg("t", "d", [], []))
