"""Dates in words that a model says: they mean what they say on the day of the query, not on that of the compilation."""

from datetime import UTC, datetime, timedelta

import pytest

from kubus.api.wire.parse_query import asked_query
from kubus.context import ANYBODY
from kubus.errors import ModelError
from kubus.loading.load import load_files
from kubus.query.normalize import normalize
from kubus.semantic_layer import SemanticLayer
from kubus.sources.duckdb import DuckDBOptions, DuckDBSource

MODEL = """
cubes:
  - name: visits
    sql: >
      SELECT DATE '2024-01-01' + n::INTEGER AS day, n AS id FROM (SELECT UNNEST(RANGE(0, 100)) AS n)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: day, sql: day, type: time}
    measures:
      - {name: count, type: count}
      - name: lately
        multi_stage: true
        type: number
        sql: "{count}"
        filter: {include: [{member: day, operator: afterOrOnDate, values: [STAGE]}]}
views:
  - name: recent
    cubes: [{join_path: visits, includes: "*"}]
    default_filters:
      - {member: day, operator: inDateRange, values: [DEFAULT], unless: [day]}
"""


@pytest.fixture
async def layer():
    text = MODEL.replace("STAGE", "3 days ago").replace("DEFAULT", "last 7 days")
    layer = SemanticLayer(
        lambda: load_files({"m.yml": text}, {"default": "duckdb"}),
        {"default": DuckDBSource("default", DuckDBOptions())},
    )
    yield layer
    await layer.close()


async def asked(layer, now, zone="UTC", **query):
    settled = normalize(
        asked_query({"timezone": zone, **query}), now=now, default_timezone="UTC", default_limit=10, max_limit=10
    )
    ready = layer.prepare(settled.queries[0], ANYBODY, now)
    answer = await layer.run(ready)
    return answer.rows.values, ready.moves_at


def day(number, hour=12):
    return datetime(2024, 1, 1, hour, tzinfo=UTC) + timedelta(number)


async def test_default_filters_move_with_the_day(layer):
    for number, expected in ((20, 7), (3, 3), (0, 0), (103, 4), (20, 7)):
        rows, moves_at = await asked(layer, day(number), measures=["recent.count"])
        assert rows == [(str(expected),)]
        assert moves_at == day(number + 1, 0)
    # In another zone another day has begun.
    rows, moves_at = await asked(layer, day(3, 23), "Asia/Tokyo", measures=["recent.count"])
    assert moves_at == day(4, 15)


async def test_what_releases_a_default_filter_lets_its_dates_be_forgotten(layer):
    set_ = {"member": "recent.day", "operator": "set"}
    rows, moves_at = await asked(layer, day(20), measures=["recent.count"], filters=[set_])
    assert (rows, moves_at) == ([("100",)], None)


async def test_filters_of_stages_move_with_the_day(layer):
    for number, expected in ((20, 83), (99, 4)):
        rows, moves_at = await asked(layer, day(number), measures=["visits.lately", "visits.count"])
        assert rows == [(str(expected), "100")]
        assert moves_at == day(number + 1, 0)
    # A plan that is kept says as well until when it holds.
    assert (await asked(layer, day(99, 13), measures=["visits.lately", "visits.count"]))[1] == day(100, 0)


async def test_without_such_dates_nothing_moves(layer):
    assert (await asked(layer, day(20), measures=["visits.count"]))[1] is None


@pytest.mark.parametrize("place", ["STAGE", "DEFAULT"])
def test_words_that_are_no_date_are_a_mistake_of_the_model(place):
    text = MODEL.replace(place, "bananas").replace("STAGE", "today").replace("DEFAULT", "today")
    with pytest.raises(ModelError, match=r"Can't parse date: 'bananas'"):
        load_files({"m.yml": text}, {"default": "duckdb"})
