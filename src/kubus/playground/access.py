"""`POST /playground/access/…`: how each of several callers sees every member, and why one of them sees one so."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply, json_reply
from kubus.config.hook_context import thawed
from kubus.context import Caller
from kubus.errors import KubusError, QueryError
from kubus.model.cube import Cube, Dimension, Measure, Member
from kubus.model.model import Model
from kubus.model.view import View
from kubus.playground.project import Project, body_of
from kubus.query.access import Access, behind_view
from kubus.query.access_report import Eyes, members_of, of_holder, of_member, of_tenant, tells_apart

# More columns than that nobody can look at side by side.
MOST_CALLERS = 12

# More lines than that nobody reads: there is a search.
MOST_MEMBERS = 5_000


class CallerAsked(msgspec.Struct, forbid_unknown_fields=True):
    """A caller to look through the eyes of."""

    name: str
    claims: dict[str, Any] | None = None


class MatrixAsked(msgspec.Struct, forbid_unknown_fields=True):
    """The callers, in the order of the columns; and which members: those with all these words in their path or title,
    those that callers see differently."""

    callers: list[CallerAsked]
    words: str = ""
    different: bool = False


class WhyAsked(msgspec.Struct, forbid_unknown_fields=True):
    """A caller, and what of: the path of a member, or the name of a cube or view."""

    caller: CallerAsked
    of: str


@dataclass(frozen=True, slots=True)
class Onlooker:
    """A caller, and what they may see, or why they are not let in."""

    name: str
    caller: Caller | None = None
    eyes: Eyes | None = None
    refused: str | None = None

    @property
    def model(self) -> Model | None:
        return None if self.eyes is None else self.eyes.access.model


async def matrix(project: Project, request: Incoming, body: bytes) -> Reply:
    """Who the callers are, and every public member that was asked for, below its cube or view, with how each of them
    sees it. `cells` are in the order of the callers, `null` for one who is not let in, who has `refused`.

    `members` counts the public members, `fitting` those that were asked for; no more than `MOST_MEMBERS` are told.
    `apart` says whether the models keep anything from anybody.

    Raises:
        QueryError: there is no caller, or there are too many.
    """
    asked = body_of(body, MatrixAsked)
    if not 1 <= len(asked.callers) <= MOST_CALLERS:
        raise QueryError(f"Between one and {MOST_CALLERS} callers can be looked at side by side")
    callers = [await onlooker(project, one, request) for one in asked.callers]
    seen = await asyncio.to_thread(looked_at, callers, asked.words.lower().split(), different=asked.different)
    return json_reply({"callers": [who(one) for one in callers], **seen})


async def why(project: Project, request: Incoming, body: bytes) -> Reply:
    """Why a caller sees a member as they do, or which policies of a cube or view are for them, as `lines`."""
    asked = body_of(body, WhyAsked)
    one = await onlooker(project, asked.caller, request)
    lines = [f"Not let in: {one.refused}"] if one.eyes is None else list(reasons(asked.of, one.eyes))
    return json_reply({"lines": lines})


async def onlooker(project: Project, asked: CallerAsked, request: Incoming) -> Onlooker:
    """What a caller may see, of the model that is theirs."""
    try:
        caller = await project.caller(asked.claims, request)
        layer = await project.tenants.layer(caller, request.request_id)
        return Onlooker(asked.name, caller, Eyes(layer.access(caller)))
    except KubusError as error:
        return Onlooker(asked.name, refused=error.message)


def who(one: Onlooker) -> dict[str, Any]:
    """A caller, as the server takes them to be."""
    told: dict[str, Any] = {"name": one.name, "refused": one.refused}
    if one.caller is not None and one.model is not None:
        told["groups"] = sorted(one.caller.groups)
        told["appId"] = one.caller.app_id
        told["tenant"] = next(of_tenant(one.caller, one.model.tenancy), None)
        told["claims"] = thawed(one.caller.security.claims)
    return told


def looked_at(callers: Sequence[Onlooker], words: Sequence[str], *, different: bool) -> dict[str, Any]:
    """What the callers see of the public members of all their models, each member once."""
    models = list({id(model): model for one in callers if (model := one.model) is not None}.values())
    holders: dict[str, dict[str, Any]] = {}
    members = fitting = 0
    for name, path, one, holder in public_members(models):
        members += 1
        title = one.label.title
        text = f"{path} {title}".lower()
        if not all(word in text for word in words):
            continue
        cells = [None if each.eyes is None else cell(path, each.eyes) for each in callers]
        if different and len(set(cells)) == 1:
            continue
        fitting += 1
        if fitting > MOST_MEMBERS:
            continue
        told = holders.setdefault(name, {"name": name, "type": kind_of(holder), "members": []})
        told["members"].append({"path": path, "title": title, "type": kind_of(one), "cells": cells})
    seen = [one.eyes.access for one in callers if one.eyes is not None]
    return {
        "holders": list(holders.values()),
        "members": members,
        "fitting": fitting,
        "apart": any(tells_apart(access.model, access.default) for access in seen),
    }


def public_members(models: Sequence[Model]) -> Iterator[tuple[str, str, Member, Cube | View]]:
    """The public members of all models, each once and below its cube or view."""
    names = dict.fromkeys(name for model in models for name, holder in model.holders.items() if holder.public)
    for name in names:
        told: set[str] = set()
        for model in models:
            holder = model.holders.get(name)
            if holder is None or not holder.public:
                continue
            for one in members_of(holder):
                if one.public and one.path not in told:
                    told.add(one.path)
                    yield name, one.path, one, holder


def kind_of(one: Member | Cube | View) -> str:
    match one:
        case Cube():
            return "cube"
        case View():
            return "view"
        case Measure():
            return "measure"
        case Dimension():
            return "dimension"
        case _:
            return "segment"


def is_there(path: str, model: Model) -> bool:
    holder, _, name = path.partition(".")
    return holder in model.holders and (not name or model.holders[holder].member(name) is not None)


def cell(path: str, eyes: Eyes) -> str:
    """How a caller sees a member. What is not in their data model is hidden."""
    return eyes.cell(path) if is_there(path, eyes.access.model) else "hidden"


def reasons(path: str, eyes: Eyes) -> Iterator[str]:
    """Why a caller sees a member so; or for whom the policies of a cube or view are."""
    access = eyes.access
    if not is_there(path, access.model):
        yield "It is not in the data model of this caller"
        return
    name, _, member = path.partition(".")
    if not member:
        yield from of_holder(access.model.holders[name], access)
        return
    yield from of_member(path, access)
    yield from policies_of(path, access)
    refusal = eyes.refusal(path)
    if refusal is not None:
        yield f"Queries that name it are refused: {refusal}"


def policies_of(path: str, access: Access) -> Iterator[str]:
    """The policies that a member is held to: those of its cube or view, and of a view's member those of its cube."""
    yield from of_holder(access.model.holders[path.partition(".")[0]], access)
    cube = behind_view(path, access.model)
    if cube is not None:
        yield from of_holder(cube, access)
