"""Data models in typed Python: cubes, views and their parts as objects, with the meaning that they have in YAML.

```python
from kubus.define import Cube, Dimension, Measure

orders = Cube(
    name="orders",
    sql_table="orders",
    dimensions=[Dimension(name="status", sql="status", type="string")],
    measures=[Measure(name="count", type="count")],
)
```

A Python file of the model folder declares the cubes and views that its variables hold, and lists and dicts of them.
What a variable that begins with `_` holds is only there to be derived from.
"""

from kubus.define.cubes import Cube, Index, Join, PreAggregation, RefreshKey, Relationship, RollupTime
from kubus.define.definition import Definition, MemberName
from kubus.define.members import (
    Additive,
    AllOf,
    AnyOf,
    CalendarShift,
    Case,
    Dimension,
    DimensionType,
    Filter,
    Grain,
    Granularity,
    Hierarchy,
    Link,
    LinkFormat,
    LinkParameter,
    Measure,
    MeasureType,
    Operator,
    Otherwise,
    RankBy,
    RollingWindow,
    Segment,
    Sql,
    StageFilter,
    SwitchCase,
    TimeShift,
    When,
    WhenValue,
)
from kubus.define.policies import AccessPolicy, Condition, Limits, MemberSet, RowLevel
from kubus.define.views import (
    DefaultFilter,
    Definitions,
    Folder,
    FolderPath,
    Include,
    Tenancy,
    View,
    ViewCube,
    ViewGroup,
)

__all__ = [
    "AccessPolicy",
    "Additive",
    "AllOf",
    "AnyOf",
    "CalendarShift",
    "Case",
    "Condition",
    "Cube",
    "DefaultFilter",
    "Definition",
    "Definitions",
    "Dimension",
    "DimensionType",
    "Filter",
    "Folder",
    "FolderPath",
    "Grain",
    "Granularity",
    "Hierarchy",
    "Include",
    "Index",
    "Join",
    "Limits",
    "Link",
    "LinkFormat",
    "LinkParameter",
    "Measure",
    "MeasureType",
    "MemberName",
    "MemberSet",
    "Operator",
    "Otherwise",
    "PreAggregation",
    "RankBy",
    "RefreshKey",
    "Relationship",
    "RollingWindow",
    "RollupTime",
    "RowLevel",
    "Segment",
    "Sql",
    "StageFilter",
    "SwitchCase",
    "Tenancy",
    "TimeShift",
    "View",
    "ViewCube",
    "ViewGroup",
    "When",
    "WhenValue",
]
