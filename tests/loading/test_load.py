"""What YAML comes to mean."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubus.errors import ConfigError, ModelError
from kubus.loading.load import load_files, load_model
from kubus.model.cube import Case, Geo
from kubus.model.join_graph import Relationship
from kubus.model.measure_types import Aggregate
from kubus.model.member_sql import MemberReference, MemberSql, TableReference
from kubus.model.titles import title_of
from tests.loading.test_mistakes import GOOD

CORPUS = Path(__file__).parents[1] / "conformance" / "corpus" / "models"
POSTGRES = {"default": "postgres"}


@pytest.mark.parametrize("dialect", ["postgres", "duckdb"])
@pytest.mark.parametrize("name", ["ecom", "types", "joins", "relative"])
def test_models_of_the_corpus_compile(name: str, dialect: str) -> None:
    assert load_model(CORPUS / name, {"default": dialect}).cubes


@pytest.mark.parametrize(
    "folder",
    [
        p
        for p in sorted(CORPUS.glob("err_*"))
        if p.name not in {"err_in_database", "err_granularities", "err_extends_sql_clash", "err_empty_call"}
    ],
    ids=lambda p: p.name,
)
def test_broken_models_of_the_corpus_do_not(folder: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(folder, POSTGRES)
    assert all(problem.line for problem in caught.value.problems)


def test_a_child_hides_what_its_parent_is_made_of() -> None:
    model = load_model(CORPUS / "err_extends_sql_clash", POSTGRES)
    assert model.cubes["child"].is_query
    assert not model.cubes["parent"].is_query


def test_an_empty_folder_is_an_empty_model(tmp_path: Path) -> None:
    assert dict(load_model(tmp_path, POSTGRES).cubes) == {}


def test_no_folder_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no model folder"):
        load_model(tmp_path / "nothing", POSTGRES)


def test_keys_and_values_may_be_camel_case() -> None:
    snake = load_files({"m.yml": GOOD}, POSTGRES)
    text = GOOD
    for old, new in (("sql_table", "sqlTable"), ("primary_key", "primaryKey"), ("many_to_one", "manyToOne")):
        text = text.replace(old, new)
    camel = load_files({"m.yml": text}, POSTGRES)
    assert camel.cubes == snake.cubes


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("belongsTo", Relationship.MANY_TO_ONE),
        ("has_many", Relationship.ONE_TO_MANY),
        ("hasOne", Relationship.ONE_TO_ONE),
        ("oneToOne", Relationship.ONE_TO_ONE),
    ],
)
def test_old_names_of_relationships(written: str, means: Relationship) -> None:
    model = load_files({"m.yml": GOOD.replace("many_to_one", written)}, POSTGRES)
    assert model.cubes["orders"].joins[0].relationship is means


def test_one_bare_name_is_a_column_whatever_it_is_called() -> None:
    for name in ("number", "order", "user", "date", "value"):
        model = load_files({"m.yml": GOOD.replace("sql: amount", f"sql: {name}")}, POSTGRES)
        sql = model.cubes["orders"].measures["amount"].sql
        assert sql is not None
        assert sql.tree.name == name
        assert sql.references == (TableReference("orders"),)


def test_references_are_bound() -> None:
    text = GOOD.replace("{CUBE}.status = 'done'", "{users.city} = {status} AND {created_at.month} < now()")
    sql = load_files({"m.yml": text}, POSTGRES).cubes["orders"].segments["done"].sql
    assert sql.references == (
        MemberReference(("users",), "city"),
        MemberReference(("orders",), "status"),
        MemberReference(("orders",), "created_at", "month"),
    )


def test_braces_that_are_no_references() -> None:
    text = GOOD.replace("\"{CUBE}.status = 'done'\"", """'{CUBE}.tags = ''\\{a,b\\}'''""")
    sql = load_files({"m.yml": text}, POSTGRES).cubes["orders"].segments["done"].sql
    assert "'{a,b}'" in sql.tree.sql(dialect="postgres")


def test_a_path_between_cubes() -> None:
    text = GOOD.replace("{CUBE}.status = 'done'", "{orders.users.city} = 'Oslo'")
    sql = load_files({"m.yml": text}, POSTGRES).cubes["orders"].segments["done"].sql
    assert sql.references == (MemberReference(("orders", "users"), "city"),)


EXTENDING = (
    GOOD
    + """
  - name: big_orders
    extends: orders
    title: Large
    sql: SELECT * FROM orders WHERE amount > 100
    measures:
      - name: amount
        sql: "{CUBE}.amount * 2"
        type: sum
"""
)


def test_extends() -> None:
    model = load_files({"m.yml": EXTENDING}, POSTGRES)
    child, parent = model.cubes["big_orders"], model.cubes["orders"]
    assert child.is_query
    assert child.label.title == "Large"
    assert set(child.measures) == {"count", "amount"}
    assert child.measures["amount"].sql != parent.measures["amount"].sql
    assert child.measures["count"].inherited
    assert not child.measures["amount"].inherited
    assert child.alias == "big_orders"
    # {CUBE} in what is inherited is the child.
    assert child.segments["done"].sql.references == (TableReference("big_orders"),)
    assert child.joins[0].source == "big_orders"
    assert child.primary_key[0].path == "big_orders.id"


def test_forms_of_dimensions() -> None:
    text = """
cubes:
  - name: places
    sql: SELECT * FROM places
    dimensions:
      - name: size
        type: string
        case:
          when:
            - {sql: "{CUBE}.n > 10", label: large}
            - {sql: "{CUBE}.n > 5", label: {sql: "{CUBE}.name || '!'"}}
          else: {label: small}
      - name: place
        type: geo
        latitude: {sql: "{CUBE}.lat"}
        longitude: {sql: "{CUBE}.lon"}
"""
    cube = load_files({"m.yml": text}, POSTGRES).cubes["places"]
    assert not cube.is_query
    size = cube.dimensions["size"].value
    assert isinstance(size, Case)
    assert (size.whens[0].label, size.otherwise) == ("large", "small")
    assert isinstance(size.whens[1].label, MemberSql)
    assert isinstance(cube.dimensions["place"].value, Geo)


def test_measure_types() -> None:
    text = GOOD.replace("type: sum", "type: countDistinct")
    measure = load_files({"m.yml": text}, POSTGRES).cubes["orders"].measures["amount"]
    assert measure.type.aggregate is Aggregate.COUNT_DISTINCT


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("user_id", "User ID"),
        ("createdAt", "Created at"),
        ("first_order_at", "First Order at"),
        ("trailing_7d", "Trailing7 D"),
        ("snake_case2_name", "Snake Case2 Name"),
        ("ProductCategories", "Product Categories"),
        ("id", "ID"),
        ("at", "At"),
    ],
)
def test_titles(name: str, title: str) -> None:
    assert title_of(name) == title


def test_the_version_changes_with_the_text() -> None:
    one, same = (load_files({"m.yml": GOOD}, POSTGRES).version for _ in range(2))
    other = load_files({"m.yml": GOOD + "\n"}, POSTGRES).version
    assert one == same != other


SQL = [
    "a->>'b'", "a::numeric(10, 2)", "now() - interval '1 day'", "sum(a) FILTER (WHERE b > 1)",
    "row_number() OVER (PARTITION BY a ORDER BY b DESC NULLS LAST)", "string_agg(DISTINCT a, ',' ORDER BY a)",
    "a AT TIME ZONE 'UTC'", "CASE WHEN a IS NULL THEN 1 ELSE 2 END", "a IN (1, 2)", "a BETWEEN 1 AND 2", "NOT a",
    "coalesce(a, b)", "extract(epoch FROM a)", "date_trunc('month', a)", "a || b", "a % 2", "-a", "a ~ 'x'", "(a).b",
    "ARRAY[1, 2]", "a[1]", "position('x' IN a)", "a IS DISTINCT FROM b", "count(*)", "a ILIKE 'x%'", "E'a\\nb'",
    "(SELECT max(x) FROM t)", "a::date", "to_char(a, 'YYYY')", "round(a / nullif(b, 0), 2)", "TRUE", "NULL",
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY a)", "a / b", "greatest(a, b)",
]  # fmt: skip


@pytest.mark.parametrize("text", SQL)
def test_sql_of_members_means_the_same_when_it_is_written_again(text: str) -> None:
    """What sqlglot writes reads as what it read."""
    model = load_files({"m.yml": GOOD.replace("sql: amount", f"sql: {text!r}" if "'" not in text else f'sql: "{text}"')
                        .replace("type: sum", "type: number")}, POSTGRES)  # fmt: skip
    measure = model.cubes["orders"].measures["amount"]
    assert measure.sql is not None
    written = measure.sql.tree.sql(dialect="postgres")
    again = load_files(
        {"m.yml": GOOD.replace("sql: amount", "sql: |-\n          " + written).replace("type: sum", "type: number")},
        POSTGRES,
    )
    other = again.cubes["orders"].measures["amount"].sql
    assert other is not None
    assert other.tree.sql(dialect="postgres") == written


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_model_or_a_model_error(text: str) -> None:
    for files in ({"m.yml": text}, {"m.yml": GOOD.replace("{CUBE}.status = 'done'", text.replace('"', ""))}):
        try:
            load_files(files, POSTGRES)
        except ModelError as error:
            assert error.problems


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["cubes", "name", "sql", "sql_table", "dimensions", "measures", "type", "joins", "case", "x"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=30,
    )
)
def test_any_yaml_is_a_model_or_a_model_error(value: object) -> None:
    import yaml

    try:
        load_files({"m.yml": yaml.safe_dump({"cubes": value})}, POSTGRES)
    except ModelError as error:
        assert error.problems
