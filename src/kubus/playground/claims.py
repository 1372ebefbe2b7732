"""`GET /playground/access/claims`: which claims of a token the project reads, and what it reads them for."""

import ast
import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply, json_reply
from kubus.errors import KubusError
from kubus.loading.files import model_files
from kubus.loading.template_claims import claims_in_templates
from kubus.model.access import AccessPolicy, tests_in
from kubus.model.model import Model
from kubus.playground.project import Project
from kubus.query.access import claims_read

ClaimPath = tuple[str, ...]
# A claim, and what reads it.
Read = tuple[ClaimPath, str]

# What hooks and Python models call the claims.
CONTEXTS = frozenset({"securityContext", "security_context"})


async def claims(project: Project, request: Incoming, body: bytes) -> Reply:  # noqa: ARG001 - every endpoint is called so
    """`claims`: each path of a claim that settings, the data model, its policies, templates or hooks read, and what
    reads it, `readBy`. `groups` are those that policies are for, by name, and `groupsClaim` where tokens hold them.

    Hooks may read claims in ways that are not seen here. Where each tenant has a data model of their own, none of them
    is looked at.
    """
    found: dict[ClaimPath, dict[str, None]] = {}
    for path, reader in await asyncio.to_thread(lambda: list(reads(project))):
        found.setdefault(path, {})[reader] = None
    model, rules = project.tenants.shared.model_if_any, project.settings.dev_jwt
    told: dict[str, Any] = {
        "claims": [{"path": path, "readBy": list(readers)} for path, readers in found.items()],
        "groups": [] if model is None else sorted({group for one in policies(model) for group in one.groups or ()}),
        "groupsClaim": None if rules is None or rules.groups_claim is None else rules.groups_claim.split("."),
    }
    return json_reply(told)


def reads(project: Project) -> Iterator[Read]:
    """What reads which claim, most important first."""
    settings, model = project.settings, project.tenants.shared.model_if_any
    if model is not None:
        yield from read_by_model(model)
    rules = settings.dev_jwt
    if rules is not None:
        for name, setting in (
            (rules.groups_claim, "KUBUS_GROUPS_CLAIM"),
            (rules.tenant_claim, "KUBUS_TENANT_CLAIM"),
            (rules.subject_claim, "KUBUS_SUBJECT_CLAIM"),
        ):
            if name is not None:
                yield tuple(name.split(".")), setting
    try:
        texts = model_files(settings.model)
    except KubusError:
        texts = {}
    for path in claims_in_templates(texts):
        yield path, "templates of the data model"
    for name, text in texts.items():
        if name.endswith(".py"):
            yield from ((path, name) for path in claims_in_python(text))
    if settings.hooks.file:
        file = settings.folder / settings.hooks.file
        if file.is_file():
            yield from ((path, Path(settings.hooks.file).name) for path in claims_in_python(file.read_text("utf-8")))


def read_by_model(model: Model) -> Iterator[Read]:
    """What a compiled model reads: its tenancy, its policies, its SQL."""
    if model.tenancy is not None:
        yield model.tenancy.claim, "the tenant"
    for policy in policies(model):
        holder = policy.name.partition("[")[0]
        for value in policy.conditions:
            yield from ((path, f"conditions of {holder}") for path in claims_read(value))
        if policy.rows is not None:
            values = (value for test in tests_in(policy.rows) for value in test.values)
            yield from ((path, f"rows of {holder}") for value in values for path in claims_read(value))
    yield from ((path, "SQL of the data model") for path in model.claims)


def policies(model: Model) -> Iterable[AccessPolicy]:
    return (policy for holder in model.holders.values() for policy in holder.policies)


def claims_in_python(source: str) -> Iterator[ClaimPath]:
    """The claims that Python reads by constant names: `ctx["securityContext"]["org"]`, `.get("org")`."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    inner = {id(child) for node in ast.walk(tree) if step_of(node) for child in [under(node)] if child is not None}
    for node in ast.walk(tree):
        # Of `a["b"]["c"]` the whole, and not its beginning by itself.
        if id(node) in inner or step_of(node) is None:
            continue
        steps = steps_of(node)
        named = next((place for place, step in enumerate(steps) if step in CONTEXTS), None)
        if named is not None and steps[named + 1 :]:
            yield tuple(steps[named + 1 :])


def step_of(node: ast.AST) -> str | None:
    """The name of what is read of something: `x["name"]`, `x.get("name")`, `x.name`."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as name), *_]):
            return name
        case ast.Attribute(attr=name) if name in CONTEXTS:
            return name
        case _:
            return None


def under(node: ast.AST | None) -> ast.AST | None:
    """What a step is read of."""
    match node:
        case ast.Subscript(value=value):
            return value
        case ast.Call(func=ast.Attribute(value=value)):
            return value
        case ast.Attribute(value=value):
            return value
        case _:
            return None


def steps_of(node: ast.AST) -> list[str]:
    """The names from the outermost thing on, as far as they are constants."""
    steps: list[str] = []
    at: ast.AST | None = node
    while at is not None and (step := step_of(at)) is not None:
        steps.insert(0, step)
        at = under(at)
    if isinstance(at, ast.Name) and at.id in CONTEXTS:
        steps.insert(0, at.id)
    return steps
