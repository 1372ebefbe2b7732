"""Python files of a model: the same declarations, checks and compilation as YAML's."""

import os
import time
from pathlib import Path

import pytest

from kubus.errors import MemberError, ModelError
from kubus.loading.compiler import Compiler
from kubus.loading.files import ModelFolder
from kubus.loading.load import load_files, load_model
from kubus.model.model import Model
from kubus.writing.convert import difference

DIALECTS = {"default": "duckdb"}

ORDERS = """
from kubus.define import Cube, Dimension, Join, Measure, Segment

orders = Cube(
    name="orders",
    sql_table="orders",
    joins=[Join(name="users", relationship="many_to_one", sql="{CUBE}.user_id = {users.id}")],
    dimensions=[
        Dimension(name="id", sql="id", type="number", primary_key=True),
        Dimension(name="status", sql="status", type="string"),
    ],
    measures=[Measure(name="count", type="count"), Measure(name="revenue", sql="amount", type="sum")],
    segments=[Segment(name="paid", sql="{CUBE}.status = 'paid'")],
)
"""
ORDERS_YAML = """
cubes:
  - name: orders
    sql_table: orders
    joins: [{name: users, relationship: many_to_one, sql: "{CUBE}.user_id = {users.id}"}]
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
    measures: [{name: count, type: count}, {name: revenue, sql: amount, type: sum}]
    segments: [{name: paid, sql: "{CUBE}.status = 'paid'"}]
"""
USERS = """
from kubus.define import Cube, Dimension

users = Cube(name="users", sql_table="users", dimensions=[
    Dimension(name="id", sql="id", type="number", primary_key=True),
    Dimension(name="city", sql="city", type="string"),
])
"""
USERS_YAML = """
cubes:
  - name: users
    sql_table: users
    dimensions: [{name: id, sql: id, type: number, primary_key: true}, {name: city, sql: city, type: string}]
"""
VIEW = """
from kubus.define import View, ViewCube

sales = View(name="sales", cubes=[
    ViewCube(join_path="orders", includes=["count"]), ViewCube(join_path="orders.users", includes="*", prefix=True),
])
"""
VIEW_YAML = """
views:
  - name: sales
    cubes:
      - {join_path: orders, includes: [count]}
      - {join_path: orders.users, includes: "*", prefix: true}
"""


def model(**files: str) -> Model:
    """Keys end in `_py` or `_yml`."""
    return load_files({".".join(name.rsplit("_", 1)): text for name, text in files.items()}, DIALECTS)


def problems(**files: str) -> list[str]:
    with pytest.raises(ModelError) as caught:
        model(**files)
    return [str(problem) for problem in caught.value.problems]


# ── with YAML ──


@pytest.mark.parametrize("orders", [{"a_py": ORDERS}, {"a_yml": ORDERS_YAML}])
@pytest.mark.parametrize("users", [{"b_py": USERS}, {"b_yml": USERS_YAML}])
@pytest.mark.parametrize("view", [{"c_py": VIEW}, {"c_yml": VIEW_YAML}])
def test_python_and_yaml_mixed_mean_the_same(orders, users, view) -> None:
    pure = model(a_yml=ORDERS_YAML, b_yml=USERS_YAML, c_yml=VIEW_YAML)
    assert difference(pure, model(**orders, **users, **view)) == []


def test_extends_across() -> None:
    child = "cubes: [{name: child, extends: orders, measures: [{name: own, type: count}]}]"
    found = model(a_py=ORDERS, b_py=USERS, c_yml=child)
    assert set(found.cubes["child"].measures) == {"count", "revenue", "own"}
    child = "from kubus.define import Cube, Measure\nchild = Cube(name='child', extends='orders', measures=[Measure(name='own', type='count')])"
    assert difference(found, model(a_yml=ORDERS_YAML, b_yml=USERS_YAML, c_py=child)) == []


def test_references_are_objects_too() -> None:
    found = model(
        a_py=ORDERS,
        b_py=USERS,
        c_py="""
from a import orders
from b import users
from kubus.define import Cube, Dimension, Hierarchy, Join, Measure, Sql, View, ViewCube

city = Dimension(name="city", sql="city", type="string")
shops = Cube(
    name="shops", extends=users, joins=[Join(name=orders, relationship="one_to_many", sql="{CUBE}.id = {orders.id}")],
    dimensions=[city], hierarchies=[Hierarchy(name="place", levels=[city, users.dimension("city")])],
    measures=[Measure(name="twice", sql=f"2 * {orders.measure('revenue').sql}", type="number", drill_members=[city])],
)
view = View(name="v", cubes=[ViewCube(join_path=orders, includes=["count"])])
""",
    )
    assert found.cubes["shops"].hierarchies["place"].levels == ("shops.city", "users.city")
    assert found.cubes["shops"].measures["twice"].drill_members == ("shops.city",)
    assert found.cubes["shops"].measures["twice"].declared_sql == "2 * {orders.revenue}"
    assert list(found.holders) == ["orders", "users", "shops", "v"]


def test_a_reference_to_what_is_not_there_is_an_error_at_its_line() -> None:
    (told,) = problems(a_py=ORDERS, b_py=USERS, c_py="from a import orders\nx = orders.measure('revenu')\n")
    assert told == (
        "c.py:2:1: MemberError: Cube 'orders' has no measure 'revenu'\n"
        "    x = orders.measure('revenu')\n    ^\n    Did you mean 'revenue'?"
    )
    from kubus.define import Cube

    child = Cube(name="child", extends="orders")
    assert child.measure("count") == "child.count"
    with pytest.raises(MemberError):
        Cube(name="alone", sql_table="t").segment("x")


# ── ordinary Python ──


def test_cubes_are_made_by_loops_functions_derivation_and_inheritance() -> None:
    found = model(
        base_py="""
from dataclasses import dataclass
from kubus.define import Cube, Dimension, Measure, MeasureType

@dataclass(frozen=True, kw_only=True)
class Money(Measure):
    type: MeasureType = "sum"
    format: str | None = "currency"
    note: str = "no key of a model"

_base = Cube(name="base", sql_table="t", dimensions=[Dimension(name="id", sql="id", type="number", primary_key=True)])

def of_region(region: str) -> Cube:
    own = _base.changed(name=f"orders_{region}", sql_table=f"orders_{region}")
    return own.changed(measures=[Money(name="revenue", sql="amount"), Measure(name="count", type="count")])
""",
        regions_py="""
from base import Money, of_region
from dataclasses import replace

regions = {region: of_region(region) for region in ("north", "south")}
north = regions["north"]
east = replace(north, name="east", sql_table="east", measures=[*north.measures[1:], Money(name="cost", sql="cost")])
""",
    )
    assert list(found.cubes) == ["orders_north", "orders_south", "east"]
    assert found.cubes["orders_south"].measures["revenue"].label.format == "currency"
    assert list(found.cubes["east"].measures) == ["count", "cost"]
    assert "id" in found.cubes["east"].dimensions


def test_files_import_each_other_from_folders(tmp_path: Path) -> None:
    (tmp_path / "shared" / "deep").mkdir(parents=True)
    (tmp_path / "cubes").mkdir()
    (tmp_path / "shared" / "money.py").write_text("from .deep.names import TABLE\nfrom . import other\n")
    (tmp_path / "shared" / "other.py").write_text("from kubus import define\nMeasure = define.Measure\n")
    (tmp_path / "shared" / "deep" / "names.py").write_text("TABLE = 'shop.orders'\n")
    (tmp_path / "cubes" / "a.py").write_text(
        "import shared.money\nfrom shared import other\nfrom shared.deep.names import TABLE\nimport kubus.define as d\n"
        "from ..shared.deep import names\nassert names.TABLE is shared.money.TABLE\n"
        "a = d.Cube(name='a', sql_table=TABLE, measures=[other.Measure(name='n', type='count')])\n"
    )
    assert list(load_model(tmp_path, DIALECTS).cubes) == ["a"]


def test_what_defines_nothing_is_not_run() -> None:
    files = {"a_yml": USERS_YAML, "script_py": "raise SystemExit('a script that somebody keeps here')"}
    assert list(model(**files).cubes) == ["users"]


def test_templates_and_python_share_their_modules() -> None:
    found = model(
        names_py="NAMES = ['x', 'y']\n",
        globals_py="from kubus import TemplateContext\nfrom names import NAMES\nt = TemplateContext()\nt.add_variable('names', NAMES)\n",
        a_yml="cubes:\n{% for n in names %}\n  - {name: {{ n }}, sql_table: t}\n{% endfor %}\n",
        b_py="from names import NAMES\nfrom kubus.define import Cube\ncubes = [Cube(name=f'p{n}', extends=n) for n in NAMES]\n",
    )
    assert list(found.cubes) == ["x", "y", "px", "py"]


# ── mistakes ──


def test_mistakes_are_told_where_they_were_made() -> None:
    told = problems(
        a_py="""
from kubus.define import Cube, Dimension, Join

orders = Cube(
    name="orders", sql_table="orders",
    joins=[Join(name="usres", relationship="many_to_one", sql="{CUBE}.user_id = {users.id}")],
    dimensions=[
        Dimension(name="id", sql="id", type="nmber"),
        Dimension(name="two words", sql="x", type="string"),
        Dimension(name="é", sql="x", type="string"), Dimension(name="b", sql="SELECT +", type="string"),
        Dimension(name="c", type="string", sql='''
            CASE
            WHEN 1 ELSE
        '''),
    ],
)
users = Cube(name="users", sql_table="users")
"""
    )
    assert [one.splitlines()[0] for one in told] == [
        "a.py:6:12: Cube usres doesn't exist",
        "a.py:8:45: (dimensions.id.type = nmber) must be one of [string, number, boolean, time, geo, switch]",
        "a.py:9:24: (dimensions.two words = two words) is not allowed",
        "a.py:10:24: (dimensions.é = é) is not allowed",
        "a.py:10:78: SQL cannot be parsed: Invalid expression / Unexpected token, at 'SELECT'",
        "a.py:13:1: SQL cannot be parsed: Required keyword: 'true' missing for <class 'sqlglot.expressions.functions.If'>, at 'ELSE'",
    ]
    assert told[0].endswith("    Did you mean 'users'?")


def test_a_mistake_in_what_a_function_makes_is_told_in_the_function() -> None:
    told = problems(
        a_py="""
from kubus.define import Cube, Dimension, Measure

def amount(name, column):
    return Measure(name=name, sql=column, type="sum")

id = Dimension(name="id", sql="id", type="number", primary_key=True)
orders = Cube(name="orders", sql_table="orders", dimensions=[id],
    measures=[amount("x", "{y}"), Measure(name="z", type="count", drill_members=["id", "idd"])])
"""
    )
    assert [one.splitlines()[0] for one in told] == [
        "a.py:5:35: orders.y cannot be resolved. There's no such member or cube.",
        "a.py:9:88: orders.idd cannot be resolved. There's no such member or cube.",
    ]
    assert told[0].splitlines()[1:3] == ['    return Measure(name=name, sql=column, type="sum")', " " * 34 + "^"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from kubus.define import Cube\n\nx = 1 / 0\n", "a.py:3:1: ZeroDivisionError: division by zero"),
        ("import kubus.define\nx = (\n", "a.py:2:1: SyntaxError: '(' was never closed"),
        ("from kubus.define import Kube\n", "a.py:1:1: ImportError: cannot import name 'Kube' from 'kubus.define'"),
        ("from kubus.define import Cube\na = Cube(nam='a')\n", "a.py:2:1: TypeError: Cube.__init__() got an unexpected keyword argument 'nam'"),
        ("from kubus.define import Cube\na = Cube('a')\n", "a.py:2:1: TypeError: Cube.__init__() takes 1 positional argument"),
        ("from kubus.define import Cube\nCube(name='a', sql_table='t')\n", "a.py:2:1: The cube 'a' is made here, and no variable holds it"),
        ("from kubus.define import Cube\nfor n in 'ab':\n    c = Cube(name=n, sql_table='t')\n", "a.py:3:9: The cube 'a' is made here"),
        ("from kubus.define import View\ndef f():\n    View(name='v')\nf()\n", "a.py:3:5: The view 'v' is made here"),
        ("from kubus.define import Cube\na = Cube(name='a', sql_table='t', meta={'x': object()})\n", "a.py:2:40: (meta) has a object, which a model cannot hold"),
        ("from kubus.define import Cube\na = Cube(name='a', sql_table='t')\nb = a.changed(title='B')\n", "a.py:3:5: Found duplicate cube name 'a'."),
        ("from kubus.define import Cube\na = Cube(name='a', sql_table='t', measures='b')\n", "a.py:2:44: measures must be defined as array"),
        ("from kubus.define import Cube, Tenancy\na = Tenancy(claim='a')\nb = Tenancy(claim='b')\n", "a.py:3:5: A model file has one Tenancy"),
        ("import kubus.define\nfrom .nothing import x\n", "a.py:2:1: ImportError: attempted relative import"),
    ],
)  # fmt: skip
def test_a_file_that_fails(text: str, said: str) -> None:
    told = problems(a_py=text, b_yml=USERS_YAML)
    assert told[0].startswith(said), told


def test_a_file_that_fails_while_another_imports_it_is_told_once() -> None:
    assert [
        one.splitlines()[0]
        for one in problems(a_py="import kubus.define\nx = 1 / 0\n", b_py="import kubus.define\nimport a\n")
    ] == ["a.py:2:1: ZeroDivisionError: division by zero"]


def test_what_a_library_defines_is_declared_where_it_is_imported(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "company_cubes.py").write_text(
        "from kubus.define import Cube\nshops = Cube(name='shops', sql_table='shops')\nother = Cube(name='other', sql_table='t')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    text = "import kubus.define\n\nfrom company_cubes import shops\n"
    versions: set[str] = set()
    for _ in range(2):
        # The second time the library is there already.
        found = model(a_py=text)
        versions.add(found.version)
        assert (list(found.cubes), len(versions)) == (["shops"], 1)
        (told,) = problems(a_py=text.replace("shops", "other"), b_yml="cubes: [{name: other, sql_table: t}]")
        assert "It is also in a.py, line 3" in told


# ── time and again ──


class Counting(Compiler):
    """Counts the cubes that are compiled anew."""

    compiled: int = 0

    def cube(self, declared, members, problems, tenancy):
        kept = self._cubes.again(declared.name, (declared, tenancy), members)
        self.compiled += kept is None
        return super().cube(declared, members, problems, tenancy)


def test_only_what_changed_is_compiled_again(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(ORDERS)
    (tmp_path / "b.py").write_text(USERS)
    (tmp_path / "c.py").write_text(VIEW)
    (tmp_path / "shared.py").write_text("TABLE = 'x'\n")
    (tmp_path / "d.py").write_text(
        "from shared import TABLE\nfrom kubus.define import Cube\nd = Cube(name='d', sql_table=TABLE)\n"
    )
    folder, compiler = ModelFolder(tmp_path), Counting(DIALECTS, tmp_path)

    def again() -> tuple[Model, int]:
        compiler.compiled = 0
        return compiler.compile(folder.texts()), compiler.compiled

    first, count = again()
    assert count == 3
    assert again() == (first, 0)
    (tmp_path / "b.py").write_text(USERS.replace('sql="city"', 'sql="town"'))
    second, count = again()
    # The cube itself, and that which refers to it.
    assert (count, second.cubes["users"].dimensions["city"].declared_sql) == (2, "town")
    assert second.cubes["d"] is first.cubes["d"]
    assert second.version != first.version
    # What a file imports counts as well.
    (tmp_path / "shared.py").write_text("TABLE = 'y'\n")
    third, count = again()
    assert (count, third.cubes["d"].table.text) == (1, "y")
    (tmp_path / "b.py").write_text("import kubus.define\nraise ValueError('no')\n")
    with pytest.raises(ModelError, match="ValueError: no"):
        again()
    (tmp_path / "b.py").write_text(USERS)
    assert difference(again()[0], load_model(tmp_path, DIALECTS)) == []
    # Problems are found again at the lines of today.
    (tmp_path / "b.py").write_text(
        f"\n\n{USERS.replace('sql_table', 'titel=1, sql_table')}".replace("titel=1", "sql='x'")
    )
    with pytest.raises(ModelError) as caught:
        again()
    assert [(p.file, p.line) for p in caught.value.problems] == [("b.py", 6)]


def test_a_thousand_objects_take_little(tmp_path: Path) -> None:
    """200 cubes of 20 members; the same YAML takes about as long."""
    members = "[Dimension(name=f'd{n}', sql='x', type='string') for n in range(20)]"
    (tmp_path / "a.py").write_text(
        f"from kubus.define import Cube, Dimension\ncubes = [Cube(name=f'c{{m}}', sql_table='t', dimensions={members}) for m in range(200)]\n"
    )
    compiler, folder = Compiler(DIALECTS, tmp_path), ModelFolder(tmp_path)
    compiler.compile(folder.texts())
    os.times()
    began = time.process_time()
    compiler.compile(folder.texts())
    assert time.process_time() - began < 2
