"""The demo's data: the same for the same day, whole, and such that its model means what it says."""

from datetime import date, timedelta

import duckdb
import pytest

from kubus.demo.data import TABLES, demo_data_day, write_demo_csv, write_demo_database

TODAY = date(2026, 11, 23)

# What the rows of each table hash to on that day. A change here changes the demo of everybody: do it knowingly. The
# same with every version of DuckDB.
FINGERPRINTS = {
    "product_categories": "81f20fb6e4c0d6f004a7f4727c7da183",
    "suppliers": "119d368992281d86b5e40dd17eb5a42c",
    "products": "90b6038cce8faf47f7166106f3aaecbe",
    "users": "f35cb597dc7ae3ed5975b5ae54c626a6",
    "orders": "ca2515824376cfcba647072face93565",
    "line_items": "3451de4c9f1217bf99e1784dbb2a4b7d",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "data" / "shop.duckdb"
    write_demo_database(path, TODAY)
    return path


@pytest.fixture
def shop(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def fingerprint(connection, table):
    # Text of each row in order of id, so that neither threads nor storage have a say.
    query = f"SELECT md5(string_agg({table}::VARCHAR, chr(10) ORDER BY id)) FROM {table}"
    return connection.execute(query).fetchone()[0]


def value(connection, query):
    return connection.execute(query).fetchone()[0]


def test_only_the_finished_file_is_left(path):
    assert [entry.name for entry in path.parent.iterdir()] == ["shop.duckdb"]


def test_the_same_day_gives_the_same_rows(shop):
    assert {table: fingerprint(shop, table) for table in TABLES} == FINGERPRINTS


def test_another_day_moves_the_orders(tmp_path):
    other = date(2024, 2, 29)
    write_demo_database(tmp_path / "leap.duckdb", other)
    with duckdb.connect(str(tmp_path / "leap.duckdb"), read_only=True) as connection:
        first, last = connection.execute("SELECT min(created_at), max(created_at) FROM orders").fetchone()
    assert (first.date(), last.date()) == (date(2022, 2, 28), other)
    assert last.hour < 6


@pytest.mark.parametrize(
    ("table", "least", "most"),
    [
        ("orders", 98_000, 102_000),
        ("line_items", 250_000, 300_000),
        ("products", 1000, 1000),
        ("product_categories", 12, 12),
        ("users", 10_000, 10_000),
        ("suppliers", 100, 100),
    ],
)
def test_tables_have_their_size_and_unique_ids(shop, table, least, most):
    rows, ids = shop.execute(f"SELECT count(*), count(DISTINCT id) FROM {table}").fetchone()
    assert least <= rows <= most
    assert ids == rows


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("products", "product_category_id", "product_categories"),
        ("products", "supplier_id", "suppliers"),
        ("orders", "user_id", "users"),
        ("line_items", "order_id", "orders"),
        ("line_items", "product_id", "products"),
    ],
)
def test_references_lead_somewhere(shop, table, column, target):
    query = f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {target})"
    assert value(shop, query) == 0


def test_each_order_is_worth_its_lines(shop):
    query = """
        WITH lines AS (SELECT order_id, sum(price * quantity) AS amount FROM line_items GROUP BY order_id)
        SELECT count(*) FROM orders LEFT JOIN lines ON order_id = id WHERE orders.amount IS DISTINCT FROM lines.amount
    """
    assert value(shop, query) == 0


def test_nothing_happens_before_its_cause_or_after_today(shop):
    end = "TIMESTAMP '2026-11-23 06:00:00'"
    assert value(shop, f"SELECT count(*) FROM orders WHERE created_at >= {end} OR completed_at >= {end}") == 0
    assert value(shop, "SELECT count(*) FROM orders WHERE completed_at <= created_at") == 0
    bought_early = (
        "SELECT count(*) FROM orders JOIN users ON users.id = user_id WHERE users.created_at > orders.created_at"
    )
    assert value(shop, bought_early) == 0
    sold_early = """
        SELECT count(*) FROM line_items JOIN products ON products.id = product_id
        WHERE products.created_at > line_items.created_at
    """
    assert value(shop, sold_early) == 0


def test_every_day_has_orders_and_every_state_is_there(shop):
    days = {row[0] for row in shop.execute("SELECT DISTINCT created_at::DATE FROM orders").fetchall()}
    assert days == {TODAY - timedelta(days=number) for number in range((TODAY - date(2024, 11, 23)).days + 1)}
    recent = "SELECT DISTINCT status FROM orders WHERE created_at >= TIMESTAMP '2026-10-24'"
    states = {row[0] for row in shop.execute(recent).fetchall()}
    assert states == {"processing", "shipped", "completed", "returned", "cancelled"}


def test_only_delivered_orders_are_complete(shop):
    query = "SELECT count(*) FROM orders WHERE (completed_at IS NOT NULL) <> (status IN ('completed', 'returned'))"
    assert value(shop, query) == 0


def test_it_grows_and_has_seasons_and_weeks(shop):
    def orders(where):
        return value(shop, f"SELECT count(*) FROM orders WHERE {where}")

    assert orders("created_at >= TIMESTAMP '2025-11-23'") > 1.3 * orders("created_at < TIMESTAMP '2025-11-23'")
    assert orders("created_at::DATE BETWEEN '2025-12-01' AND '2025-12-28'") > 1.2 * orders(
        "created_at::DATE BETWEEN '2026-01-05' AND '2026-02-01'"
    )
    assert orders("dayofweek(created_at) = 5") > 1.2 * orders("dayofweek(created_at) = 0")


def test_something_is_unknown_where_that_is_natural(shop):
    for table, column in [
        ("users", "age"),
        ("users", "gender"),
        ("users", "state"),
        ("orders", "user_id"),
        ("products", "description"),
        ("products", "supplier_id"),
        ("products", "weight_grams"),
        ("suppliers", "email"),
    ]:
        known, rows = shop.execute(f"SELECT count({column}), count(*) FROM {table}").fetchone()
        assert 0 < known < rows, (table, column)


def test_an_account_buys_at_one_tenant(shop):
    query = "SELECT count(*) FROM orders JOIN users ON users.id = user_id WHERE users.tenant_id <> orders.tenant_id"
    assert value(shop, query) == 0
    assert value(shop, "SELECT count(DISTINCT tenant_id) FROM orders") == 8


def test_csv_files_hold_the_same_rows(shop, tmp_path):
    write_demo_csv(tmp_path, TODAY)
    assert {entry.name for entry in tmp_path.iterdir()} == {f"{table}.csv" for table in TABLES}
    with duckdb.connect() as connection:
        for table in TABLES:
            columns = ", ".join(
                f"'{name}': '{kind}'" for name, kind, *_ in shop.execute(f"DESCRIBE {table}").fetchall()
            )
            source = f"read_csv('{tmp_path / table}.csv', header = true, columns = {{{columns}}})"
            connection.execute(f"CREATE TABLE {table} AS FROM {source}")
            assert fingerprint(connection, table) == FINGERPRINTS[table]


def test_the_day_is_read_from_the_data(path, tmp_path):
    assert demo_data_day(path) == TODAY
    assert demo_data_day(tmp_path / "none.duckdb") is None


def test_a_damaged_file_has_no_day_and_is_replaced(path, tmp_path):
    damaged = tmp_path / "shop.duckdb"
    damaged.write_bytes(path.read_bytes()[:5000])
    assert demo_data_day(damaged) is None
    write_demo_database(damaged, TODAY)
    assert demo_data_day(damaged) == TODAY


def test_another_database_has_no_day(tmp_path):
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("CREATE TABLE t (a integer)")
    assert demo_data_day(tmp_path / "other.duckdb") is None


def test_what_fails_leaves_what_was_there(path, tmp_path):
    kept = tmp_path / "shop.duckdb"
    kept.write_bytes(path.read_bytes())

    def fail(done, of):
        if done == of:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_demo_database(kept, date(2026, 11, 24), fail)
    assert [entry.name for entry in tmp_path.iterdir()] == ["shop.duckdb"]
    assert kept.read_bytes() == path.read_bytes()
