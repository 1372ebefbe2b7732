"""`POST /playground/access/matrix`: how each of several callers sees every member, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply, json_reply
from kubus.config.hook_context import thawed
from kubus.context import Caller
from kubus.errors import BadPolicy, Forbidden, KubusError, QueryError
from kubus.model.cube import Cube, Dimension, Measure, Member
from kubus.model.model import Model
from kubus.playground.project import Project, body_of
from kubus.query.access import Access, behind_view
from kubus.query.access_report import cell, members_of, of_holder, of_member, of_tenant

# More columns than that nobody can look at side by side.
MOST_CALLERS = 12


class CallerAsked(msgspec.Struct, forbid_unknown_fields=True):
    """A caller to look through the eyes of."""

    name: str
    claims: dict[str, Any] | None = None


class MatrixAsked(msgspec.Struct, forbid_unknown_fields=True):
    """The callers, in the order of the columns."""

    callers: list[CallerAsked]


@dataclass(frozen=True, slots=True)
class Eyes:
    """What a caller may see, or why they are not let in."""

    name: str
    caller: Caller | None = None
    access: Access | None = None
    refused: str | None = None


async def matrix(project: Project, request: Incoming, body: bytes) -> Reply:
    """Who the callers are, the cubes and views with why each of their policies is for whom, and every public member
    with how each caller sees it. `callers`, `why` and `cells` are in the order of the callers that were asked for.

    A caller who is not let in has `refused`, and `null` where others have a cell.

    Raises:
        QueryError: there is no caller, or there are too many.
    """
    asked = body_of(body, MatrixAsked).callers
    if not 1 <= len(asked) <= MOST_CALLERS:
        raise QueryError(f"Between one and {MOST_CALLERS} callers can be looked at side by side")
    eyes = [await eyes_of(project, one, request) for one in asked]
    return json_reply({"callers": [who(one) for one in eyes], "holders": list(holders(eyes))})


async def eyes_of(project: Project, asked: CallerAsked, request: Incoming) -> Eyes:
    """What a caller may see, of the model that is theirs."""
    try:
        caller = await project.caller(asked.claims, request)
        layer = await project.tenants.layer(caller, request.request_id)
        return Eyes(asked.name, caller, layer.access(caller))
    except KubusError as error:
        return Eyes(asked.name, refused=error.message)


def who(eyes: Eyes) -> dict[str, Any]:
    """A caller, as the server takes them to be."""
    told: dict[str, Any] = {"name": eyes.name, "refused": eyes.refused}
    if eyes.caller is not None and eyes.access is not None:
        told["groups"] = sorted(eyes.caller.groups)
        told["appId"] = eyes.caller.app_id
        told["tenant"] = next(of_tenant(eyes.caller, eyes.access.model.tenancy), None)
        told["claims"] = thawed(eyes.caller.security.claims)
    return told


def holders(eyes: Sequence[Eyes]) -> Iterator[dict[str, Any]]:
    """The cubes and views of all callers' models that have public members, with these."""
    models = [one.access.model for one in eyes if one.access is not None]
    names = dict.fromkeys(name for model in models for name, holder in model.holders.items() if holder.public)
    for name in names:
        holder = next(model.holders[name] for model in models if name in model.holders)
        members = dict.fromkeys(path for model in models for path in public_members(model, name))
        if members:
            yield {
                "name": name,
                "title": holder.label.title,
                "type": "cube" if isinstance(holder, Cube) else "view",
                "why": [why_holder(one.access, name) for one in eyes],
                "members": [member(path, models, eyes) for path in members],
            }


def public_members(model: Model, name: str) -> Iterator[str]:
    found = model.holders.get(name)
    if found is not None:
        yield from (one.path for one in members_of(found) if one.public)


def member(path: str, models: Sequence[Model], eyes: Sequence[Eyes]) -> dict[str, Any]:
    """A member, and how each caller sees it."""
    one = next(found for model in models if (found := found_member(model, path)) is not None)
    return {
        "path": path,
        "title": one.label.title,
        "type": "measure" if isinstance(one, Measure) else "dimension" if isinstance(one, Dimension) else "segment",
        "cells": [seen(path, each.access) for each in eyes],
    }


def found_member(model: Model, path: str) -> Member | None:
    holder, _, name = path.partition(".")
    return model.holders[holder].member(name) if holder in model.holders else None


def why_holder(access: Access | None, name: str) -> list[str] | None:
    """Why the policies of a cube or view are for a caller or not; None for one who is not let in."""
    if access is None:
        return None
    holder = access.model.holders.get(name)
    return ["It is not in the data model of this caller"] if holder is None else list(of_holder(holder, access))


def seen(path: str, access: Access | None) -> dict[str, Any] | None:
    """How a caller sees a member, and why; None for one who is not let in."""
    if access is None:
        return None
    if found_member(access.model, path) is None:
        return {"sight": "hidden", "why": ["It is not in the data model of this caller"]}
    why = list(of_member(path, access))
    cube = behind_view(path, access.model)
    if cube is not None:
        # Members of views are held to the policies of the cube that they come from as well.
        why += of_holder(cube, access)
    try:
        check_rows(path, access)
    except (Forbidden, BadPolicy) as error:
        return {"sight": "?", "why": [*why, f"Queries that name it are refused: {error.message}"]}
    return {"sight": cell(path, access), "why": why}


def check_rows(path: str, access: Access) -> None:
    """Raises Forbidden or BadPolicy if what policies say of the rows of a member cannot be evaluated for the caller."""
    given, cube = access.sight(path), behind_view(path, access.model)
    if given is not None:
        access.row_filter((*(given.rows or ()), *(given.whole_in or ())))
    if given is not None and cube is not None:
        access.row_filter(access.applying(cube))
