"""New members in a file that a person wrote: every line stays as it is."""

import pytest
import yaml

from kubus.define import Dimension, Join, Measure
from kubus.generate.insert import Insertion, inserted

FILE = """\
# of mine
cubes:
  - name: people   # here too
    sql_table: users

    dimensions:
      # the key
      - {name: id, sql: id, type: number, primary_key: true}
      - name: city
        sql: >
          upper(
            city)
        type: string   # last

    # after the dimensions

    segments:
      - name: big
        sql: |
          {CUBE}.size > 3

views:
  - {name: all, cubes: [{join_path: people, includes: "*"}]}
"""
ZIP = Insertion("people", "dimensions", Dimension(name="zip", sql="zip", type="number"))
COUNT = Insertion("people", "measures", Measure(name="count", type="count"))
SUM = Insertion("people", "measures", Measure(name="sum", sql="a", type="sum"))
STORE = Insertion("people", "joins", Join(name="stores", relationship="many_to_one", sql="{CUBE}.s = {stores.id}"))


def test_at_the_end_of_a_list() -> None:
    assert inserted(FILE, [ZIP]) == FILE.replace(
        "        type: string   # last\n",
        "        type: string   # last\n      - name: zip\n        sql: zip\n        type: number\n",
    )


def test_a_list_that_was_not_there() -> None:
    made = inserted(FILE, [COUNT, SUM, STORE, ZIP])
    assert made is not None
    kept = made.splitlines()
    assert [line for line in FILE.splitlines() if line not in kept] == []
    (cube,) = yaml.safe_load(made)["cubes"]
    assert [one["name"] for one in cube["measures"]] == ["count", "sum"]
    assert [one["name"] for one in cube["joins"]] == ["stores"]
    assert [one["name"] for one in cube["dimensions"]] == ["id", "city", "zip"]
    assert yaml.safe_load(made)["views"] == yaml.safe_load(FILE)["views"]


def test_at_the_end_of_a_file_without_an_end_of_line() -> None:
    made = inserted("cubes:\n- name: people\n  dimensions:\n  - name: id", [ZIP])
    assert (
        made == "cubes:\n- name: people\n  dimensions:\n  - name: id\n  - name: zip\n    sql: zip\n    type: number\n"
    )


def test_line_ends_stay() -> None:
    made = inserted(FILE.replace("\n", "\r\n"), [ZIP])
    assert made is not None
    assert made.count("\n") == made.count("\r\n") == FILE.count("\n") + 3


@pytest.mark.parametrize(
    "text",
    [
        "cubes: [{name: people, dimensions: []}]",
        "cubes:\n  - {name: people}\n",
        "cubes:\n  - name: people\n    dimensions: [{name: id}]\n",
        "cubes:\n  - name: people\n    dimensions: []\n",
        "cubes:\n  - name: others\n",
        "cubes:\n  people:\n    dimensions: []\n",
        "cubes: {",
        "",
    ],
)
def test_where_there_is_no_place(text: str) -> None:
    assert inserted(text, [ZIP]) is None
