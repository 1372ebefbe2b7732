"""Numbers as JavaScript prints them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubus.api.wire.number_text import number_text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5, "5"),
        (5.5, "5.5"),
        (5.0, "5"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (-40.25, "-40.25"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-10, "1.5e-10"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (-1.25e30, "-1.25e+30"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740993, "9007199254740993"),
        (10**38, None),
        (math.inf, None),
        (math.nan, None),
    ],
)
def test_numbers(number, text):
    assert number_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_reads_as_the_number(number):
    text = number_text(number)
    assert text is not None
    assert float(text) == number


def test_a_number_too_long_to_print():
    assert number_text(10**5000) is None
