"""Two hotel companies and one data model: their rows in the same tables, and in a schema each.

python examples/tenants/main.py
"""

import tempfile
from pathlib import Path

import duckdb

from kubus import KubusError, SemanticLayer

HERE = Path(__file__).parent
COMPANIES = {"alp": 80, "fjord": 120}
BY_FLOOR = {
    "measures": ["Bookings.count", "Bookings.revenue"],
    "dimensions": ["Rooms.floor"],
    "order": {"Rooms.floor": "asc"},
}


def main() -> None:
    """Make a small database, then ask one query for each company, in both models."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "hotels.duckdb"
        write_hotels(database)
        for model in ("by_column", "by_schema"):
            print(f"\n{model}:")
            with SemanticLayer(HERE / model, database) as layer:
                for company in COMPANIES:
                    for row in layer.query(BY_FLOOR, context={"company": {"id": company}}):
                        print(
                            f"  {company:<6} {row['Rooms.floor']:<7} {row['Bookings.count']} bookings, "
                            f"{row['Bookings.revenue']} in all"
                        )
                statement = layer.sql({"measures": ["Bookings.count"]}, context={"company": {"id": "alp"}})
                print("  SQL:", " ".join(statement.sql.split()), list(statement.parameters))

                # A claim that is missing, and companies that are not there or try to be something else.
                for stranger in (None, "desert", "alp'; DROP SCHEMA common"):
                    try:
                        rows = layer.query(BY_FLOOR, context={"company": {"id": stranger}})
                        print(f"  {stranger}: {len(rows)} rows")
                    except KubusError as error:
                        print(f"  {stranger}: {error.message}")


def write_hotels(path: Path) -> None:
    """Rooms and bookings of both companies: together in `common`, and by themselves in a schema each."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA common")
        connection.execute(
            "CREATE TABLE common.holidays AS SELECT * FROM (VALUES ('New Year'), ('May Day')) AS h(name)"
        )
        connection.execute("CREATE TABLE common.rooms (company TEXT, number INTEGER, floor TEXT)")
        connection.execute("CREATE TABLE common.bookings (company TEXT, id INTEGER, room INTEGER, price INTEGER)")
        for company, price in COMPANIES.items():
            # The rooms of both have the same numbers.
            connection.execute(
                "INSERT INTO common.rooms SELECT ?, n, CASE WHEN n < 200 THEN 'first' ELSE 'second' END "
                "FROM (VALUES (101), (102), (201)) AS r(n)",
                [company],
            )
            connection.execute(
                "INSERT INTO common.bookings SELECT ?, n, [101, 102, 201][n % 3 + 1], ? FROM range(9) AS b(n)",
                [company, price],
            )
            connection.execute(f"CREATE SCHEMA company_{company}")
            for table in ("rooms", "bookings"):
                connection.execute(
                    f"CREATE TABLE company_{company}.{table} AS "
                    f"SELECT * EXCLUDE (company) FROM common.{table} WHERE company = ?",
                    [company],
                )


if __name__ == "__main__":
    main()
