"""Names as SQL writes them."""

import re
from functools import lru_cache

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=10_000)
def snake_case(name: str) -> str:
    """`createdAt` as `created_at`, `ProductCategories` as `product_categories`."""
    return HUMP.sub("_", name).lower()
