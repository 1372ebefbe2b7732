"""`POST /playground/explain`: how a query of a caller is answered, why so, and what policies have to do with it."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import msgspec

from kubus.api.rest.asked import read_asked
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply, json_reply
from kubus.api.rest.rewriting import Rewritten
from kubus.context import Caller
from kubus.errors import KubusError
from kubus.explain.explain import explained
from kubus.playground.project import Project, body_of
from kubus.query.access_report import explained as policies_explained
from kubus.query.access_report import outcome, tenant_rows
from kubus.semantic_layer import SemanticLayer
from kubus.sources.registry import dialect_of


class ExplainAsked(msgspec.Struct, forbid_unknown_fields=True):
    """A query as clients send it, and the claims of who asks; without them, nobody does."""

    query: Any
    claims: dict[str, Any] | None = None
    why: bool = False


async def explain(project: Project, request: Incoming, body: bytes) -> Reply:
    """What `kubus explain` and `kubus access explain` say of the query, as the API would answer it for this caller.

    Of several queries the first is told, and the `others` below it. No data source is asked.

    Raises:
        QueryError: the query is malformed.
        ModelError: the model of this caller does not compile.
        AccessError, HookError: the caller is not let in, or a hook denied.
    """
    asked = body_of(body, ExplainAsked)
    caller = await project.caller(asked.claims, request)
    request.layer = await project.tenants.layer(caller, request.request_id)
    normalized = read_asked({"query": asked.query}, project.api.options).normalized
    rewriting = project.api.rewriting
    queries = tuple(map(Rewritten, normalized.queries))
    if rewriting is not None:
        queries = await rewriting.of(normalized, caller, request)
    dialects = {name: dialect_of(options) for name, options in project.settings.sources.items()}
    first, *others = [
        await asyncio.to_thread(told, request.layer, one, caller, dialects, why=asked.why) for one in queries
    ]
    return json_reply({**first, "others": others, "modelVersion": request.layer.model.version})


def told(
    layer: SemanticLayer, rewritten: Rewritten, caller: Caller, dialects: Mapping[str, str], *, why: bool
) -> dict[str, Any]:
    """One query explained: the plan in words and in SQL; and what policies say."""
    explanation = explained(layer, rewritten.query, caller, dialects, why=why, trusted=rewritten.trusted)
    return {
        **asdict(explanation),
        "dialect": dialects.get(explanation.data_source),
        "policies": list(policies(layer, rewritten, caller)),
    }


def policies(layer: SemanticLayer, rewritten: Rewritten, caller: Caller) -> Iterator[str]:
    """The lines of `kubus access explain`: which policies apply, and what they give, hide, mask and filter."""
    yield from policies_explained(rewritten.query, layer.access(caller))
    try:
        prepared = layer.prepare(rewritten.query, caller, trusted=rewritten.trusted)
        prepared.authorized.check_visible()
    except KubusError as error:
        yield f"Refused: {error.message}"
        return
    yield from tenant_rows(prepared.planned.cubes, caller, layer.model.tenancy)
    yield from outcome(prepared.authorized)
