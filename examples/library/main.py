"""kubus inside a Python program: a data model, a DuckDB file, no server.

python examples/library/main.py
"""

import asyncio
import tempfile
from pathlib import Path

import duckdb

from kubus import QueryError, SemanticLayer

MODEL = Path(__file__).parent / "model"

BY_DISTRICT = {
    "measures": ["Rides.count", "Rides.averageMinutes", "Rides.memberShare"],
    "dimensions": ["Stations.district"],
    "timeDimensions": [{"dimension": "Rides.startedAt", "dateRange": ["2026-03-01", "2026-03-31"]}],
    "order": {"Rides.count": "desc"},
}


def main() -> None:
    """Make a small database, then ask about it in every way there is."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "rides.duckdb"
        write_rides(database)
        with SemanticLayer(MODEL, database) as layer:
            print("Rides in March, by district:")
            for row in layer.query(BY_DISTRICT):
                print(
                    f"  {row['Stations.district']:<8} {row['Rides.count']:>5} rides, "
                    f"{row['Rides.averageMinutes']:.1f} minutes, {row['Rides.memberShare']:.0%} by members"
                )

            # Rides and docks in one query: a station's docks count once, however many rides began there.
            totals = layer.query({"measures": ["Rides.count", "Stations.docks"]})
            print(f"In all: {totals[0]['Rides.count']} rides from {totals[0]['Stations.docks']} docks")

            # As an Arrow table, for pandas, polars or a file. This needs the extra: pip install 'kubus[arrow]'
            table = layer.arrow(
                {
                    "measures": ["Rides.count"],
                    "timeDimensions": [{"dimension": "Rides.startedAt", "granularity": "month"}],
                }
            )
            print("As Arrow:", table.num_rows, "months,", ", ".join(table.column_names))

            print("SQL:", layer.sql({"measures": ["Rides.count"]}).sql)

            asyncio.run(ask_two_at_once(layer))

            try:
                layer.query({"measures": ["Rides.cuont"]})
            except QueryError as error:
                print("A query with a mistake:", error.message)


async def ask_two_at_once(layer: SemanticLayer) -> None:
    """The same from asynchronous code."""
    rides, stations = await asyncio.gather(
        layer.query_async({"measures": ["Rides.count"]}),
        layer.query_async({"measures": ["Stations.count"]}),
    )
    print("Together:", rides[0], stations[0])


def write_rides(path: Path) -> None:
    """Half a year of bicycles for hire, the same each time."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            CREATE TABLE stations AS
            FROM (VALUES
                (1, 'Market', 'Centre', 24), (2, 'Town Hall', 'Centre', 18), (3, 'Harbour', 'Docks', 30),
                (4, 'Mill', 'North', 12), (5, 'Hill', 'North', 10)
            ) AS station (id, name, district, docks)
        """)
        connection.execute("""
            CREATE TABLE rides AS
            SELECT
                n AS id,
                1 + n * 13 % 5 AS station_id,
                TIMESTAMP '2026-01-01 06:00:00' + to_minutes(n * 37) AS started_at,
                5 + n * 7 % 41 AS minutes,
                n % 3 > 0 AS is_member
            FROM range(7000) AS numbers (n)
        """)


if __name__ == "__main__":
    main()
