"""Models made of databases: what is in the catalog, what the rows confirm, and that the answers are right."""

import asyncio
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kubus.errors import SourceError
from kubus.generate.catalog import Catalog, Table, TableColumn, kind_of, read_catalog
from kubus.generate.cubes import Generated, generated
from kubus.generate.keys import likely_keys, likely_ways, singular, with_keys
from kubus.generate.members import identifier, is_plain
from kubus.generate.proposals import known_cubes, proposals
from kubus.library import SemanticLayer
from kubus.loading.load import load_files
from kubus.sources.options import DuckDBOptions, PostgresOptions
from kubus.sources.registry import make_source
from tests.engines.postgres import Server

# In both databases.
TABLES = """
CREATE TABLE users (
    id INTEGER PRIMARY KEY, "Full Name" VARCHAR, "createdAt" TIMESTAMP, lat DOUBLE PRECISION, lng DOUBLE PRECISION,
    tags VARCHAR[], zip INTEGER, active BOOLEAN
);
CREATE TABLE orders (
    id INTEGER, user_id INTEGER, referring_user_id INTEGER, status VARCHAR, amount DECIMAL(9, 2),
    unit_price DOUBLE PRECISION, "order" INTEGER, year INTEGER, created DATE, elsewhere_id INTEGER, store_id INTEGER
);
CREATE TABLE order_items (
    order_no INTEGER REFERENCES users (id), line_no INTEGER, product VARCHAR, quantity BIGINT,
    PRIMARY KEY (order_no, line_no)
);
CREATE TABLE notes (of_order INTEGER, of_line INTEGER, text VARCHAR,
    FOREIGN KEY (of_order, of_line) REFERENCES order_items (order_no, line_no));
CREATE TABLE returns (id INTEGER PRIMARY KEY, of_order INTEGER, of_line INTEGER,
    FOREIGN KEY (of_order, of_line) REFERENCES order_items (order_no, line_no));
CREATE TABLE profiles (user_id INTEGER PRIMARY KEY REFERENCES users (id), bio VARCHAR, count INTEGER);
CREATE TABLE stores (id INTEGER, name VARCHAR);
CREATE TABLE elsewheres (id INTEGER PRIMARY KEY);
CREATE VIEW recent AS SELECT id, amount FROM orders;
CREATE SCHEMA other;
CREATE TABLE other.orders (id INTEGER PRIMARY KEY, user_id INTEGER);
COMMENT ON TABLE orders IS 'What was sold';
COMMENT ON COLUMN orders.amount IS 'In euro';
INSERT INTO users VALUES (1, 'Ada', '2024-01-01', 1, 2, NULL, 12, true), (2, 'Bob', '2024-01-02', 1, 2, NULL, 13, false);
INSERT INTO orders VALUES
    (1, 1, 2, 'done', 10.50, 2.5, 1, 2024, '2024-01-05', 70, 1), (2, 1, NULL, 'new', 20.00, 4, 2, 2024, '2024-01-06', 71, 1),
    (3, 2, 1, NULL, NULL, NULL, 3, 2024, NULL, NULL, 1);
INSERT INTO order_items VALUES (1, 1, 'tea', 2), (1, 2, 'cup', 1), (2, 1, 'tea', 5);
INSERT INTO stores VALUES (1, 'one'), (1, 'twice');
"""


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a semantic layer is opened with."""
    if request.param == "duckdb":
        path = tmp_path_factory.mktemp("generate") / "shop.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(TABLES)
        return path
    server: Server = request.getfixturevalue("postgres")
    url = server.create_database("generate")
    server.psql("generate", TABLES)
    return url


def read(database: Any, *, rows: bool = True) -> tuple[Catalog, str]:
    options = (
        DuckDBOptions(path=database, read_only=True) if isinstance(database, Path) else PostgresOptions(url=database)
    )

    async def ask() -> tuple[Catalog, str]:
        source = make_source("default", options)
        try:
            catalog = await read_catalog(source)
            return (await with_keys(catalog, source, catalog.tables) if rows else catalog), source.dialect
        finally:
            await source.close()

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def made(database: Any) -> dict[str, Generated]:
    catalog, dialect = read(database)
    return {one.cube.name: one for one in generated(catalog, catalog.tables, dialect, {})}


def written(made: dict[str, Generated], folder: Path) -> dict[str, str]:
    found, by_hand = proposals(folder, None, list(made.values()))
    assert by_hand == []
    return {one.path.name: one.after for one in found}


def test_tables_and_views_of_every_schema(made: dict[str, Generated]) -> None:
    assert set(made) == {
        "users", "orders", "order_items", "notes", "profiles", "returns", "stores", "elsewheres", "recent", "other_orders",
    }  # fmt: skip
    assert made["orders"].cube.sql_table == "orders"
    assert made["other_orders"].cube.sql_table == "other.orders"


def test_columns_become_members(made: dict[str, Generated]) -> None:
    users, orders = made["users"].cube, made["orders"].cube
    assert [(d.name, d.sql, d.type, d.primary_key) for d in users.dimensions or ()][:3] == [
        ("id", "id", "number", True),
        ("full_name", '{CUBE}."Full Name"', "string", None),
        ("created_at", '{CUBE}."createdAt"', "time", None),
    ]
    assert [(d.name, d.type) for d in users.dimensions or ()][3:] == [
        ("zip", "number"),
        ("active", "boolean"),
        ("location", "geo"),
    ]
    assert [d.name for d in orders.dimensions or ()] == [
        "id",
        "referring_user_id",
        "status",
        "year",
        "created",
        "elsewhere_id",
        "store_id",
    ]
    assert [(m.name, m.type, m.sql) for m in orders.measures or ()] == [
        ("count", "count", None),
        ("total_amount", "sum", "amount"),
        ("average_amount", "avg", "amount"),
        ("average_unit_price", "avg", "unit_price"),
        ("total_order", "sum", '{CUBE}."order"'),
        ("average_order", "avg", '{CUBE}."order"'),
    ]
    assert orders.description == "What was sold"
    assert [m.description for m in orders.measures or ()][1] == "In euro"


def test_what_is_left_out_is_said(made: dict[str, Generated], tmp_path: Path) -> None:
    files = written(made, tmp_path)
    assert "# Left out: tags (" in files["users.yml"]
    assert "# No key was found." in files["stores.yml"]
    assert "# of_order, of_line leads to order_items." in files["notes.yml"]
    assert "by no constraint, these lead to other cubes: user_id." in files["orders.yml"]
    assert "# referring_user_id leads to users too" in files["orders.yml"]


def test_joins(made: dict[str, Generated]) -> None:
    def joins(cube: str) -> list[tuple[str, str, str]]:
        return [(str(j.name), j.relationship, j.sql) for j in made[cube].cube.joins or ()]

    # Declared, of one column and of two, to a key that is its own key.
    assert joins("order_items") == [("users", "many_to_one", "{CUBE}.order_no = {users.id}")]
    assert joins("returns") == [
        (
            "order_items",
            "many_to_one",
            "{CUBE}.of_order = {order_items.order_no} AND {CUBE}.of_line = {order_items.line_no}",
        )
    ]
    # A cube without a key cannot join: what it could is said.
    assert joins("notes") == []
    assert joins("profiles") == [("users", "one_to_one", "{CUBE}.user_id = {users.id}")]
    # Found by name and rows: not where rows do not say so (elsewhere_id), nor where there is no key (store_id).
    assert joins("orders") == [("users", "many_to_one", "{CUBE}.user_id = {users.id}")]
    assert joins("other_orders") == []


def test_without_a_look_at_rows(database: Any) -> None:
    catalog, _ = read(database, rows=False)
    keys = {table.name: table.key for table in catalog.tables if table.schema == catalog.schema}
    assert keys["users"] == ("id",)
    assert keys["orders"] == ()


def test_the_model_is_right_and_answers(made: dict[str, Generated], database: Any, tmp_path: Path) -> None:
    files = written(made, tmp_path)
    with SemanticLayer(files, database) as layer:
        assert layer.query(
            {
                "measures": ["orders.count", "orders.total_amount"],
                "dimensions": ["users.full_name"],
                "order": {"users.full_name": "asc"},
            }
        ) == [
            {"users.full_name": "Ada", "orders.count": 2, "orders.total_amount": 30.5},
            {"users.full_name": "Bob", "orders.count": 1, "orders.total_amount": None},
        ]
        # Every member is one that the database knows.
        for cube in layer.members():
            for member in (*cube["dimensions"], *cube["measures"]):
                kind = "measures" if member in cube["measures"] else "dimensions"
                layer.query({kind: [member["name"]], "limit": 1})


def test_the_same_database_gives_the_same_bytes(made: dict[str, Generated], database: Any, tmp_path: Path) -> None:
    catalog, dialect = read(database)
    again = {one.cube.name: one for one in generated(catalog, catalog.tables, dialect, {})}
    assert written(again, tmp_path) == written(made, tmp_path)


def test_nothing_is_proposed_twice(made: dict[str, Generated], database: Any, tmp_path: Path) -> None:
    catalog, dialect = read(database)
    for name, text in written(made, tmp_path).items():
        (tmp_path / "cubes").mkdir(exist_ok=True)
        (tmp_path / "cubes" / name).write_text(text)
    files = {f"cubes/{path.name}": path.read_text() for path in (tmp_path / "cubes").iterdir()}
    model = load_files(files, {"default": dialect})
    known = known_cubes(model, catalog, "default")
    assert set(known.values()) == set(made)
    assert proposals(tmp_path, model, generated(catalog, catalog.tables, dialect, known)) == ([], [])


class Failing:
    """A source that refuses everything."""

    dialect, db_type = "duckdb", "duckdb"

    async def python_rows(self, _: object) -> list[tuple[Any, ...]]:
        raise SourceError("too slow")


def test_what_fails_confirms_nothing() -> None:
    column = TableColumn("id", "INTEGER", "number")
    users, orders = (
        Table("main", "users", (column,), ("id",)),
        Table("main", "orders", (column, TableColumn("user_id", "INTEGER", "number"))),
    )
    found = asyncio.run(with_keys(Catalog((users, orders), "main"), Failing(), (users, orders)))  # pyright: ignore[reportArgumentType]
    assert found.tables == (users, orders)


@pytest.mark.parametrize(
    ("table", "columns", "key"),
    [
        ("categories", ["name", "category_id"], ["category_id"]),
        ("Users", ["UserId", "Id"], ["Id", "UserId"]),
        ("dim_store", ["store_key", "store_id"], ["store_id", "store_key"]),
        ("events", ["kind"], []),
    ],
)
def test_names_suggest_keys(table: str, columns: list[str], key: list[str]) -> None:
    kinds = tuple(TableColumn(name, "INTEGER", "number") for name in columns)
    assert list(likely_keys(Table("main", table, kinds))) == key


@pytest.mark.parametrize(
    ("column", "table"),
    [
        ("user_id", "users"),
        ("userId", "users"),
        ("billing_user_id", "users"),
        ("category_id", "categories"),
        ("address_id", "addresses"),
        ("box_key", "boxes"),
        ("store_id", "dim_store"),
        ("paid", None),
        ("id", None),
        ("nobody_id", None),
        ("status", None),
    ],
)
def test_names_suggest_ways(column: str, table: str | None) -> None:
    key = TableColumn("id", "INTEGER", "number")
    others = [
        Table("main", name, (key,), ("id",))
        for name in ("users", "categories", "addresses", "boxes", "dim_store", "statuses")
    ]
    asked = Table("main", "orders", (TableColumn(column, "INTEGER", "number"),))
    found = list(likely_ways(asked, {one.path: one for one in others}))
    assert [key.table[1] for key in found] == ([] if table is None else [table])


def test_keys_of_another_kind_lead_nowhere() -> None:
    users = Table("main", "users", (TableColumn("id", "UUID", "string"),), ("id",))
    orders = Table("main", "orders", (TableColumn("user_id", "INTEGER", "number"),))
    assert list(likely_ways(orders, {users.path: users})) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("TIMESTAMP WITH TIME ZONE", "time"), ("DATE", "time"), ("interval", None), ("INTERVAL", None),
        ("INTEGER", "number"), ("int4range", None), ("HUGEINT", "number"), ("double precision", "number"),
        ("DECIMAL(9,2)", "number"), ("numeric", "number"), ("character varying", "string"), ("uuid", "string"),
        ("ENUM('a', 'b')", "string"), ("boolean", "boolean"), ("VARCHAR[]", None), ("STRUCT(a INTEGER)", None),
        ("JSON", None), ("jsonb", None), ("BLOB", None), ("bytea", None), ("geometry", None),
    ],
)  # fmt: skip
def test_types(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "found"),
    [("Order Date", "order_date"), ("2020 sales", "n_2020_sales"), ("größe", "gr_e"), ("%", "column"), ("__x", "x")],
)
def test_identifiers(name: str, found: str) -> None:
    assert identifier(name) == found


def test_words_of_databases_are_quoted() -> None:
    assert [is_plain(name) for name in ("amount", "order", "user", "at", "Amount", "select", "status")] == [
        True, False, False, False, False, False, True,
    ]  # fmt: skip
    assert [singular(name) for name in ("users", "status", "address", "categories", "boxes", "news")] == [
        "user", "status", "address", "category", "box", "new",
    ]  # fmt: skip
