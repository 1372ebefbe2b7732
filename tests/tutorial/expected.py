"""What the dashboard has to show, counted by SQL on the example's database."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb


def groups(folder: Path, column: str, days: int) -> int:
    """How many values a column of customers has among the orders of the last whole days, none being one of them."""
    today = datetime.now(UTC).date()
    with duckdb.connect(str(folder / "data" / "shop.duckdb"), read_only=True) as connection:
        return len(
            connection.execute(
                f"SELECT {column} FROM orders o LEFT JOIN users u ON u.id = o.user_id "
                f"WHERE o.created_at >= $1 AND o.created_at < $2 GROUP BY ALL",
                [today - timedelta(days=days), today],
            ).fetchall()
        )


def orders(folder: Path, where: str = "true", days: int = 30, today: date | None = None) -> dict[str, Any]:
    """Orders of the last whole days before today, and of as many days before, with the customers who placed them."""
    today = today or datetime.now(UTC).date()
    with duckdb.connect(str(folder / "data" / "shop.duckdb"), read_only=True) as connection:

        def between(first: date, end: date) -> dict[str, Any]:
            found = connection.execute(
                f"SELECT count(*), sum(o.amount)::DOUBLE FROM orders o LEFT JOIN users u ON u.id = o.user_id "
                f"WHERE o.created_at >= $1 AND o.created_at < $2 AND ({where})",
                [first, end],
            ).fetchone()
            assert found is not None
            return {"count": found[0], "amount": found[1]}

        start = today - timedelta(days=days)
        return {"now": between(start, today), "before": between(start - timedelta(days=days), start)}


def figures(folder: Path, where: str = "true", days: int = 30, today: date | None = None) -> dict[str, str]:
    """The same as the tiles write it: how many, and by how much that changed."""
    found = orders(folder, where, days, today)
    now, before = found["now"]["count"], found["before"]["count"]
    return {
        "orders": compact(now),
        "before": f"before: {compact(before)}",
        "change": f"{(now - before) / before * 100:+.1f}".removesuffix(".0") + "%",
        "revenue": f"${compact(found['now']['amount'])}",
    }


def of_each_day(folder: Path, where: str) -> dict[str, dict[str, str]]:
    """How many orders of the last week and of the last 30 days the tiles have today, and as soon as it is tomorrow."""
    today = datetime.now(UTC).date()
    return {
        day.isoformat(): {
            "week": figures(folder, where, 7, day)["orders"],
            "month": figures(folder, where, 30, day)["orders"],
        }
        for day in (today, today + timedelta(days=1))
    }


def compact(number: float) -> str:
    """A number above 10,000 with three digits."""
    if number < 10_000:
        return f"{number:,.0f}" if number == int(number) or number >= 1000 else f"{number:,.2f}"
    width, unit = (1_000_000, "M") if number >= 999_500 else (1000, "K")
    return f"{float(f'{number / width:.3g}'):g}{unit}"
