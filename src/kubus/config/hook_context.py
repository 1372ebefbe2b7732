"""What hooks are told of who asks."""

from collections.abc import Mapping
from typing import Any

from kubus.context import SecurityContext


def hook_context(security: SecurityContext, extended: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    """`ctx` of hooks: who asks, and in which request. What `extend_context` gave may replace any of it."""
    claims = thawed(security.claims)
    return {
        "securityContext": claims,
        "authInfo": claims,
        "jwt": thawed(security.jwt),
        "requestId": request_id,
        "signedWithPlaygroundAuthSecret": False,
        **extended,
    }


def thawed(value: Any) -> Any:
    """A copy of claims in dicts and lists of its own: what a hook changes in it changes nothing else."""
    if isinstance(value, Mapping):
        return {key: thawed(part) for key, part in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - claims are JSON
    if isinstance(value, list | tuple):
        return [thawed(part) for part in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - claims are JSON
    return value
