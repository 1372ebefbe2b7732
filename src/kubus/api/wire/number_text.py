"""Numbers as text, the way JavaScript prints them: what clients see when Cube repeats a number in a query."""

import math
from decimal import Decimal

# Whole numbers up to here keep all their digits; JavaScript would round those above 2^53.
LARGEST = 10**38


def number_text(value: float) -> str | None:
    """`5`, `5.5`, `1e-7`, `1e+21`; None for what JSON has no number for, and for whole numbers beyond 38 digits.

    Source: https://tc39.es/ecma262/#sec-numeric-types-number-tostring
    """
    if isinstance(value, int):
        return str(value) if -LARGEST < value < LARGEST else None
    if not math.isfinite(value):
        return None
    # The shortest digits that read as the same number are the same in both languages; the notation is not.
    digits = Decimal(repr(value))
    if digits.is_zero():
        return "0"
    exponent = digits.adjusted()
    if -7 < exponent < 21:
        text = format(digits, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa = format(digits.scaleb(-exponent).normalize(), "f")
    return f"{mantissa}e{exponent:+d}"
