"""The rides of each city: the same cube over another table."""

from dataclasses import dataclass

from kubus.define import Cube, Dimension, Measure, MeasureType, Sql


@dataclass(frozen=True, kw_only=True)
class Share(Measure):
    """A part of all rides, in percent."""

    type: MeasureType = "number"
    format: str | None = "percent"


def rides_in(city: str) -> Cube:
    """The rides of a city, which has a table of its own."""
    return Cube(
        name=f"rides_{city.lower()}",
        sql_table=f"rides_{city.lower()}",
        title=f"Rides in {city}",
        dimensions=[
            Dimension(name="id", sql="id", type="number", primary_key=True),
            Dimension(name="started_at", sql="started_at", type="time"),
        ],
        measures=[
            Measure(name="count", type="count"),
            Measure(name="long", type="count", filters=[Sql("{CUBE}.minutes > 30")]),
            Share(name="long_share", sql="1.0 * {long} / NULLIF({count}, 0)"),
        ],
    )


oslo = rides_in("Oslo")
rome = rides_in("Rome")
both = Cube(
    name="rides",
    extends=oslo,
    sql="SELECT *, 'Oslo' AS city FROM rides_oslo UNION ALL SELECT *, 'Rome' AS city FROM rides_rome",
    title="Rides",
    dimensions=[Dimension(name="city", sql="city", type="string")],
)
