"""Titles from names: `user_id` as `User ID`."""

import re
from functools import lru_cache

# Written small inside a title.
SMALL = frozenset(
    [
        "and",
        "or",
        "nor",
        "a",
        "an",
        "the",
        "so",
        "but",
        "to",
        "of",
        "at",
        "by",
        "from",
        "into",
        "on",
        "onto",
        "off",
        "out",
        "in",
        "over",
        "with",
        "for",
    ]
)

AFTER_MARK = re.compile(r"[_\-. ]+(\w|$)")
AFTER_DIGITS = re.compile(r"\d+(\w|$)")
ACRONYM = re.compile(r"([A-Z]+)([A-Z][a-z])")
HUMP = re.compile(r"([a-z\d])([A-Z])")


@lru_cache(maxsize=10_000)
def title_of(name: str) -> str:
    """A name as a title: words by case, underscores and digits, each with a capital but for small ones inside."""
    return " ".join(word if i and word in SMALL else capital(word) for i, word in enumerate(words(name)))


def words(name: str) -> list[str]:
    """The words of a name, in lower case."""
    joined = AFTER_MARK.sub(lambda m: m[1].upper(), name.strip("_-. "))
    joined = AFTER_DIGITS.sub(lambda m: m[0].upper(), joined)
    return HUMP.sub(r"\1_\2", ACRONYM.sub(r"\1_\2", joined)).lower().split("_")


def capital(word: str) -> str:
    return "ID" if word == "id" else word[:1].upper() + word[1:]
