"""The schemas of requests and answers, for the description of the API."""

from typing import Any, get_args

from kubus.query.operators import OPERATORS
from kubus.query.query import CacheMode, QueryType, ResponseFormat

Json = dict[str, Any]

MEMBER = r"^[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+$"
DIMENSION = r"^[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)?$"


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Json) -> Json:
    return {"type": "array", "items": items}


def strict(properties: Json, required: tuple[str, ...] = ()) -> Json:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def loose(properties: Json, required: tuple[str, ...]) -> Json:
    """An object with these keys, and maybe others."""
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT: Json = {"type": "string"}
WRITTEN: Json = {"type": "string", "minLength": 1}
DIRECTION: Json = {"enum": ["asc", "desc"]}
ORDERED: Json = {"type": "string", "pattern": r"^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+){0,2}$"}
FLAG: Json = {"type": "boolean"}
OBJECT: Json = {"type": "object"}
MEMBERS: Json = array({"type": "string", "pattern": MEMBER})
RANGE: Json = {"anyOf": [WRITTEN, array(WRITTEN) | {"minItems": 1, "maxItems": 2}]}
COUNT: Json = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}

QUERY: Json = strict(
    {
        "measures": MEMBERS,
        "dimensions": array({"type": "string", "pattern": DIMENSION}),
        "segments": MEMBERS,
        "timeDimensions": array(ref("TimeDimension")),
        "filters": array(ref("Filter")),
        "order": {
            "anyOf": [
                {"type": "object", "additionalProperties": {"enum": ["asc", "desc"]}},
                array(
                    {"type": "array", "prefixItems": [TEXT, {"enum": ["asc", "desc"]}], "minItems": 2, "maxItems": 2}
                ),
            ]
        },
        "limit": COUNT,
        "offset": COUNT,
        "total": FLAG,
        "timezone": WRITTEN | {"examples": ["UTC", "Europe/Berlin"]},
        "ungrouped": FLAG,
        "responseFormat": {"enum": list(get_args(ResponseFormat))},
        "cache": ref("CacheMode"),
        "renewQuery": FLAG,
        "joinHints": array(array(WRITTEN)),
    }
)

TITLES: Json = {"title": TEXT, "shortTitle": TEXT, "description": TEXT}

RESULT: Json = loose(
    {
        "query": OBJECT,
        "data": {
            "anyOf": [
                array(OBJECT),
                strict({"members": array(TEXT), "dataset": array(array({}))}, ("members", "dataset")),
                strict({"members": array(TEXT), "columns": array(array({}))}, ("members", "columns")),
            ]
        },
        "lastRefreshTime": {"type": "string", "format": "date-time"},
        "annotation": loose(
            dict.fromkeys(("measures", "dimensions", "segments", "timeDimensions"), OBJECT),
            ("measures", "dimensions", "segments", "timeDimensions"),
        ),
        "dataSource": TEXT,
        "dbType": TEXT,
        "external": FLAG,
        "slowQuery": FLAG,
        "total": {"type": ["integer", "null"]},
    },
    ("query", "data", "lastRefreshTime", "annotation", "dataSource", "dbType", "external", "slowQuery", "total"),
)

SQL: Json = loose(
    {
        "sql": loose(
            {
                "sql": {"type": "array", "prefixItems": [TEXT, array({})], "minItems": 2, "maxItems": 2},
                "order": OBJECT,
                "dataSource": TEXT,
                "aliasNameToMember": {"type": "object", "additionalProperties": TEXT},
            },
            ("sql", "order", "dataSource", "aliasNameToMember"),
        ),
        "dataSource": TEXT,
    },
    ("sql", "dataSource"),
)

MEMBER_ENTRY: Json = TITLES | {"name": TEXT, "isVisible": FLAG, "public": FLAG}
SHOWN = ("name", "title", "shortTitle", "isVisible", "public")

SCHEMAS: Json = {
    "Query": QUERY,
    "Queries": {"anyOf": [ref("Query"), array(ref("Query")) | {"minItems": 1}]},
    "TimeDimension": strict(
        {
            "dimension": {"type": "string", "pattern": MEMBER},
            "granularity": {"type": ["string", "null"], "minLength": 1, "maxLength": 128},
            "dateRange": RANGE,
            "compareDateRange": array(RANGE) | {"minItems": 1},
        },
        ("dimension",),
    ),
    "Filter": {
        "anyOf": [
            ref("Comparison"),
            strict({"and": array(ref("Filter"))}, ("and",)),
            strict({"or": array(ref("Filter"))}, ("or",)),
        ]
    },
    "Comparison": strict(
        {
            "member": {"type": "string", "pattern": MEMBER},
            "operator": {"enum": list(OPERATORS)},
            "values": array({"type": ["string", "number", "boolean", "null"]}),
        },
        ("member", "operator"),
    ),
    "CacheMode": {"enum": list(get_args(CacheMode))},
    "Request": loose({"query": {"anyOf": [ref("Queries"), TEXT]}}, ("query",)),
    "LoadRequest": loose(
        {"query": {"anyOf": [ref("Queries"), TEXT]}, "queryType": WRITTEN, "cache": ref("CacheMode")}, ("query",)
    ),
    "LoadAnswer": {"anyOf": [ref("Result"), ref("Envelope"), ref("ContinueWait")]},
    "Result": RESULT,
    "Envelope": strict(
        {
            "queryType": {"enum": list(get_args(QueryType))},
            "results": array(ref("Result")),
            "pivotQuery": OBJECT,
            "slowQuery": FLAG,
        },
        ("queryType", "results", "pivotQuery", "slowQuery"),
    ),
    "ContinueWait": loose(
        {
            "error": {"const": "Continue wait"},
            "stage": strict({"stage": TEXT, "timeElapsed": COUNT}, ("stage", "timeElapsed")),
        },
        ("error", "stage"),
    ),
    "SqlAnswer": {"anyOf": [ref("Sql"), array(ref("Sql"))]},
    "Sql": SQL,
    "DryRunAnswer": strict(
        {
            "queryType": {"enum": list(get_args(QueryType))},
            "normalizedQueries": array(OBJECT),
            "queryOrder": array({"type": "object", "additionalProperties": {"enum": ["asc", "desc"]}}),
            "transformedQueries": array(OBJECT),
            "pivotQuery": OBJECT,
        },
        ("queryType", "normalizedQueries", "queryOrder", "transformedQueries", "pivotQuery"),
    ),
    "Meta": strict({"cubes": array(ref("Cube"))}, ("cubes",)),
    "Cube": loose(
        {
            "name": TEXT,
            "type": {"enum": ["cube", "view"]},
            "title": TEXT,
            "description": TEXT,
            "isVisible": FLAG,
            "public": FLAG,
            "connectedComponent": {"type": "integer"},
            "measures": array(
                loose(
                    MEMBER_ENTRY | {"type": TEXT, "aggType": TEXT, "drillMembers": array(TEXT)},
                    (*SHOWN, "type", "aggType", "drillMembers", "drillMembersGrouped", "cumulative", "cumulativeTotal"),
                )
            ),
            "dimensions": array(
                loose(
                    MEMBER_ENTRY | {"type": TEXT, "primaryKey": FLAG, "suggestFilterValues": FLAG},
                    (*SHOWN, "type", "primaryKey", "suggestFilterValues"),
                )
            ),
            "segments": array(loose(MEMBER_ENTRY, SHOWN)),
            "hierarchies": array(OBJECT),
            "folders": array(OBJECT),
            "nestedFolders": array(OBJECT),
        },
        ("name", "type", "title", "isVisible", "public", "measures", "dimensions", "segments"),
    ),
    "Health": strict({"health": {"enum": ["HEALTH", "DOWN"]}}, ("health",)),
    "Stopping": strict({"message": TEXT}, ("message",)),
    "Error": strict(
        {"error": TEXT, "type": TEXT, "plainError": TEXT, "stack": TEXT, "requestId": TEXT},
        ("error",),
    ),
}
