"""Names as SQL writes them."""

import re

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    """`createdAt` as `created_at`, `ProductCategories` as `product_categories`."""
    return HUMP.sub("_", name).lower()
