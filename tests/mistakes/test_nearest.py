"""Typing slips in the names of a model: the name that was meant is the one that is proposed, in nine of ten cases."""

import random
import re
from collections.abc import Iterator

import pytest

from kubus.errors import ModelError
from kubus.loading.declarations import CUBE_KEYS, KEYS_OF
from kubus.loading.load import load_files
from kubus.loading.view_declarations import VIEW_KEYS
from kubus.model.measure_types import MEASURE_TYPES
from kubus.model.names import nearest
from kubus.query.operators import OPERATORS
from tests.mistakes.model import FILES

NAMES = {
    "keys of cubes": CUBE_KEYS,
    "keys of dimensions": KEYS_OF["dimensions"],
    "keys of measures": KEYS_OF["measures"],
    "keys of joins": KEYS_OF["joins"],
    "keys of pre-aggregations": KEYS_OF["pre_aggregations"],
    "keys of views": VIEW_KEYS,
    "measure types": MEASURE_TYPES,
    "operators": OPERATORS,
    "columns of a shop": [
        "id",
        "customer_id",
        "order_id",
        "order_number",
        "order_date",
        "ship_date",
        "due_date",
        "status",
        "status_code",
        "quantity",
        "unit_price",
        "list_price",
        "discount",
        "total_amount",
        "net_amount",
        "tax_amount",
        "shipping_cost",
        "currency",
        "country",
        "region",
        "city",
        "postal_code",
        "first_name",
        "last_name",
        "email",
        "phone",
        "created_at",
        "updated_at",
        "deleted_at",
        "product_id",
        "product_name",
        "category",
        "subcategory",
        "brand",
        "color",
        "size",
        "weight",
        "count",
        "average_price",
        "revenue",
        "gross_revenue",
        "net_revenue",
        "margin",
    ],
}
NEIGHBOURS = {
    a: b for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for a, b in zip(row, row[1:] + row[-2], strict=True)
}


def slips(name: str, chance: random.Random) -> Iterator[str]:
    """How a name is mistyped: a letter missing, twice, another, two the other way round; and how it is misremembered."""
    at = chance.randrange(1, len(name)) if len(name) > 1 else 0
    yield name[:at] + name[at + 1 :]
    yield name[:at] + name[at] + name[at:]
    yield name[:at] + NEIGHBOURS.get(name[at].lower(), "x") + name[at + 1 :]
    yield name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
    yield name[:-1] if name.endswith("s") else f"{name}s"
    yield name.replace("_", "")
    yield re.sub(r"_(\w)", lambda m: m[1].upper(), name)
    yield name.upper()


@pytest.mark.parametrize("kind", NAMES)
def test_the_nearest_name_is_the_one_that_was_meant(kind: str) -> None:
    chance = random.Random(kind)
    names = sorted(NAMES[kind])
    tried = [(name, slip) for name in names if len(name) > 2 for slip in slips(name, chance) if slip not in names]
    wrong = [(slip, name, nearest(slip, names)) for name, slip in tried if nearest(slip, names) != name]
    assert len(tried) >= 18
    assert len(wrong) <= len(tried) / 10, wrong


def test_of_nothing_near_nothing_is_proposed() -> None:
    assert [nearest(name, CUBE_KEYS) for name in ("colour", "primary", "x", "", "quux")] == [None] * 5


REFERENCES = re.compile(
    r"(?<=[{.\[ ])(user_id|status|created_at|amount|count|city|done|done_amount|order_id|price|total|net|users|items|orders)(?=[}\],.\n])"
)


def test_slips_in_references_of_a_model_propose_what_was_meant() -> None:
    chance = random.Random(5)
    right = wrong = 0
    for file, text in FILES.items():
        for found in REFERENCES.finditer(text):
            line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            if re.search(r"name: $|sql: $|values: \[$|extends: $", line) or "FROM" in line or "sql_table" in line:
                continue
            slip = next(slips(found[0], chance)) if len(found[0]) > 3 else f"{found[0]}{found[0][-1]}"
            broken = {**FILES, file: text[: found.start()] + slip + text[found.end() :]}
            try:
                load_files(broken, {"default": "duckdb"})
            except ModelError as error:
                hints = [problem.hint or "" for problem in error.problems]
                if len(hints) == 1 and f"'{found[0]}'" in hints[0]:
                    right += 1
                    continue
                print(file, slip, [str(problem) for problem in error.problems])
            else:
                print(file, slip, "was not found")
            wrong += 1
    assert right + wrong >= 30
    assert wrong <= (right + wrong) / 10
