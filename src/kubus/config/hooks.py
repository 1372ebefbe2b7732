"""The hooks of a project: the functions that its Python file gives, and what their results have to be.

Source: auth-and-security 4.3, 6 and 8
"""

import dis
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

from kubus.errors import HookError

# A function of the project. What it gives is checked where it is called.
Hook = Callable[..., Any]

SCOPES = frozenset({"graphql", "meta", "data", "sql", "jobs", "meta-extended"})


@dataclass(frozen=True, slots=True)
class Hooks:
    """The project's functions, by the name of the option that they were given as; None for each that it has not.

    Their types are in `kubus.hooks`. `file` is the Python file that they stand in.
    """

    file: str = ""
    check_auth: Hook | None = None
    extend_context: Hook | None = None
    context_to_app_id: Hook | None = None
    context_to_orchestrator_id: Hook | None = None
    context_to_groups: Hook | None = None
    context_to_api_scopes: Hook | None = None
    query_rewrite: Hook | None = None
    query_tags: Hook | None = None
    driver_factory: Hook | None = None
    repository_factory: Hook | None = None
    schema_version: Hook | None = None
    pre_aggregations_schema: Hook | None = None
    scheduled_refresh_contexts: Hook | None = None
    scheduled_refresh_time_zones: Hook | None = None
    logger: Hook | None = None

    @property
    def found(self) -> tuple[str, ...]:
        """The names of those that there are."""
        return tuple(f.name for f in fields(self) if f.name != "file" and getattr(self, f.name) is not None)

    @property
    def make_callers(self) -> bool:
        """Whether the host has a say in who asks, so that it has to be asked for every request."""
        return any((
            self.check_auth,
            self.extend_context,
            self.context_to_app_id,
            self.context_to_orchestrator_id,
            self.context_to_groups,
            self.context_to_api_scopes,
        ))  # fmt: skip

    @property
    def are_asked_each_time(self) -> bool:
        """Whether any of them has to be called for every request, also for one that came before."""
        return self.make_callers or self.query_rewrite is not None or self.schema_version is not None


NO_HOOKS = Hooks()


# What a function has to do to refuse anybody: call something, look something up, or raise.
REFUSALS = ("CALL", "RAISE_VARARGS", "BINARY_SUBSCR", "BINARY_OP", "IMPORT_NAME", "SEND", "GET_AWAITABLE")


def cannot_refuse(check_auth: Hook) -> bool:
    """Whether a `check_auth` lets everybody in, whoever they are: there is nothing in it that could refuse."""
    code = getattr(check_auth, "__code__", None)
    if code is None:
        return False
    names = [one.opname for one in dis.get_instructions(code)]
    return not any(name.startswith(REFUSALS) and not name.startswith("CALL_INTRINSIC") for name in names)


# ── what hooks give back ──


def checked_context(value: object) -> Mapping[str, Any] | None:
    """The claims that `check_auth` vouches for; None if it said nothing of them.

    Raises:
        TypeError: it is neither a dict with the key `security_context` nor None, or the context is no dict.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise TypeError(f"check_auth has to return a dict with security_context, and returned a {kind(value)}")
    given = cast("Mapping[str, Any]", value)
    context = given.get("security_context", given.get("securityContext"))
    if context is not None and not isinstance(context, Mapping):
        raise TypeError(f"Security Context Should Be Object, and is a {kind(context)}")
    return None if context is None else cast("Mapping[str, Any]", context)


def checked_extension(value: object) -> Mapping[str, Any]:
    """What `extend_context` adds. Raises HookError if it is no dict."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise inconsistent("extendContext", value)
    given = cast("Mapping[str, Any]", value)
    if not isinstance(given.get("securityContext", given), Mapping):
        raise inconsistent("extendContext", given["securityContext"])
    return given


def checked_name(name: str, value: object) -> str:
    """An app id or the like. Raises HookError if it is no text, or an empty one."""
    if not isinstance(value, str) or not value:
        raise inconsistent(name, value)
    return value


def checked_groups(value: object) -> frozenset[str]:
    """The groups of a caller. Raises HookError if they are no list of texts."""
    names = texts(value)
    if names is None:
        raise inconsistent("contextToGroups", value)
    return frozenset(names)


def checked_scopes(value: object) -> frozenset[str]:
    """The scopes of a caller. Raises HookError if they are no list of scopes."""
    names = texts(value)
    if names is None:
        raise inconsistent("contextToApiScopes", value)
    for name in names:
        if name not in SCOPES:
            raise HookError(f"A user-defined contextToApiScopes function returns a wrong scope: {name}")
    return frozenset(names)


def texts(value: object) -> list[str] | None:
    """A list of texts; None if it is anything else."""
    if isinstance(value, str) or not isinstance(value, Sequence | set | frozenset):
        return None
    items = list(cast("Sequence[object]", value))
    return [item for item in items if isinstance(item, str)] if all(isinstance(i, str) for i in items) else None


def inconsistent(name: str, value: object) -> HookError:
    """The error for a hook that gave something of another type. What it gave is for the log."""
    return HookError(
        f"A user-defined {name} function returns an inconsistent type.", hint=f"It returned a {kind(value)}"
    )


def kind(value: object) -> str:
    return type(value).__name__
