"""A data model in Python, asked from Python.

python examples/python_model/main.py
"""

import tempfile
from pathlib import Path

import duckdb

from kubus import SemanticLayer

MODEL = Path(__file__).parent / "model"


def main() -> None:
    """Make a small database, then ask the cubes that functions made, and the view over them."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "rides.duckdb"
        with duckdb.connect(str(database)) as connection:
            for city, rides in (("oslo", 900), ("rome", 600)):
                connection.execute(
                    f"CREATE TABLE rides_{city} AS SELECT n AS id, 5 + n * 7 % 41 AS minutes, "
                    f"TIMESTAMP '2026-03-01' + to_minutes(n * 37) AS started_at FROM range({rides}) AS numbers (n)"
                )
        with SemanticLayer(MODEL, database) as layer:
            print("Rides in Oslo:", layer.query({"measures": ["rides_oslo.count"]})[0]["rides_oslo.count"])
            for row in layer.query(
                {
                    "measures": ["city_rides.count", "city_rides.long_share"],
                    "dimensions": ["city_rides.city"],
                    "order": {"city_rides.count": "desc"},
                }
            ):
                share = f"{row['city_rides.long_share']:.0%}"
                print(f"{row['city_rides.city']}: {row['city_rides.count']} rides, {share} of them long")


if __name__ == "__main__":
    main()
