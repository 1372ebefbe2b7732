"""What may stand in a model file: the keys of every map, the shape of what stands under each, and what it means.

The one place of both: reading refuses keys that are not here, and the JSON Schema of model files is made from it.
Shapes are JSON Schema without references between files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubus.model.additive import KEEPS
from kubus.model.granularity import UNITS
from kubus.model.measure_types import MEASURE_TYPES, VALUE_TYPES
from kubus.query.operators import OPERATORS

Shape = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """What stands under a key, and what it means."""

    shape: Shape
    means: str


@dataclass(frozen=True, slots=True)
class Map:
    """A map by its keys. One of each group in `needs` has to be there."""

    keys: Mapping[str, Key]
    needs: tuple[tuple[str, ...], ...] = ()


Keys = dict[str, Key]

# ── simple shapes ──

ANY: Shape = {}
NAME: Shape = {"type": "string", "pattern": "^(?!(CUBE|TABLE)$)[A-Za-z_][A-Za-z0-9_]*$"}
TEXT: Shape = {"type": ["string", "number"]}
STRING: Shape = {"type": "string"}
SQL: Shape = {"type": ["string", "number"], "pattern": "\\S"}
BOOLEAN: Shape = {"enum": [True, False, "true", "false"]}
COUNT: Shape = {"type": "integer", "minimum": 1}
STRINGS: Shape = {"type": "array", "items": STRING}
VALUE: Shape = {"type": ["string", "number", "boolean", "null"]}
VALUES: Shape = {"anyOf": [VALUE, {"type": "array", "items": ANY}]}
ONLY_SQL: Shape = {
    "type": "object",
    "properties": {"sql": SQL},
    "required": ["sql"],
    "additionalProperties": False,
}
EVERY_OR_NAMES: Shape = {"anyOf": [{"const": "*"}, STRINGS]}
INTERVAL: dict[str, Any] = {"type": "string", "pattern": "\\d"}


def one_of(*words: str) -> Shape:
    """One of these words, which may be written in camelCase as well."""
    return {"enum": [*words, *(camel for word in words if (camel := camel_case(word)) != word)]}


def camel_case(name: str) -> str:
    """`sql_table` as `sqlTable`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def ref(name: str) -> Shape:
    """One of the maps below."""
    return {"$ref": f"#/$defs/{name}"}


def listed(name: str) -> dict[str, Any]:
    """A list of them."""
    return {"type": "array", "items": ref(name)}


def some(shape: Shape) -> Shape:
    """The shape, or nothing."""
    return {"anyOf": [shape, {"type": "null"}]}


FORMAT: Shape = {"anyOf": [STRING, {"type": "object"}]}
MASK: Shape = {"anyOf": [{"type": ["string", "number", "boolean"]}, ONLY_SQL]}
GRANULARITY: Shape = {"type": "string", "examples": list(UNITS)}

# ── what many have ──

PUBLIC: Keys = {
    "public": Key(BOOLEAN, "Whether metadata show it and queries may name it; true by default, false of a primary key"),
    "shown": Key(BOOLEAN, "The older name of public"),
}
LABEL: Keys = {
    "name": Key(NAME, "Its name in queries and references: letters, digits and _, and no digit first"),
    "title": Key(TEXT, "What people read; made from the name without it"),
    "description": Key(TEXT, "What it means, for people; in metadata"),
    "meta": Key(ANY, "Anything that metadata hand on to clients"),
    **PUBLIC,
    "aliases": Key(STRINGS, "Other words for it, in metadata"),
}
STAGE: Keys = {
    "multi_stage": Key(
        BOOLEAN, "Computed over measures that are computed before, at a grain, filter or time of their own"
    ),
    "time_shift": Key(
        listed("time_shift"), "The measures below at an earlier or later time; of a calendar's time, its own shifts"
    ),
    "grain": Key(ref("grain"), "By which dimensions the measures below are computed"),
    "filter": Key(ref("filter_context"), "Which of the query's filters the measures below see"),
    "group_by": Key(STRINGS, "The older form of grain.keep_only"),
    "reduce_by": Key(STRINGS, "The older form of grain.exclude"),
    "add_group_by": Key(STRINGS, "The older form of grain.include"),
    "order_by": Key(listed("order_by"), "By what measures of type rank are ranked"),
}

# ── cubes ──

CUBE: Keys = {
    "name": Key(NAME, "The name of the cube, before the dot of its members"),
    "sql_table": Key(SQL, "The table that the cube is made of"),
    "sql": Key(SQL, "The query that the cube is made of, instead of sql_table"),
    "sql_alias": Key(TEXT, "A shorter name for the SQL of queries"),
    "title": LABEL["title"],
    "description": LABEL["description"],
    "meta": LABEL["meta"],
    **PUBLIC,
    "data_source": Key(TEXT, "The database that it is in, by its name in CUBEJS_DATASOURCES"),
    "extends": Key(STRING, "The cube whose members, joins and keys it takes over"),
    "refresh_key": Key(ref("refresh_key"), "When answers that were kept are stale"),
    "rewrite_queries": Key(BOOLEAN, "Accepted, and without effect"),
    "calendar": Key(BOOLEAN, "A cube of days, which says its own periods and shifts"),
    "tenant": Key(ANY, "Whose a row is: the SQL of its tenant, or shared"),
    "joins": Key(listed("join"), "The cubes whose rows meet the rows of this one"),
    "dimensions": Key(listed("dimension"), "What rows are grouped and filtered by"),
    "measures": Key(listed("measure"), "What is computed from rows"),
    "segments": Key(listed("segment"), "Named filters"),
    "hierarchies": Key(listed("hierarchy"), "Dimensions from coarse to fine"),
    "pre_aggregations": Key(listed("pre_aggregation"), "Answers computed and stored before they are asked"),
    "access_policy": Key(listed("access_policy") | {"minItems": 1}, "Who sees which members and rows"),
    "min_group": Key(COUNT, "Groups of fewer rows are not shown"),
}
JOIN: Keys = {
    "name": Key(NAME, "The cube that is joined"),
    "sql": Key(SQL, "Which rows meet: {CUBE}.user_id = {users.id}"),
    "relationship": Key(
        one_of("many_to_one", "one_to_many", "one_to_one", "belongs_to", "has_many", "has_one"),
        "How many rows of this cube meet how many of the other",
    ),
}
DIMENSION: Keys = {
    **LABEL,
    "sql": Key(SQL, "A value of a row: a column, or SQL with {references}"),
    "type": Key(one_of(*VALUE_TYPES, "switch"), "The type of its values"),
    "primary_key": Key(BOOLEAN, "Whether it identifies a row, alone or with other primary keys"),
    "sub_query": Key(BOOLEAN, "Whether its SQL is a measure of another cube, computed for each row of this one"),
    "propagate_filters_to_sub_query": Key(BOOLEAN, "Whether the query's filters hold for that measure as well"),
    "case": Key(ref("case"), "Labels by conditions, or a calculation by a switch, instead of sql"),
    "latitude": Key(ONLY_SQL, "The latitude of a dimension of type geo"),
    "longitude": Key(ONLY_SQL, "The longitude of a dimension of type geo"),
    "format": Key(FORMAT, "How clients show its values"),
    "currency": Key(TEXT, "The currency of its values, such as EUR"),
    "order": Key(one_of("asc", "desc"), "How clients sort it"),
    "suggest_filter_values": Key(BOOLEAN, "Whether clients offer its values in filters"),
    "enable_suggestions": Key(BOOLEAN, "Accepted, and without effect"),
    "values_as_segments": Key(BOOLEAN, "Accepted, and without effect"),
    **{key: STAGE[key] for key in ("multi_stage", "add_group_by", "filter", "time_shift")},
    "values": Key({"type": "array", "minItems": 1, "items": VALUE}, "What a dimension of type switch chooses among"),
    "granularities": Key(listed("granularity"), "Periods of a time of its own, such as fiscal years"),
    "mask": Key(MASK, "What stands for the value where a caller may not see it"),
    "links": Key(listed("link"), "Where a value leads"),
    "key": Key(STRING, "The dimension that tells rows with equal labels apart"),
    "field_type": Key(one_of("string"), "Whether the column of a time holds text"),
}
MEASURE: Keys = {
    **LABEL,
    "sql": Key(SQL, "What is aggregated; of type number, a calculation over measures"),
    "type": Key(one_of(*MEASURE_TYPES), "How rows become one value"),
    "filters": Key(listed("measure_filter"), "Conditions that all hold for the rows that it sees"),
    "format": DIMENSION["format"],
    "currency": DIMENSION["currency"],
    "drill_members": Key(STRINGS, "The members that show what a value is made of"),
    "drill_member_references": Key(STRINGS, "The older name of drill_members"),
    "drill_filters": Key(ANY, "Accepted, and without effect"),
    "cumulative": Key(BOOLEAN, "Whether metadata call it cumulative"),
    "visible": Key(BOOLEAN, "An older name of public"),
    "rolling_window": Key(ref("rolling_window"), "The span of time around a period that it sees"),
    **STAGE,
    "additive": Key(ref("additive"), "Over which time it does not add up, and which value is kept"),
    "case": Key(ref("case"), "A calculation for each value of a switch, instead of sql"),
    "mask": DIMENSION["mask"],
}
SEGMENT: Keys = {**LABEL, "sql": Key(SQL, "A condition on a row")}
HIERARCHY: Keys = {
    **{key: LABEL[key] for key in ("name", "title", "public", "shown")},
    "levels": Key(STRINGS, "Dimensions, the coarsest first"),
}
PRE_AGGREGATION: Keys = {
    "name": LABEL["name"],
    "type": Key(
        one_of("rollup", "original_sql", "rollup_join", "rollup_lambda", "auto_rollup"),
        "What is stored; rollup by default",
    ),
    "measures": Key(STRINGS, "The measures that it holds"),
    "dimensions": Key(STRINGS, "The dimensions that it groups by"),
    "segments": Key(STRINGS, "The segments that it holds"),
    "time_dimension": Key(STRING, "The time that it groups by, by granularity"),
    "granularity": Key(GRANULARITY, "The width of its periods"),
    "time_dimensions": Key(
        {"type": "array", "items": {"type": "object"}}, "Several times, each with dimension and granularity"
    ),
    "partition_granularity": Key(
        one_of("hour", "day", "week", "month", "quarter", "year"), "The range of time of one partition"
    ),
    "refresh_key": Key(ref("refresh_key"), "When it is built anew"),
    **{
        f"{kind}_range_{end}": Key(ONLY_SQL, f"SQL for the {end} of what is built")
        for kind in ("build", "refresh")
        for end in ("start", "end")
    },
    "indexes": Key({"type": "array", "items": {"type": "object"}}, "Indexes of the stored table: name and columns"),
    "external": Key(BOOLEAN, "Whether it is stored outside of the database"),
    "scheduled_refresh": Key(BOOLEAN, "Whether it is refreshed without being asked"),
    "use_original_sql_pre_aggregations": Key(BOOLEAN, "Whether it is built from stored original SQL"),
    "unique_key_columns": Key(STRINGS, "What identifies a row of a stream"),
    "allow_non_strict_date_range_match": Key(BOOLEAN, "Whether ranges need not end with its periods"),
    "sql_alias": Key(TEXT, "A shorter name for its table"),
    "read_only": Key(BOOLEAN, "Whether the database may not be written to"),
    "stream_offset": Key(STRING, "From where a stream is read"),
    "output_column_types": Key({"type": "array", "items": {"type": "object"}}, "The types of stored columns"),
    "rollups": Key(STRINGS, "The pre-aggregations that a rollup_join or rollup_lambda is made of"),
    "union_with_source_data": Key(BOOLEAN, "Whether a rollup_lambda goes on with the newest rows"),
    "max_pre_aggregations": Key({"type": "integer"}, "How many an auto_rollup makes"),
    **{
        f"{kind}_references": Key(STRINGS, f"The older name of {kind}s")
        for kind in ("measure", "dimension", "segment", "rollup")
    },
    "time_dimension_reference": Key(STRING, "The older name of time_dimension"),
    "time_dimension_references": Key(
        {"type": "array", "items": {"type": "object"}}, "The older name of time_dimensions"
    ),
}

# ── what stands below ──

REFRESH_KEY: Keys = {
    "every": Key(STRING, "Such as 10 minutes, 1 day, or a cron text"),
    "sql": Key(SQL, "A query; when its value changes, what was kept is stale"),
    "immutable": Key({"const": True}, "Nothing ever changes"),
    "timezone": Key(STRING, "The zone of a cron text"),
    "incremental": Key(BOOLEAN, "Whether only the newest partitions are built anew"),
    "update_window": Key(STRING, "How far back they are"),
}
GRANULARITY_KEYS: Keys = {
    "name": Key(NAME, "The name behind the time: created_at.fiscal_year"),
    "title": LABEL["title"],
    "interval": Key(INTERVAL, "How long a period is, such as 1 year or 2 weeks"),
    "offset": Key(INTERVAL, "How much later than usual periods begin"),
    "origin": Key(TEXT, "A date on which a period begins"),
    "sql": Key(SQL, "The period of a day, in a calendar"),
}
ROLLING_WINDOW: Keys = {
    "type": Key(one_of("fixed", "to_date", "year_to_date", "quarter_to_date", "month_to_date"), "fixed by default"),
    "trailing": Key(INTERVAL | {"pattern": "\\d|^unbounded$"}, "How far back it sees, such as 7 day, or unbounded"),
    "leading": Key(INTERVAL | {"pattern": "\\d|^unbounded$"}, "How far ahead it sees"),
    "offset": Key(one_of("start", "end"), "From which end of a period it reaches; end by default"),
    "granularity": Key(GRANULARITY, "Of type to_date: since the start of what"),
}
GRAIN: Keys = {
    "keep_only": Key(STRINGS, "Only these of the query's dimensions"),
    "exclude": Key(STRINGS, "Without these"),
    "include": Key(STRINGS, "With these as well"),
}
FILTER_CONTEXT: Keys = {
    "mode": Key(one_of("relative", "fixed"), "Whether the query's filters hold, or none of them"),
    "keep_only": Key(STRINGS, "Only filters on these members hold"),
    "exclude": Key(STRINGS, "Filters on these members do not hold"),
    "include": Key({"type": "array", "items": {"type": "object"}}, "Filters that hold as well"),
}
TIME_SHIFT: Keys = {
    "interval": Key(INTERVAL, "How far, such as 1 year"),
    "type": Key(one_of("prior", "next"), "Back or ahead"),
    "time_dimension": Key(STRING, "Which time"),
    "name": Key(TEXT, "A shift that a calendar declares"),
    "sql": Key(SQL, "In a calendar: the column of the day that it leads to"),
}
ORDER_BY: Keys = {
    "sql": Key(SQL, "A measure"),
    "dir": Key(one_of("asc", "desc"), "asc by default"),
}
ADDITIVE: Keys = {
    "dimension": Key(STRING, "Over which time it does not add up"),
    "keep": Key(one_of(*KEEPS), "Which value of those times is kept"),
    "by": Key(STRINGS, "One value is kept for each of these, and they add up"),
}
LINK: Keys = {
    "name": Key(NAME, "The name of the link"),
    "label": Key(STRING, "What people read"),
    "url": Key(SQL, "SQL for the address"),
    "dashboard": Key(TEXT, "A dashboard, instead of url"),
    "icon": Key(TEXT, "A symbol for it"),
    "target": Key(one_of("blank", "self"), "Where it opens"),
    "primary": Key(BOOLEAN, "The link of the value itself"),
    "params": Key({"type": "array", "items": {"type": "object"}}, "Parameters behind the address: key and value"),
}
CASE: Keys = {
    "when": Key(
        listed("branch") | {"minItems": 1},
        "Conditions as sql, each with its label; or values of a switch, each with sql",
    ),
    "else": Key({"type": "object"}, "The label of all other rows, or the SQL for other values"),
    "switch": Key(STRING, "The dimension of type switch that chooses"),
}
BRANCH: Keys = {
    "sql": Key(SQL, "A condition on a row; or the calculation for a value of a switch"),
    "label": Key({"anyOf": [TEXT, {"type": "boolean"}, ONLY_SQL]}, "The label where the condition holds"),
    "value": Key(VALUE, "The value of the switch"),
}
ACCESS_POLICY: Keys = {
    "group": Key(TEXT, 'For whom it is: a group, or "*" for everyone'),
    "groups": Key({"anyOf": [TEXT, {"type": "array", "items": TEXT}]}, "For whom it is: one of several groups"),
    "conditions": Key(listed("condition"), "What has to be true of the caller's claims as well"),
    "member_level": Key(ref("member_set"), "The members that are given; all without it"),
    "member_masking": Key(ref("member_set"), "The members that are given masked"),
    "row_level": Key(ref("row_level"), "The rows that are given; all without it"),
    "min_group": Key(COUNT, "Groups of fewer rows are not shown"),
    "limits": Key(ref("limits"), "How much a query may take"),
}
CONDITION: Keys = {"if": Key({"type": ["string", "boolean"]}, "Such as { security_context.is_manager }")}
MEMBER_SET: Keys = {
    "includes": Key(EVERY_OR_NAMES, 'Names of members, or "*"'),
    "excludes": Key(EVERY_OR_NAMES, "Without these"),
}
ROW_LEVEL: Keys = {
    "filters": Key(listed("row_filter"), "Tests of a row that all hold"),
    "allow_all": Key({"const": True}, "Every row"),
    "time_dimension": Key(STRING, "The time that not_before and not_after are about"),
    "not_before": Key(TEXT, "The first moment of what is given"),
    "not_after": Key(TEXT, "The last moment of what is given"),
}
ROW_TEST: Keys = {
    "member": Key(STRING, "The dimension that is tested"),
    "operator": Key({"enum": [name for name in OPERATORS if name != "measureFilter"]}, "How it is tested"),
    "values": Key(VALUES, "With what; { security_context.claim } is the caller's"),
}
LIMITS: Keys = {
    "rows": Key(COUNT, "The most rows of an answer"),
    "seconds": Key(COUNT, "The longest time of a statement"),
    "running": Key(COUNT, "The most queries at the same time"),
}

# ── views ──

VIEW: Keys = {
    "name": Key(NAME, "The name of the view, before the dot of its members"),
    **{key: LABEL[key] for key in ("title", "description", "public", "shown", "meta")},
    "extends": Key(STRING, "The view whose members and keys it takes over"),
    "cubes": Key(listed("view_cube"), "What it shows of which cubes"),
    "folders": Key(listed("folder"), "Groups of members, for people"),
    "default_filters": Key(listed("default_filter"), "Filters that hold unless a query says otherwise"),
    "view_group": Key(STRING, "The group of views that it belongs to"),
    "view_groups": Key({"anyOf": [STRING, STRINGS]}, "The groups of views that it belongs to"),
    "access_policy": CUBE["access_policy"],
    "min_group": CUBE["min_group"],
}
VIEW_CUBE: Keys = {
    "join_path": Key(STRING, "A cube, or the way to one: orders.users"),
    "includes": Key(
        {"anyOf": [{"const": "*"}, {"type": "array", "items": {"anyOf": [STRING, ref("include")]}}]},
        'Names of members, or "*"',
    ),
    "excludes": Key(EVERY_OR_NAMES, "Without these"),
    "prefix": Key(BOOLEAN, "Whether the cube's name and _ stand before names"),
    "alias": Key(NAME, "Another name for the cube in this view"),
    "split": Key(BOOLEAN, "Whether they become a view of their own"),
}
INCLUDE: Keys = {
    "name": Key(NAME, "A member of the cube"),
    "alias": Key(NAME, "Its name in the view"),
    **{key: LABEL[key] for key in ("title", "description", "meta")},
    "format": DIMENSION["format"],
}
FOLDER: Keys = {
    "name": Key(TEXT, "What people read"),
    "includes": Key({"anyOf": [{"const": "*"}, {"type": "array"}]}, "Names of members, or folders"),
    "join_path": Key(STRING, "All members that come by this way"),
}
DEFAULT_FILTER: Keys = {
    **ROW_TEST,
    "unless": Key({"anyOf": [STRING, STRINGS]}, "Not where a query filters by one of these"),
}
VIEW_GROUP: Keys = {
    **{key: LABEL[key] for key in ("name", "title", "description")},
    "includes": Key({"type": "array", "items": {"anyOf": [STRING, ref("view_group")]}}, "Views, and groups"),
    "views": Key(STRINGS, "Views"),
}
# A pattern with {tenant} in it, or name by name.
PLACES: Shape = {"anyOf": [{"type": "string", "pattern": r"\{tenant\}"}, {"type": "object"}]}
TENANT: Shape = {
    "type": "object",
    "properties": {"claim": {"type": "string"}, "schema": PLACES, "database": PLACES, "data_source": PLACES},
    "required": ["claim"],
    "additionalProperties": False,
}

FILE: Keys = {
    "cubes": Key(some(listed("cube")), "Tables and queries, with what can be asked of them"),
    "views": Key(some(listed("view")), "Chosen members of cubes, for those who ask"),
    "view_groups": Key(some(listed("view_group")), "Views under headings"),
    "tenant": Key(TENANT, "The claim that says whose rows a caller sees, and where each tenant's are"),
}

MAPS: Mapping[str, Map] = {
    "cube": Map(CUBE, needs=(("name",), ("sql", "sql_table", "extends"))),
    "join": Map(JOIN, needs=(("name",), ("sql",), ("relationship",))),
    "dimension": Map(DIMENSION, needs=(("name",), ("type",), ("sql", "case", "latitude", "values"))),
    "measure": Map(MEASURE, needs=(("name",), ("type",))),
    "segment": Map(SEGMENT, needs=(("name",), ("sql",))),
    "hierarchy": Map(HIERARCHY, needs=(("name",), ("levels",))),
    "pre_aggregation": Map(PRE_AGGREGATION, needs=(("name",),)),
    "refresh_key": Map(REFRESH_KEY, needs=(("every", "sql", "immutable"),)),
    "granularity": Map(GRANULARITY_KEYS, needs=(("name",), ("interval", "sql"))),
    "rolling_window": Map(ROLLING_WINDOW),
    "grain": Map(GRAIN),
    "filter_context": Map(FILTER_CONTEXT),
    "time_shift": Map(TIME_SHIFT),
    "order_by": Map(ORDER_BY, needs=(("sql",),)),
    "additive": Map(ADDITIVE, needs=(("dimension",), ("keep",))),
    "link": Map(LINK, needs=(("name",), ("label",), ("url", "dashboard"))),
    "case": Map(CASE, needs=(("when",),)),
    "branch": Map(BRANCH, needs=(("sql",), ("label", "value"))),
    "measure_filter": Map({"sql": SEGMENT["sql"]}, needs=(("sql",),)),
    "access_policy": Map(ACCESS_POLICY, needs=(("group", "groups"),)),
    "condition": Map(CONDITION, needs=(("if",),)),
    "member_set": Map(MEMBER_SET),
    "row_level": Map(ROW_LEVEL),
    "row_test": Map(ROW_TEST, needs=(("member",), ("operator",))),
    "limits": Map(LIMITS),
    "view": Map(VIEW, needs=(("name",),)),
    "view_cube": Map(VIEW_CUBE, needs=(("join_path",), ("includes",))),
    "include": Map(INCLUDE, needs=(("name",),)),
    "folder": Map(FOLDER),
    "default_filter": Map(DEFAULT_FILTER, needs=(("member",), ("operator",))),
    "view_group": Map(VIEW_GROUP, needs=(("name",),)),
}
