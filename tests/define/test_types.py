"""Definitions as a user's editor has them: right and wrong models under pyright strict, and a docstring everywhere."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import kubus.define
from kubus.define import (
    AccessPolicy,
    Additive,
    CalendarShift,
    Cube,
    Definition,
    Dimension,
    DimensionType,
    Filter,
    Grain,
    Granularity,
    Hierarchy,
    Join,
    Limits,
    Link,
    Measure,
    MeasureType,
    MemberSet,
    Operator,
    PreAggregation,
    RefreshKey,
    Relationship,
    RollingWindow,
    RowLevel,
    Segment,
    StageFilter,
    Tenancy,
    TimeShift,
    View,
    ViewCube,
    ViewGroup,
)
from kubus.define.definition import keys_of
from kubus.define.views import Include
from kubus.loading import (
    additive,
    calendars,
    cube_keys,
    declarations,
    granularities,
    links,
    policies,
    stages,
    tenancy,
    view_declarations,
    windows,
)
from kubus.loading.pre_aggregations import LISTS
from kubus.model.join_graph import Relationship as Relationships
from kubus.model.measure_types import MEASURE_TYPES, ValueType
from kubus.query.operators import OPERATORS

RIGHT = '''
from dataclasses import dataclass, replace
from textwrap import dedent

from kubus.define import (
    AccessPolicy, AllOf, AnyOf, Case, Condition, Cube, Dimension, Filter, Granularity, Hierarchy, Join, Measure,
    MeasureType, MemberSet, Otherwise, PreAggregation, RefreshKey, RollingWindow, RowLevel, Segment, Sql, View,
    ViewCube, When,
)


@dataclass(frozen=True, kw_only=True)
class Money(Measure):
    type: MeasureType = "sum"
    format: str | None = "currency"


def of_region(region: str) -> Cube:
    return replace(orders, name=f"orders_{region}", sql_table=f"{region}.orders")


status = Dimension(name="status", sql="status", type="string", meta={"shown_as": ["a", 1, None]})
users = Cube(name="users", sql_table="users", dimensions=[Dimension(name="id", sql="id", type="number")])
orders = Cube(
    name="orders",
    sql=dedent("""SELECT 1"""),
    refresh_key=RefreshKey(every="1 hour"),
    joins=[Join(name=users, relationship="many_to_one", sql="{CUBE}.user_id = {users.id}")],
    dimensions=[
        status,
        Dimension(
            name="size",
            type="string",
            case=Case(when=[When(sql="{CUBE}.amount > 100", label="large")], otherwise=Otherwise(label=Sql("'small'"))),
        ),
        Dimension(name="at", sql="at", type="time", granularities=[Granularity(name="fiscal", interval="1 year")]),
    ],
    measures=[
        Measure(name="count", type="count", drill_members=[status, "size"], filters=[Sql("{CUBE}.amount > 0")]),
        Money(name="revenue", sql="amount", rolling_window=RollingWindow(trailing="7 day")),
    ],
    segments=[Segment(name="paid", sql="{CUBE}.status = 'paid'")],
    hierarchies=[Hierarchy(name="h", levels=[status, users.dimension("id")])],
    pre_aggregations=[PreAggregation(name="daily", measures=["count"], time_dimension="at", granularity="day")],
    access_policy=[
        AccessPolicy(
            group="*",
            conditions=[Condition("{ security_context.is_staff }")],
            member_level=MemberSet(includes="*", excludes=[status]),
            row_level=RowLevel(
                filters=[
                    AnyOf([
                        Filter(member=status, operator="equals", values=["paid", 1, None]),
                        AllOf([Filter(member="size", operator="set")]),
                    ])
                ]
            ),
        )
    ],
)
sales = View(name="sales", cubes=[ViewCube(join_path=orders, includes=["status"], prefix=True)])
regions = [of_region(region) for region in ("north", "south")]
ratio = Measure(name="ratio", type="number", sql=f"{orders.measure('revenue').sql} / {orders.measure('count').sql}")
'''

# A line for each mistake.
WRONG = """
from kubus.define import *
Dimension(name="a", sql="a", type="nmber")
Dimension(name="a", sqll="a", type="string")
Dimension("a", sql="a", type="string")
Dimension(name="a", sql="a")
Measure(name="a", sql=1, type="sum")
Measure(name="a", sql="a", type="sum", public="yes")
Measure(name="a", sql="a", type="sum", filters=["a > 1"])
Join(name="a", relationship="many_to_many", sql="a")
Cube(name="a", dimensions=[Measure(name="a", type="count")])
Cube(name="a", measures=Measure(name="a", type="count"))
ViewCube(join_path="a", includes=[3])
Filter(member="a", operator="is", values=["a"])
AccessPolicy(group="a", row_level={"allow_all": True})
Cube(name="a").name = "b"
Cube(name="a").measur("b")
Hierarchy(name="a", levels="b", title=3)
"""


def test_an_editor_finds_the_mistakes_and_no_others(tmp_path: Path) -> None:
    for name, text in (("right", RIGHT), ("wrong", WRONG)):
        (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / "pyrightconfig.json").write_text(
        '{"typeCheckingMode": "strict", "reportWildcardImportFromLibrary": false}'
    )
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    told = json.loads(done.stdout)["generalDiagnostics"]
    found = {
        name: {one["range"]["start"]["line"] + 1 for one in told if one["file"].endswith(f"{name}.py")}
        for name in ("right", "wrong")
    }
    assert found == {"right": set(), "wrong": set(range(3, 3 + WRONG.count("\n") - 2))}


# ── definitions and the tables of the model agree ──


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (Cube, declarations.CUBE_KEYS), (Dimension, declarations.KEYS_OF["dimensions"]), (Measure, declarations.KEYS_OF["measures"]),
        (Segment, declarations.KEYS_OF["segments"]), (Join, declarations.KEYS_OF["joins"]), (Hierarchy, declarations.KEYS_OF["hierarchies"]),
        (PreAggregation, declarations.KEYS_OF["pre_aggregations"]), (View, view_declarations.VIEW_KEYS),
        (ViewCube, view_declarations.ENTRY_KEYS), (Include, view_declarations.INCLUDE_KEYS),
        (ViewGroup, view_declarations.GROUP_KEYS), (Tenancy, {"claim", *tenancy.KINDS}),
        (AccessPolicy, policies.POLICY_KEYS), (MemberSet, policies.SET_KEYS), (RowLevel, policies.ROW_KEYS),
        (Limits, policies.LIMIT_KEYS), (Filter, policies.TEST_KEYS), (Link, links.LINK_KEYS),
        (Granularity, frozenset(granularities.KEYS)), (RollingWindow, frozenset(windows.KEYS)),
        (Grain, frozenset(stages.GRAIN_KEYS)), (StageFilter, frozenset(stages.FILTER_KEYS)),
        (TimeShift, frozenset(stages.SHIFT_KEYS)), (CalendarShift, frozenset(calendars.KEYS)),
        (Additive, frozenset(additive.KEYS)), (RefreshKey, cube_keys.REFRESH_KEYS | {"incremental", "update_window"}),
    ],
)  # fmt: skip
def test_every_key_has_its_field(kind: type[Definition], keys: frozenset[str]) -> None:
    older = {"shown", "visible", "drill_member_references", *LISTS.values()}
    assert {key.key for key in keys_of(kind)} == keys - older


def test_closed_sets_are_those_of_the_model() -> None:
    assert set(get_args(DimensionType)) == {*get_args(ValueType), "switch"}
    assert set(get_args(MeasureType)) == set(MEASURE_TYPES)
    assert set(get_args(Relationship)) == {one.value for one in Relationships}
    assert set(get_args(Operator)) == set(OPERATORS) - {"measureFilter"}


def test_every_class_and_field_has_a_docstring() -> None:
    missing: list[str] = []
    for file in sorted(Path(kubus.define.__file__).parent.glob("*.py")):
        for node in ast.parse(file.read_text()).body:
            if not isinstance(node, ast.ClassDef) or file.name == "definition.py":
                continue
            if ast.get_docstring(node) is None:
                missing.append(node.name)
            for field, behind in zip(node.body, [*node.body[1:], None], strict=True):
                is_field = isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
                is_told = isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant)
                if is_field and not is_told and field.target.id != "is_whole":
                    missing.append(f"{node.name}.{field.target.id}")
    assert missing == []


def test_all_that_can_be_imported_is_named() -> None:
    given = {
        name
        for name, value in vars(kubus.define).items()
        if isinstance(value, type) and value.__module__.startswith("kubus.")
    }
    assert given <= set(kubus.define.__all__)
