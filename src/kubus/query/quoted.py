"""The caller's own text inside error messages."""

LONGEST = 1000


def shortened(text: str) -> str:
    """`text`, cut where it is longer than a message should be."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
