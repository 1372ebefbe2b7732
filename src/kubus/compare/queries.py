"""Saved queries: which of them were answered and are refused now."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from kubus.compare.change import Change
from kubus.errors import ConfigError, KubusError
from kubus.library import SemanticLayer

JsonQuery = Mapping[str, Any]
Claims = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A query that somebody asks, and where it is from."""

    name: str
    query: JsonQuery


def saved_in(folder: Path) -> Iterator[Saved]:
    """The queries in the JSON files of a folder: one a file, or a list of them.

    Raises:
        ConfigError: a file is no JSON, or holds something else.
    """
    for path in sorted(folder.glob("**/*.json")):
        try:
            content: object = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path} cannot be read as JSON: {error}") from error
        name = path.relative_to(folder).as_posix()
        queries = cast("list[object]", content) if isinstance(content, list) else [content]
        for number, query in enumerate(queries, 1):
            if not isinstance(query, dict):
                raise ConfigError(f"{path} holds no query", hint="A query is a JSON object, or a list of them")
            yield Saved(name if len(queries) == 1 else f"{name}[{number}]", cast("JsonQuery", query))


def audited(records: Iterable[Mapping[str, Any]]) -> Iterator[Saved]:
    """The different queries that an audit log tells of and that were answered, without values of their conditions.

    A record says which members were asked for and which rows were filtered by, and not which of them are measures:
    that the model of before says, in `as_query`.
    """
    seen: set[str] = set()
    for record in records:
        if record.get("outcome") != "ok":
            continue
        found: list[Mapping[str, Any]] = record.get("queries") or []
        for query in found:
            key = json.dumps([query.get("members"), query.get("filtered")])
            if key not in seen:
                seen.add(key)
                yield Saved(f"audit log {record.get('time')}", query)


def broken(
    before: SemanticLayer, after: SemanticLayer, saved: Iterable[Saved], claims: Claims = None
) -> Iterator[Change]:
    """The queries that are planned on one model and refused on the other. `claims` are those of whoever asks."""
    for one in saved:
        query = one.query if "members" not in one.query else as_query(one.query, before)
        if query is None or refusal(before, query, claims) is not None:
            continue
        error = refusal(after, query, claims)
        if error is not None:
            asked = json.dumps(query, ensure_ascii=False)
            hint = () if error.hint is None else (error.hint,)
            yield Change("query", "saved query", one.name, error.message, asked, None, hint, breaks=True)


def refusal(layer: SemanticLayer, query: JsonQuery, claims: Claims) -> KubusError | None:
    """Why a query is not planned; None if it is."""
    try:
        layer.asked(query, claims).authorized.check_visible()
    except KubusError as error:
        return error
    return None


def as_query(told: Mapping[str, Any], layer: SemanticLayer) -> JsonQuery | None:
    """The query that a record of the audit log tells of; None if its model has no such members.

    Conditions ask whether their members are set, which reads the same members.
    """
    query: dict[str, Any] = {"measures": [], "dimensions": [], "segments": [], "timeDimensions": [], "filters": []}
    for path in map(str, told.get("members") or ()):
        holder, _, rest = path.partition(".")
        name, _, granularity = rest.partition(".")
        found = layer.model.holders.get(holder)
        if found is None:
            return None
        if name in found.measures:
            query["measures"].append(path)
        elif granularity:
            query["timeDimensions"].append({"dimension": f"{holder}.{name}", "granularity": granularity})
        elif name in found.dimensions:
            query["dimensions"].append(path)
        else:
            return None
    for path in map(str, told.get("filtered") or ()):
        holder, _, name = path.partition(".")
        found = layer.model.holders.get(holder)
        if found is None:
            return None
        if name in found.segments:
            query["segments"].append(path)
        else:
            query["filters"].append({"member": path, "operator": "set"})
    return query
