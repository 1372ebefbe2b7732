"""The pages on models in Python and on converting say what is so."""

import re
from pathlib import Path

import pytest

from kubus.errors import ModelError
from kubus.loading.load import load_files
from kubus.writing.convert import conversions

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
DIALECTS = {"default": "duckdb"}


def blocks(page: str) -> list[tuple[str, str, str]]:
    return FENCE.findall((DOCS / page).read_text())


def test_the_model_of_the_page() -> None:
    files = {title: text for _, title, text in blocks("python-models.md") if title}
    model = load_files(files, DIALECTS)
    assert sorted(model.holders) == [
        "customers", "customers_oslo", "customers_rome", "orders", "rich_orders", "sales",
    ]  # fmt: skip
    assert set(model.views["sales"].dimensions) == {"status", "customers_city"}
    (told,) = (text for language, _, text in blocks("python-models.md") if language == "text")
    files["orders.py"] = files["orders.py"].replace('sql="status", type="string"', 'sql="status", type="strng"')
    with pytest.raises(ModelError) as caught:
        load_files(files, DIALECTS)
    assert str(caught.value.problems[0]) == told.rstrip("\n")


def test_the_conversion_of_the_page() -> None:
    found = {language: text for language, _, text in blocks("convert.md")}
    (made,) = conversions({"a.yml": found["yaml"]}, ["a.yml"], "python")
    assert made.text == found["python"]
