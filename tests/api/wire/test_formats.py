"""Formats in metadata."""

import pytest

from kubus.api.wire.formats import format_description, wire_format
from kubus.model.cube import Label


@pytest.mark.parametrize(
    ("declared", "value_type", "shown"),
    [
        (None, "number", None),
        ("percent", "number", "percent"),
        ("imageUrl", "string", "imageUrl"),
        ({"type": "link", "label": "Open"}, "string", {"type": "link", "label": "Open"}),
        ("percent_1", "number", {"type": "custom-numeric", "value": ".1%", "alias": "percent_1"}),
        ("abbr", "number", {"type": "custom-numeric", "value": ".2~s", "alias": "abbr"}),
        ("$,.3f", "number", {"type": "custom-numeric", "value": "$,.3f"}),
        ("%Y-%m", "time", {"type": "custom-time", "value": "%Y-%m"}),
    ],
)
def test_format_on_the_wire(declared, value_type, shown):
    assert wire_format(Label("A", format=declared), value_type) == shown


@pytest.mark.parametrize(
    ("declared", "described"),
    [
        (None, {"name": "number", "specifier": ",.2~f"}),
        ("percent", {"name": "percent", "specifier": ".2~%"}),
        ("currency_0", {"name": "currency_0", "specifier": "$,.0f"}),
        ("id", {"name": "id", "specifier": ".0f"}),
        (".4s", {"name": "custom", "specifier": ".4s"}),
        ("imageUrl", {"name": "number", "specifier": ",.2~f"}),
    ],
)
def test_numbers_are_described(declared, described):
    assert format_description(Label("A", format=declared), "number") == described


def test_currency_is_named_and_texts_are_not_described():
    assert format_description(Label("A", format="currency", currency="EUR"), "number") == {
        "name": "currency",
        "specifier": "$,.2~f",
        "currency": "EUR",
    }
    assert format_description(Label("A"), "string") is None
