"""Names as SQL writes them."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=10_000)
def snake_case(name: str) -> str:
    """`createdAt` as `created_at`, `ProductCategories` as `product_categories`."""
    return HUMP.sub("_", name).lower()


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name among `names` that was probably meant by `name`; of equally near ones the first."""
    known = list(dict.fromkeys(names))
    wanted = folded(name)
    most = 1 if len(wanted) <= 5 else 2 if len(wanted) <= 8 else 3
    ranked = [(slips(wanted, folded(one), most), one[:1] != name[:1], number) for number, one in enumerate(known)]
    best = min(ranked, default=None)
    if best is not None and best[0] <= most:
        return known[best[2]]
    close = get_close_matches(name, known, n=1, cutoff=0.7)
    return close[0] if close else None


def folded(name: str) -> str:
    """A name without what people forget: capitals and underscores."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def slips(one: str, other: str, most: int) -> int:
    """How many letters are missing, too many, wrong, or the other way round; more than `most` is not told apart.

    Source: the optimal string alignment distance, https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, there in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
