"""Groups that stand in a statement more than once are computed once: equal measures in equal states share a WITH."""

import re

import pytest

from kubus.errors import Unsupported
from kubus.library import SemanticLayer

ROWS = "SELECT * FROM (VALUES (1, 'x', 10), (2, 'x', 20), (3, 'y', 5)) AS t(id, s, v)"
MODEL = """
cubes:
  - name: sales
    sql: {sql}
    dimensions:
      - {{name: id, type: number, sql: id, primary_key: true}}
      - {{name: s, type: string, sql: s}}
    measures:
      - {{name: total, type: sum, sql: v}}
      - {{name: whole, type: sum, sql: "{{total}}", multi_stage: true, grain: {{keep_only: []}}}}
      - {{name: by_id, type: sum, sql: "{{total}}", multi_stage: true, grain: {{include: [id]}}}}
      - {{name: most, type: max, sql: "{{by_id}}", multi_stage: true, grain: {{include: [id]}}}}
      - {{name: least, type: min, sql: "{{by_id}}", multi_stage: true, grain: {{include: [id]}}}}
      - {{name: share_most, type: number, sql: "{{most}} * 1.0 / {{whole}}", multi_stage: true}}
      - {{name: share_least, type: number, sql: "{{least}} * 1.0 / {{whole}}", multi_stage: true}}
      - {{name: least_of_x, type: min, sql: "{{by_id}}", multi_stage: true, grain: {{include: [id]}},
          filter: {{include: [{{member: s, operator: equals, values: [x]}}]}}}}
"""
NAMED = re.compile(r'"(groups \d+)" AS \(')


@pytest.mark.parametrize(
    ("measures", "shared", "row"),
    [
        (["most", "least"], 1, {"most": 20, "least": 10}),
        (["share_most", "share_least"], 2, {"share_most": 20 / 35, "share_least": 10 / 35}),
        # Another state is another table, and one use needs no name.
        (["most", "least_of_x"], 0, {"most": 20, "least_of_x": 10}),
        (["most"], 0, {"most": 20}),
        (["total", "whole"], 0, {"total": 30, "whole": 35}),
    ],
)
def test_equal_stages_are_computed_once(measures: list[str], shared: int, row: dict[str, float]) -> None:
    query = {"measures": [f"sales.{one}" for one in measures], "dimensions": ["sales.s"], "order": {"sales.s": "asc"}}
    with SemanticLayer({"sales.yml": MODEL.format(sql=ROWS)}) as layer:
        names = NAMED.findall(layer.sql(query).sql)
        assert len(names) == shared
        assert all(layer.sql(query).sql.count(f'"{name}"') > 2 for name in names)
        first = layer.query(query)[0]
        assert {key.removeprefix("sales."): value for key, value in first.items()} == pytest.approx({"s": "x", **row})
        assert layer.query({**query, "total": True, "limit": 1}) == [first]


def test_values_of_a_query_go_into_what_is_shared_once() -> None:
    query = {
        "measures": ["sales.most", "sales.least"],
        "filters": [{"member": "sales.s", "operator": "equals", "values": ["y"]}],
    }
    with SemanticLayer({"sales.yml": MODEL.format(sql=ROWS)}) as layer:
        assert layer.query(query) == [{"sales.most": 5, "sales.least": 5}]
        assert layer.sql(query).parameters == ("y",)


def test_a_table_of_such_a_name_is_not_taken_for_it() -> None:
    query = {"measures": ["sales.most", "sales.least"]}
    with (
        SemanticLayer({"sales.yml": MODEL.format(sql="""SELECT * FROM "groups 1" """)}) as layer,
        pytest.raises(Unsupported, match="groups 1"),
    ):
        layer.sql(query)
