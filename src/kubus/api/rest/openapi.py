"""`/openapi.json`: the description of the API, in OpenAPI 3.1.

Source: https://spec.openapis.org/oas/v3.1.0
"""

from typing import Any

from kubus.api.rest.openapi_schemas import SCHEMAS
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.reply import Reply, json_reply, weak_etag

Json = dict[str, Any]


def description_reply(options: ApiOptions) -> Reply:
    """The description as a reply, encoded once."""
    reply = json_reply(description(options))
    return Reply(200, reply.parts, etag=weak_etag(reply.parts))


def description(options: ApiOptions) -> Json:
    """What there is to ask, with which parameters, and every answer that may come."""
    base = options.base_path
    # Without a token development mode answers as well.
    security: list[Json] = [{"token": []}, {}] if options.is_open else [{"token": []}]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kubus",
            "version": options.version or "0",
            "summary": "Answers queries about the measures and dimensions of a data model.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            f"{base}/v1/load": asked_path("load", "The rows of a query", "LoadAnswer", security, with_mode=True),
            f"{base}/v1/subscribe": asked_path("subscribe", "The same as load", "LoadAnswer", security, with_mode=True),
            f"{base}/v1/sql": asked_path("sql", "The statement that answers a query", "SqlAnswer", security),
            f"{base}/v1/dry-run": asked_path("dryRun", "What a query means", "DryRunAnswer", security),
            f"{base}/v1/meta": {"get": meta_operation(security)},
            f"{base}/openapi.json": {
                "get": open_operation("openapi", "This description", json_content({"type": "object"}))
            },
            "/readyz": {"get": probe("readyz", "Whether the database answers")},
            "/livez": {"get": probe("livez", "Whether the server is alive")},
            "/": {"get": open_operation("root", "A page for people", {"text/html": {"schema": {"type": "string"}}})},
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A JSON Web Token in the header Authorization, bare or after `Bearer`.",
                }
            },
        },
    }


def asked_path(name: str, summary: str, answer: str, security: list[Json], *, with_mode: bool = False) -> Json:
    """An endpoint that takes queries: by GET in the URL, by POST in a JSON body."""
    request = "LoadRequest" if with_mode else "Request"
    plain = [
        (
            "queryType",
            {"type": "string", "minLength": 1},
            "`multi` asks for the envelope, which comparisons and arrays need.",
        ),
        ("cache", ref("CacheMode"), "How fresh the answer has to be."),
    ]
    query = {
        "name": "query",
        "in": "query",
        "required": True,
        "description": "A query, or an array of queries, as JSON.",
        "content": json_content(ref("Queries")),
    }
    parameters = [query, *(url_parameter(*one) for one in plain)] if with_mode else [query]
    answers = {
        "200": {"description": summary, "headers": TIMED, "content": json_content(ref(answer))},
        "400": problem("The query is malformed, names what is not there, or the database refused it."),
        **REFUSALS,
        "500": problem("The data model does not compile, or something failed that should not."),
    }
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "security": security,
            "parameters": parameters,
            "responses": answers | UNCHANGED,
        },
        "post": {
            "operationId": f"{name}Post",
            "summary": summary,
            "security": security,
            "requestBody": {"required": True, "content": json_content(ref(request))},
            "responses": answers | {"413": problem("The body is larger than the server accepts.")},
        },
    }


def meta_operation(security: list[Json]) -> Json:
    """Metadata."""
    return {
        "operationId": "meta",
        "summary": "The cubes of the data model, with the members that may be asked for",
        "security": security,
        "parameters": [
            url_parameter(
                "extended",
                {"type": "string"},
                "With any value: the SQL of the model as well. Needs the scope `meta-extended` outside development.",
            ),
            url_parameter("onlyViews", {"type": "string"}, "`true`: views only."),
        ],
        "responses": {
            "200": {"description": "The cubes", "headers": TAGGED, "content": json_content(ref("Meta"))},
            "400": problem("The parameters cannot be read."),
            **REFUSALS,
            "500": problem("The data model does not compile."),
            **UNCHANGED,
        },
    }


def open_operation(name: str, summary: str, content: Json) -> Json:
    """An operation that needs no token."""
    answers = {"200": {"description": summary, "headers": TAGGED, "content": content}, "503": STOPPING, **UNCHANGED}
    return {"operationId": name, "summary": summary, "security": [], "responses": answers}


def probe(name: str, summary: str) -> Json:
    """A health probe."""
    operation = open_operation(name, summary, json_content(ref("Health")))
    down = {"description": "It does not.", "content": json_content(ref("Health"))}
    operation["responses"] = operation["responses"] | {"500": down}
    return operation


def url_parameter(name: str, schema: Json, text: str) -> Json:
    """An optional parameter of the URL."""
    return {"name": name, "in": "query", "required": False, "description": text, "schema": schema}


def ref(name: str) -> Json:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_content(schema: Json) -> Json:
    """A JSON body."""
    return {"application/json": {"schema": schema}}


def problem(text: str) -> Json:
    """An error."""
    return {"description": text, "content": json_content(ref("Error"))}


TAGGED: Json = {"ETag": {"description": "Weak.", "schema": {"type": "string"}}}
TIMED: Json = TAGGED | {
    "Server-Timing": {
        "description": "Milliseconds in each phase: auth, plan, queue, database, encode. Only of load and subscribe.",
        "schema": {"type": "string"},
    }
}
STOPPING: Json = {"description": "The server is stopping.", "content": json_content(ref("Stopping"))}
UNCHANGED: Json = {"304": {"description": "The client has this very body: If-None-Match said so."}}
REFUSALS: Json = {
    "401": problem("With KUBUS_AUTH_401: there is no valid token."),
    "403": problem("There is no valid token, the scope is missing, or a member is not for this caller."),
    "429": problem("Too many tokens from this address were not valid; `Retry-After` says how long to wait."),
    "503": STOPPING,
}
