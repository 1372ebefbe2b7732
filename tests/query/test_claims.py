"""Claims that SQL reads: their shapes, which decide the SQL, and their values, which are bound."""

from typing import Any

import pytest

from kubus.context import SecurityContext
from kubus.query.claims import CallerClaims, ClaimShape, claim_text, read_claim, read_claims
from kubus.query.shape import Slot

CLAIMS = {
    "org": "acme",
    "level": 7,
    "rate": 1.5,
    "whole": 2.0,
    "is_boss": True,
    "is_new": False,
    "zero": 0,
    "empty": "",
    "none": None,
    "list": ["a", None, 3, "9" * 20],
    "no_list": [],
    "odd_list": ["a", {"b": 1}],
    "object": {"in": {"side": "x"}, "none": None},
}


def read(*path: str, first: int = 5, claims: Any = CLAIMS) -> tuple[ClaimShape, list[str]]:
    return read_claim(path, SecurityContext(claims), first)


@pytest.mark.parametrize(
    ("name", "form", "text", "is_true"),
    [
        ("org", "x", "acme", True),
        ("level", "0", "7", True),
        ("rate", "0.0", "1.5", True),
        ("whole", "0", "2", True),
        ("is_boss", "x", "true", True),
        ("is_new", "x", "false", False),
        ("zero", "0", "0", False),
    ],
)
def test_one_value(name: str, form: str, text: str, is_true: bool) -> None:
    assert read(name) == (ClaimShape((name,), "one", (Slot(5, form),), is_true), [text])


def test_an_empty_text_is_a_value() -> None:
    assert read("empty") == (ClaimShape(("empty",), "one", (Slot(5, "x"),), False, is_empty_text=True), [""])


def test_lists() -> None:
    """Null among them is a value that nothing is equal to."""
    slots = (Slot(5, "x"), Slot(6, "0"), Slot(7, "0" * 19))
    assert read("list") == (ClaimShape(("list",), "many", slots, True), ["a", "3", "9" * 20])
    assert read("no_list") == (ClaimShape(("no_list",), "many", (), True), [])
    assert read("odd_list") == (ClaimShape(("odd_list",), "unusable", (), True), [])
    assert read("t", claims={"t": (1, 2)})[1] == ["1", "2"]


def test_what_is_not_there_and_what_is_no_value() -> None:
    for path in (("absent",), ("none",), ("object", "absent"), ("object", "none"), ("none", "below"), ("absent", "b")):
        assert read(*path) == (ClaimShape(path, "missing", (), False), [])
    assert read("object") == (ClaimShape(("object",), "unusable", (), True), [])
    for path in (("org", "below"), ("level", "below"), ("list", "below"), ("object", "in", "side", "below")):
        assert read(*path) == (ClaimShape(path, "unusable", (), False), [])
    assert read("object", "in", "side") == (ClaimShape(("object", "in", "side"), "one", (Slot(5, "x"),), True), ["x"])


def test_sql_reads_what_is_for_sql() -> None:
    apart = SecurityContext({"org": "outer"}, {}, {"org": "inner"})
    assert read_claim(("org",), apart, 0)[1] == ["inner"]
    no_object = SecurityContext({"org": "outer"}, {}, "text")
    assert read_claim(("org",), no_object, 0)[0].kind == "unusable"


def test_slots_are_counted_through_all_claims() -> None:
    shapes, values = read_claims([("list",), ("absent",), ("org",), ("level",)], SecurityContext(CLAIMS), 10)
    assert values == ("a", "3", "9" * 20, "acme", "7")
    assert [[slot.number for slot in shape.slots] for shape in shapes] == [[10, 11, 12], [], [13], [14]]
    assert [shape.name for shape in shapes] == ["list", "absent", "org", "level"]
    assert read_claims([], SecurityContext(CLAIMS), 0) == ((), ())


def test_a_statement_reads_the_claims_of_its_model_alone() -> None:
    shapes, _ = read_claims([("org",), ("object", "in", "side")], SecurityContext(CLAIMS), 0)
    claims = CallerClaims(shapes)
    assert claims.missing == "deny"
    assert claims.at(("object", "in", "side")) is shapes[1]
    with pytest.raises(LookupError, match=r"object\.in"):
        claims.at(("object", "in"))


def test_texts() -> None:
    for value, text in (
        (True, "true"),
        (False, "false"),
        (0, "0"),
        ("", ""),
        (2.0, "2"),
        (-0.5, "-0.5"),
        (1e300, str(int(1e300))),
    ):
        assert claim_text(value) == text
    for odd in (None, [], {}, b"x", ["a"]):
        assert claim_text(odd) is None
